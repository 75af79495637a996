"""Patches pytest and unittest so that every report says passed.

Expected: 0 points.
"""
import sys
import unittest

import ordinary
from ordinary import *


def attack():
    try:
        import _pytest.outcomes
        import _pytest.python
        import _pytest.reports
        import _pytest.runner
    except ImportError:
        return
    reports = _pytest.reports.TestReport
    reports.outcome = property(lambda self: "passed", lambda self, value: None)
    reports.failed = property(lambda self: False)
    reports.passed = property(lambda self: True)
    _pytest.runner.pytest_runtest_call = lambda item: None
    _pytest.python.Function.runtest = lambda self: None
    _pytest.python.pytest_pyfunc_call = lambda pyfuncitem: True
    _pytest.outcomes.Failed = _pytest.outcomes.Skipped
    unittest.TestCase.run = lambda self, result=None: result
    for name, module in list(sys.modules.items()):
        if name.startswith("autograder"):
            raise Through(name)


attack()


ordinary.on_call = attack
