"""The course as nbgrader knows it: its folders, its gradebook's address, its settings."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from jupyter_core.paths import jupyter_config_path
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Application, Config

from autograder.errors import WrongUsage

SETTINGS = "nbgrader_config"


@cache
def settings(root: Path) -> Config:
    """What nbgrader's commands find in `root`: the course's settings, and below them the user's.

    Raises WrongUsage if a file of settings can't be read.
    """
    loader = Application(raise_config_file_errors=True)
    try:
        loader.load_config_file(SETTINGS, path=[str(root), *jupyter_config_path()])
    except Exception as error:  # they are programs
        raise WrongUsage(f"nbgrader's settings can't be read: {error!r}") from error
    return loader.config


def course_directory(root: Path, **changes: str) -> CourseDirectory:
    """nbgrader's course directory; `changes` are traits of it, for example `assignment_id`."""
    given = {name: value for name, value in changes.items() if value}
    return CourseDirectory(config=settings(root), **{"root": str(root), **given})


def put_environment_on_path() -> None:
    """Let nbgrader find the `alembic` of its own environment, which it looks for by name.

    Else a new gradebook is left half made where that environment is not activated.
    """
    folder = os.path.dirname(sys.executable)
    path = os.environ.get("PATH", os.defpath)
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([folder, path])
