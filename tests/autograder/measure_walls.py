"""Which attacks get through where a wall is switched off: a table of all classes and all walls.

    .venv/bin/python tests/autograder/measure_walls.py [--jobs N] [--only CLASS ...] [COLUMN ...]

The hostile submissions of tests/corpus, each followed by an honest one, are graded with each wall
switched off in turn (walls_off.py). For each column a stand-in for the machine is made by
bubblewrap, which no attack leaves: it has the system and the course, read-only, and folders,
processes and a network of its own. Since one of the walls is bubblewrap itself, the script needs
to be root.

An attack got through where it gained points that its docstring doesn't allow (g), learned something
(l: it raised `Through`, or a secret is in its result or feedback) or harmed somebody (h: no result,
a grading process that died or hung, an honest neighbour's result, something left behind, harmful
characters in the feedback or on the terminal).

Diagnosis and training are left out, and calls have half their time, so that all is over soon. The
greedy classes are not tried where nothing at all would stop them. The exit status is 1 if an attack
gets through all walls.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from classwork import TASK, WITHOUT_TRAINING
from hostile import (
    CLASSES,
    GREEDY,
    HALF,
    HOSTILE,
    WHOLE,
    Surroundings,
    _contents,
    _files,
    a_secret,
    active,
    adopt_orphans,
    class_of,
    descendants,
    expected,
    hand_in,
    hand_in_honest,
    harmful,
    secrets,
    texts,
)
from walls_off import COLUMNS, OFF, SINGLE, UNBOUNDED, is_tried

from autograder import assignment, classroom, diagnosis, grading, pool, student, table
from autograder.classroom import Order
from autograder.course import course_root
from autograder.result import Result, read_result
from autograder.sandbox import walls
from autograder.sandbox.inside.limits import SCRATCH
from autograder.submission import Handed, find

ROOT = course_root()
CALL_SECONDS, LOAD_SECONDS = 3.0, 4.0  # in place of 6 and 10
DEADLINE = 30.0  # seconds for one submission: the longest takes half of that
SETTLE = 2.0  # seconds until what is being ended has ended
SILENCE = 150.0  # seconds without a word, after which the stand-in is given up
OUT, HOME = Path("/results"), Path("/home/grader")
FINISHED, SAID = Path("/measured/finished"), Path("/measured/said")
WRITABLE = ("/", "/var", "/home", "/tmp", "/dev/shm", SCRATCH, str(HOME), str(OUT))
RESULTS = {str(OUT / path.stem) for path in HOSTILE}
HONEST = {HALF: "000-honest", WHOLE: "001-honest"}


# --- inside of the stand-in: a grading process, and who looks at it -----------------------------


def hurry() -> None:
    """No diagnosis, no training, and less patience."""
    run_checks, whole = grading.run_checks, assignment.assignment

    def fewer(*args: Any, only: Any = WITHOUT_TRAINING, **more: Any) -> grading.Run:
        return run_checks(*args, only=only, **more)

    def smaller(name: str) -> assignment.Assignment:
        task = whole(name)
        return replace(task, items=tuple(i for i in task.items if i.name in WITHOUT_TRAINING))

    grading.run_checks, grading.assignment = fewer, smaller
    diagnosis.Diagnosis.of = lambda *_: {}
    student.CALL_SECONDS, student.LOAD_SECONDS = CALL_SECONDS, LOAD_SECONDS


class Grader:
    """A grading process that grades whom it is told to."""

    def __init__(self, handed: dict[str, Handed]) -> None:
        reading, self.writing = os.pipe()
        self.number = os.fork()
        if self.number == 0:
            os.close(self.writing)
            self.say_to(SAID)
            try:
                self.serve(reading, handed)
            finally:
                os._exit(1)
        os.close(reading)

    def say_to(self, path: Path) -> None:
        """Let what is printed go where it can be seen."""
        nowhere = os.open(os.devnull, os.O_RDONLY)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number, target in enumerate((nowhere, file, file)):
            os.dup2(target, number)

    def serve(self, commands: int, handed: dict[str, Handed]) -> None:
        pool._start("bwrap")
        with open(commands) as lines:
            for name in map(str.strip, lines):
                classroom._grade_and_write(handed[name], Order(OUT))
                (FINISHED / name).touch()
        atexit._run_exitfuncs()

    def grade(self, name: str) -> str:
        """Have one graded; what went wrong, or nothing."""
        (FINISHED / name).unlink(missing_ok=True)
        with contextlib.suppress(BrokenPipeError):
            os.write(self.writing, f"{name}\n".encode())
        deadline = time.monotonic() + DEADLINE
        while not (FINISHED / name).exists():
            if os.waitpid(self.number, os.WNOHANG)[0]:
                self.number = 0
                return "the grading process died"
            if time.monotonic() > deadline:
                return "the grading process hung"
            time.sleep(0.005)
        return ""

    def end(self) -> None:
        """End the process, as a pool does, and then by force what is left of it."""
        os.close(self.writing)
        deadline = time.monotonic() + SETTLE
        while self.number and time.monotonic() < deadline:
            if os.waitpid(self.number, os.WNOHANG)[0]:
                self.number = 0
            time.sleep(0.005)
        while others := {number for number, _ in descendants()} - {os.getpid()}:
            for number in others:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


@dataclass
class Watch:
    """Tries one submission after the other, and sees what comes of each."""

    column: str
    handed: dict[str, Handed]
    grader: Grader | None = None
    calm: dict[str, Result | None] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=lambda: entries())

    def ready(self, neighbour: str) -> Grader:
        """A grading process that has graded an honest submission."""
        if self.grader is None:
            clean_up(self.fresh)
            self.grader = Grader(self.handed)
        if result_of(neighbour) is None:
            trouble = self.grader.grade(neighbour)
            if trouble:
                raise SystemExit(f"{self.column}: {trouble} with an honest submission")
            self.calm.setdefault(neighbour, result_of(neighbour))
        return self.grader

    def end(self) -> None:
        if self.grader is not None:
            self.grader.end()
        self.grader = None

    def attempt(self, path: Path) -> dict[str, str]:
        """What that submission got, each with how."""
        neighbour = HONEST[WHOLE if class_of(path) in GREEDY else HALF]
        grader = self.ready(neighbour)
        before = surroundings(neighbour)
        harm = [grader.grade(path.stem)]
        got = own_gains(path)
        harm += [got.pop("h", ""), *differences(before, neighbour)]
        if not harm[0]:
            harm.append(self.hurt(grader, neighbour))
        if self.column in UNBOUNDED:  # an attack may wait for the end
            before = surroundings(neighbour, processes=False)
            self.end()
            harm += differences(before, neighbour, processes=False)
        harm = [said for said in harm if said]
        if harm:
            got["h"] = "; ".join(dict.fromkeys(harm))
        if got:
            self.end()
        return got

    def hurt(self, grader: Grader, neighbour: str) -> str:
        """What came over an honest submission that was graded after a hostile one."""
        trouble = grader.grade(neighbour)
        after, calm = result_of(neighbour), self.calm[neighbour]
        if trouble:
            return f"{trouble} with the next submission"
        if after is None or calm is None or replace(after, seconds=calm.seconds) != calm:
            return "the next submission has another result"
        return ""


def result_of(name: str) -> Result | None:
    return read_result(OUT / name / TASK / "result.json")


def own_gains(path: Path) -> dict[str, str]:
    """What a hostile submission's own result and feedback show."""
    result = result_of(path.stem)
    if result is None or result.status == "failed":
        return {"h": "no result" + (f": {result.error}" if result else "")}
    got = {}
    gained = {item.name for item in result.items if item.points} - expected(path)
    if gained:
        got["g"] = f"points for {', '.join(sorted(gained))}"
    both = texts(OUT, path.stem)
    seen = [secret for secret in secrets() if any(secret in text for text in both)]
    through = [found for text in both for found in re.findall("raised Through.{,200}", text)]
    if seen or through:
        got["l"] = repr((through + seen)[0])
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
        table.show(iter([(result, False)]), 1)
    odd = harmful(both[1]) + active(both[1]) + harmful(shown.getvalue())
    if odd:
        got["h"] = f"shown as it is: {odd[0]!r}"
    return got


