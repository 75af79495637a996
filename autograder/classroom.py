"""A whole class: each submission graded once, each result written whole or not at all."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CONTINUE, GraderFault
from autograder.feedback import feedback
from autograder.lock import alone
from autograder.pool import grade_here, grading_processes
from autograder.result import Result, read_result, write_atomically
from autograder.sandbox.walls import choose
from autograder.submission import Handed, read


@dataclass(frozen=True)
class Order:
    """How a class is to be graded: `jobs` at a time here, or by the workers of a `scheduler`."""

    out: Path
    walls: str = "bwrap"
    seed: int = 0
    regrade: bool = False
    jobs: int = 1
    scheduler: str | None = None


def grade_class(handed: Sequence[Handed], order: Order) -> Iterator[tuple[Result, bool]]:
    """Grade the submissions; yields each result, and whether it was kept from an earlier run.

    A finished submission is graded again only if it changed, or with `regrade`. Raises
    WrongUsage if another grader is at work on the same folder, or there is no cluster to grade on;
    GraderFault if a result can't be written, or the cluster gets lost. What was finished stays, and
    the same command continues.
    """
    with alone(order.out):
        waiting = []
        for one in handed:
            kept = None if order.regrade else _finished(one, order)
            if kept is not None:
                yield kept, True
            else:
                waiting.append(one)
        graded = _graded_here if order.scheduler is None else _graded_on_cluster
        for result in graded(waiting, order):
            yield result, False


def _graded_on_cluster(waiting: list[Handed], order: Order) -> Iterator[Result]:
    """The results of all, as they come from the workers."""
    if not waiting:
        return
    from autograder.cluster import MOST_LOST, grade_on

    assert order.scheduler is not None
    for one, result in grade_on(order.scheduler, waiting, order.walls, order.seed):
        if result is None:
            error = f"With this submission {MOST_LOST} workers were lost: out of memory?"
            result = _not_graded(one, (order.walls,), order.seed, error)
        yield _write(result, one, order)


def _graded_here(waiting: list[Handed], order: Order) -> Iterator[Result]:
    """The results of all, as they come.

    Where a grading process is lost, all that were in work are graded once more, each by itself:
    one that is lost again has a result that says so, and the class goes on.
    """
    left = deque(waiting)
    while left:
        with_them = yield from _in_a_pool(left, order)
        for one in with_them:
            if (yield from _in_a_pool(deque([one]), order)):
                yield _write(lost(one, order.walls, order.seed), one, order)


def _in_a_pool(left: deque[Handed], order: Order) -> Generator[Result, None, list[Handed]]:
    """Take from `left` and grade, until nothing is left or a process is lost; what it took with it.

    No more are handed out than are in work, so that these are few.
    """
    jobs = min(order.jobs, len(left))
    pool = grading_processes(jobs, order.walls, {one.assignment for one in left})
    working: dict[Future[Result], Handed] = {}
    try:
        while left or working:
            while left and len(working) < jobs:
                one = left.popleft()
                working[pool.submit(_grade_and_write, one, order)] = one
            done, _ = wait(working, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                del working[future]
                yield result
        return []
    except BrokenProcessPool:
        return list(working.values())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def result_path(order: Order, one: Handed) -> Path:
    return order.out / one.student / one.assignment / "result.json"


def _finished(one: Handed, order: Order) -> Result | None:
    result = read_result(result_path(order, one))
    if result is None or result.status != "graded":
        return None
    return result if result.submission_sha256 == read(one).sha256 else None


def _grade_and_write(one: Handed, order: Order) -> Result:
    """One submission, in a grading process."""
    return _write(grade_here(read(one), order.seed), one, order)


def lost(one: Handed, walls: str, seed: int) -> Result:
    """The result of a submission with which a grading process was lost twice."""
    error = "The grading process was lost with this submission, twice: out of memory?"
    return _not_graded(one, choose(walls).names, seed, error)


def _not_graded(one: Handed, walls: tuple[str, ...], seed: int, error: str) -> Result:
    from autograder.grading import not_graded  # imports torch, which this process seldom needs

    return not_graded(read(one), walls, seed, error)


def _write(result: Result, one: Handed, order: Order) -> Result:
    path = result_path(order, one)
    try:
        write_atomically(path.with_name("feedback.md"), feedback(result))
        write_atomically(path, result.as_text())  # last: it says that all is there
    except OSError as error:
        raise GraderFault(
            f"{path.parent} can't be written to: {error.strerror}. {CONTINUE}"
        ) from error
    return result
