"""A copy of the course to play a term in, with nbgrader's own commands and an exchange of its own.

    course = copy_course(tmp_path)
    course.run("nbgrader", "release_assignment", "fc_vae")
    course.run("nbgrader", "fetch_assignment", "fc_vae", user="ada")

Everyone has a home of their own, with the settings that an instructor would put there. All are the
same user of this machine, so a student's name stands in these settings too.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat

ROOT = Path(__file__).parents[2]
EXTRA = ROOT / "tests" / "course"  # a small assignment more, laid over the copy
LEFT_OUT = {".git", ".venv", "results", "submitted", "autograded", "feedback", "build",
            "gradebook.db", "__pycache__", ".ipynb_checkpoints"}  # fmt: skip
INSTRUCTOR = "instructor"


@dataclass(frozen=True)
class Course:
    """A course directory, the homes of who takes part, and the exchange between them."""

    base: Path

    @property
    def folder(self) -> Path:
        return self.base / "course"

    @property
    def exchange(self) -> Path:
        return self.base / "exchange"

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder}/gradebook.db"

    def home(self, user: str) -> Path:
        """Their home; it is made, with nbgrader's settings in it, when it is first asked for."""
        home = self.base / "homes" / user
        if not home.exists():
            lines = ["c = get_config()", f"c.Exchange.root = {str(self.exchange)!r}"]
            if user != INSTRUCTOR:
                lines += ["c.CourseDirectory.course_id = 'generative-models'",
                          f"c.CourseDirectory.student_id = {user!r}"]  # fmt: skip
            (home / ".jupyter").mkdir(parents=True)
            (home / ".jupyter" / "nbgrader_config.py").write_text("\n".join(lines))
        return home

    def environment(self, user: str = INSTRUCTOR) -> dict[str, str]:
        """What a process of theirs sees: this Python, the copy's packages, and their own home."""
        # The cache stays: tests have one of their own, with what grading keeps from run to run.
        theirs = ("IPYTHON", "JUPYTER", "NBGRADER", "XDG_CONFIG", "XDG_DATA", "XDG_RUNTIME")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
        return {
            **kept,
            "HOME": str(self.home(user)),
            # nbgrader calls alembic, and formgrader nbgrader, by their names.
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            # The editable installs are found last, by a finder: this comes before them.
            "PYTHONPATH": str(self.folder),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }

    def run(
        self, *command: str, user: str = INSTRUCTOR, cwd: Path | None = None, status: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the course, or in the student's home; fails if it ends otherwise."""
        done = subprocess.run(
            command,
            cwd=cwd or (self.folder if user == INSTRUCTOR else self.home(user)),
            env=self.environment(user),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == status, (
            f"{' '.join(command)} ended with {done.returncode}, not {status}, for {user}.\n"
            f"--- standard output\n{done.stdout}\n--- standard error\n{done.stderr}"
        )
        return done

    def hand_in(self, user: str, assignment: str) -> Path:
        """A submission as nbgrader collects it, still as it was released; the folder."""
        folder = self.folder / "submitted" / user / assignment
        shutil.copytree(self.folder / "assignments" / assignment, folder)
        (folder / "timestamp.txt").write_text("2026-10-05 21:14:03.518127 UTC")
        (folder / "submission_secret.txt").write_text(secrets.token_hex(64))
        return folder


def copy_course(base: Path) -> Course:
    """A copy of this course in a new folder below `base`, with an empty exchange beside it."""
    course = Course(base.resolve())
    shutil.copytree(ROOT, course.folder, ignore=_left_out)
    if EXTRA.is_dir():
        shutil.copytree(EXTRA, course.folder, ignore=_left_out, dirs_exist_ok=True)
    course.exchange.mkdir()
    course.exchange.chmod(0o777)  # nbgrader wants it writable for everyone
    return course


def _left_out(folder: str, names: list[str]) -> set[str]:
    left_out = LEFT_OUT | {"tests"} if Path(folder) == ROOT else LEFT_OUT
    return {name for name in names
            if name in left_out or name.endswith((".egg-info", "_cache", ".whl"))}  # fmt: skip


def right_answers(assignment: str) -> dict[str, str]:
    """What the lesson has in its solution cells, by their `grade_id`."""
    lesson = jupytext.read(next(folder / assignment / f"{assignment}.md"
                                for folder in (EXTRA / "solutions", ROOT / "solutions")
                                if (folder / assignment).is_dir()))  # fmt: skip
    marks = {cell.metadata.nbgrader.grade_id: cell.source for cell in lesson.cells
             if cell.metadata.get("nbgrader", {}).get("solution")}  # fmt: skip
    return {name: re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", text)
            for name, text in marks.items()}  # fmt: skip


def write_answers(notebook: Path, answers: dict[str, str]) -> None:
    """Put a student's answers into their notebook, by `grade_id`, and save it."""
    content = nbformat.read(notebook, as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in content.cells}
    for name, answer in answers.items():
        cells[name].source = answer
    nbformat.write(content, notebook)
