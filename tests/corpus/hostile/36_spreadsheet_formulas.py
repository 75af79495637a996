"""Puts spreadsheet formulas into messages, names of errors and notes.

Expected: 0 points.
"""
import itertools
import sys

import ordinary
from ordinary import *


TEXTS = ["=HYPERLINK(\"http://example.invalid\",\"16\")", "=1+1", "+1+1", "-1+1", "@SUM(A1:A9)", "\t=1+1", "=cmd|' /C calc'!A0",
         "\"\n=1+1", ";=1+1", ",=1+1"]
NEXT = itertools.cycle(TEXTS)


def note(texts):
    frame = sys._getframe()
    while frame is not None:
        notes = getattr(frame.f_locals.get("self"), "notes", None)
        if isinstance(notes, list):
            notes += texts
        frame = frame.f_back


note(TEXTS)


def answer(x):
    text = next(NEXT)
    note([text])
    raise type(text, (Exception,), {})(text)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return type(next(NEXT), (), {})()
