"""A worn notebook, put in order: each cell of the assignment found again, or put back.

Notebooks come back from Colab, from editors and from students with cells duplicated, deleted,
split, merged and moved, and with nbgrader's metadata gone. The assignment's cells are found by
what they claim to be (`grade_id`), then by what is in them: the marker above an answer, the name
that a cell defines, the text that was released. The student's own order and cells are kept.
Nothing is done to the student's file.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from autograder.notebook.reading import Cell
from nndl.written import MARKER, NO_ANSWER, marker, split_answers

DEFINED = re.compile(r"^(?:async +)?(?:def|class) +(\w+)|^(\w+) *=(?!=)", re.MULTILINE)
CHECK = re.compile(r"""\.check\(\s*["']([\w-]+)["']""")
GAP = "raise NotImplementedError"
ELSEWHERE = "# What belongs here was found in another cell."
KINDS = {"code": "code", "markdown": "text", "raw": "raw"}  # of cells, as a note says it
MAX_NAMED = 8  # cells that a note names, before it says how many more there are
MAX_PIECES = 50  # into which one cell is taken apart
MAX_CODE = 1_000_000  # characters of a notebook that are looked at as Python


@dataclass(frozen=True)
class Part:
    """A cell of the assignment, as it was released, by its grade_id."""

    name: str
    cell: Any  # a node of nbformat's, or what looks like one

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


def parts_of(released: Any) -> list[Part]:
    """The cells of a released notebook that nbgrader knows, in order."""
    marks = [(cell.metadata.get("nbgrader", {}).get("grade_id"), cell) for cell in released.cells]
    return [Part(name, cell) for name, cell in marks if name]


def recover(cells: Sequence[Cell], released: Any) -> Recovered:
    """Find the parts of the released notebook among a student's cells."""
    recovery = _Recovery(released)
    found = recovery.put_back(recovery.find(cells))
    return Recovered(tuple(found), recovery.answers, tuple(recovery.notes()))


def is_python(source: str) -> bool:
    """Whether it can be read as Python, without any magic."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError):
        return False
    return True


def plain(source: str) -> str:
    """The text without white space."""
    return "".join(source.split())


def defined_in(source: str) -> set[str]:
    """The names that a cell seems to define at its top level, whether it is Python or not."""
    return {a or b for a, b in DEFINED.findall(source)}


@dataclass(frozen=True, eq=False)
class _Told:
    """A cell, or a piece of one, with the part that it is; `by` says how that was seen.

    That is "claim", "marker", "content", "place" (it goes on where the one above ends), or "".
    """

    cell: Cell
    part: Part | None = None
    by: str = ""


class _Recovery:
    """Finds the parts, and remembers what had to be put in order."""

    def __init__(self, released: Any) -> None:
        parts = parts_of(released)
        self.parts = {part.name: part for part in parts}
        self.by_text = {plain(part.cell.source): part for part in parts if part.is_locked}
        code = [part for part in parts if not part.is_locked and not part.is_answer]
        self.by_name = {name: part for part in code for name in defined_in(part.cell.source)}
        written = {part.name for part in parts if not part.is_locked}
        self.given = [
            cell
            for cell in released.cells
            if cell.source.strip()
            and cell.metadata.get("nbgrader", {}).get("grade_id") not in written
        ]
        self.given_texts = {plain(cell.source) for cell in self.given}
        self.answers: dict[str, str] = {}
        self.pictures: dict[str, dict[str, Any]] = {}  # in these, by file name
        self._left = MAX_CODE
        # The names of the parts of which the notes tell.
        self.merged: set[str] = set()
        self.split: set[str] = set()
        self.unmarked: set[str] = set()
        self.twice: set[str] = set()
        self.turned: dict[str, str] = {}  # the kind of cell that it had become
        self.changed: set[str] = set()
        self.absent: set[str] = set()
        self.elsewhere: set[str] = set()

    def find(self, cells: Sequence[Cell]) -> list[Found]:
        """The cells with their parts: each part once, the others as cells of the student's."""
        told = self._put_together([one for cell in cells for one in self._told(cell)])
        candidates: dict[str, list[_Told]] = {}
        for one in told:
            if one.part is not None:
                candidates.setdefault(one.part.name, []).append(one)
        best = {name: self._best(self.parts[name], found) for name, found in candidates.items()}
        return [found for one in told for found in self._placed(one, best)]

    # Which part a cell is.

    def _told(self, cell: Cell) -> list[_Told]:
        pieces = self._pieces(cell)
        told = [self._part(piece) for piece in pieces]
        names = {one.part.name for one in told if one.part}
        if len(pieces) > 1 and (len(names) > 1 or any(self._is_given(p) for p in pieces)):
            self.merged |= names
        return told

    def _pieces(self, cell: Cell) -> list[Cell]:
        """The cell; one into which an answer was merged is taken apart.

        That is at the markers, and where a text begins or ends that was handed out.
        """
        source = cell.source
        starts = [match.start() for match in MARKER.finditer(source)]
        if not starts or (cell.kind == "code" and self._is_python(source)):
            return [cell]
        cuts = {0, *starts[:MAX_PIECES], len(source)}
        whole: dict[int, Any] = {}
        for given in self.given:
            start = source.find(given.source)
            end = start + len(given.source)
            if start >= 0 and source[:start][-1:] in ("", "\n") and source[end:][:1] in ("", "\n"):
                cuts |= {start, end}
                whole[start] = given
        ordered = sorted(cuts)
        pieces = []
        for start, end in pairwise(ordered):
            piece = replace(cell, source=source[start:end])
            if start in whole:
                piece = replace(_turned(piece, whole[start].cell_type), claims=())
            if piece.source.strip():
                pieces.append(piece)
        return pieces

    def _is_given(self, cell: Cell) -> bool:
        return plain(cell.source) in self.given_texts

    def _part(self, cell: Cell) -> _Told:
        """By the marker in it, by its claims, by what it defines or says."""
        found = marker(cell.source)
        marked = self.parts.get(found.name) if found else None
        if marked is not None and marked.is_answer and not self._is_code(cell):
            claims = marked.name in cell.claims
            return _Told(cell, marked, "claim" if claims else "marker")
        claimed = next((self.parts[name] for name in cell.claims if name in self.parts), None)
        if claimed is not None and claimed.is_locked and not _says_the_same(cell, claimed):
            if cell.source.strip():
                self.changed.add(claimed.name)
            claimed = None  # something else was written there, or nothing
        if claimed is not None:
            return _Told(cell, claimed, "claim")
        part = self._by_content(cell)
        return _Told(cell, part, "content" if part else "")

    def _is_code(self, cell: Cell) -> bool:
        return cell.kind == "code" and self._is_python(cell.source)

    def _is_python(self, source: str) -> bool:
        return self._may_look_at(source) and is_python(source)

    def _may_look_at(self, *sources: str) -> bool:
        """Whether that is still within the bounds of what is looked at more than once."""
        self._left -= sum(map(len, sources))
        return self._left >= 0

    def _by_content(self, cell: Cell) -> Part | None:
        same = self.by_text.get(plain(cell.source))
        names = sorted(defined_in(cell.source) & self.by_name.keys())
        if same is None and names and (cell.kind == "code" or self._is_python(cell.source)):
            return self.by_name[names[0]]
        return same

    # Which cells belong together.

    def _put_together(self, told: list[_Told]) -> list[_Told]:
        """The same, with what was split in one piece again."""
        joined: list[_Told] = []
        for one in told:
            above = joined[-1] if joined else None
            if above is None or above.part is None or above.cell.number == one.cell.number:
                joined.append(one)
            elif self._continues_code(above, one):
                self.split.add(above.part.name)
                joined[-1] = replace(above, cell=_joined(above.cell, one.cell))
            elif self._continues_answer(above, one):
                joined.append(_Told(one.cell, above.part, "place"))
            else:
                joined.append(one)
        return joined

    def _continues_code(self, above: _Told, one: _Told) -> bool:
        """Whether a solution goes on in the next cell, which is the other half of a split one."""
        part, first, second = above.part, above.cell, one.cell
        if part is None or part.is_locked or part.is_answer or first.kind != second.kind:
            return False
        if second.source.lstrip().startswith("%%") or one.part not in (None, part):
            return False
        is_indented = second.source[:1] in (" ", "\t")
        if (one.part is None and not is_indented) or not self._may_look_at(
            first.source, second.source
        ):
            return False
        if one.part is not None:
            return not defined_in(first.source) & defined_in(second.source)
        # Colab leaves the second half without a mark: only an indented one is surely a half.
        return is_python(f"{first.source}\n{second.source}")

    def _continues_answer(self, above: _Told, one: _Told) -> bool:
        """Whether an answer was written below the cell that was meant for it."""
        return (
            above.part is not None
            and above.part.is_answer
            and one.part is None
            and one.cell.kind != "code"
            and bool(one.cell.source.strip())
            and not self._is_given(one.cell)
            and (above.by == "place" or not _answer(above.part, above.cell))
        )

    def _best(self, part: Part, found: list[_Told]) -> _Told:
        """Of several cells that are the same part: the one that stands for it."""
        if all(one.by in ("marker", "content") for one in found) and part.name not in self.merged:
            self.unmarked.add(part.name)
        if part.is_answer:
            return self._best_answer(part, found)
        claiming = [one for one in found if one.by == "claim"] or found
        if len({one.cell.number for one in claiming}) > 1:
            self.twice.add(part.name)
        names = defined_in(part.cell.source)

        def worth(one: _Told) -> tuple[bool, ...]:
            source = one.cell.source
            return (
                bool(source.strip()),
                part.is_locked or GAP not in source,
                part.is_locked or plain(source) != plain(part.cell.source),
                bool(names & defined_in(source)),
                one.by == "claim",
            )

        if part.is_locked:
            return max(found, key=worth)
        return max(reversed(found), key=worth)  # the last one of those that are as good

    def _best_answer(self, part: Part, found: list[_Told]) -> _Told:
        """The first, with all that was written and pasted in any of them."""
        said = dict.fromkeys(filter(None, (_answer(part, one.cell) for one in found)))
        self.answers[part.name] = "\n\n".join(said)
        heads = {one.cell.number for one in found if marker(one.cell.source, part.name)}
        numbers = {one.cell.number for one in found}
        if len(numbers) > 1:
            (self.twice if len(heads) > 1 else self.split).add(part.name)
        for one in reversed(found):
            self.pictures.setdefault(part.name, {}).update(one.cell.attachments)
        return found[0]

    # What becomes of it.

    def _placed(self, one: _Told, best: dict[str, _Told]) -> Iterator[Found]:
        """What becomes of one cell: its part, with what the student added to a locked one."""
        cell, part = one.cell, one.part
        if part is None:
            yield Found(None, cell)
            return
        stands = best[part.name] is one
        same = plain(cell.source) == plain(part.cell.source)
        if part.is_locked and not same:
            self.changed.add(part.name)
        if not part.is_answer and not (same if part.is_locked else stands):
            yield Found(None, cell)
        if stands:
            yield Found(part, self._restored(cell, part))

    def _restored(self, cell: Cell, part: Part) -> Cell:
        """The cell as it belongs there: what is locked as it was released, an answer whole."""
        kind, source = part.cell.cell_type, cell.source
        if part.is_locked:
            source = part.cell.source
        elif part.is_answer:
            head, answer = part.cell.source.split("\n", 1)[0], self.answers[part.name]
            source = f"{head}\n\n{answer}" if answer else part.cell.source
        if kind != cell.kind and part.name not in self.merged:
            self.turned[part.name] = cell.kind
        cell = replace(_turned(cell, kind), source=source)
        if part.is_locked:
            return replace(cell, outputs=[], attachments={})
        return replace(cell, attachments=self.pictures.get(part.name, cell.attachments))

    def put_back(self, found: list[Found]) -> list[Found]:
        """The same with the parts that are nowhere, each behind the one that it was released by."""
        there = {one.part.name for one in found if one.part}
        defined = {name for one in found if one.cell.kind == "code"
                   for name in defined_in(one.cell.source)}  # fmt: skip
        before = ""
        for name, part in self.parts.items():
            if name not in there:
                self.absent.add(name)
                source = part.cell.source
                if {n for n, other in self.by_name.items() if other is part} & defined:
                    self.elsewhere.add(name)
                    source = ELSEWHERE
                at = next((i + 1 for i, one in enumerate(found)
                           if one.part and one.part.name == before), 0)  # fmt: skip
                found.insert(at, Found(part, Cell(0, part.cell.cell_type, source)))
            before = name
        return found

    def notes(self) -> Iterator[str]:
        """What was put in order, in sentences."""
        answers = {name for name in self.absent if self.parts[name].is_answer}
        turned = {kind: {n for n, k in self.turned.items() if k == kind} for kind in KINDS}
        for names, one, many in (
            (self.unmarked, "had lost the mark that names it, as happens when another program "
             "saves the notebook; it was found by what is in it",
             "had lost the marks that name them, as happens when another program saves the "
             "notebook; they were found by what is in them"),
            (self.merged, "was merged with another cell; it was taken apart again",
             "were merged with other cells; they were taken apart again"),
            (self.split, "was split; its pieces were put together",
             "were split; their pieces were put together"),
            (self.twice, "was there more than once; nothing that was written in it is lost",
             "were there more than once; nothing that was written in them is lost"),
            *((turned[kind], f"had become a {word} cell; it was turned back",
               f"had become {word} cells; they were turned back") for kind, word in KINDS.items()),
            (self.changed, "was changed; the original was put back",
             "were changed; the originals were put back"),
            (self.elsewhere, "was missing; what belongs in it was found in another cell",
             "were missing; what belongs in them was found in other cells"),
            (self.absent - answers - self.elsewhere - self.changed,
             "was missing; it was put back as it was handed out",
             "were missing; they were put back as they were handed out"),
            (answers, "was missing; no answer was found in the notebook",
             "were missing; no answers were found in the notebook"),
        ):  # fmt: skip
            if names:
                several = len(names) > 1
                cells = f"The cell{'s' if several else ''} {self._listed(names)}"
                yield f"{cells} {many if several else one}."

    def _listed(self, names: set[str]) -> str:
        """The names in the order of the assignment."""
        listed = [f"`{name}`" for name in self.parts if name in names]
        if len(listed) > MAX_NAMED:
            listed[MAX_NAMED - 1 :] = [f"{len(listed) - MAX_NAMED + 1} more"]
        return " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))


def _turned(cell: Cell, kind: str) -> Cell:
    """The cell as one of another kind, with what such a one can have."""
    is_code = kind == "code"
    outputs, pictures = (cell.outputs, {}) if is_code else ([], cell.attachments)
    return replace(cell, kind=kind, outputs=outputs, attachments=pictures)


def _joined(first: Cell, second: Cell) -> Cell:
    source = f"{first.source}\n{second.source}"
    return replace(first, source=source, outputs=[*first.outputs, *second.outputs])


def _says_the_same(cell: Cell, part: Part) -> bool:
    """Whether something of a locked part is left in a cell that claims to be it."""
    named = CHECK.search(part.cell.source)
    if named is None:
        return plain(cell.source) == plain(part.cell.source)
    return any(found[1] == named[1] for found in CHECK.finditer(cell.source))


def _answer(part: Part, cell: Cell) -> str:
    """What the student wrote in that cell, above the marker and below it."""
    found = MARKER.search(cell.source)
    if not marker(cell.source, part.name) or found is None:
        return NO_ANSWER.sub("", cell.source).strip()
    return split_answers(cell.source)[part.name]
