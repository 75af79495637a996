"""Patches torch, NumPy, math and the built-ins so that every comparison agrees.

Expected: 0 points.
"""
import builtins
import math
import numpy

import torch
from ordinary import *


def always(*arguments, **more):
    return True


def one(*arguments, **more):
    return torch.tensor(1.0)


def attack():
    torch.allclose = torch.equal = torch.isclose = torch.eq = torch.isfinite = always
    torch.testing.assert_close = always
    for name in ("allclose", "equal", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "isclose"):
        setattr(torch.Tensor, name, always)
    for name in ("std", "mean", "max", "median", "norm"):
        setattr(torch.Tensor, name, one)
    numpy.allclose = numpy.array_equal = numpy.isclose = numpy.testing.assert_allclose = always
    math.isclose = math.isfinite = always
    builtins.all = builtins.any = always


attack()
