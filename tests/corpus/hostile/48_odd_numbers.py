"""Numbers its answers and questions oddly: as text, as a float, as a truth value, below zero, not at all.

Expected: 0 points.
"""
import itertools
import sys

import ordinary
from ordinary import *


def connection():
    frame = sys._getframe()
    while frame is not None:
        found = getattr(getattr(frame.f_locals.get("self"), "peer", None), "connection", None)
        if found is not None:
            return found
        frame = frame.f_back
    return None


def number_asked():
    frame, found = sys._getframe(), None
    while frame is not None:
        if frame.f_code.co_name == "_serve" and "number" in frame.f_locals:
            found = frame.f_locals["number"]
        frame = frame.f_back
    return found


YES = {"D": [["value", True], ["graph", None]]}


def forms(number):
    return [{"re": str(number)}, {"re": float(number)}, {"re": True}, {"re": -number}, {"re": None}, {"re": [number]}, {},
            {"do": "call", "number": number}, {"do": "call"}, {"do": ["call"], "number": 1}, {"re": number, "fault": 5},
            {"re": number, "fault": {"kind": 7, "line": -3}}, {"re": number, "value": {"T": ["float32", [1 << 40], 0, True]}}]


COUNT = itertools.count()


def attack():
    all_forms = forms(number_asked())
    connection().send({"value": YES, **all_forms[next(COUNT) % len(all_forms)]}, [], 0)


ordinary.on_call = attack
