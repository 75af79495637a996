"""The lesson autoencoders: runs when solved, stops kindly when not, carries the right points."""

from __future__ import annotations

import ast
import re
from typing import Any

import lessons
import pytest
from every_lesson import *  # noqa: F403  # its tests and fixtures are ours too
from lessons import code_cells, graded, mark, marked, shown, unmarked
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

from autograder.nbgrader.generate import released_notebook
from nndl.written import Marker, count_words, marker, split_answers

NAME = "autoencoders"
POINTS = {
    "encoder_decoder": 6,
    "train_autoencoder": 6,
    "sample_prior": 2,
    "observe_samples": 2,
    "vae": 7,
    "train_vae": 4,
    "beta_extremes": 2,
    "good_result": 3,
    "tuned_beta": 2,
    "interpolate": 1,
    "compare_interpolations": 2,
    "cvae": 5,
    "sample_digits": 6,
}
WORDS = {
    "observe_samples": 150,
    "beta_extremes": 200,
    "good_result": 200,
    "compare_interpolations": 300,
}
CODE = [name for name in POINTS if name not in WORDS]
CHECKS = {name: f"{name}-check" if name in WORDS else name for name in POINTS}
TRAINING = {"train_autoencoder", "train_vae", "train_cvae"}

FIRST_GAP = "mnist_data_loader(data.train)"


def lesson() -> NotebookNode:
    return lessons.lesson(NAME)


# --- with the solution ------------------------------------------------------------------------


def test_it_says_that_the_data_are_a_stand_in(solved: NotebookNode) -> None:
    assert any("THIS IS NOT MNIST" in shown(cell) for cell in code_cells(solved))


def test_it_shows_the_numbers_that_its_text_promises(solved: NotebookNode) -> None:
    everything = "\n".join(shown(cell) for cell in code_cells(solved))
    for number in ("219,488", "220,240", "441,808", "445,008", "KL 2.195", "KL 0.568"):
        assert number in everything
    for shape in ("(64, 1, 28, 28)", "(1, 28, 28)", "(200, 64)", "(200, 1, 784)"):
        assert shape in everything


def test_one_beta_uses_all_of_the_code_and_the_other_nothing_of_it(solved: NotebookNode) -> None:
    said = [shown(cell) for cell in unmarked(solved) if "show_model(" in cell.source]
    in_use = [found for text in said for found in re.findall(r"in use: (\d+) of 32", text)]
    assert in_use[:2] == ["32", "0"]  # beta 0, beta 10; and then the tuned one
    assert 0 < int(in_use[2]) < 32


def test_the_digits_that_were_asked_for_can_be_read(solved: NotebookNode) -> None:
    everything = "\n".join(shown(cell) for cell in unmarked(solved))
    read = re.search(r"read as what was asked for: (\d+) of 50", everything)
    assert read and int(read[1]) >= 40  # all of them, as a rule


def test_it_draws_every_figure(solved: NotebookNode) -> None:
    drawn = [len(lessons.pictures_of(cell)) for cell in unmarked(solved)]
    assert [number for number in drawn if number] == [
        1,  # data
        1, 1, 1, 1,  # auto-encoder: loss, copies, samples, codes
        2, 2,  # beta 0: losses; copies and samples
        4, 1,  # beta 10: the same; the mean
        5,  # the search
        2, 2,  # tuned: losses; copies and samples
        2, 1,  # two ways, codes
        2, 1, 1, 1,  # CVAE: losses, digits, one image with other labels, codes
    ]  # fmt: skip


# --- as a student gets it ---------------------------------------------------------------------


def test_the_students_notebook_has_a_gap_for_every_idea() -> None:
    released = marked(released_notebook(NAME))
    for name, cell in marked(lesson()).items():
        stub = "YOUR ANSWER HERE" if name in WORDS else "raise NotImplementedError"
        assert released[name].source.count(stub) == cell.source.count("### BEGIN SOLUTION")
        assert "SOLUTION" not in released[name].source
        assert "Marking:" not in released[name].source
    everything = "\n".join(cell.source for cell in released.values())
    assert "nn.Linear" not in everything
    assert ".backward()" not in everything


