"""Answers the questions that will come, a hundred of them, before they are asked.

Expected: 0 points.
"""
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


ASKED = []


def attack():
    if ASKED:
        raise Through(f"asked on after a hundred answers to question {ASKED[0]}")
    number = number_asked()
    ASKED.append(number)
    for later in range(number, number + 100):
        connection().send({"re": later, "value": YES}, [], 0)


ordinary.on_call = attack
