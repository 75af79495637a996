"""Every answer is of the wrong kind: whole numbers.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return x.to(torch.int32)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
