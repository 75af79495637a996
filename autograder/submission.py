"""What a student handed in, found and read: files become a `Submission`, whatever their state.

Nothing here runs or changes a student's file. What can't be read is a `problem` in words, which
becomes the verdict on every item; it never stops the class.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from autograder.assignment import Assignment, assignment, known_assignments
from autograder.errors import WrongUsage
from autograder.files import (
    MAX_FILES,
    Faulty,
    There,
    Unreadable,
    in_folder,
    in_zip,
    is_zip,
    modules_of,
    on_its_own,
    regular,
    shown,
    whole,
)
from autograder.notebook.recovery import Recovered
from autograder.program import Chosen, choose, find_book, has_notebook
from autograder.text import printable

MAX_COPIED = 100 << 20  # bytes of a submission's other files, together
HANDED_IN = (".py", ".ipynb", ".zip")


@dataclass(frozen=True)
class Handed:
    """Where one student's work on one assignment lies: a folder, a zip, a module or a notebook."""

    student: str
    assignment: str
    path: Path


@dataclass(frozen=True)
class Submission:
    """One student's work: the text of each module, and which of them holds the exercises.

    `problem` says why the whole can't be graded, or is None; `notes` say what was made good or
    left out. `sha256` is of all that a result depends on: the modules, `problem` and `notes`.
    Where `main` was cut out of a notebook, `notebook` is that file's name, and `places` says of
    each of main's lines in which of its cells it stands, and in which line of the cell.
    `recovered` is the notebook in order, whether it is graded or lies beside the module.
    """

    student: str
    assignment: str
    sha256: str
    files: dict[str, str] = field(default_factory=dict)
    main: str = ""
    problem: str | None = None
    notes: tuple[str, ...] = ()
    notebook: str = ""
    places: tuple[tuple[int, int] | None, ...] = ()
    recovered: Recovered | None = field(default=None, repr=False)

    def where(self, file: str, line: int) -> tuple[str, int]:
        """The student's own place of a line of `files`: a cell's, where it comes from one."""
        place = (
            self.places[line - 1] if file == self.main and 0 < line <= len(self.places) else None
        )
        return (f"{self.notebook}, cell {place[0]}", place[1]) if place else (file, line)


# --- finding --------------------------------------------------------------------------------------


def find(submitted: Path, name: str | None, students: Iterable[str] = ()) -> list[Handed]:
    """What lies in `submitted`, by student and assignment, in the layouts of the contract.

    `name` restricts it to one assignment, or says of which one it is; `students` to these.
    Raises WrongUsage for a path that does not exist or can't be read, an unknown assignment, an
    empty folder, or a layout that needs `name` and has none.
    """
    if name is not None:
        assignment(name)
    if not os.path.exists(submitted):
        raise WrongUsage(f"There is no {submitted}.")
    if os.path.isdir(submitted):
        found = _in_class(submitted, name)
    elif os.path.isfile(submitted):
        found = [Handed(submitted.stem, _needed(name, submitted), submitted)]
    else:
        raise WrongUsage(f"{submitted} is neither a folder nor an ordinary file.")
    if not found:
        raise WrongUsage(
            f"{submitted} holds no submissions: neither STUDENT/ASSIGNMENT/ folders, as nbgrader "
            "lays them out, nor one folder, notebook, module or zip per student."
        )
    twice = Counter((handed.student, handed.assignment) for handed in found).most_common(1)
    if twice[0][1] > 1:
        raise WrongUsage(
            f"{submitted} has more than one entry of {printable(twice[0][0][0])}. "
            "Put them into one folder."
        )
    wanted = set(students)
    unknown = wanted - {handed.student for handed in found}
    if unknown:
        raise WrongUsage(f"{submitted} has nothing from {', '.join(sorted(unknown))}.")
    return sorted(
        (handed for handed in found if not wanted or handed.student in wanted),
        key=lambda handed: (handed.assignment, handed.student),
    )


def _needed(name: str | None, path: Path) -> str:
    if name is not None:
        return name
    fitting = [n for n in known_assignments() if path.name in (assignment(n).main, f"{n}.ipynb")]
    if len(fitting) == 1:
        return fitting[0]
    raise WrongUsage(f"Which assignment is {path} of? Say --assignment NAME.")


