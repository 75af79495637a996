"""Grading as an instructor watches it: a bar and a table on a terminal, else a line each."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from autograder.feedback import MARKS, points
from autograder.result import Result
from autograder.text import printable

COLOURS = {MARKS[status]: colour for status, colour in (("passed", "green"),
           ("partial", "yellow"), ("failed", "red"), ("missing", "dim"))}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What is kept of a result until the table is made: of a large class not all fits in memory."""

    assignment: str
    student: str
    score: str
    marks: str  # one for each item
    trouble: str
    failed: bool


def show(results: Iterable[tuple[Result, bool]], total: int) -> bool:
    """Show results as they come, and then all of them; whether each could be graded.

    On a terminal a progress bar runs before the table; else standard output gets one line per
    submission and nothing more, and the table is for the log, on standard error.
    """
    on_terminal = sys.stdout.isatty()
    items: dict[str, list[str]] = {}
    shown = _with_bar(results, total) if on_terminal else _with_lines(results)
    rows = []
    for result in shown:
        rows.append(_row(result))
        if result.items:
            items.setdefault(result.assignment, [item.name for item in result.items])
    console = Console(stderr=not on_terminal)
    for name in sorted({row.assignment for row in rows}):
        of_it = [row for row in rows if row.assignment == name]
        console.print(_table(name, items.get(name, []), of_it))
    return not any(row.failed for row in rows)


def _with_bar(results: Iterable[tuple[Result, bool]], total: int) -> Iterator[Result]:
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, last="")
        for number, (result, kept) in enumerate(results, start=1):
            if kept:  # which says nothing of how fast the others will come
                progress.reset(task, total=total, completed=number)
            else:
                progress.update(task, advance=1, last=printable(result.student))
            yield result


class _RateColumn(ProgressColumn):
    """How many submissions are graded in a second, or in a minute."""

    def render(self, task: Task) -> Text:
        return Text(rate(task.speed))


def rate(speed: float | None) -> str:
    """The speed, in submissions per second, in words; nothing where it is not known yet."""
    if speed is None:
        return ""
    return f"{speed:.1f} a second" if speed >= 1 else f"{60 * speed:.0f} a minute"


def _with_lines(results: Iterable[tuple[Result, bool]]) -> Iterator[Result]:
    for result, kept in results:
        again = " (kept)" if kept else ""
        student = printable(result.student)
        print(f"{student} {result.assignment} {_score(result)}{again} {_trouble(result)}".rstrip(),
              flush=True)  # fmt: skip
        yield result


def _row(result: Result) -> Row:
    marks = "".join(MARKS[item.status] for item in result.items)
    failed = result.status == "failed"
    student = printable(result.student)
    return Row(result.assignment, student, _score(result), marks, _trouble(result), failed)


def _table(assignment: str, items: list[str], rows: list[Row]) -> Table:
    table = Table(title=assignment, title_justify="left", caption_justify="left")
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column(" ".join(str(number + 1) for number in range(len(items))), no_wrap=True)
    table.add_column("what went wrong")
    for row in sorted(rows, key=lambda row: row.student):
        marks = Text(" ").join(Text(mark, COLOURS.get(mark, "")) for mark in row.marks)
        table.add_row(Text(row.student), Text(row.score), marks, Text(row.trouble))
    numbers = [f"{number + 1} {name}" for number, name in enumerate(items)]
    marks_used = [f"{mark} {status}" for status, mark in MARKS.items()]
    table.caption = "  ".join(numbers) + "\n" + "  ".join(marks_used)
    return table


def _score(result: Result) -> str:
    if result.status == "failed":
        return "not graded"
    return f"{points(result.score or 0)}/{points(result.max_score)}"


def _trouble(result: Result) -> str:
    """The mistakes by name, or else what was said of the first check that failed."""
    if result.status == "failed":
        return printable(result.error or "")[:200]
    failed = [check for item in result.items for check in item.checks if not check.passed]
    named = dict.fromkeys(check.misconception for check in failed if check.misconception)
    if named:
        return ", ".join(named)
    return printable(failed[0].message.split("\n")[1])[:100] if failed else ""
