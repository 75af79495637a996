# ruff: noqa: F811
# (one name is defined again and again here: every definition is one wrong variant of it)
# mypy: ignore-errors
"""Wrong variants of NAME, each with the hint that helps; sorted by item.

A variant's source is run after the solution's, and takes the place of the definition of the same
name. Its docstring is what a student reads whose outputs equal the variant's.
"""

import torch

from autograder.misconceptions import misconception


@misconception("one-length-for-all", item="unit_rows")
def unit_rows(x):
    """All rows were divided by the same number, the length of everything together. How many
    lengths do N rows have, and over which axis is each of them summed?"""
    return x / torch.linalg.vector_norm(x)


@misconception("root-forgotten", item="unit_rows")
def unit_rows(x):
    """Each row was divided by the sum of its squares. That is the length only if it is one: what is
    left to be done to the sum?"""
    return x / x.square().sum(dim=1, keepdim=True)