def _in_class(submitted: Path, name: str | None) -> list[Handed]:
    """Each entry of the folder as nbgrader lays it out, or as one student's work as it is.

    nbgrader puts no file into STUDENT/ itself. So where one lies there, the whole is the work,
    even if it has a folder with the assignment's name; and nobody else is overlooked for it.
    """
    try:
        entries = sorted(path for path in submitted.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise WrongUsage(f"{submitted} can't be read: {error.strerror}.") from error
    names = known_assignments() if name is None else [name]
    by_nbgrader: list[Handed] = []
    whole: list[Path] = []
    neither: list[Path] = []
    for path in entries:
        tasks = [task for task in names if _may_be_folder(path / task)]
        if _is_work(path):
            whole.append(path)
        elif tasks:
            by_nbgrader += [Handed(path.name, task, _short_of_links(path, task)) for task in tasks]
        elif _may_be_folder(path):
            neither.append(path)
    if not by_nbgrader or any(map(os.path.isdir, whole)):
        whole += neither
    whole = [path for path in whole if not path.name.startswith("_")]
    if not whole:
        return by_nbgrader
    if name is None and by_nbgrader:
        raise WrongUsage(
            f"{submitted} has STUDENT/ASSIGNMENT/ folders, as nbgrader lays them out, and beside "
            f"them {printable(whole[0].name)}. Move that away; or say --assignment NAME if it is "
            "a student's work."
        )
    if name is None:
        raise WrongUsage(
            f"{submitted} has one entry per student: of which assignment? Say --assignment NAME."
        )
    return by_nbgrader + [Handed(_student(path), name, path) for path in whole]


def _may_be_folder(path: Path) -> bool:
    """A folder, or a link where one is expected, to nowhere too: `read` says what it is."""
    return os.path.isdir(path) or (os.path.islink(path) and not os.path.isfile(path))


def _is_work(path: Path) -> bool:
    """Whether the entry is a student's work itself, as a file or a folder that has such files."""
    if not os.path.isdir(path):
        return path.suffix.lower() in HANDED_IN
    if os.path.islink(path):
        return False
    try:
        with os.scandir(path) as entries:
            return any(
                entry.name.lower().endswith(HANDED_IN) and not entry.name.startswith(".")
                for entry in islice(entries, MAX_FILES)
            )
    except OSError:
        return True  # `read` says that it can't be read


def _student(path: Path) -> str:
    is_file = path.suffix.lower() in HANDED_IN and not os.path.isdir(path)
    return path.stem if is_file else path.name


def _short_of_links(student: Path, task: str) -> Path:
    """The assignment's folder; where the student's is a link, that, which `read` refuses."""
    return student if os.path.islink(student) else student / task


# --- reading --------------------------------------------------------------------------------------


def read(handed: Handed) -> Submission:
    """Read one submission. Never raises for what the student did; see `Submission.problem`."""
    task = assignment(handed.assignment)
    notes: list[str] = []
    chosen, recovered, problem = Chosen(), None, None
    try:
        with _opened(handed.path, task, notes) as there:
            book = find_book(there, task)
            if book is not None and book.recovered is not None:
                recovered = book.recovered
                notes += recovered.notes
            chosen = choose(there, book, task, notes)
    except Unreadable as error:
        problem = str(error)
    facts = json.dumps([chosen.files, chosen.main, problem, notes, chosen.places], sort_keys=True)
    digest = hashlib.sha256(facts.encode()).hexdigest()
    return Submission(
        handed.student,
        task.name,
        digest,
        chosen.files,
        chosen.main,
        problem,
        tuple(notes),
        chosen.notebook,
        chosen.places,
        recovered,
    )


def other_files(handed: Handed) -> dict[str, bytes]:
    """What lies in a submission's folder beside notebooks, by path; no more than MAX_COPIED.

    Links, hidden files and what can't be read are left out.
    """
    files: dict[str, bytes] = {}
    try:
        there = in_folder(handed.path, [])
    except Unreadable:
        return files
    room = MAX_COPIED
    for name, file in sorted(there.items(), key=lambda named: named[1].size):
        if not name.lower().endswith(".ipynb") and file.size <= room:
            with suppress(Faulty):
                files[name] = whole(file, room)
                room -= len(files[name])
    return files


@contextmanager
def _opened(path: Path, task: Assignment, notes: list[str]) -> Iterator[There]:
    """What is there, for as long as it is read."""
    if os.path.islink(path):
        raise Unreadable(
            "What was handed in is a link to another place, and links are not followed. "
            "Hand in the files themselves."
        )
    if os.path.isdir(path):
        there = in_folder(path, notes)
        zips = [name for name in there if is_zip(name)]
        inner = there[zips[0]].path if len(zips) == 1 else None
        if inner is None or (has_notebook(there, task) if task.in_notebook else modules_of(there)):
            yield there
            return
        path = inner
        notes.append(f"There is no {task.main} outside of {shown(zips[0])}, so that was read.")
    try:
        file = regular(path)
    except Faulty as fault:
        raise Unreadable(f"{shown(path.name)} {fault}.") from fault
    with file:
        yield in_zip(file, notes) if is_zip(path.name) else on_its_own(path)
