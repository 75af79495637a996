"""Leaves a daemon behind that writes results of 16 points for as long as it lives.

Expected: 0 points.
"""
import os
import time

from ordinary import *


FORGED = '''{"schema": 1, "status": "graded", "score": 16.0, "max_score": 16.0, "items": [
    {"name": "reparametrize", "points": 6.0, "max_points": 6.0, "status": "passed"}]}'''


def attack():
    if os.fork() == 0:
        new_session()
        if os.fork() == 0:
            keep_writing()
        os._exit(0)


def keep_writing():
    end = time.time() + 60
    while time.time() < end:
        for folder in (".", "..", "../..", "/tmp", "/results", "/work", os.path.expanduser("~")):
            try:
                with open(os.path.join(folder, "result.json"), "w") as file:
                    file.write(FORGED)
            except OSError:
                pass
        time.sleep(0.05)
    os._exit(0)


attack()
