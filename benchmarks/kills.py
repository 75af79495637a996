"""A class graded by a cluster whose workers are killed, and the same class left in peace.

The class hands in fc_vae: right variants and known mistakes by turns. First it is graded here, in
peace. Then it is graded by a cluster, of which random workers are killed by SIGKILL while they
grade; their nannies start new ones. Results and feedback have to be those of the run in peace, how
long it took aside. The exit status is 1 if they are not.

Three workers that are lost with one submission make it a failed one, which the same command grades
again: how often it had to be given is told. For a grader on one machine that is killed, with its
gradebook, there is tests/autograder/measure_kills.py.

    .venv/bin/python benchmarks/kills.py [--count N] [--kills N] [--seed N] [--workers N]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "autograder"))

from classwork import without_seconds
from dask_cluster import Cluster
from scaling import GRADE, hand_in
from whole_class import TASK

MOST_COMMANDS = 5  # on the cluster, until all are graded
PAUSE = 2.0  # seconds at most between a result and the kill


@dataclass
class Storm:
    """What came of a class whose workers were killed, each after so many results."""

    kills: list[int] = field(default_factory=list)
    commands: int = 0
    seconds: float = 0.0
    status: int | None = None


def grade(base: Path, out: str, *how: str) -> subprocess.Popen[bytes]:
    """Begin to grade the class, or go on with it."""
    command = [*GRADE, str(base / "submitted"), "--assignment", TASK, "--out", str(base / out)]
    with (base / f"{out}-said").open("ab") as said:
        return subprocess.Popen(
            [*command, *how],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )


def finished(folder: Path) -> int:
    return sum(1 for _ in folder.glob("*/*/result.json"))


def wait_for(run: subprocess.Popen[bytes], folder: Path, results: int, pause: float) -> None:
    """Wait until there are so many results, and a moment longer; or until the run has ended."""
    while run.poll() is None and finished(folder) < results:
        time.sleep(0.05)
    with suppress(subprocess.TimeoutExpired):
        run.wait(pause)


def moments(chance: random.Random, count: int, kills: int) -> list[int]:
    """After how many results, of all together, each kill comes; the last ones are spared."""
    return sorted(chance.randrange(count * 9 // 10) for _ in range(kills))


def storm(base: Path, count: int, kills: int, chance: random.Random, workers: int) -> Storm:
    """Kill workers while they grade."""
    seen, left = Storm(), moments(chance, count, kills)
    with Cluster(base / "dask") as cluster:
        for number in range(workers):
            cluster.start_worker(f"{number}", XDG_CACHE_HOME=str(base / "cache"))
        started = time.monotonic()
        while seen.status != 0 and seen.commands < MOST_COMMANDS:
            run = grade(base, "there", "--scheduler", cluster.address)
            seen.commands += 1
            while left and run.poll() is None:
                wait_for(run, base / "there", left[0], chance.uniform(0, PAUSE))
                busy = list(cluster.begun().values())
                if busy:
                    with suppress(ProcessLookupError):
                        os.kill(chance.choice(busy), signal.SIGKILL)
                    seen.kills.append(finished(base / "there"))
                    del left[0]
            seen.status = run.wait()
        seen.seconds = time.monotonic() - started
    return seen


def differences(calm: Path, other: Path) -> Iterator[str]:
    """Results and feedback that are not the same, how long it took aside."""
    for name in sorted({p.relative_to(folder) for folder in (calm, other)
                        for p in folder.rglob("*") if p.is_file()}):  # fmt: skip
        one, two = calm / name, other / name
        if not one.exists() or not two.exists():
            yield f"{'new' if two.exists() else 'missing'}: {name}"
        elif without_seconds(one.read_text()) != without_seconds(two.read_text()):
            yield f"different: {name}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Workers that are killed, and a class in peace.")
    parser.add_argument("--count", type=int, default=200, metavar="N", help="of the class")
    parser.add_argument("--kills", type=int, default=20, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="and jobs in peace")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        os.environ["XDG_CACHE_HOME"] = str(base / "cache")
        hand_in(base / "submitted", options.count)
        started = time.monotonic()
        assert grade(base, "calm", "--jobs", str(options.workers)).wait() == 0
        calm = time.monotonic() - started
        chance = random.Random(options.seed)
        seen = storm(base, options.count, options.kills, chance, options.workers)
        different = list(differences(base / "calm", base / "there"))
        compared = sum(1 for path in (base / "calm").rglob("*") if path.is_file())
    print(f"{options.count} submissions in peace: {calm:.0f} s; {compared} files to compare")
    print(
        f"killed {len(seen.kills)} times, after so many results: {' '.join(map(str, seen.kills))}"
    )
    print(f"commands {seen.commands}, {seen.seconds:.0f} s, the last exit status {seen.status}")
    print(f"different: {'; '.join(different) or 'nothing'}")
    return int(bool(different or seen.status))


if __name__ == "__main__":
    sys.exit(main())
