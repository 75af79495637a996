"""Fills every writable folder with files; stops at 1 GiB.

Expected: 0 points.
"""
import os

from ordinary import *


def attack():
    written, block = 0, bytes(16 << 20)
    for folder in ("/tmp", "/dev/shm", "."):
        for number in range(64):
            if written >= 1 << 30:
                break
            try:
                with open(os.path.join(folder, f"fill{number}_was_here"), "wb") as file:
                    for _ in range(4):
                        file.write(block)
                        written += len(block)
            except OSError:
                break
    if written > 512 << 20:
        raise Through(f"{written} bytes")
    for folder in ("/", "/dev", "/dev/mqueue", "/run", "/var/tmp", "/mnt", "/walls"):
        if os.access(folder, os.W_OK):
            raise Through(f"{folder} can be written to")


attack()
