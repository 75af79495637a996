"""The cells of a notebook, read into top-level statements. Nothing of them is ever executed."""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.notebook.scopes import UNREADABLE, Names, names_of, root_name, running_nodes
from autograder.text import quotable

# Cell magics around Python that binds its names in the notebook; others are left out.
READ_THROUGH = {"capture", "prun", "time", "timeit"}
# What of a notebook is read, in characters; real ones have a tenth of it.
MAX_SOURCE = 300_000
# Cells that a whole class has in common are read once: so many are kept, of at most so many
# characters, those of the last few notebooks.
KEPT_CELLS, KEPT_SOURCE = 256, 4_000
# What IPython may tokenize: it starts over for every magic that it finds. Beyond
# this, cells with magics can't be read.
MAX_TOKENIZED = 1_000_000

_GUARD = re.compile(r"^if\b[^:]*:")
_DEFINED = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE
)


@dataclass(frozen=True)
class CodeCell:
    """A code cell: its position among all cells, from 1, as a person counts; and its source.

    Number 0 has what was handed out and is not in the notebook.
    """

    number: int
    source: str


@dataclass(frozen=True, eq=False)
class Statement:
    """A top-level statement: `index` counts in the notebook, `lines` hold their cell's lines.

    `running` are the nodes that are evaluated while it runs. Nothing changes a node.
    """

    index: int
    cell: int
    node: ast.stmt
    lines: tuple[tuple[str, int], ...]
    names: Names
    running: tuple[ast.AST, ...]


@dataclass(frozen=True)
class Unread:
    """Source that could not be read, and why, as the end of a sentence."""

    cell: int
    source: str
    why: str

    def seems_to_define(self) -> set[str]:
        return {a or b for a, b in _DEFINED.findall(self.source)}


def assigned(name: str, expression: str, index: int) -> Statement:
    """A statement that no cell has: it gives `name` the value of `expression`."""
    text = f"{name} = {expression}"
    node = ast.parse(text).body[0]
    return Statement(index, 0, node, ((text, 0),), names_of(node), tuple(running_nodes(node)))


class _LeftOut(Exception):
    """A cell is left out; says why."""


def read_cells(cells: Sequence[CodeCell]) -> tuple[list[Statement], list[Unread]]:
    """The statements of all cells, in order, and what could not be read. Never raises."""
    reader = _Reader()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as on "\\d" in a string
        for cell in cells:
            reader.read(cell)
    return reader.statements, reader.unread


class _Reader:
    """Reads cells one after the other, until the limits are used up."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.unread: list[Unread] = []
        self._source_left = MAX_SOURCE
        self._tokenized_left = MAX_TOKENIZED

    def read(self, cell: CodeCell) -> None:
        self._source_left -= len(cell.source)
        try:
            if self._source_left < 0:
                raise _LeftOut("there is too much code in the notebook")
            parts = self._parts(cell.source)
        except _LeftOut as reason:
            self.unread.append(Unread(cell.number, cell.source[:MAX_SOURCE], str(reason)))
            return
        for part in parts:
            if isinstance(part, Unread):
                self.unread.append(replace(part, cell=cell.number))
            else:
                placed = replace(part, index=len(self.statements), cell=cell.number)
                self.statements.append(placed)

    def _parts(self, source: str) -> Sequence[_Part]:
        try:
            return _kept_parts(source) if len(source) <= KEPT_SOURCE else _parts(source)
        except SyntaxError:
            pass  # Python that stands as it is needs no IPython, and keeps its line numbers
        lines = self._transformed(_without_cell_magic(source))
        try:
            lines = _without_magics(lines, _parse(lines))
            return _parts_of(lines, _parse(lines))
        except UNREADABLE as error:
            raise _LeftOut(_why(error, lines)) from None

    def _transformed(self, lines: list[_Line]) -> list[_Line]:
        """The lines with magics and shell lines as calls, each with the number it came from."""
        from IPython.core.inputtransformer2 import TransformerManager  # slow, and seldom needed

        manager: Any = TransformerManager()
        texts = [re.sub(r"^([ \t]*)%time[ \t]+(?=\S)", r"\1", text) + "\n" for text, _ in lines]
        numbers = [number for _, number in lines]
        try:
            for cleanup in manager.cleanup_transforms:
                texts = cleanup(texts)
            texts = [text + "\n" for text in "".join(texts).split("\n")[:-1]]
            changed = len(texts) == len(numbers)
            while changed:
                # Python 3.12.1 takes time by the square of a line's length.
                self._tokenized_left -= sum(len(t) * (1 + len(t) // 4_000) for t in texts)
                if self._tokenized_left < 0:
                    return lines
                before = texts
                changed, texts = manager.do_one_token_transform(before)
                numbers = _joined(numbers, before, texts)
        except Exception:  # IPython's own, on what is no Python anyway: the parser says it better
            return lines
        return [(text.rstrip("\n"), number) for text, number in zip(texts, numbers, strict=True)]


_Line = tuple[str, int]


# A top-level statement, or what could not be read of one, before it has its place.
_Part = Statement | Unread


def _parts(source: str) -> Sequence[_Part]:
    """The parts of a cell that is Python as it stands; raises SyntaxError where it isn't."""
    lines = _without_cell_magic(source)
    try:
        tree = _parse(lines)
    except SyntaxError:
        raise
    except UNREADABLE as error:
        raise _LeftOut(_why(error, lines)) from None
    return _parts_of(lines, tree)


