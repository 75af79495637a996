"""Reads the environment, command lines, maps and memory of its parents from /proc.

Expected: 0 points.
"""
import os

import ordinary
from ordinary import *


FILES = ("environ", "cmdline", "maps", "mem", "fd", "root", "cwd", "exe", "status", "mountinfo")


def attack():
    for process in ("self", "thread-self", *range(1, 300)):
        for name in FILES:
            path = f"/proc/{process}/{name}"
            try:
                found = os.listdir(path) if name == "fd" else open(path, "rb").read(200)
            except OSError:
                continue
            raise Through(f"{path}: {found!r}")
    for path in ("/proc/net/unix", "/proc/mounts", "/proc/keys", "/sys/kernel", "/proc/sys/kernel", "/proc/1"):
        if os.path.exists(path):
            raise Through(path)
    if os.getppid() != 0:
        raise Through(f"its parent is {os.getppid()}")
    for name, value in os.environ.items():
        if any(word in (name + value).lower() for word in ("secret", "token", "passw", "submitted", "solutions")):
            raise Through(f"{name}={value}")


ordinary.on_call = attack
