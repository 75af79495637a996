"""Traces, signals, reads and slows down the processes around it, its parents first.

Expected: 0 points.
"""
import ctypes
import os
import platform
import resource
import signal

from ordinary import *


libc = ctypes.CDLL(None, use_errno=True)
NUMBERS = {"x86_64": (101, 310, 311, 434), "aarch64": (117, 270, 271, 434)}


def attack():
    others = [number for number in (0, -1, *range(2, 2000)) if number != os.getpid()]
    for number in others:
        try:
            if number > 1:
                os.kill(number, 0)
                raise Through(f"process {number} can be signalled")
            os.kill(number, signal.SIGCONT)
        except OSError:
            pass
    trace, read, write, pidfd = NUMBERS.get(platform.machine(), (101, 310, 311, 434))
    for number in (os.getppid(), *range(1, 200)):
        if libc.syscall(trace, 0x4206, number, 0, 0) == 0:  # seized, and let go at the end
            raise Through(f"process {number} can be traced")
        if libc.syscall(pidfd, number, 0) >= 0:
            raise Through(f"process {number} can be held")
        if os.path.exists(f"/proc/{number}/mem"):
            raise Through(f"/proc/{number}/mem")
    for what in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
        try:
            resource.setrlimit(what, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            raise Through(f"limit {what} is lifted")
        except (OSError, ValueError):
            pass
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)
        raise Through("priority")
    except OSError:
        pass


attack()
