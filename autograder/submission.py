"""What a student handed in, found and read: files become a `Submission`, whatever their state.

Nothing here runs or changes a student's file, nor follows a link that a student made. What can't
be read is a `problem` in words, which becomes the verdict on every item; it never stops the class.
First all names are listed, then the module with the exercises is chosen, and only what lies beside
it is read: so what is read is bounded before a byte of it is.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import json
import os
import re
import stat
import tokenize
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from autograder.assignment import Assignment, assignment, known_assignments
from autograder.errors import WrongUsage
from autograder.notebook import reading
from autograder.notebook.recovery import Found, Recovered, defined_in, plain, recover
from autograder.notebook.slicing import Program, slice_cells
from autograder.notebook.statements import CodeCell
from autograder.released import released
from autograder.text import printable, quotable

MAX_FILES = 2_000  # and folders
MAX_DEPTH = 32  # of folders within folders; what lies deeper is not looked at
MAX_PATH = 1_000  # bytes of a name with the folders before it
MAX_NAME = 255  # bytes of each of these
MAX_FILE_BYTES = 1 << 20
MAX_BYTES = 8 << 20  # of all modules together, read
MAX_COPIED = 100 << 20  # bytes of a submission's other files, together
MAX_SENT = 1_000_000  # of all modules together, as they are sent to the student's process
MAX_ZIP_LIST = 4 << 20  # bytes of a zip's own list of what is in it, some 40,000 files
MAX_NAMED = 5  # files that a message names, before it says how many more there are
HANDED_IN = (".py", ".ipynb", ".zip")
# What a module has in it that was saved from a notebook: a magic, a shell line, Colab's helpers.
FROM_A_NOTEBOOK = re.compile(r"^\s*[%!]+\s*\w|get_ipython\(|google\.colab", re.MULTILINE)
WRITTEN_TO_A_FILE = re.compile(r"\s*%%(?:writefile|file)\b[^\n]*(?:\n|\Z)")
TOO_DEEP = f"Folders within {MAX_DEPTH} others were not looked at."
NBGRADERS_OWN = {"timestamp.txt", "submission_secret.txt"}
# Character sets that are decoded in C and in no time; punycode and idna take minutes for 1 MB.
CHARACTER_SETS = ("ascii", "big5", "cp", "euc", "gb", "iso8859", "koi8", "mac-", "shift_jis")


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


# --- finding ----------------------------------------------------------------------------------


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


# --- reading ----------------------------------------------------------------------------------


def read(handed: Handed) -> Submission:
    """Read one submission. Never raises for what the student did; see `Submission.problem`."""
    task = assignment(handed.assignment)
    notes: list[str] = []
    chosen, recovered, problem = _Chosen(), None, None
    try:
        with _opened(handed.path, task, notes) as there:
            book = _book(there, task)
            if book is not None and book.recovered is not None:
                recovered = book.recovered
                notes += recovered.notes
            chosen = _chosen(there, book, task, notes)
    except _Unreadable as error:
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
        there = _in_folder(handed.path, [])
    except _Unreadable:
        return files
    room = MAX_COPIED
    for name, file in sorted(there.items(), key=lambda named: named[1].size):
        if not name.lower().endswith(".ipynb") and file.size <= room:
            with suppress(_Faulty):
                files[name] = _whole(file, room)
                room -= len(files[name])
    return files


class _Unreadable(Exception):
    """Why a submission can't be read, in words for the student."""


class _Faulty(Exception):
    """What is wrong with one file, in words that follow on its name."""


@dataclass(frozen=True)
class _File:
    """A file that is there, on the disk or in a zip; `read` gives its bytes or raises _Faulty."""

    size: int
    read: Callable[[int], bytes]  # no more than so many
    path: Path | None = None


There = dict[str, _File]  # by path within the submission, whatever kinds of files there are


@contextmanager
def _opened(path: Path, task: Assignment, notes: list[str]) -> Iterator[There]:
    """What is there, for as long as it is read."""
    if os.path.islink(path):
        raise _Unreadable(
            "What was handed in is a link to another place, and links are not followed. "
            "Hand in the files themselves."
        )
    if os.path.isdir(path):
        there = _in_folder(path, notes)
        zips = [name for name in there if _is_zip(name)]
        inner = there[zips[0]].path if len(zips) == 1 else None
        if inner is None or (_notebook(there, task) if task.in_notebook else _modules_of(there)):
            yield there
            return
        path = inner
        notes.append(f"There is no {task.main} outside of {_shown(zips[0])}, so that was read.")
    try:
        file = _regular(path)
    except _Faulty as fault:
        raise _Unreadable(f"{_shown(path.name)} {fault}.") from fault
    with file:
        yield _in_zip(file, notes) if _is_zip(path.name) else _on_its_own(path)


