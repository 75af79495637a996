"""Hands in conftest.py, pytest.ini and sitecustomize.py, which make every test pass.

Expected: 0 points.
"""
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


ordinary.on_call = attack
