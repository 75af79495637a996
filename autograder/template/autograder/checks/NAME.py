"""Hidden checks of NAME."""

from __future__ import annotations

import torch

from autograder.assignment import reference
from autograder.checks import assert_close, assert_tensor, item
from autograder.student import Student

RIGHT = reference("NAME")


@item("unit_rows")
def test_every_row_has_length_one(student: Student) -> None:
    """`unit_rows(x)` divides each row by its own length, and so keeps its direction."""
    x = 3 * torch.randn(7, 4)
    rows = assert_tensor(student.unit_rows(x), (7, 4), "What 7 rows of 4 numbers become")
    assert_close(rows, RIGHT.unit_rows(x), "These are not the rows, each divided by its length.")
