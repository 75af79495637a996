"""The layers are right, and their outputs of the wrong kind: whole numbers.

Expected: 0 points.
"""
import torch

import layered
from layered import *


def odd(x):
    return x.to(torch.int32)


layered.odd = odd
