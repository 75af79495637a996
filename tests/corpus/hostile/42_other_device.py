"""Every answer is of the wrong kind: tensors on the device `meta`.

Expected: 0 points.
"""
import ordinary
from ordinary import *


def answer(x):
    return x.to("meta")


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
