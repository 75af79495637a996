"""Uses the wire for questions of its own: to call what the grader put in place, to load, to read.

Expected: 0 points.
"""
import itertools
import sys

import ordinary
from ordinary import *


def peer():
    frame = sys._getframe()
    while frame is not None:
        found = getattr(frame.f_locals.get("self"), "peer", None)
        if found is not None:
            return found
        frame = frame.f_back
    return None


NAMES = ["reparametrize", "loss_function", "VAE", "encoder", "decoder", "forward", "RIGHT", "__class__", "_ask", "failed"]
OPERATIONS = ["call", "load", "read", "build", "notes", "reset", "backward", "set", "stand_in", "carry", "eval"]
WAYS = itertools.cycle([(o, n) for o in OPERATIONS for n in NAMES])


def attack(x):
    operation, name = next(WAYS)
    number = next(COUNT)
    if operation == "call":
        found = peer().call([f"{number % 3}:{name}"], (x, x), {})
    else:
        found = peer().request(operation, [None, name], x)
    raise Through(f"{operation} {name}: {type(found).__name__}")


COUNT = itertools.count()


def answer(x):
    attack(x)


ordinary.answer = answer
