"""Nothing that students write is a formula in a table of ours."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import GraderFault, WrongUsage
from autograder.exports.writing import Exported, as_csv, new_file, write

FORMULA = tuple("=+-@＝＋－＠")
# Of what formulas and separators are made, more often than chance would have it.
TEXT = st.one_of(st.text(), st.text(alphabet="=+-@＝＋－＠,;:|\"' \t\r\n\u202ea1"))


def read(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


@given(st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=4), st.sampled_from(",;\t|:"))
def test_no_cell_begins_a_formula_whatever_a_program_takes_for_the_separator(rows, separator):
    cells = [cell for row in read(as_csv(rows), separator) for cell in row]
    assert [cell for cell in cells if cell.lstrip(' "\r\n').startswith(FORMULA)] == []


@given(st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=4))
def test_each_row_comes_back_as_one_line_with_as_many_cells(rows):
    text = as_csv(rows)
    assert [len(row) for row in read(text)] == [len(row) for row in rows]
    assert len(text.splitlines()) == len(rows)
    assert not set("\t\r\n\u202e") & set("".join(cell for row in read(text) for cell in row))


@given(st.text(alphabet=st.characters(whitelist_categories=("L", "N"))))
def test_ordinary_names_stay_as_they_are(name):
    assert read(as_csv([["first", name]])) == [["first", name]]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=cmd()", "'=cmd()"),
        ("-1", "'-1"),
        ("  @SUM(A1)", "  '@SUM(A1)"),
        ("\t=1", " '=1"),
        ("Ada;=1+1", "Ada;'=1+1"),
        ('Ada","=1', 'Ada","\'=1'),
        ("Ada\n=1", "Ada =1"),
        ("\u202e=1", "'=1"),
        ("ada@uni.example", "ada@uni.example"),
        ("Anne-Marie O'Neil, +", "Anne-Marie O'Neil, '+"),
    ],
)
def test_an_apostrophe_makes_text_of_a_formula(name, shown):
    assert read(as_csv([[name]])) == [[shown]]


def test_numbers_of_ours_stay_numbers():
    assert as_csv([[-1.5, 2, Decimal("3.10"), None]]) == "-1.5,2,3.10,\r\n"


def test_a_file_that_was_named_and_is_there_is_not_written_over(tmp_path):
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(WrongUsage, match="is there already"):
        new_file(tmp_path / "mine.csv")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(WrongUsage, match="is there already"):
        new_file(tmp_path / "link")


def test_what_cannot_be_written_is_said_with_its_path(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderFault, match=r"file/inside\.csv can't be written: "):
        write(Exported({Path(tmp_path / "file" / "inside.csv"): ""}))
