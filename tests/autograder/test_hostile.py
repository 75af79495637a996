"""Submissions that attack the grader, each between honest ones: they gain, learn and harm nothing.

tests/corpus/hostile/NN_name is a submission of attack class NN, of 48; where a file system or git
can't hold it, a `build.py` makes it. The first line of its docstring says what it tries, the last
one what it earns. One that finds out that it got what it was after raises `Through`, so that its
own result gives it away.
"""

from __future__ import annotations

import ast
import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from classwork import CORPUS, ITEMS, TASK

from autograder.assignment import assignment
from autograder.classroom import Order, grade_class
from autograder.course import course_root
from autograder.misconceptions import misconceptions
from autograder.result import Result, read_result
from autograder.submission import find
from autograder.table import show

HOSTILE = sorted(path for path in CORPUS.with_name("hostile").iterdir() if path.name[0].isdigit())
CLASSES = range(1, 49)

# What an honest student hands in: most cheap to grade, some with all items. The greedy classes
# lie between whole ones, whose training would suffer.
WHOLE, HALF = CORPUS / "right" / "plain.py", CORPUS / "broken" / "only_half_done.py"
GREEDY = range(25, 31)
MARK = "NEIGHBOUR-5b1e"
SECRET = "SECRET-90c7"


@dataclass(frozen=True)
class Surroundings:
    """What a `build.py` may point at: somebody else's work, and a file outside the class."""

    neighbour: Path
    secret: Path


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


def class_of(path: Path) -> int:
    return int(path.name[:2])


def docstring(path: Path) -> str:
    """A submission's; where Python itself can't read it, by its place."""
    if path.is_dir():
        path = path / "vae.py" if (path / "vae.py").exists() else path / "build.py"
    found = re.search(rb'"""(.*?)"""', path.read_bytes(), re.DOTALL)
    assert found is not None, path
    return found[1].decode("ascii")


def expected(path: Path) -> set[str]:
    """The items that a submission earns, as its docstring says in the end."""
    said = docstring(path).strip().splitlines()[-1]
    if said == "Expected: 0 points.":
        return set()
    found = re.fullmatch(r"Expected: ([a-z_, ]+) earned\.", said)
    assert found is not None, f"{path.name} does not say what it earns"
    items = set(found[1].split(", "))
    assert items <= set(ITEMS)
    return items


# --- the class, graded ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """The class of all hostile submissions with an honest one before and after each."""
    base = tmp_path_factory.mktemp("hostile")
    with pytest.MonkeyPatch.context() as patch:
        _keep_to(base, patch)
        undisturbed = _undisturbed(base)
        submitted, out = base / "submitted", base / "out"
        _hand_in(submitted, _a_file(base / "home" / "own" / "secret.py"))
        _adopt_orphans()
        before = _everything(base)
        pairs = list(grade_class(find(submitted, TASK), Order(out, jobs=2)))
        yield Graded(out, pairs, undisturbed, before, _everything(base))
    subprocess.run(["rm", "-rf", str(submitted)], check=True)  # deeper than Python can remove


