"""What many tests share: one warm process behind the walls, and submissions made of text."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterator

import pytest
import torch
from hypothesis import settings

from autograder.diagnosis import as_submission
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.process import WarmProcess
from autograder.sandbox.walls import choose
from autograder.student import Student
from autograder.submission import Submission

pytest.register_assert_rewrite("every_lesson", "lessons")  # tests and helpers that many take over

# FUZZ=100000 pytest tests/autograder/sandbox: a long search with new inputs.
settings.register_profile("quick", deadline=None, derandomize=True, database=None)
settings.register_profile(
    "long", deadline=None, max_examples=int(os.environ.get("FUZZ", "100")), database=None
)
settings.load_profile("long" if "FUZZ" in os.environ else "quick")
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmProcess]:
    """A warm process behind the walls."""
    with WarmProcess(choose("bwrap")) as process:
        yield process


@pytest.fixture(scope="session")
def submission() -> Callable[[str], Submission]:
    """`submission(text)`: what a student handed in whose `vae.py` is that text."""
    return lambda text: as_submission("fc_vae", "ada", textwrap.dedent(text))


@pytest.fixture
def walled(
    warm: WarmProcess, submission: Callable[[str], Submission]
) -> Iterator[Callable[..., Student]]:
    """`walled(text, **limits)`: the student object of such a submission, ready for a check."""
    students: list[Student] = []

    def begin(text: str, **limits: int) -> Student:
        students.append(Student(warm, submission(text), Limits(**limits)))
        students[-1]._begin(0, (), ())
        return students[-1]

    yield begin
    for student in students:
        student._close()
