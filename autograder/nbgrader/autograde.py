"""`nbgrader autograde`, and the button in formgrader, with our grading in place of nbgrader's.

nbgrader would run every notebook, next to the gradebook and as the instructor, and give up a
submission whose notebook is missing, renamed or damaged. Both ways to it end in one method, which
here calls `autograder grade`: so the verdicts are the same whichever way they are asked for.
"""

from __future__ import annotations

import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.nbgrader.config import course_directory


def grade_with_us() -> None:
    """Let nbgrader's autograding be ours, in this process. For `nbgrader_config.py`."""
    Autograde.start = _start


def _start(converter: Autograde) -> None:
    """Grade what nbgrader was asked for; its `--force` is our `--regrade`.

    In a process of its own: this one may be a server that is not to stop. Raises
    NbGraderException, as nbgrader expects, where something could not be graded.
    """
    course: CourseDirectory = converter.coursedir
    submitted = Path(course.format_path(course.submitted_directory, "", ""))
    students = _students(course, submitted)
    if not students:
        missing = f"{submitted} has no submission of {course.assignment_id!r} that is asked for."
        converter.log.error(missing)
        raise NbGraderException(missing)
    command = [sys.executable, "-m", "autograder", "grade", str(submitted)]
    command += ["--assignment", course.assignment_id, "--student", *students]
    command += ["--regrade"] if converter.force else []
    if course.db_url != course_directory(Path(course.root)).db_url:
        command += ["--gradebook", course.db_url]
    done = subprocess.run(
        command, cwd=course.root, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    for line in done.stdout.splitlines():
        converter.log.info(line)
    if done.returncode != 0:
        converter.log.error(done.stderr.strip())
        raise NbGraderException(f"autograder grade ended with status {done.returncode}")


def _students(course: CourseDirectory, submitted: Path) -> list[str]:
    """Who is asked for, of those who handed something in."""
    left_out = course.student_id_exclude.split(",")
    names = sorted(path.parent.name for path in submitted.glob(f"*/{course.assignment_id}"))
    return [name for name in names if fnmatchcase(name, course.student_id) and name not in left_out]
