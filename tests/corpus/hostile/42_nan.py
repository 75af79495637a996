"""Every answer is of the wrong kind: NaN.

Expected: 0 points.
"""
import ordinary
from ordinary import *


def answer(x):
    return x * float("nan")


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
