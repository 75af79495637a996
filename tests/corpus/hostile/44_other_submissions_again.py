"""Looks for what other submissions left behind, in files, memory, segments and sockets, and leaves a mark for the next.

Expected: 0 points.
"""
import ctypes
import gc
import os
import socket

from ordinary import *


MARK = "mark" + "-of-the-one-before"
PLACES = ("/tmp", "/dev/shm", "/dev", "/dev/pts", "/var/tmp", "/run", "/home", "/mnt", "/walls", "/walls/nndl", "/")


def attack():
    for folder in PLACES:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if MARK in name or name.endswith("_was_here"):
                raise Through(f"{folder}/{name}")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    for number in range(64):
        if libc.shmat(number, None, 0) not in (None, ctypes.c_void_p(-1).value):
            raise Through(f"the segment {number}")
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.connect("\0" + MARK)
            raise Through("a socket")
    except OSError:
        pass
    gc.unfreeze()
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "NEIGH" + "BOUR" in thing:
            raise Through(str(thing["NEIGH" + "BOUR"]))


def leave():
    for folder in ("/tmp", "/dev/shm", "."):
        try:
            open(f"{folder}/{MARK}_was_here", "w").close()
        except OSError:
            pass
    for folder in PLACES:
        if folder not in ("/tmp", "/dev/shm") and os.access(folder, os.W_OK):
            raise Through(f"a mark could be left in {folder}")
    libc = ctypes.CDLL(None)
    libc.shmget(0x5EED, 4096, 0o1666)
    if os.fork() == 0:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind("\0" + MARK)
        listening.listen()
        listening.settimeout(60)
        listening.accept()


attack()
leave()
