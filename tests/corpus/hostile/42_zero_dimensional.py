"""Every answer is of the wrong kind: tensors without dimensions.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return torch.tensor(1.0, requires_grad=True)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
