"""Looks among all objects of the process for a reference: a model, a function, a check.

Expected: 0 points.
"""
import gc
import types

import ordinary
from ordinary import *


HERE = (__file__, ordinary.__file__)


LEFT = [2]  # looks, each of which takes a second


def attack():
    if not LEFT[0]:
        return
    LEFT[0] -= 1
    gc.unfreeze()
    for thing in gc.get_objects():
        kind = type(thing)
        if kind.__name__ in ("Misconception", "Check", "Outcome", "Submission", "Assignment"):
            raise Through(kind.__name__)
        if isinstance(thing, types.FunctionType) and thing.__name__ in ("reparametrize", "loss_function"):
            path = thing.__code__.co_filename
            if path not in HERE and "/nndl/" not in path:
                raise Through(path)
        if isinstance(thing, type) and thing.__name__ in ("VAE", "CVAE") and thing.__module__ not in (__name__, "ordinary"):
            raise Through(thing.__module__)


ordinary.on_call = attack
