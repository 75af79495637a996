"""What students were handed, known once: to find their work in what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitlets.utils.bunch import Bunch

from autograder.assignment import Assignment, assignment, take_over
from autograder.course import course_root
from autograder.errors import WrongUsage


@dataclass(frozen=True)
class Released:
    """A released assignment: its notebook, as nested Bunches, and the text of its modules."""

    notebook: Bunch
    modules: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """An assignment with its release, to be handed to another process.

    To find them out, a process imports nbgrader and jupytext: some three seconds.
    """

    assignment: Assignment
    released: Released | None


_released: dict[tuple[Path, str], Released] = {}


def released(name: str) -> Released:
    """What students get of that assignment. Raises WrongUsage if it can't be released."""
    key = course_root(), name
    if key not in _released:
        from autograder.nbgrader.generate import released_notebook
        from autograder.source import files_beside

        modules = {file: content.decode() for file, content in files_beside(name).items()
                   if file.endswith(".py")}  # fmt: skip
        _released[key] = Released(_bunch(released_notebook(name)), modules)
    return _released[key]


def known(name: str) -> Known:
    """What `take_over_known` wants, to hand it to another process."""
    try:
        return Known(assignment(name), released(name))
    except WrongUsage:  # it can't be released; a module can be graded all the same
        return Known(assignment(name), None)


def take_over_known(given: Known) -> None:
    """Know what another process has found out."""
    take_over(given.assignment)
    if given.released is not None:
        _released[course_root(), given.assignment.name] = given.released


def _bunch(node: Any) -> Any:
    """The same without nbformat's types, which are slow to import."""
    if isinstance(node, Mapping):
        return Bunch({key: _bunch(value) for key, value in node.items()})
    return [_bunch(value) for value in node] if isinstance(node, list) else node
