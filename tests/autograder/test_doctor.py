"""`autograder doctor`: what it says is what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder import doctor as doctor_
from autograder.cli import main
from autograder.sandbox.inside.limits import Limits, size
from autograder.sandbox.walls import choose


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What stands beside each word at the margin."""
    text = re.sub(r"\n {13}", " ", capsys.readouterr().out)
    return {line[:13].strip(): line[13:] for line in text.splitlines()}


def test_it_names_each_wall_that_stands_and_each_that_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor"]) == 0
    shown = said(capsys)
    standing = choose("bwrap").names
    assert set(standing) <= set(doctor_.WALLS)
    for name in doctor_.WALLS:
        answer, _, words = shown[name].partition(". ")
        assert answer == ("yes" if name in standing else "NO")
        assert "Without" in words or "without" in words  # what it is for
    assert ("systemd-run" in " ".join(shown.values())) == ("cgroup" not in standing)


def test_limits_are_said_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    words = said(capsys)["watchdog"]
    limits = Limits()
    assert f"{size(limits.memory)}, {limits.processes} processes and threads" in words
    assert (size(2 << 30), size(128 << 20), size(1000)) == ("2 GiB", "128 MiB", "1,000 bytes")


def test_without_bubblewrap_it_says_what_to_install_and_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["doctor"]) == 1
    assert re.match(r"NONE: bubblewrap is not installed.*apt-get install", said(capsys)["walls"])


def test_it_knows_whether_the_lesson_s_data_is_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # quick: there is no wall to try
    monkeypatch.setenv("NNDL_DATA", str(tmp_path))
    main(["doctor"])
    assert said(capsys)["data"].startswith(f"MNIST is not in {tmp_path}")
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    main(["doctor"])
    assert said(capsys)["data"].startswith(f"MNIST is in {tmp_path}")
