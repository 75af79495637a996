"""The zip for Gradescope, laid out and run as Gradescope's harness does it.

What `setup.sh` installs is taken from this environment: building an image is not tested.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from gradescope_format import must_be_documented

from autograder.course import course_root
from autograder.exports.gradescope import NOT_GRADED

ROOT = course_root()
SCRIPT = ROOT / "scripts" / "gradescope_zip.py"


def build(*arguments: str, cwd: Path, status: int = 0) -> str:
    command = [sys.executable, str(SCRIPT), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zipped")
    build("fc_vae", cwd=folder)
    return folder / "gradescope-fc_vae.zip"


@pytest.fixture
def harness(zipped: Path, tmp_path: Path) -> Path:
    """The folder that is /autograder at Gradescope, after the image was built."""
    folder = tmp_path / "autograder"
    shutil.unpack_archive(zipped, folder / "source")
    shutil.copy(folder / "source" / "run_autograder", folder)
    (folder / "run_autograder").chmod(0o755)
    (folder / "source" / "venv").symlink_to(sys.prefix)
    (folder / "submission").mkdir()
    (folder / "results").mkdir()
    return folder


def run(harness: Path, **changes: str) -> dict[str, Any]:
    """Run it, as Gradescope does, and read the results."""
    environment = {**os.environ, "AUTOGRADER": str(harness), **changes}
    command = [str(harness / "run_autograder")]
    done = subprocess.run(command, cwd=harness, env=environment, capture_output=True, text=True)
    (harness / "results" / "stdout").write_text(done.stdout + done.stderr)
    record: dict[str, Any] = json.loads((harness / "results" / "results.json").read_text())
    must_be_documented(record)
    return record


def test_a_submission_is_graded_and_its_json_is_as_gradescope_documents_it(harness: Path) -> None:
    handed_in = ROOT / "examples" / "class" / "submitted" / "emeka" / "fc_vae"
    shutil.copytree(handed_in, harness / "submission", dirs_exist_ok=True)
    record = run(harness)
    assert record["score"] == 7.0, (harness / "results" / "stdout").read_text()
    points = {test["name"]: test["score"] for test in record["tests"]}
    assert points["encoder"] == 4.0 and points["forward"] == 0.0
    assert sum(points.values()) == record["score"]
    assert sum(test["max_score"] for test in record["tests"]) == 16.0
    assert "`forward` is not written yet." in str(record["tests"])
    assert (harness / "submission" / "vae.py").read_bytes() == (handed_in / "vae.py").read_bytes()


def test_where_the_walls_cannot_be_had_there_is_a_message_and_no_score(harness: Path) -> None:
    (harness / "submission" / "vae.py").write_text("")
    programs = harness / "bin"
    programs.mkdir()
    for name in ("bash", "cp", "id", "mkdir", "mktemp", "mv", "rm"):
        (programs / name).symlink_to(shutil.which(name) or "")
    assert run(harness, PATH=str(programs)) == json.loads(NOT_GRADED)
    assert "bubblewrap is not installed" in (harness / "results" / "stdout").read_text()


def test_the_zip_has_its_scripts_at_the_root_and_no_other_assignments_solution(
    zipped: Path,
) -> None:
    with zipfile.ZipFile(zipped) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
        settings = archive.read("settings.sh").decode()
    assert all(modes[script] & stat.S_IXUSR for script in ("setup.sh", "run_autograder"))
    assert settings == "ASSIGNMENT=fc_vae\nWALLS=bwrap\nTORCH_INDEX=''\n"
    solutions = {name.split("/")[2] for name in modes if name.startswith("course/solutions/")}
    assert solutions == {"fc_vae"}
    assert not any(part in name for name in modes for part in ("__pycache__", "tests/", ".git"))


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_shell_can_read_the_scripts(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / "scripts" / "gradescope" / script], check=True)


def test_what_is_asked_for_wrongly_is_said(tmp_path: Path) -> None:
    assert "There is no assignment 'nothing'" in build("nothing", cwd=tmp_path, status=2)
    (tmp_path / "gradescope-fc_vae.zip").write_text("mine")
    assert "is there already" in build("fc_vae", cwd=tmp_path, status=2)


def test_walls_and_where_torch_is_found_can_be_chosen(tmp_path: Path) -> None:
    options = ("--walls", "process", "--torch-index", "https://torch.example/a b")
    build("fc_vae", *options, "--out", "other.zip", cwd=tmp_path)
    shutil.unpack_archive(tmp_path / "other.zip", tmp_path)
    script = 'set -u; . ./settings.sh; printf "%s\\n" $WALLS ${TORCH_INDEX:+-i "$TORCH_INDEX"}'
    said = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert said.stdout.splitlines() == ["process", "-i", "https://torch.example/a b"]
