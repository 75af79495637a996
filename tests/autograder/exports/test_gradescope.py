"""`results.json`, held to the fields that Gradescope documents."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gradescope_format import must_be_documented
from made_up import by_hand, graded, not_graded, result, worth

from autograder.errors import WrongUsage
from autograder.exports.gradescope import NOT_GRADED, as_text, gradescope
from autograder.result import Result


def exported(one: Result) -> dict[str, Any]:
    record = json.loads(as_text(one))
    must_be_documented(record)
    return record


def test_each_exercise_is_a_test_with_its_points_and_its_feedback():
    right, wrong = worth("encoder", 4.0, 4.0), worth("loss", 0.5, 2.0, "kl-sign")
    record = exported(result("ada", right, wrong))
    assert (record["score"], record["execution_time"]) == (4.5, 0.25)
    first, second = record["tests"]
    assert (first["name"], first["score"], first["max_score"]) == ("encoder", 4.0, 4.0)
    assert (first["status"], second["status"]) == ("passed", "failed")
    assert (
        second["output"] == "- ✗ The spread follows logvar.\n\n  **It does not.**\n\n  > Halve it."
    )
    assert {test["visibility"] for test in record["tests"]} == {"visible"}


def test_the_score_is_the_sum_of_the_tests():
    record = exported(result("ada", worth("a", 0.25, 1.0), worth("b", 2.0, 2.0)))
    assert record["score"] == sum(test["score"] for test in record["tests"])


def test_points_by_hand_are_said_and_are_no_test():
    record = exported(result("ada", worth("loss", 1.0, 2.0), by_hand("essay", 3.0)))
    assert [test["name"] for test in record["tests"]] == ["loss"]
    assert record["output"].startswith("3 more points are given by a person")


def test_notes_stand_above_the_tests_and_none_of_them_is_html():
    record = exported(replace(graded("ada"), notes=("<b>x</b>.py was left out.", "Two.")))
    assert record["output"] == "&lt;b&gt;x&lt;/b&gt;.py was left out.\n\nTwo."


def test_where_the_grader_failed_there_is_a_message_and_no_score():
    record = exported(not_graded("ada"))
    assert "score" not in record and record["tests"] == []
    assert "not your fault" in record["output"] and "the walls went down" not in record["output"]


def test_what_stands_there_before_there_is_a_result_has_no_score_either():
    record = json.loads(NOT_GRADED)
    must_be_documented(record)
    assert "score" not in record and "not your fault" in record["output"]


def test_each_file_lies_beside_its_result():
    folder = Path("results")
    files = gradescope([graded("ada"), graded("boris")], folder, None).files
    assert list(files) == [folder / s / "fc_vae" / "gradescope.json" for s in ("ada", "boris")]


def test_a_named_file_is_for_one_submission():
    out = Path("results.json")
    assert list(gradescope([graded("ada")], Path(), out).files) == [out]
    with pytest.raises(WrongUsage, match="here are 2"):
        gradescope([graded("ada"), graded("boris")], Path(), out)
