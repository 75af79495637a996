"""Submissions sorted by their verdict: what is right gets all points, what is broken its own.

Right variants are graded with five seeds: with one of them in full, by the audit (test_audit.py),
with four here, but for the training items, which take most of the time. For all items with five
seeds: AUTOGRADER_SEEDS=5 pytest tests/autograder/test_corpus.py
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from classwork import CORPUS, ITEMS, details, failures, grade_file, lost_items

WHOLE = range(int(os.environ.get("AUTOGRADER_SEEDS", "0")))
WITHOUT_TRAINING = range(max(len(WHOLE), 1), 5)
RIGHT = sorted((CORPUS / "right").glob("*.py"))
BROKEN = sorted((CORPUS / "broken").glob("*.py"))

# What ends a process, or never ends, has no line to blame; neither has what is no text.
WITHOUT_PLACE = {
    "empty", "endless_loop_in_call", "exits_hard_at_import", "garbage_on_descriptors",
    "loops_at_import", "missing_names", "null_bytes", "odd_objects_returned",
    "returns_huge_tensor", "segfault_in_call", "wrong_return_types",
}  # fmt: skip


@pytest.fixture(scope="module")
def pending(
    pool: ProcessPoolExecutor, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """`pending(function, path, seed)` waits for what was asked of the pool at the start."""
    chosen = {item.callspec.params["path"] for item in request.session.items
              if getattr(item, "callspec", None) and "path" in item.callspec.params}  # fmt: skip
    asked: dict[tuple[Any, ...], Future[Any]] = {}
    for path in sorted(chosen, key=lambda path: path.parent.name):  # the endless ones first
        for seed in WHOLE if path in RIGHT else [0]:
            asked[grade_file, path, seed] = pool.submit(grade_file, path, seed)
        for seed in WITHOUT_TRAINING if path in RIGHT else ():
            asked[failures, path, seed] = pool.submit(failures, path, seed)
    yield lambda *what: asked[what].result()
    for future in asked.values():
        future.cancel()


def test_the_corpus_is_there() -> None:
    assert len(RIGHT) >= 20
    assert len(BROKEN) >= 20


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_right_variant_gets_all_points(path: Path, pending: Callable[..., Any]) -> None:
    for seed in WHOLE:
        result = pending(grade_file, path, seed)
        lost = {name: details(result, name) for name in lost_items(result)}
        assert (result.status, result.score, lost) == ("graded", 16.0, {}), f"seed {seed}"
    for seed in WITHOUT_TRAINING:
        assert pending(failures, path, seed) == [], f"seed {seed}"


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_submission_gets_what_it_earned(path: Path, pending: Callable[..., Any]) -> None:
    result = pending(grade_file, path, 0)
    passed = [item.name for item in result.items if item.status == "passed"]
    assert result.status == "graded" and result.error is None
    assert set(passed) == earned(path)
    assert result.score == sum(item.points for item in result.items)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_submission_is_told_what_happened_and_where(
    path: Path, pending: Callable[..., Any]
) -> None:
    result = pending(grade_file, path, 0)
    lost = [item for item in result.items if item.status != "passed"]
    said = [line for item in lost for line in details(result, item.name)]
    assert all(said) and bool(said) == bool(lost)
    places = [re.search(rf"{path.stem}\.py.*line (\d+)", line) for line in said]
    if path.stem not in WITHOUT_PLACE and lost:
        lines = path.read_bytes().count(b"\n") + 1
        found = [int(place[1]) for place in places if place]
        assert found and all(1 <= line <= lines for line in found), said


def earned(path: Path) -> set[str]:
    """The items that the file's docstring says it earns: it ends with `Earned: a, b.`"""
    found = re.search(rb"Earned: ([a-z_, ]+)\.\"\"\"", path.read_bytes())
    if found is None:
        assert path.stat().st_size == 0, f"{path.name} does not say what it earns"
        return set()
    items = set(found[1].decode().split(", ")) - {"none"}
    assert items <= set(ITEMS)
    return items
