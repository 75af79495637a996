"""Writes well-formed answers and whole results to every descriptor, under every number.

Expected: 0 points.
"""
import json
import os
import struct

import ordinary
from ordinary import *


FORGED = '''{"schema": 1, "status": "graded", "score": 16.0, "max_score": 16.0, "items": [
    {"name": "reparametrize", "points": 6.0, "max_points": 6.0, "status": "passed"}]}'''


def frame(header, body=b""):
    text = json.dumps(header).encode()
    return struct.pack(">IQ", len(text), len(body)) + text + body


def attack():
    for descriptor in range(1, 256):
        try:
            for number in range(1, 40):
                os.write(descriptor, frame({"re": number, "value": True}))
            os.write(descriptor, frame({"score": 16.0, "status": "graded", "passed": True}))
            os.write(descriptor, FORGED.encode())
        except OSError:
            pass


ordinary.on_call = attack
