"""What grading costs: time, core-seconds and memory per submission of a class.

Grades copies of `examples/class`, or whole notebooks of another assignment (right variants and
known mistakes by turns), one after the other in one process, without and with the items that
train, and splits what each took:

    fork        a worker with its walls, from the warm process
    load        importing the student's module, or what a notebook is cut down to
    checks      the checks' own work, and the student's
    the rest    reading, pytest around the checks, results and feedback, the worker's end

Core-seconds are those of the grader and of everything behind the walls: the warm process, the
guardians, the workers. Diagnosis runs the known mistakes of the items in which someone failed,
the first time on a machine; later runs find on the shelf what came of it. So it has lines of its
own, and is spread over the submissions in those marked "with it".

With `--solved` it is the solution alone, without the items that train: its notebook has training
cells of many minutes, which are not run.

    .venv/bin/python benchmarks/grade_class.py [--assignment A] [--copies N] [--solved]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "autograder"))

from notebook_class import a_class, solved
from watch import field, memory, tree

from autograder import diagnosis, grading, shelf
from autograder.assignment import assignment
from autograder.course import course_root
from autograder.diagnosis import Diagnosis, as_submission
from autograder.errors import StudentError
from autograder.feedback import feedback
from autograder.result import Result, write_atomically
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.process import WarmProcess, Worker
from autograder.sandbox.walls import choose
from autograder.student import CALL_SECONDS, Student
from autograder.submission import Handed, Submission, find, read

BUNDLED = "fc_vae"  # what examples/class is of
TRAINS: dict[str, set[str]] = {  # the items that train a model, by assignment
    BUNDLED: {"train_vae", "train_cvae"},
    "autoencoders": {"train_autoencoder", "train_vae", "sample_digits"},
    "bernoulli_vae": {"elbo_curve"},
    "conv_vae": set(),
    "dcgan": set(),
}
NOTEBOOKS = 24  # a class of the others
BUDGETS = {  # core-seconds of a submission
    "without training": {
        BUNDLED: 0.25,
        "autoencoders": 1.0,
        "bernoulli_vae": 1.0,
        "conv_vae": 1.0,
        "dcgan": 4.0,
    },
    "with training": {BUNDLED: 2.0, "autoencoders": 5.0, "bernoulli_vae": 1.5},
}
PHASES = ("fork", "load", "checks", "the rest", "diagnosis")
BURNED = 1.0  # seconds, by the submission that the measure is tried on


@dataclass(frozen=True)
class Cost:
    wall: float = 0.0
    grader: float = 0.0
    walled: float = 0.0

    @property
    def cores(self) -> float:
        return self.grader + self.walled

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.grader + other.grader, self.walled + other.walled)

    def __sub__(self, other: Cost) -> Cost:
        return self + other.times(-1)

    def times(self, factor: float) -> Cost:
        return Cost(self.wall * factor, self.grader * factor, self.walled * factor)


class Meter:
    """Attributes time to phases: the innermost one that is open, but for diagnosis, to itself."""

    def __init__(self, warm: WarmProcess) -> None:
        self.warm = warm
        self.living: list[int] = []  # the processes behind the walls
        self.ended = 0.0  # CPU seconds of workers and guardians that are gone
        self.open = ["the rest"]
        self.spent = dict.fromkeys(PHASES, Cost())
        self.memory: Counter[str] = Counter()
        self.last = self._now()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self._settle()
        self.open.append("diagnosis" if "diagnosis" in self.open else name)
        try:
            yield
        finally:
            self._settle()
            self.open.pop()

    def take(self) -> dict[str, Cost]:
        """What was spent since the last time, by phase."""
        self._settle()
        spent, self.spent = self.spent, dict.fromkeys(PHASES, Cost())
        return spent

    def kill(self, kill: Callable[[Worker], dict[str, Any]], worker: Worker) -> dict[str, Any]:
        """End a worker, and keep what it and its guardian have used."""
        if worker.ended is not None:
            return kill(worker)
        self._weigh()
        guardian = _parent(_pid(worker.pidfd))
        spent = _cpu(guardian)
        self.living = [pid for pid in self.living if pid not in tree(guardian)]
        report = kill(worker)
        self.ended += spent + report.get("cpu", 0.0)
        self._largest("a worker, most", report.get("memory", 0))
        return report

    def look(self) -> None:
        """See which processes there are."""
        self.living = tree(self.warm.program.pid) if self.warm.program is not None else []

    def _settle(self) -> None:
        now = self._now()
        self.spent[self.open[-1]] += now - self.last
        # Reading the meter takes time as well, some 70 times a submission; it is nobody's.
        self.last = replace(now, wall=time.perf_counter(), grader=time.process_time())

    def _now(self) -> Cost:
        wall, grader = time.perf_counter(), time.process_time()
        return Cost(wall, grader, self.ended + sum(map(_cpu, self.living)))

    def _weigh(self) -> None:
        """Look at memory, which takes time that is not grading's."""
        self._settle()
        self.look()
        self._largest("behind the walls, all together", sum(map(memory, self.living)))
        self._largest("the warm process", max(_status(pid, "VmHWM:") for pid in self.living[:3]))
        self.last = self._now()

    def _largest(self, what: str, amount: int) -> None:
        self.memory[what] = max(self.memory[what], amount)


