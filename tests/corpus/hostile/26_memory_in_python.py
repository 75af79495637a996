"""Fills lists with bytes until there is no memory; stops at 8 GiB.

Expected: 0 points.
"""
from ordinary import *


def attack():
    kept = []
    while len(kept) < 128:
        kept.append(b"x" * (64 << 20))
    raise Through("8 GiB")


try:
    attack()
except MemoryError:
    pass
