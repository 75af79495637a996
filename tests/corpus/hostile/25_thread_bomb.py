"""Starts threads without an end, each of which spins; stops after 2,000 or 4 seconds.

Expected: 0 points.
"""
import threading
import time

from ordinary import *


def attack():
    end, made = time.time() + 4, 0
    while made < 2000 and time.time() < end:
        try:
            threading.Thread(target=spin, args=(end,), daemon=True).start()
        except RuntimeError:
            break
        made += 1
    if made > 500:
        raise Through(f"{made} threads")


def spin(end):
    time.sleep(2)  # let there be more of them first
    while time.time() < end:
        sum(range(1000))


attack()
