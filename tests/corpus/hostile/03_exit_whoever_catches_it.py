"""Ends the interpreter with status 0 while it is imported, though somebody may catch that.

Expected: 0 points.
"""
import os
import sys

from ordinary import *


try:
    sys.exit(0)
finally:
    os._exit(0)
