"""Answers with tensors that are too large, or that claim to be.

Expected: 0 points.
"""
import itertools

import torch
import ordinary
from ordinary import *


WAYS = itertools.cycle([
    lambda: torch.empty(1 << 29),
    lambda: torch.zeros(1).expand(1 << 40),
    lambda: torch.empty(1 << 40, 0),
    lambda: torch.empty((1,) * 60),
    lambda: [torch.zeros(1 << 20) for _ in range(100)],
    lambda: torch.empty(33_000_000),
])


def answer(x):
    return next(WAYS)()


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return next(WAYS)()
