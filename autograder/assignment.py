"""What an assignment is: its items and points, read from the lesson's nbgrader metadata."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.course import course_root
from autograder.errors import WrongUsage
from autograder.notebook.slicing import slice_cells
from autograder.notebook.statements import CodeCell


@dataclass(frozen=True)
class Item:
    """One graded exercise: its nbgrader `grade_id`, its points, and who grades it."""

    name: str
    points: float
    manual: bool


@dataclass(frozen=True)
class Assignment:
    """One assignment; `main` is the module that students edit, or else the notebook.

    `names` are what exercises define in it, at its top level, and what they are given to build on.
    `solution` is the text of the right program.
    """

    name: str
    folder: Path
    main: str
    items: tuple[Item, ...]
    names: frozenset[str]
    solution: str = field(repr=False)

    @property
    def in_notebook(self) -> bool:
        """Whether students write in the notebook itself."""
        return self.main.endswith(".ipynb")

    @property
    def module(self) -> str:
        """The file of the program that is graded: the module, or what a notebook is cut down to."""
        return f"{self.name}.py" if self.in_notebook else self.main

    @cached_property
    def stand_ins(self) -> dict[str, str]:
        """What takes the place of names that only cells make which are not run: expressions.

        They are `STAND_INS` in the module of the checks, if it has any.
        """
        if not self.checks.exists():  # which is told when it comes to checking
            return {}
        for node in ast.parse(self.checks.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "STAND_INS":
                return dict(ast.literal_eval(node.value))
        return {}

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


_taken_over: dict[tuple[Path, str], Assignment] = {}


def take_over(found: Assignment) -> None:
    """Know an assignment that another process has read."""
    _taken_over[course_root(), found.name] = found


@cache
def assignment(name: str) -> Assignment:
    """The assignment of that name. Raises WrongUsage if there is none, or it is incomplete."""
    if (course_root(), name) in _taken_over:
        return _taken_over[course_root(), name]
    if name not in known_assignments():
        names = ", ".join(known_assignments()) or "none"
        raise WrongUsage(f"There is no assignment {name!r}. The course has: {names}.")
    folder = course_root() / "solutions" / name
    modules = sorted(folder.glob("*.py"))
    if len(modules) > 1:
        raise WrongUsage(f"{folder} must hold one module for students to edit, or none.")
    notebook = lesson(folder / f"{name}.md")
    if modules:
        main, solution = modules[0].name, modules[0].read_text(encoding="utf-8")
        defined = _defined(solution)
    else:
        main, defined = f"{name}.ipynb", _defined("\n".join(_contract(notebook)))
        solution = slice_cells(code_cells(notebook), defined).text
    return Assignment(name, folder, main, _items(notebook), defined, solution)


def lesson(path: Path) -> Any:
    """The lesson at `path`, as a notebook."""
    import jupytext  # slow to import, and needed once per assignment

    return jupytext.read(path)


def code_cells(notebook: Any) -> list[CodeCell]:
    """The cells of a lesson that hold code."""
    cells = enumerate(notebook.cells, start=1)
    return [CodeCell(number, cell.source) for number, cell in cells if cell.cell_type == "code"]


@cache
def reference(name: str) -> ModuleType:
    """The solution of that assignment as a module, imported: what is right."""
    found = assignment(name)
    path = found.folder / found.main
    module = ModuleType(f"solution_{name}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(compile(found.solution, path, "exec"), module.__dict__)
    return module


def _defined(source: str) -> frozenset[str]:
    """The functions and classes, and the constants in capitals, at the top level of a solution."""
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found.update(target for target in targets if target.isupper())
    return frozenset(found)


def _mark(cell: Any) -> dict[str, Any]:
    """nbgrader's metadata of a cell."""
    return dict(cell.metadata.get("nbgrader", {}))


def _contract(notebook: Any) -> list[str]:
    """The cells that define what is graded: exercises, and locked ones that exercises build on."""
    marks = [(cell, _mark(cell)) for cell in notebook.cells if cell.cell_type == "code"]
    return [cell.source for cell, mark in marks if mark and not mark.get("grade")]


def _items(notebook: Any) -> tuple[Item, ...]:
    marks = [_mark(cell) for cell in notebook.cells]
    return tuple(
        Item(mark["grade_id"], float(mark["points"]), manual=bool(mark.get("solution")))
        for mark in marks
        if mark.get("grade")
    )
