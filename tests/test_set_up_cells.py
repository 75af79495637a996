"""The set-up cell of the lessons in which students write in the notebook itself."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from lessons import Course

from autograder.assignment import assignment, known_assignments


@pytest.fixture(params=[name for name in known_assignments() if assignment(name).in_notebook])
def course(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Course:
    return Course(request.param, tmp_path, monkeypatch)


@pytest.fixture
def in_colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_installs_the_wheel(course: Course) -> None:
    course.set_up()
    assert course.installed == [f"{course.hosted.as_uri()}/nndl-1.whl"]


@pytest.mark.usefixtures("in_colab")
def test_in_colab_it_says_what_to_do_when_the_course_does_not_answer(course: Course) -> None:
    course.has_the_wheel = False
    with pytest.raises(RuntimeError, match="could not be installed from"):
        course.set_up()


def test_in_jupyterlab_it_does_nothing(course: Course) -> None:
    course.set_up()
    assert list(course.here.iterdir()) == []
    assert course.installed == []
