"""What a result says, in nbgrader's gradebook: one transaction for a submission."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    get_alembic_version,
)
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from traitlets.config import Config

from autograder.errors import GraderFault, WrongUsage
from autograder.nbgrader.config import put_environment_on_path
from autograder.notebook.recovery import Recovered, parts_of
from autograder.result import ItemResult, Result
from nndl.written import count_words, marker

NO_RESPONSE = "No response."  # nbgrader's own words


class NotRecorded(GraderFault):
    """One submission can't be recorded; that says nothing of the others."""


@dataclass(frozen=True)
class Entry:
    """One submission as it is to be recorded.

    `seen` is the text of each marked cell when it was last recorded, by grade_id.
    """

    result: Result
    recovered: Recovered
    released: NotebookNode
    timestamp: datetime | None
    seen: Mapping[str, str]


@contextmanager
def opened(url: str, course_id: str) -> Iterator[Gradebook]:
    """The gradebook at any URL that SQLAlchemy takes, made if it is not there.

    Raises WrongUsage if it can't be opened.
    """
    put_environment_on_path()
    if shutil.which("alembic") is None:  # else nbgrader leaves a new one half made
        raise WrongUsage("nbgrader's gradebook needs the program alembic, which is not installed.")
    try:
        make_url(url)
    except (ArgumentError, ValueError) as error:  # whose message may quote of the password
        raise WrongUsage(
            f"{shown(url)} is no URL of a gradebook. One is sqlite:////home/me/course/gradebook.db."
        ) from error
    try:
        gradebook = Gradebook(url, course_id)
        _complete(gradebook)
    except (SQLAlchemyError, ValueError, ImportError) as error:
        raise WrongUsage(f"The gradebook {shown(url)} can't be opened: {_said(error)}") from error
    try:
        yield gradebook
    finally:
        gradebook.close()


def _complete(gradebook: Gradebook) -> None:
    """Note the version of the tables where nbgrader, killed when it made them, has not."""
    db = gradebook.db
    if not inspect(gradebook.engine).has_table("alembic_version"):
        db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    if db.execute(text("SELECT version_num FROM alembic_version")).first() is None:
        version = {"version": get_alembic_version()}
        db.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), version)
    db.commit()


def shown(url: str) -> str:
    """The URL without what may be a password in it."""
    scheme, separator, rest = url.partition("://")
    account, at, host = rest.rpartition("@")
    user = account.split(":")[0].split("?")[0]
    return f"{scheme.split(':')[0]}{separator}{user}{at}{host.split('?')[0]}"


def _said(error: Exception) -> str:
    """What the database says, in a line: without the statement and its values."""
    return " ".join(str(getattr(error, "orig", None) or error).split("\n")[0].split())


def record(gradebook: Gradebook, entry: Entry, settings: Config) -> None:
    """Write all that is known of a submission, or nothing.

    Points and comments given by hand stay. Raises GraderFault if the gradebook refuses, and
    NotRecorded if the course's plugin for late penalties breaks.
    """
    try:
        submission = _submission(gradebook, entry.result)
        submission.timestamp = entry.timestamp
        notebook = next(n for n in submission.notebooks if n.name == entry.result.assignment)
        _record_grades(notebook, entry)
        _record_comments(notebook, entry)
        gradebook.db.flush()
        gradebook.db.refresh(notebook)
        gradebook.db.refresh(submission)
        notebook.late_submission_penalty = _late_penalty(submission, notebook, settings)
        gradebook.db.commit()
    except SQLAlchemyError as error:
        raise _unusable(error) from error
    finally:
        gradebook.db.rollback()


def is_recorded(gradebook: Gradebook, entry: Entry) -> bool:
    """Whether the automatic points and the time of a submission are there as they should be.

    Raises GraderFault if the gradebook can't be read.
    """
    result = entry.result
    try:
        submission = gradebook.find_submission(result.assignment, result.student)
        notebooks = [n for n in submission.notebooks if n.name == result.assignment]
        points = {grade.cell.name: grade.auto_score for n in notebooks for grade in n.grades}
        wanted = {item.name: _automatic(item, entry.recovered) for item in result.items}
        return submission.timestamp == entry.timestamp and points == wanted
    except MissingEntry:
        return False
    except SQLAlchemyError as error:
        raise _unusable(error) from error
    finally:
        gradebook.db.rollback()


def _unusable(error: SQLAlchemyError) -> GraderFault:
    return GraderFault(
        f"The gradebook can't be used: {_said(error)}. What was recorded is kept: give the same "
        "command to continue."
    )


def knows(gradebook: Gradebook, released: NotebookNode, name: str) -> bool:
    """Whether it has this assignment, and the same cells with the same points.

    Raises GraderFault if it can't be read.
    """
    marks = [part.mark for part in parts_of(released)]
    points = {mark["grade_id"]: float(mark["points"]) for mark in marks if mark["grade"]}
    try:
        found = gradebook.db.query(Assignment).filter(Assignment.name == name).one_or_none()
        notebooks = [n for n in found.notebooks if n.name == name] if found else []
        return any({c.name: c.max_score for c in n.grade_cells} == points for n in notebooks)
    except SQLAlchemyError as error:
        raise _unusable(error) from error
    finally:
        gradebook.db.rollback()


