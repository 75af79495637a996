"""A folder of 100,000 files.

Expected: 0 points.
"""
from ordinary import *
