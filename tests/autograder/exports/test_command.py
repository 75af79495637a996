"""`autograder export`: what is written, what is said, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from canvas_export import gradebook
from made_up import by_hand, graded, not_graded, result, worth, write

from autograder.cli import main

TO_CANVAS = ("--to", "canvas", "--canvas-gradebook")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder of results: two submissions, and one with which the grader failed."""
    return write(tmp_path / "results", graded("ada"), graded("boris"), not_graded("chen"))


@pytest.fixture
def canvas_file(tmp_path: Path) -> Path:
    path = tmp_path / "exported.csv"
    path.write_text(gradebook(possible=("2", "2", "2")))
    return path


def run(*arguments: object) -> int:
    return main(["export", *map(str, arguments)])


def test_a_spreadsheet_lies_in_the_folder_and_its_path_is_printed(results, capsys):
    assert run(results, "--to", "csv") == 0
    said = capsys.readouterr()
    assert said.out == f"{results}/results.csv\n"
    assert said.err == (
        "autograder: No score, since the grader failed: chen, fc_vae. Grade again.\n"
    )
    assert len((results / "results.csv").read_text().splitlines()) == 4


def test_canvas_gets_a_file_with_the_grades_of_the_graded(results, canvas_file, capsys):
    assert run(results, *TO_CANVAS, canvas_file) == 0
    said = capsys.readouterr()
    assert said.out == f"{results}/canvas-fc_vae.csv\n"
    assert "autograder: 2 grades for fc-vae (771235).\n" in said.err
    assert "the grader failed: chen" in said.err
    assert ",101," in (results / "canvas-fc_vae.csv").read_text()
    assert ",103," not in (results / "canvas-fc_vae.csv").read_text()


def test_gradescope_gets_a_file_for_each_submission(results, capsys):
    assert run(results, "--to", "gradescope") == 0
    written = [str(results / s / "fc_vae" / "gradescope.json") for s in ("ada", "boris", "chen")]
    assert capsys.readouterr().out.splitlines() == written
    assert all(Path(path).is_file() for path in written)


def test_the_same_command_again_says_what_it_replaces(results, capsys):
    run(results, "--to", "csv")
    capsys.readouterr()
    assert run(results, "--to", "csv") == 0
    assert f"{results}/results.csv was there, and is replaced." in capsys.readouterr().err


def test_a_named_file_that_is_there_is_left_alone(results, canvas_file, capsys):
    before = canvas_file.read_text()
    assert run(results, *TO_CANVAS, canvas_file, "--out", canvas_file) == 2
    assert "is there already" in capsys.readouterr().err and canvas_file.read_text() == before
    assert run(results, "--to", "csv", "--out", results / "mine" / "table.csv") == 0
    assert (results / "mine" / "table.csv").is_file()


def test_results_are_never_changed(results, canvas_file):
    before = {path: path.read_bytes() for path in results.rglob("result.json")}
    for arguments in (("--to", "csv"), ("--to", "gradescope"), (*TO_CANVAS, canvas_file)):
        assert run(results, *arguments) == 0
    assert {path: path.read_bytes() for path in results.rglob("result.json")} == before


def test_what_cannot_be_read_is_named_and_left_out(results, capsys):
    (results / "ada" / "fc_vae" / "result.json").write_text("{")
    assert run(results, "--to", "csv") == 1
    assert "ada/fc_vae/result.json can't be read" in capsys.readouterr().err
    assert "\nboris," in (results / "results.csv").read_text()


def test_points_by_hand_that_are_not_in_the_grades_are_said(tmp_path, canvas_file, capsys):
    handed_in = result("ada", worth("loss", 1.0, 2.0), by_hand("essay", 3.0))
    assert run(write(tmp_path / "r", handed_in), *TO_CANVAS, canvas_file) == 0
    assert "3 points are given by hand, and these grades are WITHOUT them." in (
        capsys.readouterr().err
    )


def test_canvas_takes_one_assignment_at_a_time(tmp_path, canvas_file, capsys):
    folder = write(tmp_path / "r", graded("ada"), graded("ada", assignment="dcgan"))
    assert run(folder, *TO_CANVAS, canvas_file) == 2
    assert "say --assignment, one of dcgan, fc_vae." in capsys.readouterr().err
    assert run(folder, *TO_CANVAS, canvas_file, "--assignment", "dcgan", "--column", "VAE") == 0
    assert (folder / "canvas-dcgan.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--to", "canvas"), "--canvas-gradebook FILE. In Canvas, open"),
        (("--to", "csv", "--column", "VAE"), "--column is for --to canvas alone."),
        (("--to", "gradescope", "--gradebook", "sqlite://"), "--gradebook is for --to canvas"),
        (("--to", "gradescope", "--out", "x.json"), "here are 3"),
        (("--to", "csv", "--assignment", "dcgan"), "holds no results of dcgan"),
    ],
)
def test_what_is_asked_for_wrongly_is_said(results, capsys, arguments, why):
    assert run(results, *arguments) == 2
    said = capsys.readouterr()
    assert why in said.err and said.out == ""


def test_a_folder_without_results_is_refused(tmp_path, capsys):
    assert run(tmp_path / "nowhere", "--to", "csv") == 2
    assert "holds no results, STUDENT/ASSIGNMENT/result.json." in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_the_graders_fault(results, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert run(results, "--to", "csv", "--out", tmp_path / "file" / "x.csv") == 1
    assert "can't be written" in capsys.readouterr().err
