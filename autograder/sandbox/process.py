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
from typing import Any

from .inside.enter import Limits
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
        return Worker(Connection(wire), status)


class Worker:
    """A submission's process, seen from outside: its wire, its end, and the means to end it."""

    def __init__(self, connection: Connection, status: socket.socket) -> None:
        self.connection, self.status = connection, status
        self.ended: dict[str, Any] | None = None
        status.settimeout(FORK_SECONDS)
        said, descriptors, _, _ = socket.recv_fds(status, 4096, 1)
        if not descriptors:
            connection.close()
            status.close()
            raise SandboxError(f"there is no worker: {_why(said)}")
        self.pidfd = descriptors[0]

    def kill(self) -> dict[str, Any]:
        """End the worker and all it started; how it ended: `exit`, `cpu` seconds, `memory` bytes.

        A worker that had ended by itself has its own exit status; one that is killed here, -9.
        """
        if self.ended is None:
            with suppress(ProcessLookupError):  # it ended by itself
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            self.ended = self._report()
            os.close(self.pidfd)
            self.connection.close()
            self.status.close()
        return self.ended

    def died(self, within: float) -> bool:
        """Whether the worker has ended by itself, waiting for that at most so many seconds."""
        ready, _, _ = select.select([self.pidfd], [], [], within)
        return bool(ready)

    def _report(self) -> dict[str, Any]:
        self.status.settimeout(END_SECONDS)
        try:
            return dict(json.loads(self.status.recv(4096) or b"{}"))
        except (TimeoutError, OSError):
            return {}


def _why(said: bytes) -> str:
    """What the guardian gave as its reason, where it came to that."""
    return str(json.loads(said)["error"]) if said else "its guardian is gone"
