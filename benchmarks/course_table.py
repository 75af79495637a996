"""The table of all assignments in the README: what each has, and what it costs.

Points, items, checks, known mistakes and right variants are counted. What was measured stays as it
stands in the README, or is measured anew where that is asked for: the solved notebook is run
offline from top to bottom, and a class of whole submissions (right variants and known mistakes by
turns) is graded with all items, as `grade_class.py` does it.

    .venv/bin/python benchmarks/course_table.py [--measure ASSIGNMENT...] [--write]

With `--write` the table takes the place of the one in the README. Core-seconds are not the same
everywhere: what a loop of Python's takes is printed too, to compare machines by.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The root first: else tests/autograder hides the package that it tests.
sys.path[:0] = [str(ROOT), str(Path(__file__).parent), str(ROOT / "tests")]

README = ROOT / "README.md"
BEGIN, END = "<!-- made by benchmarks/course_table.py -->\n", "<!-- end -->\n"
COUNTED = ("assignment", "points", "by hand", "items", "checks", "mistakes", "right variants")
MEASURED = ("core-seconds, notebook", "core-seconds, grading")


def counted(task: str) -> list[str]:
    """Of one assignment: its name, all points, those that people give, and how much it has."""
    from autograder.assignment import assignment
    from autograder.misconceptions import misconceptions

    items = assignment(task).items
    checks = vars(importlib.import_module(f"autograder.checks.{task}")).values()
    variants = list((ROOT / "tests" / "corpus" / task / "right").glob("*.py"))
    numbers = (
        sum(item.points for item in items),
        sum(item.points for item in items if item.manual),
        len(items),
        sum(hasattr(check, "check") for check in checks),
        len(misconceptions(task)),
        len(variants),
    )
    return [f"`{task}`", *(f"{number:g}" for number in numbers)]


def notebook_seconds(task: str) -> float:
    """Core-seconds of the solved notebook, run without a network."""
    import lessons

    beside = {path.name: path.read_text() for path in lessons.folder(task).glob("*.py")}
    with tempfile.TemporaryDirectory() as folder:
        before = cpu_of_children()
        notebook = lessons.execute(task, lessons.lesson(task), Path(folder), beside)
    if lessons.errors(notebook):
        raise SystemExit(f"the solved notebook of {task} stops with an error")
    return cpu_of_children() - before


def cpu_of_children() -> float:
    """Core-seconds of all processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def core_seconds(task: str) -> float:
    """Mean core-seconds of a submission, of the grader and of all behind the walls."""
    # In a process of its own, since the meter changes the grader's functions for good.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(grade_a_class, task).result()


def grade_a_class(task: str) -> float:
    """As `core_seconds`, in this process."""
    import torch
    from grade_class import Meter, _mean, _total, grade_all, handed_in, install

    from autograder.assignment import assignment
    from autograder.sandbox.process import WarmProcess
    from autograder.sandbox.walls import choose

    torch.set_num_threads(1)
    items = [item.name for item in assignment(task).items if not item.manual]
    with tempfile.TemporaryDirectory() as folder, WarmProcess(choose("bwrap")) as warm:
        os.environ["XDG_CACHE_HOME"] = folder
        handed = handed_in(task, Path(folder))
        meter = Meter(warm)
        install(meter)
        grade_all(handed[:1], warm, items, meter)  # starts the warm process, fills caches
        return _mean([_total(one) for one in grade_all(handed, warm, items, meter)]).cores


def loop_seconds() -> float:
    """What this machine takes to count to 20 million."""
    before = time.process_time()
    for _ in range(20_000_000):
        pass
    return time.process_time() - before


def standing() -> list[list[str]]:
    """The rows of the table in the README, without its head."""
    table = README.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    return [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]


def as_table(rows: list[list[str]]) -> str:
    """Markdown; all columns but the first are numbers."""
    heads = [*COUNTED, *MEASURED]
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    from autograder.assignment import known_assignments

    parser = argparse.ArgumentParser(description="The table of all assignments.")
    parser.add_argument("--measure", nargs="+", default=[], choices=known_assignments())
    parser.add_argument("--write", action="store_true", help="into the README")
    options = parser.parse_args()
    measured = {row[0]: row[len(COUNTED) :] for row in standing()}
    for task in options.measure:
        measured[f"`{task}`"] = [f"{notebook_seconds(task):.0f}", f"{core_seconds(task):.2f}"]
        print(f"measured {task}; counting to 20 million takes {loop_seconds():.1f} s")
    unknown = ["–"] * len(MEASURED)
    rows = [counted(task) for task in known_assignments()]
    table = as_table([[*row, *measured.get(row[0], unknown)] for row in rows])
    print(table, end="")
    if options.write:
        before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        README.write_text(f"{before}{BEGIN}{table}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
