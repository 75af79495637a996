"""Whole notebooks of the assignments that students write in the notebook itself.

A class of them has right variants and known mistakes by turns, each in a cell below the solved
lesson, where it counts; so tests and benchmarks grade what a term would bring.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

from autograder.assignment import assignment, known_assignments, lesson
from autograder.audit import in_notebook
from autograder.course import course_root
from autograder.misconceptions import misconceptions
from autograder.released import released
from autograder.source import STUB

TASKS = tuple(name for name in known_assignments() if assignment(name).in_notebook)


def solved(task: str) -> str:
    """The notebook with every exercise right."""
    return in_notebook(task, "")


def solved_only(task: str, items: set[str]) -> str:
    """The notebook as it was released, with these exercises right and the others untouched."""
    right = {_grade_id(cell): cell.source for cell in lesson(_lesson(task)).cells}
    notebook = nbformat.from_dict(released(task).notebook)
    for cell in notebook.cells:
        if _grade_id(cell).partition("-")[0] in items and STUB in cell.source:
            cell.source = re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", right[_grade_id(cell)])
    return nbformat.writes(notebook)


def a_class(task: str, count: int) -> dict[str, str]:
    """`count` notebooks by student: right variants and known mistakes by turns, evenly chosen."""
    variants = sorted((course_root() / "tests" / "corpus" / task / "right").glob("*.py"))
    right = [path.read_text(encoding="utf-8") for path in variants]
    solution = assignment(task).solution
    wrong = [mistake.module.removeprefix(solution) for mistake in misconceptions(task)]
    half = -(-count // 2)
    cells = [code for pair in zip(_evenly(right, half), _evenly(wrong, half), strict=True)
             for code in pair]  # fmt: skip
    return {f"student{i:03}": in_notebook(task, code) for i, code in enumerate(cells[:count])}


def _evenly(texts: list[str], count: int) -> list[str]:
    return [texts[i * len(texts) // count] for i in range(count)]


def _lesson(task: str) -> Path:
    return assignment(task).folder / f"{task}.md"


def _grade_id(cell: nbformat.NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
