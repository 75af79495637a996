"""The outer walls: which ones this machine can put up, and the command that does it.

Around the warm process stands bubblewrap: all namespaces new, no network, a read-only system
and Python environment, nothing of the home directory, the course or the grader. The inner
walls, one set per submission, are put up in `inside/enter.py`.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nndl
from autograder.course import course_root

from . import cgroups
from .inside import seccomp
from .inside.limits import SCRATCH

INSIDE = Path(__file__).parent / "inside"
KIT = Path("/walls")
NOBODY = 65534
ENVIRONMENT = {
    "USER": "student",
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}
HOW_TO_INSTALL = "sudo apt-get install bubblewrap"


class NoWalls(Exception):
    """The walls asked for can't be put up on this machine; the message says what to do."""


@dataclass(frozen=True)
class Walls:
    """How a warm process is started. `names` is what stands, and goes into every result.

    `cgroup` is the control group in which each worker gets one of its own, where that may be.
    """

    names: tuple[str, ...]
    cgroup: Path | None = None

    @property
    def isolated(self) -> bool:
        """Whether students' code is kept from the machine's files, network and processes."""
        return "bwrap" in self.names

    def command(self, control: int) -> list[str]:
        """The command that starts the warm process with the given control descriptor."""
        root = NOBODY if self.isolated and os.geteuid() == 0 else 0
        warm = [_python(), "-m", "inside.warm", str(control), ",".join(self.names), str(root)]
        if not self.isolated:
            return warm
        return [*_bubblewrap(as_root=bool(root)), *_mounts(), "--", *warm]

    def environment(self) -> dict[str, str]:
        scratch = SCRATCH if self.isolated else tempfile.gettempdir()
        kit = [KIT] if self.isolated else [INSIDE.parent, Path(nndl.__file__).parent.parent]
        return {
            **ENVIRONMENT,
            "PYTHONPATH": os.pathsep.join(map(str, kit)),
            "HOME": scratch,
            "TMPDIR": scratch,
            "MPLCONFIGDIR": f"{scratch}/matplotlib",
        }


def _python() -> str:
    """This Python, by the path at which it is found inside: there are no links to environments."""
    prefix, executable = Path(sys.prefix), Path(sys.executable)
    if not executable.is_relative_to(prefix):
        return str(executable)
    return str(prefix.resolve() / executable.relative_to(prefix))


def choose(kind: str) -> Walls:
    """The walls of the kind `bwrap`, `process` or `none`. Raises NoWalls where they can't be."""
    if sys.platform != "linux":
        raise NoWalls(f"Grading needs Linux, and this is {sys.platform}: use a virtual machine.")
    if kind == "none":
        return Walls(("none",))
    cgroup = cgroups.delegated()
    filters = ("seccomp",) if seccomp.available() else ()
    groups = ("cgroup",) if cgroup is not None else ()
    inner = ("privileges", *filters, "rlimits", *groups, "watchdog")
    if kind == "process":
        return Walls(("process", *inner), cgroup)
    reason = _missing_bubblewrap() or _missing_filter()
    if reason:
        raise NoWalls(reason)
    return Walls(("bwrap", "namespaces", *inner), cgroup)


def _missing_filter() -> str | None:
    if seccomp.available():
        return None
    return f"There is no filter of system calls for {platform.machine()}, only for x86-64 and ARM."


def _missing_bubblewrap() -> str | None:
    """Why bubblewrap can't be used here and what to do, or None where it can."""
    if shutil.which("bwrap") is None:
        return f"bubblewrap is not installed. Install it: {HOW_TO_INSTALL}"
    trial = [*_bubblewrap(as_root=os.geteuid() == 0), *_system(), "--", "/usr/bin/true"]
    done = subprocess.run(trial, capture_output=True, text=True)
    if done.returncode == 0:
        return None
    return (
        f"bubblewrap is installed but can't make its namespaces: {done.stderr.strip()}\n"
        "In a container, allow user namespaces (Docker: --security-opt seccomp=unconfined); "
        "on Ubuntu 24.04: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    )


def _bubblewrap(as_root: bool) -> list[str]:
    namespaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    namespaces += ["--unshare-cgroup-try", "--die-with-parent", "--new-session"]
    if as_root:  # the warm process itself gives root up, as soon as it runs
        return ["bwrap", *namespaces, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID",
                "--cap-add", "CAP_SETGID"]  # fmt: skip
    return ["bwrap", "--unshare-user", *namespaces, "--cap-drop", "ALL"]


def _system() -> list[str]:
    """The system's programs and libraries, read-only, and fresh /proc, /dev and scratch space."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib32", "lib64", "sbin"):
        folder = Path("/", name)
        if folder.is_symlink():
            arguments += ["--symlink", os.readlink(folder), str(folder)]
        elif folder.is_dir():
            arguments += ["--ro-bind", str(folder), str(folder)]
    arguments += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    return [*arguments, "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", SCRATCH]


def _mounts() -> list[str]:
    """What is seen inside: the system, the Python environment, `inside` and `nndl`."""
    python = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    shown = sorted(path for path in python if not path.is_relative_to("/usr"))
    arguments = _system()
    # bubblewrap makes missing parents for root alone, and root is given up inside.
    for folder in sorted({parent for path in (*shown, KIT / "inside") for parent in path.parents}):
        if not (folder.is_relative_to("/usr") or folder == Path("/")):
            arguments += ["--dir", str(folder)]
    if not any(path.is_relative_to("/tmp") for path in shown):
        arguments += ["--symlink", SCRATCH, "/tmp"]
    for path in shown:
        arguments += ["--ro-bind", str(path), str(path)]
    # The kit itself may be installed into the environment that is shown: then it is covered up.
    private = (INSIDE.parent.parent.resolve(), course_root().resolve())
    for path in private:
        if any(path.is_relative_to(root) for root in (*shown, Path("/usr"))):
            arguments += ["--tmpfs", str(path)]
    arguments += ["--ro-bind", str(INSIDE), str(KIT / "inside")]
    arguments += ["--ro-bind", str(Path(nndl.__file__).parent), str(KIT / "nndl")]
    return [*arguments, "--chdir", SCRATCH, "--remount-ro", "/"]
