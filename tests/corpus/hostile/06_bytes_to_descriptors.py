"""Writes noise to every descriptor that may be open.

Expected: 0 points.
"""
import os

import ordinary
from ordinary import *


def attack():
    for number in range(1, 1024):
        try:
            os.write(number, bytes(range(256)) * 16)
        except OSError:
            pass


ordinary.on_call = attack
