"""The warm process and its workers, from outside: they start, end and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course import course_root
from autograder.errors import StudentError
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.process import SandboxError, WarmProcess
from autograder.sandbox.walls import Walls, choose
from autograder.student import Student
from autograder.submission import Submission

Walled = Callable[..., Student]


def command_lines() -> dict[int, str]:
    """What runs on this machine, by process number."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
    return found


def running(mark: str) -> list[int]:
    return [number for number, line in command_lines().items() if mark in line]


def descendants(number: int) -> set[int]:
    """The process and all that it started, and what these started."""
    parents = {}
    for other in command_lines():
        try:
            stat = Path(f"/proc/{other}/stat").read_text()
        except OSError:
            continue
        parents[other] = int(stat.rpartition(")")[2].split()[1])
    found = {number}
    while new := {child for child, parent in parents.items() if parent in found} - found:
        found |= new
    return found


def test_a_worker_that_is_killed_tells_what_it_used(warm: WarmProcess) -> None:
    report = warm.worker(Limits()).kill()
    assert report["exit"] == -signal.SIGKILL
    assert report["cpu"] >= 0 and report["memory"] > 1 << 20


def test_killing_a_worker_twice_is_as_good_as_once(warm: WarmProcess) -> None:
    worker = warm.worker(Limits())
    assert worker.kill() is worker.kill()


def test_a_worker_whose_grader_hangs_up_ends_by_itself(warm: WarmProcess) -> None:
    worker = warm.worker(Limits())
    worker.connection.stream.shutdown(2)
    assert worker.died(10)
    assert worker.kill()["exit"] == 0


def test_workers_do_not_know_of_each_other(walled: Walled) -> None:
    text = "import os\nSTATE = []\ndef add(x):\n    STATE.append(x)\n    return STATE, os.getpid()"
    one, other = walled(text), walled(text)
    assert [one.add(1), other.add(2), one.add(3)] == [([1], 1), ([2], 1), ([1, 3], 1)]


SURVIVORS = """
    import os, signal, subprocess, time
    def stay(mark):
        for number in range(1, 65):
            if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
                signal.signal(number, signal.SIG_IGN)
        sleep = ["sleep", mark]
        subprocess.Popen(sleep)
        subprocess.Popen(sleep, preexec_fn=os.setpgrp)
        if os.fork() == 0:
            if os.fork() == 0:  # its parent ends: nobody knows it any more
                os.execvp("sleep", sleep)
            os._exit(0)
        subprocess.Popen(["sh", "-c", f"trap '' HUP TERM INT; sleep {mark} & exec sleep {mark}"])
        while int(subprocess.run(["true"]).returncode) == 0:
            time.sleep(0.2)
            return "staying"
    def loop(mark):
        stay(mark)
        while True:
            pass
"""


@pytest.mark.parametrize("name", ["stay", "loop"])
def test_nothing_that_a_submission_started_outlives_it(walled: Walled, name: str) -> None:
    mark = f"{os.getpid()}{len(name)}.0625"
    student = walled(SURVIVORS)
    if name == "loop":
        with student.within(1), pytest.raises(StudentError, match="did not finish within 1 sec"):
            student.loop(mark)
    else:
        assert student.stay(mark) == "staying"
        assert len(running(mark)) >= 4  # so that there is something to end
        student._close()
    assert running(mark) == []


def test_when_the_warm_process_is_closed_nothing_of_it_is_left(
    submission: Callable[[str], Submission],
) -> None:
    warm = WarmProcess(choose("bwrap"))
    student = Student(warm, submission(SURVIVORS), Limits())
    student._begin(0, (), ())
    assert student.stay("271828.5") == "staying"
    assert warm.program is not None
    started = descendants(warm.program.pid)
    assert len(started) > 5
    warm.close()  # with a worker still at work
    deadline = time.monotonic() + 20
    while (left := started & set(command_lines())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == set()


def test_a_warm_process_that_died_is_replaced(submission: Callable[[str], Submission]) -> None:
    handed = submission("def f():\n    return 'well'")
    with WarmProcess(choose("bwrap")) as warm:
        before = Student(warm, handed, Limits())
        before._begin(0, (), ())
        assert before.f() == "well"
        assert warm.program is not None
        old = warm.program.pid
        os.kill(old, signal.SIGKILL)
        assert before._worker is not None and before._worker.died(20)
        with pytest.raises(SandboxError, match="went down"):  # and not: the student's code ended
            before.f()
        after = Student(warm, handed, Limits())
        after._begin(0, (), ())
        assert after.f() == "well"
        assert warm.program.pid != old
        after._close()


def test_a_warm_process_that_does_not_start_says_why() -> None:
    class Broken(Walls):
        def command(self, control: int) -> list[str]:
            return ["sh", "-c", "echo first >&2; echo no torch here >&2; exit 3"]

    with pytest.raises(SandboxError, match="did not start: no torch here"):
        WarmProcess(Broken(("none",))).worker(Limits())


def test_an_environment_that_is_reached_by_a_link_works_too(tmp_path: Path) -> None:
    (tmp_path / "environment").symlink_to(sys.prefix)
    program = """
        from autograder.sandbox.inside.limits import Limits
        from autograder.sandbox.process import WarmProcess
        from autograder.sandbox.walls import choose
        with WarmProcess(choose("bwrap")) as warm:
            print(warm.worker(Limits()).kill()["exit"])
    """
    python = tmp_path / "environment" / "bin" / "python"
    done = subprocess.run(
        [python, "-c", textwrap.dedent(program)], cwd=course_root(), capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.returncode) == ("-9", 0), done.stderr


def test_walls_that_cannot_be_put_up_are_the_graders_fault_and_say_why(
    warm: WarmProcess, submission: Callable[[str], Submission]
) -> None:
    with pytest.raises(SandboxError, match=r"could not be put up: .* mount /scratch"):
        warm.worker(Limits(scratch=-1))
    assert warm.worker(Limits()).kill()["exit"] == -signal.SIGKILL  # and it goes on


def test_limits_survive_json() -> None:
    limits = Limits(item_seconds=3, memory=1 << 33)
    assert Limits(**json.loads(json.dumps(limits.as_json()))) == limits


@pytest.mark.parametrize("kind", ["process"])
def test_without_namespaces_a_worker_has_limits_and_its_files_are_removed(
    kind: str, submission: Callable[[str], Submission]
) -> None:
    text = """
        import os, resource
        def look():
            return os.getcwd(), resource.getrlimit(resource.RLIMIT_CPU)[0], os.environ.get("HOME")
    """
    with WarmProcess(choose(kind)) as warm:
        student = Student(warm, submission(text), Limits(submission_seconds=17))
        student._begin(0, (), ())
        folder, seconds, home = student.look()
        assert Path(folder, "vae.py").is_file() and (seconds, home) == (19, tempfile.gettempdir())
        student._close()
        assert not Path(folder).exists()
