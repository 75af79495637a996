"""What instructors write: lessons and modules with nbgrader's marks, on their way to students."""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.assignment import assignment, lesson
from autograder.course import course_root
from autograder.errors import GraderFault, WrongUsage

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

STUB = "raise NotImplementedError"
PLACEHOLDER = re.compile(r"\{\{ *course\.(\w+) *\}\}")
MARK = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
# Comments that were meant to be a mark, and that nbgrader would not take for one.
MISSPELT = re.compile(r"#.*\b(begin|end)[ _-]*(solution|hidden|mark)", re.IGNORECASE)
# The same on every machine, whatever kernel the lesson was last opened with.
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
ASSETS = "assets"


@dataclass(frozen=True)
class Host:
    """Where the course is hosted: a repository on GitHub, its branch, the folder in it."""

    github: str
    branch: str
    folder: str

    @property
    def is_placeholder(self) -> bool:
        return self.github.startswith("your-organization/")

    def values(self) -> dict[str, str]:
        """What `{{ course.NAME }}` in a lesson stands for, by NAME."""
        return {
            "colab": "https://colab.research.google.com/github/"
            f"{self.github}/blob/{self.branch}/{self.folder}",
            "files": f"https://raw.githubusercontent.com/{self.github}/{self.branch}/{self.folder}",
            "wheel": wheel_name(),
        }


def host() -> Host:
    """Where `course.toml` says that the course is hosted."""
    path = course_root() / "course.toml"
    try:
        return Host(**_toml(path)["host"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise WrongUsage(
            f"{path} must say where the course is hosted: github, branch and folder, "
            f"under [host] ({error})."
        ) from error


def wheel_name() -> str:
    """The file name of the student's wheel."""
    version = _toml(course_root() / "nndl" / "pyproject.toml")["project"]["version"]
    return f"nndl-{version}-py3-none-any.whl"


def notebook_source(name: str) -> NotebookNode:
    """The lesson of that name, solutions and all, as nbgrader is to take it for the release.

    Cells have ids and placeholders their values. Raises WrongUsage where marks are not in order.
    """
    path = assignment(name).folder / f"{name}.md"
    check_marks(path, path.read_text(encoding="utf-8"))
    notebook: NotebookNode = lesson(path)
    name_cells(notebook)
    values = host().values()
    for cell in notebook.cells:
        cell.source = _filled(cell.source, values, path)
    notebook.metadata.pop("jupytext", None)  # the students' notebook is paired with nothing
    notebook.metadata.update(nbformat.from_dict(KERNEL))
    return notebook


def files_beside(name: str) -> dict[str, bytes]:
    """What students get beside the notebook: modules without solutions, and assets, by path."""
    folder = assignment(name).folder
    values = host().values()
    files = {path.name: _module(path, values).encode() for path in sorted(folder.glob("*.py"))}
    for asset in sorted((folder / ASSETS).rglob("*")):
        if asset.is_file():
            files[asset.relative_to(folder).as_posix()] = asset.read_bytes()
    return files


def name_cells(notebook: NotebookNode) -> None:
    """Give every cell an id that is the same every time: its grade_id, or made of its text.

    jupytext draws new ones each time it reads.
    """
    taken = set()
    for cell in notebook.cells:
        text = f"{cell.cell_type}\n{cell.source}".encode()
        stem = cell.metadata.get("nbgrader", {}).get("grade_id")
        stem = stem or hashlib.sha256(text).hexdigest()[:8]
        cell.id, number = stem, 1
        while cell.id in taken:  # two cells with the same text
            number += 1
            cell.id = f"{stem}-{number}"
        taken.add(cell.id)


def check_marks(path: Path, source: str) -> list[str]:
    """The lines outside of nbgrader's marks. Raises WrongUsage unless every BEGIN has its END."""
    outside = []
    opened, since = "", 0
    for number, line in enumerate(source.split("\n"), start=1):
        mark = MARK.search(line)
        if mark is None:
            if MISSPELT.search(line):
                raise WrongUsage(f"{path}, line {number}: not spelt as nbgrader's marks are.")
            if not opened:
                outside.append(line)
        elif mark[1] == "BEGIN":
            if opened:
                raise WrongUsage(
                    f"{path}, line {number}: {mark[0]} before the END {opened} of line {since}."
                )
            opened, since = mark[2], number
        elif mark[2] == opened:
            opened = ""
        else:
            raise WrongUsage(f"{path}, line {number}: {mark[0]} without its BEGIN.")
    if opened:
        raise WrongUsage(f"{path}, line {since}: BEGIN {opened} without its END.")
    return outside


def _module(path: Path, values: dict[str, str]) -> str:
    """A module with a stub in place of every solution, by nbgrader's own rules."""
    source = path.read_text(encoding="utf-8")
    outside = check_marks(path, source)
    cell = nbformat.v4.new_code_cell(source)
    clear = ClearSolutions(code_stub={"python": STUB}, enforce_metadata=False)
    clear.preprocess(nbformat.v4.new_notebook(cells=[cell]), {})
    released = str(cell.source)
    left = Counter(released.split("\n")) - Counter(outside)
    if any(line.strip() != STUB for line in left):
        raise GraderFault(f"Solution lines are left in what is released of {path}: {list(left)}")
    try:
        ast.parse(released)
    except SyntaxError as error:
        raise WrongUsage(
            f"{path}: without the solutions it is not valid Python any more: {error}"
        ) from error
    return _filled(released, values, path)


def _filled(text: str, values: dict[str, str], path: Path) -> str:
    """`text` with the course's values in place of `{{ course.NAME }}`."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise WrongUsage(f"{path}: {found[0]} is none of course.{', course.'.join(values)}.")
        return values[found[1]]

    return PLACEHOLDER.sub(value, text)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
