"""formgrader in a real browser shows our verdicts, and keeps what an instructor types.

    SCREENSHOTS=/tmp/pictures pytest tests/autograder/test_formgrader.py

leaves the pictures there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from formgrader import Window, browser, find_browser, jupyter_server
from nbformat import NotebookNode, v4
from nbgrader.api import Gradebook
from nbgrader_course import ROOT, Course, copy_course, right_answers, write_answers

pytestmark = pytest.mark.skipif(find_browser() is None, reason="no Chromium here")

NO_MEAN = "def mean_of(x):\n    return x.sum(dim=0) / (len(x) - 1)"
HINT = "A mean divides by N."
# nbgrader's pages want it for formulas; they show everything, and save, without it.
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"  # a picture in the lesson


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a small class, graded."""
    course = copy_course(tmp_path_factory.mktemp("formgrader"))
    course.run("autograder", "release", "averages", "fc_vae")
    for student in ("ada", "boris", "mallory"):
        answers = right_answers("averages")
        if student == "boris":
            answers["mean_of-solution"] = NO_MEAN
        notebook = course.hand_in(student, "averages") / "averages.ipynb"
        write_answers(notebook, answers)
        if student == "mallory":
            attack(notebook)
    wrong = ROOT / "examples" / "class" / "submitted" / "boris" / "fc_vae" / "vae.py"
    shutil.copy(wrong, course.hand_in("boris", "fc_vae"))
    course.hand_in("chen", "fc_vae")
    course.run("autograder", "grade", "submitted/")
    return course


