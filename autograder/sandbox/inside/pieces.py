"""A notebook's program, run in pieces: a statement that raises costs what it would have made."""

from __future__ import annotations
import __future__

import ast
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STATEMENT_SECONDS = 2.5  # of CPU time

_FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)


def run_in_pieces(
    source: str, filename: str, namespace: dict[str, Any], run: Callable[..., Any]
) -> dict[str, Exception]:
    """Execute the top-level statements one by one, each by `run(exec, code, namespace)`.

    Returns, for each name that a statement failed to make, what that statement raised; or, where
    it missed an earlier name that broke, what that one's raised. Raises SyntaxError if the source
    is no Python.
    """
    failed: dict[str, Exception] = {}
    flags = 0
    for node in ast.parse(source, filename).body:
        code = compile(ast.Module([node], []), filename, "exec", flags=flags, dont_inherit=True)
        flags |= code.co_flags & _FUTURES
        try:
            with _limited():
                run(exec, code, namespace)
        except Exception as error:
            missing = error.name or "" if isinstance(error, NameError) else ""
            failed.update(dict.fromkeys(_makes(node), failed.get(missing, error)))
        else:
            for name in _makes(node):
                failed.pop(name, None)
    return failed


def _makes(node: ast.stmt) -> Iterator[str]:
    """The global names that a statement would bind, had it run to its end."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).partition(".")[0]
        elif isinstance(part, ast.FunctionDef | ast.ClassDef):
            yield part.name


@contextmanager
def _limited() -> Iterator[None]:
    """Break off with a TimeoutError what takes too long, again if the first one is caught."""

    def stop(*_: Any) -> None:
        raise TimeoutError(
            f"this statement took more than {STATEMENT_SECONDS:g} seconds, and was broken off"
        )

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, STATEMENT_SECONDS, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
