"""The whole folder that is handed in is a symbolic link to a neighbour's.

Expected: 0 points.
"""
from ordinary import *
