"""Every answer is of the wrong kind: halves of floats.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return x.to(torch.float16)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
