"""A gradebook file as Canvas exports it: which column is whose, and which row is who.

Canvas writes it in UTF-8 with or without a byte order mark, with commas or semicolons, and with
decimal points or commas. Below the head there may be a row that says "Manual Posting"; then
comes "Points Possible", and then a row for each student.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from autograder.errors import WrongUsage
from autograder.text import printable

IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
TITLE_AND_ID = re.compile(r"(.*)\s\((\d+)\)")
# Canvas takes no column for an assignment that has one of these in its name.
TOTALS = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
NOT_A_STUDENT = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
NUMBER = re.compile(r"-?[0-9.,]+%?")
# What Canvas calls a file when it hands out all submissions of an assignment.
DOWNLOADED = re.compile(r"[^_]*_(?:LATE_)?(\d+)_\d+_")
TEST_STUDENT = "Student, Test"
HOW_TO_EXPORT = (
    "In Canvas, open the course's Grades, choose Export, then Export Entire Gradebook, and take "
    "the file as it comes, not saved anew by a spreadsheet program."
)


@dataclass(frozen=True)
class CanvasStudent:
    """A student's row: the cells that say who it is, as in IDENTITY, and all of its cells."""

    identity: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The name and the ID, for a message."""
        return f"{printable(self.identity[0])} ({self.identity[1]})"


@dataclass(frozen=True)
class CanvasGradebook:
    """The file: its head, the row "Points Possible", and the students."""

    head: tuple[str, ...]
    possible: tuple[str, ...]
    students: tuple[CanvasStudent, ...]

    def column(self, wanted: str) -> int:
        """The place of an assignment's column, by its title, its ID, or `Title (ID)`.

        Case, spaces and punctuation of a title don't matter. Raises WrongUsage if there is no
        such column, or more than one, or if Canvas takes no grades for it.
        """
        titles = {
            n: found
            for n, name in enumerate(self.head)
            if (found := TITLE_AND_ID.fullmatch(name)) and not TOTALS.search(name)
        }
        fitting = [
            n
            for n, found in titles.items()
            if wanted.strip() in (found[0], found[2]) or _bare(wanted) == _bare(found[1])
        ]
        if len(fitting) != 1:
            there = "\n".join(f"    {printable(self.head[n])}" for n in fitting or titles)
            what = "More than one column" if fitting else "No column"
            raise WrongUsage(
                f"{what} of Canvas's gradebook fits {printable(wanted)!r}. Say which one it is, "
                f"with --column and its title or the number in brackets:\n{there or '    (none)'}"
            )
        if re.search(r"read\s+only", self.possible[fitting[0]]):
            raise WrongUsage(f"Canvas takes no grades for {printable(self.head[fitting[0]])}.")
        return fitting[0]


def read_gradebook(path: Path) -> CanvasGradebook:
    """Read the file. Raises WrongUsage if it is no gradebook of Canvas's."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WrongUsage(f"{path} can't be read: {error.strerror}. {HOW_TO_EXPORT}") from error
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{path} is not UTF-8. {HOW_TO_EXPORT}") from error
    for separator in ",;\t":
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error:
            continue
        head = tuple(name.strip() for name in rows[0]) if rows else ()
        if "ID" in head and "Section" in head:
            return _gradebook(path, head, [_as_wide(row, len(head)) for row in rows[1:]])
    raise WrongUsage(
        f"{path} is no gradebook of Canvas's: its first line has no columns ID and Section. "
        f"{HOW_TO_EXPORT}"
    )


