"""Answers in words: where they are found, how they are counted, and what their check says."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from jupyter_server.services.sessions.sessionmanager import SessionManager
from nbclient import NotebookClient

from nndl.check import CheckFailed, Lab, WrongUsage
from nndl.written import (
    Marker,
    count_words,
    find_answer,
    find_notebook,
    marker,
    split_answers,
)

ROOT = Path(__file__).parent.parent.parent
LIMITED = "**Your answer** (`observe_samples`, at most 5 words):\n\n"
UNLIMITED = "**Your answer** (`elbo_identity`):\n\n"


# --- markers and answers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("**Your answer** (`a`, at most 150 words):\n\nIt is.", Marker("a", 150)),
        ("**Your answer** (`a`):", Marker("a", None)),
        ("Before it.\n\n  **Your answer** (`a-b_1`, at most 1 word): It is.", Marker("a-b_1", 1)),
        ("**Your answer** (`a`)\r\n\r\nIt is.", Marker("a", None)),
        ("**Your answer** (`a`):\n**Your answer** (`b`):", Marker("a", None)),
        ("See **Your answer** (`a`):", None),
        ("Your answer (`a`):", None),
        ("**Your answer** (a):", None),
        ("", None),
    ],
)
def test_a_marker_is_a_line_with_a_name_and_perhaps_a_limit(text, found):
    assert marker(text) == found


def test_a_marker_can_be_looked_for_by_its_name():
    assert marker(UNLIMITED + LIMITED, "observe_samples") == Marker("observe_samples", 5)
    assert marker(UNLIMITED, "observe_samples") is None


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (f"{LIMITED}They are soft.\n", {"observe_samples": "They are soft."}),
        (f"{LIMITED}YOUR ANSWER HERE\n", {"observe_samples": ""}),
        (f"{LIMITED}YOUR ANSWER HERE\n\nSoft.", {"observe_samples": "Soft."}),
        (f"{LIMITED}### BEGIN SOLUTION\nSoft.\n### END SOLUTION", {"observe_samples": "Soft."}),
        ("**Your answer** (`a`): on the same line", {"a": "on the same line"}),
        (f"Above. {LIMITED}One.", {}),
        (f"Above.\n{LIMITED}One.\n{UNLIMITED}Two.",
         {"observe_samples": "One.", "elbo_identity": "Two."}),
        (f"{UNLIMITED}One.\n{UNLIMITED}YOUR ANSWER HERE\n{UNLIMITED}Two.",
         {"elbo_identity": "One.\n\nTwo."}),
    ],
)  # fmt: skip
def test_an_answer_goes_from_its_marker_to_the_next(text, answers):
    assert split_answers(text) == answers


def test_an_answer_is_found_in_whatever_cell_it_is_and_in_all_its_copies():
    cells = ["Prose.", f"{LIMITED}YOUR ANSWER HERE", "More.", f"{UNLIMITED}A.\n{LIMITED}Soft."]
    assert find_answer(cells, "observe_samples") == (Marker("observe_samples", 5), "Soft.")
    assert find_answer(cells, "elbo_identity") == (Marker("elbo_identity", None), "A.")
    assert find_answer(cells, "nothing") is None


# --- counting words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("", 0),
        (" \n\t", 0),
        ("They are soft, aren't they?", 5),
        ("a zero-mean 3.5 – over-smoothed", 4),
        ("Größe, café, 標準", 3),
        # formulas
        ("$a + b$", 1),
        ("the $z$-axis of $p(x \\mid z)$, $\\sigma$.", 5),
        ("$$\na &= b + c \\\\\n  &= d\n$$\n\nas asked", 3),
        ("$$ x \\text{ if $y$ holds} $$ always", 2),
        ("$a \\$ b$ and \\$5 or \\$6", 5),
        ("it costs 5$ a day\n\nor 6$ a night", 9),
        ("a $ alone", 2),
        ("$$ never closed", 2),
        # code
        ("```python\nx = f(1)  # $ a\n```\nafter $b + c$", 5),
        ("~~~\n<!-- kept as it is -->\n~~~", 4),
        ("```\nnever closed $ x $", 3),
        ("call `f(x, $)` and $y + 1$", 4),
        # what does not count
        ("# Title\n\n- *one*\n- **two**\n\n1. three\n2) four\n\n> five\n\n---", 6),
        ("| a | b |\n|---|---|\n| 1 | 2 |", 4),
        ("seen <!-- hidden words --> seen", 2),
        ("<!-- never closed", 2),
        ("<!-- a <!-- b --> c", 2),
        ("up<br>down <span style='color: red'>red</span>", 3),
        ("a < b and c > d", 5),
        ("x<y", 1),
        ("![a picture](data:image/png;base64,iVBORw0KGgo=) below", 1),
        ("![image.png](attachment:0a1b image.png)", 0),
        ("[a link](https://example.org)", 2),
    ],
)
def test_words_are_counted_as_they_are_seen(answer, words):
    assert count_words(answer) == words


PIECES = ["$", "$$", "`", "```", "~~~", "~", "<!--", "-->", "-", "!", "[", "](", ")", "<a", "</",
          ">", "\\", "\n", "\r\n", "\n\n", " ", "1.", "é", "word ", "\ud800", "\0",
          "**Your answer** (`a`", ", at most 9 words", "):", "YOUR ANSWER HERE"]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text()


@settings(max_examples=300)
@given(texts)
def test_no_text_stops_the_reader_or_the_counter(text):
    assert 0 <= count_words(text) <= len(text)
    for answer in split_answers(text).values():
        count_words(answer)
    first = marker(text)
    assert first is None or first.name in split_answers(text)


@settings(max_examples=60)
@given(texts, texts.filter(bool), texts)
def test_time_grows_no_faster_than_the_text(before, repeated, after):
    assert_quick(before + repeated * (100_000 // len(repeated)) + after)


@pytest.mark.parametrize("before", ["", "$$", "<!--", "`", "~"])
@pytest.mark.parametrize("repeated", ["$", "$\\", "$\n", "<!--", "`", "~", "![a](", "<a ", "a ",
                                      "\n**Your answer** (`a`):"])  # fmt: skip
def test_a_megabyte_takes_no_longer_than_a_reader_notices(before, repeated):
    assert_quick(before + repeated * (1_000_000 // len(repeated)) + "`")


def assert_quick(text: str) -> None:
    """Four seconds per megabyte: ten times what it takes, and still a hundredth of a square."""
    started = time.process_time()
    count_words(text)
    split_answers(text)
    assert time.process_time() - started < 0.2 + 4e-6 * len(text)


# --- the check --------------------------------------------------------------------------------


@pytest.fixture
def lab() -> Lab:
    lab = Lab("samples")
    lab.written("observe_samples")
    lab.written("elbo_identity")
    return lab


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """`notebook(cell, ...)`: a folder to work in, with a notebook of these markdown cells in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return lambda *cells, name="samples": save(tmp_path / f"{name}.ipynb", *cells)