def install(meter: Meter) -> None:
    """Put the meter around the grader's own functions."""
    Worker.kill = _around(Worker.kill, meter.kill)  # type: ignore[method-assign]
    WarmProcess.worker = _in_phase(meter, "fork", WarmProcess.worker, meter.look)  # type: ignore[method-assign]
    Student._ready = _in_phase(meter, "load", Student._ready)  # type: ignore[method-assign]
    Diagnosis.of = _in_phase(meter, "diagnosis", Diagnosis.of)  # type: ignore[method-assign]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self: Any) -> Any:
        with meter.phase("checks"):
            return (yield)

    grading._Session.pytest_runtest_call = pytest_runtest_call  # type: ignore[attr-defined]


def _in_phase(
    meter: Meter,
    name: str,
    function: Callable[..., Any],
    afterwards: Callable[[], None] = lambda: None,
) -> Callable[..., Any]:
    @wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        if name == "load" and args[0]._peer is not None:
            return function(*args, **kwargs)  # loaded already
        with meter.phase(name):
            result = function(*args, **kwargs)
            afterwards()
        return result

    return timed


def _around(function: Callable[..., Any], wrapper: Callable[..., Any]) -> Callable[..., Any]:
    return wraps(function)(lambda *args: wrapper(function, *args))


# --- what the kernel knows --------------------------------------------------------------------


