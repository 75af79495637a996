"""Public checks of NAME: what the notebook says about each exercise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from nndl._probes import ERROR_HINTS, close, shape_of
from nndl.check import Claim, Lab, claim, trying

lab = Lab("NAME", ERROR_HINTS)


@lab.exercise("unit_rows")
def unit_rows(unit_rows: Callable[[Tensor], Tensor]) -> Iterator[Claim]:
    x = torch.tensor([[3.0, 4.0], [0.0, -2.0], [1.0, 0.0]])
    with trying("`unit_rows(x)`, with x of shape (3, 2)"):
        rows = unit_rows(x.clone())
    yield claim(
        "3 rows of 2 numbers stay 3 rows of 2 numbers",
        shape_of(rows) == "(3, 2)",
        f"They became {shape_of(rows)}.",
        "Does each row keep its place, and each number in it?",
        "Only the size of the numbers changes, so the result has the shape of `x`.",
    )
    yield claim(
        "every row has the length 1",
        close(rows.norm(dim=1), torch.ones(3)),
        f"Their lengths are {rows.norm(dim=1).tolist()}.",
        "How many lengths are there, if there are 3 rows?",
        "Each row is divided by a number of its own: over which axis is it summed?",
    )
    yield claim(
        "(3, 4) becomes (0.6, 0.8)",
        close(rows[0], torch.tensor([0.6, 0.8])),
        f"It becomes {rows[0].tolist()}.",
        "What is the length of (3, 4)?",
        "A row keeps its direction: both of its numbers are divided by the same one.",
    )
