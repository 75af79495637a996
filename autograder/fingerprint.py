"""What grading depends on besides the submission: the code, the assignment, the versions below.

Where two machines have the same of it, they grade alike; where it is what it was, an outcome is.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import nndl
from autograder.assignment import assignment


def fingerprint(task: str) -> dict[str, str]:
    """By name: digests of code and content, and versions, as this process has them."""
    found = assignment(task)
    content = json.dumps([found.solution, [asdict(item) for item in found.items]])
    return {**_code(), f"the assignment {task}": _digest([content.encode()])}


@cache
def _code() -> dict[str, str]:
    return {
        "the code of autograder": _digest(_files(Path(__file__).parent)),
        "the code of nndl": _digest(_files(Path(nndl.__file__).parent)),
        "Python": platform.python_version(),
        "torch": version("torch"),
        "NumPy": version("numpy"),
    }


def _files(package: Path) -> Iterable[bytes]:
    """Each file of a package that has a say in grading, with its name."""
    found = (package.rglob(f"*.{kind}") for kind in ("py", "npz", "safetensors"))
    for path in sorted(chain.from_iterable(found)):
        content = path.read_bytes()
        yield f"{path.relative_to(package)} {len(content)} ".encode() + content


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
