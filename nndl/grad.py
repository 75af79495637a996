"""Comparing numbers."""

from __future__ import annotations

import torch


def rel_error(x: torch.Tensor | float, y: torch.Tensor | float, eps: float = 1e-10) -> float:
    """The largest difference of `x` and `y`, relative to the largest of their sums |x| + |y|.

    0 means equal, 1 means that the two have nothing in common. `x` and `y` are numbers or
    tensors of the same shape; `eps` keeps the division away from zero.
    """
    a = torch.as_tensor(x).detach().double().cpu()
    b = torch.as_tensor(y).detach().double().cpu()
    if a.shape != b.shape:
        raise ValueError(f"the shapes differ: {tuple(a.shape)} and {tuple(b.shape)}")
    top = (a - b).abs().max().item()
    bottom = (a.abs() + b.abs()).max().item()
    return top / max(eps, bottom)
