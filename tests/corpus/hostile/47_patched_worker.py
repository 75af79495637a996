"""Patches the worker, its peer and the wire's encoder in `sys.modules`, so that they say what it likes.

Expected: 0 points.
"""
import sys

from ordinary import *


def operations():
    frame = sys._getframe()
    while frame is not None:
        peer = getattr(frame.f_locals.get("self"), "peer", None)
        if peer is not None:
            return peer.operations
        frame = frame.f_back
    return {}


def attack():
    worker, peer, wire = (sys.modules[f"inside.{name}"] for name in ("worker", "peer", "wire"))
    worker.Worker.call = lambda self, target, args, kwargs, grad: {"value": True, "graph": None}
    worker.Worker.notes = ["16 of 16 points"]
    worker.explain = lambda error, home: {"kind": "passed", "type": "Passed", "message": "passed", "points": 16}
    peer.Peer._backward = lambda self, identifier, gradients: list(gradients)
    peer._report = lambda fault: {"kind": "passed", "message": "passed"}
    for name in ("call", "backward", "gradients", "parameters", "read"):
        operations()[name] = lambda *a, **k: {"value": True, "graph": None}
    wire.Encoder._check = lambda self, size: None
    wire.MAX_BODY = wire.MAX_HEADER = wire.MAX_TRAFFIC = 1 << 60


attack()
