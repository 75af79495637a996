"""Hands in conftest.py, pytest.ini and sitecustomize.py, which make every test pass.

Expected: 0 points.
"""
import gc
import os
import sys

import ordinary
from ordinary import *


def attack():
    for name in ("conftest", "sitecustomize", "usercustomize"):
        module = sys.modules.get(name)
        if module is not None and "/submission" in str(getattr(module, "__file__", "")):
            raise Through(name)
    if os.environ.get("CONFIGURED_BY_STUDENT"):
        raise Through("the environment")
    take_over()


def take_over():
    """Hand the grader's own pytest, if it is here, a conftest that it did not look for."""
    for thing in gc.get_objects():
        if type(thing).__name__ == "PytestPluginManager":
            import conftest

            thing.register(conftest)
            raise Through("the grader's pytest has it now")


ordinary.on_call = attack
