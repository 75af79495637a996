"""The grader's side of the walls: a warm process, and the workers that it forks."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from .cgroups import Group
from .inside.limits import Limits
from .inside.watchdog import NEW_ITEM
from .inside.wire import Connection
from .walls import Walls

START_SECONDS = 120
FORK_SECONDS = 30
END_SECONDS = 10


class SandboxError(Exception):
    """The grader's own fault: the walls or the warm process failed."""


class WarmProcess:
    """Torch, imported once inside the walls, ready to fork. Restarted when it is found dead."""

    def __init__(self, walls: Walls) -> None:
        self.walls = walls
        self.program: subprocess.Popen[bytes] | None = None
        self.control: socket.socket | None = None

    def __enter__(self) -> WarmProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def worker(self, limits: Limits) -> Worker:
        """Fork a fresh worker. Raises SandboxError if that is impossible."""
        for attempt in range(2):
            if self.program is None or self.program.poll() is not None:
                self.close()
                self._start()
            try:
                return self._fork(limits)
            except OSError as error:
                self.close()
                if attempt:
                    raise SandboxError(f"the warm process does not fork: {error}") from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self.control is not None:
            self.control.close()
        if self.program is not None:
            self.program.kill()
            self.program.wait()
            assert self.program.stderr is not None
            self.program.stderr.close()
        self.program = self.control = None

    def _start(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = self.walls.command(theirs.fileno())
        self.program = subprocess.Popen(
            command,
            executable=shutil.which(command[0]),  # on our PATH, not on the one inside
            env=self.walls.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self.control.settimeout(START_SECONDS)
        try:
            ready = self.control.recv(16) == b"ready"
        except TimeoutError:
            ready = False
        if not ready:
            self.program.kill()
            _, errors = self.program.communicate()
            last = errors.decode(errors="replace").strip().splitlines()[-1:]
            raise SandboxError(f"the warm process did not start: {' '.join(last)}")

    def _fork(self, limits: Limits) -> Worker:
        assert self.control is not None
        wire, their_wire = socket.socketpair()
        status, their_status = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        request = json.dumps(limits.as_json()).encode()
        with their_wire, their_status:
            socket.send_fds(self.control, [request], [their_wire.fileno(), their_status.fileno()])
        worker = Worker(Connection(wire), status)
        if self.walls.cgroup is not None:
            worker.confine(self.walls.cgroup, limits)
        return worker


class Worker:
    """A submission's process, seen from outside: its wire, its end, and the means to end it."""

    def __init__(self, connection: Connection, status: socket.socket) -> None:
        self.connection, self.status = connection, status
        self.ended: dict[str, Any] | None = None
        self.group: Group | None = None
        self.last_words = b""
        status.settimeout(FORK_SECONDS)
        said, descriptors, _, _ = socket.recv_fds(status, 4096, 1)
        if not descriptors:
            connection.close()
            status.close()
            raise SandboxError(f"there is no worker: {_why(said)}")
        self.pidfd = descriptors[0]

    def confine(self, cgroup: Path, limits: Limits) -> None:
        """Put the worker, which has not begun yet, into a control group of its own."""
        try:
            self.group = Group(cgroup, self.pidfd, limits)
        except OSError as error:
            self.kill()
            raise SandboxError(f"the worker gets no control group: {error}") from error

    def new_item(self) -> bool:
        """Tell the guardian that another item begins, with CPU time of its own.

        False if the worker can't go on: it has ended, or just now passed a limit.
        """
        try:
            self.status.settimeout(END_SECONDS)
            self.status.send(NEW_ITEM)
            self.last_words = self.status.recv(4096)
        except OSError:
            return False
        return self.last_words == NEW_ITEM

    def kill(self) -> dict[str, Any]:
        """End the worker and all it started; how it ended.

        `exit`: its own exit status if it had ended by itself, -9 if it is killed here; `cpu`:
        seconds; `memory`: bytes; `over`: the limit that it passed, what it used, and what was
        allowed, or None.
        """
        if self.ended is None:
            with suppress(ProcessLookupError):  # it ended by itself
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            self.ended = self._report()
            os.close(self.pidfd)
            self.connection.close()
            self.status.close()
            self._leave_group()
        return self.ended

    def _leave_group(self) -> None:
        if self.group is not None:
            assert self.ended is not None
            used = self.group.memory_over()
            if used is not None:
                self.ended["over"] = ["memory", used, self.group.limits.memory]
            self.group.end()

    def died(self, within: float) -> bool:
        """Whether the worker has ended by itself, waiting for that at most so many seconds."""
        ready, _, _ = select.select([self.pidfd], [], [], within)
        return bool(ready)

    def _report(self) -> dict[str, Any]:
        said = self.last_words
        if said in (b"", NEW_ITEM):
            self.status.settimeout(END_SECONDS)
            try:
                said = self.status.recv(4096)
            except OSError:  # late, or the guardian is gone
                said = b""
        return dict(json.loads(said or b"{}"))


def _why(said: bytes) -> str:
    """What the guardian gave as its reason, where it came to that."""
    return str(json.loads(said)["error"]) if said else "its guardian is gone"
