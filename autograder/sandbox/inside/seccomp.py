"""A seccomp filter, written as classic BPF: which system calls a student's process may not make.

It is a deny-list. PyTorch, NumPy and what students import use a wide and changing set of calls,
so an allow-list would break honest code at every upgrade; the namespaces, limits and dropped
capabilities are the first line, and this filter takes away what could weaken them: new
namespaces and mounts, other processes' memory, kernel facilities with a history of holes, memory
and queues that belong to no process (System V's), new sessions (the kernel shares the processor
out among sessions: a submission has one, however many processes), and all sockets but Unix's,
which reach no further than the namespace (a DataLoader's workers talk through them).
"""

from __future__ import annotations

import ctypes
import platform
import struct

_EPERM, _ENOSYS = 1, 38
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_LOAD, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENT_0 = 0, 4, 16  # offsets in struct seccomp_data
_X32_CALLS = 0x40000000
_NEW_NAMESPACES = 0x7E020080
_UNIX_SOCKETS = 1

# Numbers from the kernel's tables: (x86_64, aarch64). None where an architecture lacks the call.
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_setup": (206, 0),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "semget": (64, 190),
    "setns": (308, 268),
    "setsid": (112, 157),
    "shmget": (29, 194),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vmsplice": (278, 75),
}
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def available() -> bool:
    return platform.machine() in _ARCHITECTURES


def install() -> None:
    """Put the filter on this process and all its children. Raises OSError where it can't."""
    column, audit = _ARCHITECTURES[platform.machine()]
    program = _program(column, audit)
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the seccomp filter was refused")


def _program(column: int, audit: int) -> bytes:
    def code(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", operation, if_true, if_false, value)

    refuse = code(_RETURN, _ERRNO | _EPERM)
    allow = code(_RETURN, _ALLOW)
    parts = [
        code(_LOAD, _ARCHITECTURE),
        code(_JUMP_EQUAL, audit, 1, 0),
        code(_RETURN, _KILL),
        code(_LOAD, _NUMBER),
        code(_JUMP_GREATER_EQUAL, _X32_CALLS, 0, 1),
        code(_RETURN, _KILL),
    ]
    for numbers in _DENIED.values():
        number = numbers[column]
        if number is not None:
            parts += [code(_JUMP_EQUAL, number, 0, 1), refuse]
    # clone3 passes its flags in memory, where a filter can't look: libc then falls back to clone.
    parts += [code(_JUMP_EQUAL, _CLONE3[column], 0, 1), code(_RETURN, _ERRNO | _ENOSYS)]
    parts += [
        code(_JUMP_EQUAL, _CLONE[column], 0, 4),
        code(_LOAD, _ARGUMENT_0),
        code(_JUMP_ANY_BIT, _NEW_NAMESPACES, 0, 1),
        refuse,
        allow,
        code(_JUMP_EQUAL, _SOCKET[column], 0, 3),
        code(_LOAD, _ARGUMENT_0),
        code(_JUMP_EQUAL, _UNIX_SOCKETS, 1, 0),
        refuse,
        allow,
    ]
    return b"".join(parts)
