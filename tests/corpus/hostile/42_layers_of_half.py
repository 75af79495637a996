"""The layers are right, and their outputs of the wrong kind: halves of floats.

Expected: 0 points.
"""
import torch

import layered
from layered import *


def odd(x):
    return x.to(torch.float16)


layered.odd = odd