def save(path: Path, *cells: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    markdown = [nbformat.v4.new_markdown_cell(cell) for cell in cells]
    code = nbformat.v4.new_code_cell("**Your answer** (`elbo_identity`): in code")
    nbformat.write(nbformat.v4.new_notebook(cells=[*markdown, code]), path)
    return path


def failure_of(lab: Lab, exercise: str) -> str:
    with pytest.raises(CheckFailed) as failure:
        lab.check(exercise)
    return str(failure.value)


def test_an_answer_within_its_limit_is_right_and_told_its_words(lab, notebook, capsys):
    notebook(f"{LIMITED}They are a bit soft.", f"{UNLIMITED}Since.")
    lab.check("observe_samples")
    lab.check("elbo_identity")
    out, err = capsys.readouterr()
    assert "observe_samples: right\n  ✓ the answer has at most 5 words\n  ✓ it has 5 words (" in out
    assert "elbo_identity: right\n  ✓ it has 1 word (in `samples.ipynb` as last saved" in out
    assert err == ""


def test_an_answer_over_its_limit_fails_and_is_asked_a_question_first(lab, notebook):
    notebook(f"{LIMITED}They are a little bit soft.")
    said = failure_of(lab, "observe_samples")
    assert "✗ the answer has at most 5 words" in said
    assert "6 words where at most 5 are asked for (in `samples.ipynb` as last saved" in said
    assert "Hint 1 of 2: Which sentence could go" in said and "said twice" not in said
    assert "said twice" in failure_of(lab, "observe_samples")


def test_no_answer_yet_is_one_line_on_standard_error_and_no_error(lab, notebook, capsys):
    notebook(f"{LIMITED}YOUR ANSWER HERE")
    lab.check("observe_samples")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("observe_samples: not done yet (in `samples.ipynb` as last saved")
    assert err.count("\n") == 1


def test_a_lost_marker_is_asked_back_and_the_text_still_counts(lab, notebook):
    notebook("They are soft.", f"{UNLIMITED}Since.")
    said = failure_of(lab, "observe_samples")
    assert "There is no such line in `samples.ipynb`" in said
    assert "still counts" in said
    assert "(`observe_samples`)? Put it back" in said


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"cells": 3}', "[" * 100_000, "\xff"])
def test_without_a_notebook_it_says_so_and_asks_to_count(lab, notebook, capsys, content):
    path = notebook()
    path.unlink() if content is None else path.write_text(content, encoding="latin-1")
    lab.check("observe_samples")
    out, err = capsys.readouterr()
    assert out.startswith("observe_samples: not checked\n  This notebook could not be found")
    assert "count for yourself" in out
    assert err == ""


