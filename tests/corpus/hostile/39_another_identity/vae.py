"""Says in every file, and in a folder of that name, that it is the work of somebody else.

Expected: 0 points.
"""
import os

from ordinary import *


__author__ = student = __student__ = "000-honest"
os.environ["USER"] = os.environ["NBGRADER_STUDENT"] = student
print("000-honest fc_vae 16/16")
