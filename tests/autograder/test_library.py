"""The grader as a library: what `docs/library.md` shows runs, and what it promises holds."""

from __future__ import annotations

import multiprocessing
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import autograder
from autograder import Grader, GraderFault, WrongUsage, grade
from autograder.course import course_root
from autograder.sandbox.walls import HOW_TO_INSTALL

PAGE = course_root() / "docs" / "library.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
STUB = "def reparametrize(mu, logvar):\n    raise NotImplementedError\n"
HOSTILE = "import os, sys\nprint('{}', file=sys.stderr)\nos._exit(0)\n"


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `submitted/`, as the examples have it, of three who earn nothing."""
    folder = tmp_path_factory.mktemp("library")
    for student, text in (("ada", STUB), ("boris", "def f(:\n"), ("chen", HOSTILE)):
        (folder / "submitted" / student / "fc_vae").mkdir(parents=True)
        (folder / "submitted" / student / "fc_vae" / "vae.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader() as one:
        yield one


def run(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program from a file, as the grading process imports it again."""
    (cwd / "program.py").write_text(code)
    command = [sys.executable, "program.py"]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def test_the_first_example_grades_one_submission(class_folder):
    done = run(EXAMPLES[0], class_folder)
    lines = done.stdout.splitlines()
    assert lines[0] == "graded 0 16.0", done.stderr
    assert "reparametrize 0 missing" in lines[1:] and len(lines) == 9


def test_the_second_example_grades_a_class(class_folder):
    done = run(EXAMPLES[1], class_folder)
    assert done.stdout.splitlines() == ["ada 0", "boris 0", "chen 0"], done.stderr


def test_a_main_file_that_grades_when_it_is_imported_is_told_so(class_folder):
    done = run("import autograder\nautograder.grade('submitted/ada', 'fc_vae')", class_folder)
    assert 'under `if __name__ == "__main__":`' in done.stderr
    assert f"{GraderFault.__name__}: The grading process does not start." in done.stderr


def test_a_lost_process_is_replaced(grader, class_folder):
    folder = class_folder / "submitted" / "boris"
    grader.grade(folder, "fc_vae")
    processes = multiprocessing.active_children()
    assert processes
    for process in processes:
        process.kill()
        process.join()
    result = grader.grade(folder, "fc_vae")
    assert (result.status, result.student) == ("graded", "boris")


def test_whatever_is_handed_in_a_result_comes_of_it(grader, class_folder):
    hostile = grader.grade(class_folder / "submitted" / "chen" / "fc_vae" / "vae.py", "fc_vae")
    assert (hostile.status, hostile.score, hostile.student) == ("graded", 0, "vae")
    assert "ended the process" in str(hostile.items) or "is gone" in str(hostile.items)
    odd = grader.grade(PAGE, "fc_vae", student="ada\x1b[31m")
    assert (odd.status, odd.score, odd.student) == ("graded", 0, "ada\x1b[31m")
    assert "There is no vae.py" in odd.items[0].checks[0].message


def test_nothing_is_written_where_the_submission_lies(grader, class_folder):
    before = sorted(class_folder.rglob("*"))
    grader.grade(class_folder / "submitted" / "boris", "fc_vae")
    assert sorted(class_folder.rglob("*")) == before


def test_several_threads_may_use_it(grader, class_folder):
    folders = [class_folder / "submitted" / student for student in ("ada", "boris")] * 2
    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(lambda folder: grader.grade(folder, "fc_vae"), folders))
    assert [result.student for result in results] == ["ada", "boris"] * 2


def test_a_path_to_nothing_and_an_unknown_assignment_are_wrong_usage(grader, class_folder):
    with pytest.raises(WrongUsage, match="There is no nowhere"):
        grader.grade("nowhere", "fc_vae")
    with pytest.raises(WrongUsage, match="There is no assignment 'nothing'"):
        grader.grade(class_folder / "submitted" / "boris", "nothing")


def test_walls_that_cannot_be_had_are_wrong_usage(monkeypatch, tmp_path, class_folder):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongUsage, match=HOW_TO_INSTALL):
        grade(class_folder / "submitted" / "ada", "fc_vae")


def test_importing_it_is_light(tmp_path):
    heavy = ["IPython", "jupytext", "nbformat", "nbgrader", "numpy", "pytest", "torch"]
    found = f"print([m for m in {heavy} if m in sys.modules])"
    done = run(f"import sys, autograder\nfrom autograder import Grader, grade\n{found}", tmp_path)
    assert done.stdout == "[]\n", done.stderr
    done = run("import sys, autograder\nprint('autograder.classroom' in sys.modules)", tmp_path)
    assert done.stdout == "False\n", done.stderr


def test_all_of_it_is_there_and_typed():
    assert all(hasattr(autograder, name) for name in autograder.__all__)
    assert not hasattr(autograder, "nothing")
    assert (Path(autograder.__file__).parent / "py.typed").is_file()
