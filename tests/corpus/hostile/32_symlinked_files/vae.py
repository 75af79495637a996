"""Hands in symbolic links to other files: a neighbour's work, a secret, the password file.

Expected: 0 points.
"""
import os

from ordinary import *


def attack():
    for parent, _, files in os.walk("."):
        for name in files:
            path = os.path.join(parent, name)
            with open(path, errors="replace") as file:
                text = file.read(10_000)
            if "NEIGH" + "BOUR" in text or "SEC" + "RET" in text or "ro" + "ot:" in text:
                raise Through(f"{path}: {text[:300]}")


attack()
