"""Prints two gigabytes, to every descriptor that takes them.

Expected: 0 points.
"""
import os
import sys

from ordinary import *


def attack():
    block = b"16/16 " * 170_000
    for _ in range(1000):
        os.write(1, block)
        os.write(2, block)
    sys.stdout.write("x" * 10_000_000)


attack()
