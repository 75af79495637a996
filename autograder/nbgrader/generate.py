"""`nbgrader generate_assignment`, as this course needs it: from a lesson to what students get."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config import Config

from autograder import assignment
from autograder.course import course_root
from autograder.errors import WrongUsage
from autograder.nbgrader.config import course_directory, settings
from autograder.source import files_beside, name_cells, notebook_source

Processed = tuple[NotebookNode, dict[str, Any]]


class Lesson(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no annotations
    """Stands first: begins with the lesson itself, whatever is in the notebook paired with it."""

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> Processed:
        return notebook_source(resources["nbgrader"]["assignment"]), resources


class FilesBeside(NbGraderPreprocessor):  # type: ignore[misc]  # as above
    """Stands last: writes the modules, without their solutions, and the assets.

    If it fails, nbgrader removes the folder.
    """

    def preprocess(self, notebook: NotebookNode, resources: dict[str, Any]) -> Processed:
        name = resources["nbgrader"]["assignment"]
        course = self.parent.parent.coursedir  # of the converter, which made the exporter
        folder = Path(course.format_path(course.release_directory, ".", name))
        for file, content in files_beside(name).items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(content)
        nbformat.validate(notebook)
        return notebook, resources


def copy_nothing() -> None:
    """Let nbgrader copy nothing that lies beside a lesson, in this process.

    It would copy all as it is, modules with their solutions too, before `FilesBeside` could write
    what students get; a kill in between would leave a solution to be released.
    """

    def init_assignment(converter: BaseConverter, assignment: str, student: str) -> None:
        if not isinstance(converter, GenerateAssignment):
            _copy_all(converter, assignment, student)

    BaseConverter.init_assignment = init_assignment


_copy_all = BaseConverter.init_assignment


def generate(name: str, into: Path, gradebook: str | None) -> None:
    """Run nbgrader's converter on one lesson, into the folder `into`.

    In the gradebook at this URL, if any, all cells with their points become known. Raises
    WrongUsage where the lesson can't be released.
    """
    notebook_source(name), files_beside(name)  # what is wrong with them is said in our words
    root = course_root()
    config = Config(settings(root))
    config.SaveCells.enabled = gradebook is not None
    course = course_directory(
        root, assignment_id=name, release_directory=str(into), db_url=gradebook or ""
    )
    converter = GenerateAssignment(
        coursedir=course, config=config, no_database=gradebook is None, force=True
    )
    with _errors_of(converter) as logged:
        try:
            converter.start()
        except NbGraderException as error:
            lesson = root / "solutions" / name / f"{name}.md"
            raise WrongUsage(f"{lesson} can't be released: {_reason(logged)}") from error


def released_notebook(name: str) -> NotebookNode:
    """The notebook that students get of a lesson."""
    return _released(course_root(), name)


@cache
def _released(root: Path, name: str) -> NotebookNode:
    pair_lessons(root)
    with TemporaryDirectory() as temporary:
        generate(name, Path(temporary), None)
        return nbformat.read(Path(temporary) / name / f"{name}.ipynb", as_version=4)


@contextmanager
def _errors_of(converter: GenerateAssignment) -> Iterator[list[str]]:
    """What nbgrader logs as an error meanwhile."""
    logged: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logged.append(record.getMessage())

    converter.log = logging.Logger("generate", logging.ERROR)
    converter.log.addHandler(Keep())
    yield logged


def _reason(logged: list[str]) -> str:
    """The exception that nbgrader met, of which it logs the traceback; else what it said first."""
    for message in logged:
        if message.startswith("Traceback"):
            _, _, reason = message.strip().split("\n")[-1].partition(": ")
            return reason
    return logged[0] if logged else "nbgrader does not say why"


# --- the instructor's notebook beside the lesson ----------------------------------------------


def pair_lessons(root: Path) -> None:
    """Write the notebook beside each lesson that has none yet: nbgrader looks for notebooks."""
    for path in sorted(root.glob("solutions/*/*.md")):
        if path.stem == path.parent.name and not path.with_suffix(".ipynb").exists():
            pair(path)


def pair(path: Path) -> Path | None:
    """Write the notebook of the lesson at `path` beside it, unless it says the same already.

    Raises WrongUsage where the notebook has changes that the lesson has not.
    """
    notebook = assignment.lesson(path)
    paired = path.with_suffix(".ipynb")
    if paired.exists():
        there = nbformat.read(paired, as_version=4)
        there.metadata = notebook.metadata  # kernels don't matter
        if jupytext.writes(there, "md:myst") == jupytext.writes(notebook, "md:myst"):
            return None  # with the outputs of its last run
        if paired.stat().st_mtime > path.stat().st_mtime:
            raise WrongUsage(
                f"{paired} was changed after {path.name}, which is what is released. "
                f"Run `jupytext --sync {paired}`, or remove it."
            )
    name_cells(notebook)
    jupytext.write(notebook, paired)
    return paired
