"""A gradebook as Canvas exports it, in all the ways that it may."""

from __future__ import annotations

HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
ASSIGNMENTS = ("VAE (771234)", "fc-vae (771235)", "Quiz 1 (771236)")
TOTALS = ("Assignments Current Score", "Current Score", "Final Score", "Final Grade (2026)")
READ_ONLY = ("(read only)",) * len(TOTALS)
STUDENTS = (
    ("Lovelace, Ada", "101", "s-101", "ada@uni.example", "Group 1 and Group 2"),
    ("Novák, Boris", "102", "s-102", "boris", "Group 1"),
    ('="=HYPERLINK(""http://x"")"', "103", "s-103", "CHEN", "Group 1"),
    ("Never, Handed", "104", "", "never", "Group 1"),
    ("Student, Test", "999", "", "0a1b2c3d", "Group 1"),
)


def gradebook(
    *students: tuple[str, ...],
    head: tuple[str, ...] = HEAD,
    grades: tuple[str, ...] = ("", "", "7.00"),
    possible: tuple[str, ...] = ("16.00", "16.00", "10.00"),
    manual_posting: bool = True,
    separator: str = ",",
) -> str:
    """The file's text: these students, or STUDENTS, all with the same grades."""
    titles = (*ASSIGNMENTS, *TOTALS)
    blank = ("",) * (len(head) - 1)
    rows = [(*head, *titles)]
    if manual_posting:
        rows.append(("", *blank, "Manual Posting", "", "", *("",) * len(TOTALS)))
    rows.append(("    Points Possible", *blank, *possible, *READ_ONLY))
    totals = ("50.00", "50.00", "25.00", "F")
    rows += [(*student, *grades, *totals) for student in students or STUDENTS]
    lines = [separator.join(_quoted(cell, separator) for cell in row) for row in rows]
    return "\n".join(lines) + "\n"


def _quoted(cell: str, separator: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if separator in cell or '"' in cell else cell
