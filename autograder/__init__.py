"""Grades the course's assignments: fast, safely, with feedback that names the mistake.

`from autograder import grade` is the grader as a library, see `docs/library.md`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["CheckResult", "Grader", "GraderFault", "ItemResult", "Result", "WrongUsage", "grade"]

if TYPE_CHECKING:
    from autograder.errors import GraderFault, WrongUsage
    from autograder.library import Grader, grade
    from autograder.result import CheckResult, ItemResult, Result
else:  # imported when they are asked for: the command line needs few of them
    _HOMES = {
        **dict.fromkeys(("GraderFault", "WrongUsage"), "errors"),
        **dict.fromkeys(("Grader", "grade"), "library"),
        **dict.fromkeys(("CheckResult", "ItemResult", "Result"), "result"),
    }

    def __getattr__(name: str) -> Any:
        if name in _HOMES:
            return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
