"""Every answer is of the wrong kind: tensors of dtypes that few know.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return torch.empty(x.shape, dtype=torch.float8_e4m3fn)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
