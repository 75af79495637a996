"""Every answer is of the wrong kind: empty tensors.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return torch.empty(len(x), 0)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
