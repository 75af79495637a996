"""Control groups, where this machine lets us make them; else that the walls do without."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.errors import StudentError
from autograder.sandbox import cgroups
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.process import WarmProcess
from autograder.sandbox.walls import choose
from autograder.student import Student
from autograder.submission import Submission

BASE = cgroups.delegated()
delegated = pytest.mark.skipif(BASE is None, reason="cgroup v2 is not delegated to this process")

TEXT = """
    import os, time
    def hog(count, children=0):
        for _ in range(children):
            if os.fork() == 0:
                break
        kept = b"x" * count
        time.sleep(5)
        return len(kept)
    def fork():
        count = 0
        try:
            while os.fork():
                count += 1
            time.sleep(20)
        except OSError as error:
            return count, error.errno
    def rest():
        return "rested"
"""


def test_walls_name_the_control_group_exactly_where_there_is_one() -> None:
    for kind in ("bwrap", "process"):
        assert ("cgroup" in choose(kind).names) == (BASE is not None)
        assert choose(kind).cgroup == BASE
    assert choose("none").cgroup is None


def test_a_group_that_others_live_in_is_not_divided(tmp_path: Path) -> None:
    """Processes 1 and 2 are nobody's relatives here, or of no use to move."""
    (tmp_path / "cgroup.procs").write_text("2\n0\n")
    with pytest.raises(OSError, match=r"also holds the processes \[0"):
        cgroups._divide(tmp_path)
    assert not (tmp_path / cgroups.OWN).exists()


def test_relatives_are_those_above_and_below() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        relatives = cgroups._relatives()
        assert child.pid in relatives and 1 in relatives
        assert child.stdin is not None
        child.stdin.close()
    assert child.pid not in cgroups._relatives()


@pytest.fixture
def grouped(submission: Callable[[str], Submission]):
    """`grouped(memory)`: a student in a control group of so many bytes, without the watchdog."""
    from dataclasses import replace

    walls = choose("bwrap")
    walls = replace(walls, names=tuple(name for name in walls.names if name != "watchdog"))
    with WarmProcess(walls) as warm:
        student = Student(warm, submission(TEXT), Limits(memory=512 << 20, processes=20))
        student._begin(0, (), ())
        yield student
        student._close()


@delegated
def test_the_kernel_ends_a_submission_that_takes_too_much(grouped: Student) -> None:
    for _ in range(2):
        with pytest.raises(StudentError, match=r"`hog` used .* of memory.*512 MiB are allowed"):
            grouped.hog(200 << 20, children=4)
        assert grouped.rest() == "rested"


@delegated
def test_the_kernel_counts_processes(grouped: Student) -> None:
    count, error = grouped.fork()
    assert 10 < count < 20 and error == 11


@delegated
def test_no_group_is_left(grouped: Student) -> None:
    assert BASE is not None
    grouped.rest()
    assert list(BASE.glob("submission-*"))
    grouped._close()
    assert not list(BASE.glob("submission-*"))


@delegated
def test_groups_of_a_grader_that_was_killed_are_removed() -> None:
    assert BASE is not None
    left = BASE / "submission-4194305-1"  # a number that no process has
    left.mkdir()
    assert cgroups.delegated() == BASE
    assert not left.exists()
