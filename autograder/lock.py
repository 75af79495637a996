"""One grader at a time in a folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import WrongUsage


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system frees however this process ends.

    Makes the folder if it is not there. Raises WrongUsage if another grader holds it, or if the
    folder can't be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise WrongUsage(f"Results can't be written to {folder}: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise WrongUsage(
            f"Another grader is at work on {folder}. Wait for it to finish."
        ) from error
    finally:
        os.close(lock)
