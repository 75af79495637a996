# mypy: ignore-errors
"""Mistakes in NAME that students really make, each with its hint."""

from autograder.misconceptions import misconception


@misconception("one-length-for-all", item="unit_rows")
def unit_rows(x):
    """All rows were divided by the same number, the length of everything together. How many
    lengths do N rows have, and over which axis is each of them summed?"""
    return x / x.square().sum().sqrt()