def surroundings(neighbour: str, processes: bool = True) -> dict[str, Any]:
    """What no submission may change."""
    result = OUT / neighbour / TASK / "result.json"
    return {
        "processes": descendants() if processes else set(),
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "segments": Path("/proc/sysvipc/shm").read_text().splitlines()[1:],
        "files": _files(Path("/tmp")) | _files(HOME) | entries() - RESULTS,
        "handed in": _contents(SUBMITTED / neighbour),
        "the one before": result.read_text() if result.exists() else "",
        "printed": SAID.read_text(errors="replace"),
    }


def differences(before: dict[str, Any], neighbour: str, processes: bool = True) -> list[str]:
    """What there is that was not there before, some moments later, or is no longer as it was."""
    deadline = time.monotonic() + SETTLE
    while True:
        after = surroundings(neighbour, processes)
        new = {what: _new(before[what], after[what]) for what in before}
        if not any(new.values()) or time.monotonic() > deadline:
            return [f"{what}: {found!s:.200}" for what, found in new.items() if found]
        time.sleep(0.01)


def _new(before: Any, after: Any) -> Any:
    if isinstance(before, set):
        return after - before
    return after if after != before else None


def entries() -> set[str]:
    """What lies in the folders that are the stand-in's own."""
    return {str(path) for folder in WRITABLE for path in Path(folder).iterdir()}