def _keep_to(base: Path, patch: pytest.MonkeyPatch) -> None:
    """Let the grader's own temporary files and home be where they can be seen."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    patch.setenv("XDG_CACHE_HOME", cache)
    for name, variable in (("home", "HOME"), ("tmp", "TMPDIR")):
        (base / name).mkdir()
        patch.setenv(variable, str(base / name))


def _a_file(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text(f'"""{SECRET}"""\nraise RuntimeError("{SECRET}")\n', encoding="utf-8")
    return path


def _undisturbed(base: Path) -> dict[Path, Result]:
    """What each of the two honest submissions gets in a class of its own."""
    works = {"half": HALF, "whole": WHOLE}
    for name, work in works.items():
        _as_folder(work, base / "calm" / name)
    pairs = grade_class(find(base / "calm", TASK), Order(base / "calm-out", jobs=2))
    return {works[result.student]: result for result, _ in pairs}


def _hand_in(submitted: Path, secret: Path) -> None:
    for number in range(len(HOSTILE) + 1):
        folder = _as_folder(honest_work(number), submitted / honest_name(number))
        with open(folder / "vae.py", "a", encoding="utf-8") as file:
            file.write(f'\n\nNEIGHBOUR = "{MARK}, number {number}"\n')
    for number, path in enumerate(HOSTILE):
        folder = _as_folder(path, submitted / hostile_name(number, path))
        builder = path / "build.py"
        if builder.is_file():
            (folder / "build.py").unlink()
            around = Surroundings(submitted / honest_name(number), secret)
            _module(builder).build(folder, around)


def _as_folder(work: Path, folder: Path) -> Path:
    if work.is_dir():
        shutil.copytree(work, folder, ignore=shutil.ignore_patterns("*.pyc"))
    else:
        folder.mkdir(parents=True)
        shutil.copyfile(work, folder / "vae.py")
    return folder


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"build_{path.parent.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- what is there on the machine -------------------------------------------------------------


def _adopt_orphans() -> None:
    """Become the parent of whatever outlives its own, so that it can be seen."""
    set_child_subreaper = 36
    assert ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0) == 0


def _everything(base: Path) -> dict[str, Any]:
    return {
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "segments": Path("/proc/sysvipc/shm").read_text().splitlines()[1:],
        "processes": _descendants(),
        "handed in": _files(base / "submitted"),
        "temporary files": _files(base / "tmp"),
        "home": _files(base / "home"),
        "course": _files(course_root()),
        "marks": _marks(),
    }


def _files(folder: Path) -> set[str]:
    """All paths below, but for those that tools of all kinds keep for themselves."""
    found = set()
    for parent, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if f != "__pycache__" and f[0] != "." and f != "d"]
        found |= {os.path.join(parent, name) for name in (*folders, *files)}
    return found


def _marks() -> set[str]:
    """Files by the names that the attacks use, where anybody may write."""
    return {
        str(path)
        for folder in ("/tmp", "/dev/shm", "/var/tmp")
        for pattern in ("*_was_here", "result.json", "feedback.md", "was_here*")
        for path in Path(folder).glob(pattern)
    }


def _descendants() -> set[tuple[int, str]]:
    """What this process started and what that started; the dead are left out."""
    parents, lines = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            _, state, parent, *_ = (path / "stat").read_text().rpartition(")")[2].split(" ", 3)
            lines[int(path.name)] = (path / "cmdline").read_text()
        except OSError:
            continue
        if state != "Z":
            parents[int(path.name)] = int(parent)
    found = {os.getpid()}
    while new := {child for child, parent in parents.items() if parent in found} - found:
        found |= new
    return {(number, lines[number]) for number in found}


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


def secrets() -> list[str]:
    """Lines of the checks, the solution and the misconceptions, and marks of the neighbours."""
    task = assignment(TASK)
    solution = (task.folder / task.main).read_text().split("### BEGIN SOLUTION\n")[1:]
    lines = [line for part in solution for line in part.split("### END")[0].splitlines()]
    checks = [
        line for line in task.checks.read_text().splitlines() if re.match(r"\s*(def|\w+ =) ", line)
    ]
    mistakes = [line for m in misconceptions(TASK) for line in m.module.splitlines()[-2:]]
    long = {line.strip() for line in (*lines, *checks, *mistakes) if len(line.strip()) > 44}
    assert len(long) > 60
    return [MARK, SECRET, *sorted(long - set(ordinary()))]


def ordinary() -> list[str]:
    """Lines that stand in the hostile submissions themselves: they can be quoted back."""
    whole = [file for path in HOSTILE for file in ([path] if path.is_file() else path.glob("*.py"))]
    return [
        line.strip()
        for file in whole
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
    ]


def texts(out: Path, student: str) -> list[str]:
    return [
        (out / student / TASK / name).read_text(encoding="utf-8")
        for name in ("result.json", "feedback.md")
    ]


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
    while (left := _descendants() - graded.before["processes"]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == set()


# --- harmless where it is shown ---------------------------------------------------------------


def harmful(text: str) -> list[str]:
    kinds = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return [c for c in text if c != "\n" and unicodedata.category(c) in kinds]


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_the_feedback_has_no_control_characters_and_no_html(path: Path, graded: Graded) -> None:
    _, text = texts(graded.out, hostile_name(HOSTILE.index(path), path))
    assert harmful(text) == []
    for line in text.splitlines():
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        assert re.findall(r"<[a-zA-Z/!?][^>]*>?", outside) == []
        assert re.findall(r"(?<!\\)\[[^\]]*\]\(", outside) == []  # links


def test_lines_and_table_have_no_control_characters(
    graded: Graded, capsys: pytest.CaptureFixture[str]
) -> None:
    show(iter(graded.pairs), len(graded.pairs))
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert len(lines) == len(graded.pairs)
    assert [line.split()[:2] for line in lines] == [[r.student, TASK] for r, _ in graded.pairs]
    assert harmful(shown.out + shown.err) == []


def test_the_attacks_are_code_that_python_reads() -> None:
    """But for those whose point is that it can't: one with a slip of the pen shows nothing."""
    odd = {"37_null_bytes", "37_bad_utf8", "37_deep_source", "37_odd_coding_line"}
    for path in HOSTILE:
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if path.stem not in odd:
                ast.parse(file.read_text(encoding="utf-8"), str(file))
