"""Who needs a look: what an instructor should see for themselves, told from results alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.feedback import lines_of
from autograder.result import Result

# How the messages of StudentError begin, by its kind. What a student has a say in stands between
# backticks, which nothing of theirs can hold.
_ABOUT = r"(?:`[^`]*` )?"
BREACH = re.compile(_ABOUT + r"(?:answered with something that is no answer|gave no \w+ by name\."
                             r"|is no object when it is built)")  # fmt: skip
DIED = re.compile(_ABOUT + r"(?:ended the process \(|can give no gradients: its process is gone)")
LIMIT = re.compile(_ABOUT + r"(?:did not finish within |used \S+(?: \S+)? of |used \d+ seconds of "
                            r"CPU time|had \d+ processes and threads )")  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is said, and of whom."""

    said: str
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Concern:
    """A reason to look, with what to think of it, and the cases, those of most students first.

    One that is not `urgent` is there to be known.
    """

    title: str
    about: str
    cases: tuple[Case, ...]
    urgent: bool = True

    @property
    def students(self) -> set[str]:
        return {result.student for case in self.cases for result in case.results}


def concerned(found: Iterable[Concern]) -> int:
    """How many students have an urgent one, each counted once."""
    return len(set[str]().union(*(concern.students for concern in found if concern.urgent)))


def concerns(results: Iterable[Result]) -> list[Concern]:
    """The reasons that there are, the most urgent first."""
    results = tuple(results)
    graded = [result for result in results if result.status == "graded"]
    all_of_them = (
        _concern(
            "Not graded",
            "The grader failed here, not the student. The same command grades them again.",
            [(_error(result), result) for result in results if result.status == "failed"],
        ),
        _concern(
            "Answered with what is no answer",
            "Honest code hardly does this: it may be an attempt to write the verdict itself.",
            _that_say(BREACH, graded),
        ),
        _concern(
            "Ended its own process",
            "A crash in a library, or code that leaves on purpose.",
            _that_say(DIED, graded),
        ),
        _concern(
            "Ran into a limit",
            "Of time, memory or processes: most often an endless loop.",
            _that_say(LIMIT, graded),
        ),
        _concern(
            "No points",
            "Nothing is written yet, or one slip costs everything: a file that can't be read, a "
            "syntax error.",
            [
                (_why_nothing(result), result)
                for result in graded
                if result.max_score > 0 and not result.score
            ],
        ),
        _concern(
            "Repaired, left out, taken otherwise",
            "What the grader made good before it graded. Students read the same.",
            [(note, result) for result in graded for note in result.notes],
            urgent=False,
        ),
    )
    return [concern for concern in all_of_them if concern.cases]


def _concern(
    title: str, about: str, found: Iterable[tuple[str, Result]], urgent: bool = True
) -> Concern:
    by_said: dict[str, list[Result]] = {}
    for said, result in found:
        by_said.setdefault(said, []).append(result)
    cases = [Case(said, tuple(theirs)) for said, theirs in by_said.items()]
    cases.sort(key=lambda case: -len(case.results))
    return Concern(title, about, tuple(cases), urgent)


def _that_say(kind: re.Pattern[str], graded: Iterable[Result]) -> Iterator[tuple[str, Result]]:
    for result in graded:
        for said in dict.fromkeys(filter(kind.match, _details(result))):
            yield said, result


def _details(result: Result) -> list[str]:
    """What went wrong in each check that failed."""
    return [
        lines_of(check)[1] for item in result.items for check in item.checks if not check.passed
    ]


def _error(result: Result) -> str:
    """The last line: where there is a trace, it says what it was."""
    return ((result.error or "").strip().split("\n")[-1] or "It does not say why.")[:500]


def _why_nothing(result: Result) -> str:
    automatic = [item for item in result.items if item.status != "manual"]
    if all(item.status == "missing" for item in automatic):
        return "Nothing is written yet."
    return next(filter(None, _details(result)), "Nothing of it is right.")
