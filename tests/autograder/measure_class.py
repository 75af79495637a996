"""What hostile submissions cost a class: time, memory, and what is left behind.

A class of 60, of which every second submission is hostile, is graded after one of 60 honest ones;
then an endless loop, a fork bomb and a memory bomb are each watched from their start to their end.

    .venv/bin/python tests/autograder/measure_class.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classwork import TASK
from hostile import (
    HALF,
    HOSTILE,
    WHOLE,
    Surroundings,
    a_secret,
    adopt_orphans,
    class_of,
    descendants,
    everything,
    hand_in,
    hand_in_honest,
)

from autograder.classroom import Order, grade_class
from autograder.errors import StudentError
from autograder.result import Result
from autograder.sandbox.inside.limits import Limits, size
from autograder.sandbox.process import WarmProcess
from autograder.sandbox.walls import choose
from autograder.student import Student
from autograder.submission import Submission, find

HALF_OF_THE_CLASS = 30
JOBS = len(os.sched_getaffinity(0))
BOMBS = {
    "endless loop": "def f():\n    while True: pass",
    "fork bomb": """
import os
def f():
    while True:
        try: os.fork()
        except OSError: pass
""",
    "memory bomb": """
def f():
    kept = []
    while True: kept.append(b"x" * (16 << 20))
""",
}


@dataclass
class Watched:
    """What was seen between the start and the end of something."""

    seconds: float = 0.0
    memory: int = 0  # bytes that the machine had less at the worst moment


@contextmanager
def watched() -> Iterator[Watched]:
    """Measure time and, every 20 ms, the memory of the whole machine."""
    seen, done = Watched(), threading.Event()
    started, before = time.monotonic(), available()

    def look() -> None:
        while not done.wait(0.02):
            seen.memory = max(seen.memory, before - available())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()
        seen.seconds = time.monotonic() - started


def available() -> int:
    """Bytes of memory that the machine has left."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/meminfo does not say what is available")


def spread() -> list[Path]:
    """Hostile submissions of as many classes as there is room for, every second class first."""
    first = {class_of(path): path for path in reversed(HOSTILE)}
    greedy = [path for number, path in first.items() if 25 <= number <= 30]
    others = [path for number, path in sorted(first.items()) if not 25 <= number <= 30]
    step = len(others) / (HALF_OF_THE_CLASS - len(greedy))
    chosen = [others[int(place * step)] for place in range(HALF_OF_THE_CLASS - len(greedy))]
    return sorted([*greedy, *chosen])


def grade(base: Path, name: str, hostile: list[Path]) -> tuple[list[Result], Watched, list[str]]:
    """Grade a class of honest submissions and these; what was left behind comes with it."""
    submitted = base / name
    secret = a_secret(base / f"{name}-secret" / "secret.py")
    for number in range(2 * HALF_OF_THE_CLASS - len(hostile)):
        honest = submitted / f"{number:02d}a-honest"
        hand_in_honest(WHOLE if number % 2 else HALF, honest, number)
        if number < len(hostile):
            path = hostile[number]
            hand_in(path, submitted / f"{number:02d}b-{path.stem}", Surroundings(honest, secret))
    before = everything(base)
    with watched() as seen:
        order = Order(base / f"{name}-out", jobs=JOBS)
        results = [result for result, _ in grade_class(find(submitted, TASK), order)]
    deadline = time.monotonic() + 10
    while descendants() - before["processes"] and time.monotonic() < deadline:
        time.sleep(0.05)
    after = everything(base)
    left = [what for what in before if _differs(what, before[what], after[what])]
    subprocess.run(["rm", "-rf", str(submitted)], check=True)  # some are too deep for Python
    return results, seen, left


def _differs(what: str, before: Any, after: Any) -> bool:
    return bool(after - before) if what == "processes" else before != after


def watch_bomb(warm: WarmProcess, text: str) -> tuple[str, Watched, dict[str, Any]]:
    """How a bomb ends: in whose words, after how long, and what it used."""
    handed = Submission("bomb", TASK, "", {"vae.py": text}, "vae.py")
    student = Student(warm, handed, Limits())
    student._begin(0, (), ())
    student._ready()
    worker = student._worker
    assert worker is not None
    with watched() as seen:
        try:
            student.f()
        except StudentError as error:
            verdict = str(error)
    assert worker.ended is not None
    return verdict, seen, worker.ended


def main() -> int:
    adopt_orphans(True)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tmp").mkdir()
        (Path(folder) / "home").mkdir()
        print("| class of 60 | graded | seconds | most memory | left behind |")
        print("|---|---|---|---|---|")
        # The first time, the shelf of what mistakes do is filled, and Python's own helpers start.
        for name, hostile in (("first-time", []), ("honest", []), ("every-second", spread())):
            results, seen, left = grade(Path(folder), name, hostile)
            graded = sum(result.status == "graded" for result in results)
            failed = failed or graded < len(results) or (bool(left) and name != "first-time")
            print(f"| {name}, {len(hostile)} hostile | {graded} of {len(results)} "
                  f"| {seen.seconds:.1f} | {size(seen.memory)} | {', '.join(left) or 'nothing'} |",
                  flush=True)  # fmt: skip
    print("\n| bomb | lives, seconds | CPU seconds | its memory | the machine's | verdict |")
    print("|---|---|---|---|---|---|")
    with WarmProcess(choose("bwrap")) as warm:
        warm.worker(Limits()).kill()
        for name, text in BOMBS.items():
            verdict, seen, used = watch_bomb(warm, text)
            print(f"| {name} | {seen.seconds:.2f} | {used['cpu']:.1f} | {size(used['memory'])} "
                  f"| {size(seen.memory)} | {verdict} |", flush=True)  # fmt: skip
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
