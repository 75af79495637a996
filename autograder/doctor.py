"""What this machine has, and what is missing for grading."""

from __future__ import annotations

import os
import platform
import textwrap
from pathlib import Path

from autograder import __version__
from autograder.assignment import assignment, known_assignments
from autograder.sandbox.cgroups import HOW_TO_DELEGATE
from autograder.sandbox.inside.limits import Limits, size
from autograder.sandbox.process import SandboxError, WarmProcess
from autograder.sandbox.walls import NoWalls, choose

LIMITS = Limits()
WALLS = {
    "bwrap": "No network, no files but the system's and Python's, and these read-only. Without it: "
    "students' code can read the course and the other submissions, write results, and send both "
    "away.",
    "namespaces": "Users, processes, mounts and IPC of each submission's own, which end with it. "
    "Without them: what a submission starts or leaves behind is there for the next one.",
    "privileges": "None, and no way to any. It is the second line: without it the filter below "
    "still refuses what privileges are for.",
    "seccomp": "No system calls for namespaces, mounts, tracing, sockets and kernel facilities "
    "with a history of holes. Without it: more of the kernel can be attacked.",
    "rlimits": f"Each process: {size(LIMITS.address_space)} of memory, {LIMITS.open_files} open "
    f"files, {size(LIMITS.file_size)} in one file. Without them: one allocation can be larger "
    "than what the watchdog sees coming.",
    "cgroup": f"The kernel ends a submission that takes more than {size(LIMITS.memory)} or starts "
    f"more than {LIMITS.processes} processes, at once. Without it: the watchdog does, a moment "
    "later.",
    "watchdog": f"All processes of a submission together: {size(LIMITS.memory)}, "
    f"{LIMITS.processes} processes and threads, {LIMITS.item_seconds:g} seconds of CPU time for "
    f"an exercise, {LIMITS.submission_seconds:g} for all. Without it: many small processes can "
    "take what one may not.",
}  # fmt: skip
TRIED = "(tried just now: a process was started behind them)"


def doctor() -> bool:
    """Print what is there and what is not; whether this machine can grade behind walls."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    _say("autograder", __version__)
    _say("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    _say("torch", torch.__version__)
    _say("cores", f"{cores}")
    _say("data", _data())
    for name in known_assignments():
        found = assignment(name)
        _say("assignment", f"{name}: {len(found.items)} items, {found.max_score:g} points")
    try:
        walls = choose("bwrap")
        with WarmProcess(walls) as warm:
            warm.worker(LIMITS).kill()
    except (NoWalls, SandboxError) as error:
        _say("walls", f"NONE: {error}")
        return False
    _say("walls", f"all that grading needs {TRIED}")
    for name, words in WALLS.items():
        _say(f"  {name}", f"{'yes' if name in walls.names else 'NO'}. {words}")
    if "cgroup" not in walls.names:
        _say("", f"To have cgroup too, {HOW_TO_DELEGATE}")
    return True


def _data() -> str:
    """Grading needs none; the lessons do."""
    folder = Path(os.environ.get("NNDL_DATA") or Path.home() / ".cache" / "nndl")
    there = (folder / "MNIST" / "raw").is_dir()
    return f"MNIST is {'' if there else 'not '}in {folder} (the lesson's; grading needs none)"


def _say(what: str, words: str) -> None:
    for number, line in enumerate(textwrap.wrap(words, 76, break_on_hyphens=False) or [""]):
        print(f"{what if number == 0 else '':<13}{line}".rstrip())
