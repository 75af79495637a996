"""A worn notebook, put in order: each cell of the assignment found again, or put back.

Notebooks come back from Colab, from editors and from students with cells duplicated, deleted,
split, merged and moved, and with nbgrader's metadata gone. The assignment's cells are found by
what they claim to be (`grade_id`), then by what is in them: the marker above an answer, the name
that a cell defines, the text that was released. The student's own order and cells are kept.
Nothing is done to the student's file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode

from autograder.notebook.reading import Cell
from nndl.written import MARKER, NO_ANSWER, marker, split_answers

DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *=(?!=)", re.MULTILINE)
CHECK = re.compile(r"""\.check\(\s*["']([\w-]+)["']""")
GAP = "raise NotImplementedError"
MAX_NAMED = 8  # cells that a note names, before it says how many more there are


@dataclass(frozen=True)
class Part:
    """A cell of the assignment, as it was released, by its grade_id."""

    name: str
    cell: NotebookNode

    @property
    def mark(self) -> dict[str, Any]:
        return dict(self.cell.metadata.nbgrader)

    @property
    def is_locked(self) -> bool:
        return not self.mark.get("solution")

    @property
    def is_answer(self) -> bool:
        """Whether the student writes text there, not code."""
        return not self.is_locked and bool(self.cell.cell_type == "markdown")


@dataclass(frozen=True)
class Found:
    """One cell of the recovered notebook: whose part it is, or None for one of the student's."""

    part: Part | None
    cell: Cell


@dataclass(frozen=True)
class Recovered:
    """The notebook in order; `answers` are the texts by grade_id, "" where nothing was written.

    An answer whose place was not found is not among them. `notes` say what was put in order, for
    student and instructor.
    """

    cells: tuple[Found, ...]
    answers: dict[str, str]
    notes: tuple[str, ...]


def parts_of(released: NotebookNode) -> list[Part]:
    """The cells of a released notebook that nbgrader knows, in order."""
    marks = [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell) for cell in released.cells]
    return [Part(name, cell) for name, cell in marks if name]


def recover(cells: Sequence[Cell], released: NotebookNode) -> Recovered:
    """Find the parts of the released notebook among a student's cells."""
    recovery = _Recovery(parts_of(released))
    found = recovery.find([piece for cell in cells for piece in _pieces(cell)])
    found = recovery.put_back(found)
    return Recovered(tuple(found), recovery.answers, tuple(recovery.notes()))


def _pieces(cell: Cell) -> list[Cell]:
    """The cell; one into which an answer was merged is taken apart, at the markers."""
    starts = [match.start() for match in MARKER.finditer(cell.source)]
    if not starts or cell.kind == "code":
        return [cell]
    ends = [*starts[1:], len(cell.source)]
    pieces = [replace(cell, source=cell.source[a:b]) for a, b in zip(starts, ends, strict=True)]
    before = cell.source[: starts[0]]
    return [replace(cell, source=before), *pieces] if before.strip() else pieces


def _defined(source: str) -> set[str]:
    return {a or b for a, b in DEFINED.findall(source)}


def _plain(source: str) -> str:
    return "".join(source.split())


class _Recovery:
    """Finds the parts, and remembers what had to be put in order."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = {part.name: part for part in parts}
        self.by_text = {_plain(part.cell.source): part for part in parts if part.is_locked}
        code = [part for part in parts if not part.is_locked and not part.is_answer]
        self.by_name = {name: part for part in code for name in _defined(part.cell.source)}
        self.answers: dict[str, str] = {}
        self.unmarked: set[str] = set()
        self.twice: set[str] = set()
        self.changed: set[str] = set()
        self.absent: set[str] = set()

    def find(self, cells: Sequence[Cell]) -> list[Found]:
        """The cells with their parts: each part once, the others as cells of the student's."""
        told = [(cell, self._part(cell)) for cell in cells]
        candidates: dict[str, list[Cell]] = {}
        for cell, part in told:
            if part is not None:
                candidates.setdefault(part.name, []).append(cell)
        best = {name: self._best(self.parts[name], found) for name, found in candidates.items()}
        return [one for cell, part in told for one in self._placed(cell, part, best)]

    def _part(self, cell: Cell) -> Part | None:
        """Which part a cell is: by the marker in it, by its claims, by what it defines or says."""
        claimed = next((self.parts[name] for name in cell.claims if name in self.parts), None)
        if claimed is not None and claimed.is_locked and not _says_the_same(cell, claimed):
            claimed = None  # something else was written there
        part = self._marked(cell) or claimed or self._by_content(cell)
        if part is not None and part is not claimed:
            self.unmarked.add(part.name)
        return part

    def _marked(self, cell: Cell) -> Part | None:
        found = marker(cell.source) if cell.kind != "code" else None
        part = self.parts.get(found.name) if found else None
        return part if part is not None and part.is_answer else None

    def _by_content(self, cell: Cell) -> Part | None:
        if cell.kind != "code":
            return None
        names = sorted(_defined(cell.source) & self.by_name.keys())
        return self.by_name[names[0]] if names else self.by_text.get(_plain(cell.source))

    def _best(self, part: Part, cells: list[Cell]) -> Cell:
        """Of several cells that are the same part: the one that stands for it."""
        if len(cells) > 1:
            self.twice.add(part.name)
        if part.is_answer:
            said = dict.fromkeys(filter(None, (_answer(part, cell) for cell in cells)))
            self.answers[part.name] = "\n\n".join(said)
        if part.is_locked or part.is_answer:
            return cells[0]
        written = [cell for cell in cells if GAP not in cell.source]
        return (written or cells)[-1]

    def _placed(self, cell: Cell, part: Part | None, best: dict[str, Cell]) -> Iterator[Found]:
        """What becomes of one cell: its part, with what the student added to a locked one."""
        if part is None:
            yield Found(None, cell)
            return
        same = _plain(cell.source) == _plain(part.cell.source)
        if not part.is_answer and (best[part.name] is not cell or (part.is_locked and not same)):
            if not (part.is_locked and same):
                yield Found(None, cell)
            if part.is_locked and not same:
                self.changed.add(part.name)
        if best[part.name] is cell:
            yield Found(part, self._restored(cell, part))

    def _restored(self, cell: Cell, part: Part) -> Cell:
        """The cell as it belongs there: what is locked as it was released, an answer whole."""
        kind, source = part.cell.cell_type, cell.source
        if part.is_locked:
            source = part.cell.source
        elif part.is_answer:
            head, answer = part.cell.source.split("\n", 1)[0], self.answers[part.name]
            source = f"{head}\n\n{answer}" if answer else part.cell.source
        outputs = cell.outputs if kind == "code" and not part.is_locked else []
        return replace(cell, kind=kind, source=source, outputs=outputs)

    def put_back(self, found: list[Found]) -> list[Found]:
        """The same with the parts that are nowhere, each behind the one that it was released by."""
        there = {one.part.name for one in found if one.part}
        before = ""
        for name, part in self.parts.items():
            if name not in there:
                self.absent.add(name)
                at = next((i + 1 for i, one in enumerate(found)
                           if one.part and one.part.name == before), 0)  # fmt: skip
                found.insert(at, Found(part, Cell(0, part.cell.cell_type, part.cell.source)))
            before = name
        return found

    def notes(self) -> Iterator[str]:
        """What was put in order, in sentences."""
        answers = {name for name in self.absent if self.parts[name].is_answer}
        for names, what in (
            (self.unmarked, "had lost nbgrader's mark, as happens when another program saves the "
                            "notebook, and was found by what is in it"),
            (self.twice, "was there more than once; what was written in any of them counts"),
            (self.changed, "was changed; the original was put back"),
            (self.absent - answers, "was missing; it was put back"),
            (answers, "was missing; no answer was found in the notebook"),
        ):  # fmt: skip
            if names:
                yield f"The notebook's cell {self._listed(names)} {what}."

    def _listed(self, names: set[str]) -> str:
        """The names in the order of the assignment."""
        listed = [f"`{name}`" for name in self.parts if name in names]
        more = f" and {len(listed) - MAX_NAMED} more" if len(listed) > MAX_NAMED else ""
        return ", ".join(listed[:MAX_NAMED]) + more


def _says_the_same(cell: Cell, part: Part) -> bool:
    """Whether something of a locked part is left in a cell that claims to be it."""
    named = CHECK.search(part.cell.source)
    if named is None:
        return _plain(cell.source) == _plain(part.cell.source)
    return any(found[1] == named[1] for found in CHECK.finditer(cell.source))


def _answer(part: Part, cell: Cell) -> str:
    """What the student wrote in that cell."""
    if marker(cell.source, part.name):
        return split_answers(cell.source)[part.name]
    return NO_ANSWER.sub("", cell.source).strip()
