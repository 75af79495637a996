"""Control groups (cgroup v2): the kernel's own account and limit of what processes use together.

Used where this process may make groups below its own: as root, or where systemd has delegated
its group (`systemd-run --user --scope -p Delegate=yes ...`). The kernel's documentation of the
interface is Documentation/admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

import itertools
import os
import time
from contextlib import suppress
from pathlib import Path

from .inside.limits import Limits
from .inside.watchdog import processes

CONTROLLERS = {"memory", "pids"}
WANTED = CONTROLLERS | {"cpu"}  # with it, each submission has the same share of the processors
HOW_TO_DELEGATE = (
    "start it where cgroup v2 is delegated: "
    "systemd-run --user --scope -p Delegate=yes autograder grade ..."
)
OWN = "autograder"  # where the grader itself is: only groups without processes can be divided
END_SECONDS = 5.0


def delegated() -> Path | None:
    """The group below which workers can have their own, made ready; None where there is none."""
    own = _own()
    if own is None:
        return None
    base = own.parent if own.name == OWN else own
    try:
        if not set((base / "cgroup.controllers").read_text().split()) >= CONTROLLERS:
            return None
        if not os.access(base, os.W_OK) or not os.access(base / "cgroup.procs", os.W_OK):
            return None
        if not set((base / "cgroup.subtree_control").read_text().split()) >= CONTROLLERS:
            _divide(base)
    except OSError:
        return None
    _remove_old(base)
    return base


def _own() -> Path | None:
    """The folder of this process's group, where cgroup v2 is mounted."""
    with suppress(OSError):
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
        roots = [Path(fields[1]) for fields in mounts if fields[2] == "cgroup2"]
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            if line.startswith("0::/") and roots:
                return roots[0] / line.removeprefix("0::/")
    return None


def _divide(base: Path) -> None:
    """Give groups below `base` their controllers. Raises OSError where others live in it."""
    members = [int(number) for number in (base / "cgroup.procs").read_text().split()]
    strangers = set(members) - _relatives()
    if strangers:
        raise OSError(f"{base} also holds the processes {sorted(strangers)}")
    if members:
        (base / OWN).mkdir(exist_ok=True)
        for number in members:
            with suppress(ProcessLookupError):
                (base / OWN / "cgroup.procs").write_text(str(number))
    there = WANTED & set((base / "cgroup.controllers").read_text().split())
    (base / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in there))


def _remove_old(base: Path) -> None:
    """Remove the groups of a grader that was killed; whatever was in them ended with it."""
    for folder in base.glob("submission-*-*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with suppress(OSError):
                folder.rmdir()


def _relatives() -> set[int]:
    """This process, those that it descends from, and those that descend from it."""
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        parents = {process.number: process.parent for process in processes(proc)}
    finally:
        os.close(proc)
    above, number = set(), os.getpid()
    while number:
        above.add(number)
        number = parents.get(number, 0)
    below = {os.getpid()}
    while new := {child for child, parent in parents.items() if parent in below} - below:
        below |= new
    return above | below


class Group:
    """A worker's control group: its limits, what it used, and its end."""

    numbers = itertools.count(1)

    def __init__(self, base: Path, pidfd: int, limits: Limits) -> None:
        """Make the group and put the worker into it. Raises OSError if it can't."""
        self.folder = base / f"submission-{os.getpid()}-{next(self.numbers)}"
        self.limits = limits
        self.folder.mkdir()
        try:
            self._write("memory.max", limits.memory)
            self._write("pids.max", limits.processes)
            for name, value in (("memory.swap.max", 0), ("memory.oom.group", 1)):
                with suppress(FileNotFoundError):  # kernels without swap accounts have no limit
                    self._write(name, value)
            self._write("cgroup.procs", _number(pidfd))
        except OSError:
            self.end()
            raise

    def memory_over(self) -> int | None:
        """What was used, in bytes, if the kernel ended a process for want of memory."""
        if self._count("memory.events", "oom_kill") == 0:
            return None
        with suppress(OSError, ValueError):
            return int((self.folder / "memory.peak").read_text())
        return int((self.folder / "memory.max").read_text())

    def end(self) -> None:
        """Kill what is left in the group and remove it."""
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline:
            try:
                with suppress(OSError):  # there since Linux 5.14
                    self._write("cgroup.kill", 1)
                self.folder.rmdir()
                return
            except FileNotFoundError:
                return
            except OSError:  # its last processes are still ending
                time.sleep(0.002)

    def _count(self, name: str, what: str) -> int:
        events = dict(line.split() for line in (self.folder / name).read_text().splitlines())
        return int(events.get(what, 0))

    def _write(self, name: str, value: int) -> None:
        (self.folder / name).write_text(str(value))


def _number(pidfd: int) -> int:
    """A process's number, as this process sees it."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return int(line.split()[1])
    raise ProcessLookupError("the worker is gone")
