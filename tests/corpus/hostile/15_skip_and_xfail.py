"""Raises pytest's skip, xfail and exit, and their kin, in place of answers.

Expected: 0 points.
"""
import itertools
import unittest

import ordinary
from ordinary import *


def outcomes():
    kinds = [unittest.SkipTest("not today"), KeyboardInterrupt(), GeneratorExit(), SystemExit(0)]
    try:
        import _pytest.outcomes as pytest_s

        kinds += [pytest_s.Skipped("skip"), pytest_s.XFailed("xfail"), pytest_s.Exit("exit", 0)]
    except ImportError:
        pass
    return itertools.cycle(kinds)


ALL = outcomes()


def attack():
    raise next(ALL)


ordinary.on_call = attack
