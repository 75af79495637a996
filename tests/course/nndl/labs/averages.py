"""Public checks of averages, the small notebook assignment of the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from nndl.check import Claim, Lab, claim, trying

lab = Lab("averages")
lab.written("explain_mean")
lab.written("derive")

ROWS = torch.tensor([[1.0, 0.0], [2.0, 0.0], [6.0, 3.0]])


@lab.exercise("mean_of")
def mean_of(mean_of: Callable[[Tensor], Tensor]) -> Iterator[Claim]:
    with trying("`mean_of(x)` with 3 rows of 2 numbers"):
        mean = mean_of(ROWS.clone())
    yield claim(
        "3 rows of 2 numbers have a mean of 2 numbers",
        isinstance(mean, Tensor) and mean.shape == (2,),
        f"It is {mean}.",
        "Which axis counts the examples, and should be gone?",
        "Every column has a mean of its own.",
    )
    yield claim(
        "the mean of (1, 0), (2, 0) and (6, 3) is (3, 1)",
        torch.allclose(mean, torch.tensor([3.0, 1.0])),
        f"It is {mean}.",
        "How many rows are there, and by what do you divide?",
        "Do the first column on paper: its sum is 9.",
    )


@lab.exercise("standardizer")
def standardizer(Standardizer: Callable[[Tensor], Any]) -> Iterator[Claim]:
    with trying("`Standardizer(data)(data)` with 3 rows of 2 numbers"):
        standardize = Standardizer(ROWS.clone())
        scaled = standardize(ROWS.clone())
    yield claim(
        "the columns get the mean 0",
        torch.allclose(scaled.mean(dim=0), torch.zeros(2), atol=1e-5),
        f"It is {scaled.mean(dim=0)}.",
        "What do you take away from each row?",
        "`mean_of(data)` has one number for each column.",
    )
    spread = scaled.std(dim=0, unbiased=False)
    yield claim(
        "and the spread SCALE = 2",
        torch.allclose(spread, torch.full((2,), 2.0), atol=1e-4),
        f"It is {spread}.",
        "Is it the spread that you divide by, or its square?",
        "The mean of the squared distances is sigma squared. Divide it by N, not by N - 1.",
    )
    alone = standardize(ROWS[:1].clone())
    yield claim(
        "a row alone is measured by what was learned from the data",
        torch.allclose(alone, scaled[:1]),
        f"Alone it becomes {alone}, and {scaled[:1]} among the others.",
        "Whose mean and whose spread belong into `__call__`?",
        "Keep what `__init__` finds out in `self`.",
    )