@pytest.mark.parametrize("item", CODE)
def test_an_exercise_can_be_checked_as_soon_as_it_is_written(
    item: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """However many of the later ones are still empty."""
    place = CODE.index(item)
    done, left = CODE[: place + 1], CODE[place + 1 :]
    notebook = partly_written(done)
    run_check(notebook, item)
    said = capsys.readouterr()
    assert f"{item}: right" in said.out and not said.err
    for name in left[:1]:
        run_check(notebook, name)
        assert f"{name}: not done yet" in capsys.readouterr().err


def partly_written(done: list[str]) -> dict[str, Any]:
    """What a kernel holds when these exercises are solved: imports, sizes, and all definitions."""
    names: dict[str, Any] = {"__name__": "partly_written"}
    _set_up, imports, sizes, *_ = unmarked(lesson())
    for cell in (imports, sizes):
        exec(cell.source, names)
    for grade_id, cell in marked(lesson()).items():
        if cell.cell_type == "markdown" or "lab.check(" in cell.source:
            continue
        written = mark(cell)["locked"] or grade_id.rpartition("-")[0] in done
        try:
            exec(cell.source if written else lessons.without_solutions(cell.source), names)
        except NotImplementedError:  # of a constant, whose gap is at the top level
            assert not written
    return names


def run_check(notebook: dict[str, Any], item: str) -> None:
    exec(graded(lesson())[item].source, notebook)


# --- what nbgrader and readers get ------------------------------------------------------------


def test_points_are_those_of_the_assignment() -> None:
    points = {name: mark(cell)["points"] for name, cell in graded(lesson()).items()}
    assert points == POINTS
    assert sum(points.values()) == 48


def test_nbgrader_finds_its_metadata_in_order() -> None:
    notebook = lesson()
    CheckCellMetadata().preprocess(notebook, {})
    for name, cell in graded(notebook).items():
        assert mark(cell) == {
            "grade": True,
            "grade_id": name,
            "locked": name not in WORDS,
            "points": POINTS[name],
            "schema_version": 3,
            "solution": name in WORDS,
            "task": False,
        }
        assert marked(notebook)[CHECKS[name]].source.startswith(f'lab.check("{name}"')


@pytest.mark.parametrize("item", POINTS)
def test_the_text_says_what_an_item_is_worth(item: str) -> None:
    text = "\n".join(cell.source for cell in lesson().cells if cell.cell_type == "markdown")
    unit = "point" if POINTS[item] == 1 else "points"
    words = f", at most {WORDS[item]}\\s+words" if item in WORDS else ""
    assert re.search(rf"\*\*Graded\*\* \(`{item}`, {POINTS[item]} {unit}{words}\)", text)
    assert re.search(rf"\| `{item}` \| {POINTS[item]} \|", text)


@pytest.mark.parametrize("item", WORDS)
def test_the_model_answer_keeps_to_the_limit_and_has_a_scheme_for_marking(item: str) -> None:
    cell = graded(lesson())[item]
    assert marker(cell.source) == Marker(item, WORDS[item])
    answer = split_answers(cell.source)[item]
    assert 50 < count_words(answer) <= WORDS[item]
    # In a comment, which is not counted: the solved notebook passes its own checks.
    scheme = re.search(r"<!--\nMarking:\n(.*)-->", answer, re.DOTALL)
    assert scheme and scheme[1].count("1 point ") == POINTS[item]


def test_every_name_that_students_write_is_used_by_some_cell() -> None:
    solutions = [cell for name, cell in marked(lesson()).items()
                 if name.endswith(("-solution", "-loader"))]  # fmt: skip
    written = set().union(*map(lessons.names_given, solutions)) - {"TUNED_BETA"}
    of_the_cvae = {"CVAEEncoder", "CVAEDecoder"}  # built by CVAE, which students write too
    given = [cell for name, cell in marked(lesson()).items() if name.endswith("-given")]
    assert TRAINING | of_the_cvae <= written
    assert written - of_the_cvae <= lessons.called(unmarked(lesson()) + given)
    assert {"loss", "reconstruct"} <= lessons.called(unmarked(lesson()))
    assert any("TUNED_BETA" in cell.source for cell in unmarked(lesson()))


def test_training_is_announced_with_its_time() -> None:
    before = ""
    for cell in lesson().cells:
        if cell.cell_type == "markdown":
            before += cell.source
            continue
        if not mark(cell) and TRAINING & lessons.called([cell]):
            if "smoke_" in cell.source:
                assert "smoke run" in before and "second" in before
            else:
                assert "CPU" in before and "Colab GPU" in before and "stand-in" in before
                assert re.search(r"^\w+_epochs = \d+", cell.source, re.MULTILINE)
        before = ""


def test_no_name_is_taken_away() -> None:
    for cell in code_cells(lesson()):
        assert not any(isinstance(node, ast.Delete) for node in ast.walk(ast.parse(cell.source)))
