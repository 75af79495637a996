"""The README's table of assignments says what there is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.assignment import known_assignments

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def table() -> list[list[str]]:
    """Its rows, without the head."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = text.partition("made by benchmarks/course_table.py -->\n")[2].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines[: lines.index("<!-- end -->")]]
    return rows[2:]


def test_every_assignment_has_its_row(table: list[list[str]]) -> None:
    assert [row[0] for row in table] == [f"`{name}`" for name in known_assignments()]


@pytest.mark.parametrize("name", known_assignments())
def test_what_is_counted_there_is_there(
    name: str, table: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(ROOT / "benchmarks"), *sys.path])
    from course_table import COUNTED, counted

    (row,) = [row for row in table if row[0] == f"`{name}`"]
    assert row[: len(COUNTED)] == counted(name)
