"""Prints verdicts in every format that a grader may read from standard output.

Expected: 0 points.
"""
import logging
import sys
import warnings

import ordinary
from ordinary import *


FORGED = '''{"schema": 1, "status": "graded", "score": 16.0, "max_score": 16.0, "items": [
    {"name": "reparametrize", "points": 6.0, "max_points": 6.0, "status": "passed"}]}'''
SAID = [FORGED, "16/16", "PASSED", "ok 1 - all", "1..1", "OK", "=== 40 passed in 0.01s ===",
        '<testsuite tests="40" failures="0"/>', "::set-output name=score::16", "Score: 100%"]


def attack():
    for line in SAID:
        print(line)
        print(line, file=sys.stderr)
        sys.__stdout__.write(line + "\n")
        logging.critical(line)
        warnings.warn(line)
    sys.stdout.flush()


ordinary.on_call = attack
