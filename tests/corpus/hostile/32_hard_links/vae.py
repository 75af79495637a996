"""Hands in a neighbour's module once more by hard links, and writes to them: what changes, changes there.

Expected: 0 points.
"""
import os

from ordinary import *


def attack():
    for name in ("work.py", "more/work.py"):
        try:
            os.chmod(name, 0o666)
            with open(name, "w") as file:
                file.write("raise SystemExit")
        except OSError:
            pass


attack()
