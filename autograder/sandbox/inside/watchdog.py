"""Watches what a submission's processes use together, which no rlimit can: those are for each.

It runs in the guardian, outside the submission's own namespaces, where the submission can
neither see nor signal it. What a submission started is what descends from the guardian: an
orphan's new parent is the namespace's first process or, without namespaces, the guardian.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .limits import Limits

INTERVAL = 0.05  # seconds between two looks
NEW_ITEM = b"item"  # said by the grader at the next item, and back, if the worker may go on
END_SECONDS = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Process:
    """One line of a process list."""

    number: int
    parent: int
    cpu: float  # seconds, with those of its children that ended
    threads: int
    resident: int  # bytes, also those that it shares with others
    ended: bool


def processes(proc: int) -> list[Process]:
    """All processes in the /proc that is open as the descriptor `proc`."""
    found = []
    for name in filter(str.isdecimal, os.listdir(proc)):
        # Before the last bracket stands the program's name, which may hold anything.
        fields = _read(proc, f"{name}/stat").rpartition(")")[2].split()
        if fields:
            cpu = sum(int(fields[place]) for place in (11, 12, 13, 14)) / _TICKS
            threads, resident = int(fields[17]), int(fields[21]) * _PAGE
            ended = fields[0] in "ZX"
            found.append(Process(int(name), int(fields[1]), cpu, threads, resident, ended))
    return found


def _read(proc: int, path: str) -> str:
    """A file of /proc, or nothing where its process is gone."""
    with suppress(OSError):
        number = os.open(path, os.O_RDONLY, dir_fd=proc)
        with open(number, encoding="utf-8", errors="replace") as file:
            return file.read()
    return ""


class Watchdog:
    """Looks at a worker and all that it started until the worker ends or has too much.

    `proc` is a descriptor of /proc, opened before an empty one is mounted over it. `over` says
    in the end which limit was passed: [which, used, allowed], or None; `peak` is in bytes.
    """

    def __init__(self, limits: Limits, proc: int) -> None:
        self.limits, self.proc = limits, proc
        self.over: list[Any] | None = None
        self.peak = 0
        self.cpu = self.cpu_before_item = 0.0

    def watch(self, pidfd: int, grader: socket.socket) -> None:
        """Return when the worker has ended: by itself, by the grader's hand, or by this one."""
        watched: list[Any] = [pidfd, grader]
        while True:
            ready, _, _ = select.select(watched, [], [], INTERVAL)
            if pidfd in ready:
                return
            self._look()
            gone = grader in ready and grader.recv(16) != NEW_ITEM
            if gone or self.over is not None:
                self._end(pidfd)
            elif grader in ready:
                self.cpu_before_item = self.cpu
                grader.send(NEW_ITEM)

    def _look(self) -> None:
        group = [process for process in self.started() if not process.ended]
        limits = self.limits
        self.cpu = max(self.cpu, sum(process.cpu for process in group))
        for which, used, allowed in (
            ("processes", sum(process.threads for process in group), limits.processes),
            ("item_cpu", self.cpu - self.cpu_before_item, limits.item_seconds),
            ("submission_cpu", self.cpu, limits.submission_seconds),
            ("memory", self._memory(group), limits.memory),
        ):
            if used > allowed:
                self.over = [which, used, allowed]
                return

    def _memory(self, group: list[Process]) -> int:
        """Bytes in use together: at most these, or exactly so many where they would be too many."""
        memory = sum(process.resident for process in group)
        if memory > self.limits.memory:  # it may be that they share most of it
            memory = sum(self._share(process) for process in group)
        self.peak = max(self.peak, memory)
        return memory

    def started(self) -> list[Process]:
        """All that descends from this process."""
        children: dict[int, list[Process]] = {}
        for process in processes(self.proc):
            children.setdefault(process.parent, []).append(process)
        found: list[Process] = []
        waiting = [os.getpid()]
        while waiting:
            new = children.pop(waiting.pop(), [])
            found += new
            waiting += [process.number for process in new]
        return found

    def _share(self, process: Process) -> int:
        """Bytes in use, of each shared page this process's share (the kernel's "Pss")."""
        for line in _read(self.proc, f"{process.number}/smaps_rollup").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
        return 0

    @staticmethod
    def _end(pidfd: int) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def end_all(self) -> None:
        """Kill what is left of the submission, where no namespace ends with the worker."""
        deadline = time.monotonic() + END_SECONDS
        while (left := self.started()) and time.monotonic() < deadline:
            for process in left:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(process.number, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(process.number, os.WNOHANG)
            time.sleep(0.005)
