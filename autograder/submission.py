"""What a student handed in, found and read: files become a `Submission`, whatever their state.

Nothing here runs or changes a student's file. What can't be read is a `problem` in words, which
becomes the verdict on every item; it never stops the class.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tokenize
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from autograder.assignment import Assignment, assignment, known_assignments
from autograder.errors import WrongUsage

MAX_FILES = 2_000
MAX_FILE_BYTES = 1 << 20
MAX_BYTES = 8 << 20  # of all modules together, read
MAX_SENT = 1_000_000  # of all modules together, as they are sent to the student's process
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

    `problem` says why the whole can't be graded, or is None; `notes` say what was made good.
    """

    student: str
    assignment: str
    sha256: str
    files: dict[str, str] = field(default_factory=dict)
    main: str = ""
    problem: str | None = None
    notes: tuple[str, ...] = ()


def find(submitted: Path, name: str | None, students: Iterable[str] = ()) -> list[Handed]:
    """What lies in `submitted`, by student and assignment, in the layouts of the contract.

    `name` restricts it to one assignment, or says of which one it is; `students` to these.
    Raises WrongUsage for a path that does not exist, an unknown assignment, an empty folder,
    or a layout that needs `name` and has none.
    """
    if name is not None:
        assignment(name)
    if not submitted.exists():
        raise WrongUsage(f"There is no {submitted}.")
    if submitted.is_dir():
        found = list(_by_nbgrader(submitted, name)) or list(_one_each(submitted, name))
    elif submitted.is_file():
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
            f"{submitted} has more than one entry of {twice[0][0][0]}. Put them into one folder."
        )
    wanted = set(students)
    unknown = wanted - {handed.student for handed in found}
    if unknown:
        raise WrongUsage(f"{submitted} has nothing from {', '.join(sorted(unknown))}.")
    return sorted(
        (handed for handed in found if not wanted or handed.student in wanted),
        key=lambda handed: (handed.assignment, handed.student),
    )


def read(handed: Handed) -> Submission:
    """Read one submission. Never raises for what the student did; see `Submission.problem`."""
    task = assignment(handed.assignment)
    try:
        contents = _contents(handed.path)
    except _Unreadable as error:
        digest = hashlib.sha256(str(error).encode()).hexdigest()
        return Submission(handed.student, task.name, digest, problem=str(error))
    modules = {name: data for name, data in contents.items() if name.endswith(".py")}
    digest = _digest(modules)
    try:
        main, notes = _main_module(modules, contents, task)
        root = PurePosixPath(main).parent
        beside = {n: d for n, d in modules.items() if PurePosixPath(n).is_relative_to(root)}
        files = {
            str(PurePosixPath(name).relative_to(root)): _text(name, data)
            for name, data in beside.items()
            if name == main or _decodes(data)
        }
        if len(json.dumps(files)) > MAX_SENT:
            raise _Unreadable("The modules are too large together. Hand in code, without data.")
    except _Unreadable as error:
        return Submission(handed.student, task.name, digest, problem=str(error))
    name = PurePosixPath(main).name
    return Submission(handed.student, task.name, digest, files, name, notes=notes)


class _Unreadable(Exception):
    """Why a submission can't be read, in words for the student."""


def _needed(name: str | None, path: Path) -> str:
    if name is not None:
        return name
    fitting = [n for n in known_assignments() if path.name in (assignment(n).main, f"{n}.ipynb")]
    if len(fitting) == 1:
        return fitting[0]
    raise WrongUsage(f"Which assignment is {path} of? Say --assignment NAME.")


def _by_nbgrader(submitted: Path, name: str | None) -> Iterator[Handed]:
    names = known_assignments() if name is None else [name]
    for student in _folders(submitted):
        for task in names:
            if (student / task).is_dir():
                yield Handed(student.name, task, student / task)


