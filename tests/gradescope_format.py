"""What Gradescope documents of `results.json`.

From https://gradescope-autograders.readthedocs.io/en/latest/specs/: fields, types, values.
"""

from __future__ import annotations

from typing import Any

NUMBER = int | float
VISIBILITY = ("hidden", "after_due_date", "after_published", "visible")
FORMATS = ("text", "html", "simple_format", "md", "ansi")
VALUES = {
    "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "name_format": FORMATS,
    "status": ("passed", "failed"),
}
SUBMISSION = {
    "score": NUMBER,
    "execution_time": NUMBER,
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": NUMBER,
    "max_score": NUMBER,
    "status": str,
    "name": str,
    "name_format": str,
    "number": str,
    "output": str,
    "output_format": str,
    "tags": list,
    "visibility": str,
    "extra_data": dict,
}


def must_be_documented(record: dict[str, Any]) -> None:
    """Fail on any field that is not documented, of another type, or with another value."""
    _check(record, SUBMISSION)
    for test in record["tests"]:
        _check(test, TEST)
        assert "score" in test or "score" in record
        assert test["score"] <= test["max_score"]


def _check(record: dict[str, Any], fields: dict[str, Any]) -> None:
    for name, value in record.items():
        assert name in fields, f"{name} is no field"
        assert isinstance(value, fields[name]) and not isinstance(value, bool), f"{name}: {value!r}"
        assert name not in VALUES or value in VALUES[name], f"{name}: {value!r}"
