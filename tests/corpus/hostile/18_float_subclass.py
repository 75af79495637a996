"""Returns a subclass of float that agrees with every number, in tensors' place and in lists.

Expected: 0 points.
"""
import ordinary
from ordinary import *


class Agreeable(float):
    def __eq__(self, other):
        return True

    __lt__ = __gt__ = __le__ = __ge__ = __eq__
    __hash__ = float.__hash__
    shape, ndim, requires_grad = (), 0, True

    def agree(self, *others, **more):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __truediv__ = __abs__ = agree
    item = squeeze = sum = mean = backward = detach = double = agree

    def __repr__(self):
        return "8.5079"


class Count(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def answer(x):
    return Agreeable(8.5079) if x.dim() == 4 else [Agreeable(1.0), Count(3)]


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return Agreeable("nan")
