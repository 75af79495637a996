"""A whole class: each submission graded once, each result written whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderFault, WrongUsage
from autograder.feedback import feedback
from autograder.pool import grading_processes, warm_process
from autograder.result import Result, read_result, write_atomically
from autograder.submission import Handed, read


@dataclass(frozen=True)
class Order:
    """How a class is to be graded."""

    out: Path
    walls: str = "bwrap"
    seed: int = 0
    regrade: bool = False
    jobs: int = 1


def grade_class(handed: Sequence[Handed], order: Order) -> Iterator[tuple[Result, bool]]:
    """Grade the submissions; yields each result, and whether it was kept from an earlier run.

    A finished submission is graded again only if it changed, or with `regrade`. Raises
    WrongUsage if another grader is at work on the same folder, GraderFault if a grading process
    is lost; what was finished stays, and the same command continues.
    """
    with _alone(order.out):
        waiting = []
        for one in handed:
            kept = None if order.regrade else _finished(one, order)
            if kept is not None:
                yield kept, True
            else:
                waiting.append(one)
        if not waiting:
            return
        pool = grading_processes(min(order.jobs, len(waiting)), order.walls)
        try:
            futures = [pool.submit(_grade_and_write, one, order) for one in waiting]
            for future in as_completed(futures):
                yield future.result(), False
        except BrokenProcessPool as error:
            raise GraderFault(
                "a grading process was lost (out of memory?). Finished results are kept: "
                "give the same command to continue."
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def result_path(order: Order, one: Handed) -> Path:
    return order.out / one.student / one.assignment / "result.json"


def _finished(one: Handed, order: Order) -> Result | None:
    result = read_result(result_path(order, one))
    if result is None or result.status != "graded":
        return None
    return result if result.submission_sha256 == read(one).sha256 else None


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system frees however this process ends."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = os.open(out / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise WrongUsage(f"Results can't be written to {out}: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise WrongUsage(f"Another grader is at work on {out}. Wait for it to finish.") from error
    finally:
        os.close(lock)


def _grade_and_write(one: Handed, order: Order) -> Result:
    """One submission, in a grading process."""
    from autograder.grading import grade  # imports torch, which the class's own process needs not

    result = grade(read(one), warm_process(), order.seed)
    path = result_path(order, one)
    write_atomically(path.with_name("feedback.md"), feedback(result))
    write_atomically(path, result.as_text())  # last: it says that all is there
    return result
