"""What nbgrader's gradebook has for a submission: with the points given by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass

from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from autograder.course import course_root
from autograder.errors import WrongUsage
from autograder.nbgrader.config import course_directory
from autograder.nbgrader.gradebook import opened, shown


@dataclass(frozen=True)
class Total:
    """All points of a submission, less the late penalty; `is_final` if nobody has to look again."""

    score: float
    max_score: float
    is_final: bool


def totals(url: str, assignment: str) -> dict[str, Total]:
    """The totals of that assignment by student.

    Raises WrongUsage if there is no such gradebook, or nothing of the assignment in it.
    """
    if not _is_there(url):
        raise WrongUsage(f"There is no gradebook of nbgrader's at {shown(url)}.")
    with opened(url, course_directory(course_root()).course_id) as gradebook:
        try:
            found = {
                submission.student.id: Total(
                    max(0.0, submission.score - submission.late_submission_penalty),
                    submission.max_score,
                    not submission.needs_manual_grade,
                )
                for submission in gradebook.assignment_submissions(assignment)
            }
        except SQLAlchemyError as error:
            raise WrongUsage(f"The gradebook {shown(url)} can't be read: {error}") from error
    if not found:
        raise WrongUsage(f"The gradebook {shown(url)} has nothing of {assignment}.")
    return found


def _is_there(url: str) -> bool:
    """Whether there is a gradebook; nbgrader would make one, and so would SQLite."""
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and not os.path.isfile(address.database or ""):
            return False
        return inspect(create_engine(address)).has_table("submitted_assignment")
    except (SQLAlchemyError, ValueError, ImportError):
        return False
