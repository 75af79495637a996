"""Submissions that attack the grader, each between honest ones: nothing is gained or harmed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from classwork import ITEMS, TASK
from hostile import (
    CLASSES,
    GREEDY,
    HALF,
    HOSTILE,
    WHOLE,
    Surroundings,
    a_secret,
    active,
    adopt_orphans,
    as_folder,
    class_of,
    descendants,
    docstring,
    everything,
    expected,
    hand_in,
    hand_in_honest,
    harmful,
    secrets,
    texts,
)

from autograder.classroom import Order, grade_class
from autograder.result import Result, read_result
from autograder.submission import find
from autograder.table import show


@dataclass(frozen=True)
class Graded:
    """The class after grading, and what was there before and after."""

    out: Path
    pairs: list[tuple[Result, bool]]
    undisturbed: dict[Path, Result]
    before: dict[str, Any]
    after: dict[str, Any]

    def of(self, student: str) -> Result:
        return next(result for result, _ in self.pairs if result.student == student)


def hostile_name(number: int, path: Path) -> str:
    return f"{number:03d}b-{path.stem}"


def honest_name(number: int) -> str:
    return f"{number:03d}a-honest"


def honest_work(number: int) -> Path:
    around = HOSTILE[max(number - 1, 0) : number + 1]
    return WHOLE if any(class_of(path) in GREEDY for path in around) else HALF


# --- the class, graded ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """The class of all hostile submissions with an honest one before and after each."""
    base = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        _keep_to(base, patch)
        undisturbed = _undisturbed(base)
        submitted, out = base / "submitted", base / "out"
        try:
            _hand_in(submitted, a_secret(base / "home" / "own" / "secret.py"))
            adopt_orphans(True)
            before = everything(base)
            pairs = list(grade_class(find(submitted, TASK), Order(out, jobs=2)))
            yield Graded(out, pairs, undisturbed, before, everything(base))
        finally:
            adopt_orphans(False)
            subprocess.run(["rm", "-rf", str(submitted)], check=True)  # too deep for Python


def _keep_to(base: Path, patch: pytest.MonkeyPatch) -> None:
    """Let the grader's own temporary files and home be where they can be seen."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    patch.setenv("XDG_CACHE_HOME", cache)
    for name, variable in (("home", "HOME"), ("tmp", "TMPDIR")):
        (base / name).mkdir()
        patch.setenv(variable, str(base / name))


def _undisturbed(base: Path) -> dict[Path, Result]:
    """What each of the two honest submissions gets in a class of its own."""
    works = {"half": HALF, "whole": WHOLE}
    for name, work in works.items():
        as_folder(work, base / "calm" / name)
    pairs = grade_class(find(base / "calm", TASK), Order(base / "calm-out", jobs=2))
    return {works[result.student]: result for result, _ in pairs}


def _hand_in(submitted: Path, secret: Path) -> None:
    for number in range(len(HOSTILE) + 1):
        hand_in_honest(honest_work(number), submitted / honest_name(number), number)
    for number, path in enumerate(HOSTILE):
        around = Surroundings(submitted / honest_name(number), secret)
        hand_in(path, submitted / hostile_name(number, path), around)


# --- the corpus -------------------------------------------------------------------------------


def test_all_classes_are_there() -> None:
    count = Counter(map(class_of, HOSTILE))
    said = ", ".join(f"{number}: {count[number]}" for number in CLASSES)
    print(f"{len(HOSTILE)} hostile submissions in {len(count)} classes ({said})")
    assert sorted(count) == list(CLASSES)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_a_hostile_submission_says_what_it_tries_and_what_it_earns(path: Path) -> None:
    first = docstring(path).splitlines()[0]
    assert len(first) > 10 and first.endswith(".")
    assert expected(path) < set(ITEMS)


