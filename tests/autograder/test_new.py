"""`autograder new`: what it lays out, and what it refuses. That it works: test_authoring.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder import new
from autograder.cli import main
from autograder.errors import WrongUsage

ROOT = Path(__file__).parents[2]
FILES = {
    "solutions/fresh/fresh.md",
    "nndl/labs/fresh.py",
    "autograder/checks/fresh.py",
    "autograder/misconceptions/fresh.py",
    "tests/corpus/fresh/right/in_a_loop.py",
}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with nothing in it yet."""
    (tmp_path / "nbgrader_config.py").touch()
    for folder in ("solutions", "autograder"):
        (tmp_path / folder).mkdir()
    monkeypatch.setattr(new, "PACKAGE", (tmp_path / "autograder").resolve())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found} - {"nbgrader_config.py"}


def test_it_lays_out_lesson_checks_mistakes_and_corpus_and_says_so(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "fresh"]) == 0
    assert files(course) == FILES
    said = capsys.readouterr().out
    assert all(part.replace("NAME", "fresh") in said for part in new.PARTS)
    assert "autograder release fresh" in said and "docs/authoring.md" in said


def test_the_name_stands_wherever_the_template_has_a_place_for_it(course: Path) -> None:
    new.new("fresh")
    texts = [(course / file).read_text() for file in files(course)]
    assert not any("NAME" in text for text in texts)
    assert 'nndl.lab("fresh")' in (course / "solutions/fresh/fresh.md").read_text()


def test_it_works_from_a_folder_within_the_course(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course / "solutions")
    new.new("fresh")
    assert files(course) == FILES


@pytest.mark.parametrize("name", ["", "Fresh", "9lives", "_fresh", "fresh-air", "../fresh", "é"])
def test_a_name_that_modules_cannot_have_is_refused(course: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match="small letters, digits and underscores"):
        new.new(name)
    assert files(course) == set()


def test_a_word_of_python_is_refused(course: Path) -> None:
    with pytest.raises(WrongUsage, match="'lambda' is a word of Python's own"):
        new.new("lambda")
    assert files(course) == set()


@pytest.mark.parametrize("name", ["torch", "json", "nndl", "autograder"])
def test_the_name_of_a_package_is_refused(course: Path, name: str) -> None:
    with pytest.raises(WrongUsage, match=f"There is a Python package or module '{name}'"):
        new.new(name)
    assert files(course) == set()


@pytest.mark.parametrize(
    "there",
    ["solutions/fresh/notes.txt", "nndl/labs/fresh.py", "autograder/checks/fresh.py",
     "autograder/misconceptions/fresh.py", "tests/corpus/fresh/right/a.py",
     "assignments/fresh/fresh.ipynb"],
)  # fmt: skip
def test_what_is_there_stays_and_nothing_comes_beside_it(course: Path, there: str) -> None:
    (course / there).parent.mkdir(parents=True)
    (course / there).write_text("mine")
    with pytest.raises(WrongUsage, match="is there already"):
        new.new("fresh")
    assert files(course) == {there}
    assert (course / there).read_text() == "mine"


def test_where_a_part_cannot_be_put_no_part_is_there(course: Path) -> None:
    (course / "tests").write_text("a file where a folder is wanted")
    with pytest.raises(WrongUsage, match="Nothing was made"):
        new.new("fresh")
    assert files(course) == {"tests"}


def test_outside_of_a_course_it_says_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUsage, match=f"is not in a course. Go to .*{ROOT}"):
        new.new("fresh")
    assert files(tmp_path) == set()


def test_in_the_course_of_another_installation_it_refuses(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new, "PACKAGE", ROOT / "autograder")
    with pytest.raises(WrongUsage, match="belongs to another course"):
        new.new("fresh")
    assert files(course) == set()