def _on_its_own(path: Path) -> There:
    """A module or a notebook."""
    there: There = {}
    _put(there, path.name, _on_disk(path), [])
    return there


def _put(there: There, name: str, file: _File, left_out: list[str]) -> None:
    """Add a file by a name that can be written anywhere, or say why it is left out."""
    name = name.encode("utf-8", "replace").decode()  # on disk names are bytes in any encoding
    if name.lower().endswith(".py"):
        name = name[:-3] + ".py"
    sizes = [len(part.encode()) for part in name.split("/")]
    if len(sizes) > MAX_DEPTH:
        left_out.append(TOO_DEEP)
    elif max(sizes) > MAX_NAME or sum(sizes) + len(sizes) > MAX_PATH:
        left_out.append(f"{_shown(name)} was left out: its name is too long.")
    else:
        there[name] = file


def _few(left_out: Iterable[str]) -> list[str]:
    """No more of such notes than are read."""
    each = sorted(set(left_out))
    more = len(each) - MAX_NAMED
    return each[:MAX_NAMED] + ([f"{more:,} more were left out."] if more > 0 else [])


def _shown(name: str) -> str:
    """A file's name as it can stand in a sentence."""
    text = " ".join(quotable(name).split()) or "a file with an odd name"
    return text if len(text) <= 80 else f"{text[:38]}...{text[-38:]}"


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _modules_of(there: There) -> list[str]:
    return [name for name in there if name.endswith(".py")]


# --- what lies on the disk --------------------------------------------------------------------


def _in_folder(folder: Path, notes: list[str]) -> There:
    """All files, level by level."""
    there: There = {}
    left_out: list[str] = []
    seen = 0
    level = [""]
    for _ in range(MAX_DEPTH):
        below: list[str] = []
        for inner in level:
            try:
                with os.scandir(folder / inner) as found:
                    looked_at = islice(found, MAX_FILES + 1 - seen)
                    entries = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in looked_at)
            except OSError as error:
                reason = f"can't be read: {error.strerror}."
                if not inner:
                    raise _Unreadable(f"What was handed in {reason}") from error
                left_out.append(f"{_shown(inner)} was left out: it {reason}")
                continue
            seen += len(entries)
            if seen > MAX_FILES:
                raise _too_many("submission")
            for name, is_folder in entries:
                if is_folder and not _is_left_by_tools(name):
                    below.append(f"{inner}{name}/")
                elif not is_folder and not name.startswith("."):
                    _put(there, inner + name, _on_disk(folder / (inner + name)), left_out)
        level = below
    if level:
        left_out.append(TOO_DEEP)
    notes += _few(left_out)
    return there


def _too_many(what: str) -> _Unreadable:
    return _Unreadable(
        f"The {what} has more than {MAX_FILES:,} files. "
        "Hand in your code alone, without data or installed packages."
    )


def _is_left_by_tools(folder: str) -> bool:
    return folder.startswith((".", "__"))


def _on_disk(path: Path) -> _File:
    try:
        size = os.lstat(path).st_size
    except OSError:
        size = 0  # `_bytes` will say what is wrong with it
    return _File(size, partial(_bytes, path), path)


def _bytes(path: Path, most: int) -> bytes:
    with _regular(path) as file:
        try:
            return file.read(most)
        except OSError as error:
            raise _Faulty(f"can't be read: {error.strerror}") from error


