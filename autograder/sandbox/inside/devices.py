"""Code written on a GPU, run on the CPU.

Students work on Colab's GPU and leave `.cuda()`, `device="cuda"` or `torch.cuda.FloatTensor`
behind. Inside the walls these mean the CPU, and no point is lost for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

ELSEWHERE = ("cuda", "mps", "xpu")
# "cuda" if torch.cuda.is_available() else ...
ASKED_FIRST = re.compile(
    r"""(["'])(cuda|mps|xpu)(:\d)?\1\s+if\s+torch\.(backends\.)?\2\.is_available\(\)\s+else\b"""
)
# What may be told the device without saying `device=`.
BY_PLACE = {torch.Tensor.cuda, torch.Tensor.pin_memory, torch.Tensor.to, torch.Tensor.type}
NOTE = "Your code names another device ({}); here it ran on the CPU, and no point was lost."


def names_another(code: str) -> bool:
    """Whether code may come to name another device than the CPU.

    Not where it asks first whether there is one, as the notebooks do, and there is none.
    """
    if not torch.accelerator.is_available():
        code = ASKED_FIRST.sub("", code)
    return any(word in code for word in ELSEWHERE)


def stay_on_cpu(notes: list[str]) -> None:
    """Make every other device mean the CPU, for the rest of this process."""
    mode = _OnCpu(notes)
    mode.__enter__()
    types = {f"{name}Tensor" for name in ("Float", "Double", "Half", "Long", "Int", "Bool", "Byte")}

    def tensor_type(name: str) -> Any:
        if name not in types:
            raise AttributeError(f"module 'torch.cuda' has no attribute {name!r}")
        mode.note("cuda")
        return getattr(torch, name)

    class GeneratorOnCpu(torch.Generator):
        def __new__(cls, device: Any = "cpu") -> Any:
            return super().__new__(cls, mode.on_cpu(device))  # type: ignore[call-arg]

    # These four do not ask a TorchFunctionMode.
    set_default_device, load = torch.set_default_device, torch.load
    torch.set_default_device = lambda device: set_default_device(mode.on_cpu(device))
    torch.load = lambda f, map_location=None, **kwargs: load(f, map_location="cpu", **kwargs)
    torch.Generator = GeneratorOnCpu  # type: ignore[misc]
    torch.cuda.__getattr__ = tensor_type  # type: ignore[method-assign]
    for name in types & vars(torch.cuda).keys():
        delattr(torch.cuda, name)
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
        # Nearly all of the thousands of calls.
        if kwargs.get("device") is None and function not in BY_PLACE:
            return function(*args, **kwargs)
        if function in (torch.Tensor.cuda, torch.Tensor.pin_memory):
            self.note("cuda")
            return args[0]
        args = tuple(self._meant(function, value) for value in args)
        kwargs = {key: self._meant(function, value, key) for key, value in kwargs.items()}
        return function(*args, **kwargs)

    def on_cpu(self, device: Any) -> Any:
        """The device that is meant: what names another than the CPU (a number, too) means it."""
        number = isinstance(device, int) and not isinstance(device, bool)
        if not number and str(device).split(":")[0] not in ELSEWHERE:
            return device
        self.note(f"cuda:{device}" if number else str(device))
        return torch.device("cpu")

    def note(self, device: str) -> None:
        self.notes.append(NOTE.format(device))

    def _meant(self, function: Any, value: Any, key: str = "") -> Any:
        if isinstance(value, str) and value.startswith("torch.cuda."):
            self.note("cuda")
            return value.replace("torch.cuda.", "torch.")
        if isinstance(value, torch.device):
            return self.on_cpu(value)
        names_device = key == "device" or function is torch.Tensor.to
        return self.on_cpu(value) if names_device and isinstance(value, str | int) else value
