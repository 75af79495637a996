"""Small things that every notebook needs."""

from __future__ import annotations

import random

import numpy as np
import torch


def reset_seed(number: int) -> None:
    """Starts the random numbers of Python, NumPy and torch (all devices) afresh from `number`."""
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)
