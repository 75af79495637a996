"""What `autograder export` does with a folder of results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import WrongUsage
from autograder.exports.canvas import Score, automatic, canvas
from autograder.exports.canvas_gradebook import HOW_TO_EXPORT, read_gradebook
from autograder.exports.gradescope import gradescope
from autograder.exports.spreadsheet import spreadsheet
from autograder.exports.writing import Exported, new_file
from autograder.feedback import points
from autograder.result import Result, results_in
from autograder.text import printable


@dataclass(frozen=True)
class Order:
    """What is to be exported, and whereto; the last three are for Canvas."""

    folder: Path
    to: str  # canvas, gradescope or csv
    assignment: str | None = None
    out: Path | None = None
    canvas_gradebook: Path | None = None
    column: str | None = None
    gradebook: str | None = None


def export(order: Order) -> Exported:
    """What to write, and what to say. Raises WrongUsage where the order can't be carried out."""
    given = {"--canvas-gradebook": order.canvas_gradebook, "--column": order.column,
             "--gradebook": order.gradebook}  # fmt: skip
    stray = [name for name, value in given.items() if value is not None]
    if stray and order.to != "canvas":
        raise WrongUsage(f"{stray[0]} is for --to canvas alone.")
    out = None if order.out is None else new_file(order.out)
    found, unreadable = results_in(order.folder)
    results, notes = _meant(found, order)
    if order.to == "gradescope":
        exported = gradescope(results, order.folder, out)
    elif order.to == "csv":
        exported = spreadsheet(results, out or order.folder / "results.csv")
    else:
        exported = _to_canvas(order, results, out)
    if out is None and order.to != "gradescope":
        notes += [f"{path} was there, and is replaced." for path in exported.files if path.exists()]
    return Exported(exported.files, (*notes, *exported.notes), tuple(unreadable))


def _meant(found: Sequence[Result], order: Order) -> tuple[list[Result], list[str]]:
    """The results that are meant, and what is to be said of those that have no score."""
    results = [r for r in found if order.assignment in (None, r.assignment)]
    if not results:
        meant = f" of {order.assignment}" if order.assignment and found else ""
        raise WrongUsage(
            f"{order.folder} holds no results{meant}, STUDENT/ASSIGNMENT/result.json. "
            "Name the folder that `autograder grade --out` has filled."
        )
    return results, [
        f"No score, since the grader failed: {printable(r.student)}, {r.assignment}. Grade again."
        for r in results
        if r.status == "failed"
    ]


def _to_canvas(order: Order, results: Sequence[Result], out: Path | None) -> Exported:
    if order.canvas_gradebook is None:
        raise WrongUsage(
            "Canvas makes a new assignment of what it does not know. So it needs its own file "
            f"beside the results: --canvas-gradebook FILE. {HOW_TO_EXPORT}"
        )
    names = sorted({result.assignment for result in results})
    if len(names) > 1:
        raise WrongUsage(f"One at a time: say --assignment, one of {', '.join(names)}.")
    gradebook = read_gradebook(order.canvas_gradebook)
    scores, notes = automatic(results), _on_points_by_hand(results)
    if order.gradebook is not None:
        scores, notes = _in_gradebook(order.gradebook, names[0], scores)
    out = out or order.folder / f"canvas-{names[0]}.csv"
    exported = canvas(scores, gradebook, order.column or names[0], out)
    return Exported(exported.files, (*exported.notes, *notes))


def _on_points_by_hand(results: Sequence[Result]) -> list[str]:
    by_hand = max(sum(i.max_points for i in r.items if i.status == "manual") for r in results)
    if not by_hand:
        return []
    return [
        f"{points(by_hand)} points are given by hand, and these grades are WITHOUT them. When "
        "they are given, --gradebook URL takes all points from nbgrader's gradebook."
    ]


def _in_gradebook(
    url: str, assignment: str, scores: dict[str, Score]
) -> tuple[dict[str, Score], list[str]]:
    """All points of these students, where they are final, and what is to be said of the others."""
    from autograder.nbgrader.totals import totals  # slow to import

    known = totals(url, assignment)
    final = {
        name: Score(known[name].score, known[name].max_score)
        for name in scores
        if name in known and known[name].is_final
    }
    others = [name for name in scores if name not in final]
    return final, [
        f"No grade for Canvas: {printable(name)} "
        + ("waits for points by hand." if name in known else "is not in nbgrader's gradebook.")
        for name in others
    ]
