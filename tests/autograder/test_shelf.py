"""What is kept from one run to the next, and what is not believed."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from classwork import TASK

from autograder import shelf
from autograder.assignment import assignment
from autograder.checks import Check
from autograder.errors import StudentError
from autograder.grading import Outcome
from autograder.observations import Observation

CHECK = Check("decoder", 3)
SEEN = (Observation(torch.rand(3, 4).double(), 1e-3, 1e-5), Observation(torch.tensor(7.0), 0, 0))
RAISED = StudentError("raised", "no such thing", "KeyError", "vae.py", 7, "x = {}['a']", "forward")
OUTCOMES = [
    [Outcome("first", CHECK, "What is right.", None, SEEN)],
    [
        Outcome("first", CHECK, "What is right.", AssertionError("It is not."), SEEN[:1]),
        Outcome("second", CHECK, "What else is right.", RAISED, ()),
    ],
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_what_was_stored_is_fetched_as_it_was() -> None:
    shelf.store(TASK, "decoder-0", OUTCOMES)
    fetched = shelf.fetch(TASK, "decoder-0")
    assert fetched is not None
    assert [[_plain(o) for o in one] for one in fetched] == [
        [_plain(o) for o in one] for one in OUTCOMES
    ]
    for one, other in zip(fetched[0][0].observations, SEEN, strict=True):
        assert one.value.equal(other.value) and one.value.dtype == other.value.dtype


def test_nothing_is_fetched_where_nothing_was_stored() -> None:
    shelf.store(TASK, "decoder-0", OUTCOMES)
    assert shelf.fetch(TASK, "decoder-1") is None


@pytest.mark.parametrize(
    ("task", "file", "line", "other"),
    [
        (TASK, "vae.py", "class VAE(nn.Module):", "class VAE(nn.Module):  # a VAE"),
        ("bernoulli_vae", "bernoulli_vae.md", "return mean + std *", "return mean + 1.0 * std *"),
    ],
)
def test_what_was_stored_by_other_code_is_not_believed(
    cache: Path, monkeypatch: pytest.MonkeyPatch, task: str, file: str, line: str, other: str
) -> None:
    shelf.store(task, "decoder-0", OUTCOMES)
    course = cache / "course"
    (course / "solutions").mkdir(parents=True)
    shutil.copytree(assignment(task).folder, course / "solutions" / task)
    (course / "nbgrader_config.py").touch()
    monkeypatch.chdir(course)
    assignment.cache_clear()
    try:
        assert shelf.fetch(task, "decoder-0") is not None  # the same code, in another place
        changed = course / "solutions" / task / file
        text = changed.read_text(encoding="utf-8")
        assert line in text
        changed.write_text(text.replace(line, other), encoding="utf-8")
        assignment.cache_clear()  # another run reads it anew
        assert shelf.fetch(task, "decoder-0") is None
    finally:
        assignment.cache_clear()


@pytest.mark.parametrize(
    "content",
    [b"", b"garbage", pickle.dumps({"digest": "0"}, 2)],
    ids=["empty", "garbage", "incomplete"],
)
def test_a_damaged_file_is_as_good_as_none(cache: Path, content: bytes) -> None:
    shelf.store(TASK, "decoder-0", OUTCOMES)
    (file,) = (cache / "autograder").iterdir()
    file.write_bytes(content)
    assert shelf.fetch(TASK, "decoder-0") is None


def test_a_file_that_would_run_code_does_not(cache: Path) -> None:
    shelf.store(TASK, "decoder-0", OUTCOMES)
    (file,) = (cache / "autograder").iterdir()
    torch.save(_Touch(cache / "touched"), file)
    assert shelf.fetch(TASK, "decoder-0") is None
    assert not (cache / "touched").exists()


def test_a_folder_that_cannot_be_used_costs_nothing_but_time(cache: Path) -> None:
    (cache / "autograder").write_text("a file where the folder should be")
    shelf.store(TASK, "decoder-0", OUTCOMES)
    assert shelf.fetch(TASK, "decoder-0") is None


class _Touch:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def _plain(outcome: Outcome) -> tuple[object, ...]:
    error = outcome.error
    return outcome.name, outcome.check, outcome.statement, type(error), str(error)
