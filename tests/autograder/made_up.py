"""Results that nobody graded, for tests of what is made of results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autograder.result import CheckResult, ItemResult, Result, write_atomically


def check(points: float, of: float, misconception: str | None = None) -> CheckResult:
    message = "" if points == of else "The spread follows logvar.\nIt does not.\nHalve it."
    return CheckResult("spread", points == of, points, of, message, misconception)


def item(name: str, points: float, of: float, misconception: str | None = None) -> ItemResult:
    status = "passed" if points == of else "partial" if points else "failed"
    return ItemResult(name, points, of, status, (), (check(points, of, misconception),))


def by_hand(name: str, of: float) -> ItemResult:
    return ItemResult(name, 0.0, of, "manual", (), ())


def result(student: str, *items: ItemResult, assignment: str = "fc_vae") -> Result:
    """A graded submission with these items, or with one of 1.5 out of 2 points."""
    items = items or (item("reparametrize", 1.5, 2.0, "logvar-as-std"),)
    return Result(
        student=student,
        assignment=assignment,
        submission_sha256="0" * 64,
        status="graded",
        max_score=sum(i.max_points for i in items if i.status != "manual"),
        walls=("bwrap",),
        seed=0,
        versions={"autograder": "0", "python": "3", "torch": "2"},
        seconds=1.25,
        items=items,
        score=sum(i.points for i in items),
    )


def failed(student: str, assignment: str = "fc_vae") -> Result:
    """A submission that the grader could not grade."""
    graded = result(student, assignment=assignment)
    return replace(graded, status="failed", score=None, items=(), error="out of memory")


def folder_of(folder: Path, *results: Result) -> Path:
    """The folder, with the results where `autograder grade` writes them."""
    for one in results:
        write_atomically(folder / one.student / one.assignment / "result.json", one.as_text())
    return folder
