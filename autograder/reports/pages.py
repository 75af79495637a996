"""The pages as HTML: each one self-contained, without scripts, with nothing loaded from anywhere.

All that is put into a template goes through `_harmless` and Jinja's escaping; nothing is ever
marked as safe.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.feedback import APOLOGY, MARKS, points, said_of, score
from autograder.reports.attention import concerned, concerns
from autograder.reports.summary import FEW, SAFE, summaries
from autograder.result import Result
from autograder.text import printable, prose_and_code


def class_page(results: Sequence[Result], unreadable: Sequence[Path]) -> str:
    """The report on a class: a section for each assignment; `unreadable` are named as they are."""
    sections = [(summary, concerns(summary.results)) for summary in summaries(results)]
    return _template("class.html").render(sections=sections, unreadable=unreadable)


def student_page(result: Result) -> str:
    """What `feedback.md` says, as a page."""
    return _template("student.html").render(
        result=result,
        apology=APOLOGY,
        score=score(result),
        items=[said_of(item) for item in result.items],
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": points, "prose_and_code": prose_and_code, "name": _name}
    environment.filters["concerned"] = concerned
    environment.globals |= {"MARKS": MARKS, "SAFE": SAFE, "FEW": FEW, "place_of": _place}
    return environment


def _template(name: str) -> Any:
    return _environment().get_template(name)


def _harmless(value: Any) -> Any:
    """Text without control characters; what a macro made is markup, and went through here."""
    return value if hasattr(value, "__html__") else printable(str(value))


def _name(student: str) -> str:
    return printable(student).strip() or "(a name without letters)"


def _place(result: Result) -> str:
    """Where the student's page lies from the class report, as a URL."""
    folders = (quote(os.fsencode(part), safe="") for part in (result.student, result.assignment))
    return "/".join((".", *folders, "feedback.html"))
