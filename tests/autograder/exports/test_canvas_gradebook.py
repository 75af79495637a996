"""Canvas's own file is read as it comes, and nobody in it is taken for another."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from canvas_export import HEAD, STUDENTS, gradebook

from autograder.errors import WrongUsage
from autograder.exports.canvas_gradebook import CanvasGradebook, match, number, read_gradebook


@pytest.fixture
def read(tmp_path):
    """`read(text)`: the gradebook of a file with that text, or with these bytes."""

    def _read(text: str | bytes) -> CanvasGradebook:
        path = tmp_path / "canvas.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_gradebook(path)

    return _read


@pytest.mark.parametrize(
    "text",
    [
        gradebook(),
        "\ufeff" + gradebook(),
        gradebook().replace("\n", "\r\n"),
        gradebook(separator=";", grades=("", "", "7,00"), possible=("16,00", "16,00", "10,00")),
        gradebook(separator="\t"),
        gradebook(manual_posting=False),
        gradebook() + ",,,,\n\n",
        gradebook().replace("Manual Posting", "Manual Posting (scores hidden from instructors)"),
    ],
    ids=["plain", "BOM", "CRLF", "semicolons", "tabs", "posted", "blank lines", "hidden"],
)
def test_the_same_students_are_in_it_however_canvas_writes_it(read, text):
    found = read(text)
    assert [student.identity for student in found.students] == list(STUDENTS)
    assert number(found.possible[found.column("VAE")]) == 16


@pytest.mark.parametrize(
    ("head", "student"),
    [
        (("Student", "ID", "SIS Login ID", "Section"), ("Lovelace, Ada", "101", "ada", "G")),
        ((*HEAD[:4], "Integration ID", "Root Account", "Section"),
         ("Lovelace, Ada", "101", "", "ada", "i-1", "uni.example", "G")),
        (("LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Section"),
         ("Lovelace", "Ada", "101", "", "ada", "G")),
    ],
    ids=["no SIS User ID", "more IDs", "two names"],
)  # fmt: skip
def test_the_same_columns_are_found_in_every_layout(read, head, student):
    found = read(gradebook(student, head=head)).students[0]
    assert found.identity == ("Lovelace, Ada", "101", "", "ada", "G")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no columns ID and Section"),
        ("name,score\nada,3\n", "no columns ID and Section"),
        (gradebook().replace("Points Possible", ""), "has no row Points Possible"),
        (gradebook().replace("101", ""), "a row without Canvas's number.*'Lovelace, Ada'"),
        (gradebook().encode("cp1252"), "is not UTF-8"),
        ("Student,ID,SIS User ID,SIS Login ID,Section\n", "has no row Points Possible"),
    ],
)
def test_what_is_no_gradebook_of_canvas_is_refused_with_how_to_get_one(read, text, why):
    with pytest.raises(WrongUsage, match=f"(?s){why}.*Export Entire Gradebook"):
        read(text)


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(WrongUsage, match="No such file"):
        read_gradebook(Path("nowhere.csv"))


@pytest.mark.parametrize("wanted", ["VAE", " vae ", "771234", "VAE (771234)"])
def test_a_column_is_found_by_title_or_number(read, wanted):
    found = read(gradebook())
    assert found.head[found.column(wanted)] == "VAE (771234)"


def test_the_column_of_the_same_name_is_found_however_it_is_spelt(read):
    found = read(gradebook())
    assert found.head[found.column("fc_vae")] == "fc-vae (771235)"


@pytest.mark.parametrize("wanted", ["dcgan", "77", "Current Score", "Final Grade", "2026", "ID"])
def test_what_is_no_assignment_there_is_refused_with_those_that_are(read, wanted):
    with pytest.raises(WrongUsage, match=r"(?s)No column.*VAE \(771234\).*Quiz 1 \(771236\)$"):
        read(gradebook()).column(wanted)


def test_a_title_that_two_columns_have_is_refused_with_both(read):
    found = read(gradebook().replace("Quiz 1", "vae"))
    with pytest.raises(WrongUsage, match=r"(?s)More than one.*VAE \(771234\)\n.*vae \(771236\)$"):
        found.column("VAE")
    assert found.head[found.column("vae (771236)")] == "vae (771236)"


def test_a_column_that_canvas_does_not_take_is_refused(read):
    text = gradebook(possible=("(read only)", "16.00", "10.00"))
    with pytest.raises(WrongUsage, match="takes no grades"):
        read(text).column("VAE")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("16.00", "16.00"), ("16,5", "16.5"), ("1,234.50", "1234.50"), ("1.234,50", "1234.50"),
     ("80%", "80"), (" 7 ", "7"), ("", None), ("EX", None), ("N/A", None), (",", None)],
)  # fmt: skip
def test_numbers_are_read_as_canvas_reads_them(cell, value):
    assert number(cell) == (None if value is None else Decimal(value))


# --- who is who -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("boris", "102"),
        ("BORIS", "102"),
        ("s-102", "102"),
        ("102", "102"),
        ("chen", "103"),
        ("ada", "101"),
        ("ada@uni.example", "101"),
        ("boris@uni.example", "102"),
        ("novakboris_102_5551_vae", "102"),
        ("novakboris_LATE_102_5551_vae", "102"),
        ("novakboris_102_5551_101_1_vae", "102"),
    ],
)
def test_a_student_is_found_by_any_name_that_is_theirs_alone(read, name, who):
    assert match([name], read(gradebook())).rows[name].identity[1] == who


@pytest.mark.parametrize(
    "name",
    ["ad", "ada@other.example", "Lovelace, Ada", "Novák, Boris", "", "@", "@uni.example",
     "novakboris_102", "novakboris_102_vae", "novakboris_555_5551_vae"],
)  # fmt: skip
def test_a_name_that_is_nobodys_is_nobody(read, name):
    matched = match([name], read(gradebook()))
    assert matched.rows == {} and matched.unmatched == {name: "not in Canvas's file"}


def test_who_may_be_two_students_is_none(read):
    students = ("A", "7", "", "ada@one.example", ""), ("B", "8", "", "ada@two.example", "")
    matched = match(["ada"], read(gradebook(*students)))
    assert matched.unmatched == {"ada": "may be A (7) or B (8)"}


def test_a_number_that_is_one_students_id_and_anothers_login_is_none(read):
    students = ("A", "7", "8", "a", ""), ("B", "8", "", "b", "")
    assert match(["8"], read(gradebook(*students))).unmatched == {"8": "may be A (7) or B (8)"}


def test_two_names_for_one_student_are_none(read):
    matched = match(["boris", "102", "ada"], read(gradebook()))
    assert list(matched.rows) == ["ada"]
    assert matched.unmatched["102"] == "may be Novák, Boris (102), and so may boris"


def test_names_are_the_same_however_their_accents_are_composed(read):
    decomposed = "zoe\u0301"
    matched = match([decomposed], read(gradebook(("Z", "7", "", "zo\u00e9", ""))))
    assert matched.rows[decomposed].identity[1] == "7"
