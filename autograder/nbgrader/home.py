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
from autograder.lock import alone
from autograder.nbgrader.autograded import answers_in, autograded_notebook, write_folder
from autograder.nbgrader.config import course_directory, settings
from autograder.nbgrader.generate import generate, released_notebook
from autograder.nbgrader.gradebook import Entry, knows, opened, record, timestamp
from autograder.notebook.recovery import Recovered, recover
from autograder.result import Result
from autograder.submission import Handed, read
from autograder.text import printable

MAX_NAME = 128  # characters, in the gradebook
PLAIN_NAME = re.compile(r"[\w.@+-]+( [\w.@+-]+)*")
NO_NOTEBOOK = "No notebook was handed in; this is the assignment's own."


class Home:
    """A course directory of nbgrader's, with its gradebook where that is open."""

    def __init__(self, course: CourseDirectory, gradebook: Gradebook | None = None) -> None:
        self.course, self.gradebook = course, gradebook
        self.autograded = Path(course.format_path(course.autograded_directory, "", ""))
        self._known: set[str] = set()

    def record(self, handed: Handed, result: Result) -> None:
        """Bring a result into the gradebook, and then into `autograded/`.

        What is given by hand stays. Raises GraderFault if it can't be written.
        """
        assert self.gradebook is not None
        self._expect(self.gradebook, handed.assignment)
        shown, recovered = _recovered(handed, result)
        # Before it is replaced: what a person who gave points has seen.
        seen = answers_in(self._folder(handed) / f"{handed.assignment}.ipynb")
        released = released_notebook(handed.assignment)
        entry = Entry(shown, recovered, released, timestamp(handed.path), seen)
        record(self.gradebook, entry, settings(Path(self.course.root)))
        self._write(handed, shown, recovered)

    def write(self, handed: Handed, result: Result) -> str:
        """Write a result into `autograded/` alone; the notebook that lies there now."""
        return self._write(handed, *_recovered(handed, result))

    def _write(self, handed: Handed, result: Result, recovered: Recovered) -> str:
        notebook = autograded_notebook(result, recovered, released_notebook(handed.assignment))
        write_folder(handed, self._folder(handed), notebook)
        return notebook

    def _folder(self, handed: Handed) -> Path:
        return self.autograded / handed.student / handed.assignment

    def _expect(self, gradebook: Gradebook, name: str) -> None:
        """See to it that the gradebook knows the assignment with its present cells and points."""
        if name in self._known:
            return
        known = knows(gradebook, released_notebook(name), name)
        gradebook.db.rollback()
        if not known:
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
    """The results as they come, each one in the gradebook before it is passed on."""
    by_name = {(one.student, one.assignment): one for one in handed}
    with alone(home.autograded):
        for result, kept in graded:
            if result.status == "graded" and refused(result.student) is None:
                home.record(by_name[result.student, result.assignment], result)
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
