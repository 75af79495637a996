"""`autograder report`: what it writes, what it leaves alone, and what it says where it can't."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import a_class, not_graded, write

from autograder.cli import main
from autograder.lock import alone

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some results, with feedback beside one of them."""
    folder = write(tmp_path / "results", *a_class(4), not_graded("zoe"))
    (folder / "student000" / "fc_vae" / "feedback.md").write_text("# fc_vae: student000\n")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_it_writes_the_report_and_a_page_for_each_and_touches_nothing_else(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(folder)
    assert main(["report", str(folder)]) == 0
    after = files(folder)
    students = ("student000", "student001", "student002", "student003", "zoe")
    pages = {f"{student}/fc_vae/feedback.html" for student in students}
    assert after.keys() - before.keys() == pages | {"report.html"}
    assert {name: after[name] for name in before} == before
    said = capsys.readouterr()
    assert said.out == f"{folder}/report.html\n"
    assert said.err == f"Students' pages (5): {folder}/STUDENT/ASSIGNMENT/feedback.html\n"


def test_the_same_results_give_the_same_pages_and_others_replace_them(folder: Path) -> None:
    main(["report", str(folder)])
    first = files(folder)
    main(["report", str(folder)])
    assert files(folder) == first
    (zoe,) = a_class(1, seed=9)
    moved = folder / "zoe" / "fc_vae" / "result.json"
    moved.write_text(zoe.as_text().replace(zoe.student, "zoe"))
    main(["report", str(folder)])
    second = files(folder)
    assert second.keys() == first.keys()
    assert b"could not be graded" in first["zoe/fc_vae/feedback.html"]
    assert b"could not be graded" not in second["zoe/fc_vae/feedback.html"]
    assert second["report.html"] != first["report.html"]


def test_a_result_that_cannot_be_read_is_named_and_is_status_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "zoe" / "fc_vae" / "result.json").write_text("{")
    assert main(["report", str(folder)]) == 1
    assert f"{folder}/zoe/fc_vae/result.json can't be read" in capsys.readouterr().err
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "1 result is not in this report" in page and "zoe/fc_vae/result.json" in page
    assert str(folder) not in page
    assert (folder / "student000" / "fc_vae" / "feedback.html").exists()


def test_a_name_can_not_steer_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = folder / "\x1b[31mmallory" / "fc_vae" / "result.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    assert main(["report", str(folder)]) == 1
    broken.with_name("feedback.html").mkdir()
    write(folder, not_graded("\x1b[31mmallory"))
    assert main(["report", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "[31mmallory/fc_vae/result.json can't be read" in said
    assert "[31mmallory/fc_vae/feedback.html can't be written" in said
    assert "\x1b" not in said


def test_where_no_result_can_be_read_the_report_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "ada" / "fc_vae" / "result.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("")
    assert main(["report", str(tmp_path)]) == 1
    assert "ada/fc_vae/result.json" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_folder_without_results_is_wrong_usage_and_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "holds no results" in said.err and f"--out {tmp_path}" in said.err and not said.out
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    for other in ("gone", "file"):
        assert main(["report", str(tmp_path / other)]) == 2
        assert "There is no folder" in capsys.readouterr().err
    assert not (tmp_path / "gone").exists()


def test_while_a_grader_is_at_work_it_waits_for_another_time(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with alone(folder):
        assert main(["report", str(folder)]) == 2
    assert "at work" in capsys.readouterr().err
    assert not (folder / "report.html").exists()


def test_a_page_that_cannot_be_written_is_named_and_is_status_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "report.html").mkdir()
    assert main(["report", str(folder)]) == 1
    assert f"{folder}/report.html can't be written" in capsys.readouterr().err


def test_the_package_brings_its_templates(tmp_path: Path) -> None:
    """Built as pip builds it, from a copy: a build leaves files behind."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder",
                    ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    build = "from setuptools import setup; setup(script_args=['-q', 'build_py', '-d', 'built'])"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)
    here, built = (folder / "autograder" / "reports" for folder in (ROOT, tmp_path / "built"))
    brought = {path.name for path in built.iterdir()}
    assert {"class.html", "style.css"} < brought
    assert brought == {path.name for path in here.iterdir() if path.is_file()}