def _one_each(submitted: Path, name: str | None) -> Iterator[Handed]:
    entries = sorted(p for p in submitted.iterdir() if not p.name.startswith((".", "_")))
    fitting = [p for p in entries if p.is_dir() or p.suffix.lower() in HANDED_IN]
    if not fitting:
        return
    if name is None:
        raise WrongUsage(
            f"{submitted} has one entry per student: of which assignment? Say --assignment NAME."
        )
    for path in fitting:
        yield Handed(path.name if path.is_dir() else path.stem, name, path)


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _contents(path: Path) -> dict[str, bytes]:
    """The files that matter, by their path within the submission."""
    if path.is_dir():
        found = _in_folder(path)
    elif path.suffix.lower() == ".zip":
        found = _in_zip(path)
    else:
        found = iter([(path.name, _read_file(path))])
    contents: dict[str, bytes] = {}
    size = 0
    for name, data in found:
        size += len(data)
        if size > MAX_BYTES:
            raise _Unreadable(f"The modules are larger than {MAX_BYTES:,} bytes together.")
        contents[name] = data
    return contents


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    seen = 0
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        for name in sorted(names):
            seen += 1
            if seen > MAX_FILES:
                raise _Unreadable(f"The submission has more than {MAX_FILES:,} files.")
            if name.endswith((".py", ".ipynb")) and not name.startswith("."):
                path = Path(parent, name)
                yield path.relative_to(folder).as_posix(), _read_file(path)


def _read_file(path: Path) -> bytes:
    """A regular file's bytes, if it is not huge.

    A notebook is only noticed, not read: this assignment's exercises are in a module.
    """
    with _opened(path) as file:
        if path.suffix == ".ipynb":
            return b""
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise _Unreadable(f"{path.name} is larger than {MAX_FILE_BYTES:,} bytes.")
    return data


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file to read: no link is followed, no pipe is waited for."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _Unreadable(f"{path.name} can't be read: {error.strerror}.") from error
    with open(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise _Unreadable(f"{path.name} is no ordinary file.")
        yield file


def _in_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with _opened(path) as whole, zipfile.ZipFile(whole) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_FILES:
                raise _Unreadable(f"The zip has more than {MAX_FILES:,} files.")
            for entry in entries:
                name = PurePosixPath(entry.filename.replace("\\", "/"))
                hidden = any(part.startswith((".", "__")) for part in name.parts)
                if entry.is_dir() or name.is_absolute() or hidden:
                    continue
                if name.suffix == ".ipynb":
                    yield str(name), b""
                elif name.suffix == ".py":
                    with archive.open(entry) as file:
                        data = file.read(MAX_FILE_BYTES + 1)
                    if len(data) > MAX_FILE_BYTES:
                        raise _Unreadable(f"{name} is larger than {MAX_FILE_BYTES:,} bytes.")
                    yield str(name), data
    except _Unreadable:
        raise
    except Exception as error:  # zipfile and its decompressors raise many kinds
        raise _Unreadable(f"The zip is damaged or locked: {error}") from error


def _main_module(
    modules: dict[str, bytes], contents: dict[str, bytes], task: Assignment
) -> tuple[str, tuple[str, ...]]:
    """Which module holds the exercises, and a note where it is not the expected one."""
    wanted = [name for name in modules if PurePosixPath(name).name == task.main]
    if wanted:
        nearest = min(wanted, key=lambda name: (len(PurePosixPath(name).parts), name))
        return nearest, ()
    if len(modules) == 1:
        (name,) = modules
        if len(contents) == 1:
            return name, ()
        return name, (f"There is no {task.main}; {name}, the only module, was graded instead.",)
    if modules:
        raise _Unreadable(f"There is no {task.main}, and more than one other module.")
    if contents:
        raise _Unreadable(
            f"Only a notebook was handed in; the exercises are in {task.main}, which is missing."
        )
    raise _Unreadable(f"The submission is empty: {task.main} is missing.")


def _text(name: str, data: bytes) -> str:
    try:
        encoding, first = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        if encoding.startswith("utf-8"):
            return text
        # It is written down as UTF-8 for the student's process, so let it not say otherwise.
        start = len(b"".join(first).decode(encoding))
        return re.sub(r"(coding[:=][ \t]*)[-\w.]+", r"\1utf-8", text[:start]) + text[start:]
    except (SyntaxError, ValueError, LookupError) as error:
        line = data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise _Unreadable(
            f"{name} is not UTF-8 text (line {line}). Save it with the encoding UTF-8."
        ) from error


def _decodes(data: bytes) -> bool:
    try:
        _text("", data)
    except _Unreadable:
        return False
    return True


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        data = files[name]
        digest.update(f"{name}\0{len(data)}\0".encode("utf-8", "surrogateescape") + data)
    return digest.hexdigest()
