"""Walks up the frames of its callers for whatever knows what is right.

Expected: 0 points.
"""
import sys

import ordinary
from ordinary import *


KNOWING = ("RIGHT", "reference", "expected", "checks", "candidates", "tolerance", "outcomes")
HERE = ("<", "/walls/inside/", "/walls/nndl/", __file__, ordinary.__file__)


def attack():
    frame = sys._getframe()
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith(HERE) and "/lib" not in path:
            raise Through(path)
        for name, value in {**frame.f_globals, **frame.f_locals}.items():
            if name in KNOWING and name not in globals() and callable(value) and "/lib" not in path:
                raise Through(f"{name} in {path}")
        frame = frame.f_back


ordinary.on_call = attack
