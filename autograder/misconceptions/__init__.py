"""Mistakes that students really make, each as an executable wrong variant with its hint.

A module per assignment. A variant is the student's function or class as someone with that
mistake would write it; its docstring is the hint that this student reads. The variants serve
twice: `autograder audit` shows that the checks catch each of them, and diagnosis compares a
student's outputs with theirs and so names the mistake.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder import assignment


@dataclass(frozen=True)
class Misconception:
    """A wrong variant: `module` is the whole module in which all is right but this mistake."""

    name: str
    item: str
    hint: str
    module: str


_registered: dict[str, list[Misconception]] = {}


def reference(task: str, *names: str) -> list[Any]:
    """The solution's definitions of these names, for variants to extend."""
    module = assignment.reference(task)
    return [getattr(module, name) for name in names]


def misconception(name: str, item: str) -> Callable[[Any], Any]:
    """Register a wrong variant of `item`, and leave the name to the right definition.

    So in one module many variants can be called `VAE` and each can extend the right `VAE`.
    The variant's source is run in the solution's module, after the solution's own code.
    """

    def register(variant: Any) -> Any:
        task = variant.__module__.rpartition(".")[2]
        module = assignment.reference(task)
        solution = assignment.assignment(task).solution
        found = _registered.setdefault(task, [])
        if any(other.name == name for other in found):
            raise ValueError(f"two misconceptions of {task} are called {name}")
        source = f"{solution}\n\n{_definition(variant.__module__, name)}\n"
        found.append(Misconception(name, item, inspect.cleandoc(variant.__doc__ or ""), source))
        return getattr(module, variant.__name__)

    return register


def misconceptions(task: str) -> list[Misconception]:
    """The misconceptions of an assignment, in the order of its module."""
    importlib.import_module(f"{__name__}.{task}")
    return _registered.get(task, [])


def _definition(module: str, name: str) -> str:
    """The source of the definition that is decorated with that name, without the decorator.

    `inspect.getsource` can't tell classes of the same name in one module apart.
    """
    lines, definitions = _definitions(module)
    node = definitions[name]
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


@cache
def _definitions(module: str) -> tuple[list[str], dict[str, ast.stmt]]:
    source = Path(sys.modules[module].__file__ or "").read_text(encoding="utf-8")
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(source).body:
        for decorator in getattr(node, "decorator_list", []):
            if isinstance(decorator, ast.Call) and isinstance(decorator.args[0], ast.Constant):
                found[str(decorator.args[0].value)] = node
    return source.split("\n"), found
