"""What of a submission is graded: the module or the notebook that holds the exercises.

A notebook becomes the program that its graded names need; a module that was worn on the way is
put in order. What can't be graded is said in words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from autograder.assignment import Assignment
from autograder.files import (
    MAX_NAMED,
    Faulty,
    There,
    Unreadable,
    decoded,
    few,
    is_zip,
    modules_of,
    shown,
    whole,
)
from autograder.notebook import reading
from autograder.notebook.recovery import Found, Recovered, defined_in, plain, recover
from autograder.notebook.slicing import Program, slice_cells
from autograder.notebook.statements import CodeCell
from autograder.released import released

MAX_FILE_BYTES = 1 << 20
MAX_BYTES = 8 << 20  # of all modules together, read
MAX_SENT = 1_000_000  # of all modules together, as they are sent to the student's process
# What a module has in it that was saved from a notebook: a magic, a shell line, Colab's helpers.
FROM_A_NOTEBOOK = re.compile(r"^\s*[%!]+\s*\w|get_ipython\(|google\.colab", re.MULTILINE)
WRITTEN_MODULE = re.compile(r"\s*%%(?:writefile|file)[ \t]+(\w+\.py)[ \t]*\n")
WRITTEN_TO_A_FILE = re.compile(r"\s*%%(?:writefile|file)\b[^\n]*(?:\n|\Z)")
NBGRADERS_OWN = {"timestamp.txt", "submission_secret.txt"}


@dataclass(frozen=True)
class Chosen:
    """The files of a submission, as `Submission` has them."""

    main: str = ""
    files: dict[str, str] = field(default_factory=dict)
    notebook: str = ""
    places: tuple[tuple[int, int] | None, ...] = ()


def choose(there: There, book: Book | None, task: Assignment, notes: list[str]) -> Chosen:
    """What holds the exercises, a module or a notebook, with the modules that lie beside it."""
    if task.in_notebook:
        if book is None:
            raise Unreadable(_without(there, task))
        return _from_notebook(there, book, task, notes)
    if book is not None and not modules_of(there):
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
                f"{shown(main)} is as it was handed out: the exercises were taken from "
                f"{shown(book.name)}."
            )
            return chosen
    return _unworn(Chosen(main.removeprefix(root), files), task, notes)


def _is_unwritten(files: dict[str, str], main: str, root: str, task: Assignment) -> bool:
    given = released(task.name).modules[task.main]
    return plain(files[main.removeprefix(root)]) == plain(given)


def _only_a_notebook(there: There, book: Book, task: Assignment, notes: list[str]) -> Chosen:
    """The exercises of a module, from a notebook in which the student wrote them instead."""
    missing = f"Only a notebook was handed in; the exercises are in {task.main}, which is missing."
    try:
        chosen = _from_notebook(there, book, task, notes)
    except Unreadable as error:
        raise Unreadable(f"{missing} {error}") from error
    if not chosen.files:
        raise Unreadable(missing)
    notes.append(f"There is no {task.main}: the exercises were taken from {shown(book.name)}.")
    return chosen


# --- notebooks ------------------------------------------------------------------------------------


def has_notebook(there: There, task: Assignment) -> bool:
    """Whether any of these may be the assignment's notebook, as far as names tell."""
    return bool(_notebooks(there, task))


def _notebooks(there: There, task: Assignment) -> list[str]:
    """All notebooks: the one with the assignment's name, then those that have it in theirs."""
    wanted = f"{task.name}.ipynb"

    def how_far(name: str) -> tuple[bool, bool, int, str]:
        last = PurePosixPath(name).name
        return (last != wanted, task.name.lower() not in last.lower(), name.count("/"), name)

    return sorted((name for name in there if name.lower().endswith(".ipynb")), key=how_far)


@dataclass(frozen=True)
class Book:
    """A notebook by its path, put in order; or what is wrong with it, in the place of that.

    `untouched` is the one with the right name where this one was taken in its place.
    """

    name: str
    recovered: Recovered | None
    fault: str = ""
    untouched: str = ""


def find_book(there: There, task: Assignment) -> Book | None:
    """The assignment's notebook, if there is one: the first in which something was written."""
    first: Book | None = None
    for name in _notebooks(there, task)[:MAX_NAMED]:
        try:
            if there[name].size > reading.MAX_BYTES:
                raise reading.NotANotebook(reading.TOO_LARGE)
            cells = reading.read_cells(there[name].read(reading.MAX_BYTES + 1))
        except (Faulty, reading.NotANotebook) as fault:
            first = first or Book(name, None, str(fault))
            continue
        recovered = recover(cells, released(task.name).notebook)
        found = Book(name, recovered, untouched=first.name if first else "")
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