_kept_parts = functools.lru_cache(maxsize=KEPT_CELLS)(_parts)


def _parts_of(lines: list[_Line], tree: ast.Module) -> Sequence[_Part]:
    encoded = [(line.encode(), number) for line, number in lines]
    parts: list[_Part] = []
    for node in tree.body:
        names = names_of(node)
        # A star import binds names that can't be seen; else what binds nothing is nothing.
        if not (names.binds or names.changes or names.calls_on or isinstance(node, ast.ImportFrom)):
            continue
        own = tuple(_with_open_guard(node, _own_lines(node, encoded)))
        try:
            compile(ast.Module([node], []), "<cell>", "exec", dont_inherit=True)
        except UNREADABLE as error:
            source = "\n".join(line for line, _ in own)
            parts.append(Unread(0, source, _why(error, lines)))
        else:
            parts.append(Statement(0, 0, node, own, names, tuple(running_nodes(node))))
    return parts


def _without_cell_magic(source: str) -> list[_Line]:
    """The lines with their numbers, after blank ones and cell magics that wrap Python."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    lines = [(line, number) for number, line in enumerate(text.split("\n"), 1)]
    for start, (line, _) in enumerate(lines):
        magic = re.match(r"\s*%%(\w+)", line)
        if magic and magic[1] not in READ_THROUGH:
            raise _LeftOut(f"`%%{quotable(magic[1][:60])}` is not run when grading")
        if line.strip() and not magic:
            return lines[start:]
    return []


def _parse(lines: Iterable[_Line]) -> ast.Module:
    return ast.parse("\n".join(line for line, _ in lines))


def _why(error: BaseException, lines: Sequence[_Line]) -> str:
    if not isinstance(error, SyntaxError):
        return "it is no Python that can be read"
    message = quotable(str(error.msg)[:200])
    if error.lineno is None or not 0 < error.lineno <= len(lines):
        return message
    return f"line {lines[error.lineno - 1][1]}, {message}"


def _joined(numbers: list[int], before: list[str], after: list[str]) -> list[int]:
    """The line numbers after a magic that went over several lines has become one line."""
    fewer = len(before) - len(after)
    same = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    return numbers[: same + 1] + numbers[same + 1 + fewer :] if fewer else numbers


def _without_magics(lines: list[_Line], tree: ast.Module) -> list[_Line]:
    """The lines with `pass` for every magic whose value is not used, in functions as well."""
    lines = list(lines)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and root_name(node.value) == "get_ipython":
            line, number = lines[node.lineno - 1]
            own = line.encode()[node.col_offset : node.end_col_offset].decode(errors="replace")
            if node.lineno == node.end_lineno and own == line.strip():
                indent = line[: len(line) - len(line.lstrip())]
                lines[node.lineno - 1] = (indent + "pass", number)
    return lines


def _with_open_guard(node: ast.stmt, lines: Iterable[_Line]) -> Iterator[_Line]:
    """A statement's lines; `if __name__ == "__main__"`, which is true in a notebook, is so here."""
    is_guard = isinstance(node, ast.If) and _is_about_main(node.test)
    for line, number in lines:
        yield _GUARD.sub("if True:", line) if is_guard else line, number
        is_guard = False


def _is_about_main(test: ast.expr) -> bool:
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            sides = {getattr(side, "id", getattr(side, "value", None)) for side in (left, right)}
            return sides == {"__name__", "__main__"}
        case _:
            return False


def _own_lines(node: ast.stmt, lines: Sequence[tuple[bytes, int]]) -> Iterator[_Line]:
    """A statement's lines: the first and the last one cut where others share them.

    They are bytes since the parser counts columns in those.
    """
    first, start = node.lineno - 1, node.col_offset
    decorators = getattr(node, "decorator_list", [])
    if decorators:
        first, start = decorators[0].lineno - 1, 0
        while not lines[first][0].lstrip().startswith(b"@"):  # `@(` may end its line
            first -= 1
    last = (node.end_lineno or node.lineno) - 1
    for i in range(first, last + 1):
        line, number = lines[i]
        line = line[: node.end_col_offset if i == last else None]
        yield line[start if i == first else 0 :].decode(), number
