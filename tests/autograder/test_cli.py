"""The command line: exit statuses, what is said where, and runs that are continued."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import main
from autograder.sandbox.walls import HOW_TO_INSTALL, choose

AUTOGRADER = [sys.executable, "-c", "import sys; from autograder.cli import main; sys.exit(main())"]
STUB = "def reparametrize(mu, logvar):\n    raise NotImplementedError\n"


def autograder(*arguments: Any, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*AUTOGRADER, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", **changes},
        timeout=300,
    )


def hand_in(submitted: Path, student: str, text: str) -> None:
    folder = submitted / student / "fc_vae"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vae.py").write_text(text)


def result(out: Path, student: str) -> dict[str, Any]:
    return json.loads((out / student / "fc_vae" / "result.json").read_text())


def scores(stdout: str) -> list[str]:
    """Of each line student, assignment, score, and whether the result was kept; sorted."""
    found = [line.split(" ", 4) for line in stdout.splitlines()]
    kept = [" (kept)" if line[3:4] == ["(kept)"] else "" for line in found]
    return sorted(" ".join(line[:3]) + k for line, k in zip(found, kept, strict=True))


# --- a class, graded --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `submitted` and, after the first run, `out` and what the run said."""
    folder = tmp_path_factory.mktemp("course")
    hand_in(folder / "submitted", "ada", STUB)
    hand_in(folder / "submitted", "boris", "def f(:\n")
    hand_in(folder / "submitted", "chen\x1b[31m", "import os\nos._exit(0)\n")
    done = autograder("grade", folder / "submitted", "--out", folder / "out", "--jobs", 2)
    (folder / "status").write_text(str(done.returncode))
    (folder / "stdout").write_text(done.stdout)
    (folder / "stderr").write_text(done.stderr)
    return folder


def test_whatever_the_scores_graded_is_status_0(course: Path) -> None:
    assert (course / "status").read_text() == "0"


def test_standard_output_has_one_line_per_submission_and_no_more(course: Path) -> None:
    said = (course / "stdout").read_text()
    assert scores(said) == ["ada fc_vae 0/16", "boris fc_vae 0/16", "chen[31m fc_vae 0/16"]
    assert "\x1b" not in said


def test_standard_error_says_where_the_results_are(course: Path) -> None:
    said = (course / "stderr").read_text()
    assert said.endswith(f"Results and feedback: {course / 'out'}/STUDENT/ASSIGNMENT/\n")
    assert "\x1b" not in said


def test_every_student_has_a_result_and_feedback(course: Path) -> None:
    for student in ("ada", "boris", "chen\x1b[31m"):
        record = result(course / "out", student)
        assert (record["status"], record["score"], record["student"]) == ("graded", 0, student)
        assert record["walls"][0] == "bwrap" and "seccomp" in record["walls"]
        page = (course / "out" / student / "fc_vae" / "feedback.md").read_text()
        assert page.startswith("# fc_vae: ") and "\x1b" not in page
    assert "not written yet" in (course / "out" / "ada" / "fc_vae" / "feedback.md").read_text()
    assert "not valid Python" in (course / "out" / "boris" / "fc_vae" / "feedback.md").read_text()


def test_the_same_command_again_keeps_every_result(course: Path) -> None:
    def written() -> dict[Path, int]:
        return {p: p.stat().st_mtime_ns for p in (course / "out").rglob("*.json")}

    before = written()
    done = autograder("grade", course / "submitted", "--out", course / "out")
    assert done.returncode == 0 and written() == before
    assert scores(done.stdout) == ["ada fc_vae 0/16 (kept)", "boris fc_vae 0/16 (kept)",
                                   "chen[31m fc_vae 0/16 (kept)"]  # fmt: skip


def test_on_a_terminal_there_is_a_table(course: Path) -> None:
    ours, theirs = pty.openpty()
    command = [*AUTOGRADER, "grade", str(course / "submitted"), "--out", str(course / "out")]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, env=environment)
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    assert done.returncode == 0
    assert b"student" in shown and b"reparametrize" in shown and b"0/16" in shown
    assert b"chen\x1b[31m" not in shown and b"(kept)" not in shown


