"""Where the course is: its root is an nbgrader course directory."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import WrongUsage


def course_root() -> Path:
    """The nearest folder upwards that holds `nbgrader_config.py` and `solutions/`.

    Falls back to the folder that this package is installed from. Raises WrongUsage if neither
    is a course.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / "nbgrader_config.py").is_file() and (folder / "solutions").is_dir():
            return folder
    raise WrongUsage(
        f"{here} is not in a course: no folder upwards has nbgrader_config.py and solutions/."
    )
