"""The lesson fc_vae: runs with the solution, stops kindly without it, carries the right points."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import ModuleType

import lessons
import pytest
from every_lesson import *  # noqa: F403  # its tests and fixtures are ours too
from lessons import Course, code_cells, graded, shown
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

import nndl

NAME = "fc_vae"
MODULE = (lessons.folder(NAME) / "vae.py").read_text()
POINTS = {
    "encoder": 4,
    "decoder": 1,
    "reparametrize": 2,
    "forward": 1,
    "loss_function": 1,
    "train_vae": 2,
    "cvae": 3,
    "train_cvae": 2,
}

CHECKS = {name: name for name in POINTS}


def lesson() -> NotebookNode:
    return lessons.lesson(NAME)


def run(module: str, here: Path) -> NotebookNode:
    return lessons.execute(NAME, lesson(), here, beside={"vae.py": module})


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    return run(MODULE, tmp_path_factory.mktemp("solved"))


@pytest.fixture(scope="module")
def unsolved(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    return run(lessons.without_solutions(MODULE), tmp_path_factory.mktemp("unsolved"))


# --- with the solution ------------------------------------------------------------------------


def test_it_says_that_the_data_are_a_stand_in(solved: NotebookNode) -> None:
    assert any("THIS IS NOT MNIST" in shown(cell) for cell in code_cells(solved))


def test_it_shows_the_numbers_that_its_text_promises(solved: NotebookNode) -> None:
    everything = "\n".join(shown(cell) for cell in code_cells(solved))
    for number in ("1,288,414", "1,296,414", "-0.4363", "1.6860", "8.5079"):
        assert number in everything


def test_it_draws_every_figure(solved: NotebookNode) -> None:
    # data, untrained, loss, reconstructions, samples, path, two without KL, losses, two of digits
    assert len(lessons.pictures(solved)) == 11


# --- as a student gets it ---------------------------------------------------------------------


def test_the_students_module_has_a_gap_for_every_idea() -> None:
    module = lessons.without_solutions(MODULE)
    ast.parse(module)
    assert module.count("raise NotImplementedError\n") == len(
        [line for line in MODULE.splitlines() if "BEGIN SOLUTION" in line]
    )
    assert module.count("        raise NotImplementedError\n") == 6  # in the two classes
    assert "SOLUTION" not in module
    assert "nn.Linear" not in module


# Where the gaps of each exercise stand in vae.py, in the order of the lesson.
GAPS = {
    "encoder": [0],
    "decoder": [1],
    "reparametrize": [6],
    "forward": [2],
    "loss_function": [7],
    "cvae": [3, 4, 5],
}


@pytest.mark.parametrize("item", GAPS)
def test_an_exercise_can_be_checked_as_soon_as_it_is_written(
    item: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """However many of the later ones are still empty."""
    done = list(GAPS)[: list(GAPS).index(item) + 1]
    pieces = MODULE.split("### BEGIN SOLUTION")
    source = pieces[0]
    for gap, piece in enumerate(pieces[1:]):
        solution, rest = piece.split("### END SOLUTION")
        written = any(gap in GAPS[name] for name in done)
        source += (solution.rstrip(" ") if written else "raise NotImplementedError") + rest
    module = ModuleType("partly_written")
    exec(source, module.__dict__)
    lab = nndl.lab("fc_vae")
    for name in GAPS:
        work = {"cvae": "CVAE", "reparametrize": name, "loss_function": name}.get(name, "VAE")
        lab.check(name, getattr(module, work))
        said = capsys.readouterr()
        if name in done:
            assert f"{name}: right" in said.out and not said.err
        else:
            assert "not done yet" in said.err


def test_it_runs_down_to_the_first_gap(unsolved: NotebookNode) -> None:
    cell, error = lessons.errors(unsolved)[0]
    assert error["ename"] == "NotImplementedError"
    assert "VAE(input_size, latent_size)" in cell.source
    assert "vae.py" in "\n".join(error["traceback"])


@pytest.mark.parametrize("item", ["encoder", "decoder", "reparametrize", "forward", "cvae"])
def test_an_unwritten_exercise_is_not_done_yet_and_no_error(
    unsolved: NotebookNode, item: str
) -> None:
    lessons.assert_not_done_yet(graded(unsolved)[item])


# --- what nbgrader and readers get ------------------------------------------------------------


def test_points_are_those_of_the_assignment() -> None:
    points = {name: cell.metadata["nbgrader"]["points"] for name, cell in graded(lesson()).items()}
    assert points == POINTS
    assert sum(points.values()) == 16


def test_nbgrader_finds_its_metadata_in_order() -> None:
    notebook = lesson()
    CheckCellMetadata().preprocess(notebook, {})
    for name, cell in graded(notebook).items():
        assert f'lab.check("{name}", ' in cell.source
        assert cell.metadata["nbgrader"] == {
            "grade": True,
            "grade_id": name,
            "locked": True,
            "points": POINTS[name],
            "schema_version": 3,
            "solution": False,
            "task": False,
        }


def test_every_public_name_of_the_module_is_used_by_some_cell() -> None:
    module = ast.parse(MODULE)
    public = {node.name for node in module.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert public == {"hello_vae", "VAE", "CVAE", "reparametrize", "loss_function"}
    assert public <= lessons.called(code_cells(lesson()))


# --- the set-up cell in Colab -----------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    course = Course(NAME, tmp_path, monkeypatch)
    (course.hosted / NAME / "vae.py").write_text("# as released\n")
    return course


@pytest.fixture
def in_colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_fetches_the_module_and_installs_the_wheel(course: Course) -> None:
    course.set_up()
    assert (course.here / "vae.py").read_text() == "# as released\n"
    assert course.installed == [f"{course.hosted.as_uri()}/nndl-1.whl"]


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_leaves_a_students_module_alone(course: Course) -> None:
    (course.here / "vae.py").write_text("# hours of work\n")
    course.set_up()
    assert (course.here / "vae.py").read_text() == "# hours of work\n"
    assert len(course.installed) == 1


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_says_what_to_do_when_the_course_does_not_answer(course: Course) -> None:
    (course.hosted / "fc_vae" / "vae.py").unlink()
    with pytest.raises(RuntimeError, match="could not be fetched from"):
        course.set_up()
    assert not (course.here / "vae.py").exists()


def test_in_jupyterlab_the_set_up_does_nothing(course: Course) -> None:
    course.set_up()
    assert list(course.here.iterdir()) == []
    assert course.installed == []
