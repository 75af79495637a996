"""A folder within a folder, 1,500 times.

Expected: 0 points.
"""
from ordinary import *
