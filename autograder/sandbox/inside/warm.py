"""The warm process: imports torch once, then forks a guarded worker for each submission.

It runs inside the outer walls, reads only the grader's requests, and never runs a student's
code itself.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys

from .enter import drop_root, guard
from .limits import Limits


def main() -> None:
    """Usage: python -m inside.warm CONTROL_DESCRIPTOR WALL,WALL,... USER_OR_0"""
    control = socket.socket(fileno=int(sys.argv[1]))
    walls, user = sys.argv[2].split(","), int(sys.argv[3])
    sys.path.remove(os.getcwd())  # put there by -m; scratch space is no place to import from
    if user:
        drop_root(user)
    warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guardians are reaped by the kernel
    control.send(b"ready")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 4096, 2)
        if not request:
            return
        wire, status = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        if os.fork() == 0:
            control.close()
            guard(wire, status, Limits(**json.loads(request)), walls)
        wire.close()
        status.close()


def warm_up() -> None:
    """Import what submissions import; train and draw once, so that all lazy parts are there."""
    import matplotlib.pyplot
    import numpy
    import torch

    import nndl
    from nndl import _torchvision

    for part in nndl.__all__:
        getattr(nndl, part)  # which imports it
    _torchvision.load()
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    numpy.random.seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 8))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.rand(4, 8)).sigmoid().sum().backward()
    optimizer.step()
    figure, axis = matplotlib.pyplot.subplots(layout="compressed")
    axis.imshow([[0.0, 1.0]])
    figure.draw_without_rendering()
    matplotlib.pyplot.close("all")
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
