"""What comes of grading: the record that is written as `result.json`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import GraderFault
from autograder.text import printable

SCHEMA = 1


@dataclass(frozen=True)
class CheckResult:
    """One check: `message` is what the student may read, empty when it passed."""

    name: str
    passed: bool
    points: float
    max_points: float
    message: str
    misconception: str | None = None


@dataclass(frozen=True)
class ItemResult:
    """One exercise; `status` is passed, partial, failed, missing or manual."""

    name: str
    points: float
    max_points: float
    status: str
    carried_forward: tuple[str, ...]
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class Result:
    """One submission; `status` "failed" means the grader's fault, with `error`, never a score."""

    student: str
    assignment: str
    submission_sha256: str
    status: str
    max_score: float
    walls: tuple[str, ...]
    seed: int
    versions: dict[str, str]
    seconds: float
    items: tuple[ItemResult, ...] = ()
    notes: tuple[str, ...] = ()
    score: float | None = None
    error: str | None = None
    schema: int = field(default=SCHEMA)

    def as_json(self) -> dict[str, Any]:
        record = asdict(self)
        order = ("schema", "student", "assignment", "submission_sha256", "status", "error",
                 "score", "max_score", "items", "notes", "walls", "seed", "versions",
                 "seconds")  # fmt: skip
        return {key: record[key] for key in order if record[key] is not None}

    def as_text(self) -> str:
        """The content of `result.json`."""
        return json.dumps(self.as_json(), indent=1, ensure_ascii=True) + "\n"


def read_result(path: Path) -> Result | None:
    """The result at `path`, or None where there is none that can be read."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record.pop("schema") != SCHEMA:
            return None
        items = tuple(
            ItemResult(
                **{
                    **item,
                    "carried_forward": tuple(item["carried_forward"]),
                    "checks": tuple(CheckResult(**check) for check in item["checks"]),
                }
            )
            for item in record.pop("items")
        )
        notes, walls = tuple(record.pop("notes")), tuple(record.pop("walls"))
        return Result(items=items, notes=notes, walls=walls, **record)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def results_in(folder: Path) -> tuple[list[Result], list[Path]]:
    """All results of a folder that was graded into, by assignment and student.

    With them, in the second list, the files that should hold one and can't be read, or hold the
    result of another student or assignment than the folders say.
    """
    results, others = [], []
    for path in sorted(folder.glob("*/*/result.json")):
        result = read_result(path)
        if result is not None and (result.student, result.assignment) == path.parts[-3:-1]:
            results.append(result)
        else:
            others.append(path)
    results.sort(key=lambda result: (result.assignment, result.student))
    return results, others


def write_page(path: Path, content: str) -> None:
    """Write a file that is made from results. Raises GraderFault where that can't be."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise GraderFault(f"{printable(str(path))} can't be written: {error.strerror}.") from error


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write a file so that at any moment the old or the new one is there, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name for the whole folder: what a killed run left is overwritten by the next one.
    temporary = path.with_name(".new")
    temporary.unlink(missing_ok=True)
    try:
        with open(temporary, "xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