def clean_up(fresh: set[str]) -> None:
    """Make the stand-in's own folders and segments what they were."""
    subprocess.run(["rm", "-rf", *(entries() - fresh)], check=False)
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        subprocess.run(["ipcrm", "-m", line.split()[1]], check=False)


SUBMITTED = Path(os.environ.get("SUBMITTED", "/submitted"))


def inside(column: str, names: list[str]) -> None:
    """Try these submissions, and print a line about each."""
    Path("/proc/self/oom_score_adj").write_text("1000")  # before anybody else's
    torch.set_num_threads(1)
    adopt_orphans(True)
    handed = {one.student: one for one in find(SUBMITTED, TASK)}
    hurry()
    for wall in COLUMNS[column]:
        OFF[wall]()
    watch = Watch(column, handed)
    for path in (path for path in HOSTILE if path.stem in names):
        started = time.monotonic()
        got = watch.attempt(path)
        seconds = round(time.monotonic() - started, 2)
        print(json.dumps({"name": path.stem, "got": got, "seconds": seconds}), flush=True)
    watch.end()


# --- outside: the stand-in, and the table -------------------------------------------------------


def stand_in(base: Path) -> list[str]:
    """The command that runs a command in a stand-in for this machine."""
    python = {Path(path).resolve() for path in (sys.prefix, sys.base_prefix, ROOT)}
    command = ["bwrap", "--die-with-parent", "--new-session", "--cap-add", "ALL"]
    command += [f"--unshare-{kind}" for kind in ("pid", "ipc", "net", "uts")]
    command += [*walls._system(), "--ro-bind", "/etc", "/etc"]
    for folder, size in (("/tmp", 1 << 30), ("/dev/shm", 1 << 28)):
        command += ["--perms", "1777", "--size", str(size), "--tmpfs", folder]
    for path in sorted(path for path in python if not path.is_relative_to("/usr")):
        command += ["--ro-bind", str(path), str(path)]
    for folder in (OUT, HOME, FINISHED):
        command += ["--dir", str(folder)]
    command += ["--bind", str(base), str(base), "--setenv", "SUBMITTED", str(base / "submitted")]
    command += ["--setenv", "HOME", str(HOME), "--setenv", "TMPDIR", "/tmp", "--chdir", str(HOME)]
    return [*command, "--", sys.executable, __file__]


Got = dict[str, dict[str, str]]  # what each submission got, by its name


