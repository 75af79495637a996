"""One submission in, one result out: run the checks against the student's walled process."""

from __future__ import annotations

import os
import platform
import time
import traceback
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
import torch

from autograder import __version__, observations
from autograder.assignment import Assignment, assignment
from autograder.checks import Check
from autograder.errors import GraderFault, StudentError
from autograder.observations import Observation
from autograder.result import CheckResult, ItemResult, Result
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.process import SandboxError, WarmProcess
from autograder.student import Student
from autograder.submission import Submission

PLUGINS_NOT_NEEDED = (
    *("terminal", "cacheprovider", "logging", "junitxml", "faulthandler", "doctest", "debugging"),
    *("capture", "unraisableexception", "threadexception", "warnings", "pastebin", "stepwise"),
    *("unittest", "subtests", "setuponly", "setupplan", "recwarn", "legacypath"),
)


@dataclass(frozen=True)
class Outcome:
    """What one check came to, with what it measured."""

    name: str
    check: Check
    statement: str
    error: StudentError | AssertionError | None
    observations: tuple[Observation, ...]

    @property
    def passed(self) -> bool:
        return self.error is None

    @property
    def is_gap(self) -> bool:
        return isinstance(self.error, StudentError) and self.error.is_gap


@dataclass
class Run:
    """All outcomes of one submission, in order, and what was carried forward for each item."""

    outcomes: list[Outcome] = field(default_factory=list)
    carried: dict[str, list[str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def of(self, item: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.check.item == item]

    def failed(self) -> set[str]:
        """Items of which a check failed."""
        return {outcome.check.item for outcome in self.outcomes if not outcome.passed}

    def missing(self) -> set[str]:
        """Items of which nothing is there yet."""
        return self.failed() - {o.check.item for o in self.outcomes if not o.is_gap}


def run_checks(
    submission: Submission,
    warm: WarmProcess,
    seed: int = 0,
    limits: Limits | None = None,
    only: Iterable[str] = (),
    noise: int = 0,
    strict: bool = False,
) -> Run:
    """Run the hidden checks, of all items or `only` some, against one submission.

    The inputs are drawn from `seed`; `noise` shifts the random numbers of the student's process.
    A check that breaks on what the submission returned has failed; with `strict`, and wherever it
    breaks on the solution too, it is the check's own fault. Raises GraderFault for that, and if
    the walls break.
    """
    task = assignment(submission.assignment)
    student = Student(warm, submission, limits or Limits(), noise)
    session = _Session(student, {item.name for item in task.items}, seed, set(only), strict)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    options = [f"-pno:{name}" for name in PLUGINS_NOT_NEEDED]
    options += ["--assert=plain", "-c", os.devnull, f"--rootdir={task.checks.parent}"]
    options += ["--noconftest"]  # one that lies above the course belongs to something else
    try:
        status = pytest.main([*options, str(task.checks)], plugins=[session])
        if session.fault is not None:
            raise GraderFault(session.fault)
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise GraderFault(f"{task.checks.name} could not be run by pytest ({status!r})")
        for item in sorted(session.broke):
            _acquit(task, item, warm, seed)
        session.run.notes = (*submission.notes, *student._all_notes())
    except SandboxError as error:
        raise GraderFault(str(error)) from error
    finally:
        student._close()
    return session.run


def grade(
    submission: Submission, warm: WarmProcess, seed: int = 0, limits: Limits | None = None
) -> Result:
    """Grade one submission. Whatever happens, a Result comes of it."""
    from autograder.diagnosis import Diagnosis  # which itself runs checks

    task = assignment(submission.assignment)
    started = time.perf_counter()
    try:
        run = run_checks(submission, warm, seed, limits)
        diagnosis = Diagnosis(task.name, warm, seed)
        items = tuple(_item_result(task, item.name, run, diagnosis) for item in task.items)
    except Exception as fault:  # whatever it is, it is not the student's, and the class goes on
        known = isinstance(fault, GraderFault)
        error = str(fault) if known else "".join(traceback.format_exception(fault)[-3:])
        seconds = time.perf_counter() - started
        return not_graded(submission, warm.walls.names, seed, error, seconds)
    return Result(
        **_common(submission, warm.walls.names, seed, time.perf_counter() - started),
        status="graded",
        score=round(sum(item.points for item in items), 4),
        items=items,
        notes=run.notes,
    )


def not_graded(
    submission: Submission, walls: tuple[str, ...], seed: int, error: str, seconds: float = 0.0
) -> Result:
    """The result where the grader failed, not the student."""
    return Result(**_common(submission, walls, seed, seconds), status="failed", error=error)


def _common(
    submission: Submission, walls: tuple[str, ...], seed: int, seconds: float
) -> dict[str, Any]:
    return {
        "student": submission.student,
        "assignment": submission.assignment,
        "submission_sha256": submission.sha256,
        "max_score": assignment(submission.assignment).max_score,
        "walls": walls,
        "seed": seed,
        "versions": versions(),
        "seconds": round(seconds, 3),
    }


def _acquit(task: Assignment, item: str, warm: WarmProcess, seed: int) -> None:
    """Raise GraderFault if an item's checks break on the solution too, asked once for each seed."""
    if (task.name, item, seed) not in _acquitted:
        files = {task.module: task.solution}
        solution = Submission(task.name, task.name, "", files, task.module)
        run_checks(solution, warm, seed, only=[item], strict=True)
        _acquitted.add((task.name, item, seed))


_acquitted: set[tuple[str, str, int]] = set()


def versions() -> dict[str, str]:
    """What a result depends on besides the submission."""
    return {
        "autograder": __version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),  # its own type is pickled by name, and imports torch
    }


class _Session:
    """A pytest plugin: gives checks their student, and keeps what they came to."""

    def __init__(
        self, student: Student, known: set[str], seed: int, only: set[str], strict: bool
    ) -> None:
        self.walled = student
        self.known = known
        self.seed, self.only, self.strict = seed, only, strict
        self.run = Run()
        self.broke: set[str] = set()
        self.broken_off: dict[str, StudentError] = {}
        self.item: str | None = None
        self.fault: str | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.fault = f"the checks can't be imported:\n{report.longreprtext}"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for test in items:
            check = _check_of(test)
            if not isinstance(check, Check) or check.item not in self.known:
                self.fault = f"the @item of {test.name} names no item of the lesson"
                pytest.exit("a check of nothing")
        items[:] = [test for test in items if not self.only or _check_of(test).item in self.only]

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        check = _check_of(request.node)
        if check.item in self.broken_off:
            raise self.broken_off[check.item]
        if check.item != self.item:
            self.item = check.item
            self.walled._next_item()
        earlier = self.run.failed() - {check.item}
        self.walled._begin(self._seed(request.node.name), earlier, self.run.missing())
        return self.walled

    def _seed(self, name: str) -> int:
        return zlib.crc32(f"{self.seed}:{name}".encode())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        observations.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        error = call.excinfo.value if call.excinfo else None
        if call.when == "call" or (call.when == "setup" and error is not None):
            self._keep(item, error)
        assert call.when in ("setup", "call", "teardown")
        outcome: Literal["passed", "failed"] = "failed" if error else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)

    def _keep(self, test: pytest.Item, error: BaseException | None) -> None:
        if isinstance(error, SandboxError):
            self.fault = str(error)
            pytest.exit("the walls failed")
        check = _check_of(test)
        if not isinstance(error, StudentError | AssertionError | None):
            if self.strict or not isinstance(error, Exception):
                trace = "".join(traceback.format_exception(error)[-4:])
                self.fault = f"the check {test.name} broke: {trace.strip()}"
                pytest.exit("a check broke")
            self.broke.add(check.item)
            error = StudentError("unusable", str(error)[:300], type(error).__name__)
        if isinstance(error, StudentError) and error.kind in ("limit", "died", "breach"):
            self.broken_off[check.item] = error
        statement = " ".join((test.function.__doc__ or "").split())  # type: ignore[attr-defined]
        name = test.name.removeprefix("test_")
        if error is not None:  # its traceback holds on to all that the check had in hand
            error.__traceback__ = error.__cause__ = error.__context__ = None
        seen = observations.collected()
        self.run.outcomes.append(Outcome(name, check, statement, error, seen))
        carried = self.run.carried.setdefault(check.item, [])
        carried += [earlier for earlier in self.walled._carried if earlier not in carried]


