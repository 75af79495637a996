"""Searches every file system for checks, solutions, other submissions and results.

Expected: 0 points.
"""
import os

from ordinary import *


NAMES = {"vae.py", "fc_vae.py", "fc_vae.md", "result.json", "feedback.md", "gradebook.db",
         "nbgrader_config.py", "misconceptions", "solutions", "submitted", "id_secret"}
COMMON = {"gradebook.db", "nbgrader_config.py", "solutions", "submitted"}  # nbgrader's own tests have them
OWN = (os.path.dirname(os.path.abspath(__file__)), "/walls/nndl/labs/fc_vae.py", "/walls/inside", "/walls/nndl/__pycache__")
MARKS = ("BEGIN " + "SOLUTION", "NEIGH" + "BOUR", "def test_" + "encoder")


def attack():
    for parent, folders, files in os.walk("/"):
        folders[:] = [f for f in folders if os.path.join(parent, f) not in ("/usr", "/sys", "/walls/nndl/labs/__pycache__")]
        library = "/site-packages" in parent or "/lib/python" in parent
        for name in (*folders, *files):
            path = os.path.join(parent, name)
            if name in NAMES and not path.startswith(OWN) and not (library and name in COMMON):
                raise Through(path)
        for name in files:
            path = os.path.join(parent, name)
            if library or path.startswith(OWN) or not os.path.isfile(path):
                continue
            try:
                with open(path, errors="replace") as file:
                    text = file.read(1 << 20)
            except OSError:
                continue
            if any(mark in text for mark in MARKS):
                raise Through(f"{path}: {text[:300]}")


attack()
