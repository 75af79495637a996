"""A module of 200 MB.

Expected: 0 points.
"""
from ordinary import *
