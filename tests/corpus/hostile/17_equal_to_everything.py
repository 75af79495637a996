"""Returns objects that are equal to, larger and smaller than everything.

Expected: 0 points.
"""
import ordinary
from ordinary import *


class Yes:
    def yes(self, *others, **more):
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __neg__ = yes
    __call__ = __abs__ = __getitem__ = __getattr__ = __pow__ = __enter__ = yes
    shape = dtype = device = property(yes)

    def __eq__(self, other):
        return True

    __lt__ = __gt__ = __le__ = __ge__ = __ne__ = __contains__ = __eq__
    __hash__ = None

    def __bool__(self):
        return True

    def __float__(self):
        return 0.0

    def __len__(self):
        return 3

    def __iter__(self):
        return iter((self, self, self))


def answer(x):
    return Yes()


ordinary.answer = answer
