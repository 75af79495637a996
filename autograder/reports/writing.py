"""The reports of a folder of results, written beside them."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import WrongUsage
from autograder.lock import alone
from autograder.reports.pages import class_page, student_page
from autograder.result import results_in, write_page


def write_reports(folder: Path) -> tuple[Path, int, list[Path]]:
    """Write the class report, and beside each result the student's page; results stay as they are.

    Returns the report's path, how many students' pages there are, and the results that can't be
    read. Raises WrongUsage if the folder holds no results, or a grader is at work on it, and
    GraderFault if a page can't be written.
    """
    if not folder.is_dir():
        raise WrongUsage(f"There is no folder {folder}. Name one that was graded into.")
    results, unreadable = results_in(folder)
    if not results and not unreadable:
        raise WrongUsage(
            f"{folder} holds no results, which are STUDENT/ASSIGNMENT/result.json. "
            f"Grade first: autograder grade SUBMITTED --out {folder}"
        )
    report = folder / "report.html"
    with alone(folder):
        for result in results:
            page = folder / result.student / result.assignment / "feedback.html"
            write_page(page, student_page(result))
        named = [path.relative_to(folder) for path in unreadable]
        write_page(report, class_page(results, named))
    return report, len(results), unreadable
