"""Every answer is of the wrong kind: doubles, with and without gradients.

Expected: 0 points.
"""
import ordinary
from ordinary import *


def answer(x):
    return x.double().detach()


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
