"""A class whose grading is killed again and again, and the same class left in peace.

The class hands in fc_vae: right variants and known mistakes by turns. First it is graded in peace.
Then the grader is killed by SIGKILL at random moments (by turns its first process alone, and all
of them at once), and the same command is given again each time. Then it is graded by a cluster, of
which random workers are killed while they grade; their nannies start new ones. Results and feedback
have to be those of the run in peace, how long it took aside. The exit status is 1 if they are not.

Three workers that are lost with one submission make it a failed one, which the same command grades
again: how often it had to be given is in the table.

    .venv/bin/python benchmarks/kills.py [--count N] [--kills N] [--seed N] [--jobs N]
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
    """What came of a class whose grading was killed."""

    kills: list[str] = field(default_factory=list)
    commands: int = 0
    seconds: float = 0.0
    status: int | None = None
    different: list[str] = field(default_factory=list)


def grade(base: Path, out: str, *how: str) -> subprocess.Popen[bytes]:
    """Begin to grade the class, or go on with it."""
    command = [*GRADE, str(base / "submitted"), "--assignment", TASK, "--out", str(base / out)]
    with (base / f"{out}-said").open("ab") as said:
        return subprocess.Popen(
            [*command, *how],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,  # a process group, to be killed as a whole
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


def storm_here(base: Path, count: int, kills: int, chance: random.Random, jobs: int) -> Storm:
    """Kill the grader."""
    seen, started = Storm(), time.monotonic()
    for number, results in enumerate(moments(chance, count, kills)):
        run = grade(base, "here", "--jobs", str(jobs))
        seen.commands += 1
        wait_for(run, base / "here", results, chance.uniform(0, PAUSE))
        alone = number % 2 == 0
        with suppress(ProcessLookupError):
            (os.kill if alone else os.killpg)(run.pid, signal.SIGKILL)
        if run.wait() == -signal.SIGKILL:
            seen.kills.append(f"{finished(base / 'here')}")
    seen.commands += 1
    seen.status = grade(base, "here", "--jobs", str(jobs)).wait()
    seen.seconds = time.monotonic() - started
    return seen


def storm_there(base: Path, count: int, kills: int, chance: random.Random, jobs: int) -> Storm:
    """Kill workers while they grade."""
    seen, left = Storm(), moments(chance, count, kills)
    with Cluster(base / "dask") as cluster:
        for number in range(jobs):
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
                    seen.kills.append(f"{finished(base / 'there')}")
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
    parser = argparse.ArgumentParser(description="A class that is killed, and one in peace.")
    parser.add_argument("--count", type=int, default=200, metavar="N", help="of the class")
    parser.add_argument(
        "--kills", type=int, default=20, metavar="N", help="here, and as many there"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="and workers")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    chance = random.Random(options.seed)
    storms = {}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        os.environ["XDG_CACHE_HOME"] = str(base / "cache")
        hand_in(base / "submitted", options.count)
        started = time.monotonic()
        assert grade(base, "calm", "--jobs", str(options.jobs)).wait() == 0
        calm = time.monotonic() - started
        for name, storm in (("here", storm_here), ("there", storm_there)):
            seen = storm(base, options.count, options.kills, chance, options.jobs)
            seen.different = list(differences(base / "calm", base / name))
            storms[name] = seen
        compared = sum(1 for path in (base / "calm").rglob("*") if path.is_file())
    print(f"{options.count} submissions in peace: {calm:.0f} s; {compared} files to compare")
    for name, what in (("here", "the grader"), ("there", "workers of a cluster")):
        seen = storms[name]
        print(f"\n{what}, killed {len(seen.kills)} times, after so many results: "
              f"{' '.join(seen.kills)}")  # fmt: skip
        print(f"commands {seen.commands}, {seen.seconds:.0f} s, the last exit status {seen.status}")
        print(f"different: {'; '.join(seen.different) or 'nothing'}")
    return int(any(seen.different or seen.status for seen in storms.values()))


if __name__ == "__main__":
    sys.exit(main())
