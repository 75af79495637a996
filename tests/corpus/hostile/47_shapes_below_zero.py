"""Says that its parameters have shapes below zero, of text, of truth values, with numbers for names.

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
    return {0: [-1, -1], None: [True, 2], "a": [2.0]}


operations()["shapes"] = shapes