# --- nothing gained, nothing learned ----------------------------------------------------------


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_a_hostile_submission_is_graded_and_gets_what_it_earned(path: Path, graded: Graded) -> None:
    result = graded.of(hostile_name(HOSTILE.index(path), path))
    assert (result.status, result.error) == ("graded", None)
    gained = {item.name: item.points for item in result.items if item.points}
    assert set(gained) == expected(path)
    assert result.score == sum(item.max_points for item in result.items if item.name in gained)


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_a_hostile_submission_does_not_get_through(path: Path, graded: Graded) -> None:
    for text in texts(graded.out, hostile_name(HOSTILE.index(path), path)):
        assert "raised Through" not in text, re.findall("raised Through.{,300}", text)[0]


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_no_secret_is_in_its_result_or_feedback(path: Path, graded: Graded) -> None:
    for text in texts(graded.out, hostile_name(HOSTILE.index(path), path)):
        found = [secret for secret in secrets() if secret in text]
        assert found == []


# --- nobody hurt ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(HOSTILE) + 1))
def test_an_honest_neighbour_gets_what_an_undisturbed_one_gets(number: int, graded: Graded) -> None:
    result = graded.of(honest_name(number))
    calm = graded.undisturbed[honest_work(number)]
    alike = replace(
        result,
        student=calm.student,
        submission_sha256=calm.submission_sha256,
        seconds=calm.seconds,
    )
    assert alike == calm


def test_the_undisturbed_get_their_points(graded: Graded) -> None:
    assert graded.undisturbed[WHOLE].score == 16
    assert graded.undisturbed[HALF].score == 6


def test_every_result_is_as_the_grader_wrote_it(graded: Graded) -> None:
    assert len(graded.pairs) == 2 * len(HOSTILE) + 1
    for result, kept in graded.pairs:
        assert not kept
        written = read_result(graded.out / result.student / TASK / "result.json")
        assert written == result


# --- nothing left behind ----------------------------------------------------------------------


def test_nothing_is_in_the_out_folder_but_results_and_feedback(graded: Graded) -> None:
    found = {
        path.relative_to(graded.out).as_posix() for path in graded.out.rglob("*") if path.is_file()
    }
    students = [result.student for result, _ in graded.pairs]
    written = {f"{s}/{TASK}/{name}" for s in students for name in ("result.json", "feedback.md")}
    assert found == {*written, ".lock"}


@pytest.mark.parametrize(
    "what",
    ["mounts", "segments", "handed in", "temporary files", "home", "course", "marks"],
)
def test_nothing_is_left_behind(what: str, graded: Graded) -> None:
    assert graded.after[what] == graded.before[what]


def test_no_process_is_left_behind(graded: Graded) -> None:
    deadline = time.monotonic() + 20  # those that are being ended need a moment
    while (left := descendants() - graded.before["processes"]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == set()


# --- harmless where it is shown ---------------------------------------------------------------


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_the_feedback_has_no_control_characters_and_no_html(path: Path, graded: Graded) -> None:
    _, text = texts(graded.out, hostile_name(HOSTILE.index(path), path))
    assert harmful(text) == []
    assert active(text) == []


def test_lines_and_table_have_no_control_characters(
    graded: Graded, capsys: pytest.CaptureFixture[str]
) -> None:
    show(iter(graded.pairs), len(graded.pairs))
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert len(lines) == len(graded.pairs)
    assert [line.split()[:2] for line in lines] == [[r.student, TASK] for r, _ in graded.pairs]
    assert harmful(shown.out + shown.err) == []


def test_pytest_itself_does_not_go_into_the_corpus(pytestconfig: pytest.Config) -> None:
    """There lies a conftest.py that would have all tests pass without running."""
    assert "corpus" in pytestconfig.getini("norecursedirs")
    assert not any("corpus" in str(p) for p in pytestconfig.pluginmanager.get_plugins())


def test_the_attacks_are_code_that_python_reads() -> None:
    """But for those whose point is that it can't: one with a slip of the pen shows nothing."""
    odd = {"37_null_bytes", "37_bad_utf8", "37_deep_source", "37_odd_coding_line"}
    for path in HOSTILE:
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if path.stem not in odd:
                ast.parse(file.read_text(encoding="utf-8"), str(file))
