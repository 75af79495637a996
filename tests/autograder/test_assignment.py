"""An assignment is its lesson: items and points are what the lesson's metadata says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from classwork import MISTAKES, TASK

from autograder.assignment import assignment, known_assignments, reference
from autograder.course import course_root
from autograder.errors import WrongUsage

SPEC = {
    "encoder": 4, "decoder": 1, "reparametrize": 2, "forward": 1, "loss_function": 1,
    "train_vae": 2, "cvae": 3, "train_cvae": 2,
}  # fmt: skip

WRITTEN_ANSWER = """
```{code-cell} ipython3
---
nbgrader:
  grade: true
  grade_id: essay
  locked: false
  points: 7
  schema_version: 3
  solution: true
---
```
"""

Course = Callable[..., Path]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """`course((pattern, replacement), ...)`: a course of its own whose lesson is so changed."""

    def make(*edits: tuple[str, str]) -> Path:
        root = tmp_path / "course"
        shutil.copytree(course_root() / "solutions", root / "solutions")
        shutil.copy(course_root() / "nbgrader_config.py", root)
        lesson = root / "solutions" / TASK / f"{TASK}.md"
        text = lesson.read_text(encoding="utf-8")
        for pattern, replacement in edits:
            text, count = re.subn(pattern, replacement, text)
            assert count == 1, f"{pattern} is there {count} times"
        lesson.write_text(text, encoding="utf-8")
        return root

    return make


def test_the_items_have_the_points_of_the_text() -> None:
    items = assignment(TASK).items
    assert {item.name: item.points for item in items} == SPEC
    assert assignment(TASK).max_score == 16
    assert not any(item.manual for item in items)


def test_the_reference_is_the_solution() -> None:
    assert hasattr(reference(TASK), "reparametrize")
    assert Path(reference(TASK).__file__ or "") == assignment(TASK).folder / "vae.py"


def test_an_unknown_assignment_is_wrong_usage_and_the_message_says_which_there_are() -> None:
    with pytest.raises(WrongUsage, match=f"no assignment 'fc_vea'.*{TASK}"):
        assignment("fc_vea")
    assert TASK in known_assignments()


def test_points_come_from_the_lesson_alone(course: Course) -> None:
    root = course((r"(grade_id: reparametrize\n.*\n  points: )2\n", r"\g<1>5\n"))
    result = _graded(root, MISTAKES["logvar-as-std"].module)
    item = next(item for item in result["items"] if item["name"] == "reparametrize")
    assert result["max_score"] == 19.0
    assert item["max_points"] == 5.0
    # Two of the six shares are those of the checks that pass.
    assert item["points"] == pytest.approx(5 / 3, abs=1e-3)
    assert result["score"] == pytest.approx(14 + 5 / 3, abs=1e-3)


def test_an_item_that_people_grade_is_manual_and_counts_for_no_score(course: Course) -> None:
    root = course((r"\Z", WRITTEN_ANSWER))
    found = _printed(root, "a = assignment('fc_vae'); print(a.max_score, a.items[-1])")
    assert found == "16.0 Item(name='essay', points=7.0, manual=True)"


def test_an_item_without_a_check_is_the_graders_fault(course: Course) -> None:
    checked = WRITTEN_ANSWER.replace("solution: true", "solution: false")
    root = course((r"\Z", checked.replace("essay", "train_gan")))
    result = _graded(root, "", status=1)
    assert result["status"] == "failed" and "score" not in result
    assert "train_gan has no check" in result["error"]


def test_an_assignment_with_two_modules_is_incomplete(course: Course) -> None:
    root = course()
    (root / "solutions" / TASK / "second.py").write_text("")
    code = "\ntry: assignment('fc_vae')\nexcept Exception as e: print(type(e).__name__, e)"
    assert re.match("WrongUsage .* must hold one module .* or none", _printed(root, code))


def _printed(root: Path, code: str) -> str:
    """What that code prints in that course; in a process of its own, since assignments are kept."""
    program = f"from autograder.assignment import assignment; {code}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _graded(root: Path, module: str, status: int = 0) -> dict:  # type: ignore[type-arg]
    """The result of that module by the command `grade`, given in that course."""
    (root / "vae.py").write_text(module, encoding="utf-8")
    command = [sys.executable, "-c", "from autograder.cli import main; raise SystemExit(main())"]
    done = subprocess.run(
        [*command, "grade", "vae.py", "--out", "out"], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == status, done.stderr
    found: dict = json.loads((root / "out" / "vae" / TASK / "result.json").read_text())  # type: ignore[type-arg]
    return found
