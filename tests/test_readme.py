"""The README's table of assignments says what there is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.assignment import known_assignments

ROOT = Path(__file__).parents[1]


def test_the_table_has_every_assignment_and_what_is_counted_there_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    from course_table import COUNTED, counted, standing

    there = [counted(name) for name in known_assignments()]
    stands = [row[: len(COUNTED)] for row in standing()]
    assert stands == there, "run: .venv/bin/python benchmarks/course_table.py --write"
