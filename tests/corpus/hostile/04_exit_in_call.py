"""Ends the process with status 0, past every handler, when a function is called.

Expected: 0 points.
"""
import os

import ordinary
from ordinary import *


ordinary.on_call = lambda: os._exit(0)
