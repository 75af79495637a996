"""Where outcomes that come to the same each time are kept from one run to the next.

To run all misconceptions costs as much as to grade thirty submissions. So what came of them lies
in the user's cache folder (`$XDG_CACHE_HOME`, else `~/.cache`), beside a digest of all that it
depends on: the code of the grader, of `nndl` and of the solution, and the versions below them.
Where that has changed, or the folder can't be used, there is simply nothing on the shelf.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from autograder.checks import Check
from autograder.errors import StudentError
from autograder.fingerprint import fingerprint
from autograder.grading import Outcome
from autograder.observations import Observation


def fetch(task: str, name: str) -> list[list[Outcome]] | None:
    """The outcomes kept under that name, if they are still what they would be today."""
    try:
        # Nothing but numbers, text and tensors is read: a damaged file can't do harm.
        kept = torch.load(_place(task, name), weights_only=True)
        if kept["digest"] != _digest(task):
            return None
        return [[_outcome(**outcome) for outcome in one] for one in kept["outcomes"]]
    except Exception:  # whatever is wrong with the file, its content can be had anew
        return None


def store(task: str, name: str, outcomes: list[list[Outcome]]) -> None:
    """Keep the outcomes under that name, in place of older ones."""
    plain = [[_plain(outcome) for outcome in one] for one in outcomes]
    place = _place(task, name)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            try:
                torch.save({"digest": _digest(task), "outcomes": plain}, file)
                os.replace(file.name, place)
            except BaseException:
                os.unlink(file.name)
                raise


def _place(task: str, name: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "autograder" / f"{task}-{name}.pt"


def _digest(task: str) -> str:
    """Of the code and the versions that outcomes depend on, and of the kind of processor."""
    parts = {**fingerprint(task), "processor": platform.machine()}
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _plain(outcome: Outcome) -> dict[str, Any]:
    error = outcome.error
    return {
        "name": outcome.name,
        "check": asdict(outcome.check),
        "statement": outcome.statement,
        "raised": asdict(error) if isinstance(error, StudentError) else None,
        "failed": str(error) if isinstance(error, AssertionError) else None,
        "observations": [(o.value, o.rtol, o.atol) for o in outcome.observations],
    }


def _outcome(
    name: str,
    check: dict[str, Any],
    statement: str,
    raised: dict[str, Any] | None,
    failed: str | None,
    observations: list[tuple[torch.Tensor, float, float]],
) -> Outcome:
    error: StudentError | AssertionError | None = None
    if raised is not None:
        error = StudentError(**raised)
    elif failed is not None:
        error = AssertionError(failed)
    seen = tuple(Observation(*observation) for observation in observations)
    return Outcome(name, Check(**check), statement, error, seen)
