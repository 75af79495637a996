"""Importing torchvision also where its compiled operators cannot load."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import torch

_declared: list[torch.library.Library] = []  # a declaration lasts as long as its Library object


def load(name: str = "torchvision") -> ModuleType:
    """Imports torchvision, or one of its modules, by name.

    On Linux the registry's torchvision is built for CUDA's torch. Beside a CPU-only torch its
    operators are missing and the import stops at `operator torchvision::nms does not exist`.
    The course uses none of them, so declaring those two is enough. Where the plain import works
    (Colab, macOS, a matching build) nothing is declared.
    """
    try:
        return importlib.import_module(name)
    except RuntimeError as error:
        if _declared or "torchvision::nms" not in str(error):
            raise
    for half_imported in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
        del sys.modules[half_imported]
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)
    return importlib.import_module(name)
