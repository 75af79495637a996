"""A result is written whole or not at all, and read back as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.result import (
    CheckResult,
    ItemResult,
    Result,
    read_result,
    results_in,
    write_atomically,
)

CHECKS = (
    CheckResult("spread", True, 1.0, 1.0, ""),
    CheckResult("mean", False, 0.0, 1.0, "It is \u202e off.\n`x`", "logvar-as-std"),
)
RESULT = Result(
    student="ada",
    assignment="fc_vae",
    submission_sha256="ab" * 32,
    status="graded",
    max_score=16.0,
    walls=("bwrap", "seccomp"),
    seed=0,
    versions={"autograder": "0.1.0", "python": "3.11", "torch": "2"},
    seconds=0.21,
    items=(ItemResult("reparametrize", 1.0, 2.0, "partial", ("encoder",), CHECKS),
           ItemResult("essay", 0.0, 4.0, "manual", (), ())),
    notes=("It ran on the CPU.",),
    score=1.0,
)  # fmt: skip
FAILED = replace(RESULT, status="failed", score=None, items=(), error="the walls went down")


@pytest.mark.parametrize("result", [RESULT, FAILED], ids=["graded", "failed"])
def test_a_result_is_read_as_it_was_written(tmp_path: Path, result: Result) -> None:
    path = tmp_path / "ada" / "fc_vae" / "result.json"
    write_atomically(path, result.as_text())
    assert read_result(path) == result


@given(st.text(), st.floats(0, 100), st.text() | st.none())
def test_any_text_survives(message: str, points: float, name: str | None) -> None:
    check = CheckResult("x", False, points, points, message, name)
    result = replace(RESULT, items=(ItemResult("x", points, points, "failed", (), (check,)),))
    text = result.as_text()
    assert text.isascii() and json.loads(text)["items"][0]["checks"][0]["message"] == message


def test_the_record_has_the_fields_of_the_contract() -> None:
    record = json.loads(RESULT.as_text())
    assert list(record) == ["schema", "student", "assignment", "submission_sha256", "status",
                            "score", "max_score", "items", "notes", "walls", "seed", "versions",
                            "seconds"]  # fmt: skip
    assert set(record["items"][0]) == {"name", "points", "max_points", "status",
                                       "carried_forward", "checks"}  # fmt: skip
    assert set(record["items"][0]["checks"][1]) == {"name", "passed", "points", "max_points",
                                                    "message", "misconception"}  # fmt: skip
    assert record["schema"] == 1 and record["items"][0]["checks"][0]["misconception"] is None


def test_a_failed_result_has_an_error_and_never_a_score() -> None:
    record = json.loads(FAILED.as_text())
    assert record["error"] == "the walls went down" and "score" not in record


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"\xff\xfe",
        b"{}",
        b'{"schema": 2}',
        b'{"schema": 1}',
        b'{"schema": 1, "items": [], "notes": [], "walls": []}',
        b'{"schema": 1, "items": 5, "notes": [], "walls": []}',
        b'{"schema": 1, "items": [{}], "notes": [], "walls": []}',
        RESULT.as_text().encode()[:-20],
        RESULT.as_text().replace('"student"', '"stranger"').encode(),
        RESULT.as_text().replace('"schema": 1', '"schema": 99').encode(),
        json.dumps({**RESULT.as_json(), "more": 1}).encode(),
    ],
    ids=lambda content: repr(content[:30]),
)
def test_what_is_no_result_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(content)
    assert read_result(path) is None


def test_no_file_a_folder_and_a_dangling_link_are_none(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    for path in (tmp_path / "gone", tmp_path, tmp_path / "gone" / "deeper", tmp_path / "link"):
        assert read_result(path) is None


def test_writing_again_replaces_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_atomically(path, "long " * 1000)
    write_atomically(path, "short")
    assert path.read_text() == "short"
    assert path.stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["result.json"]


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "result.json").mkdir()
    with pytest.raises(OSError):
        write_atomically(tmp_path / "result.json", "text")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "feedback.md", "half \ud800")
    assert os.listdir(tmp_path) == ["result.json"]


def test_a_writer_that_is_killed_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    """A reader sees an old or a new content, whole, while writers come and are killed."""
    path = tmp_path / "result.json"
    code = (
        "import sys; from pathlib import Path; from autograder.result import write_atomically\n"
        "n = 0\nwhile True:\n    n += 1\n"
        "    write_atomically(Path(sys.argv[1]), f'{n:09}' * 20_000)\n"
    )
    for number in range(3):
        path.unlink(missing_ok=True)
        writer = subprocess.Popen([sys.executable, "-c", code, str(path)])
        seen = set()
        try:
            deadline = time.monotonic() + 60
            while len(seen) < 5 + number and time.monotonic() < deadline:
                if path.exists():
                    seen.add(whole(path))
        finally:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        assert len(seen) >= 5 + number
        whole(path)


def whole(path: Path) -> str:
    """The number that the file repeats, once it is known to be complete."""
    text = path.read_text()
    assert text == text[:9] * 20_000
    return text[:9]


def test_all_results_of_a_folder_are_found_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    whose = (("boris", "dcgan"), ("ada", "fc_vae"), ("ada", "dcgan"))
    theirs = [replace(RESULT, student=student, assignment=task) for student, task in whose]
    for one in theirs:
        write_atomically(tmp_path / one.student / one.assignment / "result.json", one.as_text())
    broken = tmp_path / "chen" / "dcgan" / "result.json"
    write_atomically(broken, "{")
    write_atomically(tmp_path / "report.html", "")
    assert results_in(tmp_path) == ([theirs[2], theirs[0], theirs[1]], [broken])
    assert results_in(tmp_path / "nowhere") == ([], [])


def test_a_result_in_the_folder_of_someone_else_is_none_of_theirs(tmp_path: Path) -> None:
    moved = tmp_path / "boris" / "fc_vae" / "result.json"
    write_atomically(moved, RESULT.as_text())
    escaping = tmp_path / "chen" / "fc_vae" / "result.json"
    write_atomically(escaping, replace(RESULT, student="../chen").as_text())
    assert results_in(tmp_path) == ([], [moved, escaping])
