"""nbgrader's own command for autograding gives our verdicts, for every kind of submission."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader_course import Course, copy_course, right_answers, write_answers

NAME = "averages"
SCORES = {"ada": 7.0, "link": 7.0, "renamed": 7.0, "twice": 7.0, "damaged": 0.0, "nothing": 0.0}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of which nbgrader itself could grade one; above it lie tests of something else."""
    course = copy_course(tmp_path_factory.mktemp("autograde"))
    (course.base / "conftest.py").write_text("raise RuntimeError('not for grading')")
    course.run("autograder", "release", NAME)
    notebooks = {}
    for student in SCORES:
        notebooks[student] = course.hand_in(student, NAME) / f"{NAME}.ipynb"
        write_answers(notebooks[student], right_answers(NAME))
    notebooks["link"].with_name("data.txt").symlink_to(course.folder / "solutions" / "secret.txt")
    (course.folder / "solutions" / "secret.txt").write_text("the instructor's own")
    notebooks["renamed"].rename(notebooks["renamed"].with_name("My averages (2).ipynb"))
    duplicate_first_check(notebooks["twice"])
    notebooks["damaged"].write_text("{")
    notebooks["nothing"].unlink()
    return course


@pytest.fixture(scope="module")
def asked(course: Course) -> subprocess.CompletedProcess[str]:
    return course.run("nbgrader", "autograde", NAME)


def duplicate_first_check(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    (cell,) = (cell for cell in notebook.cells if cell.get("id") == "mean_of")
    notebook.cells.append(nbformat.from_dict({**cell, "id": "copied"}))
    nbformat.write(notebook, path)


def scores(course: Course) -> dict[str, float]:
    with Gradebook(course.database, "generative-models") as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions(NAME)}


def test_everyone_gets_our_verdict(course: Course, asked: subprocess.CompletedProcess[str]) -> None:
    assert scores(course) == SCORES
    assert "damaged averages 0/7 averages.ipynb breaks off in the middle" in asked.stderr
    for student in SCORES:
        result = course.folder / "results" / student / NAME / "result.json"
        assert json.loads(result.read_text())["score"] == SCORES[student]
        notebook = course.folder / "autograded" / student / NAME / f"{NAME}.ipynb"
        assert "mean_of: " in notebook.read_text(encoding="utf-8")


@pytest.mark.usefixtures("asked")
def test_no_link_is_followed(course: Course) -> None:
    there = [path.name for path in (course.folder / "autograded" / "link" / NAME).iterdir()]
    assert sorted(there) == [f"{NAME}.ipynb", "submission_secret.txt", "timestamp.txt"]


@pytest.mark.usefixtures("asked")
def test_only_those_who_are_asked_for_are_graded_again(course: Course) -> None:
    results = {one: course.folder / "results" / one / NAME / "result.json" for one in SCORES}
    before = {one: path.stat().st_mtime_ns for one, path in results.items()}
    course.run("nbgrader", "autograde", NAME, "--student", "ada", "--force")
    changed = {one for one, path in results.items() if path.stat().st_mtime_ns != before[one]}
    assert changed == {"ada"}
    assert scores(course) == SCORES


def test_who_handed_in_nothing_is_named(course: Course) -> None:
    done = course.run("nbgrader", "autograde", NAME, "--student", "zoe", status=1)
    assert "has no submission of 'averages'" in done.stderr
