"""Hands in a symbolic link to a neighbour's module in place of its own.

Expected: 0 points.
"""
from ordinary import *
