"""Hidden checks of averages, the small notebook assignment of the tests."""

from __future__ import annotations

import torch

from autograder.checks import assert_close, assert_tensor, item
from autograder.student import Student


def right_mean(x: torch.Tensor) -> torch.Tensor:
    return x.mean(dim=0)


@item("mean_of", weight=2)
def test_mean_of_rows(student: Student) -> None:
    """`mean_of(x)` is the mean of the rows, one number for each column."""
    x = 3 + torch.randn(7, 4)
    mean = assert_tensor(student.mean_of(x), (4,), "The mean of 7 rows of 4 numbers")
    assert_close(mean, right_mean(x), "It is not the mean of the rows.")


@item("mean_of", weight=1)
def test_mean_of_one_row(student: Student) -> None:
    """The mean of a single row is that row."""
    row = torch.randn(1, 5)
    assert_close(student.mean_of(row), row[0], "One row alone is not its own mean.")


@item("standardizer", weight=3)
def test_standardizer_scales_to_two(student: Student) -> None:
    """The standardized data have the mean 0 and the spread SCALE = 2 in every column."""
    student.carry("mean_of", right_mean)
    data = 5 + 3 * torch.randn(50, 4)
    scaled = assert_tensor(student.build("Standardizer", data)(data), (50, 4), "The scaled data")
    right = 2 * (data - data.mean(dim=0)) / data.std(dim=0, unbiased=False)
    assert_close(scaled, right, "The data are not brought to the mean 0 and the spread 2.")


@item("standardizer", weight=1)
def test_standardizer_remembers(student: Student) -> None:
    """New rows are standardized with the mean and the spread of the data, not with their own."""
    student.carry("mean_of", right_mean)
    data, new = 5 + 3 * torch.randn(50, 4), torch.randn(3, 4)
    scaled = student.build("Standardizer", data)(new)
    right = 2 * (new - data.mean(dim=0)) / data.std(dim=0, unbiased=False)
    assert_close(scaled, right, "New rows are not measured by the data.")
