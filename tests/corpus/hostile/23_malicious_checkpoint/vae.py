"""Lays checkpoints and compiled modules beside the code that run code when they are loaded.

Expected: 0 points.
"""
import glob

import ordinary
from ordinary import *


def attack():
    for path in glob.glob("*.pt") + glob.glob("*.pth") + glob.glob("**/*.pyc", recursive=True):
        raise Through(f"{path} came along")
    for path in glob.glob("**/*_was_here", recursive=True):
        raise Through(path)


ordinary.on_call = attack
