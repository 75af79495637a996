"""Asks the kernel for namespaces, mounts, keyrings, io_uring, bpf, perf events and more.

Expected: 0 points.
"""
import ctypes
import errno
import os
import platform

from ordinary import *


libc = ctypes.CDLL(None, use_errno=True)
# Numbers of x86_64 and aarch64, and arguments that do no harm where the call is allowed: most are
# wrong ones, about which only a kernel complains that got as far as to look at them.
REFUSED = {
    "unshare": (272, 97, 0x10000000), "clone into a user namespace": (56, 220, 0x10000000 | 17),
    "mount": (165, 40), "umount": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "setns": (308, 268, -1, 0),
    "open_tree": (428, 428, -1, 0, 1), "fsopen": (430, 430), "fsmount": (432, 432, -1), "move_mount": (429, 429, -1, 0, -1, 0, 0),
    "add_key": (248, 217), "keyctl": (250, 219, 0, -4, 0), "request_key": (249, 218), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426, -1), "bpf": (321, 280, -1), "perf_event_open": (298, 241), "userfaultfd": (323, 282, -1),
    "memfd_create": (319, 279), "personality": (135, 92, 0xFFFFFFFF), "name_to_handle_at": (303, 264, -1),
    "open_by_handle_at": (304, 265, -1), "syslog": (103, 116, 10), "finit_module": (313, 273, -1), "kexec_load": (246, 104, 0, 99999),
    "fanotify_init": (300, 262, -1), "swapon": (167, 224), "pidfd_open": (434, 434, -1), "pidfd_getfd": (438, 438, -1),
    "ptrace": (101, 117, -1, -1), "process_vm_readv": (310, 270, -1), "kcmp": (312, 272, -1, -1), "quotactl": (179, 60),
}
MORE = {"setuid": (105, 146, 0), "setgroups": (116, 159, 1, ctypes.create_string_buffer(4)), "nice": (141, 140, 0, 0, -5),
        "mknod": (259, 33, -100, b"device_was_here", 0o20666, 0x105)}


def call(numbers, arguments):
    column = 0 if platform.machine() == "x86_64" else 1
    padded = [ctypes.c_long(a) if isinstance(a, int) else a for a in (*arguments, *[0] * 6)][:6]
    ctypes.set_errno(0)
    return libc.syscall(numbers[column], *padded), ctypes.get_errno()


def attack():
    for name in REFUSED:
        got, error = call(REFUSED[name][:2], REFUSED[name][2:])
        if got == 0 and name.startswith("clone"):
            os._exit(0)
        if got >= 0 or error not in (errno.EPERM, errno.ENOSYS):
            raise Through(f"{name}: {got}, error {error}")
    for name, (x86, arm, *arguments) in MORE.items():
        got, error = call((x86, arm), arguments)
        if got >= 0:
            raise Through(f"{name}: {got}")


attack()
