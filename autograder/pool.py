"""Grading processes: one per job, each with a warm process of its own behind the walls."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TYPE_CHECKING

from autograder.released import Known, known, take_over_known

if TYPE_CHECKING:
    from autograder.result import Result
    from autograder.sandbox.process import WarmProcess
    from autograder.submission import Submission

MEMORY = 2 << 30  # bytes that a grading process may map, beyond what torch has mapped

_warm: WarmProcess | None = None


def grading_processes(jobs: int, walls: str, names: Iterable[str]) -> ProcessPoolExecutor:
    """A pool in which `warm_process()` is there, and what these assignments are is known."""
    return ProcessPoolExecutor(
        max_workers=jobs,
        mp_context=get_context("spawn"),  # torch's threads do not survive a fork
        initializer=_start,
        initargs=(walls, [known(name) for name in names]),
    )


def warm_process() -> WarmProcess:
    """The warm process of this grading process."""
    assert _warm is not None
    return _warm


def grade_here(submission: Submission, seed: int) -> Result:
    """Grade a submission in this grading process."""
    from autograder.grading import grade  # imports torch, which only grading processes need

    result = grade(submission, warm_process(), seed)
    if result.status == "failed":  # what ended a warm process may have passed
        result = grade(submission, warm_process(), seed)
    return result


def _end_with_the_class() -> None:
    """End when the class's own process has ended, however it did: nobody else would see to it."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _start(walls: str, assignments: list[Known]) -> None:
    Thread(target=_end_with_the_class, daemon=True).start()
    import torch

    from autograder.sandbox.inside.limits import mapped
    from autograder.sandbox.process import WarmProcess
    from autograder.sandbox.walls import choose

    global _warm
    for one in assignments:
        take_over_known(one)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the class's own process
    torch.set_num_threads(1)  # there is one grading process per core
    # A reference that stands in for a part works on tensors that a student's code made: of what
    # shapes, it says, and an outer product of two long ones is to fail, not to fill the machine.
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mapped() + MEMORY, hard))
    _warm = WarmProcess(choose(walls))
