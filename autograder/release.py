"""From `solutions/` to `assignments/`: what students get is derived, never written by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.assignment import assignment, known_assignments
from autograder.course import course_root
from autograder.errors import GraderFault
from autograder.nbgrader.config import course_directory
from autograder.nbgrader.generate import generate, pair, pair_lessons
from autograder.source import host, wheel_name


def release(names: list[str]) -> list[Path]:
    """Derive the assignments of these names, or all of them, and build the student's wheel.

    It goes through nbgrader's own converter, so that the gradebook knows every cell. Returns the
    files that were written. Raises WrongUsage where a lesson can't be released; `assignments/`
    stays as it was then.
    """
    names = names or known_assignments()
    paired = [path for name in names if (path := pair(assignment(name).folder / f"{name}.md"))]
    for name in names:
        derive(name)
    gradebook = course_directory(course_root()).db_url
    target = course_root() / "assignments"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".release-") as temporary:
        new = Path(temporary)
        build_wheel(new)
        for name in names:
            generate(name, new, gradebook)
        written = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
        for path in written:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(new / path, target / path)
    return paired + [target / path for path in written]


def warnings() -> list[str]:
    """What an instructor should know before handing out what was released."""
    if not host().is_placeholder:
        return []
    return [
        f"course.toml still names {host().github} as the place where the course is hosted: "
        "notebooks opened in Colab won't find their files. Change it there, and release again."
    ]


def derive(name: str) -> dict[str, bytes]:
    """All that students get of an assignment: the files' contents by their paths in it."""
    assignment(name)
    pair_lessons(course_root())
    with tempfile.TemporaryDirectory() as temporary:
        generate(name, Path(temporary), None)
        folder = Path(temporary) / name
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def build_wheel(folder: Path) -> Path:
    """Build the student's wheel into `folder`, without a network and the same every time."""
    root = course_root()
    with tempfile.TemporaryDirectory() as temporary:  # building leaves things beside the source
        source = Path(temporary) / "nndl"
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
        shutil.copytree(root / "nndl", source, ignore=ignored)
        shutil.copy(root / "LICENSE", source)
        for path in source.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)  # a wheel keeps the modes of files
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
        done = subprocess.run(
            [*pip, "--no-build-isolation", "--wheel-dir", str(folder), str(source)],
            # The earliest time that a zip file can hold, for all its members.
            env={**os.environ, "SOURCE_DATE_EPOCH": "315532800"},
            umask=0o022,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise GraderFault(f"The wheel of nndl could not be built:\n{done.stderr}")
    return folder / wheel_name()
