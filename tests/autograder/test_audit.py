"""The audit of the checks: every known mistake is caught and named, no right variant loses."""

from __future__ import annotations

import pytest
from classwork import CORPUS, MISTAKES, TASK, WITHOUT_TRAINING

from autograder.audit import Audit, Verdict, _print, examine
from autograder.errors import WrongUsage
from autograder.misconceptions import Misconception

RIGHTLY = Verdict("decoder", "a-mistake", True, ("a-mistake",))
WRONGLY = Verdict("decoder", "a-mistake", True, ("another",))
NOT_CAUGHT = Verdict("decoder", "a-mistake", False, ())


@pytest.fixture(scope="module")
def audit() -> Audit:
    return examine(TASK, jobs=2)


def test_every_misconception_is_caught(audit: Audit) -> None:
    assert {verdict.mistake for verdict in audit.verdicts} == set(MISTAKES)
    assert len(audit.verdicts) >= 35
    assert [verdict.mistake for verdict in audit.verdicts if not verdict.caught] == []


def test_at_least_95_percent_are_named_rightly(audit: Audit) -> None:
    misnamed = [verdict for verdict in audit.verdicts if not verdict.named_rightly]
    assert audit.named_share >= 0.95, misnamed


def test_no_right_variant_is_rejected(audit: Audit) -> None:
    assert audit.rejected == ()
    assert sorted(audit.accepted) == sorted(path.stem for path in (CORPUS / "right").glob("*.py"))
    assert len(audit.accepted) >= 20


def test_every_item_but_training_has_known_mistakes(audit: Audit) -> None:
    counts = {item: 0 for item in WITHOUT_TRAINING}
    for verdict in audit.verdicts:
        counts[verdict.item] += 1
    assert min(counts.values()) >= 5, counts


def test_the_report_counts_by_item_and_names_what_is_wrong(
    audit: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    _print(audit)
    text = capsys.readouterr().out
    assert all(item in text for item in WITHOUT_TRAINING)
    assert f"right variants: {len(audit.accepted)}, rejected: 0" in text
    _print(Audit(TASK, (WRONGLY, NOT_CAUGHT), (), ("plain: it lost a point",)))
    text = capsys.readouterr().out
    assert "not caught: decoder: a-mistake" in text
    assert "named as another: decoder: a-mistake" in text
    assert "rejected: plain: it lost a point" in text


@pytest.mark.parametrize(
    ("verdicts", "rejected", "sound"),
    [
        ((RIGHTLY,) * 19 + (WRONGLY,), (), True),
        ((RIGHTLY,) * 18 + (WRONGLY,) * 2, (), False),
        ((RIGHTLY,) * 99 + (NOT_CAUGHT,), (), False),
        ((RIGHTLY,), ("plain: it lost a point",), False),
        ((), (), True),
    ],
    ids=[
        "one in twenty misnamed",
        "two in twenty misnamed",
        "one not caught",
        "one rejected",
        "no mistakes yet",
    ],
)
def test_what_is_sound(
    verdicts: tuple[Verdict, ...], rejected: tuple[str, ...], sound: bool
) -> None:
    assert Audit(TASK, verdicts, (), rejected).sound is sound


def test_a_misconception_of_an_item_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stray = Misconception("a-mistake", "encodr", "hint", "module")
    monkeypatch.setattr("autograder.audit.misconceptions", lambda task: [stray])
    with pytest.raises(WrongUsage, match=r"'a-mistake' is of the item 'encodr', .* has: encoder, "):
        examine(TASK, jobs=1)
