"""What a class of a thousand costs, and what it would cost with nbgrader's autograde or otter run.

The class hands in fc_vae: the right variants of the corpus and the known mistakes, by turns. In one
run of this script

    autograder grade     grades all of them into the gradebook, with nothing kept from before
    nbgrader autograde   grades the first 20, as it comes: its own preprocessors and settings
    otter run            grades the same 20, one command for each, as it is meant to be used

How it is made fair. All grade the same students on the same items, on the same machine, one after
the other, with what they import found on the disk. Training is left out everywhere: the lesson that
nbgrader and otter run has no cells that train, and we have no checks of the items that need them
(`--training` leaves it in everywhere). For nbgrader and otter the tests are the notebook's own
public checks, which look at the same properties as our hidden ones: for nbgrader in the graded
cells, for otter in files of its exception-based format, one for each item, and not in the notebook
besides. Neither draws a PDF, and neither says what mistake it was, nor stands behind walls.

    seconds    from the start of the command to its end, by the number of submissions
    core-s     CPU seconds of the command and of all that it started, by that number
    memory     the most that all processes had together, shared pages counted once

otter-grader is none of our dependencies: it is installed into an environment of its own that sees
this one's packages, in a temporary folder, or in one that you name and that is kept.

    .venv/bin/python benchmarks/whole_class.py [--count N] [--sample N] [--training]
                                               [--otter FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "autograder"))

import nbformat
from nbgrader_course import ROOT, Course
from vanilla import OFFLINE, TASK, a_class, as_it_comes, points
from watch import Cost, measured

from autograder.misconceptions import misconceptions

GOALS = {"nbgrader autograde": 20, "otter run": 40}
AUTOGRADE = ("nbgrader", "autograde", TASK, "--Execute.timeout=600")
GRADE = ("autograder", "grade", "submitted/")
GREETING = b"\n\ndef hello_vae():\n    print('Hello from vae.py!')\n"
TEST = '''"""An item of {task}, as otter tests it."""

from otter.test_files import test_case

OK_FORMAT = False
name = "{item}"
points = {points}


@test_case(points={points})
def test_{item}(env):
    exec({source!r}, env)
'''


def class_of(count: int) -> dict[str, bytes]:
    """So many modules by student: right variants and known mistakes by turns, again and again."""
    paths = sorted((ROOT / "tests" / "corpus" / TASK / "right").glob("*.py"))
    right = [path.read_bytes() for path in paths]
    # The notebook greets with it in the cell that imports all the rest.
    right = [text if b"def hello_vae" in text else text + GREETING for text in right]
    wrong = misconceptions(TASK)
    return {
        f"student{number:05}": wrong[number // 2 % len(wrong)].module.encode()
        if number % 2
        else right[number // 2 % len(right)]
        for number in range(count)
    }


def cost(course: Course, command: tuple[str, ...], count: int) -> Cost:
    return measured(command, course.folder, course.environment(), count)


# --- otter ------------------------------------------------------------------------------------


def environment_of_otter(folder: Path) -> Path:
    """An environment with otter-grader, which finds all else in this one; its programs."""
    programs = folder / "bin"
    if not programs.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    if not (programs / "otter").exists():
        install = [str(programs / "python"), "-m", "pip", "install", "--quiet", "otter-grader"]
        subprocess.run(install, check=True)
    # It is the last to be used: that it runs is to be known before all the rest has been graded.
    subprocess.run([str(programs / "otter"), "--version"], check=True, stdout=subprocess.DEVNULL)
    return programs


def for_otter(course: Course, folder: Path, programs: Path) -> Path:
    """Otter's zip of tests, one for each graded cell of the notebook; that notebook has it no more.

    It is handed in without the cell, which otter would run besides.
    """
    (folder / "tests").mkdir(parents=True)
    notebook = nbformat.read(course.folder / "assignments" / TASK / f"{TASK}.ipynb", as_version=4)
    kept = []
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if not mark.get("grade"):
            kept.append(cell)
            continue
        test = TEST.format(task=TASK, item=mark["grade_id"], points=mark["points"],
                           source=cell.source)  # fmt: skip
        (folder / "tests" / f"{mark['grade_id']}.py").write_text(test, encoding="utf-8")
    notebook.cells = kept
    nbformat.write(notebook, folder / f"{TASK}.ipynb")
    command = [str(programs / "otter"), "generate", "-t", "tests", "-o", "autograder.zip"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "autograder.zip"


def otter_runs(course: Course, folder: Path, programs: Path, work: Mapping[str, bytes]) -> Cost:
    """What `otter run` takes for each of them."""
    tests = for_otter(course, folder, programs)
    environment = course.environment()
    environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
    total = Cost(len(work), 0.0, 0.0)
    for student, module in work.items():
        handed_in, out = folder / f"{student}.zip", folder / student
        with zipfile.ZipFile(handed_in, "w") as archive:
            archive.write(folder / f"{TASK}.ipynb", f"{TASK}.ipynb")
            archive.writestr("vae.py", module)
        out.mkdir()
        command = ("otter", "run", "--no-logo", "-a", str(tests), "-o", str(out), str(handed_in))
        one = measured(command, folder, environment, 1)
        total = Cost(total.count, total.wall + one.wall, total.cores + one.cores,
                     max(total.memory, one.memory))  # fmt: skip
    return Cost(total.count, total.wall / len(work), total.cores / len(work), total.memory)


def otter_points(folder: Path, student: str) -> float:
    tests = json.loads((folder / student / "results.json").read_text())["tests"]
    return sum(float(test.get("score", 0)) for test in tests)


# --- the table --------------------------------------------------------------------------------


def show(rows: Mapping[str, Cost]) -> None:
    ours = rows["autograder grade"]
    print(f"\n{'a submission':22}{'class':>7}{'seconds':>9}{'ratio':>8}{'core-s':>9}{'ratio':>8}"
          f"{'memory, MB':>12}{'all of it, s':>14}")  # fmt: skip
    for name, cost in rows.items():
        print(f"{name:22}{cost.count:7}{cost.wall:9.3f}{cost.wall / ours.wall:8.1f}"
              f"{cost.cores:9.3f}{cost.cores / ours.cores:8.1f}{cost.memory / 1e6:12.0f}"
              f"{cost.wall * cost.count:14.0f}")  # fmt: skip
    print()
    for name, goal in GOALS.items():
        faster, cheaper = (rows[name].wall / ours.wall, rows[name].cores / ours.cores)
        print(f"{name}: {faster:.1f} times the seconds, {cheaper:.1f} times the core-seconds; "
              f"the goal is {goal}")  # fmt: skip
    print(f"cores here: {len(os.sched_getaffinity(0))}, load: {os.getloadavg()[0]:.1f}")


def show_points(nbgrader: Course, ours: Course, otter: Path) -> None:
    """Everyone's points in the sample: that all three have graded, and no two the same way."""
    by_nbgrader, by_us = points(nbgrader), points(ours)
    print(f"\n{'points':14}{'ours':>9}{'nbgrader':>10}{'otter':>9}")
    for student, theirs in by_nbgrader.items():
        print(f"{student:14}{sum(by_us[student].values()):9.2f}{sum(theirs.values()):10.2f}"
              f"{otter_points(otter, student):9.2f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Three graders, and the same submissions.")
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="of the whole class")
    parser.add_argument("--sample", type=int, default=20, metavar="N",
                        help="of those that nbgrader and otter grade (default: 20)")  # fmt: skip
    parser.add_argument("--otter", type=Path, metavar="FOLDER",
                        help="an environment with otter-grader, or where to make one")  # fmt: skip
    parser.add_argument("--training", action="store_true", help="with training, everywhere")
    options = parser.parse_args()
    work = class_of(options.count)
    sample = dict(list(work.items())[: options.sample])

    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        programs = environment_of_otter((options.otter or base / "otter").resolve())
        os.environ.update(OFFLINE, XDG_CACHE_HOME=str(base / "cache"))
        os.environ.pop("NNDL_DATA", None)
        whole = a_class(base / "whole", work, options.training)
        few = as_it_comes(a_class(base / "few", sample, options.training), base / "vanilla")
        # Matplotlib looks for its fonts once on a machine: nobody is to pay for that.
        whole.run(sys.executable, "-c", "import matplotlib.font_manager")
        rows = {"autograder grade": cost(whole, GRADE, options.count)}
        rows["nbgrader autograde"] = cost(few, AUTOGRADE, options.sample)
        rows["otter run"] = otter_runs(few, base / "otter-run", programs, sample)
        show(rows)
        show_points(few, whole, base / "otter-run")


if __name__ == "__main__":
    main()