def measured(column: str, paths: list[Path], base: Path) -> Got:
    """What these get where the walls of a column are off; where a stand-in is lost, in another."""
    left = [path.stem for path in paths if is_tried(path, column)]
    found: Got = {}
    while left:
        command = [*stand_in(base), "--inside", column, *left]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
            for line in lines_of(program):
                said = json.loads(line)
                found[said["name"]] = said["got"]
                left.remove(said["name"])
                print(f"{column}: {line.strip()}", file=sys.stderr, flush=True)
        if left:
            found[left.pop(0)] = {"h": "all that watched it went down"}
    return found


def lines_of(program: subprocess.Popen[str]) -> Iterator[str]:
    """What a program says, until it ends or is silent for too long, which ends it."""
    assert program.stdout is not None
    while True:
        silence = threading.Timer(SILENCE, program.kill)
        silence.start()
        line = program.stdout.readline()
        silence.cancel()
        if not line:
            return
        yield line


def hand_in_all(paths: list[Path], base: Path) -> None:
    submitted, secret = base / "submitted", a_secret(base / "own" / "secret.py")
    for work, name in HONEST.items():
        hand_in_honest(work, submitted / name, 0)
    for path in paths:
        hand_in(path, submitted / path.stem, Surroundings(submitted / HONEST[HALF], secret))


def short_name(number: int) -> str:
    """A class's name: its first submission's."""
    first = next(path for path in HOSTILE if class_of(path) == number)
    return first.stem[3:].replace("_", " ")


def letters(found: Got, number: int) -> str:
    """What submissions of a class got: some of g, l and h, a dash where none was tried."""
    tried = [got for name, got in found.items() if class_of(Path(name)) == number]
    return "".join(sorted({letter for got in tried for letter in got})) if tried else "–"


def show(found: dict[str, Got], classes: list[int]) -> None:
    columns = list(found)
    print("| | class |", " | ".join(columns), "| |")
    print("|---|---|", "---|" * len(columns), "---|", sep="")
    for number in classes:
        marks = {column: letters(found[column], number) for column in columns}
        through = {column for column in columns if marks[column].strip("–")}
        often = "" if through & set(SINGLE) else "stopped twice" if through else "nothing to gain"
        print(f"| {number} | {short_name(number)} |", " | ".join(marks.values()), f"| {often} |")
    print()
    for column in columns:
        through = [n for n in classes if letters(found[column], n).strip("–")]
        names = [name for name, got in found[column].items() if got]
        print(f"- {column}: {len(names)} of {len(found[column])} submissions get through, "
              f"of the classes {', '.join(map(str, through)) or 'none'}")  # fmt: skip
    never = [
        path.stem for path in HOSTILE
        if class_of(path) in classes and not any(got.get(path.stem) for got in found.values())
    ]  # fmt: skip
    print(f"- get through nowhere: {', '.join(never) or 'none'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("columns", nargs="*", metavar="COLUMN", help=", ".join(COLUMNS))
    parser.add_argument("--jobs", type=int, default=2, help="columns at a time")
    parser.add_argument("--only", type=int, nargs="+", metavar="CLASS", default=list(CLASSES))
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        inside(asked.inside[0], asked.inside[1:])
        return 0
    if os.geteuid() != 0:
        parser.error("only root can make a stand-in for the machine in which it is root")
    started = time.monotonic()
    columns = asked.columns or list(COLUMNS)
    paths = [path for path in HOSTILE if class_of(path) in asked.only]
    base = Path(tempfile.mkdtemp(prefix="walls-", dir="/var/tmp"))
    try:
        hand_in_all(paths, base)
        with ThreadPoolExecutor(asked.jobs) as jobs:
            each = jobs.map(lambda column: measured(column, paths, base), columns)
            found = dict(zip(columns, each, strict=True))
    finally:
        subprocess.run(["rm", "-rf", str(base)], check=True)  # too deep for Python
    show(found, sorted(asked.only))
    count, seconds = sum(map(len, found.values())), time.monotonic() - started
    print(f"\n{len(paths)} submissions, {count} times graded, in {seconds / 60:.1f} minutes")
    return int(any(found.get("all walls", {}).values()))


if __name__ == "__main__":
    sys.exit(main())
