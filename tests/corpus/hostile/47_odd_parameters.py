"""Has its worker answer with odd parameters and gradients: other names, other shapes, text, handles.

Expected: 0 points.
"""
import itertools
import sys

import torch
from ordinary import *


def operations():
    frame = sys._getframe()
    while frame is not None:
        peer = getattr(frame.f_locals.get("self"), "peer", None)
        if peer is not None:
            return peer.operations
        frame = frame.f_back
    return {}


WAYS = itertools.cycle([lambda: {}, lambda: {"a": torch.zeros(3)}, lambda: {0: torch.zeros(2, dtype=torch.bool)}, lambda: {"a": "b"},
                        lambda: [1], lambda: None, lambda: {"": torch.zeros(2, 2, 2)}, lambda: object(), lambda: {"a": object()}])
for name in ("parameters", "gradients", "load_parameters", "build"):
    operations()[name] = lambda *a, **k: next(WAYS)()
