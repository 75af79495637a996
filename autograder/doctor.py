"""What this machine has, and what is missing for grading."""

from __future__ import annotations

import os
import platform

from autograder import __version__
from autograder.assignment import assignment, known_assignments
from autograder.sandbox.inside import seccomp
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.process import SandboxError, WarmProcess
from autograder.sandbox.walls import NoWalls, choose


def doctor() -> bool:
    """Print what is there and what is not; whether this machine can grade behind walls."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"autograder  {__version__}")
    print(f"python      {platform.python_version()} on {platform.system()} {platform.machine()}")
    print(f"torch       {torch.__version__}")
    print(f"cores       {cores}")
    for name in known_assignments():
        found = assignment(name)
        print(f"assignment  {name}: {len(found.items)} items, {found.max_score:g} automatic points")
    trouble = _trial()
    if trouble:
        print(f"walls       NONE: {trouble}")
        return False
    print("walls       bubblewrap: no network, read-only system, nothing of the course inside")
    print("            namespaces: own users, processes, mounts and IPC for each submission")
    if seccomp.available():
        print("            seccomp: no new namespaces or mounts, no tracing, no kernel facilities")
    else:
        print(f"            seccomp: NOT HERE (no filter is written for {platform.machine()})")
    print("            rlimits and a watchdog: time, memory, processes, files")
    return True


def _trial() -> str | None:
    """Fork a worker behind the walls; what went wrong, or None."""
    try:
        with WarmProcess(choose("bwrap")) as warm:
            warm.worker(Limits()).kill()
    except (NoWalls, SandboxError) as error:
        return str(error)
    return None
