"""Says that its parameters have shapes that no machine can hold, for all that they are empty.

Expected: 0 points.
"""
import sys

from ordinary import *


def operations():
    frame = sys._getframe()
    while frame is not None:
        peer = getattr(frame.f_locals.get("self"), "peer", None)
        if peer is not None:
            return peer.operations
        frame = frame.f_back
    return {}


def shapes(target):
    return {"a": [1 << 62, 4, 0], "b": [0, 1 << 62]}


operations()["shapes"] = shapes
