"""A class whose grading is killed three times ends as one that was graded in peace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hostile import adopt_orphans
from measure_kills import Storm, by_hand, copied, make_class, storm


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    base = tmp_path_factory.mktemp("kills")
    adopt_orphans(True)
    course = make_class(base / "storm", students=8, jobs=1)
    assert len(by_hand(course)) >= 4
    yield storm(course, copied(course, base / "calm"), kills=3, seed=0, jobs=1)
    adopt_orphans(False)


def test_gradebook_and_files_are_as_after_an_undisturbed_run(seen: Storm) -> None:
    assert len(seen.kills) >= 2 and seen.status == 0  # one may end before it is killed
    assert seen.wrong == []


def test_no_process_outlives_the_run_that_started_it(seen: Storm) -> None:
    assert seen.outlived == 0
