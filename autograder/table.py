"""Grading as an instructor watches it: a bar and a table on a terminal, else a line each."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.feedback import MARKS, points
from autograder.result import Result
from autograder.text import printable

COLOURS = {"passed": "green", "partial": "yellow", "failed": "red", "missing": "dim"}


def show(results: Iterable[tuple[Result, bool]], total: int) -> list[Result]:
    """Show results as they come, and return them all, sorted by assignment and student.

    On a terminal a progress bar runs before the table; else standard output gets one line per
    submission and nothing more, and the table is for the log, on standard error.
    """
    on_terminal = sys.stdout.isatty()
    graded = _with_bar(results, total) if on_terminal else _with_lines(results)
    graded.sort(key=lambda result: (result.assignment, result.student))
    console = Console(stderr=not on_terminal)
    for assignment in sorted({result.assignment for result in graded}):
        console.print(_table([r for r in graded if r.assignment == assignment]))
    return graded


def _with_bar(results: Iterable[tuple[Result, bool]], total: int) -> list[Result]:
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}", markup=False),
    )
    graded = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, last="")
        for result, _ in results:
            graded.append(result)
            progress.update(task, advance=1, last=printable(result.student))
    return graded


def _with_lines(results: Iterable[tuple[Result, bool]]) -> list[Result]:
    graded = []
    for result, kept in results:
        graded.append(result)
        again = " (kept)" if kept else ""
        student = printable(result.student)
        print(f"{student} {result.assignment} {_score(result)}{again} {_trouble(result)}".rstrip(),
              flush=True)  # fmt: skip
    return graded


def _table(results: list[Result]) -> Table:
    items = next((result.items for result in results if result.items), ())
    table = Table(title=results[0].assignment, title_justify="left", caption_justify="left")
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column(" ".join(str(number + 1) for number in range(len(items))), no_wrap=True)
    table.add_column("what went wrong")
    for result in results:
        marks = Text(" ").join(
            Text(MARKS[i.status], COLOURS.get(i.status, "")) for i in result.items
        )
        student, score = Text(printable(result.student)), Text(_score(result))
        table.add_row(student, score, marks, Text(_trouble(result)))
    numbers = [f"{number + 1} {item.name}" for number, item in enumerate(items)]
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
