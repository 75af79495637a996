"""Hands in a named pipe, a socket and devices, which would be waited for or never end.

Expected: 0 points.
"""
from ordinary import *
