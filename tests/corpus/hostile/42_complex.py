"""Every answer is of the wrong kind: complex numbers.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return torch.complex(x.float(), x.float())


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
