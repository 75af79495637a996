"""Raises pytest's skip, xfail and exit, and their kin, in place of answers and in all threads.

Expected: 0 points.
"""
import ctypes
import itertools
import sys
import threading
import unittest

import ordinary
from ordinary import *


def outcomes():
    kinds = [unittest.SkipTest("not today"), KeyboardInterrupt(), GeneratorExit(), SystemExit(0)]
    try:
        import _pytest.outcomes as pytest_s

        kinds[:0] = [pytest_s.Exit("exit", 0), pytest_s.Skipped("skip"), pytest_s.XFailed("xfail")]
    except ImportError:
        pass
    return itertools.cycle(kinds)


ALL = outcomes()


def attack():
    """Raise it here, and in every other thread, should the checks run in one of them."""
    raised = next(ALL)
    for thread in sys._current_frames():
        if thread != threading.get_ident():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(type(raised)))
    raise raised


ordinary.on_call = attack
