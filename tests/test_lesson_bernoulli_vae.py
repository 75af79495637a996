"""The lesson bernoulli_vae: runs with the solution, stops kindly without, has the right points."""

from __future__ import annotations

import ast

import lessons
import pytest
from every_lesson import *  # noqa: F403  # its tests and fixtures are ours too
from lessons import code_cells, graded, marked, shown
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

from nndl.written import marker, split_answers

NAME = "bernoulli_vae"
CODE = {  # points, and what is checked
    "reparameterization": (2, "Model"),
    "loss_function": (2, "loss_function"),
    "training_step": (1, "training_step"),
    "elbo_curve": (2, "train"),
    "encode_test_set": (1, "encode_test_set"),
    "show_reconstructions": (2, "show_reconstructions"),
}
WRITTEN = {"elbo_identity": 1, "kl_closed_form": 2}
CHECKS = {**{name: name for name in CODE}, **{name: f"{name}-check" for name in WRITTEN}}

FIRST_GAP = "untrained_model(example_x)"


def lesson() -> NotebookNode:
    return lessons.lesson(NAME)


# --- with the solution ------------------------------------------------------------------------


def test_it_says_that_the_data_are_a_stand_in(solved: NotebookNode) -> None:
    assert any("THIS IS NOT MNIST" in shown(cell) for cell in code_cells(solved))


def test_the_bound_is_told_in_nats_per_image(solved: NotebookNode) -> None:
    """Between knowing nothing of 784 pixels and knowing all of them, and rising."""
    (said,) = [shown(cell) for cell in code_cells(solved) if "elbo_per_epoch = " in cell.source]
    curve = ast.literal_eval(said.split("ELBO per image: ")[1].splitlines()[0])
    assert len(curve) == 20
    assert -543.5 < curve[0] < curve[-1] < 0
    assert "test set: ELBO -" in "\n".join(shown(cell) for cell in code_cells(solved))


def test_it_draws_every_figure(solved: NotebookNode) -> None:
    # data, untrained, ELBO, latent space, reconstructions, samples
    assert len(lessons.pictures(solved)) == 6


# --- as a student gets it ---------------------------------------------------------------------


def test_the_students_notebook_has_a_gap_for_every_idea(released: NotebookNode) -> None:
    text = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in text and "Marking" not in text
    gaps = {name: cell.source.count("raise NotImplementedError") for name, cell in cells(released)}
    assert gaps == {f"{name}-solution": 2 if name == "reparameterization" else 1 for name in CODE}
    for name in WRITTEN:
        assert split_answers(graded(released)[name].source) == {name: ""}


def cells(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """The cells for code of the student's, with their names."""
    return [(n, cell) for n, cell in marked(notebook).items() if n.endswith("-solution")]


# --- what nbgrader and readers get ------------------------------------------------------------


def test_points_are_those_of_the_assignment() -> None:
    points = {name: cell.metadata["nbgrader"]["points"] for name, cell in graded(lesson()).items()}
    assert points == {name: points for name, (points, _) in CODE.items()} | WRITTEN
    assert sum(points.values()) == 13


def test_nbgrader_finds_its_metadata_in_order() -> None:
    notebook = lesson()
    CheckCellMetadata().preprocess(notebook, {})
    for name, (_points, work) in CODE.items():
        cell = graded(notebook)[name]
        assert cell.source == f'lab.check("{name}", {work})'
        assert cell.metadata["nbgrader"]["locked"]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_answer_has_its_marker_a_model_answer_and_a_scheme(name: str) -> None:
    cell = graded(lesson())[name]
    found = marker(cell.source)
    assert cell.cell_type == "markdown"
    assert found is not None and (found.name, found.limit) == (name, None)
    answer, scheme = split_answers(cell.source)[name].split("\nMarking:\n")
    assert "$$" in answer
    halves = scheme.count("- ½ point: ")
    assert halves / 2 == WRITTEN[name]


def test_every_graded_function_is_called_by_a_cell_that_is_no_check() -> None:
    public = {name for _, cell in cells(lesson()) for name in lessons.names_given(cell)}
    assert public == {work for _, work in CODE.values()}
    assert public <= lessons.called(lessons.unmarked(lesson()))
