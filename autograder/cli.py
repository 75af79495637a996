"""The command line: what an instructor types."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.errors import CONTINUE, GraderFault, WrongUsage
from autograder.text import printable

GRADED, FAULT, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 (done), 1 (the grader's fault) or 2 (wrong usage)."""
    options = _parser().parse_args(arguments)
    # jsonschema, below nbformat, makes a grammar of web addresses with it, if it is there: that
    # takes a second, and nothing in a notebook is checked against it. None in the place of a
    # module makes its import fail, which mypy does not know.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        return int(options.run(options))
    except WrongUsage as error:
        print(f"autograder: {error}", file=sys.stderr)
        return USAGE
    except GraderFault as error:
        print(f"autograder: {error}", file=sys.stderr)
        return FAULT
    except KeyboardInterrupt:
        print(f"\nautograder: stopped. {CONTINUE}", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Grade the course's assignments: fast, safely, with feedback that names "
        "the mistake.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    release = commands.add_parser("release", help="make the students' version of assignments")
    release.add_argument("assignments", nargs="*", metavar="ASSIGNMENT")
    release.set_defaults(run=_release)

    _add_grade(commands)

    report = commands.add_parser("report", help="make the class report and students' pages")
    report.add_argument("folder", type=Path, metavar="DIR", help="a folder of results")
    report.set_defaults(run=_report)

    _add_export(commands)

    audit = commands.add_parser("audit", help="try the checks on known mistakes and right variants")
    audit.add_argument("assignments", nargs="*", metavar="ASSIGNMENT")
    audit.add_argument("--jobs", type=_positive, default=_cores(), metavar="N")
    audit.set_defaults(run=_audit)

    new = commands.add_parser("new", help="lay out a new assignment")
    new.add_argument("name", metavar="NAME")
    new.set_defaults(run=_new)

    doctor = commands.add_parser("doctor", help="what this machine has: walls, versions, cores")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_grade(commands: Any) -> None:
    grade = commands.add_parser("grade", help="grade what students handed in")
    grade.add_argument("submitted", type=Path, metavar="SUBMITTED",
                       help="nbgrader's submitted folder, a folder with one entry per student, "
                            "or one module or notebook")  # fmt: skip
    grade.add_argument("--assignment", metavar="A", help="which assignment it is, or only this one")
    grade.add_argument("--out", type=Path, default=Path("results"), metavar="DIR",
                       help="where results and feedback go (default: results)")  # fmt: skip
    grade.add_argument("--student", action="extend", nargs="+", default=[], metavar="S",
                       help="only these students")  # fmt: skip
    grade.add_argument("--jobs", type=_positive, default=_cores(), metavar="N",
                       help="submissions at a time (default: %(default)s, the cores)")  # fmt: skip
    grade.add_argument("--scheduler", metavar="ADDRESS",
                       help="grade on the workers of this Dask scheduler (tcp://HOST:8786), "
                            "and not on this machine")  # fmt: skip
    grade.add_argument("--regrade", action="store_true", help="grade finished submissions again")
    grade.add_argument("--seed", type=int, default=0, metavar="N",
                       help="what the checks' inputs are drawn from (default: 0)")  # fmt: skip
    grade.add_argument("--gradebook", metavar="URL",
                       help="record the results in this gradebook of nbgrader's (default: in the "
                            "course's own, if SUBMITTED is the course's)")  # fmt: skip
    _add_walls(grade)
    grade.set_defaults(run=_grade)


def _add_export(commands: Any) -> None:
    export = commands.add_parser("export", help="results for Canvas, Gradescope or a spreadsheet")
    export.add_argument("folder", type=Path, metavar="DIR", help="where the results are")
    export.add_argument("--to", choices=("canvas", "gradescope", "csv"), required=True)
    export.add_argument("--assignment", metavar="A", help="only this one")
    export.add_argument("--out", type=Path, metavar="FILE",
                        help="a new file to write (default: one in DIR)")  # fmt: skip
    canvas = export.add_argument_group("for Canvas")
    canvas.add_argument("--canvas-gradebook", type=Path, metavar="FILE",
                        help="the gradebook that you exported from Canvas (needed)")  # fmt: skip
    canvas.add_argument("--column", metavar="TITLE",
                        help="the assignment there, by its title or number (default: the one "
                             "with the same name)")  # fmt: skip
    canvas.add_argument("--gradebook", metavar="URL",
                        help="take all points, those given by hand too, from this gradebook of "
                             "nbgrader's")  # fmt: skip
    export.set_defaults(run=_export)


def _add_walls(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--walls",
        choices=("bwrap", "process", "none"),
        default="bwrap",
        help="what stands around students' code; only bwrap (the default) is safe, and the "
        "others are written into every result",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _release(options: argparse.Namespace) -> int:
    from autograder.release import release, warnings

    for warning in warnings():
        print(f"autograder: {warning}", file=sys.stderr)
    for written in release(options.assignments):
        print(written)
    return GRADED


def _grade(options: argparse.Namespace) -> int:
    from autograder.classroom import Order, grade_class
    from autograder.nbgrader.gradebook import shown
    from autograder.nbgrader.home import home_of, recorded, refused
    from autograder.sandbox.walls import NoWalls, choose
    from autograder.submission import find
    from autograder.table import show

    handed = find(options.submitted, options.assignment, options.student)
    try:
        if options.scheduler is None:  # workers look for themselves
            choose(options.walls)
    except NoWalls as error:
        raise WrongUsage(
            f"{error}\nWithout walls a student's code can read and change anything that you can. "
            "If you accept that: --walls process, or --walls none."
        ) from error
    if options.walls != "bwrap":
        print(f"autograder: WITHOUT WALLS ({options.walls}): students' code can read and change "
              "anything that you can.", file=sys.stderr)  # fmt: skip
    order = Order(options.out, options.walls, options.seed, options.regrade, options.jobs,
                  options.scheduler)  # fmt: skip
    graded = grade_class(handed, order)
    with home_of(options.submitted, options.gradebook) as home:
        all_graded = show(recorded(graded, handed, home) if home else graded, len(handed))
    print(f"Results and feedback: {options.out}/STUDENT/ASSIGNMENT/", file=sys.stderr)
    complaints = []
    if home:
        print(f"Gradebook: {shown(home.course.db_url)}", file=sys.stderr)
        complaints = [said for one in handed if (said := refused(one.student))]
    for said in complaints:
        print(f"autograder: {said}", file=sys.stderr)
    return GRADED if all_graded and not complaints else FAULT


def _report(options: argparse.Namespace) -> int:
    from autograder.reports.writing import write_reports

    report, pages, unreadable = write_reports(options.folder)
    print(report)
    print(f"Students' pages ({pages}): {options.folder}/STUDENT/ASSIGNMENT/feedback.html",
          file=sys.stderr)  # fmt: skip
    _complain(unreadable)
    return FAULT if unreadable else GRADED


def _export(options: argparse.Namespace) -> int:
    from autograder.exports.command import Order, export
    from autograder.exports.writing import write

    exported = export(
        Order(options.folder, options.to, options.assignment, options.out,
              options.canvas_gradebook, options.column, options.gradebook)
    )  # fmt: skip
    for said in exported.notes:
        print(f"autograder: {said}", file=sys.stderr)
    write(exported)
    for path in exported.files:
        print(printable(str(path)))
    _complain(exported.unreadable)
    return FAULT if exported.unreadable else GRADED


def _complain(unreadable: Iterable[Path]) -> None:
    """Name the files in a folder of results that should hold one."""
    for path in unreadable:
        print(f"autograder: {printable(str(path))} can't be read, or is another student's or "
              "assignment's.", file=sys.stderr)  # fmt: skip


def _audit(options: argparse.Namespace) -> int:
    from autograder.audit import audit

    return GRADED if audit(options.assignments, options.jobs) else FAULT


def _new(options: argparse.Namespace) -> int:
    from autograder.new import new

    print(new(options.name))
    return GRADED


def _doctor(options: argparse.Namespace) -> int:
    from autograder.doctor import doctor

    return GRADED if doctor() else FAULT
