"""What students of the course import: data, public checks, plots and small helpers.

`import nndl` itself loads nothing heavy; each part is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nndl import check, data, digits, generators, grad, helper, plots, training, utils
    from nndl.check import lab

__all__ = [
    "__version__",
    "check",
    "data",
    "digits",
    "generators",
    "grad",
    "helper",
    "lab",
    "plots",
    "training",
    "utils",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name == "lab":
        return importlib.import_module("nndl.check").lab
    if name in __all__:
        return importlib.import_module(f"nndl.{name}")
    raise AttributeError(f"module 'nndl' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
