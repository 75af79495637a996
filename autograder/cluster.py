"""A class on many machines: Dask's scheduler spreads the submissions over its workers.

A submission is read here and travels as data, and its result comes back the same way. So workers
need none of the class's files; they need the same environment and course, and walls of their own.
Each thread of a worker keeps one grading process, as a job does on one machine.

What a lost worker had in work, the scheduler gives to another one; how often, is a setting of its
own. So a worker leaves a note on the scheduler when it begins a submission, and takes it away when
it is done. Where it finds three of them, it does not begin.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import current_process
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from uuid import uuid4

from autograder.errors import CONTINUE, GraderFault, WrongUsage
from autograder.fingerprint import fingerprint
from autograder.pool import grade_here, grading_processes
from autograder.result import Result
from autograder.sandbox.walls import NoWalls, choose
from autograder.submission import Handed, Submission, read

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 10
WORKERS_SECONDS = 30  # without a single worker, until we give up
LOOK_SECONDS = 1
AHEAD = 2  # submissions for each thread of a worker: the one in work, and the next
MOST_LOST = 3  # workers with one submission
SCHEDULER_LOST = f"The connection to the scheduler was lost. {CONTINUE}"


@dataclass(frozen=True)
class Errand:
    """A submission on its way to a worker, which must have the same `fingerprint`."""

    name: str  # under which workers leave their notes
    submission: Submission
    walls: str
    seed: int
    fingerprint: dict[str, str]


@dataclass(frozen=True)
class _Turn:
    """One that is to be graded; `lost` counts how often the scheduler gave it up."""

    handed: Handed
    lost: int = 0
    name: str = field(default_factory=lambda: f"autograder-{uuid4().hex}")


# --- here -------------------------------------------------------------------------------------


def grade_on(
    address: str, handed: Iterable[Handed], walls: str, seed: int
) -> Iterator[tuple[Handed, Result | None]]:
    """Grade on the workers of the scheduler at that address; yields each with its result.

    That is None where three workers were lost with a submission. No more submissions are read
    and under way than workers have threads, and as many again. Raises WrongUsage if there is no
    scheduler, no worker, or one that would grade otherwise; GraderFault if they get lost.
    """
    left = deque(_Turn(one) for one in handed)
    working: dict[Future[Result | None], _Turn] = {}
    done: SimpleQueue[Future[Result | None]] = SimpleQueue()
    with _connected(address) as client:
        seen = time.monotonic()
        while left or working:
            threads = _threads(client)
            if threads:
                seen = time.monotonic()
            elif time.monotonic() - seen > WORKERS_SECONDS:
                raise GraderFault(f"The scheduler at {address} lost all its workers. {CONTINUE}")
            while left and len(working) < AHEAD * threads:
                turn = left.popleft()
                future = client.submit(_run, _errand(turn, walls, seed), pure=False)
                working[future] = turn
                future.add_done_callback(done.put)
            try:
                future = done.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            turn = working.pop(future)
            try:
                result = _result(future)
            except _Lost:
                turn = replace(turn, lost=turn.lost + 1)
                if turn.lost < MOST_LOST:
                    left.appendleft(turn)
                    continue
                result = None
            yield turn.handed, result


class _Lost(Exception):
    """An errand has no result, since its worker or the grading process there was lost."""


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A connection to the scheduler, when it has a worker."""
    from distributed import Client, TimeoutError
    from distributed.comm.addressing import resolve_address

    # What it says of lost connections, with tracebacks, is said below, in words.
    for name in ("distributed", "distributed.client"):  # the second one has a level of its own
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        resolve_address(address)  # with one that is none, a client comes to no good end
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise WrongUsage(
            f"No scheduler answers at {address} ({error}). Its address is in the first lines that "
            "`dask scheduler` prints, such as tcp://192.0.2.7:8786."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except TimeoutError as error:
            raise WrongUsage(
                f"The scheduler at {address} has no workers. Start some, with `dask worker "
                f"{address}`, and give the same command again."
            ) from error
        except OSError as error:
            raise GraderFault(SCHEDULER_LOST) from error
        yield client


def _threads(client: Client) -> int:
    """How many submissions the workers that are there can grade at a time."""
    from distributed import TimeoutError

    try:
        return sum(client.nthreads(callback_timeout=CONNECT_SECONDS).values())
    except (OSError, TimeoutError) as error:
        raise GraderFault(SCHEDULER_LOST) from error


def _errand(turn: _Turn, walls: str, seed: int) -> Errand:
    submission = replace(read(turn.handed), recovered=None)  # large, and not graded
    return Errand(turn.name, submission, walls, seed, fingerprint(submission.assignment))


def _result(future: Future[Result | None]) -> Result | None:
    """What came of an errand. Raises _Lost where it is to be given once more."""
    from distributed import KilledWorker, TimeoutError

    if future.cancelled():
        raise GraderFault(SCHEDULER_LOST)
    try:
        return future.result(timeout=WORKERS_SECONDS)
    except (KilledWorker, BrokenProcessPool, TimeoutError) as error:
        raise _Lost from error
    except (GraderFault, WrongUsage):
        raise
    except Exception as error:  # a worker that does not know our code, a scheduler that is gone
        raise GraderFault(
            f"The workers or the scheduler can't do what they are asked ({error!r}). They need "
            f"the same environment as this machine. {CONTINUE}"
        ) from error
    finally:
        future.release()  # else it is computed anew if the worker that has it gets lost


# --- on a worker ------------------------------------------------------------------------------

_mine = threading.local()  # of each thread: a grading process, and which walls it has


def _run(errand: Errand) -> Result | None:
    """Grade it; None if three workers were lost with it before."""
    from distributed import Queue, get_worker

    begun = Queue(errand.name)
    begun.put("begun")
    result = None
    if begun.qsize() <= MOST_LOST:
        try:
            result = _grading_process(errand).submit(_grade_alike, errand).result()
        except BrokenProcessPool:
            _mine.process = None
            raise  # the note stays
        except (NoWalls, WrongUsage) as error:
            name = get_worker().address
            raise WrongUsage(f"The worker {name} can't grade this class. {error}") from error
    begun.close()
    return result


def _grading_process(errand: Errand) -> ProcessPoolExecutor:
    """This thread's own. Raises NoWalls where the walls can't be."""
    process: ProcessPoolExecutor | None = getattr(_mine, "process", None)
    if process is None or _mine.walls != errand.walls:
        choose(errand.walls)
        # A nanny's workers are daemons, which may have no children lest these outlive them. A
        # grading process ends with its parent.
        current_process().daemon = False
        process = grading_processes(1, errand.walls, [errand.submission.assignment])
        _mine.process, _mine.walls = process, errand.walls
    return process


def _grade_alike(errand: Errand) -> Result:
    """In a grading process: grade as the class's own process would. Raises WrongUsage if not so."""
    theirs, ours = errand.fingerprint, fingerprint(errand.submission.assignment)
    differ = [f"{name} ({ours[name][:12]}, here {theirs[name][:12]})"
              for name in theirs if ours[name] != theirs[name]]  # fmt: skip
    if differ:
        raise WrongUsage(
            f"It differs in {', '.join(differ)}. Bring both to the same state, start the worker "
            "anew, and give the same command again."
        )
    return grade_here(errand.submission, errand.seed)
