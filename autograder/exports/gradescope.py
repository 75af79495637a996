"""Results as Gradescope's harness takes them: `results.json`, one for each submission.

The fields are those of https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.errors import WrongUsage
from autograder.exports.writing import Exported
from autograder.feedback import item_feedback, points
from autograder.result import ItemResult, Result
from autograder.text import markdown

NO_SCORE = {
    "output": "This submission could not be graded, and that is not your fault. Nothing that you "
    "handed in is lost: your instructor can run it again.",
    "output_format": "text",
    "visibility": "visible",
    "tests": [],
}
NOT_GRADED = json.dumps(NO_SCORE, indent=1) + "\n"  # what stands there until there is a result


def gradescope(results: Sequence[Result], folder: Path, out: Path | None) -> Exported:
    """`STUDENT/ASSIGNMENT/gradescope.json` below `folder`; or `out`, for a single result.

    Raises WrongUsage if there is `out` and more than one result.
    """
    if out is not None and len(results) != 1:
        raise WrongUsage(
            f"--out is for one submission, and here are {len(results)}. Without --out each "
            "one's file is written beside its result."
        )
    return Exported(
        {
            out or folder / one.student / one.assignment / "gradescope.json": as_text(one)
            for one in results
        }
    )


def as_text(result: Result) -> str:
    """The content of `results.json`."""
    return json.dumps(_submission(result), indent=1) + "\n"


def _submission(result: Result) -> dict[str, Any]:
    if result.status == "failed":  # never a score
        return {**NO_SCORE, "execution_time": result.seconds}
    by_hand = sum(item.max_points for item in result.items if item.status == "manual")
    said = [markdown(note) for note in result.notes]
    if by_hand:
        said.append(f"{points(by_hand)} more points are given by a person, and are not in here.")
    return {
        "score": result.score,
        "output": "\n\n".join(said),
        "output_format": "md",
        "visibility": "visible",
        "execution_time": result.seconds,
        "tests": [_test(item) for item in result.items if item.status != "manual"],
    }


def _test(item: ItemResult) -> dict[str, Any]:
    return {
        "name": item.name,
        "score": item.points,
        "max_score": item.max_points,
        "status": "passed" if item.status == "passed" else "failed",  # there are no others
        "output": item_feedback(item).partition("\n")[2].strip(),  # name and points are above it
        "output_format": "md",
        "visibility": "visible",
    }
