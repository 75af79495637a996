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
    """Show results as they come, and return them all, sorted by assignment and student."""
    graded = _with_bar(results, total) if sys.stdout.isatty() else _with_lines(results)
    graded.sort(key=lambda result: (result.assignment, result.student))
    if sys.stdout.isatty():
        console = Console()
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
        print(f"{student} {result.assignment} {_score(result)}{again} {_mistakes(result)}".rstrip(),
              flush=True)  # fmt: skip
    return graded


def _table(results: list[Result]) -> Table:
    table = Table(title=results[0].assignment, title_justify="left", expand=False)
    table.add_column("student", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    names = [item.name for item in next((r.items for r in results if r.items), ())]
    for name in names:
        table.add_column(name, justify="center", overflow="fold")
    table.add_column("mistakes, named")
    for result in results:
        marks = {
            item.name: Text(MARKS[item.status], COLOURS.get(item.status, ""))
            for item in result.items
        }
        cells = [marks.get(name, Text("")) for name in names]
        row = [Text(printable(result.student)), Text(_score(result)), *cells]
        table.add_row(*row, Text(_mistakes(result)))
    table.caption = "  ".join(f"{mark} {status}" for status, mark in MARKS.items())
    table.caption_justify = "left"
    return table


def _score(result: Result) -> str:
    if result.status == "failed":
        return "not graded"
    return f"{points(result.score or 0)}/{points(result.max_score)}"


def _mistakes(result: Result) -> str:
    if result.status == "failed":
        return printable(result.error or "")[:200]
    named = [check.misconception for item in result.items for check in item.checks]
    return ", ".join(dict.fromkeys(name for name in named if name))