def test_it_takes_nothing_but_the_name(lab):
    with pytest.raises(WrongUsage, match=r'Call it as `lab.check\("observe_samples"\)`'):
        lab.check("observe_samples", "They are soft.")


# --- finding the notebook ---------------------------------------------------------------------


def test_only_markdown_cells_are_read_whichever_way_they_are_stored(notebook):
    path = notebook("a\nb", "c")
    assert isinstance(json.loads(path.read_text())["cells"][0]["source"], list)
    assert find_notebook("samples").cells == ("a\nb", "c")
    path.write_text('{"cells": [{"cell_type": "markdown", "source": "a"}, 3, {}]}')
    assert find_notebook("samples").cells == ("a",)


def test_the_file_that_jupyter_names_comes_before_one_that_is_called_as_the_lab(
    notebook, tmp_path, monkeypatch
):
    notebook("as the lab")
    other = save(tmp_path / "elsewhere" / "mine.ipynb", "as named")
    monkeypatch.setenv("JPY_SESSION_NAME", str(other))
    assert find_notebook("samples").cells == ("as named",)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "renamed since.ipynb"))
    assert find_notebook("samples").cells == ("as the lab",)


def named_by_jupyter(root: Path, name: str) -> str:
    """What Jupyter's own server puts into JPY_SESSION_NAME for a notebook below its `root`.

    As JupyterLab asks for it: the session's path is the notebook's folder and an id, and its name
    is the file's.
    """
    kernels = MappingKernelManager(root_dir=str(root))
    folder, _, file = name.rpartition("/")
    session = f"{folder}/0b5a3f2e-4ad7-4a3f-8c3c-0c2f6a1f6f3e"
    return SessionManager(kernel_manager=kernels).get_kernel_env(session, file)["JPY_SESSION_NAME"]


