"""A new assignment, laid out in the course: complete, with one small exercise to be replaced."""

from __future__ import annotations

import keyword
import os
import re
import shutil
import tempfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from autograder.course import course_root
from autograder.errors import WrongUsage

PACKAGE = Path(__file__).resolve().parent
TEMPLATE = PACKAGE / "template"  # laid out as the course is
NAME = "NAME"  # in its files and their names, it stands for the assignment's
PARTS = {
    "solutions/NAME": "the lesson, with the solution and the points",
    "nndl/labs/NAME.py": "the checks in the notebook",
    "autograder/checks/NAME.py": "the hidden checks",
    "autograder/misconceptions/NAME.py": "known mistakes, each with its hint",
    "tests/corpus/NAME": "right solutions, written in other ways",
}
NEXT = """
It has one small exercise, `unit_rows`, and works as it is:

    autograder release NAME    makes the students' version
    autograder audit NAME      tries the checks on the known mistakes and the right solutions

Put yours in its place, step by step. docs/authoring.md goes through all of it."""


def new(name: str) -> str:
    """Lay out an assignment of that name in the course; what was made, in words.

    Raises WrongUsage where it can't be: then nothing was made.
    """
    root = _course()
    _must_be_free(name)
    for part in (*PARTS, "assignments/NAME"):
        place = root / _named(part, name)
        if os.path.lexists(place):
            raise WrongUsage(f"{place} is there already. Choose another name than {name!r}.")
    try:
        _write(name, root)
    except OSError as error:
        raise WrongUsage(f"Nothing was made, since a file can't be written: {error}.") from error
    made = {_named(part, name): says for part, says in PARTS.items()}
    width = max(map(len, made))
    lines = [f"{part:{width}}  {says}" for part, says in made.items()]
    return "\n".join([*lines, _named(NEXT, name)])


def _course() -> Path:
    """The course in whose folder we are, and that this package belongs to."""
    root, here = course_root(), Path.cwd()
    if root not in (here, *here.parents):
        raise WrongUsage(f"{here} is not in a course. Go to the folder of yours, such as {root}.")
    if (root / "autograder").resolve() != PACKAGE:
        raise WrongUsage(
            f"This autograder belongs to another course, {PACKAGE.parent}: it would not find the "
            f"checks of {root}. Use the one that is installed from there."
        )
    return root


def _must_be_free(name: str) -> None:
    """Raise WrongUsage unless modules can have that name, and no other thing has it."""
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise WrongUsage(
            f"{name!r} can't be the name of an assignment, since modules are called like it: small "
            "letters, digits and underscores, and a letter first."
        )
    if keyword.iskeyword(name):
        raise WrongUsage(f"{name!r} is a word of Python's own, and modules can't be called so.")
    if find_spec(name) is not None:
        raise WrongUsage(
            f"There is a Python package or module {name!r}, which could not be imported any more "
            "where the assignment is graded. Choose another name."
        )


def _write(name: str, root: Path) -> None:
    """Fill in the template aside, and move its parts to their places: all of them, or none."""
    with tempfile.TemporaryDirectory(dir=root, prefix=".new-") as temporary, ExitStack() as undo:
        for path in (*TEMPLATE.rglob("*.md"), *TEMPLATE.rglob("*.py")):
            copy = Path(temporary) / _named(path.relative_to(TEMPLATE).as_posix(), name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(_named(path.read_text(encoding="utf-8"), name), encoding="utf-8")
        for part in PARTS:
            place = root / _named(part, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.rename(Path(temporary) / _named(part, name), place)
            undo.callback(_remove, place)
        undo.pop_all()


def _remove(place: Path) -> None:
    shutil.rmtree(place) if place.is_dir() else place.unlink()


def _named(text: str, name: str) -> str:
    return text.replace(NAME, name)