def _check_of(test: pytest.Item) -> Any:
    """What `@item` says of a test: a Check, in each that is run."""
    return getattr(getattr(test, "function", None), "check", None)


def _item_result(task: Assignment, name: str, run: Run, diagnosis: Any) -> ItemResult:
    item = next(item for item in task.items if item.name == name)
    if item.manual:
        return ItemResult(name, 0.0, item.points, "manual", (), ())
    outcomes = run.of(name)
    if not outcomes:
        raise GraderFault(f"the item {name} has no check")
    share = item.points / sum(outcome.check.weight for outcome in outcomes)
    named = {} if all(o.is_gap for o in outcomes) else diagnosis.of(name, outcomes)
    checks = tuple(_check_result(outcome, share, named) for outcome in outcomes)
    points = round(sum(share * o.check.weight for o in outcomes if o.passed), 4)
    if all(outcome.passed for outcome in outcomes):
        status = "passed"
    elif any(outcome.passed for outcome in outcomes):
        status = "partial"
    else:
        status = "missing" if all(outcome.is_gap for outcome in outcomes) else "failed"
    carried = () if status == "missing" else tuple(run.carried[name])
    return ItemResult(name, points, item.points, status, carried, checks)


def _check_result(outcome: Outcome, share: float, named: dict[str, Any]) -> CheckResult:
    most = round(share * outcome.check.weight, 4)
    if outcome.error is None:
        return CheckResult(outcome.name, True, most, most, "")
    mistake = named.get(outcome.name)
    hint = [] if mistake is None else [" ".join(mistake.hint.split())]
    message = "\n".join([outcome.statement, " ".join(str(outcome.error).split()), *hint])
    return CheckResult(
        outcome.name, False, 0.0, most, message, mistake.name if mistake is not None else None
    )
