"""What a student reads: every item, what was wrong with it, and nothing that could harm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.feedback import MARKS, feedback, points
from autograder.result import CheckResult, ItemResult, Result

RESULT = Result("ada", "fc_vae", "", "graded", 16.0, ("bwrap",), 0, {}, 0.1, score=13.5)


def page(*items: ItemResult, **changes: object) -> str:
    return feedback(replace(RESULT, items=items, **changes))  # type: ignore[arg-type]


def item(status: str, *checks: CheckResult, carried: tuple[str, ...] = ()) -> ItemResult:
    return ItemResult("forward", 1.0, 2.0, status, carried, checks)


def failed(*lines: str, name: str | None = None) -> CheckResult:
    return CheckResult("test", False, 0.0, 1.0, "\n".join(lines), name)


PASSED = CheckResult("shape_is_kept", True, 1.0, 1.0, "")


def test_the_page_starts_with_who_what_and_how_many_points() -> None:
    assert page().startswith("# fc_vae: ada\n\n**13.5 of 16 points**\n")


@pytest.mark.parametrize(
    ("value", "shown"), [(2.0, "2"), (13.5, "13.5"), (2 / 3, "0.67"), (0.0, "0"), (10.0, "10")]
)
def test_points_are_short(value: float, shown: str) -> None:
    assert points(value) == shown


def test_a_failed_check_says_what_is_right_what_happened_and_the_hint() -> None:
    text = page(item("partial", PASSED, failed("z is normal.", "The spread is off.", "Halve it.",
                                               name="logvar-as-std")))  # fmt: skip
    assert f"## {MARKS['partial']} forward: 1 of 2" in text
    assert "- ✓ shape is kept" in text
    assert "- ✗ z is normal.\n\n  **The spread is off.**\n\n  > Halve it." in text
    assert "logvar-as-std" not in text  # a name for instructors


def test_a_reason_that_repeats_is_said_once() -> None:
    text = page(
        item("failed", failed("A.", "It broke.", "Hint."), failed("B.", "It broke.", "Hint."))
    )
    assert text.count("It broke.") == 1 and text.count("Hint.") == 1
    assert "- ✗ B. (for the same reason)" in text


def test_two_reasons_with_one_hint_give_the_hint_once() -> None:
    text = page(item("failed", failed("A.", "One.", "Hint."), failed("B.", "Two.", "Hint.")))
    assert "**One.**" in text and "**Two.**" in text and text.count("Hint.") == 1


def test_what_is_not_written_yet_is_said_in_one_line() -> None:
    text = page(item("missing", failed("A.", "`forward` is not written yet."), failed("B.", "x")))
    assert "`forward` is not written yet." in text and "✗" not in text


def test_an_item_for_the_instructor_says_so() -> None:
    assert "graded by your instructor, 2 points" in page(item("manual"))


def test_what_was_carried_forward_is_said() -> None:
    text = page(item("passed", PASSED, carried=("encoder", "reparametrize")))
    assert "with our `encoder`, `reparametrize` in place of yours" in text


def test_a_fault_of_the_grader_is_not_the_students_and_shows_no_trace() -> None:
    text = page(status="failed", score=None, error="Traceback: /secret/path")
    assert "that is not your fault" in text
    assert "secret" not in text and "points" not in text


def test_notes_stand_on_top() -> None:
    assert "points**\n\n> It ran on the CPU." in page(notes=("It ran on the CPU.",))


EVIL = "</p><script>alert(1)</script> [x](javascript:y) ```<img src=x>` \x1b[31m\u202e"


def test_no_text_can_bring_html_links_or_control_characters() -> None:
    text = page(
        item("failed", failed(EVIL, EVIL, EVIL)),
        item("missing", failed("A.", EVIL)),
        student=EVIL,
        notes=(EVIL,),
    )
    assert "<script>" not in text and "\x1b" not in text and "\u202e" not in text
    assert " [x](" not in text
    assert "<img" not in text.replace("`<img src=x>`", "")  # harmless: it is code
