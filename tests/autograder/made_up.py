"""Results that nobody's code was run for: a class as large, or as odd, as a test wants it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from autograder.result import CheckResult, ItemResult, Result, write_atomically

WALLS = ("bwrap", "namespaces", "privileges", "seccomp", "rlimits", "watchdog")
ITEMS = {"encoder": 4.0, "reparametrize": 2.0, "loss_function": 1.0, "train_vae": 3.0}
MISTAKES = {
    "encoder": ("relu-on-both-heads", "encoder-two-layers"),
    "reparametrize": ("logvar-as-std", "uniform-noise", "fixed-noise"),
    "loss_function": ("kl-sign", "bce-mean-over-pixels"),
    "train_vae": ("forgets-zero-grad",),
}


def passed(points: float = 1.0, name: str = "shape_is_kept") -> CheckResult:
    return CheckResult(name, True, points, points, "")


def failed(*lines: str, points: float = 1.0, name: str | None = None) -> CheckResult:
    """A check with that message: its statement, what went wrong, hints."""
    return CheckResult("some_check", False, 0.0, points, "\n".join(lines), name)


def item(name: str, *checks: CheckResult, status: str = "", **changes: Any) -> ItemResult:
    """An exercise with these checks; `status` is what they come to unless it is said."""
    has, most = sum(c.points for c in checks), sum(c.max_points for c in checks)
    right = [check.passed for check in checks]
    come_to = "passed" if all(right) else "partial" if any(right) else "failed"
    fields = {"points": has, "max_points": most, "carried_forward": (), "checks": checks}
    return ItemResult(name=name, status=status or come_to, **{**fields, **changes})


def worth(name: str, points: float, of: float, misconception: str | None = None) -> ItemResult:
    """An exercise with one check, which has so many of its points."""
    if points == of:
        return item(name, passed(of))
    check = failed("The spread follows logvar.", "It does not.", "Halve it.", points=of,
                   name=misconception)  # fmt: skip
    return item(name, check, points=points, status="partial" if points else "failed")


def by_hand(name: str = "essay", points: float = 4.0) -> ItemResult:
    return ItemResult(name, 0.0, points, "manual", (), ())


def result(student: str, *items: ItemResult, **changes: Any) -> Result:
    automatic = [one for one in items if one.status != "manual"]
    fields: dict[str, Any] = {
        "assignment": "fc_vae",
        "submission_sha256": "ab" * 32,
        "status": "graded",
        "max_score": sum(one.max_points for one in automatic),
        "score": sum(one.points for one in automatic),
        "walls": WALLS,
        "seed": 0,
        "versions": {"autograder": "0.1.0", "python": "3.11.2", "torch": "2.13.0"},
        "seconds": 0.25,
    }
    return Result(student=student, items=items, **{**fields, **changes})


def graded(student: str, **changes: Any) -> Result:
    """Someone with one exercise, 1.5 out of 2 points."""
    return result(student, worth("reparametrize", 1.5, 2.0, "logvar-as-std"), **changes)


def not_graded(student: str, error: str = "the walls went down", **changes: Any) -> Result:
    fields: dict[str, Any] = {"status": "failed", "score": None, "max_score": 10.0, "error": error}
    return result(student, **{**fields, **changes})


def a_class(size: int, assignment: str = "fc_vae", seed: int = 0) -> list[Result]:
    """So many students, the able ones with fewer mistakes; some are what needs a look."""
    draw = random.Random(seed)
    return [_someone(f"student{number:03}", assignment, draw) for number in range(size)]


def _someone(student: str, assignment: str, draw: random.Random) -> Result:
    able = draw.random()
    if able < 0.01:
        return not_graded(student, assignment=assignment)
    items = [_answer(name, points, able, draw) for name, points in ITEMS.items()]
    notes = ("Your code names another device (cuda); here it ran on the CPU, and no point was "
             "lost.",) if draw.random() < 0.2 else ()  # fmt: skip
    seconds = round(draw.lognormvariate(-1, 0.5), 3)
    return result(student, *items, by_hand(), assignment=assignment, notes=notes, seconds=seconds)


def _answer(name: str, points: float, able: float, draw: random.Random) -> ItemResult:
    half = points / 2
    if able < 0.05:
        gap = failed("It is right.", f"`{name}` is not written yet.", points=points)
        return item(name, gap, status="missing")
    if draw.random() < able + 0.2:
        return item(name, passed(half), passed(half, "fits_other_sizes"))
    if draw.random() < 0.05:
        slow = failed("It is right.", f"`{name}` did not finish within 6 seconds.", points=points)
        return item(name, slow)
    mistake = draw.choices(MISTAKES[name], weights=range(len(MISTAKES[name]), 0, -1))[0]
    wrong = failed("What comes out is what the formula says.", "The value is another.",
                   f"This is {mistake}: look at `{name}` again.", points=half,
                   name=mistake)  # fmt: skip
    return item(name, passed(half), wrong)


def write(folder: Path, *results: Result) -> Path:
    """Write them as `grade` does; returns the folder."""
    for one in results:
        write_atomically(folder / one.student / one.assignment / "result.json", one.as_text())
    return folder
