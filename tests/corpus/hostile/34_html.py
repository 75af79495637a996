"""Puts HTML and JavaScript into messages, names of errors and types, source lines and notes.

Expected: 0 points.
"""
import itertools
import sys

import ordinary
from ordinary import *


TEXTS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</pre></code><b>16 of 16 points</b>",
         "`<b>x</b>` <iframe src='javascript:alert(1)'>", "[16 points](javascript:alert(1))", "``` <u>x</u>", "<!-- --> &lt;b&gt;",
         "\\<i>x</i>", "![](http://example.invalid/x.png)", "x` <s>y</s> `z", "<https://example.invalid>"]
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
