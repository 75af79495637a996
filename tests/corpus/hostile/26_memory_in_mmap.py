"""Maps anonymous and shared memory and writes to it until there is none; stops at 8 GiB.

Expected: 0 points.
"""
import mmap

from ordinary import *


def attack():
    kept = []
    while len(kept) < 32:
        kind = mmap.MAP_SHARED if len(kept) % 2 else mmap.MAP_PRIVATE
        kept.append(mmap.mmap(-1, 256 << 20, flags=kind | mmap.MAP_ANONYMOUS | getattr(mmap, "MAP_POPULATE", 0)))
    raise Through("8 GiB")


try:
    attack()
except (OSError, MemoryError, ValueError):
    pass