@pytest.fixture(scope="module")
def window(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    pictures = os.environ.get("SCREENSHOTS") or tmp_path_factory.mktemp("pictures")
    with jupyter_server(course) as server, browser(server, Path(pictures)) as window:
        yield window


@pytest.fixture(autouse=True)
def from_nowhere_else(window: Window) -> Iterator[None]:
    """Pages work without a network, and ask others for nothing that counts."""
    window.refused.clear()
    yield
    assert all(url.startswith((MATHJAX, BADGE)) for url in window.refused), window.refused


def attack(notebook: Path) -> None:
    """Put into a notebook what would run in the browser of whoever reads it."""
    content = nbformat.read(notebook, as_version=4)
    output = [
        v4.new_output("display_data", {"text/html": f"{image('html')}{script('html-script')}"}),
        v4.new_output("display_data", {"application/javascript": ran("javascript")}),
        v4.new_output("display_data", {"text/markdown": image("markdown-output")}),
        v4.new_output("display_data", {"image/svg+xml": f"<svg>{script('svg')}</svg>"}),
        v4.new_output("display_data", {"text/latex": image("latex")}),
        v4.new_output("display_data", {"image/png": "eA=="},
                      metadata={"image/png": {"width": f"1 onerror={ran('width')}"}}),
        v4.new_output("stream", name="stderr", text=image("stream")),
        v4.new_output("error", ename="E", evalue=image("value"), traceback=[image("traceback")]),
    ]  # fmt: skip
    for cell in content.cells:
        mark = cell.metadata.get("nbgrader", {})
        if mark.get("solution"):
            cell.source += f"\n\n# {image('answer')}{script('answer-script')}"
        if cell.cell_type == "code":
            cell.outputs = [NotebookNode(one) for one in output]
    content.cells += [
        v4.new_markdown_cell(f"{image('text')}{script('text-script')}<svg onload={ran('onload')}>"),
        v4.new_markdown_cell(f"<details open ontoggle={ran('toggle')}>x</details>"),
        v4.new_markdown_cell(f'<iframe srcdoc="{script("frame")}"></iframe>'),
        v4.new_raw_cell(image("raw"), metadata={"raw_mimetype": "text/html"}),
        v4.new_code_cell("1", metadata={"nbgrader": {
            "grade": True, "solution": False, "locked": False, "task": False, "points": 9,
            "schema_version": 3, "cell_type": "code", "grade_id": f'x">{image("grade_id")}'}}),
    ]  # fmt: skip
    nbformat.write(content, notebook)


def ran(name: str) -> str:
    """JavaScript, without a blank or a quote that would end an attribute, that leaves a trace."""
    return f"(window.top.ran=window.top.ran||[]).push(`{name}`)"


def image(name: str) -> str:
    return f'<img src="nowhere" onerror="{ran(name)}">'


def script(name: str) -> str:
    return f"<script>{ran(name)}</script>"


def submission(course: Course, student: str, assignment: str) -> str:
    """Where formgrader shows a submission."""
    with Gradebook(course.database, "generative-models") as gradebook:
        found = gradebook.find_submission_notebook(assignment, assignment, student)
        return f"formgrader/submissions/{found.id}/"


def test_jupyterlab_opens_formgrader_from_its_menu(window: Window) -> None:
    page = window.open("lab")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    page.frame_locator("iframe").locator("#main-table tr", has_text="fc_vae").wait_for()
    window.picture("jupyterlab")


def test_list_of_submissions_has_status_and_score(window: Window) -> None:
    window.open("formgrader/manage_submissions/fc_vae")
    boris, chen = (window.row(name).locator("td") for name in ("boris", "chen"))
    boris.nth(3).get_by_text("graded", exact=True).wait_for()
    window.picture("manage_submissions")
    assert [boris.nth(n).inner_text() for n in (3, 4)] == ["graded", "14.67 / 16"]
    assert [chen.nth(n).inner_text() for n in (3, 4)] == ["graded", "0 / 16"]


def test_list_says_what_waits_for_a_reader(window: Window) -> None:
    window.open("formgrader/manage_submissions/averages")
    ada = window.row("ada").locator("td")
    ada.nth(3).get_by_text("needs manual grading").wait_for()
    assert ada.nth(4).inner_text() == "7 / 12"


def test_page_of_a_submission_has_scores_and_messages(window: Window, course: Course) -> None:
    page = window.open(submission(course, "boris", "fc_vae"))
    scores = {name: page.locator(f"input#{name}") for name in ("encoder", "reparametrize")}
    page.locator("input#encoder[placeholder='4']").wait_for()
    window.picture("submission")
    assert float(scores["reparametrize"].get_attribute("placeholder") or 0) == 0.6667
    assert page.get_by_text("Their spread does not follow logvar.").first.is_visible()
    assert page.get_by_text("is the log of the variance").first.is_visible()


def test_points_and_comment_by_hand_survive_regrading(window: Window, course: Course) -> None:
    where = submission(course, "boris", "averages")
    page = window.open(where)
    score, comment = page.locator("input#explain_mean"), page.locator("#explain_mean-comment")
    page.locator("input#mean_of[placeholder='0']").wait_for()
    with page.expect_response("**/formgrader/api/grade/*"):
        score.fill("1.5")
        score.press("Tab")
    with page.expect_response("**/formgrader/api/comment/*"):
        comment.fill("The median is <b>not</b> moved. Well seen!")
        comment.press("Tab")
    window.picture("by_hand")
    course.run("autograder", "grade", "--regrade", "submitted/", "--student", "boris")
    page = window.open(where)
    page.locator("input#mean_of[placeholder='0']").wait_for()
    window.picture("by_hand_regraded")
    assert page.locator("input#explain_mean").input_value() == "1.5"
    typed = page.locator("#explain_mean-comment").input_value()
    assert typed == "The median is <b>not</b> moved. Well seen!"
    with Gradebook(course.database, "generative-models") as gradebook:
        assert gradebook.find_submission("averages", "boris").score == 4.0 + 1.5


def test_autograde_button_gives_our_verdict(window: Window, course: Course) -> None:
    notebook = course.hand_in("dalia", "averages") / "averages.ipynb"
    write_answers(notebook, {**right_answers("averages"), "mean_of-solution": NO_MEAN})
    page = window.open("formgrader/manage_submissions/averages")
    row = window.row("dalia")
    row.get_by_text("needs autograding").wait_for()
    row.locator(".autograde a").click()
    page.locator("#success-modal, #error-modal").wait_for(timeout=120_000)
    window.picture("autograde_button")
    assert page.locator("#success-modal").is_visible(), page.locator("#error-modal").inner_text()
    row.get_by_text("needs manual grading").wait_for()
    assert row.locator("td").nth(4).inner_text() == "4 / 12"
    page = window.open(submission(course, "dalia", "averages"))
    assert page.get_by_text(HINT).first.is_visible()


def test_feedback_page_is_made_by_the_button(window: Window, course: Course) -> None:
    page = window.open("formgrader/manage_submissions/fc_vae")
    window.row("boris").locator(".generate-feedback a").click()
    page.locator("#success-modal, #error-modal").wait_for(timeout=120_000)
    assert page.locator("#success-modal").is_visible(), page.locator("#error-modal").inner_text()
    file = course.folder / "feedback" / "boris" / "fc_vae" / "fc_vae.html"
    page = window.open(file.as_uri())
    window.picture("feedback")
    assert page.get_by_text("Score: 14.67 / 16.0").is_visible()
    assert page.get_by_text("Their spread does not follow logvar.").first.is_visible()
    assert page.get_by_text("assert_close").count() == 0


def test_what_a_student_wrote_does_not_run(window: Window, course: Course) -> None:
    course.run("nbgrader", "generate_feedback", "averages", "--student=mallory")
    file = course.folder / "feedback" / "mallory" / "averages" / "averages.html"
    for name, where in (("formgrader", submission(course, "mallory", "averages")),
                        ("feedback", file.as_uri())):  # fmt: skip
        page = window.open(where)
        page.wait_for_timeout(500)  # for pictures that are not there to say so
        window.picture(f"attack_in_{name}")
        assert page.evaluate("window.ran || []") == [], name
        assert page.locator("[onerror], [onload], [ontoggle], iframe").count() == 0
