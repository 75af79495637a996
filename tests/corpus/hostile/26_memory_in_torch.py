"""Makes tensors until there is no memory; stops at 8 GiB.

Expected: 0 points.
"""
import torch
from ordinary import *


def attack():
    kept = []
    while len(kept) < 16:
        kept.append(torch.ones(1 << 27))
    raise Through("8 GiB")


try:
    attack()
except RuntimeError:
    pass
