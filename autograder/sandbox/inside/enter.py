"""From the warm process into a cell of one's own: namespaces, limits, no privileges.

The warm process forks a guardian, which makes the namespaces and forks the worker into them as
their first process: when the worker dies, the kernel ends everything it had started. The
guardian stays outside, watches, and reports how the worker ended.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import seccomp, worker
from .limits import SCRATCH, Limits, put_on
from .watchdog import Watchdog

_libc = ctypes.CDLL(None, use_errno=True)

_NEW_NAMESPACES = 0x00020000 | 0x08000000 | 0x10000000 | 0x20000000  # mount, IPC, user, PID
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_CAPABILITY_VERSION_3 = 0x20080522
WIRE = 3  # the only descriptor that the worker keeps, besides the standard three


def guard(
    wire: socket.socket, status: socket.socket, limits: Limits, walls: Collection[str]
) -> None:
    """Run a worker on `wire`, tell `status` how it ended, and never return.

    `walls` are those to put up here, of "namespaces", "privileges" (to have none), "seccomp",
    "rlimits" and "watchdog".
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    own = "namespaces" in walls
    scratch = Path(SCRATCH) if own else Path(tempfile.mkdtemp(prefix="submission-"))
    watchdog = Watchdog(limits, os.open("/proc", os.O_RDONLY | os.O_DIRECTORY))
    try:
        if own:
            _new_namespaces(limits)
        else:
            _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "keeping orphans")
        child = os.fork()
        if child == 0:
            _become_worker(wire, limits, walls, scratch)
        wire.close()
        report = _attend(child, status, watchdog, walls)
    except OSError as error:
        report = {"error": f"the walls could not be put up: {error}"}
    if not own:
        watchdog.end_all()
        shutil.rmtree(scratch, ignore_errors=True)
    with suppress(OSError):
        status.send(json.dumps(report).encode())
    os._exit(0)


def _attend(
    child: int, status: socket.socket, watchdog: Watchdog, walls: Collection[str]
) -> dict[str, Any]:
    """Wait for the worker's end; how it ended and what it used."""
    pidfd = os.pidfd_open(child)
    socket.send_fds(status, [b"{}"], [pidfd])
    if "watchdog" in walls:
        watchdog.watch(pidfd, status)
    _, code, usage = os.wait4(child, 0)
    return {
        "exit": os.waitstatus_to_exitcode(code),
        "cpu": max(usage.ru_utime + usage.ru_stime, watchdog.cpu),
        "memory": max(usage.ru_maxrss * 1024, watchdog.peak),
        "over": watchdog.over,
    }


def _become_worker(
    wire: socket.socket, limits: Limits, walls: Collection[str], scratch: Path
) -> None:
    _check(_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "parent death signal")
    os.setsid()
    _only_descriptor(wire.fileno())
    if "rlimits" in walls:
        put_on(limits)
    if "namespaces" in walls:
        _hide_processes()
    if "privileges" in walls:
        _drop_capabilities()
        _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    if "seccomp" in walls:
        seccomp.install()
    worker.main(socket.socket(fileno=WIRE), scratch, limits)
    os._exit(0)


def _new_namespaces(limits: Limits) -> None:
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(_NEW_NAMESPACES), "new namespaces")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"1000 {uid} 1")
    _write("/proc/self/gid_map", f"1000 {gid} 1")
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    scratch = f"size={limits.scratch},nr_inodes={limits.scratch_files},mode=700"
    for folder in (SCRATCH, "/dev/shm"):
        _mount("tmpfs", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, scratch)


def _hide_processes() -> None:
    """No /proc at all: nothing there that honest code needs, much that a curious one would read."""
    flags = _MS_RDONLY | _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount("tmpfs", "/proc", "tmpfs", flags, "size=4k,nr_inodes=1")


def _only_descriptor(number: int) -> None:
    """Keep one descriptor, as WIRE; standard input is empty, output goes nowhere."""
    kept = os.dup(number)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.dup2(kept, WIRE)
    os.closerange(WIRE + 1, os.sysconf("SC_OPEN_MAX"))


def _drop_capabilities() -> None:
    last = 63
    for capability in range(last + 1):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails beyond the last that exists
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "no capabilities")


def drop_root(user: int) -> None:
    """From root to an ordinary user that owns nothing."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # The change of user made /proc/self root's; the maps of new namespaces are written there.
    _check(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str = "") -> None:
    as_bytes = [None if text is None else text.encode() for text in (source, target, kind, data)]
    done = _libc.mount(*as_bytes[:3], ctypes.c_ulong(flags), as_bytes[3])
    _check(done, f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
