"""Makes system calls by the table of 32-bit programs, which a filter by number would take for others.

Expected: 0 points.
"""
import ctypes
import mmap
import os
import platform

from ordinary import *


CODE = bytes.fromhex("b814000000cd80c3")  # mov eax, 20 (getpid); int 0x80; ret


def attack():
    if platform.machine() != "x86_64":
        return
    mine, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(CODE)
        got = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
        os.write(theirs, str(got).encode())
        os._exit(0)
    os.close(theirs)
    said = os.read(mine, 100)
    os.waitpid(child, 0)
    if said and not said.startswith(b"-"):
        raise Through(f"getpid gave {said}")


attack()
