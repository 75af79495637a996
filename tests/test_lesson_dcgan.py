"""The lesson dcgan: runs with the solution, stops kindly without, has the right points."""

from __future__ import annotations

import re

import lessons
from every_lesson import *  # noqa: F403  # its tests and fixtures are ours too
from lessons import code_cells, graded, marked, said_by, shown
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

from nndl.written import count_words, marker, split_answers

NAME = "dcgan"
CODE = {  # points, and what is checked
    "init": (7, "DCGAN"),
    "train": (13, "DCGAN"),
    "spectral_norm": (4, "SpectralDiscriminator"),
    "reconstruct": (12, "DCGAN"),
}
WRITTEN = {"batch_norm": 4}
CHECKS = {**{name: name for name in CODE}, **{name: f"{name}-check" for name in WRITTEN}}
CALLED_WITHIN = {"_weight_initialization", "_reconstruction_loss"}  # by other methods

FIRST_GAP = "untrained = DCGAN()"


def lesson() -> NotebookNode:
    return lessons.lesson(NAME)


# --- with the solution ------------------------------------------------------------------------


def test_checks_of_training_show_no_bars_and_figures(solved: NotebookNode) -> None:
    for name in CODE:
        assert "Epoch" not in shown(marked(solved)[name])
        assert lessons.pictures_of(marked(solved)[name]) == []


def test_it_says_that_the_data_are_a_stand_in(solved: NotebookNode) -> None:
    assert any("THIS IS NOT CIFAR-10" in shown(cell) for cell in code_cells(solved))


def test_it_draws_every_figure(solved: NotebookNode) -> None:
    # data; samples of the smoke run and of both trainings; the losses of these two; activation
    # maximization; reconstructions by two generators
    assert len(lessons.pictures(solved)) == 1 + 3 + 2 + 1 + 2


def test_training_makes_the_generator_better(solved: NotebookNode) -> None:
    """Even in the short run: its reconstructions are nearer than an untrained one's."""
    said = said_by(solved, "reconstruction_loss, reconstructed = ")
    losses = {name: float(loss) for name, loss in re.findall(r"^(.*?) +(0\.\d+)$", said, re.M)}
    assert losses["your generator"] < 0.8 * losses["untrained generator"]
    assert losses["the course's generator"] < 0.8 * losses["untrained generator"]


def test_the_calmer_judge_has_spectral_norm_one(solved: NotebookNode) -> None:
    said = said_by(solved, "steps = len(spectral_losses")
    values = re.search(r"largest singular values: (.*)", said)
    assert values is not None
    assert all(abs(float(value) - 1) < 0.05 for value in values[1].split())


# --- as a student gets it ---------------------------------------------------------------------


def test_the_students_notebook_has_a_gap_for_every_idea(released: NotebookNode) -> None:
    text = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in text and "Marking" not in text
    gaps = {name: cell.source.count("raise NotImplementedError") for name, cell in cells(released)}
    assert gaps == dict.fromkeys(gaps, 1)
    assert len(gaps) == 7
    for name in WRITTEN:
        assert split_answers(graded(released)[name].source) == {name: ""}


def cells(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """The cells for code of the student's, with their names."""
    return [(n, cell) for n, cell in marked(notebook).items() if n.endswith("-solution")]


# --- what nbgrader and readers get ------------------------------------------------------------


def test_points_are_those_of_the_assignment() -> None:
    points = {name: cell.metadata["nbgrader"]["points"] for name, cell in graded(lesson()).items()}
    assert points == {name: points for name, (points, _) in CODE.items()} | WRITTEN
    assert sum(points.values()) == 40


def test_nbgrader_finds_its_metadata_in_order() -> None:
    notebook = lesson()
    CheckCellMetadata().preprocess(notebook, {})
    for name, (_points, work) in CODE.items():
        cell = graded(notebook)[name]
        assert cell.source == f'lab.check("{name}", {work})'
        assert cell.metadata["nbgrader"]["locked"]


def test_the_written_answer_keeps_its_limit_and_has_a_scheme() -> None:
    cell = graded(lesson())["batch_norm"]
    found = marker(cell.source)
    assert cell.cell_type == "markdown"
    assert found is not None and (found.name, found.limit) == ("batch_norm", 120)
    answer, scheme = split_answers(cell.source)["batch_norm"].split("\nMarking:\n")
    assert 60 < count_words(answer) <= 120
    assert scheme.count("- 1 point: ") == WRITTEN["batch_norm"]


def test_every_graded_method_is_called_by_a_cell_that_is_no_check() -> None:
    names = {name for _, cell in cells(lesson()) for name in lessons.names_given(cell)}
    assert names == CALLED_WITHIN | {
        *("DCGAN", "_classification_loss", "train", "SpectralDiscriminator", "reconstruct")
    }
    assert names - CALLED_WITHIN <= lessons.called(lessons.unmarked(lesson()))
    assert lessons.called(cell for _, cell in cells(lesson())) >= CALLED_WITHIN