def _cpu(pid: int) -> float:
    """CPU seconds of one living process, to the nanosecond."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def _pid(pidfd: int) -> int:
    return int(field(Path(f"/proc/self/fdinfo/{pidfd}"), "Pid:"))


def _parent(pid: int) -> int:
    return int(field(Path(f"/proc/{pid}/status"), "PPid:")) if pid > 0 else 0


def _status(pid: int, name: str) -> int:
    return 1024 * int(field(Path(f"/proc/{pid}/status"), name))


# --- grading ----------------------------------------------------------------------------------


def grade(submission: Submission, warm: WarmProcess, items: list[str], out: Path) -> None:
    """As `autograder grade` does it, but for these items alone."""
    task = assignment(submission.assignment)
    run = grading.run_checks(submission, warm, only=items)
    named = Diagnosis(task.name, warm, 0)
    results = tuple(grading._item_result(task, name, run, named) for name in items)
    result = Result(
        student=submission.student, assignment=task.name, submission_sha256=submission.sha256,
        status="graded", max_score=task.max_score, walls=warm.walls.names, seed=0,
        versions=grading.versions(), seconds=0.0, items=results, score=0.0,
    )  # fmt: skip
    write_atomically(out / submission.student / "feedback.md", feedback(result))
    write_atomically(out / submission.student / "result.json", result.as_text())


def handed_in(task: str, folder: Path) -> list[Handed]:
    """The bundled class, or one of whole notebooks that are written into `folder`."""
    if task == BUNDLED:
        return find(course_root() / "examples" / "class" / "submitted", task)
    for student, notebook in a_class(task, NOTEBOOKS).items():
        path = folder / "submitted" / student / task / f"{task}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook, encoding="utf-8")
    return find(folder / "submitted", task)


def solution(task: str, folder: Path) -> Handed:
    """The solution, handed in as students hand in theirs."""
    own = assignment(task)
    path = folder / (f"{task}.ipynb" if own.in_notebook else own.main)
    path.write_text(solved(task) if own.in_notebook else own.solution, encoding="utf-8")
    return Handed("solution", task, path)


def grade_all(
    handed: list[Handed], warm: WarmProcess, items: list[str], meter: Meter
) -> list[dict[str, Cost]]:
    meter.take()
    spent = []
    with tempfile.TemporaryDirectory() as out:
        for one in handed:
            grade(read(one), warm, items, Path(out))
            spent.append(meter.take())
    return spent


def from_the_shelf(task: str, items: list[str], warm: WarmProcess, meter: Meter) -> Cost:
    """What it takes to read how the known mistakes behave, of those items where they were run."""
    there = [item for item in items if shelf.fetch(task, f"{item}-0") is not None]
    diagnosis._behaviours.cache_clear()
    meter.take()
    for item in there:
        diagnosis._behaviours(task, item, warm, 0)
    return sum(meter.take().values(), Cost())


def burned(warm: WarmProcess, meter: Meter) -> float:
    """What the meter reads behind the walls for a submission that burns BURNED CPU seconds."""
    module = (
        "import time\ndef reparametrize(mu, logvar):\n    end = time.process_time() + "
        f"{BURNED}\n    while time.process_time() < end:\n        pass\n    raise ValueError\n"
    )
    readings = []
    for text in (module.replace(str(BURNED), "0"), module):
        meter.take()
        student = Student(warm, as_submission(BUNDLED, "burner", text), Limits())
        try:
            student.reparametrize(0, 0)
        except StudentError:
            pass
        finally:
            student._close()
        readings.append(sum((cost.walled for cost in meter.take().values()), 0.0))
    return readings[1] - readings[0]


# --- the table --------------------------------------------------------------------------------


def report(task: str, title: str, spent: list[dict[str, Cost]], first: Cost, kept: Cost) -> None:
    ending = [one for one in spent if _total(one).wall <= CALL_SECONDS]
    budget, count = BUDGETS[title][task], len(spent)
    print(f"\n{title}: {count} submissions, {count - len(ending)} of them loop until their limit")
    _head()
    for phase in PHASES[:-1]:
        _row(f"  {phase}", _mean([one[phase] for one in ending]))
    for name, group in (("all that end", ending), ("all", spent)):
        mean = _mean([_total(one) for one in group])
        _row(name, mean, budget)
        _row("  with it, kept", mean + kept.times(1 / count), budget)
        _row("  with it, first time", mean + first.times(1 / count), budget)


def report_solved(task: str, spent: list[dict[str, Cost]]) -> None:
    print(f"the solution, without training: {len(spent)} times")
    _head()
    totals = sorted(map(_total, spent), key=lambda cost: cost.cores)
    named = (("the least", totals[0]), ("the mean", _mean(totals)), ("the most", totals[-1]))
    for name, cost in named:
        _row(name, cost, BUDGETS["without training"][task])


def _head() -> None:
    print(f"{'':26}{'seconds':>9}{'core-s':>9}{'grader':>9}{'walled':>9}{'budget':>9}{'ratio':>7}")


def _row(name: str, cost: Cost, budget: float | None = None) -> None:
    ratio = f"{budget:9.2f}{cost.cores / budget:7.2f}" if budget else ""
    print(f"{name:26}{cost.wall:9.3f}{cost.cores:9.3f}{cost.grader:9.3f}{cost.walled:9.3f}{ratio}")


def _total(one: dict[str, Cost]) -> Cost:
    return sum((one[phase] for phase in PHASES[:-1]), Cost())


def _mean(costs: list[Cost]) -> Cost:
    return sum(costs, Cost()).times(1 / len(costs))


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds and core-seconds per submission.")
    parser.add_argument("--assignment", choices=TRAINS, default=BUNDLED, help="(default: fc_vae)")
    parser.add_argument("--copies", type=int, default=2, help="of the class (default: 2)")
    parser.add_argument("--solved", action="store_true", help="the solution alone, 12 times")
    options = parser.parse_args()
    task = options.assignment
    torch.set_num_threads(1)
    every = [item.name for item in assignment(task).items if not item.manual]
    quick = [name for name in every if name not in TRAINS[task]]

    with tempfile.TemporaryDirectory() as folder, WarmProcess(choose("bwrap")) as warm:
        os.environ["XDG_CACHE_HOME"] = folder
        meter = Meter(warm)
        install(meter)
        if options.solved:
            own = solution(task, Path(folder))
            grade_all([own], warm, quick, meter)  # starts the warm process, fills caches
            return report_solved(task, grade_all([own] * 12, warm, quick, meter))
        one_class = handed_in(task, Path(folder))
        handed = one_class * options.copies
        grade_all(one_class[:1], warm, every, meter)  # starts the warm process, fills caches
        print(f"the measure: {BURNED:.2f} s burned behind the walls read {burned(warm, meter):.2f}")
        runs = {"without training": quick} | ({"with training": every} if TRAINS[task] else {})
        first = kept = Cost()
        for title, items in runs.items():
            spent = grade_all(handed, warm, items, meter)
            first += sum((one["diagnosis"] for one in spent), Cost())  # what came before is known
            kept = from_the_shelf(task, items, warm, meter)
            report(task, title, spent, first, kept)
    print("\nit: diagnosis, once per grading process")
    _row("  first time", first)
    _row("  kept from an earlier run", kept)
    print("\npeak memory, MB")
    meter.memory["the grader"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for what, amount in sorted(meter.memory.items()):
        print(f"  {what:32}{amount / 1e6:8.0f}")
    print(f"\ncores here: {len(os.sched_getaffinity(0))}, load: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
