"""What the tests ask of grading processes, which import it; answers are plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import assignment, reference
from autograder.course import course_root
from autograder.diagnosis import Diagnosis, as_submission
from autograder.grading import grade, run_checks
from autograder.misconceptions import Misconception, misconceptions
from autograder.pool import warm_process
from autograder.result import Result
from autograder.submission import Handed, read

TASK = "fc_vae"
ITEMS = [item.name for item in assignment(TASK).items]
WITHOUT_TRAINING = [name for name in ITEMS if not name.startswith("train")]
CORPUS = course_root() / "tests" / "corpus" / TASK
CLASS = course_root() / "examples" / "class"
MISTAKES = {mistake.name: mistake for mistake in misconceptions(TASK)}


def solution() -> str:
    return Path(reference(TASK).__file__ or "").read_text(encoding="utf-8")


def grade_text(text: str, seed: int = 0) -> Result:
    return grade(as_submission(TASK, "ada", text), warm_process(), seed)


def grade_file(path: Path, seed: int = 0, task: str = TASK) -> Result:
    return grade(read(Handed(path.stem, task, path)), warm_process(), seed)


def failures(path: Path, seed: int) -> list[str]:
    """What the checks of all items but the training ones have against that file."""
    submission = read(Handed(path.stem, TASK, path))
    run = run_checks(submission, warm_process(), seed, only=WITHOUT_TRAINING)
    return [f"{o.check.item}: {o.error}" for o in run.outcomes if not o.passed]


@dataclass(frozen=True)
class Checked:
    """What the checks have against a program: by item and check a complaint, "" where it is right.

    `lost` are the points of items that lost some; `carried` is what was carried forward for each.
    """

    complaints: dict[str, dict[str, str]]
    lost: dict[str, float]
    carried: dict[str, list[str]]


def checked(text: str, task: str, items: tuple[str, ...] = ()) -> Checked:
    """Run the checks of these items, or of all, without a diagnosis, which takes longer."""
    run = run_checks(as_submission(task, "ada", text), warm_process(), only=items)
    complaints: dict[str, dict[str, str]] = {}
    lost: dict[str, float] = {}
    for item in assignment(task).items:
        outcomes = run.of(item.name)
        complaints[item.name] = {o.name: str(o.error or "") for o in outcomes}
        whole = sum(o.check.weight for o in outcomes)
        left = sum(o.check.weight for o in outcomes if o.passed)
        if left < whole:
            lost[item.name] = round(item.points * (1 - left / whole), 4)
    return Checked(complaints, lost, run.carried)


def lost_by(mistake: str) -> tuple[set[str], dict[str, list[str]]]:
    """The items, but for the training ones, that fail, and what was carried forward for each."""
    submission = as_submission(TASK, mistake, MISTAKES[mistake].module)
    run = run_checks(submission, warm_process(), only=WITHOUT_TRAINING)
    return run.failed(), run.carried


@dataclass(frozen=True)
class Named:
    """A misconception, and what a student with that very mistake is told that it is."""

    mistake: str
    caught: bool
    as_: tuple[str, ...]


def names(item: str, seed: int) -> list[Named]:
    """How the item's misconceptions are named with that seed."""
    return [_name(mistake, seed) for mistake in MISTAKES.values() if mistake.item == item]


def _name(mistake: Misconception, seed: int) -> Named:
    submission = as_submission(TASK, mistake.name, mistake.module)
    outcomes = run_checks(submission, warm_process(), seed, only=[mistake.item]).of(mistake.item)
    named = Diagnosis(TASK, warm_process(), seed).of(mistake.item, outcomes)
    caught = not all(outcome.passed for outcome in outcomes)
    return Named(mistake.name, caught, tuple(sorted({m.name for m in named.values()})))


def lost_items(result: Result) -> dict[str, float]:
    """The items that lost points, and how many points are left."""
    return {item.name: item.points for item in result.items if item.points < item.max_points}


def details(result: Result, item: str) -> list[str]:
    """Of the item's failed checks, the line of the message that says what happened."""
    checks = next(found for found in result.items if found.name == item).checks
    return [check.message.split("\n")[1] for check in checks if not check.passed]


def same_but_for_seconds(one: Result, other: Result) -> bool:
    return without_seconds(one.as_text()) == without_seconds(other.as_text())


def without_seconds(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(' "seconds":'))
