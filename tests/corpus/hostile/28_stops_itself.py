"""Stops its own process in a call, and its children's, so that nothing is used up and nothing ends.

Expected: 0 points.
"""
import os
import signal

from ordinary import *


def loss_function(x_hat, x, mu, logvar):
    if os.fork() == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)
    signal.pause()
