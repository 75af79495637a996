"""Which statements of a notebook are not run when grading: they load, train, plot or wait."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import translate

from autograder.notebook.scopes import Function
from autograder.notebook.statements import Statement

# What these calls make stays undefined. The names are as imported (`nd.mnist` is `nndl.data.mnist`
# after `import nndl.data as nd`); * is anything.
NOT_RUN_CALLS = (
    *("open", "*.open", "input", "exit", "quit", "get_ipython", "time.sleep", "next(iter())"),
    *("os.system", "subprocess.*", "urllib.*", "requests.*", "google.colab.*"),
    *("*DataLoader", "datasets.*", "*.datasets.*", "nndl.data.*", "torch.hub.*"),
    *("torch.load", "numpy.load*", "numpy.genfromtxt", "pandas.read_*", "pickle.load", "json.load"),
    *("*.backward", "*.step", "*.fit", "*.show", "*.savefig"),
)
# How functions of the notebook begin that do the same; those that call them do it too.
NOT_RUN_FUNCTIONS = ("train", "fit", "test", "evaluate", "plot", "show", "download")
# Modules that only the notebook's own machine has.
NOT_RUN_IMPORTS = ("google.colab",)

_PATTERN = re.compile("|".join(map(translate, NOT_RUN_CALLS)))


def not_run(statements: list[Statement]) -> set[int]:
    """The indices of the statements that are not run when grading, of all in a notebook."""
    origins = _origins(statements)
    functions = _functions_not_run(statements, origins)
    return {
        s.index for s in statements if _is_excluded(s.node) or _has_effects(s, functions, origins)
    }


def _has_effects(statement: Statement, functions: set[str], origins: Mapping[str, str]) -> bool:
    if isinstance(statement.node, Function | ast.ClassDef):
        return False
    if any(map(_never_ends, statement.running)):
        return True
    calls = _called(statement.running, origins)
    return any(name in functions or _PATTERN.match(name) for name in calls)


def _never_ends(node: ast.AST) -> bool:
    """Whether it is a `while True` that nothing leaves."""
    if not isinstance(node, ast.While) or not isinstance(node.test, ast.Constant):
        return False
    todo: list[ast.AST] = [*node.body]
    while todo:
        inner = todo.pop()
        if isinstance(inner, ast.Break | ast.Raise):
            return False
        if not isinstance(inner, ast.For | ast.While | Function | ast.Lambda):  # it is their own
            todo += ast.iter_child_nodes(inner)
    return bool(node.test.value)


def _is_excluded(node: ast.stmt) -> bool:
    match node:
        case ast.Import():
            return any(alias.name.startswith(NOT_RUN_IMPORTS) for alias in node.names)
        case ast.ImportFrom():
            return f"{node.module}.{node.names[0].name}".startswith(NOT_RUN_IMPORTS)
        case _:
            return False


def _functions_not_run(statements: list[Statement], origins: Mapping[str, str]) -> set[str]:
    callers: dict[str, set[str]] = defaultdict(set)
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement.node, Function):
            name = statement.node.name
            called = set(_called(ast.walk(statement.node), origins))
            if name.lstrip("_").startswith(NOT_RUN_FUNCTIONS) or any(map(_PATTERN.match, called)):
                found.add(name)
            for other in called:
                callers[other].add(name)
    todo = list(found)
    while todo:
        further = callers[todo.pop()] - found
        found |= further
        todo += further
    return found


def _origins(statements: list[Statement]) -> dict[str, str]:
    """What imported names stand for: `nn` for `torch.nn`."""
    origins = {}
    for statement in statements:
        for node in statement.running:
            if isinstance(node, ast.Import):
                origins.update({a.asname: a.name for a in node.names if a.asname})
            elif isinstance(node, ast.ImportFrom):
                origins.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
    return origins


def _called(nodes: Iterable[ast.AST], origins: Mapping[str, str]) -> Iterator[str]:
    """The dotted names of what is called; `.step` for a method of what has no name."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="next"), args=[ast.Call(func=ast.Name(id="iter")), *_]):
                yield "next(iter())"
            case ast.Call(func=function):
                yield _dotted(function, origins)


def _dotted(node: ast.expr, origins: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(origins.get(node.id, node.id) if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))