def run_in_kernel(folder: Path, *cells: str) -> list[list[nbformat.NotebookNode]]:
    """The outputs of each cell of code, run in a kernel whose current folder is that."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return [cell.outputs for cell in notebook.cells]


SET_UP = """
from nndl.check import Lab
lab = Lab("samples")
lab.written("observe_samples")
lab.written("elbo_identity")
"""


def test_in_a_kernel_of_jupyters_server_the_saved_notebook_is_found(notebook, tmp_path):
    path = notebook(f"{LIMITED}They are soft.", f"{UNLIMITED}YOUR ANSWER HERE", name="week 2/mine")
    named = named_by_jupyter(tmp_path, "week 2/mine.ipynb")
    assert named == str(path)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JPY_SESSION_NAME", named)
        environment.setenv("PYTHONPATH", str(ROOT))
        check = 'lab.check("observe_samples")'
        over = f"{LIMITED}They are a little bit soft."
        student_saves = (
            f"import nbformat; saved = nbformat.read({str(path)!r}, 4)\n"
            f"saved.cells[0].source = {over!r}; nbformat.write(saved, {str(path)!r})"
        )
        _, right, gap, _, over_limit = run_in_kernel(
            path.parent, SET_UP, check, 'lab.check("elbo_identity")', student_saves, check
        )
    assert [output.output_type for output in right] == ["display_data"]
    assert "✓ it has 3 words (in <code>mine.ipynb</code> as last" in right[0].data["text/html"]
    assert [(output.output_type, output.name) for output in gap] == [("stream", "stderr")]
    assert "elbo_identity: not done yet" in gap[0].text
    assert [output.output_type for output in over_limit] == ["display_data", "error"]
    assert "6 words where at most 5 are asked for" in over_limit[0].data["text/html"]


def test_in_a_kernel_vs_code_names_the_notebook_by_a_variable(notebook, tmp_path):
    path = notebook(f"{LIMITED}They are soft.", name="elsewhere/mine")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(ROOT))
        lost, found = run_in_kernel(
            tmp_path,
            SET_UP + 'lab.check("observe_samples")',
            f'__vsc_ipynb_file__ = {str(path)!r}\nlab.check("observe_samples")',
        )
    assert [output.output_type for output in lost] == ["display_data"]
    assert "observe_samples: not checked" in lost[0].data["text/plain"]
    assert "observe_samples: right" in found[0].data["text/plain"]


# --- in Colab ---------------------------------------------------------------------------------
# Colab itself can't be had here. What follows is a stand-in for `google.colab._message`, which
# answers as Colab's does in the notebooks that use it; that Colab still does so is not tested.


@pytest.fixture
def colab(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """`colab(answer)`: this is Colab, and so its page answers a question for the notebook."""

    def is_colab(answer: object) -> None:
        def blocking_request(kind, request="", timeout_sec=5, parent=None):
            assert kind == "get_ipynb" and timeout_sec
            if isinstance(answer, Exception):
                raise answer
            return answer

        message = ModuleType("google.colab._message")
        message.blocking_request = blocking_request
        package = ModuleType("google.colab")
        package._message = message
        monkeypatch.setitem(sys.modules, "google.colab", package)
        monkeypatch.setitem(sys.modules, "google.colab._message", message)

    return is_colab


def test_in_colab_the_notebook_on_the_screen_is_read(lab, notebook, colab, capsys):
    notebook("an old file")
    lines = LIMITED.splitlines(keepends=True)
    cell = {"cell_type": "markdown", "source": [*lines, "They are ", "soft."]}
    colab({"ipynb": {"cells": [cell]}})
    lab.check("observe_samples")
    assert "✓ it has 3 words (in the notebook);" in capsys.readouterr().out


@pytest.mark.parametrize("answer", [None, {}, {"ipynb": None}, TimeoutError("no answer")])
def test_where_colab_does_not_answer_the_student_is_asked_to_count(
    lab, notebook, colab, capsys, answer
):
    os.remove(notebook())
    colab(answer)
    lab.check("observe_samples")
    assert "not checked" in capsys.readouterr().out
