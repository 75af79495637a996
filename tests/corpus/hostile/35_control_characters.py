"""Puts ANSI, OSC and bidirectional controls into messages, names, source lines and notes.

Expected: 0 points.
"""
import itertools
import sys

import ordinary
from ordinary import *


TEXTS = ["\x1b[2J\x1b[1;1H\x1b[32m16/16", "\x1b]0;16/16\x07", "\x1b]8;;http://example.invalid\x07here\x1b]8;;\x07", "\x9b31m",
         "\r0016-honest fc_vae 16/16", "\u202e61/61", "\u2066\u2067x\u2069", "\u200b\u200f\ufeff\u00ad", "a\u2028b\u2029c\x85d",
         "\x00\x08\x08\x08\x7f", "\x1bP$q\x1b\\", "\udc80\udfff", "\U000e0041\U000e0042", "zz\nada fc_vae 16/16\n", "\ue000"]
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
    try:
        kind = type(text, (Exception,), {})
    except (ValueError, UnicodeError):
        kind = Exception
    raise kind(text)  # ‮ ⁦ 


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    raise KeyError(next(NEXT))
