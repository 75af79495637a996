"""What stands on the pages: the numbers that were computed, and what a student may read."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from made_up import a_class, by_hand, failed, item, not_graded, passed, result

from autograder.feedback import feedback
from autograder.reports.pages import class_page, student_page
from autograder.reports.summary import summaries
from autograder.result import Result

HINT = "Halve `logvar` before `exp`."
SPREAD = failed("z is normal.", "The spread is off.", HINT, name="logvar-as-std")
MEAN = failed("z has the mean mu.", "The spread is off.", HINT, name="logvar-as-std")
BORIS = result(
    "boris",
    item("encoder", passed(2.0, "heads_are_linear")),
    item("reparametrize", passed(name="noise_is_fresh"), SPREAD, MEAN),
    item("forward", passed(), carried_forward=("reparametrize",)),
    item("cvae", failed("It takes a label.", "`cvae` is not written yet."), status="missing"),
    by_hand("essay", 3.0),
    notes=("The cell `cvae` was missing; it was put back as it was handed out.",),
)
FEW = [BORIS, *(result(name, item("encoder", passed(2.0))) for name in ("ada", "chen", "dalia"))]


def text(page: str) -> str:
    """The page as it is read: without its head and tags, in one line."""
    body = page.partition("</head>")[2]
    body = re.sub(r"</(p|li|h\d|td|th|dt|dd|text|title|desc|summary)>", " ", body)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", body)).split())


# --- a student's page -------------------------------------------------------------------------


def test_a_students_page_says_what_the_feedback_says() -> None:
    page = text(student_page(BORIS))
    for said in (
        "Feedback on fc_vae", "boris", "4 of 7 points",
        "The cell cvae was missing; it was put back as it was handed out.",
        "encoder passed 2 of 2", "Right: heads are linear",
        "reparametrize partial 1 of 3", "Wrong: z is normal. The spread is off. "
        "Hint: Halve logvar before exp.", "Wrong: z has the mean mu. (for the same reason)",
        "Graded with our reparametrize in place of yours, so that an earlier mistake costs "
        "nothing here.", "cvae missing 0 of 1", "cvae is not written yet.",
        "essay graded by your instructor, 3 points",
    ):  # fmt: skip
        assert re.sub(r"[✓◐✗○✎] ?", "", said) in re.sub(r"[✓◐✗○✎] ?", "", page), said


def test_a_students_page_says_nothing_that_the_feedback_does_not() -> None:
    """Every word of it, beside those that name a status or stand in the frame."""
    frame = {"skip", "to", "the", "content", "feedback", "on", "right", "wrong", "hint", "passed",
             "partial", "failed", "missing", "manual"}  # fmt: skip
    for one in (BORIS, not_graded("ada", "Traceback: /a/secret/path"), *a_class(20)):
        words = set(re.findall(r"[\w-]+", text(student_page(one)).lower()))
        assert words <= set(re.findall(r"[\w-]+", feedback(one).lower())) | frame


def test_a_reason_that_repeats_is_said_once_on_a_students_page() -> None:
    page = student_page(BORIS)
    assert page.count("The spread is off.") == 1 and page.count("Halve <code>") == 1


def test_what_is_for_instructors_is_not_on_a_students_page() -> None:
    page = student_page(replace(BORIS, walls=("none",), seconds=17.25))
    for instructors in ("logvar-as-std", "report.html", "none", "17.25", "torch"):
        assert instructors not in page.partition("</style>")[2]


# --- the class report -------------------------------------------------------------------------


def test_the_class_report_has_the_numbers_that_were_computed() -> None:
    results = a_class(60)
    (summary,) = summaries(results)
    page = text(class_page(results, []))
    assert f"{len(summary.graded)} of {len(results)} graded" in swapped(page)
    assert f"{summary.mean:.2f}".rstrip("0") in page
    for one in summary.items:
        if one.difficulty is None:
            assert f"{one.name} 4 points by hand" in page
            continue
        assert one.discrimination is not None
        points = "1 point" if one.max_points == 1 else f"{one.max_points:g} points"
        kinds = ("passed", "partial", "failed", "missing")
        counts = [f"{one.counts[kind]} {kind}" for kind in kinds if one.counts[kind]]
        row = re.search(rf"{one.name} {points} (.*?) {one.meaning}", page)
        assert row is not None
        assert ", ".join(counts) in row[1]
        assert row[1].endswith(f"{100 * one.difficulty:.0f} % {one.discrimination:.2f}")
    for bin in summary.bins:
        assert f"{bin.low:g} to {bin.high:g} points: {bin.count}" in page
    for mistake in summary.misconceptions:
        many = len(mistake.holders)
        students = "1 student" if many == 1 else f"{many} students"
        assert f"{mistake.name} {students} of {len(summary.graded)}" in page


def swapped(page: str) -> str:
    """The tiles as they are seen: the number before its name."""
    return re.sub(r"graded (\d+) of (\d+)", r"\1 of \2 graded", page)


def test_what_the_class_did_not_understand_stands_first() -> None:
    page = text(class_page(FEW, []))
    first = page[page.index("What the class did not") : page.index("The same as a table")]
    assert "logvar-as-std reparametrize, 1 of 4 Halve logvar before exp." in first
    assert re.search(r"cvae 0 % of the points.*reparametrize 33 % of the points", first)
    assert "Failed by most (1): z is normal." in first
    assert page.index("What the class did not") < page.index("Who needs a look")


def test_a_misconception_has_its_hint_an_example_and_a_link_to_who_holds_it() -> None:
    page = class_page(FEW, [])
    assert '<a href="./boris/fc_vae/feedback.html"><bdi>boris</bdi></a>: “The spread' in page
    many = [replace(BORIS, student=f"student{number}") for number in range(30)]
    page = class_page(many, [])
    held = page[page.index("Held by") :]
    assert "and 18 more" in held[: held.index("</li>")]
    assert all(f"./student{number}/fc_vae/" in held[: held.index("</li>")] for number in range(30))


def test_without_walls_is_said_in_words_and_set_apart() -> None:
    page = class_page([BORIS], [])
    assert "ithout walls" not in page and 'class="alarm"' not in page
    page = class_page([*FEW, replace(BORIS, student="zoe", walls=("process", "seccomp"))], [])
    assert '<p class="alarm">' in page and '<tr class="alarm">' in page
    page = text(page)
    assert "1 submission was graded without walls. That code could read and change anything" in page
    assert page.index("graded without walls") < page.index("What the class did not")
    assert "Without walls: process, seccomp 1" in page


def test_results_that_are_not_in_it_are_named_first() -> None:
    page = text(class_page(FEW, [Path("zoe/fc_vae/result.json"), Path("yan/fc_vae/result.json")]))
    assert "2 results are not in this report" in page
    assert page.index("zoe/fc_vae/result.json") < page.index("What the class did not")


def test_each_assignment_has_its_section_and_a_line_in_the_overview() -> None:
    results = [*a_class(12, "autoencoders"), *a_class(12, "fc_vae", seed=1)]
    page = class_page(results, [])
    assert page.count('<section class="assignment"') == 2
    assert re.search(r'<a href="#a1">autoencoders</a>.*<a href="#a2">fc_vae</a>', page, re.DOTALL)
    assert 'class="overview"' not in class_page(FEW, [])
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(ids)


ODD_CLASSES = {
    "one student": [BORIS],
    "one student with everything right": [result("ada", item("f", passed()))],
    "all failed by the grader": [not_graded("ada"), not_graded("boris")],
    "one failed by the grader": [*FEW, not_graded("zoe")],
    "graded by hand alone": [result("ada", by_hand()), result("boris", by_hand())],
    "nothing in the assignment": [result("ada"), result("boris")],
    "items that changed meanwhile": [BORIS, result("ada", item("new", passed()))],
    "no points to have": [result("ada", item("f", passed(0.0)))],
    "messages of one line, or none": [result("ada", item("f", failed("Alone."), failed("")))],
    "no results": [],
}


@pytest.mark.parametrize("results", ODD_CLASSES.values(), ids=ODD_CLASSES)
def test_an_odd_class_has_a_report_and_pages(results: list[Result]) -> None:
    page = class_page(results, [])
    assert page.count("<h1>Class report</h1>") == 1 and page.rstrip().endswith("</html>")
    for word in ("nan", "None", "Undefined"):
        assert not re.search(rf"\b{word}\b", text(page))
    for one in results:
        assert f"<bdi>{one.student}</bdi>" in page
        assert one.student in student_page(one)


def test_marks_stand_in_the_order_of_the_exercises_whatever_a_result_has() -> None:
    other = result("ada", item("new", failed("A.", "B.")), item("encoder", passed()))
    page = text(class_page([BORIS, other], []))
    assert "encoder, reparametrize, forward, cvae, essay, new." in page
    assert "boris 4 ✓◐✓○✎·reparametrize partial, cvae missing, essay manual" in page
    assert "ada 1 ✓····✗new failed" in page


def test_where_all_were_failed_by_the_grader_no_score_is_made_up() -> None:
    page = text(class_page([not_graded("ada"), not_graded("boris")], []))
    assert "Nothing of this assignment could be graded." in page
    assert "the walls went down" in page and "mean" not in page
    assert "ada – not graded" in page


def test_a_class_of_300_is_a_page_of_moderate_size() -> None:
    page = class_page(a_class(300), [])
    rows = page[page.index('<table class="all">') :]
    assert rows.count("<tr>") == 1 + 300
    assert len(page.encode()) < 500_000


def test_headings_are_in_order() -> None:
    for page in (class_page(a_class(40), [Path("x")]), class_page(FEW, []), student_page(BORIS)):
        levels = [int(level) for level in re.findall(r"<h(\d)", page)]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))


def test_no_page_has_a_character_that_steers() -> None:
    odd = "a\x1b[31m\u202eb\u2066\u200b\ufeff\x00\ud800c"
    one = result(odd, item("f", failed(odd, odd, odd, name=odd)), notes=(odd,), assignment="fc_vae")
    for page in (class_page([replace(one, student="a\u202eb")], [Path(odd[:5])]),
                 student_page(one)):  # fmt: skip
        steering = {c for c in page if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")}
        assert steering == {"\n"}
        page.encode()


def test_a_name_without_letters_can_still_be_read_and_followed() -> None:
    page = class_page([replace(BORIS, student="\u200b")], [])
    assert '<a href="./%E2%80%8B/fc_vae/feedback.html"><bdi>(a name without letters)</bdi>' in page
