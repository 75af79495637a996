"""Notebooks of 200 MB, nested 100,000 deep, and of bytes that are no text, beside a wrong module.

Expected: 0 points.
"""
import torch
from torch import nn
from ordinary import *
