"""The course directory in which a class is graded, and how results come to lie there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from autograder.course import course_root
from autograder.errors import GraderFault, WrongUsage
from autograder.lock import alone
from autograder.nbgrader.autograded import (
    answers_in,
    autograded_notebook,
    content_of,
    write_folder,
)
from autograder.nbgrader.config import course_directory, settings
from autograder.nbgrader.generate import generate, released_notebook
from autograder.nbgrader.gradebook import (
    Entry,
    NotRecorded,
    is_recorded,
    knows,
    opened,
    record,
    timestamp,
)
from autograder.notebook.recovery import Recovered, recover
from autograder.result import Result
from autograder.submission import Handed, read
from autograder.text import printable

MAX_NAME = 128  # characters, in the gradebook
PLAIN_NAME = re.compile(r"[\w.@+-]+( [\w.@+-]+)*")
NO_NOTEBOOK = "No notebook that can be read was handed in; this is the assignment's own."


class Home:
    """A course directory of nbgrader's, with its gradebook open."""

    def __init__(self, course: CourseDirectory, gradebook: Gradebook) -> None:
        self.course, self.gradebook = course, gradebook
        self.autograded = Path(course.format_path(course.autograded_directory, "", ""))
        self._known: set[str] = set()

    def record(self, handed: Handed, result: Result, kept: bool = False) -> None:
        """Bring a result into the gradebook, and then into `autograded/`.

        What is given by hand stays. Nothing is done where a result that was `kept` is there
        already: late penalties are of the points at that time. Raises GraderFault if it can't be
        written.
        """
        self._expect(handed.assignment)
        folder = self.autograded / handed.student / handed.assignment
        released = released_notebook(handed.assignment)
        shown, recovered = _recovered(handed, result)
        notebook = autograded_notebook(shown, recovered, released)
        # Before it is replaced: what a person who gave points has seen.
        path = folder / f"{handed.assignment}.ipynb"
        entry = Entry(shown, recovered, released, timestamp(handed.path), answers_in(path))
        if kept and content_of(path) == notebook.encode() and is_recorded(self.gradebook, entry):
            return
        record(self.gradebook, entry, settings(Path(self.course.root)))
        write_folder(handed, folder, notebook)

    def _expect(self, name: str) -> None:
        """See to it that the gradebook knows the assignment with its present cells and points."""
        if name in self._known:
            return
        if not knows(self.gradebook, released_notebook(name), name):
            with TemporaryDirectory() as temporary:
                generate(name, Path(temporary), self.course.db_url)
        self._known.add(name)


def _recovered(handed: Handed, result: Result) -> tuple[Result, Recovered]:
    """The student's notebook in order; where there is none, the assignment's, and a note on it."""
    recovered = read(handed).recovered
    if recovered is not None:
        return result, recovered
    nothing = recover([], released_notebook(handed.assignment))
    return replace(result, notes=(*result.notes, NO_NOTEBOOK)), nothing


def refused(student: str) -> str | None:
    """Why nbgrader can't take a student of that name, or None: its pages show names as they are."""
    if len(student) <= MAX_NAME and PLAIN_NAME.fullmatch(student):
        return None
    return (
        f"{printable(student)} can't be in the gradebook under that name: rename the folder, with "
        "letters, digits and . _ - @ + alone. The result is kept beside the others."
    )


def recorded(
    graded: Iterable[tuple[Result, bool]], handed: Iterable[Handed], home: Home
) -> Iterator[tuple[Result, bool]]:
    """The results as they come, each one in the gradebook before it is passed on.

    One that can't be recorded, though others can, is passed on as failed, with the reason.
    """
    by_name = {(one.student, one.assignment): one for one in handed}
    with alone(home.autograded):
        for result, kept in graded:
            if result.status == "graded" and refused(result.student) is None:
                try:
                    home.record(by_name[result.student, result.assignment], result, kept)
                except NotRecorded as fault:
                    result = replace(result, status="failed", error=str(fault))
                except (GraderFault, WrongUsage):
                    raise
                except Exception as fault:  # whatever it is, the class goes on
                    error = f"Not in the gradebook: {fault!r}. The result is kept."
                    result = replace(result, status="failed", error=error)
            yield result, kept


@contextmanager
def home_of(submitted: Path, url: str | None) -> Iterator[Home | None]:
    """The course whose gradebook is to know the results of this folder, or None.

    That is the course we are in, where the folder is its own, or where `url` names a gradebook.
    """
    root = course_root()
    course = course_directory(root, **({"db_url": url} if url else {}))
    own = Path(course.format_path(course.submitted_directory, "", ""))
    if url is None and own.resolve() != submitted.resolve():
        yield None
        return
    with opened(course.db_url, course.course_id) as gradebook:
        yield Home(course, gradebook)
