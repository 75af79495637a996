"""Asks inspect, linecache and the import system for the source of the checks.

Expected: 0 points.
"""
import importlib
import importlib.util
import inspect
import linecache
import pkgutil
import sys

import ordinary
from ordinary import *


PLACES = ("autograder", "autograder.checks", "autograder.checks.fc_vae", "checks.fc_vae", "solutions",
          "solution_fc_vae", "misconceptions", "classwork", "conftest")


def attack():
    for name in PLACES:
        try:
            found = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            continue
        if found is not None and "/submission" not in str(found.origin):
            raise Through(f"{name} at {found.origin}")
    for name, module in list(sys.modules.items()):
        if name.startswith(("autograder", "solution_")):
            raise Through(name)
    sources = [line for entry in linecache.cache.values() if len(entry) > 2 for line in entry[2]]
    for frame in inspect.stack():
        sources += frame.code_context or []
    for line in sources:
        if "student.build(" in line and "def " not in line and __file__ not in line and len(line) < 60:
            raise Through(line)
    for module in pkgutil.iter_modules():
        if module.name in ("autograder", "solutions", "misconceptions"):
            raise Through(str(module))


try:
    attack()
except RecursionError:
    pass


ordinary.on_call = attack
