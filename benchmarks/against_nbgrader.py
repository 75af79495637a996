"""What a class costs with nbgrader's own `autograde`, and with `autograder grade`.

The bundled class hands in whole notebooks of fc_vae, each with its vae.py, in a copy of the course.
nbgrader grades it as it comes: its own preprocessors and settings, a kernel for every notebook.
Then we grade the same class into the gradebook, from an empty one each time. Training is left out
on both sides: the copied course has a lesson without the cells that train, and without the two
items and checks that are about them.

Of the other assignments the class hands in the notebook that it wrote in: right variants and known
mistakes by turns. Their training cells are the students' own: nbgrader runs them, and we don't.

    seconds    of the whole command, its start included
    core-s     CPU seconds of the command and of all that it started

Both are for one submission. `first time` is the first run on a machine, in which we find out what
known mistakes do; later runs find it on the shelf. What a submission costs nbgrader hardly depends
on the class's size; with us starting is a good part of it, so a larger class does better.

Two of the class are left out: nbgrader runs what students wrote as the instructor, and pablo's
searches the disk; liam's loops, and nbgrader would wait half a minute for each cell that calls it.
With `--training`, nbgrader may wait longer than that: on a busy machine training takes it.

    .venv/bin/python benchmarks/against_nbgrader.py [--students S ...] [--copies N] [--training]
    .venv/bin/python benchmarks/against_nbgrader.py --assignment A [--count N]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "autograder"))

import notebook_class
from nbgrader_course import ROOT, Course
from vanilla import OFFLINE, TASK, a_class, as_it_comes, copied, points
from watch import Cost, measured

CLASS = ROOT / "examples" / "class" / "submitted"
LEFT_OUT = {"liam", "pablo"}
AUTOGRADE = ("nbgrader", "autograde")
PATIENTLY = ("--Execute.timeout=600",)  # seconds for a cell
GRADE = ("autograder", "grade", "submitted/")
GOAL = 20.0  # times faster


def modules(students: list[str], copies: int) -> dict[str, bytes]:
    """What these students of the bundled class wrote, by student, each so many times."""
    return {
        f"{name}-{copy}" if copy else name: (CLASS / name / TASK / "vae.py").read_bytes()
        for copy in range(copies)
        for name in students
    }


def cost(course: Course, command: tuple[str, ...], count: int) -> Cost:
    return measured(command, course.folder, course.environment(), count)


def show(rows: Mapping[str, Cost]) -> None:
    theirs = next(iter(rows.values()))
    print(f"\n{'a submission':40}{'class':>6}{'seconds':>9}{'ratio':>7}{'core-s':>9}{'ratio':>7}")
    for name, cost in rows.items():
        print(f"{name:40}{cost.count:6}{cost.wall:9.3f}{theirs.wall / cost.wall:7.1f}"
              f"{cost.cores:9.3f}{theirs.cores / cost.cores:7.1f}")  # fmt: skip


def show_points(theirs: Course, ours: Course, task: str) -> None:
    """Everyone's points on both sides; items are named where they differ."""
    by_nbgrader, by_us = points(theirs, task), points(ours, task)
    print(f"\n{'points':14}{'nbgrader':>9}{'ours':>9}   where they differ: nbgrader / ours")
    for student, mine in by_us.items():
        if "-" in student:  # somebody's copy
            continue
        other = by_nbgrader[student]
        differ = [f"{item} {other[item]:g} / {mine[item]:g}"
                  for item in mine if abs(mine[item] - other[item]) > 1e-3]  # fmt: skip
        print(f"{student:14}{sum(other.values()):9.2f}{sum(mine.values()):9.2f}   "
              f"{', '.join(differ)}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds per submission, nbgrader's and ours.")
    everyone = sorted(folder.name for folder in CLASS.iterdir() if folder.name not in LEFT_OUT)
    parser.add_argument("--students", nargs="+", choices=everyone, default=everyone, metavar="S",
                        help="only these of the class")  # fmt: skip
    parser.add_argument("--copies", type=int, default=4, metavar="N",
                        help="of each student (default: 4, a class of 88)")  # fmt: skip
    parser.add_argument("--training", action="store_true", help="with training, on both sides")
    parser.add_argument("--assignment", choices=[TASK, *notebook_class.TASKS], default=TASK)
    parser.add_argument("--count", type=int, default=8, metavar="N",
                        help="of notebooks, not fc_vae's (default: 8)")  # fmt: skip
    options = parser.parse_args()
    task, training = options.assignment, options.training
    written = modules(options.students, options.copies)
    if task != TASK:
        training = True
        class_ = notebook_class.a_class(task, options.count)
        written = {student: notebook.encode() for student, notebook in class_.items()}
    count = len(written)

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        os.environ.update(OFFLINE, XDG_CACHE_HOME=str(base / "cache"))
        os.environ.pop("NNDL_DATA", None)
        course = a_class(base / "class", written, training, task)
        # Matplotlib looks for its fonts once on a machine: neither side is to pay for that.
        course.run(sys.executable, "-c", "import matplotlib.font_manager")
        first, later = (copied(course, base / name) for name in ("first", "again"))
        vanilla = as_it_comes(course, base / "vanilla")
        autograde = (*AUTOGRADE, task, *(PATIENTLY if training else ()))
        rows = {
            "nbgrader autograde": cost(vanilla, autograde, count),
            "autograder grade, first time": cost(first, GRADE, count),
            "autograder grade": cost(later, GRADE, count),
            "autograder grade, nothing new": cost(later, GRADE, count),
        }
        show(rows)
        faster = rows["nbgrader autograde"].wall / rows["autograder grade"].wall
        print(f"\nthe same class of {count}: {faster:.1f} times faster; the goal is {GOAL:.0f}")
        print(f"cores here: {len(os.sched_getaffinity(0))}, load: {os.getloadavg()[0]:.1f}")
        show_points(vanilla, first, task)


if __name__ == "__main__":
    main()