def timestamp(folder: Path) -> datetime | None:
    """When a submission was handed in, in UTC, as nbgrader reads it; None if nobody knows."""
    try:
        if folder.is_symlink():
            return None
        with open(folder / "timestamp.txt", encoding="utf-8", opener=_unlinked) as file:
            found: datetime | None = parse_utc(file.read(100).strip())
        return found
    except Exception:  # dateutil's are of many kinds
        return None


def _unlinked(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)  # what waits for a writer too


# --- one submission ---------------------------------------------------------------------------


def _submission(gradebook: Gradebook, result: Result) -> SubmittedAssignment:
    """The submission in the gradebook, made if it is not there; nothing is committed yet."""
    db = gradebook.db
    assignment = db.query(Assignment).filter(Assignment.name == result.assignment).one()
    student = db.get(Student, result.student)
    if student is None:
        student = Student(id=result.student)
        db.add(student)
    mine = SubmittedAssignment.assignment == assignment, SubmittedAssignment.student == student
    submission = db.query(SubmittedAssignment).filter(*mine).one_or_none()
    if submission is None:
        submission = SubmittedAssignment(assignment=assignment, student=student)
    with db.no_autoflush:  # what is half made is not to be written
        # Of a submission that was noted for an extension before the release, nothing is there.
        there = {notebook.notebook_id for notebook in submission.notebooks}
        for notebook in assignment.notebooks:
            if notebook.id in there:
                continue
            handed_in = SubmittedNotebook(notebook=notebook, assignment=submission)
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                Grade(cell_id=cell.id, cell=cell, notebook=handed_in)
            for cell in (*notebook.solution_cells, *notebook.task_cells):
                Comment(cell_id=cell.id, cell=cell, notebook=handed_in)
        db.add(submission)
    return submission


def _record_grades(notebook: SubmittedNotebook, entry: Entry) -> None:
    items = {item.name: item for item in entry.result.items}
    texts = _texts(entry.recovered)
    for grade in notebook.grades:
        item = items.get(grade.cell.name)
        if item is None:
            continue  # a task cell: nothing in it is handed in
        before = grade.auto_score
        grade.auto_score = _automatic(item, entry.recovered)
        if grade.manual_score is None:
            grade.needs_manual_grade = grade.auto_score is None
        elif grade.auto_score != before or (
            item.status == "manual" and entry.seen.get(item.name) != texts[item.name]
        ):
            grade.needs_manual_grade = True  # a person gave points for something else


def _automatic(item: ItemResult, recovered: Recovered) -> float | None:
    """The points that need no person: of a written answer, none if there is none."""
    if item.status != "manual":
        return item.points
    return 0.0 if recovered.answers.get(item.name) == "" else None


def _record_comments(notebook: SubmittedNotebook, entry: Entry) -> None:
    parts = {part.name: part for part in parts_of(entry.released)}
    texts = _texts(entry.recovered)
    for comment in notebook.comments:
        name = comment.cell.name
        if name in parts:
            source = parts[name].cell.source
            unchanged = texts.get(name) == source
            said = _on_answer(source, entry.recovered.answers.get(name))
            is_answer = parts[name].is_answer
            comment.auto_comment = said if is_answer else NO_RESPONSE if unchanged else None


def _on_answer(released: str, answer: str | None) -> str | None:
    """What the person who grades should know of a written answer."""
    if answer is None:
        return "No cell for this answer was found. Is it elsewhere in the notebook?"
    if not answer:
        return NO_RESPONSE
    limit = getattr(marker(released), "limit", None)
    words = count_words(answer)
    if limit is not None and words > limit:
        return f"Over the word limit: {words} words where at most {limit} are asked for."
    return None


def _texts(recovered: Recovered) -> dict[str, str]:
    return {found.part.name: found.cell.source for found in recovered.cells if found.part}


def _late_penalty(
    submission: SubmittedAssignment, notebook: SubmittedNotebook, settings: Config
) -> float | None:
    """What nbgrader's plugin takes off, as nbgrader bounds it."""
    if submission.total_seconds_late <= 0:
        return None
    late, score, student = submission.total_seconds_late, notebook.score, submission.student.id
    try:
        preprocessor = AssignLatePenalties(config=settings)
        preprocessor.init_plugin()
        penalty: Any = preprocessor.plugin_inst.late_submission_penalty(student, score, late)
        return None if penalty is None else max(0.0, min(float(penalty), score))
    except Exception as error:  # it may be the course's own program
        raise NotRecorded(
            f"Not in the gradebook: the plugin for late penalties broke, {error!r}. The result is "
            "kept: give the same command to continue."
        ) from error
