"""Answers in frames of many megabytes, made without the encoder that would refuse to.

Expected: 0 points.
"""
import struct
import sys

import ordinary
from ordinary import *


def connection():
    frame = sys._getframe()
    while frame is not None:
        found = getattr(getattr(frame.f_locals.get("self"), "peer", None), "connection", None)
        if found is not None:
            return found
        frame = frame.f_back
    return None


def number_asked():
    frame, found = sys._getframe(), None
    while frame is not None:
        if frame.f_code.co_name == "_serve" and "number" in frame.f_locals:
            found = frame.f_locals["number"]
        frame = frame.f_back
    return found


SENT = []


def attack():
    """Ask for something that is not there, at length: an honest grader hears of it and goes on."""
    if SENT:
        raise Through(f"a header of {SENT[0]} bytes and a body of {SENT[1]} were taken")
    header, body = b'{"do": "call", "number": 1, "value": {"D": [["args", {"U": []}], ["kwargs", {"D": []}]]}}', bytes(150 << 20)
    header += b" " * (8 << 20)
    SENT.extend((len(header), len(body)))
    connection().stream.sendall(struct.pack(">IQ", len(header), len(body)) + header + body)
    connection().receive()


ordinary.on_call = attack