def test_what_changed_is_new_or_was_not_graded_is_graded_and_the_rest_is_kept(
    course: Path, tmp_path: Path
) -> None:
    submitted, out = tmp_path / "submitted", tmp_path / "out"
    shutil.copytree(course / "submitted", submitted)
    shutil.copytree(course / "out", out)
    hand_in(submitted, "boris", STUB)
    hand_in(submitted, "dalia", STUB)
    hand_in(submitted, "emeka", STUB)
    shutil.copytree(out / "ada", out / "emeka")
    failed = {**result(out, "emeka"), "status": "failed", "error": "no memory", "items": []}
    del failed["score"]
    (out / "emeka" / "fc_vae" / "result.json").write_text(json.dumps(failed))
    (out / "chen\x1b[31m" / "fc_vae" / "result.json").write_text('{"schema": 1, "score": 16')
    done = autograder("grade", submitted, "--out", out, "--jobs", 1)
    assert done.returncode == 0
    expected = ["ada fc_vae 0/16 (kept)"]
    expected += [f"{name} fc_vae 0/16" for name in ("boris", "chen[31m", "dalia", "emeka")]
    assert scores(done.stdout) == expected
    assert result(out, "boris")["submission_sha256"] == result(out, "ada")["submission_sha256"]


def test_grading_without_walls_is_loud_and_written_into_the_result(
    course: Path, tmp_path: Path
) -> None:
    shutil.copytree(course / "out", tmp_path / "out")
    done = autograder("grade", course / "submitted", "--out", tmp_path / "out", "--regrade",
                      "--walls", "process", "--student", "ada", "--jobs", "1")  # fmt: skip
    assert done.returncode == 0
    assert scores(done.stdout) == ["ada fc_vae 0/16"]  # graded again, and only she
    assert "WITHOUT WALLS (process): students' code can read and change" in done.stderr
    assert result(tmp_path / "out", "ada")["walls"] == list(choose("process").names)
    assert result(tmp_path / "out", "boris")["walls"][0] == "bwrap"


def test_one_module_is_graded_where_its_name_says_what_it_is_and_without_limits_if_asked(
    tmp_path: Path,
) -> None:
    (tmp_path / "vae.py").write_text(STUB)
    done = autograder("grade", tmp_path / "vae.py", "--out", tmp_path / "out", "--walls", "none")
    assert (done.returncode, scores(done.stdout)) == (0, ["vae fc_vae 0/16"])
    assert "WITHOUT WALLS (none): students' code can read and change" in done.stderr
    assert result(tmp_path / "out", "vae")["walls"] == ["none"]


def test_a_fault_of_the_grader_is_status_1_and_never_a_score(tmp_path: Path) -> None:
    """Here bubblewrap passes its trial, and then fails."""
    hand_in(tmp_path / "submitted", "ada", STUB)
    programs = tmp_path / "bin"
    programs.mkdir()
    script = '#!/bin/sh\ncase "$*" in *inside.warm*) echo out of namespaces >&2; exit 1;; esac\n'
    (programs / "bwrap").write_text(f'{script}exec {shutil.which("bwrap")} "$@"\n')
    (programs / "bwrap").chmod(0o755)
    out = tmp_path / "out"
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = autograder("grade", tmp_path / "submitted", "--out", out, "--jobs", 1, PATH=path)
    assert done.returncode == 1
    assert done.stdout.startswith("ada fc_vae not graded")
    record = result(out, "ada")
    assert record["status"] == "failed" and "score" not in record
    assert "out of namespaces" in record["error"]
    assert "not your fault" in (out / "ada" / "fc_vae" / "feedback.md").read_text()


