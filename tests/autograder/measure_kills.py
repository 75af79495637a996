"""A class graded by a program that is killed again and again, and the same class left in peace.

Part of the class is graded in peace first, and a person gives points, extra credit and comments;
then some students hand in anew. From here on there are two copies of the course. In one of them
`autograder grade submitted/` ends by itself. In the other it is killed by SIGKILL at random
moments, spread over its length, and the same command is given again each time. In the end, both
have to be equal. The exit status is 1 if they are not.

    .venv/bin/python tests/autograder/measure_kills.py [--students 40] [--kills 20]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from hostile import adopt_orphans, descendants
from nbgrader.api import Gradebook
from nbgrader_course import Course, copy_course, right_answers, write_answers

TASK = "averages"
ON_TIME, LATE = "2026-10-05 21:14:03.518127 UTC", "2026-10-07 08:00:00.000000 UTC"
DUE = datetime(2026, 10, 6)
DIVIDES_BY_N_MINUS_ONE = "def mean_of(x):\n    return x.sum(dim=0) / (len(x) - 1)"
BY_HAND = ("manual_score", "extra_credit", "manual_comment", "flagged")  # as columns


@dataclass(frozen=True)
class Kill:
    """One kill: of whom, how long after the start, and after how many new results."""

    alone: bool
    seconds: float
    results: int


@dataclass
class Storm:
    """What came of a course in which grading was killed."""

    kills: list[Kill] = field(default_factory=list)
    seconds: float = 0.0  # of the last run, which ended by itself
    status: int = 0
    outlived: int = 0  # processes that were still there in the end
    temporary: list[str] = field(default_factory=list)  # left where temporary files belong
    wrong: list[str] = field(default_factory=list)  # how it differs from the course in peace


# --- the class --------------------------------------------------------------------------------


def make_class(base: Path, students: int, jobs: int) -> Course:
    """A course with some of the class graded by program and by hand, and some work handed in anew.

    All that changes nothing where it is done twice is done here, before the course is copied.
    """
    course = copy_course(base)
    with (course.folder / "nbgrader_config.py").open("a") as config:
        config.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    course.run("nbgrader", "generate_assignment", TASK)
    names = [f"student{number:02d}" for number in range(students)]
    for number, name in enumerate(names):
        hand_in(course, name, number)
    with Gradebook(course.database, "generative-models") as gradebook:
        gradebook.update_or_create_assignment(TASK, duedate=DUE)
    graded = names[: students // 3]
    assert grade(course, jobs, "--student", *graded).wait() == 0
    with Gradebook(course.database, "generative-models") as gradebook:
        for number, name in enumerate(graded):
            grade_by_hand(gradebook, name, number)
        gradebook.db.commit()
    for number, name in enumerate(graded):
        if number % 3 == 0:
            shutil.rmtree(course.folder / "submitted" / name)
            hand_in(course, name, number + 1)
    return course


def hand_in(course: Course, name: str, number: int) -> None:
    """What the student hands in: right, wrong, not written, no Python at all, or no notebook."""
    folder = course.hand_in(name, TASK)
    right = right_answers(TASK)
    changes: dict[str, str] = [
        {**right, "derive": f"**Your answer** (`derive`):\n\nBy symmetry, as {name} says."},
        {**right, "mean_of-solution": DIVIDES_BY_N_MINUS_ONE},
        {},
        {**right, "standardizer-solution": "class Standardizer(:\n    pass"},
        {},
    ][number % 5]
    write_answers(folder / f"{TASK}.ipynb", changes)
    if number % 5 == 4:
        (folder / f"{TASK}.ipynb").unlink()
    if number % 4 == 3:
        (folder / "submission_secret.txt").unlink()
    (folder / "timestamp.txt").write_text(LATE if number % 6 == 1 else ON_TIME)
    (folder / "data").mkdir()
    (folder / "data" / "rows.csv").write_text(f"{name},{number}\n")


def grade_by_hand(gradebook: Gradebook, name: str, number: int) -> None:
    """What a person does in formgrader to a submission, of each kind to some."""
    where = (TASK, TASK, name)
    if number % 4 != 3:
        written = gradebook.find_grade("explain_mean", *where)
        written.manual_score, written.needs_manual_grade = number % 3 / 2, False
        gradebook.find_comment("derive", *where).manual_comment = f"*Why*, {name}?"
    if number % 4 == 1:
        coded = gradebook.find_grade("mean_of", *where)
        coded.manual_score, coded.extra_credit, coded.needs_manual_grade = 2.5, 0.5, False
        gradebook.find_submission_notebook(*where).flagged = True
    if number % 4 == 2:
        gradebook.find_grade("standardizer", *where).extra_credit = 0.25


def copied(course: Course, base: Path) -> Course:
    """The course once more, in another place; times of files are kept."""
    shutil.copytree(course.base, base, symlinks=True)
    return replace(course, base=base.resolve())


# --- grading ----------------------------------------------------------------------------------


def grade(course: Course, jobs: int, *more: str) -> subprocess.Popen[bytes]:
    """Begin to grade the class, with temporary files and a cache of the course's own."""
    (course.base / "tmp").mkdir(exist_ok=True)
    environment = course.environment()
    environment |= {"TMPDIR": str(course.base / "tmp"), "OMP_NUM_THREADS": "1"}
    environment |= {"XDG_CACHE_HOME": str(course.base / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    with (course.base / "said").open("wb") as said, (course.base / "errors").open("ab") as errors:
        return subprocess.Popen(
            ["autograder", "grade", "submitted/", "--jobs", str(jobs), *more],
            cwd=course.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=errors,
            start_new_session=True,  # a process group, to be killed as a whole
        )


def new_results(course: Course) -> int:
    """How many submissions the last command has graded by now, and not found graded."""
    lines = (course.base / "said").read_text().splitlines()
    return sum("(kept)" not in line for line in lines)


def in_peace(course: Course, jobs: int) -> tuple[float, float, int]:
    """Grade it; seconds until the first new result, and between two of them, and how many."""
    started, times = time.monotonic(), []
    process = grade(course, jobs)
    while process.poll() is None:
        times += [time.monotonic() - started] * (new_results(course) - len(times))
        time.sleep(0.01)
    assert process.returncode == 0, (course.base / "errors").read_text()
    return times[0], (times[-1] - times[0]) / len(times), len(times)


def storm(course: Course, calm: Course, kills: int, seed: int, jobs: int) -> Storm:
    """Grade the one course in peace, and the other one with so many kills."""
    others = descendants()
    before = handed_in(course)
    start, step, new = in_peace(calm, jobs)
    chance = random.Random(seed)
    seen = Storm()
    plan = shares(chance, new, kills)
    for number, share in enumerate(plan):
        # A kill without new results falls anywhere before the first one.
        pause = chance.uniform(0, step if share else start)
        like_this = [earlier for earlier in plan[:number] if bool(earlier) == bool(share)]
        kill = killed(course, jobs, share, pause, alone=len(like_this) % 2 == 0)
        if kill is None:  # it ended before
            break
        seen.kills.append(kill)
    started = time.monotonic()
    process = grade(course, jobs)
    seen.status, seen.seconds = process.wait(), time.monotonic() - started
    seen.outlived = len(outlived(others))
    seen.temporary = sorted(path.name for path in (course.base / "tmp").iterdir())
    seen.wrong += differences(calm, course)
    if handed_in(course) != before:
        seen.wrong.append("submitted/ changed")
    if lost := by_hand(calm) - by_hand(course):
        seen.wrong.append(f"given by hand and lost: {sorted(lost, key=str)}")
    return seen


def shares(chance: random.Random, results: int, kills: int) -> list[int]:
    """After how many new results each run is killed: half of them before the first.

    A run grades more than it is killed after, and the last one is to have something left.
    """
    late = chance.sample(range(kills), kills // 2)
    counts = {number: int(number in late) for number in range(kills)}
    for _ in range(results * 2 // 5 - len(late)):
        counts[chance.choice(late)] += 1
    return list(counts.values())


def killed(course: Course, jobs: int, results: int, pause: float, alone: bool) -> Kill | None:
    """Grade, and kill that after so many new results and a pause; None if it ended before."""
    started = time.monotonic()
    process = grade(course, jobs)
    while process.poll() is None and new_results(course) < results:
        time.sleep(0.01)
    with suppress(subprocess.TimeoutExpired):
        process.wait(pause)
    with suppress(ProcessLookupError):
        (os.kill if alone else os.killpg)(process.pid, signal.SIGKILL)
    ended = process.wait() == -signal.SIGKILL
    return Kill(alone, time.monotonic() - started, new_results(course)) if ended else None


def outlived(others: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Processes that a killed run left behind, and that don't end by themselves.

    `others` were there before, as a test session's own.
    """
    deadline = time.monotonic() + 15
    while (left := set(descendants()) - others) and time.monotonic() < deadline:
        time.sleep(0.1)
    for number, _ in left:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    return left


# --- what is there in the end -----------------------------------------------------------------


def differences(calm: Course, course: Course) -> Iterator[str]:
    """How a course differs from another one: in its gradebook, and in its files."""
    one, other = (tables(found.folder / "gradebook.db") for found in (calm, course))
    for table in one.keys() | other.keys():
        rows, others = (set(map(str, found.get(table, []))) for found in (one, other))
        for row in sorted(rows ^ others)[:5]:
            yield f"{table}: {'missing' if row in rows else 'new'} {row}"
        if len(one[table]) != len(other[table]):
            yield f"{table}: {len(other[table])} rows, not {len(one[table])}"
    files, others = contents(calm), contents(course)
    for name in sorted(files.keys() | others.keys()):
        if files.get(name) != others.get(name):
            kind = {name not in files: "new", name not in others: "missing"}.get(True, "different")
            yield f"{kind}: {name}"


def tables(gradebook: Path) -> dict[str, list[Any]]:
    """All that a gradebook holds: each row with what it refers to in place of made-up ids."""
    with closing(sqlite3.connect(gradebook)) as database:
        database.row_factory = sqlite3.Row
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master "
                                                    "WHERE type = 'table'")]  # fmt: skip
        rows = {name: [dict(row) for row in database.execute(f"SELECT * FROM {name}")]
                for name in names}  # fmt: skip
        refers = {name: {row["from"]: row["table"]
                         for row in database.execute(f"PRAGMA foreign_key_list({name})")}
                  for name in names}  # fmt: skip
    by_id = {name: {row["id"]: row for row in rows[name] if "id" in row} for name in names}

    def told(table: str, row: dict[str, Any]) -> dict[str, Any]:
        return {column: told(refers[table][column], by_id[refers[table][column]][value])
                if value is not None and column in refers[table] else value
                for column, value in row.items()
                if column in refers[table] or not made_up(column, value)}  # fmt: skip

    return {name: [told(name, row) for row in rows[name]] for name in names}


def made_up(column: str, value: Any) -> bool:
    return column == "id" and bool(re.fullmatch("[0-9a-f]{32}", str(value)))


def contents(course: Course) -> dict[str, Any]:
    """All files of the course by name, hidden ones too; without what each run makes up itself."""
    found: dict[str, Any] = {}
    for path in sorted(course.folder.rglob("*")):
        name = path.relative_to(course.folder).as_posix()
        if path.is_dir() or name == "gradebook.db" or "__pycache__" in name:
            continue
        content: Any = path.read_bytes()
        if path.name == "result.json":
            content = {**json.loads(content), "seconds": 0}
        if name.startswith("autograded/") and path.name == "submission_secret.txt":
            submitted = course.folder / "submitted" / Path(name).relative_to("autograded")
            content = content if submitted.exists() else len(content)
        if path.suffix == ".ipynb" and name.startswith("autograded/"):
            nbformat.validate(json.loads(content))
        found[name] = content, path.stat().st_mode
    return found


def handed_in(course: Course) -> dict[str, tuple[bytes, int, int]]:
    """All that lies in submitted/, with when it was last changed."""
    return {
        str(path.relative_to(course.folder)): (
            path.read_bytes() if path.is_file() else b"",
            path.stat().st_mtime_ns,
            path.stat().st_mode,
        )
        for path in (course.folder / "submitted").rglob("*")
    }


def by_hand(course: Course) -> set[tuple[str, Any]]:
    """What people gave: the column, the value, and of which cell of which submission."""
    return {
        (f"{table} {column} {row.get('cell', row)} {row['notebook_id']}", row[column])
        for table, rows in tables(course.folder / "gradebook.db").items()
        for row in rows
        for column in BY_HAND
        if column in row and row[column] and "notebook_id" in row
    }


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--students", type=int, default=40)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--jobs", type=int, default=2)
    chosen = options.parse_args()
    adopt_orphans(True)
    with tempfile.TemporaryDirectory() as folder:
        course = make_class(Path(folder) / "storm", chosen.students, chosen.jobs)
        calm = copied(course, Path(folder) / "calm")
        given = len(by_hand(course))
        seen = storm(course, calm, chosen.kills, chosen.seed, chosen.jobs)
        errors = (course.base / "errors").read_text()
        rows = sum(map(len, tables(course.folder / "gradebook.db").values()))
        files = len(contents(course))
    print("| kill | of | seconds after the start | new results until then |")
    print("|---|---|---|---|")
    for number, kill in enumerate(seen.kills, 1):
        print(f"| {number} | {'the parent alone' if kill.alone else 'its process group'} "
              f"| {kill.seconds:.2f} | {kill.results} |")  # fmt: skip
    print(f"\n| a class of {chosen.students} after {len(seen.kills)} kills | |")
    print("|---|---|")
    print(f"| last run | {seen.seconds:.1f} s, exit status {seen.status} |")
    print(f"| rows of the gradebook compared | {rows} |")
    print(f"| files of the course compared | {files} |")
    print(f"| given by hand before | {given} |")
    print(f"| processes that outlived their run | {seen.outlived} |")
    print(f"| left in $TMPDIR | {', '.join(seen.temporary) or 'nothing'} |")
    print(f"| different | {'; '.join(seen.wrong) or 'nothing'} |")
    if "Traceback" in errors or "SAWarning" in errors:
        print(f"\n{errors}")
    return int(bool(seen.wrong or seen.status or seen.outlived or len(seen.kills) < chosen.kills))


if __name__ == "__main__":
    sys.exit(main())
