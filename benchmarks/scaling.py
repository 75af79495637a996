"""What two cores are to one, and what a cluster costs: the same class, again and again.

The class hands in fc_vae: right variants and known mistakes by turns. It is graded

    --jobs 1, --jobs 2          on this machine
    --scheduler, 1 or 2 workers by Dask, its scheduler and workers being processes of this machine,
                                with a folder and a home of their own each and one thread

What known mistakes do is found out beforehand, and kept for all of them.

    all of it   seconds from the start of the command to its end
    a submission  seconds between results, from the first one to the last: without the start
    efficiency  how much of the second core's time is of use: half the ratio to the row before
    overhead    milliseconds of a submission that are Dask's: beyond the same number of jobs

With Dask there are processes more: the scheduler, the command itself, which reads submissions and
writes results, and the workers around their grading processes. On two cores they take from these.

    .venv/bin/python benchmarks/scaling.py [--count N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "autograder"))

from dask_cluster import Cluster
from whole_class import TASK, class_of

GRADE = [sys.executable, "-m", "autograder", "grade"]


@dataclass(frozen=True)
class Took:
    """Seconds: of all of it, and between two results."""

    whole: float
    each: float


def hand_in(folder: Path, count: int) -> Path:
    """A module for each student."""
    folder.mkdir()
    for student, module in class_of(count).items():
        (folder / f"{student}.py").write_bytes(module)
    return folder


def graded(submitted: Path, out: Path, *how: str) -> Took:
    """Grade the class once more, into a folder of its own. Exits if that fails."""
    started = time.perf_counter()
    times = []
    command = [*GRADE, str(submitted), "--assignment", TASK, "--out", str(out), *how]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as run,
    ):
        assert run.stdout is not None
        for _ in run.stdout:
            times.append(time.perf_counter() - started)
        if run.wait():
            errors.seek(0)
            sys.exit(f"{' '.join(command)} ended with {run.returncode}:\n{errors.read()}")
    return Took(time.perf_counter() - started, (times[-1] - times[0]) / (len(times) - 1))


def main() -> None:
    parser = argparse.ArgumentParser(description="One core, two cores, and a cluster.")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="of the class")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    took: dict[str, Took] = {}
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        os.environ["XDG_CACHE_HOME"] = str(base / "cache")
        submitted = hand_in(base / "submitted", options.count)
        graded(submitted, base / "first", "--jobs", "1")
        for jobs in (1, 2):
            took[f"--jobs {jobs}"] = graded(submitted, base / f"{jobs}", "--jobs", f"{jobs}")
        with Cluster(base / "dask") as cluster:
            for workers in (1, 2):
                cluster.start_worker(f"{workers}", XDG_CACHE_HOME=str(base / "cache"))
                took[f"--scheduler, {workers}"] = graded(
                    submitted, base / f"dask-{workers}", "--scheduler", cluster.address
                )
    one, two, dask_one, dask_two = took.values()
    print(f"\n{options.count} submissions{'':7}{'all of it':>10}{'a submission':>14}"
          f"{'efficiency':>12}{'overhead':>10}")  # fmt: skip
    rows = zip(took.items(), ("", efficiency(one, two), "", efficiency(dask_one, dask_two)),
               ("", "", overhead(one, dask_one), overhead(two, dask_two)), strict=True)  # fmt: skip
    for (name, times), use, more in rows:
        print(f"{name:22}{times.whole:10.1f}{times.each:14.3f}{use:>12}{more:>10}")
    print(f"\ncores here: {len(os.sched_getaffinity(0))}, load: {os.getloadavg()[0]:.1f}")


def efficiency(one: Took, two: Took) -> str:
    return f"{one.each / two.each / 2:.0%}"


def overhead(here: Took, there: Took) -> str:
    return f"{1000 * (there.each - here.each):.0f} ms"


if __name__ == "__main__":
    main()
