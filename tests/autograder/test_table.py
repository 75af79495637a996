"""What an instructor sees while a class is graded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rich.progress import Progress

from autograder import table
from autograder.result import Result


@pytest.mark.parametrize(
    ("speed", "words"),
    [(None, ""), (12.34, "12.3 a second"), (1.0, "1.0 a second"), (0.5, "30 a minute")],
)
def test_the_rate_is_in_words(speed: float | None, words: str) -> None:
    assert table.rate(speed) == words


def test_rate_and_time_left_are_those_of_what_is_graded_and_not_of_what_was_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four were kept and come at once; of the other six there is one each ten seconds."""
    bars: list[Progress] = []
    now = 0.0

    class Clocked(Progress):
        def __init__(self, *columns: Any, **options: Any) -> None:
            super().__init__(*columns, get_time=lambda: now, **options)
            bars.append(self)

    monkeypatch.setattr(table, "Progress", Clocked)
    seen = []

    def results() -> Iterator[tuple[Result, bool]]:
        nonlocal now
        for number in range(10):
            now += 10 if number >= 4 else 0
            yield _result(f"s{number}"), number < 4
            task = bars[0].tasks[0]
            seen.append((task.completed, table.rate(task.speed), task.time_remaining))

    assert len(list(table._with_bar(results(), 10))) == 10
    assert seen[3] == (4, "", None)
    assert seen[7] == (8, "6 a minute", 20)


def _result(student: str) -> Result:
    return Result(student, "fc_vae", "", "graded", 16.0, (), 0, {}, 0.1, score=16.0)
