"""A Dask cluster of processes: a scheduler, and workers with a folder and a home of their own each.

with Cluster(tmp_path) as cluster:
    cluster.start_worker("one")
    subprocess.run(["autograder", "grade", ..., "--scheduler", cluster.address])
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from distributed import Client

START_SECONDS = 600  # on a machine that is busy otherwise
DASK = [sys.executable, "-m", "dask"]
LOCAL = ["--host", "127.0.0.1", "--no-dashboard"]


class Cluster:
    """The processes, which end with the `with` block."""

    def __init__(self, base: Path) -> None:
        self.base = base.resolve()
        self.base.mkdir(parents=True, exist_ok=True)
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        file = self.base / "scheduler.json"
        command = ["scheduler", *LOCAL, "--port", "0", "--scheduler-file", str(file)]
        self.scheduler = self._start("scheduler", command)
        until(file.exists)
        self.address = str(json.loads(file.read_text())["address"])

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        if "client" in self.__dict__:
            self.client.close()
        for process in (*self.workers.values(), self.scheduler):
            end(process)

    @cached_property
    def client(self) -> Client:
        return Client(self.address, set_as_default=False)

    def start_worker(self, name: str, **environment: str) -> None:
        """Start a worker below a nanny, with one thread, and wait until the scheduler knows it."""
        known = len(self.client.nthreads())
        command = ["worker", self.address, *LOCAL, "--nthreads", "1", "--name", name]
        self.workers[name] = self._start(name, command, **environment)
        until(lambda: len(self.client.nthreads()) > known)

    def begun(self) -> dict[str, int]:
        """The workers that have begun to grade a submission, by address, with their processes."""
        with suppress(OSError):  # one of them was lost this moment
            stacks = self.client.call_stack()
            busy = [address for address, stack in stacks.items() if "_grade_alike" in str(stack)]
            return dict(self.client.run(os.getpid, workers=busy)) if busy else {}
        return {}

    def _start(self, name: str, command: list[str], **more: str) -> subprocess.Popen[bytes]:
        folder, home = self.base / name, self.base / f"{name}-home"
        folder.mkdir()
        home.mkdir()
        environment = {key: value for key, value in os.environ.items() if key != "XDG_CACHE_HOME"}
        environment |= {"HOME": str(home), "OMP_NUM_THREADS": "1", **more}
        with (self.base / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [*DASK, *command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a process group, to be ended as a whole
            )


def end(process: subprocess.Popen[Any]) -> None:
    """End a process and its group, if it has not ended by itself, and wait for it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(true: Callable[[], object]) -> None:
    """Wait for something; fails where it does not come."""
    deadline = time.monotonic() + START_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)