def test_an_interrupted_run_says_how_to_go_on_and_goes_on(tmp_path: Path) -> None:
    students = [f"s{number}" for number in range(6)]
    for student in students:
        hand_in(tmp_path / "submitted", student, f"import time\ntime.sleep(2)\n{STUB}")
    out = tmp_path / "out"
    command = ["grade", str(tmp_path / "submitted"), "--out", str(out), "--jobs", "1"]
    run = subprocess.Popen(
        [*AUTOGRADER, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that run in the background ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert run.stdout is not None
    assert run.stdout.readline().startswith("s0 fc_vae 0/16")
    os.killpg(run.pid, signal.SIGINT)  # as Ctrl-C does: to all of its processes
    rest, said = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "Traceback" not in said and said.endswith(
        "autograder: stopped. Finished results are kept: give the same command to continue.\n"
    )
    finished = [s for s in students if (out / s / "fc_vae" / "result.json").exists()]
    assert 1 <= len(finished) < 6 and len(rest.splitlines()) < 5

    done = autograder(*command)
    assert done.returncode == 0
    kept = [f"{s} fc_vae 0/16" + (" (kept)" if s in finished else "") for s in students]
    assert scores(done.stdout) == kept


# --- wrong usage ------------------------------------------------------------------------------


def test_a_second_grader_on_the_same_results_is_refused(course: Path) -> None:
    with open(course / "out" / ".lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = autograder("grade", course / "submitted", "--out", course / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"autograder: Another grader is at work on {course / 'out'}. Wait for it to finish.\n"
    )


def test_without_bubblewrap_it_refuses_and_says_how_to_install_it(
    course: Path, tmp_path: Path
) -> None:
    done = autograder("grade", course / "submitted", "--out", tmp_path / "out", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"bubblewrap is not installed. Install it: {HOW_TO_INSTALL}" in done.stderr
    assert "--walls process, or --walls none" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: COMMAND"),
        (["mark"], "invalid choice: 'mark'"),
        (["grade"], "required: SUBMITTED"),
        (["grade", "x", "--jobs", "0"], "argument --jobs: at least 1"),
        (["grade", "x", "--jobs", "-1"], "argument --jobs: at least 1"),
        (["grade", "x", "--jobs", "many"], "argument --jobs: invalid"),
        (["grade", "x", "--seed", "x"], "argument --seed: invalid"),
        (["grade", "x", "--walls", "paper"], "argument --walls: invalid choice"),
        (["grade", "x", "--frobnicate"], "unrecognized arguments: --frobnicate"),
        (["grade", "nowhere"], "autograder: There is no nowhere."),
        (["grade", "submitted", "--assignment", "fc_vea"], "There is no assignment 'fc_vea'"),
        (["grade", "submitted", "--student", "zoe"], "submitted has nothing from zoe."),
        (["grade", "submitted/ada/fc_vae"], "Say --assignment NAME."),
        (["grade", "empty"], "empty holds no submissions"),
        (["grade", "submitted", "--out", "stdout"], "Results can't be written to stdout"),
        (["grade", "submitted", "--out", "stdout/x"], "Results can't be written to stdout/x"),
        (["release", "fc_vea"], "There is no assignment 'fc_vea'"),
        (["audit", "fc_vea"], "There is no assignment 'fc_vea'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_status_2_and_says_what_is_wrong(
    course: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(course)
    (course / "empty").mkdir(exist_ok=True)
    try:
        status = main(arguments)
    except SystemExit as ended:  # argparse's way
        status = int(ended.code or 0)
    said = capsys.readouterr()
    assert status == 2 and said.out == ""
    assert words in said.err and "Traceback" not in said.err


def test_help_names_every_command_and_option() -> None:
    overview = autograder("--help")
    assert overview.returncode == 0
    for command in ("release", "grade", "audit", "doctor"):
        assert command in overview.stdout
    help_ = autograder("grade", "--help")
    for option in ("SUBMITTED", "--assignment", "--out", "--student", "--jobs", "--scheduler",
                   "--regrade", "--seed", "--walls"):  # fmt: skip
        assert option in help_.stdout