def _regular(path: Path) -> BinaryIO:
    """A regular file to read: no link is followed, no pipe is waited for, no device opened."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            raise _Faulty("is a link, and links are not followed")
        if not stat.S_ISREG(mode):
            raise _Faulty("is no ordinary file")
        return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise _Faulty(f"can't be read: {error.strerror}") from error


# --- zips -------------------------------------------------------------------------------------


class _Bounded(io.BufferedReader):
    """A zip of which not more is read at once than its list of files may take."""

    def read(self, size: int | None = -1) -> bytes:
        most = MAX_ZIP_LIST + 1
        data = super().read(most if size is None or size < 0 else min(size, most))
        if len(data) == most:
            raise _too_many("zip")
        return data


def _in_zip(file: BinaryIO, notes: list[str]) -> There:
    """What is in a zip. Nothing is unpacked before it is read, and then in memory."""
    try:
        archive = zipfile.ZipFile(_Bounded(io.FileIO(file.fileno(), closefd=False)))
    except _Unreadable:
        raise
    except Exception as error:  # zipfile and its decompressors raise many kinds
        raise _Unreadable(f"The zip is damaged: {_reason(error)}.") from error
    there: There = {}
    left_out: list[str] = []
    seen = 0
    for entry in archive.infolist():
        name = entry.filename.replace("\\", "/")
        folders = [part for part in name.split("/") if part not in ("", ".")]
        if name.endswith("/") or not folders:
            continue
        last = folders.pop()
        if ".." in folders or last == ".." or name.startswith("/"):
            left_out.append(f"{_shown(name)} was left out: it would lie outside of the zip.")
        elif not last.startswith(".") and not any(map(_is_left_by_tools, folders)):
            packed = _File(
                max(entry.file_size, entry.compress_size), partial(_unpacked, archive, entry)
            )
            _put(there, "/".join([*folders, last]), packed, left_out)
        else:
            continue
        seen += 1
        if seen > MAX_FILES:
            raise _too_many("zip")
    notes += _few(left_out)
    return there


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry's bytes. What it says of its size is known to be small, and is held to."""
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _Faulty("is a link, and links are not followed")
    if entry.flag_bits & 1:
        raise _Faulty("is locked with a password. Make the zip without one")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # zipfile unpacks the other kinds without a bound: a megabyte of bzip2 may hold gigabytes.
        raise _Faulty("is packed in an unusual way. Make the zip with your system's own tool")
    try:
        with archive.open(entry) as file:
            return file.read(most)
    except Exception as error:  # zipfile and its decompressors raise many kinds
        raise _Faulty(f"is damaged in the zip: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return _shown(str(error) or type(error).__name__)


# --- what is graded ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Chosen:
    """The files of a submission, as `Submission` has them."""

    main: str = ""
    files: dict[str, str] = field(default_factory=dict)
    notebook: str = ""
    places: tuple[tuple[int, int] | None, ...] = ()


def _chosen(there: There, book: _Book | None, task: Assignment, notes: list[str]) -> _Chosen:
    """What holds the exercises, a module or a notebook, with the modules that lie beside it."""
    if task.in_notebook:
        if book is None:
            raise _Unreadable(_without(there, task))
        return _from_notebook(there, book, task, notes)
    if book is not None and not _modules_of(there):
        return _only_a_notebook(there, book, task, notes)
    main = _main_module(there, task, notes)
    root = main.removesuffix(PurePosixPath(main).name)
    files = _modules(there, root, main, notes)
    if book is not None and book.recovered is not None and _is_unwritten(files, main, root, task):
        in_cells: list[str] = []
        chosen = _from_notebook(there, book, task, in_cells)
        if chosen.files:
            notes += in_cells
            notes.append(
                f"{_shown(main)} is as it was handed out: the exercises were taken from "
                f"{_shown(book.name)}."
            )
            return chosen
    return _unworn(_Chosen(main.removeprefix(root), files), task, notes)


def _is_unwritten(files: dict[str, str], main: str, root: str, task: Assignment) -> bool:
    given = released(task.name).modules[task.main]
    return plain(files[main.removeprefix(root)]) == plain(given)


def _only_a_notebook(there: There, book: _Book, task: Assignment, notes: list[str]) -> _Chosen:
    """The exercises of a module, from a notebook in which the student wrote them instead."""
    missing = f"Only a notebook was handed in; the exercises are in {task.main}, which is missing."
    try:
        chosen = _from_notebook(there, book, task, notes)
    except _Unreadable as error:
        raise _Unreadable(f"{missing} {error}") from error
    if not chosen.files:
        raise _Unreadable(missing)
    notes.append(f"There is no {task.main}: the exercises were taken from {_shown(book.name)}.")
    return chosen


def _modules(there: There, root: str, main: str, notes: list[str]) -> dict[str, str]:
    """The text of the modules in the folder `root` and below; `main` can't be left out."""
    modules = {n.removeprefix(root): there[n] for n in _modules_of(there) if n.startswith(root)}
    sizes = [file.size for file in modules.values() if file.size <= MAX_FILE_BYTES]
    if sum(sizes) > MAX_BYTES:
        raise _Unreadable(f"The modules are larger than {MAX_BYTES:,} bytes together.")
    files: dict[str, str] = {}
    left_out = []
    for inner in sorted(modules):
        name = root + inner
        try:
            if any(str(folder) in modules for folder in PurePosixPath(inner).parents):
                raise _Faulty("lies in a folder that has the name of a module")
            files[inner] = _text(_whole(modules[inner], MAX_FILE_BYTES))
        except _Faulty as fault:
            if name == main:
                raise _Unreadable(f"{_shown(name)} {fault}.") from fault
            left_out.append(f"{_shown(name)} was left out: it {fault}.")
    _must_be_sendable(files)
    notes += _few(left_out)
    return files


def _must_be_sendable(files: dict[str, str]) -> None:
    if sum(map(len, files.values())) > MAX_SENT or len(json.dumps(files)) > MAX_SENT:
        raise _Unreadable("The modules are too large together. Hand in code, without data.")


def _without(there: There, task: Assignment) -> str:
    """What to say where nothing that is there can hold the exercises."""
    names = sorted(there.keys() - NBGRADERS_OWN, key=lambda name: (name.count("/"), name))
    if not names:
        return f"The submission is empty: {task.main} is missing."
    said = ", ".join(_shown(name) for name in names[:MAX_NAMED])
    if len(names) > MAX_NAMED:
        said += f" and {len(names) - MAX_NAMED:,} more"
    if any(map(_is_zip, names)):
        said += ". If it is in a zip, hand in that zip alone"
    return f"There is no {task.main}, where the exercises are. Handed in: {said}."


# --- notebooks --------------------------------------------------------------------------------


def _notebook(there: There, task: Assignment) -> str | None:
    """The assignment's notebook, as far as names tell."""
    return next(iter(_notebooks(there, task)), None)


def _notebooks(there: There, task: Assignment) -> list[str]:
    """All notebooks: the one with the assignment's name, then those that have it in theirs."""
    wanted = f"{task.name}.ipynb"

    def how_far(name: str) -> tuple[bool, bool, int, str]:
        last = PurePosixPath(name).name
        return (last != wanted, task.name.lower() not in last.lower(), name.count("/"), name)

    return sorted((name for name in there if name.lower().endswith(".ipynb")), key=how_far)


@dataclass(frozen=True)
class _Book:
    """A notebook by its path, put in order; or what is wrong with it, in the place of that.

    `untouched` is the one with the right name where this one was taken in its place.
    """

    name: str
    recovered: Recovered | None
    fault: str = ""
    untouched: str = ""


def _book(there: There, task: Assignment) -> _Book | None:
    """The assignment's notebook, if there is one: the first in which something was written."""
    first: _Book | None = None
    for name in _notebooks(there, task)[:MAX_NAMED]:
        try:
            if there[name].size > reading.MAX_BYTES:
                raise reading.NotANotebook(reading.TOO_LARGE)
            cells = reading.read_cells(there[name].read(reading.MAX_BYTES + 1))
        except (_Faulty, reading.NotANotebook) as fault:
            first = first or _Book(name, None, str(fault))
            continue
        recovered = recover(cells, released(task.name).notebook)
        found = _Book(name, recovered, untouched=first.name if first else "")
        parts = (one for one in recovered.cells if one.part and one.cell.number)
        if _is_touched(cells, task) and (first is None or any(parts)):
            return found
        if first is None or first.recovered is None:
            first = found
    return first


def _is_touched(cells: list[reading.Cell], task: Assignment) -> bool:
    """Whether there is any text in the cells that was not handed out."""
    texts = {plain(cell.source) for cell in released(task.name).notebook.cells} | {""}
    return any(plain(cell.source) not in texts for cell in cells)


def _from_notebook(there: There, book: _Book, task: Assignment, notes: list[str]) -> _Chosen:
    """The program that the notebook's cells come to, without files where it defines nothing."""
    if book.recovered is None:
        raise _Unreadable(f"{_shown(book.name)} {book.fault}.")
    last = PurePosixPath(book.name).name
    if book.untouched:
        why = f"Nothing that can be graded is in {_shown(book.untouched)}"
        notes.append(f"{why}; {_shown(book.name)} was graded instead.")
    elif last != f"{task.name}.ipynb":
        notes.append(f"There is no {task.name}.ipynb; {_shown(book.name)} was graded instead.")
    chosen = _sliced(_code_of(book.recovered.cells, task, notes), task, notes)
    if not chosen.files:
        return chosen
    beside = _modules(there, book.name.removesuffix(last), "", notes)
    files = {**beside, **chosen.files}
    _must_be_sendable(files)
    return replace(chosen, files=files, notebook=_shown(last))


def _code_of(cells: Iterable[Found], task: Assignment, notes: list[str]) -> list[CodeCell]:
    """The code of a notebook that was put in order; cells that are not the student's are number 0.

    First those that were handed out and are not there any more, as they were: what the student
    has of them comes later, and counts. An empty exercise that was put back is not among them.
    """
    found = [one for one in cells if one.cell.kind == "code"]
    there = {plain(one.cell.source) for one in found}
    given = [cell.source for cell in released(task.name).notebook.cells
             if cell.cell_type == "code" and not cell.metadata.get("nbgrader")]  # fmt: skip
    code = [CodeCell(0, source) for source in given if plain(source) not in there]
    for one in found:
        if one.cell.number or (one.part and one.part.is_locked):
            source, defined = _unwritten(one.cell.source, task)
            if defined:
                notes.append(
                    f"`{defined}` stands in cell {one.cell.number}, which `%%writefile` only "
                    "writes to a file; it was graded as if it were run."
                )
            code.append(CodeCell(one.cell.number, source))
    return code


def _unwritten(source: str, task: Assignment) -> tuple[str, str]:
    """A cell that is written to a file, as code; and the graded name that it defines, or ""."""
    found = WRITTEN_TO_A_FILE.match(source)
    names = sorted(task.names & defined_in(source)) if found else []
    if found is None or not names:
        return source, ""
    return "\n" * found[0].count("\n") + source[found.end() :], names[0]


def _sliced(cells: list[CodeCell], task: Assignment, notes: list[str]) -> _Chosen:
    """The program that the cells define; the assignment's own module is not to be imported."""
    own = () if task.in_notebook else (task.module.removesuffix(".py"),)
    program: Program = slice_cells(cells, task.names, without=own, stand_ins=task.stand_ins)
    if not task.in_notebook and not program.defined & task.names:
        return _Chosen()
    notes += program.notes
    places = tuple(place if place and place[0] else None for place in program.places)
    if any(place and not place[0] for place in program.places):
        notes.append(
            "A cell that was handed out is missing from the notebook, or changed; what your code "
            "needs of it was taken from the assignment."
        )
    return _Chosen(task.module, {task.module: program.text}, places=places)


def _unworn(chosen: _Chosen, task: Assignment, notes: list[str]) -> _Chosen:
    """A module that was saved from a notebook has magics and shell lines: these are left out."""
    text = chosen.files[chosen.main]
    if not FROM_A_NOTEBOOK.search(text):
        return chosen
    sliced = _sliced([CodeCell(1, _unwritten(text, task)[0])], task, [])
    if not sliced.files:
        return chosen
    notes.append(
        f"{_shown(chosen.main)} has lines that only a notebook understands; they were left out."
    )
    # One cell, so that a line's place in it is its place in the file.
    lines = text.split("\n")
    kept = {place[1] for place in sliced.places if place}
    blank = "\n".join(line if n in kept else "" for n, line in enumerate(lines, start=1))
    return replace(chosen, files={**chosen.files, chosen.main: blank})


# --- modules ----------------------------------------------------------------------------------


def _main_module(there: There, task: Assignment, notes: list[str]) -> str:
    """Which module holds the exercises, with a note where it is not the expected one."""
    modules = _modules_of(there)
    wanted = [name for name in modules if PurePosixPath(name).name == task.main]
    if wanted:
        return min(wanted, key=lambda name: (name.count("/"), name))
    if len(modules) == 1:
        if len(there) > 1:
            only = f"{_shown(modules[0])}, the only module, was graded instead."
            notes.append(f"There is no {task.main}; {only}")
        return modules[0]
    if modules:
        raise _Unreadable(f"There is no {task.main}, and more than one other module.")
    raise _Unreadable(_without(there, task))


def _whole(file: _File, most: int) -> bytes:
    data = b"" if file.size > most else file.read(most + 1)
    if max(file.size, len(data)) > most:
        raise _Faulty(f"is larger than {most:,} bytes")
    return data


def _text(data: bytes) -> str:
    try:
        encoding, first = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding.startswith("utf-8"):
            return data.decode(encoding)
        if not codecs.lookup(encoding).name.startswith(CHARACTER_SETS):
            raise LookupError(encoding)
        # It is written down as UTF-8 for the student's process, so let it not say otherwise.
        text = data.decode(encoding)
        start = len(b"".join(first).decode(encoding))
        return re.sub(r"(coding[:=][ \t]*)[-\w.]+", r"\1utf-8", text[:start]) + text[start:]
    except (SyntaxError, ValueError, LookupError) as error:
        line = data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise _Faulty(
            f"is not UTF-8 text (line {line}). Save it with the encoding UTF-8"
        ) from error
