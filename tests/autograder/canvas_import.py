"""What Canvas does with a gradebook file that is imported, as its own importer does it.

Facts, from Canvas's source (`lib/gradebook_importer.rb`): a semicolon separates if it gives more
columns than a comma; of every number, the last point or comma is the decimal one; the head begins
with Student and ID and goes on to Section; the number in brackets at the end says which assignment
a column is, else a new one is made; the number in ID says who a row is, else the SIS IDs do, else
the name; a row of blanks and "Manual Posting" is passed over; an empty cell deletes a grade.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

TOTALS = re.compile("(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")


@dataclass
class Canvas:
    """A course: its assignments and students by their numbers, and what an import brings."""

    assignments: set[int]
    students: set[int]
    grades: dict[tuple[int, int], str] = field(default_factory=dict)  # by student and assignment
    possible: dict[int, str] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)  # assignments and students that it would make

    def take(self, text: str) -> None:
        separator = ";" if _columns(text, ";") > _columns(text, ",") else ","
        head, *rows = csv.reader(text.splitlines(), delimiter=separator)
        assert "Student" in head[0] and "ID" in head[1] and len(head) > 3, "Invalid header row"
        last = 2
        if re.search(r"SIS\s+Login\s+ID", head[2]):
            last = 3
        elif re.search(r"SIS\s+User\s+ID", head[2]) and re.search(r"SIS\s+Login\s+ID", head[3]):
            last = 4 + ("Integration ID" in head[4])
            last += "Root Account" in head[last]
        assert "Section" in head[last], "Invalid header row"
        columns: dict[int, int] = {}
        for place, name in list(enumerate(head))[last + 1 :]:
            found = re.fullmatch(r"(.*)\s\((\d+)\)", name)
            if TOTALS.search(name):
                continue
            if found and int(found[2]) in self.assignments:
                columns[place] = int(found[2])
            else:
                self.new.append(name)
        for row in rows:
            self._row(row, columns)

    def _row(self, row: list[str], columns: dict[int, int]) -> None:
        if "Points Possible" in row[0]:
            self.possible = {known: _number(row[place]) for place, known in columns.items()}
        elif all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            pass
        elif row[1].isdigit() and int(row[1]) in self.students:
            for place, known in columns.items():
                self.grades[int(row[1]), known] = _number(row[place].strip())
        else:
            self.new.append(row[0])


def _columns(text: str, separator: str) -> int:
    counts = {len(next(csv.reader([line], delimiter=separator))) for line in text.splitlines()[:3]}
    return counts.pop() if len(counts) == 1 else 0


def _number(cell: str) -> str:
    if not re.fullmatch("-?[0-9.,]+%?", cell):
        return cell
    *whole, last = re.split("[.,]", cell)
    return f"{''.join(whole)}.{last}" if whole else last
