"""Results as one table for a spreadsheet: a row for each student and assignment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.exports.writing import Cell, Exported, as_csv
from autograder.result import Result

FIRST = ("student", "assignment", "status", "score", "max_score", "points_by_hand",
         "misconceptions", "notes", "error")  # fmt: skip
BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for something else


def spreadsheet(results: Sequence[Result], out: Path) -> Exported:
    """The table in the file `out`: nine columns, then the points of each assignment's items.

    What a person grades has no points here, and `score` and `max_score` leave it out;
    `points_by_hand` says how much that is. Where the grader failed there is no score.
    """
    pairs = [(result.assignment, item.name) for result in results for item in result.items]
    items = list(dict.fromkeys(pairs))
    head = [*FIRST, *(f"{assignment}: {item}" for assignment, item in items)]
    rows = [_row(result, items) for result in results]
    return Exported({out: BYTE_ORDER_MARK + as_csv([head, *rows])})


def _row(result: Result, items: Sequence[tuple[str, str]]) -> list[Cell]:
    found = (check.misconception for item in result.items for check in item.checks)
    named = ", ".join(dict.fromkeys(name for name in found if name))
    by_hand = sum(item.max_points for item in result.items if item.status == "manual")
    points: dict[tuple[str, str], Cell] = {
        (result.assignment, item.name): item.points
        for item in result.items
        if item.status != "manual"
    }
    return [
        result.student,
        result.assignment,
        result.status,
        result.score,
        result.max_score,
        by_hand if result.status == "graded" else None,
        named,
        " ".join(result.notes),
        result.error,
        *(points.get(item) for item in items),
    ]
