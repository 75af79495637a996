"""Every answer is of the wrong kind: infinities.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return x / torch.zeros(())


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
