"""The lesson conv_vae: runs with the solution, stops kindly without, has the right points."""

from __future__ import annotations

import re

import lessons
import pytest
from every_lesson import *  # noqa: F403  # its tests and fixtures are ours too
from lessons import code_cells, graded, marked, said_by, shown
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

from nndl.written import count_words, marker, split_answers

NAME = "conv_vae"
CODE = {  # points, and what is checked
    "fc_vae": (6, ("VAE", "loss_function", "train")),
    "conv_vae": (10, ("ConvVAE",)),
    "interpolate": (4, ("interpolate",)),
    "svhn": (4, ("svhn_transform", "sample")),
    "traverse": (4, ("traverse",)),
}
WRITTEN = {  # points, and the limit in words
    "theory_kl": (3, None),
    "theory_reparameterization": (3, None),
    "theory_stochastic_latent": (3, None),
    "theory_smooth_latent": (3, None),
    "compare_models": (2, 150),
    "discuss_latents": (2, 200),
}
GAPS = {  # the cells for code of the student's, and how many gaps each has
    "fc_vae-model": 5,
    "fc_vae-loss": 1,
    "fc_vae-training": 1,
    "conv_vae-solution": 5,
    "interpolate-solution": 1,
    "svhn-transform": 1,
    "svhn-sample": 1,
    "traverse-solution": 1,
}
# Each exercise by its name in the lab, and the cell of its check.
CHECKS = {
    **{name: name for name in CODE},
    **{name: f"{name}-check" for name in (*WRITTEN, "vae", "loss_function", "svhn_transform")},
}

FIRST_GAP = "untrained_vae = "


def lesson() -> NotebookNode:
    return lessons.lesson(NAME)


def losses(said: str) -> list[float]:
    """The losses of a training's epochs, as they were shown."""
    return [float(loss) for loss in re.findall(r"^Epoch \d+ of \d+: loss (\S+)", said, re.M)]


# --- with the solution ------------------------------------------------------------------------


def test_it_says_that_the_data_are_stand_ins(solved: NotebookNode) -> None:
    texts = "\n".join(shown(cell) for cell in code_cells(solved))
    assert "THIS IS NOT CIFAR-10" in texts and "THIS IS NOT SVHN" in texts


@pytest.mark.parametrize("training", ["fc_losses = ", "conv_losses = ", "svhn_losses = "])
def test_losses_fall_even_in_the_short_run(solved: NotebookNode, training: str) -> None:
    curve = losses(said_by(solved, training))
    assert len(curve) >= 3
    assert curve[-1] < 0.8 * curve[0]


def test_the_models_are_compared_in_the_same_units(solved: NotebookNode) -> None:
    said = said_by(solved, "take_apart(conv_model, test_images)")
    parts = re.findall(r"loss (\S+) = squared error (\S+) \+ KL (\S+);", said)
    assert len(parts) == 2
    for loss, error, kl in (map(float, numbers) for numbers in parts):
        assert loss == pytest.approx(error + kl, abs=0.11)


def test_half_of_the_range_is_out_of_reach_for_a_sigmoid(solved: NotebookNode) -> None:
    """Which is what `Normalize` does: it costs a few hundred per image before any training."""
    said = said_by(solved, "houses_normalized = ")
    best = [float(number) for number in re.findall(r": (\d+)$", said, re.M)]
    assert len(best) == 2 and best[0] > 100 and best[1] == 0


def test_it_draws_every_figure(solved: NotebookNode) -> None:
    # posteriors, photographs, mosaics; a training's last pictures and its losses, twice; the
    # comparison, the walk, house numbers, draws; the third training's two; walks, turns, copies
    assert len(lessons.pictures(solved)) == 16


def test_nothing_is_kept_of_short_trainings(
    solved: NotebookNode, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert list(tmp_path_factory.getbasetemp().glob("solved*/checkpoints")) == []


# --- as a student gets it ---------------------------------------------------------------------


def test_the_students_notebook_has_a_gap_for_every_idea(released: NotebookNode) -> None:
    text = "\n".join(cell.source for cell in released.cells)
    assert "SOLUTION" not in text and "Marking" not in text
    found = {n: cell.source.count("raise NotImplementedError") for n, cell in cells(released)}
    assert found == GAPS
    for name in WRITTEN:
        assert split_answers(graded(released)[name].source) == {name: ""}


def cells(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """The cells for code of the student's, with their names."""
    return [(name, cell) for name, cell in marked(notebook).items() if name in GAPS]


# --- what nbgrader and readers get ------------------------------------------------------------


def test_points_are_those_of_the_assignment() -> None:
    points = {name: cell.metadata["nbgrader"]["points"] for name, cell in graded(lesson()).items()}
    assert points == {name: points for name, (points, _) in (CODE | WRITTEN).items()}
    assert sum(points.values()) == 44


def test_nbgrader_finds_its_metadata_in_order() -> None:
    notebook = lesson()
    CheckCellMetadata().preprocess(notebook, {})
    for name, (_points, work) in CODE.items():
        cell = graded(notebook)[name]
        assert cell.source == f'lab.check("{name}", {", ".join(work)})'
        assert cell.metadata["nbgrader"]["locked"]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_answer_has_its_marker_a_model_answer_and_a_scheme(name: str) -> None:
    points, limit = WRITTEN[name]
    cell = graded(lesson())[name]
    found = marker(cell.source)
    assert cell.cell_type == "markdown"
    assert found is not None and (found.name, found.limit) == (name, limit)
    answer, scheme = split_answers(cell.source)[name].split("<!--\nMarking:\n")
    assert 60 < count_words(answer) <= (limit or 250)
    assert scheme.count("\n- 1 point for ") == points


def test_every_graded_function_is_called_by_a_cell_that_is_no_check() -> None:
    public = {name for _, cell in cells(lesson()) for name in lessons.names_given(cell)}
    assert public == {name for _, work in CODE.values() for name in work}
    assert public <= lessons.called(lessons.unmarked(lesson()))


def test_every_long_training_is_kept_and_says_its_name() -> None:
    text = "\n".join(cell.source for cell in lessons.unmarked(lesson()))
    kept = re.findall(r'keep_as=None if short_run else "(\w+)"', text)
    assert kept == ["conv_vae_fc", "conv_vae_conv", "conv_vae_svhn"]
    assert text.count("keep_as=") == len(kept)
