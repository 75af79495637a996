"""`nbgrader autograde`, and the button in formgrader, with our verdicts: nothing is executed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.errors import GraderFault
from autograder.nbgrader.home import Home
from autograder.result import read_result
from autograder.submission import Handed

RESULTS = "results"  # where `autograder grade` puts them by default


class Verdict(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no annotations
    """Takes the place of nbgrader's preprocessors: nothing is executed in nbgrader's process.

    `autograder grade` grades all that nbgrader was asked for, when the first of it comes, and
    records it. nbgrader empties each folder in `autograded/` before it asks; so that is written
    anew from the result.
    """

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        asked = resources["nbgrader"]
        converter: Autograde = self.parent.parent  # of the exporter, which registered this
        course: CourseDirectory = converter.coursedir
        if getattr(converter, "graded_by_us", None) != asked["assignment"]:
            _grade(course, asked["assignment"], regrade=converter.force)
            converter.graded_by_us = asked["assignment"]
        folder = Path(
            course.format_path(course.submitted_directory, asked["student"], asked["assignment"])
        )
        handed = Handed(asked["student"], asked["assignment"], folder)
        result = read_result(
            Path(course.root) / RESULTS / handed.student / handed.assignment / "result.json"
        )
        if result is None or result.status != "graded":
            raise GraderFault(f"{handed.student} has no result: {getattr(result, 'error', None)}")
        written = Home(course).write(handed, result)
        return nbformat.reads(written, as_version=4), resources


def _grade(course: CourseDirectory, assignment: str, regrade: bool) -> None:
    """Grade and record, in a process of its own: here may be a server that must not stop."""
    submitted = course.format_path(course.submitted_directory, "", "")
    command = [sys.executable, "-m", "autograder", "grade", submitted, "--assignment", assignment]
    command += ["--out", str(Path(course.root) / RESULTS), "--gradebook", course.db_url]
    if course.student_id != "*":
        command += ["--student", course.student_id]
    if regrade:
        command += ["--regrade"]
    done = subprocess.run(
        command, cwd=course.root, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode == 2 or "Traceback" in done.stderr:
        raise GraderFault(done.stderr.strip())
