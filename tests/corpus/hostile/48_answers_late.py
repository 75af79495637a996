"""Says that it failed and answers after all, some time later, from a thread.

Expected: 0 points.
"""
import sys
import threading
import time

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


SENT = []


def attack():
    if SENT:  # before this question's answer: it was taken for another's, if this one is read
        raise Through(f"asked on after a late answer to question {SENT[0]}")
    number, wire = number_asked(), connection()

    def late():
        for later in range(number, number + 40):
            time.sleep(0.001)
            try:
                wire.send({"re": later, "value": YES}, [], 0)
                SENT.append(later)
            except Exception:
                return

    threading.Thread(target=late, daemon=True).start()
    raise RuntimeError("not yet")


ordinary.on_call = attack
