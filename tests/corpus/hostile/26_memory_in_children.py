"""Shares the work: six children take half a GiB each, one with every call, all within their own limits.

Expected: 0 points.
"""
import mmap
import os
import time

from ordinary import *


EACH = 1 << 29
taken = []


def attack():
    mine, theirs = os.pipe()
    if os.fork() == 0:
        try:
            kept = mmap.mmap(-1, EACH, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_POPULATE", 0))
            os.write(theirs, b"x")
            time.sleep(60 * bool(kept))
        finally:
            os._exit(0)
    os.close(theirs)
    if os.read(mine, 1):
        taken.append(EACH)
    if len(taken) == 6:
        raise Through(f"{sum(taken) >> 20} MiB at the same time, by {len(taken)} processes")


def reparametrize(mu, logvar):
    if len(taken) < 6:
        attack()
    return answer(mu)
