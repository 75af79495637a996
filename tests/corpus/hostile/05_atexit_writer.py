"""Writes results when the process ends: by atexit, finalizers, signal handlers, threads.

Expected: 0 points.
"""
import atexit
import os
import signal
import sys
import threading
import weakref

import ordinary
from ordinary import *


FORGED = '''{"schema": 1, "status": "graded", "score": 16.0, "max_score": 16.0, "items": [
    {"name": "reparametrize", "points": 6.0, "max_points": 6.0, "status": "passed"}]}'''


def attack(*_):
    for folder in (".", "..", "../..", "/tmp", "/results", "/out"):
        try:
            with open(os.path.join(folder, "result.json"), "w") as file:
                file.write(FORGED)
        except OSError:
            pass


class Late:
    pass


kept = Late()
atexit.register(attack)
weakref.finalize(kept, attack)
threading._register_atexit(attack)
os.register_at_fork(after_in_child=attack)
sys.excepthook = threading.excepthook = sys.unraisablehook = attack
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGXCPU, signal.SIGPIPE):
    signal.signal(number, attack)


ordinary.on_call = lambda: sys.exit(0)
