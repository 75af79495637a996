"""Answers with values that are nested deeply, endless, or of a million parts.

Expected: 0 points.
"""
import itertools

import torch
import ordinary
from ordinary import *


def deep(count):
    value = []
    for _ in range(count):
        value = [value]
    return value


ENDLESS = []
ENDLESS.append(ENDLESS)
WAYS = itertools.cycle([
    lambda: deep(100_000),
    lambda: deep(30),
    lambda: ENDLESS,
    lambda: {"a": ENDLESS},
    lambda: list(range(1_000_000)),
    lambda: {number: () for number in range(300_000)},
    lambda: 10 ** 5000,
    lambda: "x" * 50_000_000,
    lambda: [torch.zeros(0)] * 100_000,
])


def answer(x):
    return next(WAYS)()


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return next(WAYS)()
