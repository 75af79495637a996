"""Every answer is of the wrong kind: sparse tensors.

Expected: 0 points.
"""
import ordinary
from ordinary import *


def answer(x):
    return x.to_sparse()


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
