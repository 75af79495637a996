"""Grading processes for tests that grade many submissions."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from autograder.assignment import known_assignments
from autograder.pool import grading_processes


@pytest.fixture(scope="session", autouse=True)
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept from one run to the next: for all processes of these tests, and no others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def pool(shelf: None) -> Iterator[ProcessPoolExecutor]:
    """Two grading processes; `classwork` has what they can be asked to do."""
    processes = grading_processes(2, "bwrap", known_assignments())
    yield processes
    processes.shutdown(cancel_futures=True)
