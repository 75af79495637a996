"""The layers are right, and their outputs of the wrong kind: tensors without dimensions.

Expected: 0 points.
"""
import torch

import layered
from layered import *


def odd(x):
    return x.sum()


layered.odd = odd
