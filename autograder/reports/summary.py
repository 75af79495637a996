"""What the results of one assignment come to: the numbers of the class report."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.feedback import lines_of, points
from autograder.result import CheckResult, ItemResult, Result

FEW = 10  # with fewer submissions a correlation says nothing
BINS = 10  # at most
SLOWEST = 5
SAFE = "bwrap"  # the wall without which students' code is as free as its grader
FAILED = ("partial", "failed")  # missing is another thing: nothing was tried there


@dataclass(frozen=True)
class Bin:
    """How many submissions have a score from `low` to below `high`; the last one counts `high`."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class ItemSummary:
    """One exercise in the class.

    `difficulty` is the mean share of its points, from 0 (nobody has any) to 1 (all have all).
    `discrimination` is the correlation of that share with the points of all other items, from -1
    to 1, and `meaning` that in words; both numbers are None where there is nothing to tell.
    `stumble` is what the check says that most of those fail who tried, and how many they are.
    """

    name: str
    max_points: float
    counts: dict[str, int]
    difficulty: float | None
    discrimination: float | None
    meaning: str
    stumble: tuple[str, int] | None


@dataclass(frozen=True)
class Misconception:
    """A mistake with a name; `example` is what went wrong for the first of its holders."""

    name: str
    item: str
    hint: str
    holders: tuple[Result, ...]
    example: str


@dataclass(frozen=True)
class Summary:
    """One assignment in the class; scores are those of graded submissions."""

    assignment: str
    results: tuple[Result, ...]
    graded: tuple[Result, ...]
    max_score: float
    bins: tuple[Bin, ...]
    items: tuple[ItemSummary, ...]
    misconceptions: tuple[Misconception, ...]

    @property
    def scores(self) -> list[float]:
        return [result.score or 0.0 for result in self.graded]

    @property
    def mean(self) -> float:
        return statistics.mean(self.scores)

    @property
    def median(self) -> float:
        return statistics.median(self.scores)

    @property
    def full(self) -> int:
        """How many have all points."""
        return sum(score >= self.max_score - 1e-6 for score in self.scores)

    @property
    def none(self) -> int:
        """How many have no point."""
        return sum(score <= 0 for score in self.scores)

    @property
    def hardest(self) -> list[ItemSummary]:
        """The items that cost points, the hardest first."""
        lost = [item for item in self.items if item.difficulty is not None and item.difficulty < 1]
        return sorted(lost, key=lambda item: item.difficulty or 0.0)

    @property
    def seconds(self) -> float:
        """The median of what a submission took."""
        return statistics.median(result.seconds for result in self.graded)

    @property
    def slowest(self) -> list[Result]:
        return sorted(self.graded, key=lambda result: -result.seconds)[:SLOWEST]

    @property
    def walls(self) -> list[tuple[tuple[str, ...], int]]:
        """The walls in force, and for how many submissions."""
        return Counter(result.walls for result in self.results).most_common()

    @property
    def unwalled(self) -> int:
        """How many submissions were graded without walls that keep the machine safe."""
        return sum(count for walls, count in self.walls if SAFE not in walls)

    @property
    def by_hand(self) -> bool:
        """Whether some points are given by hand."""
        return any("manual" in item.counts for item in self.items)

    def row(self, result: Result) -> list[tuple[str, str]]:
        """The name of each item of the class, and its status in this result, if it has it."""
        status = {item.name: item.status for item in result.items}
        return [(item.name, status.get(item.name, "")) for item in self.items]

    @property
    def versions(self) -> list[tuple[str, int]]:
        """What was graded with, in words, and how many submissions."""
        return Counter(map(_graded_with, self.results)).most_common()


def summaries(results: Iterable[Result]) -> list[Summary]:
    """One for each assignment, in the order of the results."""
    by_assignment: dict[str, list[Result]] = {}
    for result in results:
        by_assignment.setdefault(result.assignment, []).append(result)
    return [_summary(name, tuple(theirs)) for name, theirs in by_assignment.items()]


