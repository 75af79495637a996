"""Raises errors whose messages are megabytes, raise themselves, or never end.

Expected: 0 points.
"""
import itertools

import ordinary
from ordinary import *


class Long(Exception):
    def __str__(self):
        return "x" * 50_000_000


class Raises(Exception):
    def __str__(self):
        raise Raises()

    __repr__ = __str__


class Odd(Exception):
    def __str__(self):
        return 5


class Nested(Exception):
    pass


def nested():
    error = Nested("innermost")
    for number in range(2000):
        try:
            raise Nested(str(number)) from error
        except Nested as new:
            error = new
    return error


WAYS = itertools.cycle([lambda: Long(), lambda: Raises(), lambda: Odd(), nested, lambda: type("N" * 100_000, (Exception,), {})()])


def attack():
    raise next(WAYS)()


ordinary.on_call = attack
