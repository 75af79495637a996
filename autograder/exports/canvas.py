"""Results as a file that Canvas imports into its gradebook, into a column that is there already.

Canvas finds a student by `ID` and an assignment by the number in brackets, and ignores other
names. An empty cell would delete the grade that is there. So only those who have a grade to
import are in the file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from autograder.errors import WrongUsage
from autograder.exports.canvas_gradebook import (
    IDENTITY,
    TEST_STUDENT,
    CanvasGradebook,
    CanvasStudent,
    Matched,
    match,
    number,
)
from autograder.exports.writing import Cell, Exported, as_csv
from autograder.feedback import points
from autograder.result import Result
from autograder.text import printable


@dataclass(frozen=True)
class Score:
    """What a student has for the assignment, and of how many points."""

    points: float
    max_points: float


def canvas(
    scores: Mapping[str, Score], gradebook: CanvasGradebook, wanted: str, out: Path
) -> Exported:
    """The file `out` with these students' scores in the column `wanted`.

    Raises WrongUsage if that column can't be found, or none of the students.
    """
    column = gradebook.column(wanted)
    matched = match(list(scores), gradebook)
    fixed = {name: why for name, row in matched.rows.items() if (why := _fixed(row.cells[column]))}
    rows = {name: row for name, row in matched.rows.items() if name not in fixed}
    if not rows:
        raise WrongUsage(_nobody(scores, gradebook, matched, fixed))
    possible = number(gradebook.possible[column])
    head: list[Cell] = [*IDENTITY, gradebook.head[column]]
    second: list[Cell] = ["    Points Possible", None, None, None, None, _rounded(possible)]
    table = [head, second]
    table += [_row(row, scores[name]) for name, row in rows.items()]
    notes = [
        f"{len(rows)} grades for {printable(gradebook.head[column])}.",
        *_on_points(scores, possible),
        *_on_others(gradebook, matched, fixed),
        *_on_replaced(scores, rows, column),
    ]
    return Exported({out: as_csv(table)}, tuple(notes))


def automatic(results: Sequence[Result]) -> dict[str, Score]:
    """The automatic points of each student, where the grader did not fail."""
    return {r.student: Score(r.score, r.max_score) for r in results if r.score is not None}


def _row(student: CanvasStudent, score: Score) -> list[Cell]:
    name, canvas_id, *others = student.identity
    return [name, int(canvas_id), *others, _rounded(Decimal(str(score.points)))]


def _rounded(value: Decimal | None) -> Decimal | None:
    """Two decimals, as many as Canvas shows."""
    return None if value is None else value.quantize(Decimal("0.01"))


def _fixed(cell: str) -> str:
    """Why a grade can't be imported, or is not to be, judged by what Canvas has there."""
    known = {"EX": "excused in Canvas", "N/A": "the assignment is not assigned to them in Canvas"}
    return known.get(cell.strip().upper(), "")


def _nobody(
    scores: Mapping[str, Score],
    gradebook: CanvasGradebook,
    matched: Matched,
    fixed: Mapping[str, str],
) -> str:
    ours = [f"    {printable(name)}: {why}" for name, why in {**matched.unmatched, **fixed}.items()]
    theirs = [", ".join(filter(None, s.identity[1:4])) for s in gradebook.students]
    return "\n".join(
        [
            f"None of the {len(scores)} students with a score can have a grade in Canvas:",
            *ours[:5],
            "Students are found by ID, SIS User ID or SIS Login ID, which are in Canvas's file:",
            *(f"    {printable(ids)}" for ids in theirs[:5]),
        ]
    )


def _on_points(scores: Mapping[str, Score], possible: Decimal | None) -> list[str]:
    most = {score.max_points for score in scores.values()}
    if possible is None or most == {float(possible)}:
        return []
    ours = " or ".join(points(value) for value in sorted(most))
    return [f"Canvas has this assignment at {points(float(possible))} points; these grades are of "
            f"{ours}."]  # fmt: skip


def _on_others(gradebook: CanvasGradebook, matched: Matched, fixed: Mapping[str, str]) -> list[str]:
    """Who is on one side only."""
    there = set(matched.rows.values())
    without = [student for student in gradebook.students if student not in there]
    missing = [student.shown for student in without if student.identity[0] != TEST_STUDENT]
    notes = [
        f"Graded, but no grade for Canvas: {printable(name)}: {why}."
        for name, why in {**matched.unmatched, **fixed}.items()
    ]
    if missing:
        notes.append(
            f"In Canvas, but without a score here: {', '.join(missing)}. They are not in the "
            "file, so Canvas leaves them as they are."
        )
    return notes


def _on_replaced(
    scores: Mapping[str, Score], rows: Mapping[str, CanvasStudent], column: int
) -> list[str]:
    changed = []
    for name, row in rows.items():
        old, new = number(row.cells[column]), _rounded(Decimal(str(scores[name].points)))
        if old is not None and _rounded(old) != new:
            changed.append(f"{row.shown}: {_rounded(old)} by {new}")
    return [f"Grades that Canvas has already, and that are replaced: {', '.join(changed)}."
            ] if changed else []  # fmt: skip
