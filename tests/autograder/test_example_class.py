"""The bundled class: graded by the command, it comes out as its README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from classwork import CLASS, ITEMS, TASK, lost_items, without_seconds

from autograder.course import course_root
from autograder.result import Result, read_result

# The misconceptions that are named, by student; nobody else is told of one.
NAMED = {
    "boris": {"logvar-as-std"},
    "chen": {"bce-mean-over-pixels"},
    "fatima": {"relu-on-both-heads"},
    "goran": {"decoder-no-sigmoid"},
    "hana": {"decodes-mu"},
    "ines": {"label-only-in-encoder"},
    "jonas": {"uniform-noise", "no-batch-average"},
    "nuno": {"cat-on-batch-axis"},
    "olga": {"image-size-baked"},
    "quentin": {"encoder-two-layers", "mu-logvar-swapped"},
    "sven": {"in-place-on-logvar"},
    "umut": {"kl-sign"},
    "vera": {"relu-not-called"},
}
WRITTEN = ("result.json", "feedback.md")
CHEATER = "pablo"  # whatever it answers may look like something

ROW = re.compile(r"^\| (\w+) \| (.+) \| (.+) \| ((?:at least |under )?\d+) \|$", re.MULTILINE)
TABLE = {row[1]: row for row in ROW.finditer((CLASS / "README.md").read_text(encoding="utf-8"))}
STUDENTS = sorted(path.name for path in (CLASS / "submitted").iterdir())


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders of results, from the same command given twice."""
    return _grade(tmp_path_factory.mktemp("first")), _grade(tmp_path_factory.mktemp("second"))


def _grade(out: Path) -> Path:
    command = [sys.executable, "-c", "from autograder.cli import main; raise SystemExit(main())"]
    arguments = ["grade", CLASS / "submitted", "--out", out, "--jobs", "2"]
    done = subprocess.run(
        [*command, *map(str, arguments)], cwd=course_root(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(STUDENTS)
    return out


def test_the_readme_describes_every_student() -> None:
    assert sorted(TABLE) == STUDENTS
    assert len(STUDENTS) >= 15


@pytest.mark.parametrize("student", STUDENTS)
def test_a_student_gets_the_score_of_the_table(student: str, graded: tuple[Path, Path]) -> None:
    result = _result(graded[0], student)
    bound, _, number = TABLE[student][4].rpartition(" ")
    assert result.status == "graded" and result.score is not None
    if bound == "at least":
        assert float(number) <= result.score < 16
    elif bound == "under":
        assert result.score < float(number)
    else:
        assert result.score == float(number)


@pytest.mark.parametrize("student", STUDENTS)
def test_a_student_loses_points_in_the_items_of_the_table(
    student: str, graded: tuple[Path, Path]
) -> None:
    listed = TABLE[student][3]
    expected = set(ITEMS) if listed == "all" else set(re.findall(r"`(\w+)`", listed))
    assert bool(expected) == (listed != "–")
    assert set(lost_items(_result(graded[0], student))) == expected


@pytest.mark.parametrize("student", [name for name in STUDENTS if name != CHEATER])
def test_a_students_mistake_is_named(student: str, graded: tuple[Path, Path]) -> None:
    items = _result(graded[0], student).items
    named = {check.misconception for item in items for check in item.checks}
    assert named - {None} == NAMED.get(student, set())


@pytest.mark.parametrize("student", STUDENTS)
def test_feedback_is_there_for_everyone_with_the_score_in_it(
    student: str, graded: tuple[Path, Path]
) -> None:
    text = (graded[0] / student / TASK / "feedback.md").read_text(encoding="utf-8")
    score = _result(graded[0], student).score or 0
    assert text.startswith(f"# {TASK}: {student}\n")
    assert f"**{score:.2f}".rstrip("0").rstrip(".") in text


def test_the_cheater_leaves_nothing_outside_the_results(graded: tuple[Path, Path]) -> None:
    for out in graded:
        found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
        written = {
            f"{s}/{TASK}/{name}" for s in STUDENTS for name in ("result.json", "feedback.md")
        }
        assert found == written | {".lock"}


def test_code_that_names_a_gpu_is_told_that_it_ran_without(graded: tuple[Path, Path]) -> None:
    assert "cuda" in " ".join(_result(graded[0], "dalia").notes)
    assert _result(graded[0], "ada").notes == ()


def test_the_class_graded_twice_gives_the_same_bytes_but_for_the_seconds(
    graded: tuple[Path, Path],
) -> None:
    first, second = graded
    for student in STUDENTS:
        for name in WRITTEN:
            one, other = ((out / student / TASK / name).read_text("utf-8") for out in graded)
            assert without_seconds(one) == without_seconds(other), f"{student}: {name}"
    assert first != second


def _result(out: Path, student: str) -> Result:
    result = read_result(out / student / TASK / "result.json")
    assert result is not None
    return result
