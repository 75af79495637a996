"""Code written on a GPU, run on the CPU.

Students work on Colab's GPU and leave `.cuda()`, `device="cuda"` or `torch.cuda.FloatTensor`
behind. Inside the walls these mean the CPU, and no point is lost for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

ELSEWHERE = ("cuda", "mps", "xpu")
NOTE = "Your code names another device ({}); here it ran on the CPU, and no point was lost."


def stay_on_cpu(notes: list[str]) -> None:
    """Make every other device mean the CPU, for the rest of this process."""
    _OnCpu(notes).__enter__()
    for name in ("Float", "Double", "Half", "Long", "Int", "Bool", "Byte"):
        setattr(torch.cuda, f"{name}Tensor", getattr(torch, f"{name}Tensor"))
    torch.Generator = _GeneratorOnCpu  # type: ignore[misc]
    for name in ("synchronize", "reset_peak_memory_stats", "set_device"):
        setattr(torch.cuda, name, lambda *args, **kwargs: None)
    torch.cuda.current_device = lambda: 0


class _OnCpu(TorchFunctionMode):
    def __init__(self, notes: list[str]) -> None:
        super().__init__()
        self.notes = notes

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if function is torch.Tensor.cuda:
            self._note("cuda")
            return args[0]
        if function is torch.device:
            return function(*args, **kwargs)
        args = tuple(self._on_cpu(function, value) for value in args)
        kwargs = {key: self._on_cpu(function, value, key) for key, value in kwargs.items()}
        return function(*args, **kwargs)

    def _on_cpu(self, function: Any, value: Any, key: str = "") -> Any:
        if isinstance(value, str) and value.startswith("torch.cuda."):
            self._note("cuda")
            return value.replace("torch.cuda.", "torch.")
        named = isinstance(value, torch.device) or (
            isinstance(value, str) and (key == "device" or function is torch.Tensor.to)
        )
        if named and str(value).split(":")[0] in ELSEWHERE:
            self._note(str(value))
            return torch.device("cpu")
        return value

    def _note(self, device: str) -> None:
        self.notes.append(NOTE.format(device))


class _GeneratorOnCpu(torch.Generator):
    def __new__(cls, device: Any = "cpu") -> _GeneratorOnCpu:
        return super().__new__(cls, "cpu")  # type: ignore[call-arg]  # torch's stub lacks it
