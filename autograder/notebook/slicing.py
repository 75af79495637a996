"""Cuts a notebook down to what the graded names need. `docs/slicing.md` has the rules by number.

Nothing of a student is executed here: cells are parsed, and what comes out is the text of a
program, which runs behind walls.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from autograder.notebook.callables import BUILTINS, makes_only_a_value
from autograder.notebook.effects import not_run
from autograder.notebook.scopes import Function
from autograder.notebook.statements import CodeCell, Statement, Unread, assigned, read_cells
from autograder.text import quotable

__all__ = ["CodeCell", "Program", "slice_cells"]

MAX_NOTES = 30

_NO_STAND_INS: Mapping[str, str] = MappingProxyType({})
_CONTAINERS = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
_TRY = (ast.Try, getattr(ast, "TryStar", ast.Try))  # from Python 3.11 on
_LAZY_HINTS = "from __future__ import annotations"
_COMPOUND = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Match),
    *_TRY,
)
_CONTAINER_TYPES = {"list", "dict", "set", "defaultdict", "OrderedDict", "Counter", "deque"}


@dataclass(frozen=True)
class Program:
    """What is left of a notebook.

    `text` is valid Python whose lines end with a newline character. `places` says for each of
    them the cell's number and the line in that cell, both from 1 (0 is what was handed out and is
    not there); None for lines that were added.
    `defined` are the top-level names that it binds (or may bind, in `try` and the like). `notes`
    say, for student and instructor, in sentences with names between backticks, what was left out
    and why it matters.
    """

    text: str
    places: tuple[tuple[int, int] | None, ...]
    defined: frozenset[str]
    notes: tuple[str, ...]


def slice_cells(
    cells: Sequence[CodeCell],
    names: Collection[str],
    without: Collection[str] = (),
    stand_ins: Mapping[str, str] = _NO_STAND_INS,
) -> Program:
    """The program that defines the graded `names`, as far as the notebook does.

    Nothing is imported from the modules `without`, which are not there. `stand_ins` are
    expressions for names that only cells make which are not run. Takes any source; the time is
    bounded by the limits in `statements`. Raises nothing.
    """
    statements, unread = read_cells(cells)
    here = [s for s in statements if not _imports(s.node, without)]
    slicer = _Slicer(here, unread, stand_ins)
    graded = sorted(names)
    for name in graded:
        slicer.explain(name, name)
    for name in graded:
        slicer.keep(name)
    kept = slicer.in_order()
    lines = [
        (line, None if slicer.is_stand_in(s) else (s.cell, number))
        for s in kept
        for line, number in s.lines
    ]
    if _has_hints_of_missing_names(kept):
        lines.insert(0, (_LAZY_HINTS, None))
    return Program(
        text="".join(line + "\n" for line, _ in lines),
        places=tuple(place for _, place in lines),
        defined=frozenset[str]().union(*(s.names.binds for s in kept)),
        notes=tuple(slicer.notes[:MAX_NOTES]),
    )


class _Slicer:
    """Chooses among the statements of one notebook; `notes` grows meanwhile."""

    def __init__(
        self, statements: list[Statement], unread: list[Unread], stand_ins: Mapping[str, str]
    ) -> None:
        self.notes: list[str] = []
        self._explained: set[str] = set()
        self._kept: dict[int, Statement] = {}
        self._unread = {name: u for u in unread for name in u.seems_to_define()}
        candidates = self._without_stubs(statements)
        refused = not_run(candidates)
        self._refused = _by_name(s for s in candidates if s.index in refused)
        light = [s for s in candidates if s.index not in refused]
        self._stand_ins = self._standing_in(stand_ins, _by_name(light))
        light = sorted([*light, *self._stand_ins], key=lambda s: s.index)
        self._light = _by_name(light)
        self._has_star = any(map(_is_star_import, light))
        self._at_once = {s.index: _needed_at_once(s) for s in light}
        usable = self._usable(light)
        self._always = [s for s in usable if _is_future(s) or _is_star_import(s)]
        self._bindings = _by_name(usable)
        self._positions = {n: [s.index for s in b] for n, b in self._bindings.items()}
        self._changers = self._changers_of(usable)
        self._callers: dict[str, set[str]] = defaultdict(set)
        for statement in usable:
            for called in statement.names.called:
                self._callers[called] |= statement.names.binds
        self._functions: dict[str, Statement | None] = {}

    def keep(self, name: str) -> None:
        """Keeps what a graded name needs, transitively."""
        final = self._final(name, called=True)
        todo = [*self._always, *([final] if final else [])]
        while todo:
            statement = todo.pop()
            if statement.index not in self._kept:
                self._kept[statement.index] = statement
                todo += self._needs(statement)
                for needed in sorted(statement.names.now | statement.names.later):
                    self.explain(needed, name)

    def explain(self, name: str, graded: str) -> None:
        """Notes why a name that `graded` needs is not there, or not as the notebook leaves it."""
        start, todo = name, [name]
        while todo:
            name = todo.pop()
            if name in self._explained:
                continue
            self._explained.add(name)
            note = self._what_is_wrong(name, graded) or (
                f"{_needing(name, graded)} no cell defines."
                if name != start and name not in self._light
                else None
            )
            if note:
                self.notes.append(note)
            elif name not in self._bindings:
                further = {n for s in self._light.get(name, []) for n in self._at_once[s.index]}
                todo += sorted(further - BUILTINS - self._bindings.keys())

    def is_stand_in(self, statement: Statement) -> bool:
        return statement in self._stand_ins

    def in_order(self) -> list[Statement]:
        """What is kept, in the notebook's order, but what is needed earlier comes earlier."""
        kept = [self._kept[index] for index in sorted(self._kept)]
        previous: dict[int, list[int]] = {}
        last: dict[str, int] = {}
        for statement in kept:  # bindings of one name stay in their order
            previous[statement.index] = [last[n] for n in statement.names.binds if n in last]
            last.update(dict.fromkeys(statement.names.binds, statement.index))

        def before(step: _Step) -> Iterator[_Step]:
            index, called = step
            if called:
                yield index, False
                yield from ((i, True) for i in self._needed_for_call(index))
            else:
                yield from ((i, False) for i in sorted(previous[index]))
                yield from ((i, True) for i in self._needed_to_run(index))

        kept.sort(key=lambda s: not _is_future(s))
        steps = _depth_first([(s.index, False) for s in kept], before)
        return [self._kept[index] for index, called in steps if not called]

    # What a statement needs.

    def _needs(self, statement: Statement) -> Iterator[Statement]:
        found = [self._at(name, statement) for name in statement.names.now]
        found += [self._final(n, n in statement.names.called) for n in statement.names.later]
        found += [self._previous(n, statement) or self._final(n) for n in statement.names.hints]
        if isinstance(statement.node, _COMPOUND):  # which may leave a name as it was
            found += [self._previous(name, statement) for name in statement.names.binds]
        yield from (other for other in found if other is not None)
        for name in statement.names.binds:
            yield from self._changers.get((statement.index, name), [])

    def _needed_to_run(self, index: int) -> list[int]:
        statement = self._kept[index]
        made = [self._at(name, statement) for name in statement.names.now]
        return sorted(s.index for s in made if s is not None)

    def _needed_for_call(self, index: int) -> list[int]:
        names = self._kept[index].names
        finals = [self._final(name, name in names.called) for name in names.later]
        # What is computed from other names stays where it is: those may be made further down.
        free = (s for s in finals if s and (isinstance(s.node, _DEFINITIONS) or not s.names.now))
        return sorted(s.index for s in free)

    def _final(self, name: str, called: bool = False) -> Statement | None:
        """Where a name gets the value that it has after the last cell.

        If it is `called`, that is the last value that can be, if there is one; Python's own, for
        a builtin.
        """
        if name not in self._bindings:
            return None
        if not called:
            return self._bindings[name][-1]
        if name not in self._functions:
            functions = self._functions_of(name)
            usual = None if name in BUILTINS else self._bindings[name][-1]
            self._functions[name] = functions[-1] if functions else usual
        return self._functions[name]

    def _functions_of(self, name: str) -> list[Statement]:
        """Where a name gets a value that can be called, as far as one can see."""
        found = [s for s in self._bindings[name] if not makes_only_a_value(s.node, name)]
        if not found or isinstance(found[-1].node, _DEFINITIONS):
            return found
        callers = self._callers_of(name)  # `mean = mean_of(rows)`, where `mean_of` calls `mean`
        free = [s for s in found if isinstance(s.node, _DEFINITIONS) or not s.names.now & callers]
        return free or found

    def _callers_of(self, name: str) -> set[str]:
        """The names whose functions call that one, or call what calls it, and so on."""
        found: set[str] = set()
        todo = [name]
        while todo:
            further = self._callers[todo.pop()] - found
            found |= further
            todo += further
        return found - {name}

    def _at(self, name: str, statement: Statement) -> Statement | None:
        """Where a name gets the value that a statement sees while it runs.

        That is the last place before; the first one after it if there is none (cells were run
        out of order), unless Python has a value of its own.
        """
        previous = self._previous(name, statement)
        if previous or name in BUILTINS or name not in self._at_once[statement.index]:
            return previous
        return next((s for s in self._bindings.get(name, [])[:2] if s is not statement), None)

    def _previous(self, name: str, statement: Statement) -> Statement | None:
        position = bisect_left(self._positions.get(name, []), statement.index)
        return self._bindings[name][position - 1] if position else None

    def _changers_of(self, usable: list[Statement]) -> dict[tuple[int, str], list[Statement]]:
        """Statements that set up an object, by where the object is made and under which name."""
        changers = defaultdict(list)
        for statement in usable:
            for name in statement.names.changes | statement.names.calls_on:
                made = self._at(name, statement)
                if made and (name in statement.names.changes or _is_container(made)):
                    changers[made.index, name].append(statement)
        return changers

    # What can be had at all.

    def _without_stubs(self, statements: list[Statement]) -> list[Statement]:
        definitions = _by_name(s for s in statements if isinstance(s.node, Function | ast.ClassDef))
        stubs: set[int] = set()
        for name, same in definitions.items():
            empty = [s for s in same if _is_stub(s.node)]
            written = [s for s in same if not _is_stub(s.node)]
            if written:
                stubs.update(s.index for s in empty)
            if written and empty and empty[-1].index > written[-1].index:
                self.notes.append(
                    f"{_quoted(name)} is written in {_cell(written[-1].cell)}, and empty again in "
                    f"{_cell(empty[-1].cell)}; the written one counts."
                )
        return [s for s in statements if s.index not in stubs]

    def _standing_in(
        self, expressions: Mapping[str, str], light: Mapping[str, list[Statement]]
    ) -> list[Statement]:
        """Statements, before all others, for names that only statements make which are not run."""
        wanted = [name for name in expressions if name in self._refused and name not in light]
        return [assigned(name, expressions[name], -i) for i, name in enumerate(wanted, start=1)]

    def _usable(self, light: list[Statement]) -> list[Statement]:
        """The statements that find all names that they read while they run.

        Grows from those that need nothing, so that those that only need each other are out.
        """
        waiting: dict[str, list[Statement]] = defaultdict(list)
        missing: dict[int, int] = {}
        for statement in light:
            unmet = [n for n in self._at_once[statement.index] if not self._known(n, statement)]
            missing[statement.index] = len(unmet)
            for name in unmet:
                waiting[name].append(statement)
        ready = [s for s in light if not missing[s.index]]
        for statement in ready:  # which grows meanwhile
            for name in statement.names.binds:
                for reader in waiting.pop(name, []):
                    missing[reader.index] -= 1
                    if not missing[reader.index]:
                        ready.append(reader)
        return sorted(ready, key=lambda s: s.index)

    def _known(self, name: str, statement: Statement) -> bool:
        """Whether a name is Python's, or may come from a star import, or is only asked for."""
        unbound = name not in self._light and name not in self._refused
        asks = isinstance(statement.node, (ast.If, *_TRY))
        return name in BUILTINS or (unbound and (self._has_star or asks))

    # What to tell.

    def _what_is_wrong(self, name: str, graded: str) -> str | None:
        final, refused = self._final(name), self._refused.get(name)
        needing = _needing(name, graded)
        if refused and final and self.is_stand_in(final):
            made = f"{needing} {_cell(refused[-1].cell)} makes"
            return f"{made}; that cell is not run when grading, and a stand-in takes its place."
        if final and isinstance(final.node, Function | ast.ClassDef):
            refused = None  # what is defined is meant, not what a training calls by that name
        if refused and (final is None or final.index < refused[-1].index):
            note = f"{needing} {_cell(refused[-1].cell)} makes; that cell is not run when grading"
            stands = f", and the value from {_cell(final.cell)} stands" if final else ""
            return f"{note}{stands}."
        if name in self._unread and (final is None or _is_stub(final.node)):
            where = self._unread[name]
            defines = f"{needing} {_cell(where.cell)} seems to define"
            return f"{defines}; that is left out: {where.why}."
        if final is None and name == graded:
            return self._near_miss(name)
        return None

    def _near_miss(self, name: str) -> str | None:
        for other, bindings in self._bindings.items():
            if _folded(other) == _folded(name):
                where = f"{_quoted(other)} is defined in {_cell(bindings[-1].cell)}"
                return f"{where}; {_quoted(name)} is asked for."
        return None


