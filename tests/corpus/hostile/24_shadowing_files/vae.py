"""Hands in torch.py, numpy.py, json.py, nndl.py, inside/ and a package vae/ to be imported in place of the real ones.

Expected: 0 points.
"""
import os
import sys

import ordinary
from ordinary import *


SHADOWED = ("torch", "numpy", "json", "nndl", "math", "wave", "socket", "autograder")
DONE = []


def attack():
    if not DONE:
        look()
        put_first()
        DONE.append(True)


def put_first():
    """Whoever imports one of them after this, in this process, gets the file of that name."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    for name in SHADOWED:
        sys.modules.pop(name, None)


def look():
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("torch", "numpy", "json", "nndl", "inside", "math", "wave") and "/submission/" in str(
            getattr(module, "__file__", "") or ""
        ):
            raise Through(name)
    if os.path.exists("shadow_was_here"):
        raise Through("one of them ran")


ordinary.on_call = attack
