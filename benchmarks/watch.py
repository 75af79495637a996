"""What a command costs: time, core-seconds and memory, with all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.03
WEIGH_EVERY = 30  # looks; to weigh takes longer


@dataclass(frozen=True)
class Cost:
    """What a command took for one submission of `count`, in seconds; and its memory, in bytes."""

    count: int
    wall: float
    cores: float
    memory: int = 0


class Watch(threading.Thread):
    """Adds up the CPU time of a process and of all that it starts, by looking often.

    The kernel's own sum (`RUSAGE_CHILDREN`) has no process in it for which nobody waited: the
    workers behind the walls are such. What a process used after the last look at it is missed,
    half of LOOK_SECONDS at most where it was busy. `memory` is the most that all had together.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.done = pid, threading.Event()
        self.seen: dict[int, float] = {}
        self.memory = 0

    def run(self) -> None:
        looks = 0
        while not self.done.wait(LOOK_SECONDS):
            there = tree(self.pid)
            for pid in there:
                self.seen[pid] = cpu(pid) or self.seen.get(pid, 0.0)
            if looks % WEIGH_EVERY == 0:
                self.memory = max(self.memory, sum(map(memory, there)))
            looks += 1

    def total(self) -> float:
        self.done.set()
        self.join()
        return sum(self.seen.values())


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for path in Path(f"/proc/{one}/task").glob("*/children"):
                found += map(int, path.read_text().split())
    return found


def cpu(pid: int) -> float:
    """CPU seconds of a process, all its threads together; 0 if it is gone."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def memory(pid: int) -> int:
    """Bytes of a process, with its share of what it shares with others; 0 if it is gone.

    All of what is shared where the kernel does not tell.
    """
    try:
        return 1024 * int(field(Path(f"/proc/{pid}/smaps_rollup"), "Pss:"))
    except PermissionError:
        return 1024 * int(field(Path(f"/proc/{pid}/status"), "VmRSS:"))
    except OSError:
        return 0


def field(path: Path, name: str) -> str:
    """The value on the line that begins with that name; "0" if there is none."""
    try:
        lines = path.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return "0"
    return next((line.split()[1] for line in lines if line.startswith(name)), "0")


def measured(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], count: int
) -> Cost:
    """Run a command, which grades so many submissions. Exits if it fails."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        ) as process,
    ):
        watch = Watch(process.pid)
        watch.start()
        status = process.wait()
        wall = time.perf_counter() - started
        cores = watch.total()
        if status:
            said.seek(0)
            sys.exit(f"{' '.join(command)} ended with {status}:\n{said.read()}")
    return Cost(count, wall / count, cores / count, watch.memory)