def _from_notebook(there: There, book: Book, task: Assignment, notes: list[str]) -> Chosen:
    """The program that the notebook's cells come to, without files where it defines nothing."""
    if book.recovered is None:
        raise Unreadable(f"{shown(book.name)} {book.fault}.")
    last = PurePosixPath(book.name).name
    if book.untouched:
        why = f"Nothing that can be graded is in {shown(book.untouched)}"
        notes.append(f"{why}; {shown(book.name)} was graded instead.")
    elif last != f"{task.name}.ipynb":
        notes.append(f"There is no {task.name}.ipynb; {shown(book.name)} was graded instead.")
    chosen = _sliced(_code_of(book.recovered.cells, task, notes), task, notes)
    if not chosen.files:
        return chosen
    beside = _modules(there, book.name.removesuffix(last), "", notes)
    files = {**beside, **_written(book.recovered.cells), **chosen.files}
    _must_be_sendable(files)
    return replace(chosen, files=files, notebook=shown(last))


def _written(cells: Iterable[Found]) -> dict[str, str]:
    """The modules that cells write to files, from which other cells import."""
    sources = [one.cell.source for one in cells if one.cell.kind == "code"]
    found = [match for source in sources if (match := WRITTEN_MODULE.match(source))]
    return {match[1]: match.string[match.end() :] for match in found}


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


def _sliced(cells: list[CodeCell], task: Assignment, notes: list[str]) -> Chosen:
    """The program that the cells define; the assignment's own module is not to be imported."""
    own = () if task.in_notebook else (task.module.removesuffix(".py"),)
    program: Program = slice_cells(cells, task.names, without=own, stand_ins=task.stand_ins)
    if not task.in_notebook and not program.defined & task.names:
        return Chosen()
    notes += program.notes
    places = tuple(place if place and place[0] else None for place in program.places)
    if any(place and not place[0] for place in program.places):
        notes.append(
            "A cell that was handed out is missing from the notebook, or changed; what your code "
            "needs of it was taken from the assignment."
        )
    return Chosen(task.module, {task.module: program.text}, places=places)


def _unworn(chosen: Chosen, task: Assignment, notes: list[str]) -> Chosen:
    """A module that was saved from a notebook has magics and shell lines: these are left out."""
    text = chosen.files[chosen.main]
    if not FROM_A_NOTEBOOK.search(text):
        return chosen
    sliced = _sliced([CodeCell(1, _unwritten(text, task)[0])], task, [])
    if not sliced.files:
        return chosen
    notes.append(
        f"{shown(chosen.main)} has lines that only a notebook understands; they were left out."
    )
    # One cell, so that a line's place in it is its place in the file.
    lines = text.split("\n")
    kept = {place[1] for place in sliced.places if place}
    blank = "\n".join(line if n in kept else "" for n, line in enumerate(lines, start=1))
    return replace(chosen, files={**chosen.files, chosen.main: blank})


# --- modules --------------------------------------------------------------------------------------


def _main_module(there: There, task: Assignment, notes: list[str]) -> str:
    """Which module holds the exercises, with a note where it is not the expected one."""
    modules = modules_of(there)
    wanted = [name for name in modules if PurePosixPath(name).name == task.main]
    if wanted:
        return min(wanted, key=lambda name: (name.count("/"), name))
    if len(modules) == 1:
        if len(there) > 1:
            only = f"{shown(modules[0])}, the only module, was graded instead."
            notes.append(f"There is no {task.main}; {only}")
        return modules[0]
    if modules:
        raise Unreadable(f"There is no {task.main}, and more than one other module.")
    raise Unreadable(_without(there, task))


def _modules(there: There, root: str, main: str, notes: list[str]) -> dict[str, str]:
    """The text of the modules in the folder `root` and below; `main` can't be left out."""
    modules = {n.removeprefix(root): there[n] for n in modules_of(there) if n.startswith(root)}
    sizes = [file.size for file in modules.values() if file.size <= MAX_FILE_BYTES]
    if sum(sizes) > MAX_BYTES:
        raise Unreadable(f"The modules are larger than {MAX_BYTES:,} bytes together.")
    files: dict[str, str] = {}
    left_out = []
    for inner in sorted(modules):
        name = root + inner
        try:
            if any(str(folder) in modules for folder in PurePosixPath(inner).parents):
                raise Faulty("lies in a folder that has the name of a module")
            files[inner] = decoded(whole(modules[inner], MAX_FILE_BYTES))
        except Faulty as fault:
            if name == main:
                raise Unreadable(f"{shown(name)} {fault}.") from fault
            left_out.append(f"{shown(name)} was left out: it {fault}.")
    _must_be_sendable(files)
    notes += few(left_out)
    return files


def _must_be_sendable(files: dict[str, str]) -> None:
    if sum(map(len, files.values())) > MAX_SENT or len(json.dumps(files)) > MAX_SENT:
        raise Unreadable("The modules are too large together. Hand in code, without data.")


def _without(there: There, task: Assignment) -> str:
    """What to say where nothing that is there can hold the exercises."""
    names = sorted(there.keys() - NBGRADERS_OWN, key=lambda name: (name.count("/"), name))
    if not names:
        return f"The submission is empty: {task.main} is missing."
    said = ", ".join(shown(name) for name in names[:MAX_NAMED])
    if len(names) > MAX_NAMED:
        said += f" and {len(names) - MAX_NAMED:,} more"
    if any(map(is_zip, names)):
        said += ". If it is in a zip, hand in that zip alone"
    return f"There is no {task.main}, where the exercises are. Handed in: {said}."