def _gradebook(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> CanvasGradebook:
    possible = [row for row in rows if "Points Possible" in row[0]]
    if not possible:
        raise WrongUsage(f"{path} has no row Points Possible. {HOW_TO_EXPORT}")
    students = tuple(
        CanvasStudent(_identity(head, row), row)
        for row in rows
        if row not in possible and not all(map(NOT_A_STUDENT.fullmatch, row))
    )
    for student in students:
        if not re.fullmatch("[0-9]+", student.identity[1]):
            raise WrongUsage(
                f"{path} has a row without Canvas's number in the column ID: "
                f"{printable(student.identity[0])!r}. {HOW_TO_EXPORT}"
            )
    return CanvasGradebook(head, possible[0], students)


def _as_wide(row: list[str], width: int) -> tuple[str, ...]:
    return tuple([*row, *[""] * width][:width])


def _identity(head: tuple[str, ...], row: tuple[str, ...]) -> tuple[str, ...]:
    """The cells that Canvas may know a student by; one that is not in the file is empty."""
    found = dict(zip(reversed(head), reversed(row), strict=True))  # of two columns, the first
    if "Student" not in found:  # a setting of Canvas's has it in two
        found["Student"] = f"{found.get('LastName', '')}, {found.get('FirstName', '')}"
    return tuple(found.get(name, "").strip() for name in IDENTITY)


def _bare(title: str) -> str:
    return "".join(filter(str.isalnum, _folded(title)))


def _folded(text: str) -> str:
    """As names are compared: without case, and composed as on any system."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def number(text: str) -> Decimal | None:
    """What Canvas reads in a cell: the last point or comma is the decimal one."""
    if not NUMBER.fullmatch(text.strip()):
        return None
    *whole, last = re.split("[.,]", text.strip().rstrip("%"))
    try:
        return Decimal("".join(whole) + "." + last if whole else last)
    except InvalidOperation:
        return None


# --- who is who -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matched:
    """Canvas's row of each student; and of the others, in words, why they have none."""

    rows: dict[str, CanvasStudent]
    unmatched: dict[str, str]


def match(names: Sequence[str], gradebook: CanvasGradebook) -> Matched:
    """Find the students of these names in Canvas.

    A name is a SIS Login ID, a SIS User ID or an ID, in any case; or the one is a login and the
    other an e-mail address that begins with it; or it is a file of Canvas's own, with the ID in
    its name. Nothing is guessed: who may be two students is none, and two who may be one as well.
    """
    known = _Known(gradebook.students)
    found = {name: known.candidates(name) for name in names}
    claims: dict[int, list[str]] = defaultdict(list)
    for name, rows in found.items():
        if len(rows) == 1:
            claims[min(rows)].append(name)
    matched, unmatched = {}, {}
    for name, rows in found.items():
        rivals = claims[min(rows)] if len(rows) == 1 else []
        if len(rivals) == 1:
            matched[name] = gradebook.students[min(rows)]
        elif rivals:
            others = " and ".join(printable(rival) for rival in rivals if rival != name)
            shown = gradebook.students[min(rows)].shown
            unmatched[name] = f"may be {shown}, and so may {others}"
        else:
            several = " or ".join(gradebook.students[n].shown for n in sorted(rows))
            unmatched[name] = f"may be {several}" if several else "not in Canvas's file"
    return Matched(matched, unmatched)


class _Known:
    """The students of the file by all that they are called."""

    def __init__(self, students: Iterable[CanvasStudent]) -> None:
        self.by_any: dict[str, set[int]] = defaultdict(set)
        self.by_id: dict[str, set[int]] = defaultdict(set)
        self.by_login: dict[str, set[int]] = defaultdict(set)
        self.by_account: dict[str, set[int]] = defaultdict(set)  # what stands before an @
        for n, student in enumerate(students):
            _, canvas_id, sis_id, login, _ = map(_folded, student.identity)
            for key in filter(None, (canvas_id, sis_id, login)):
                self.by_any[key].add(n)
            self.by_id[canvas_id].add(n)
            account, at, _ = login.partition("@")
            (self.by_account if at else self.by_login)[account].add(n)

    def candidates(self, name: str) -> set[int]:
        key = _folded(name)
        downloaded = DOWNLOADED.match(name)
        account, at, _ = key.partition("@")
        if key in self.by_any:
            return self.by_any[key]
        if downloaded:
            return self.by_id.get(downloaded[1], set())
        return (self.by_login if at else self.by_account).get(account, set()) if account else set()
