"""Hidden checks, a pytest module per assignment, and the few words that they are written in.

A check is a pytest test of one exercise. Its docstring says what is right, in words that a
student may read; what its assertions say is added when it fails. The checks stand in the order
of the exercises, since an exercise is graded with the reference in place of an earlier one that
failed (`student.carry`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

from autograder.observations import observe

__all__ = ["Check", "assert_close", "assert_number", "assert_tensor", "item", "observe"]

Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Check:
    """Which item a test belongs to, and its share of that item's points."""

    item: str
    weight: float


def item(name: str, weight: float = 1) -> Callable[[Test], Test]:
    """Mark a test as a check of the item `name`; points are shared in proportion to `weight`."""

    def mark(test: Test) -> Test:
        test.check = Check(name, weight)  # type: ignore[attr-defined]
        return test

    return mark


def assert_tensor(
    value: Any, shape: Sequence[int] | None = None, what: str = "the result"
) -> torch.Tensor:
    """Fail unless `value` is a tensor of float32 or float64 of that shape; returns it."""
    assert isinstance(value, torch.Tensor), f"{what} is {_kind(value)}, not a tensor."
    assert value.dtype in (torch.float32, torch.float64), (
        f"{what} is a tensor of {value.dtype}; torch.float32 is expected."
    )
    if shape is not None:
        observe(list(value.shape) or [0])
        shapes = f"{tuple(value.shape)} where {tuple(shape)} is expected"
        assert tuple(value.shape) == tuple(shape), f"{what} has the shape {shapes}."
    return value


def assert_close(
    actual: Any, expected: Any, message: str, rtol: float = 1e-3, atol: float = 1e-5
) -> None:
    """Fail with `message` unless both agree to |actual - expected| <= atol + rtol |expected|.

    A statistic wants its tolerance from its false-alarm rate: under one in a million, so five
    standard errors.
    """
    wanted = torch.as_tensor(expected).detach().double()
    got = observe(actual, rtol, atol)
    assert got.shape == wanted.shape, (
        f"{message} (shape {tuple(got.shape)} where {tuple(wanted.shape)} is expected)"
    )
    assert torch.allclose(got, wanted, rtol=rtol, atol=atol), message


def assert_number(value: Any, what: str) -> torch.Tensor:
    """Fail unless `value` is a tensor with a single number; returns it with shape ()."""
    tensor = assert_tensor(value, what=what)
    observe([0, *tensor.shape])
    assert tensor.numel() == 1, f"{what} has the shape {tuple(tensor.shape)}, not a single number."
    return tensor.squeeze()


def _kind(value: Any) -> str:
    names = {"NoneType": "None", "Handle": "an object of another kind"}
    return names.get(type(value).__name__, f"a {type(value).__name__}")
