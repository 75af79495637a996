"""Whose fault it is: a student's odd answer, a check's own slip, a grading process that is lost."""

from __future__ import annotations

import os
import signal
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from classwork import TASK
from hostile import descendants

from autograder.assignment import Assignment
from autograder.classroom import Order, grade_class
from autograder.diagnosis import as_submission
from autograder.errors import GraderFault
from autograder.grading import Run, run_checks
from autograder.result import Result, read_result
from autograder.sandbox.process import WarmProcess
from autograder.submission import find

CHECKS = '''
    import torch
    from autograder.checks import item

    @item("reparametrize")
    def test_gives_a_number(student):
        """It gives a number."""
        value = student.reparametrize(torch.zeros(1), torch.zeros(1))
        assert {}

    @item("loss_function")
    def test_is_there(student):
        """It is there."""
        student.loss_function(*torch.rand(4, 1, 1))
'''
ODD = "def reparametrize(mu, logvar): return 'text'\ndef loss_function(*a): return 1"


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warm: WarmProcess) -> Iterator[object]:
    """`checked(text, assertion)`: that submission's run with a check that asserts so of a value."""
    path = tmp_path / f"{tmp_path.name}.py"  # modules are known by name: one for each test
    monkeypatch.setattr(Assignment, "checks", property(lambda self: path))
    monkeypatch.setattr("autograder.grading._acquitted", set())

    def run(text: str, assertion: str) -> Run:
        path.write_text(textwrap.dedent(CHECKS).format(assertion))
        return run_checks(as_submission(TASK, "ada", text), warm)

    return run


def test_an_answer_that_a_check_cannot_work_with_fails_that_check_alone(checked) -> None:
    run = checked(ODD, "value.mean() >= 0")
    odd, fine = run.outcomes
    assert str(odd.error) == (
        "What your code returned can't be worked with "
        "(AttributeError: 'str' object has no attribute 'mean')."
    )
    assert not odd.is_gap and fine.passed


def test_a_check_that_breaks_on_the_solution_too_is_the_graders_fault(checked) -> None:
    with pytest.raises(GraderFault, match=r"(?s)the check test_gives_a_number broke.*IndexError"):
        checked(ODD, "[][1]")


def test_the_solution_is_asked_once_for_all_submissions(
    checked, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(ODD, "value.mean() >= 0")
    monkeypatch.setattr("autograder.grading.Submission", None)  # the solution's can't be made
    assert not checked(ODD, "value.mean() >= 0").outcomes[0].passed


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("import no_such_module", r"(?s)can't be imported.*No module named 'no_such_module'"),
        ("def test(:", r"(?s)can't be imported.*SyntaxError"),
        ("@item('encodr')\ndef test_b(student): ...", "the @item of test_b names no item of"),
        ("def test_b(student): ...", "the @item of test_b names no item of the lesson"),
    ],
)
def test_a_slip_of_the_author_is_told_as_what_it_is(checked, more: str, message: str) -> None:
    with pytest.raises(GraderFault, match=message):
        checked(ODD, f"True\n\n{more}\n")


# --- grading processes that are lost ----------------------------------------------------------


def hand_in(folder: Path, *students: str) -> None:
    for student in students:
        (folder / student).mkdir(parents=True)
        (folder / student / "vae.py").write_text(ODD)


def grading_processes() -> list[int]:
    """The processes below this one in which submissions are graded."""
    return [number for number, line in descendants() if "spawn_main" in line]


@contextmanager
def killing(most: int) -> Iterator[None]:
    """Kill grading processes as they come up, so many; not those of other tests."""
    done, others = threading.Event(), set(grading_processes())

    def kill() -> None:
        killed: set[int] = set()
        while not done.wait(0.05) and len(killed) < most:
            for number in set(grading_processes()) - killed - others:
                time.sleep(0.2)
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
                killed.add(number)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def graded(tmp_path: Path) -> dict[str, Result]:
    order = Order(tmp_path / "out", jobs=2)
    results = [result for result, _ in grade_class(find(tmp_path / "submitted", TASK), order)]
    for result in results:
        assert read_result(tmp_path / "out" / result.student / TASK / "result.json") == result
    return {result.student: result for result in results}


def test_when_a_grading_process_is_lost_its_submissions_are_graded_again(tmp_path: Path) -> None:
    hand_in(tmp_path / "submitted", "ada", "boris")
    with killing(1):
        results = graded(tmp_path)
    assert [results[name].status for name in ("ada", "boris")] == ["graded", "graded"]


def test_a_submission_with_which_it_is_lost_again_has_no_score_and_the_class_ends(
    tmp_path: Path,
) -> None:
    hand_in(tmp_path / "submitted", "ada", "boris")
    with killing(99):
        results = graded(tmp_path)
    for student in ("ada", "boris"):
        assert (results[student].status, results[student].score) == ("failed", None)
        assert "lost with this submission, twice" in (results[student].error or "")
