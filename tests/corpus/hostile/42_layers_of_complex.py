"""The layers are right, and their outputs of the wrong kind: complex numbers.

Expected: 0 points.
"""
import torch

import layered
from layered import *


def odd(x):
    return torch.complex(x, x)


layered.odd = odd
