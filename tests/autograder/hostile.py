"""The hostile submissions of the corpus, handed in between honest ones, and what to look for after.

tests/corpus/hostile/NN_name is a submission of attack class NN, of 48; where a file system or git
can't hold it, a `build.py` makes it, and many have `ordinary.py` or `layered.py` beside them. The
first line of its docstring says what it tries, the last one what it earns. One that finds out that
it got what it was after raises `Through`, so that its own result gives it away.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classwork import CORPUS, ITEMS, TASK

from autograder.assignment import assignment
from autograder.course import course_root
from autograder.misconceptions import misconceptions

HOSTILE = sorted(path for path in CORPUS.with_name("hostile").iterdir() if path.name[0].isdigit())
BESIDE = [HOSTILE[0].with_name(name) for name in ("ordinary.py", "layered.py")]
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


# --- handing in -------------------------------------------------------------------------------


def hand_in(path: Path, folder: Path, around: Surroundings) -> None:
    """Lay a hostile submission at `folder`, or whatever it puts in the folder's place."""
    as_folder(path, folder)
    builder = path / "build.py"
    if builder.is_file():
        (folder / "build.py").unlink()
        _module(builder).build(folder, around)


def hand_in_honest(work: Path, folder: Path, number: int) -> None:
    """Lay an honest submission at `folder`, with a line of its own."""
    as_folder(work, folder)
    with open(folder / "vae.py", "a", encoding="utf-8") as file:
        file.write(f'\n\nNEIGHBOUR = "{MARK}, number {number}"\n')


def a_secret(path: Path) -> Path:
    """A file outside the class that no submission may show."""
    path.parent.mkdir(parents=True)
    path.write_text(f'"""{SECRET}"""\nraise RuntimeError("{SECRET}")\n', encoding="utf-8")
    return path


def as_folder(work: Path, folder: Path) -> None:
    if work.is_dir():
        shutil.copytree(work, folder, ignore=shutil.ignore_patterns("*.pyc"))
    else:
        folder.mkdir(parents=True)
        shutil.copyfile(work, folder / "vae.py")
    main = folder / "vae.py"
    for path in BESIDE:
        if main.is_file() and f"from {path.stem} import".encode() in main.read_bytes():
            shutil.copy(path, folder)


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"build_{path.parent.name}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- what may not be in a result or feedback --------------------------------------------------


def texts(out: Path, student: str) -> list[str]:
    """The result and the feedback of a student."""
    return [
        (out / student / TASK / name).read_text(encoding="utf-8")
        for name in ("result.json", "feedback.md")
    ]


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
    return [MARK, SECRET, *sorted(long - set(_ordinary_lines()))]


def _ordinary_lines() -> list[str]:
    """Lines that stand in the hostile submissions themselves: they can be quoted back."""
    whole = [file for path in HOSTILE for file in ([path] if path.is_file() else path.glob("*.py"))]
    return [
        line.strip()
        for file in whole
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
    ]


def harmful(text: str) -> list[str]:
    """The characters in a text that do something where they are printed."""
    kinds = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    return [c for c in text if c != "\n" and unicodedata.category(c) in kinds]


def active(markdown: str) -> list[str]:
    """What a browser would run or follow in Markdown that was made of students' text."""
    found = []
    for line in markdown.splitlines():
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        found += re.findall(r"<[a-zA-Z/!?][^>]*>?", outside)
        found += re.findall(r"(?<!\\)\[[^\]]*\]\(", outside)  # links
    return found


# --- what is there on the machine -------------------------------------------------------------


def adopt_orphans(yes: bool) -> None:
    """Become the parent of whatever outlives its own, so that it can be seen."""
    set_child_subreaper = 36
    assert ctypes.CDLL(None).prctl(set_child_subreaper, int(yes), 0, 0, 0) == 0


def everything(base: Path) -> dict[str, Any]:
    return {
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "segments": Path("/proc/sysvipc/shm").read_text().splitlines()[1:],
        "processes": descendants(),
        "handed in": _contents(base / "submitted"),
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


def _contents(folder: Path) -> set[tuple[str, int, int]]:
    """All paths below, with what changes when what is in them does."""
    found = {(path, os.lstat(path)) for path in _files(folder)}
    return {(path, about.st_size, about.st_mtime_ns) for path, about in found}


def _marks() -> set[str]:
    """Files by the names that the attacks use, where anybody may write."""
    return {
        str(path)
        for folder in ("/tmp", "/dev/shm", "/var/tmp")
        for pattern in ("*_was_here", "result.json", "feedback.md", "was_here*")
        for path in Path(folder).glob(pattern)
    }


def descendants() -> set[tuple[int, str]]:
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
