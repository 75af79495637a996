"""Text from students is harmless wherever it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.text import markdown, printable, quotable

ODD = st.text(
    st.sampled_from("`\\<>&[]()!*_~#|\"' \n\r\tab\x00\x1b\x07\u202e\u2066\u200b\ufeff\u2028")
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, grün, 日本, 🙂, 1 < 2", "plain, grün, 日本, 🙂, 1 < 2"),
        ("two\nlines\tand\rmore", "two lines and more"),
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]8;;http://x\x07link", "]8;;http://xlink"),
        ("\u202egrade: 61\u2066", "grade: 61"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\u2028b\u2029c\x85d", "abcd"),
        ("null\0 half \ud800 private \ue000", "null half  private "),
        ("\x9b31m", "31m"),
    ],
)
def test_printable_keeps_letters_and_drops_what_steers(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_printable_is_one_line_without_controls_that_can_be_written(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(c)[0] == "C" and c.isprintable() for c in shown)
    assert len(shown.splitlines()) <= 1 and printable(shown) == shown
    shown.encode()


@given(ODD)
def test_quotable_can_stand_between_backticks(text: str) -> None:
    assert "`" not in quotable(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`z` has <b>", "`z` has &lt;b&gt;"),
        ("`a < b` & c", "`a < b` &amp; c"),
        ("[here](javascript:alert(1))", "\\[here](javascript:alert(1))"),
        ("![x](http://x)", "!\\[x](http://x)"),
        ("\\[x](y)", "\\\\\\[x](y)"),
        ("one ` alone <b>", "one ' alone &lt;b&gt;"),
        ("```<img src=x>`", "`<img src=x>`"),
        ("\\`<img src=x>`", "\\\\`<img src=x>`"),
    ],
)
def test_markdown_disarms_html_and_links_and_keeps_code(text: str, shown: str) -> None:
    assert markdown(text) == shown


@given(ODD)
@example("```<img src=x>`")
@example("\\`<img src=x>`")
@example("``a`<b>``c`")
@example("`` ` <b>``")
def test_no_tag_and_no_link_is_left_outside_of_code(text: str) -> None:
    outside = without_code(markdown(text))
    assert "<" not in outside and ">" not in outside
    assert "[" not in unescaped(outside)


def without_code(text: str) -> str:
    """What a Markdown reader sees as text: runs of backticks of one length enclose code, and a
    backslash takes away the meaning of what follows."""
    outside, place = "", 0
    while place < len(text):
        if text[place] == "\\":
            outside += text[place : place + 2]
            place += 2
        elif text[place] == "`":
            run = len(text[place:]) - len(text[place:].lstrip("`"))
            end = place + run
            while (end := text.find("`", end)) >= 0:
                closing = len(text[end:]) - len(text[end:].lstrip("`"))
                if closing == run:
                    break
                end += closing
            place = place + run if end < 0 else end + run
        else:
            outside += text[place]
            place += 1
    return outside


def unescaped(text: str) -> str:
    """The characters that a backslash has not made plain."""
    kept, skip = "", False
    for character in text:
        if skip or character == "\\":
            skip = not skip
        else:
            kept += character
    return kept
