"""The numbers of the class report are those that one computes by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up import WALLS, a_class, by_hand, failed, item, not_graded, passed, result

from autograder.reports.summary import Bin, Summary, bins, discriminates, summaries
from autograder.result import Result

WRONG = failed("It is right.", "It is not.")


def summary(*results: Result) -> Summary:
    (found,) = summaries(results)
    return found


def two_items(first: int, second: int) -> Result:
    """A student who has each of two items, of one point, right (1) or wrong (0)."""
    checks = [passed() if right else WRONG for right in (first, second)]
    return result("ada", item("encoder", checks[0]), item("decoder", checks[1]))


# Of ten, four have both, four have none, one has the first alone, one the second alone.
TEN = [two_items(*right) for right in [(1, 1)] * 4 + [(0, 0)] * 4 + [(1, 0), (0, 1)]]


def test_difficulty_is_the_mean_share_of_the_points() -> None:
    half = item("encoder", passed(3.0), replace(WRONG, max_points=1.0))
    whole = item("encoder", passed(4.0))
    found = summary(result("ada", half), result("boris", whole), result("chen", whole))
    assert found.items[0].difficulty == pytest.approx((0.75 + 1 + 1) / 3)
    assert found.items[0].max_points == 4


def test_discrimination_is_the_correlation_with_the_points_of_the_other_items() -> None:
    first, second = summary(*TEN).items
    assert first.difficulty == second.difficulty == 0.5
    # For two that are right or wrong: (4 * 4 - 1 * 1) / sqrt(5 * 5 * 5 * 5).
    assert first.discrimination == pytest.approx(0.6)
    assert second.discrimination == pytest.approx(0.6)
    assert first.meaning == "well"


@pytest.mark.parametrize(
    ("shares", "rests", "number", "meaning"),
    [
        ([0, 1] * 5, [0, 1] * 5, 1.0, "well"),
        ([0, 1] * 5, [1, 0] * 5, -1.0, "the wrong way round"),
        ([0, 0, 1, 1] * 3, [0, 1, 0, 1] * 3, 0.0, "hardly"),
        ([0] * 7 + [1] * 7, [1, 0] * 7, -1 / 7, "hardly"),
        ([0, 0, 0, 1, 1, 1] * 2, [0, 0, 1, 0, 1, 1] * 2, 1 / 3, "somewhat"),
        ([0, 1] * 4, [0, 1] * 4, None, "too few to say"),
        ([1] * 10, [0, 1] * 5, None, "the same for all"),
        ([0, 1] * 5, [3] * 10, None, "the rest is the same for all"),
        ([], [], None, "–"),
    ],
)
def test_discrimination_is_said_in_words_and_where_there_is_none(
    shares: list[float], rests: list[float], number: float | None, meaning: str
) -> None:
    found, said = discriminates(shares, rests)
    assert said == meaning
    assert found == (None if number is None else pytest.approx(number, abs=1e-12))


def test_points_that_are_equal_but_for_rounding_are_the_same_for_all() -> None:
    parts = [(0.1, 0.2), (0.2, 0.1)] * 5  # with 0.7 their sums differ in the last bit
    class_ = [
        result("ada", item("encoder", passed() if n % 3 else WRONG),
               *(item(f"part{k}", passed(p)) for k, p in enumerate((*parts[n], 0.7))))
        for n in range(10)
    ]  # fmt: skip
    encoder = summary(*class_).items[0]
    assert (encoder.discrimination, encoder.meaning) == (None, "the rest is the same for all")


def test_mean_median_and_who_has_all_or_nothing() -> None:
    found = summary(*TEN, not_graded("zoe", max_score=2.0))
    assert (found.mean, found.median) == (1.0, 1.0)
    assert (found.full, found.none, len(found.graded), len(found.results)) == (4, 4, 10, 11)


@pytest.mark.parametrize(
    ("scores", "max_score", "edges", "counts"),
    [
        ([0, 1.99, 2, 14, 16], 16, [0, 2, 4, 6, 8, 10, 12, 14, 16], [2, 1, 0, 0, 0, 0, 0, 2]),
        ([12, 12.5, 13], 13, [0, 2, 4, 6, 8, 10, 12, 13], [0, 0, 0, 0, 0, 0, 3]),
        ([0.3, 0.7, 1], 1, [n / 10 for n in range(11)], [0, 0, 0, 1, 0, 0, 0, 1, 0, 1]),
        ([0, 47.99], 48, [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 48], [1, *[0] * 8, 1]),
    ],
)
def test_every_score_is_in_one_bin(
    scores: list[float], max_score: float, edges: list[float], counts: list[int]
) -> None:
    found = bins(scores, max_score)
    assert [bin.count for bin in found] == counts
    assert [bin.low for bin in found] + [found[-1].high] == pytest.approx(edges)


def test_without_scores_or_points_there_are_no_bins() -> None:
    assert bins([], 16) == bins([0.0], 0) == ()
    assert bins([3.0], 3.0)[-1] == Bin(2.5, 3.0, 1)


def test_misconceptions_are_counted_by_students_the_most_common_first() -> None:
    both = [failed("A.", "It is off.", "Halve it.", name="logvar-as-std") for _ in range(2)]
    other = failed("A.", "No.", "Add it.", name="kl-sign")
    first, second = summary(
        result("ada", item("loss", other), item("sample", passed())),
        result("boris", item("loss", passed()), item("sample", *both)),
        result("chen", item("loss", WRONG), item("sample", *both)),
    ).misconceptions
    assert (first.name, first.item, first.hint, first.example) == (
        "logvar-as-std", "sample", "Halve it.", "It is off.")  # fmt: skip
    assert [holder.student for holder in first.holders] == ["boris", "chen"]
    assert second.name == "kl-sign" and len(second.holders) == 1


def test_where_most_stumble_is_told_of_those_who_tried() -> None:
    gap = failed("The mean is right.", "`f` is not written yet.")
    hard, easy = failed("The spread is right.", "It is not."), failed("The mean is right.", "No.")
    found = summary(
        *(result("ada", item("f", gap, status="missing")) for _ in range(5)),
        result("boris", item("f", easy, hard)),
        result("chen", item("f", passed(), hard)),
    )
    assert found.items[0].stumble == ("The spread is right.", 2)
    assert found.items[0].counts == {"missing": 5, "failed": 1, "partial": 1}
    assert [one.name for one in found.hardest] == ["f"]


def test_items_graded_by_hand_have_no_numbers() -> None:
    found = summary(result("ada", by_hand()))
    (essay,) = found.items
    assert (essay.difficulty, essay.discrimination, essay.meaning) == (None, None, "–")
    assert found.hardest == [] and found.bins == ()


def test_every_assignment_is_by_itself_with_the_walls_in_force() -> None:
    dcgan = replace(TEN[0], assignment="dcgan", walls=("none",))
    first, second = summaries([dcgan, *TEN])
    assert (first.assignment, first.walls) == ("dcgan", [(("none",), 1)])
    assert (second.assignment, second.walls) == ("fc_vae", [(WALLS, 10)])


def test_in_a_class_where_some_are_able_every_item_discriminates() -> None:
    found = summary(*a_class(300))
    judged = [one for one in found.items if one.difficulty is not None]
    assert len(judged) == 4
    for one in judged:
        assert one.discrimination is not None and one.discrimination > 0.2
