"""Returns objects, exceptions and bytes that run code of theirs where they are unpickled.

Expected: 0 points.
"""
import itertools
import pickle

import ordinary
from ordinary import *


class Bomb:
    def __reduce__(self):
        return open, ("pickle_was_here", "w")

    __getstate__ = __deepcopy__ = __copy__ = __reduce__


class Cursed(Exception):
    def __reduce__(self):
        return open, ("pickle_was_here", "w")


def cursed(x):
    raise Cursed(pickle.dumps(Bomb(), 0).decode("latin-1"))


TEXT = pickle.dumps(Bomb(), 0).decode("latin-1")
WAYS = itertools.cycle([lambda x: Bomb(), lambda x: TEXT, lambda x: [TEXT, {"a": Bomb()}], cursed,
                        lambda x: {TEXT: 1}])


def answer(x):
    return next(WAYS)(x)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return next(WAYS)(x)
