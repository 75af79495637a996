"""From `solutions/` to `assignments/`: what students get is derived, never written by hand."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.nbgraderformat import ValidationError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
)

from autograder.assignment import assignment, known_assignments, lesson
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


def release(names: list[str]) -> list[Path]:
    """Derive the assignments of these names, or all of them, and build the student's wheel.

    Returns the files that were written. Raises WrongUsage where a lesson can't be released;
    `assignments/` stays as it was then.
    """
    names = names or known_assignments()
    derived = {name: derive(name) for name in names}
    paired = [path for name in names if (path := _pair(assignment(name).folder / f"{name}.md"))]
    target = course_root() / "assignments"
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".release-") as temporary:
        new = Path(temporary)
        build_wheel(new)
        for name, files in derived.items():
            write(files, new / name)
        written = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
        for path in written:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(new / path, target / path)
    return paired + [target / path for path in written]


def warnings() -> list[str]:
    """What an instructor should know before handing out what was released."""
    if not host().is_placeholder:
        return []
    return [
        f"course.toml still names {host().github} as the place where the course is hosted: "
        "notebooks opened in Colab won't find their files. Change it there, and release again."
    ]


def derive(name: str) -> dict[str, bytes]:
    """All that students get of an assignment: the files' contents by their paths in it."""
    folder = assignment(name).folder
    values = host().values()
    files = {f"{name}.ipynb": _notebook(folder / f"{name}.md", values).encode()}
    for module in sorted(folder.glob("*.py")):
        files[module.name] = _module(module, values).encode()
    for asset in sorted((folder / ASSETS).rglob("*")):
        if asset.is_file():
            files[asset.relative_to(folder).as_posix()] = asset.read_bytes()
    return files


def write(files: dict[str, bytes], folder: Path) -> None:
    """Put what `derive` gave into a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


class Derived(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no annotations
    """Makes nbgrader's own "generate assignment" give students what `autograder release` gives.

    nbgrader clears notebooks and copies all that lies beside them as it is: modules, with the
    solution in them, too. This stands last in its row of preprocessors and replaces what came
    of the others. If it fails, nbgrader removes the folder.
    """

    def preprocess(
        self, notebook: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        name = resources["nbgrader"]["assignment"]
        files = derive(name)
        folder = course_root() / "assignments" / name
        for copied in folder.rglob("*"):
            if copied.is_file() and copied.relative_to(folder).as_posix() not in files:
                copied.unlink()
        notebook_file = f"{resources['nbgrader']['notebook']}.ipynb"
        released = nbformat.reads(files.pop(notebook_file).decode(), as_version=4)
        write(files, folder)
        return released, resources


# --- notebooks and modules --------------------------------------------------------------------


def _notebook(path: Path, values: dict[str, str]) -> str:
    """The notebook that students get of a lesson, as JSON that is the same every time."""
    _check_marks(path, path.read_text(encoding="utf-8"))
    notebook = lesson(path)
    _name_cells(notebook)
    for cell in notebook.cells:
        cell.source = _filled(cell.source, values, path)
    notebook.metadata.pop("jupytext", None)  # the students' notebook is paired with nothing
    notebook.metadata.update(nbformat.from_dict(KERNEL))
    steps = [
        CheckCellMetadata(),
        ClearSolutions(code_stub={"python": STUB}),
        LockCells(),
        ClearOutput(),
        ClearHiddenTests(),
        ClearMarkScheme(),
        ComputeChecksums(),
        CheckCellMetadata(),
    ]
    try:
        for step in steps:
            notebook, _ = step.preprocess(notebook, {})
    except (RuntimeError, ValidationError) as error:
        raise WrongUsage(f"{path} can't be released: {error}") from error
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _name_cells(notebook: NotebookNode) -> None:
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


def _module(path: Path, values: dict[str, str]) -> str:
    """A module with a stub in place of every solution, by nbgrader's own rules."""
    source = path.read_text(encoding="utf-8")
    outside = _check_marks(path, source)
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


def _check_marks(path: Path, source: str) -> list[str]:
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


def _filled(text: str, values: dict[str, str], path: Path) -> str:
    """`text` with the course's values in place of `{{ course.NAME }}`."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise WrongUsage(f"{path}: {found[0]} is none of course.{', course.'.join(values)}.")
        return values[found[1]]

    return PLACEHOLDER.sub(value, text)


def _pair(path: Path) -> Path | None:
    """Write the notebook of the lesson at `path` beside it, unless it says the same already.

    Raises WrongUsage where the notebook has changes that the lesson has not.
    """
    notebook = lesson(path)
    paired = path.with_suffix(".ipynb")
    if paired.exists():
        there = nbformat.read(paired, as_version=4)
        there.metadata = notebook.metadata  # kernels don't matter
        if jupytext.writes(there, "md:myst") == jupytext.writes(notebook, "md:myst"):
            return None  # with the outputs of its last run
        if paired.stat().st_mtime > path.stat().st_mtime:
            raise WrongUsage(
                f"{paired} was changed after {path.name}, which is what is released. "
                f"Run `jupytext --sync {paired}`, or remove it."
            )
    _name_cells(notebook)
    jupytext.write(notebook, paired)
    return paired


# --- the course and its wheel -----------------------------------------------------------------


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


def build_wheel(folder: Path) -> Path:
    """Build the student's wheel into `folder`, without a network and the same every time."""
    root = course_root()
    with tempfile.TemporaryDirectory() as temporary:  # building leaves things beside the source
        source = Path(temporary) / "nndl"
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
        shutil.copytree(root / "nndl", source, ignore=ignored)
        shutil.copy(root / "LICENSE", source)
        for path in source.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)  # a wheel keeps the modes of files
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps"]
        done = subprocess.run(
            [*pip, "--no-build-isolation", "--wheel-dir", str(folder), str(source)],
            # The earliest time that a zip file can hold, for all its members.
            env={**os.environ, "SOURCE_DATE_EPOCH": "315532800"},
            umask=0o022,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise GraderFault(f"The wheel of nndl could not be built:\n{done.stderr}")
    return folder / wheel_name()


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
