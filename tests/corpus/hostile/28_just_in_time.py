"""Answers wrongly and as late as is allowed: most of the seconds of each call are slept away.

Expected: 0 points.
"""
import time

from ordinary import *


left = [4]


def attack():
    if left[0] > 0:
        left[0] -= 1
        time.sleep(4)


def reparametrize(mu, logvar):
    attack()
    return answer(mu)
