"""Says that all is well and ends the interpreter with status 0 while it is imported.

Expected: 0 points.
"""
import sys

from ordinary import *


print("16/16 passed")
sys.exit(0)
