"""Grading processes for tests that grade many submissions."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from autograder.pool import grading_processes


@pytest.fixture(scope="session")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Two grading processes; `classwork` has what they can be asked to do."""
    processes = grading_processes(2, "bwrap")
    yield processes
    processes.shutdown(cancel_futures=True)
