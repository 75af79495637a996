"""What an assignment is: its items and points, read from the lesson's nbgrader metadata."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.course import course_root
from autograder.errors import WrongUsage


@dataclass(frozen=True)
class Item:
    """One graded exercise: its nbgrader `grade_id`, its points, and who grades it."""

    name: str
    points: float
    manual: bool


@dataclass(frozen=True)
class Assignment:
    """One assignment; `main` is the module that students edit, beside the notebook."""

    name: str
    folder: Path
    main: str
    items: tuple[Item, ...]

    @property
    def max_score(self) -> float:
        """The automatic points."""
        return sum(item.points for item in self.items if not item.manual)

    @property
    def checks(self) -> Path:
        return Path(__file__).parent / "checks" / f"{self.name}.py"


def known_assignments() -> list[str]:
    """The names of the assignments in `solutions/`, sorted."""
    return sorted(path.parent.name for path in course_root().glob("solutions/*/*.md")
                  if path.stem == path.parent.name)  # fmt: skip


@cache
def assignment(name: str) -> Assignment:
    """The assignment of that name. Raises WrongUsage if there is none, or it is incomplete."""
    if name not in known_assignments():
        names = ", ".join(known_assignments()) or "none"
        raise WrongUsage(f"There is no assignment {name!r}. The course has: {names}.")
    folder = course_root() / "solutions" / name
    modules = sorted(folder.glob("*.py"))
    if len(modules) != 1:
        raise WrongUsage(f"{folder} must hold one module for students to edit, not {len(modules)}.")
    return Assignment(name, folder, modules[0].name, _items(folder / f"{name}.md"))


def lesson(path: Path) -> Any:
    """The lesson at `path`, as a notebook."""
    import jupytext  # slow to import, and needed once per assignment

    return jupytext.read(path)


@cache
def reference(name: str) -> ModuleType:
    """The solution's module of that assignment, imported: what is right."""
    found = assignment(name)
    path = found.folder / found.main
    spec = importlib.util.spec_from_file_location(f"solution_{name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _items(path: Path) -> tuple[Item, ...]:
    marks = [cell.metadata.get("nbgrader", {}) for cell in lesson(path).cells]
    return tuple(
        Item(mark["grade_id"], float(mark["points"]), manual=bool(mark.get("solution")))
        for mark in marks
        if mark.get("grade")
    )
