"""What an export writes: tables in which nothing is a formula, and files that replace no others."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from autograder.errors import WrongUsage
from autograder.result import write_page
from autograder.text import cell

Cell = str | float | Decimal | None  # text is anybody's, numbers are ours, None is empty


@dataclass(frozen=True)
class Exported:
    """The content of files by their paths, and what the instructor should know, line by line.

    `unreadable` are files of results that can't be read.
    """

    files: Mapping[Path, str]
    notes: tuple[str, ...] = ()
    unreadable: tuple[Path, ...] = ()


def as_csv(rows: Iterable[Sequence[Cell]]) -> str:
    """The rows as CSV. All text is made harmless for a spreadsheet; numbers stay numbers."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(
        [cell(value) if isinstance(value, str) else value for value in row] for row in rows
    )
    return written.getvalue()


def write(exported: Exported) -> None:
    """Write the files, each whole or not at all. Raises GraderFault where one can't be written."""
    for path, content in exported.files.items():
        write_page(path, content)


def new_file(path: Path) -> Path:
    """A path that the instructor named. Raises WrongUsage if something is there already."""
    if path.exists() or path.is_symlink():
        raise WrongUsage(
            f"{path} is there already, and nothing is written over it. Name another file."
        )
    return path
