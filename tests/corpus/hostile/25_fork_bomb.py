"""Forks in a circle, every child in a session of its own, and spins; stops after 400 or 5 seconds.

Expected: 0 points.
"""
import os
import time

from ordinary import *


def attack():
    end, made = time.time() + 5, 0
    while made < 400 and time.time() < end:
        try:
            child = os.fork()
        except OSError:
            break
        made += 1
        if child == 0:
            try:
                new_session()
                os.fork()
            except OSError:
                pass
            time.sleep(2)  # let there be more of them first
            while time.time() < end:
                pass
            os._exit(0)
    if made > 60:
        raise Through(f"{made} processes")
    while time.time() < end:
        pass


attack()
