"""Puts 3 GiB into System V segments, one with every call, which no process's address space counts.

Expected: 0 points.
"""
import ctypes

from ordinary import *


EACH = 1 << 29
taken = []


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    segment = libc.shmget(0, ctypes.c_size_t(EACH), 0o1600)
    if segment < 0:
        return
    address = libc.shmat(segment, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        return
    ctypes.memset(address, 1, EACH)
    libc.shmdt(ctypes.c_void_p(address))
    taken.append(EACH)
    if len(taken) == 6:
        raise Through(f"{sum(taken) >> 20} MiB")


def reparametrize(mu, logvar):
    if len(taken) < 6:
        attack()
    return answer(mu)
