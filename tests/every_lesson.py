"""What is asked of every lesson. Its own test module takes this over, `from every_lesson import *`.

There stand: NAME, the lesson's; CHECKS, its exercises by their names in the lab, with the grade_id
of the cell in which each is checked; FIRST_GAP, code of the cell at which the released notebook
stops. What is different for one lesson it defines again.
"""

from __future__ import annotations

import lessons
import pytest
from nbformat import NotebookNode

from autograder.nbgrader.generate import released_notebook


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "exercise" in metafunc.fixturenames:
        metafunc.parametrize("exercise", metafunc.module.CHECKS)


@pytest.fixture(scope="module")
def solved(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NotebookNode:
    """The lesson with its solutions, after it was run."""
    name = request.module.NAME
    return lessons.execute(name, lessons.lesson(name), tmp_path_factory.mktemp("solved"))


@pytest.fixture(scope="module")
def released(request: pytest.FixtureRequest) -> NotebookNode:
    """The lesson as students get it."""
    return released_notebook(request.module.NAME)


@pytest.fixture(scope="module")
def unsolved(
    request: pytest.FixtureRequest,
    released: NotebookNode,
    tmp_path_factory: pytest.TempPathFactory,
) -> NotebookNode:
    """The lesson as students get it, after it was run."""
    return lessons.execute(request.module.NAME, released, tmp_path_factory.mktemp("unsolved"))


def _check_of(
    request: pytest.FixtureRequest, notebook: NotebookNode, exercise: str
) -> NotebookNode:
    return lessons.marked(notebook)[request.module.CHECKS[exercise]]


def test_it_runs_from_top_to_bottom(solved: NotebookNode) -> None:
    assert lessons.errors(solved) == []
    assert all(cell.execution_count for cell in lessons.code_cells(solved))


def test_every_check_passes(
    request: pytest.FixtureRequest, solved: NotebookNode, exercise: str
) -> None:
    said = lessons.shown(_check_of(request, solved, exercise))
    assert f"{exercise}: right" in said
    assert "not done yet" not in said


def test_it_runs_down_to_the_first_gap(
    request: pytest.FixtureRequest, unsolved: NotebookNode
) -> None:
    cell, error = lessons.errors(unsolved)[0]
    assert error["ename"] == "NotImplementedError"
    assert request.module.FIRST_GAP in cell.source


def test_an_unwritten_exercise_is_not_done_yet_and_no_error(
    request: pytest.FixtureRequest, unsolved: NotebookNode, exercise: str
) -> None:
    lessons.assert_not_done_yet(_check_of(request, unsolved, exercise))


def test_no_traceback_leads_through_a_check(unsolved: NotebookNode) -> None:
    lessons.assert_no_traceback_leads_through_a_check(unsolved)


def test_no_name_is_given_away_twice(request: pytest.FixtureRequest) -> None:
    """A cell that is run out of order must not find another cell's thing under its name."""
    assert lessons.names_given_twice(lessons.lesson(request.module.NAME)) == set()
