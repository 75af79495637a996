"""Ends its process while a child lives on and answers in its place.

Expected: 0 points.
"""
import os

import ordinary
from ordinary import *


def attack():
    if os.fork() == 0:
        new_session()
        return  # the child goes on where its parent was, with the same wire
    os._exit(0)


ordinary.on_call = attack
