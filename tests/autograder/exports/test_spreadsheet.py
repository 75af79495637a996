"""The table for spreadsheets: what stands in which column."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from made_up import by_hand, graded, not_graded, result, worth

from autograder.exports.spreadsheet import spreadsheet
from autograder.result import Result

OUT = Path("results.csv")


def rows(*results: Result) -> list[dict[str, str]]:
    text = spreadsheet(results, OUT).files[OUT]
    assert text.startswith("\ufeff"), "Excel does not know it for UTF-8"
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_each_submission_has_a_row_with_its_points_and_what_went_wrong():
    items = worth("encoder", 4.0, 4.0), worth("loss", 0.6667, 2.0, "kl-sign")
    noted = replace(result("ada", *items), notes=("No vae.py.", "A link."))
    assert rows(noted) == [
        {
            "student": "ada",
            "assignment": "fc_vae",
            "status": "graded",
            "score": "4.6667",
            "max_score": "6.0",
            "points_by_hand": "0",
            "misconceptions": "kl-sign",
            "notes": "No vae.py. A link.",
            "error": "",
            "fc_vae: encoder": "4.0",
            "fc_vae: loss": "0.6667",
        }
    ]


def test_a_misconception_that_failed_several_checks_is_named_once():
    one = result("ada", worth("a", 0.0, 1.0, "kl-sign"), worth("b", 0.0, 1.0, "kl-sign"))
    two = result("boris", worth("a", 0.0, 1.0, "kl-sign"), worth("b", 0.0, 1.0, "no-noise"))
    assert [row["misconceptions"] for row in rows(one, two)] == ["kl-sign", "kl-sign, no-noise"]


def test_assignments_have_columns_of_their_own_where_items_share_a_name():
    vae = result("ada", worth("loss", 1.0, 2.0))
    gan = result("ada", worth("loss", 3.0, 4.0), assignment="dcgan")
    first, second = rows(vae, gan)
    assert (first["fc_vae: loss"], first["dcgan: loss"]) == ("1.0", "")
    assert (second["fc_vae: loss"], second["dcgan: loss"]) == ("", "3.0")


def test_where_the_grader_failed_there_is_the_reason_and_no_score():
    row = rows(graded("ada"), not_graded("boris"))[1]
    assert (row["status"], row["error"]) == ("failed", "the walls went down")
    assert (row["score"], row["points_by_hand"], row["fc_vae: reparametrize"]) == ("", "", "")


def test_points_by_hand_are_counted_apart():
    row = rows(result("ada", worth("loss", 1.0, 2.0), by_hand("essay", 3.0)))[0]
    assert (row["score"], row["max_score"], row["points_by_hand"]) == ("1.0", "2.0", "3.0")
    assert row["fc_vae: essay"] == ""


def test_what_students_wrote_is_no_formula():
    row = rows(replace(graded("=HYPERLINK(1)"), notes=("-x.py was left out.",)))[0]
    assert (row["student"], row["notes"]) == ("'=HYPERLINK(1)", "'-x.py was left out.")
