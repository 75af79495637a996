"""Stays in C for ever, where Python sees no signal and gives no other thread a turn.

Expected: 0 points.
"""
import re

from ordinary import *


def loss_function(x_hat, x, mu, logvar):
    return re.match("(a+)+$", "a" * 64 + "b")
