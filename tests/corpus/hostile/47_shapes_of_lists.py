"""Says that its parameters' shapes are lists of lists, and names them twice.

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
    return {"a": [[784, 400]], "": [], "b.c": [400] * 40}


operations()["shapes"] = shapes
