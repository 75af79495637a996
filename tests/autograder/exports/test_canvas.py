"""Canvas takes the file: into the column that is there, for the right students, and no others."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from canvas_export import STUDENTS, gradebook
from canvas_import import Canvas

from autograder.errors import WrongUsage
from autograder.exports.canvas import Score, canvas
from autograder.exports.canvas_gradebook import read_gradebook
from autograder.exports.writing import Exported

OUT = Path("canvas.csv")
VAE = 771234
SCORES = {"ada": 16.0, "boris": 14.6667, "chen": 0.0}


@pytest.fixture
def export(tmp_path):
    """`export(scores, ...)`: what comes of these points of 16 and a gradebook made of the rest."""

    def _export(scores: dict[str, float], *students: tuple[str, ...], **options) -> Exported:
        path = tmp_path / "exported.csv"
        path.write_text(gradebook(*students, **options))
        given = {name: Score(points, 16.0) for name, points in scores.items()}
        return canvas(given, read_gradebook(path), "VAE", OUT)

    return _export


def imported(exported: Exported) -> Canvas:
    """The course of `canvas_export`, after that file was imported."""
    course = Canvas({771234, 771235, 771236}, {int(student[1]) for student in STUDENTS})
    course.take(exported.files[OUT])
    return course


def test_canvas_gives_each_student_their_grade_and_makes_nothing_new(export):
    course = imported(export(SCORES))
    assert course.new == []
    assert course.grades == {(101, VAE): "16.00", (102, VAE): "14.67", (103, VAE): "0.00"}


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_points_possible_stay_as_they_are_in_canvas(export, separator):
    possible = ("16,50" if separator == ";" else "16.50", "1", "1")
    course = imported(export(SCORES, separator=separator, possible=possible))
    assert course.possible == {VAE: "16.50"}


def test_it_has_canvas_five_columns_and_that_of_the_assignment(export):
    rows = list(csv.reader(export(SCORES).files[OUT].splitlines()))
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "VAE (771234)"]
    assert rows[0] == head
    assert rows[1] == ["    Points Possible", "", "", "", "", "16.00"]
    assert rows[2] == [*STUDENTS[0], "16.00"]


def test_who_handed_in_nothing_is_not_in_it_and_is_named(export):
    exported = export(SCORES)
    assert "Never" not in exported.files[OUT] and "Test" not in exported.files[OUT]
    said = [note for note in exported.notes if "without a score here" in note]
    assert len(said) == 1 and "Never, Handed (104)." in said[0] and "Test" not in said[0]


def test_who_is_graded_and_not_in_canvas_is_named(export):
    exported = export({**SCORES, "zoe\x1b[31m": 3.0})
    assert "Graded, but no grade for Canvas: zoe[31m: not in Canvas's file." in exported.notes
    assert len(imported(exported).grades) == 3


def test_a_name_that_is_a_formula_is_none_and_its_grade_arrives(export):
    exported = export(SCORES)
    row = list(csv.reader(exported.files[OUT].splitlines()))[4]
    assert row[0].startswith("'=") and row[1] == "103"
    assert imported(exported).grades[103, VAE] == "0.00"


def test_a_title_that_is_a_formula_is_none_and_its_column_is_found(tmp_path):
    path = tmp_path / "exported.csv"
    path.write_text(gradebook().replace("VAE (771234)", "=VAE (771234)"))
    exported = canvas({"ada": Score(1.0, 16.0)}, read_gradebook(path), "VAE", OUT)
    assert "'=VAE (771234)" in exported.files[OUT]
    assert imported(exported).grades == {(101, VAE): "1.00"}


@pytest.mark.parametrize(("cell", "why"), [("EX", "excused"), ("N/A", "not assigned to them")])
def test_who_is_excused_or_not_meant_stays_so(tmp_path, cell, why):
    path = tmp_path / "exported.csv"
    path.write_text(gradebook().replace("ada@uni.example,Group 1 and Group 2,", f"ada,G,{cell}"))
    given = {name: Score(points, 16.0) for name, points in SCORES.items()}
    exported = canvas(given, read_gradebook(path), "VAE", OUT)
    assert set(imported(exported).grades) == {(102, VAE), (103, VAE)}
    assert any(f"no grade for Canvas: ada: {why}" in note.replace("the assignment is ", "")
               for note in exported.notes)  # fmt: skip


def test_grades_that_are_replaced_are_named_with_both(export):
    said = export(SCORES, grades=("16.00", "", "")).notes[-1]
    assert "Lovelace, Ada" not in said, "it is the same grade"
    assert "Novák, Boris (102): 16.00 by 14.67" in said


def test_points_that_canvas_has_otherwise_are_said(export):
    notes = export(SCORES, possible=("20.00", "1", "1")).notes
    assert "Canvas has this assignment at 20 points; these grades are of 16." in notes
    assert not any("has this assignment at" in note for note in export(SCORES).notes)


def test_where_nobody_is_found_nothing_is_written_and_both_sides_are_shown(export):
    with pytest.raises(WrongUsage, match=r"(?s)zoe: not in Canvas's file.*101, s-101, ada@uni"):
        export({"zoe": 1.0})
