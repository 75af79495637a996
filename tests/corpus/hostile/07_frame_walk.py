"""Walks up the frames of its callers, and of all threads, for whatever knows what is right.

Expected: 0 points.
"""
import os
import sys

import ordinary
from ordinary import *


KNOWING = ("RIGHT", "reference", "expected", "checks", "candidates", "tolerance", "outcomes")
HERE = ("inside", "nndl", os.path.basename(os.path.dirname(os.path.abspath(__file__))))


def attack():
    for frame in sys._current_frames().values():
        walk(frame)


def walk(frame):
    while frame is not None:
        path = frame.f_code.co_filename
        if os.path.basename(os.path.dirname(path)) not in HERE and path[0] != "<" and "/lib" not in path:
            raise Through(path)
        for name, value in {**frame.f_globals, **frame.f_locals}.items():
            if name in KNOWING and name not in globals() and callable(value) and "/lib" not in path:
                raise Through(f"{name} in {path}")
        frame = frame.f_back


ordinary.on_call = attack