_Step = tuple[int, bool]  # a statement's index; whether what it defines is called


def _depth_first(
    starts: Iterable[_Step], before: Callable[[_Step], Iterator[_Step]]
) -> Iterator[_Step]:
    """Every step after those before it; cycles are cut. No recursion: chains can be long."""
    seen: set[_Step] = set()
    for start in starts:
        stack = [(start, iter([start]))]
        while stack:
            step, further = stack[-1]
            following = next((s for s in further if s not in seen), None)
            if following is None:
                stack.pop()
                if stack:
                    yield step
            else:
                seen.add(following)
                stack.append((following, before(following)))


def _by_name(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    bindings: dict[str, list[Statement]] = {}
    for statement in statements:
        for name in statement.names.binds:
            bindings.setdefault(name, []).append(statement)
    return bindings


def _needed_at_once(statement: Statement) -> frozenset[str]:
    """The names that must be there when a statement runs: what it makes for itself is not."""
    if isinstance(statement.node, _COMPOUND):
        return statement.names.now - statement.names.binds
    walrus = {n.target.id for n in statement.running if isinstance(n, ast.NamedExpr)}
    return statement.names.now - walrus


def _is_stub(node: ast.stmt) -> bool:
    """Whether a definition is not written yet; other statements are no stubs."""
    if not isinstance(node, Function | ast.ClassDef):
        return False
    empty = (isinstance(n, ast.Pass) or _is_constant(n) for n in node.body)
    return _has_gap(node.body) or (isinstance(node, Function) and all(empty))


def _has_gap(body: list[ast.stmt]) -> bool:
    """Whether a body comes to `raise NotImplementedError`, whatever it is called with.

    Below `if`, and where it handles another exception, it refuses what the code does not support.
    """
    for node in body:
        if isinstance(node, ast.Return):
            return False
        if isinstance(node, ast.Raise) and _is_not_implemented(node.exc):
            return True
        if not isinstance(node, ast.If) and _has_gap(getattr(node, "body", [])):
            return True
    return False


def _is_not_implemented(error: ast.expr | None) -> bool:
    raised = error.func if isinstance(error, ast.Call) else error
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _is_constant(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_container(statement: Statement) -> bool:
    value = getattr(statement.node, "value", None)
    called = value.func if isinstance(value, ast.Call) else None
    return isinstance(value, _CONTAINERS) or getattr(called, "id", None) in _CONTAINER_TYPES


def _has_hints_of_missing_names(kept: Iterable[Statement]) -> bool:
    """Whether annotations read what is not there, or not yet, when they are evaluated."""
    there = set(BUILTINS)
    for statement in kept:
        if not statement.names.hints <= there:
            return True
        there |= statement.names.binds
    return False


def _imports(node: ast.stmt, modules: Collection[str]) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name in modules for alias in node.names)
    return isinstance(node, ast.ImportFrom) and node.module in modules


def _is_star_import(statement: Statement) -> bool:
    return isinstance(statement.node, ast.ImportFrom) and statement.node.names[0].name == "*"


def _is_future(statement: Statement) -> bool:
    return isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__"


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()


def _quoted(name: str) -> str:
    return f"`{quotable(name[:60])}`"


def _cell(number: int) -> str:
    return f"cell {number}" if number else "a cell of the assignment"


def _needing(name: str, graded: str) -> str:
    """The start of a sentence about what a cell does to a name."""
    if name == graded:
        return f"{_quoted(name)} is what"
    return f"{_quoted(graded)} needs {_quoted(name)}, which"
