"""What a check measured, kept so that diagnosis can compare it with what mistakes measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Observation:
    """A measured value, and how far another one may be off and still count as the same."""

    value: torch.Tensor
    rtol: float
    atol: float

    def agrees(self, other: Observation) -> bool:
        """Whether both are the same measurement of the same behaviour."""
        if self.value.shape != other.value.shape:
            return False
        return torch.allclose(
            self.value, other.value, rtol=self.rtol, atol=self.atol, equal_nan=True
        )


_current: list[Observation] = []


def start() -> None:
    """Begin a check: forget what was measured before."""
    _current.clear()


def collected() -> tuple[Observation, ...]:
    """What the current check has measured so far."""
    return tuple(_current)


def observe(value: Any, rtol: float = 1e-3, atol: float = 1e-5) -> torch.Tensor:
    """Note a measured value of the student's; returns it as a float64 tensor."""
    parts = [v.detach() if isinstance(v, torch.Tensor) else v for v in value] if isinstance(
        value, list | tuple
    ) else value  # fmt: skip
    tensor = torch.as_tensor(parts).detach().double()
    _current.append(Observation(tensor, rtol, atol))
    return tensor
