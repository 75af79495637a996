"""Naming a mistake: whose outputs are the same as the student's?

Each misconception of an item is run through the item's checks, behind the same walls and with
the same inputs. A student whose checks end the same way, with the same measured values, made
that very mistake.
"""

from __future__ import annotations

from functools import cache

from autograder import shelf
from autograder.errors import StudentError
from autograder.grading import Outcome, run_checks
from autograder.misconceptions import Misconception, misconceptions
from autograder.sandbox.process import WarmProcess
from autograder.submission import Submission


class Diagnosis:
    """The misconceptions of one assignment, as they behave with one seed."""

    def __init__(self, task: str, warm: WarmProcess, seed: int) -> None:
        self.task, self.warm, self.seed = task, warm, seed

    def of(self, item: str, outcomes: list[Outcome]) -> dict[str, Misconception]:
        """The misconception behind each failed check, by the check's name, where one is known.

        One that explains the whole item is preferred; else a check is named if exactly one
        misconception behaves like it there.
        """
        failed = [outcome for outcome in outcomes if not outcome.passed]
        if not any(map(_is_telling, failed)):
            return {}
        known = _behaviours(self.task, item, self.warm, self.seed)
        whole = [m for m, theirs in known if _same_all(outcomes, theirs)]
        if whole:
            return {outcome.name: whole[0] for outcome in failed}
        named = {}
        for outcome in failed:
            fitting = [m for m, theirs in known if any(_same(outcome, other) for other in theirs)]
            if len(fitting) == 1:
                named[outcome.name] = fitting[0]
        return named


@cache
def _behaviours(
    task: str, item: str, warm: WarmProcess, seed: int
) -> list[tuple[Misconception, list[Outcome]]]:
    """How each misconception of an item behaves. Run once per seed, then kept on the shelf."""
    mistakes = [mistake for mistake in misconceptions(task) if mistake.item == item]
    name = f"{item}-{seed}"
    known = shelf.fetch(task, name)
    if known is None:
        known = [behaviour(task, mistake, warm, seed) for mistake in mistakes]
        failed = [o for outcomes in known for o in outcomes if not o.passed]
        if all(map(_is_telling, failed)):  # else the machine was too busy, or worse
            shelf.store(task, name, known)
    return list(zip(mistakes, known, strict=True))


def behaviour(task: str, mistake: Misconception, warm: WarmProcess, seed: int) -> list[Outcome]:
    """The outcomes of the item's checks on a submission with that one mistake.

    Its own random numbers are others than a student's: sampled values agree in law alone.
    """
    submission = as_submission(task, mistake.name, mistake.module)
    return run_checks(submission, warm, seed, only=[mistake.item], noise=1).of(mistake.item)


def as_submission(task: str, student: str, module: str) -> Submission:
    """A module's text, as if a student had handed it in."""
    from autograder.assignment import assignment

    main = assignment(task).module
    return Submission(student, task, sha256="", files={main: module}, main=main)


def _is_telling(outcome: Outcome) -> bool:
    """Whether code ran to an end that can be compared: no variant loops, dies or can't be read."""
    error = outcome.error
    return not isinstance(error, StudentError) or error.kind in ("raised", "missing")


def _same_all(ours: list[Outcome], theirs: list[Outcome]) -> bool:
    return len(ours) == len(theirs) and all(map(_same, ours, theirs))


def _same(ours: Outcome, theirs: Outcome) -> bool:
    """Whether a check ended the same way for both, with the same values on the way."""
    return (
        ours.name == theirs.name
        and _ending(ours) == _ending(theirs)
        and len(ours.observations) == len(theirs.observations)
        and all(a.agrees(b) for a, b in zip(ours.observations, theirs.observations, strict=True))
    )


def _ending(outcome: Outcome) -> tuple[str, ...]:
    """How a check ended; where in the file is no matter, since files differ."""
    if isinstance(outcome.error, StudentError):
        return ("error", outcome.error.kind, outcome.error.type, outcome.error.message)
    return ("assertion", str(outcome.error)) if outcome.error else ("passed",)