def _summary(name: str, results: tuple[Result, ...]) -> Summary:
    graded = tuple(result for result in results if result.status == "graded")
    max_score = max((result.max_score for result in results), default=0.0)
    return Summary(
        name,
        results,
        graded,
        max_score,
        bins([result.score or 0.0 for result in graded], max_score),
        tuple(_item_summary(item, graded) for item in _item_names(graded)),
        tuple(_misconceptions(graded)),
    )


def bins(scores: Sequence[float], max_score: float) -> tuple[Bin, ...]:
    """The scores counted in bins of a round width, `BINS` of them at most."""
    if not scores or max_score <= 0:
        return ()
    steps = (step * 10.0**power for power in range(-2, 6) for step in (1, 2, 5))
    width = next(step for step in steps if max_score / step <= BINS + 1e-9)
    number = math.ceil(max_score / width - 1e-9)
    counts = Counter(min(int(score / width + 1e-9), number - 1) for score in scores)
    return tuple(
        Bin(index * width, min((index + 1) * width, max_score), counts[index])
        for index in range(number)
    )


def _item_names(graded: Iterable[Result]) -> list[str]:
    return list(dict.fromkeys(item.name for result in graded for item in result.items))


def _item_summary(name: str, graded: Sequence[Result]) -> ItemSummary:
    theirs = [(item, result) for result in graded for item in result.items if item.name == name]
    items = [item for item, _ in theirs]
    judged = [(share, _rest(item, result)) for item, result in theirs
              if (share := _share(item)) is not None]  # fmt: skip
    shares = [share for share, _ in judged]
    discrimination, meaning = discriminates(shares, [rest for _, rest in judged])
    return ItemSummary(
        name,
        max(item.max_points for item in items),
        Counter(item.status for item in items),
        statistics.mean(shares) if shares else None,
        discrimination,
        meaning,
        _stumble(items),
    )


def _share(item: ItemResult) -> float | None:
    """The share of an item's points, None where the grader gives none."""
    if item.status == "manual" or item.max_points <= 0:
        return None
    return item.points / item.max_points


def _rest(item: ItemResult, result: Result) -> float:
    """The points of all other items; rounded, so that equal sums are equal."""
    return round(sum(other.points for other in result.items if other is not item), 4)


def discriminates(shares: Sequence[float], rests: Sequence[float]) -> tuple[float | None, str]:
    """How an item goes with the rest of the assignment: the correlation, and that in words."""
    if not shares:
        return None, "–"
    if len(shares) < FEW:
        return None, "too few to say"
    if min(shares) == max(shares):
        return None, "the same for all"
    if min(rests) == max(rests):
        return None, "the rest is the same for all"
    correlation = statistics.correlation(shares, rests)
    if correlation < -0.2:
        return correlation, "the wrong way round"
    if correlation < 0.2:
        return correlation, "hardly"
    return correlation, "somewhat" if correlation < 0.4 else "well"


def _stumble(items: Iterable[ItemResult]) -> tuple[str, int] | None:
    failed = Counter(
        lines_of(check)[0]
        for item in items
        if item.status in FAILED
        for check in item.checks
        if not check.passed
    )
    return next(iter(failed.most_common(1)), None)


def _misconceptions(graded: Iterable[Result]) -> list[Misconception]:
    """Those that students hold, the most common first."""
    holders: dict[tuple[str, str], dict[str, Result]] = {}
    first: dict[tuple[str, str], CheckResult] = {}
    for result in graded:
        for item in result.items:
            for check in item.checks:
                if check.misconception is not None:
                    key = item.name, check.misconception
                    holders.setdefault(key, {})[result.student] = result
                    first.setdefault(key, check)
    found = []
    for (item_name, name), theirs in holders.items():
        _, example, *hints = lines_of(first[item_name, name])
        hint = " ".join(hints)
        found.append(Misconception(name, item_name, hint, tuple(theirs.values()), example))
    return sorted(found, key=lambda one: -len(one.holders))


def _graded_with(result: Result) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    return f"{versions}, seed {points(result.seed)}"
