"""Says that it has very many parameters.

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
    return {str(number): [0] for number in range(60_000)}


operations()["shapes"] = shapes
