"""Build the zip for an assignment on Gradescope: `python scripts/gradescope_zip.py fc_vae`.

`docs/exports.md` says what to do with it, and what the walls are there.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.assignment import known_assignments
from autograder.course import course_root
from autograder.errors import WrongUsage
from autograder.exports.gradescope import NOT_GRADED
from autograder.exports.writing import new_file

HARNESS = Path(__file__).parent / "gradescope"
FILES = ("pyproject.toml", "constraints.txt", "nbgrader_config.py", "course.toml", "LICENSE")
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints", "checkpoints", "build", "template")


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the zip for Gradescope.")
    parser.add_argument("assignment")
    parser.add_argument("--walls", choices=("bwrap", "process"), default="bwrap")
    parser.add_argument(
        "--torch-index", default="", metavar="ADDRESS", help="where pip finds torch for the CPU"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="default: gradescope-ASSIGNMENT.zip"
    )
    options = parser.parse_args()
    out = options.out or Path(f"gradescope-{options.assignment}.zip")
    try:
        if options.assignment not in known_assignments():
            names = ", ".join(known_assignments())
            raise WrongUsage(
                f"There is no assignment {options.assignment!r}. The course has: {names}."
            )
        build(options.assignment, options.walls, options.torch_index, new_file(out))
    except WrongUsage as error:
        print(f"gradescope_zip.py: {error}", file=sys.stderr)
        return 2
    print(out)
    return 0


def build(name: str, walls: str, torch_index: str, out: Path) -> None:
    """Write the zip: the harness's two scripts at its root, and the course below `course/`."""
    values = {"ASSIGNMENT": name, "WALLS": walls, "TORCH_INDEX": torch_index}
    settings = "".join(f"{key}={shlex.quote(value)}\n" for key, value in values.items())
    with zipfile.ZipFile(out, "x", zipfile.ZIP_DEFLATED) as archive:
        for script in ("setup.sh", "run_autograder"):
            _add(archive, script, (HARNESS / script).read_bytes(), 0o755)
        _add(archive, "settings.sh", settings.encode())
        _add(archive, "not_graded.json", NOT_GRADED.encode())
        for path in course_files(name):
            _add(archive, f"course/{path.relative_to(course_root())}", path.read_bytes())


def course_files(name: str) -> Iterator[Path]:
    """What grading that assignment takes: the two packages, and no other assignment's solution."""
    root = course_root()
    yield from (root / file for file in FILES)
    for folder in ("autograder", "nndl", f"solutions/{name}", f"assignments/{name}"):
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root).parts
            left_out = any(part in LEFT_OUT or part.endswith(".egg-info") for part in parts)
            made = parts[0] == "solutions" and path.suffix == ".ipynb"  # from the lesson beside it
            if path.is_file() and not (left_out or made):
                yield path


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


if __name__ == "__main__":
    sys.exit(main())
