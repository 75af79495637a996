"""Returns a subclass of ndarray that overrides ufuncs, functions, comparison and conversion.

Expected: 0 points.
"""
import numpy

import ordinary
from ordinary import *


class Agreeable(numpy.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return numpy.ones(self.shape, bool)

    def __array_function__(self, function, types, args, kwargs):
        return True

    def __eq__(self, other):
        return True

    def __array__(self, dtype=None, copy=None):
        return numpy.zeros(3)

    def tobytes(self, *args):
        return b"\x00" * (1 << 16)

    @property
    def __array_interface__(self):
        return {"shape": (1 << 20,), "typestr": "<f8", "data": (0, False), "version": 3}


def answer(x):
    return numpy.zeros(tuple(x.shape), numpy.float32).view(Agreeable)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return numpy.zeros(()).view(Agreeable)
