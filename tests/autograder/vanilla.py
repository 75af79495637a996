"""The same class through nbgrader as it comes, which runs every notebook, and through us.

    course = a_class(tmp_path / "ours", {"ada": module}, training=False)
    vanilla = as_it_comes(course, tmp_path / "vanilla")
    vanilla.run("nbgrader", "autograde", "fc_vae")
    course.run("autograder", "grade", "submitted/")
    points(vanilla)["ada"]["encoder"], points(course)["ada"]["encoder"]

Everyone hands in the whole notebook, with a module of fc_vae's; of another assignment, whose
exercises stand in the notebook, that notebook itself. Training takes most of a minute for each of
them; without it, fc_vae's lesson and hidden checks lose the cells and the items that need it, in
the copied course itself, so that both sides grade the same items.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import jupytext
from nbgrader.api import Gradebook
from nbgrader_course import Course, copy_course

from autograder.assignment import assignment

TASK = "fc_vae"
TRAINS = "train_"  # the functions with which a notebook trains a model begin with it
OURS = "grade_with_us()"  # in nbgrader_config.py: puts our grading in place of nbgrader's
NOWHERE = "http://127.0.0.1:9"
# For the kernels that nbgrader starts: no GPU, and no data but the stand-in.
OFFLINE = {
    "CUDA_VISIBLE_DEVICES": "",
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE),
}


def a_class(base: Path, work: Mapping[str, bytes], training: bool, task: str = TASK) -> Course:
    """A course with that assignment released, and handed in by these students with their work."""
    course = copy_course(base)
    if not training:
        leave_training_out(course)
    course.run("autograder", "release", task)
    for student, written in work.items():
        (course.hand_in(student, task) / assignment(task).main).write_bytes(written)
    return course


def copied(course: Course, base: Path) -> Course:
    """The same course once more, with its gradebook and what was handed in."""
    shutil.copytree(course.base, base)
    return Course(base.resolve())


def as_it_comes(course: Course, base: Path) -> Course:
    """The same course, where `nbgrader autograde` is nbgrader's own, with its own settings."""
    vanilla = copied(course, base)
    config = vanilla.folder / "nbgrader_config.py"
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [line for line in lines if not line.startswith(OURS)]
    assert len(left) == len(lines) - 1, f"{config.name} does not have the line {OURS}"
    config.write_text("".join(left), encoding="utf-8")
    return vanilla


def points(course: Course, task: str = TASK) -> dict[str, dict[str, float]]:
    """The automatic points in the gradebook, by student and item."""
    with Gradebook(course.database, "generative-models") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.auto_score is not None  # as of what people grade
            }
            for submission in gradebook.assignment_submissions(task)
        }


# --- without training -------------------------------------------------------------------------


def leave_training_out(course: Course) -> None:
    """Take the cells that train, and what depends on them, out of the lesson; and their checks."""
    lesson = course.folder / "solutions" / TASK / f"{TASK}.md"
    notebook = jupytext.read(lesson)
    gone: set[str] = set()
    kept = []
    for cell in notebook.cells:
        tree = ast.parse(re.sub("^%.*", "", cell.source, flags=re.MULTILINE)
                         if cell.cell_type == "code" else "")  # fmt: skip
        bound, read = _names(tree)
        if read & gone or any(_trains(node) for node in ast.walk(tree)):
            gone |= bound
        else:
            kept.append(cell)
    notebook.cells = kept
    jupytext.write(notebook, lesson, fmt="md:myst")
    lesson.with_suffix(".ipynb").unlink(missing_ok=True)  # it is paired anew with the lesson
    marks = [cell.metadata.get("nbgrader", {}) for cell in kept]
    _keep_checks(course.folder / "autograder" / "checks" / f"{TASK}.py",
                 {mark["grade_id"] for mark in marks if mark.get("grade")})  # fmt: skip


def _names(tree: ast.AST) -> tuple[set[str], set[str]]:
    """The names that a cell binds and those that it reads, its functions' own among them."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return bound | functions, read


def _trains(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id.startswith(TRAINS)
    )


def _keep_checks(path: Path, items: set[str]) -> None:
    """Leave the checks of these items alone in the file."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        named = _item(node) if isinstance(node, ast.FunctionDef) else None
        if named is not None and named not in items:
            del lines[node.decorator_list[0].lineno - 1 : node.end_lineno]
    path.write_text("".join(lines), encoding="utf-8")


def _item(check: ast.FunctionDef) -> str | None:
    """The item of a check, which its decorator names; None for another function."""
    for mark in check.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "item":
            return str(ast.literal_eval(mark.args[0]))
    return None
