"""The worker: a child of the warm process that holds one submission and answers the grader.

Everything here shares its process with the student's code, so nothing here is trusted, and
nothing here knows what is right: it loads files, calls functions and sends back plain data.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import random
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from . import devices
from .limits import Limits
from .peer import Peer, RemoteFault
from .pieces import run_in_pieces
from .wire import Connection, NotPlain, WireError

# Not 0, with which a layer that should not be there could add nothing to what others compute; and
# small enough that numbers stay small through the layers.
START_VALUE = 0.005
NOTHING = object()  # what was at a name that a stand-in took, where that was free


class NotThere(AttributeError):
    """The submission does not define what was asked for."""


class Ended(Exception):
    """The student's code asked the process to end, or interrupted it."""


class Worker:
    def __init__(self, connection: Connection, home: Path, limits: Limits) -> None:
        self.home = home
        self.module: Any = None
        self.failed: dict[str, Exception] = {}  # what broke where a name was to be made
        self.unfinished: set[int] = set()
        self.replaced: dict[tuple[int, str], tuple[Any, Any]] = {}
        self.notes: list[str] = []
        self.values: dict[int, list[torch.Tensor]] = {}  # for `load_by_shape`, in whichever check
        operations: dict[str, Callable[..., Any]] = {
            "load": self.load,
            "call": self.call,
            "build": self.build,
            "blank": self.blank,
            "bare": self.bare,
            "model": self.model,
            "optimizer": self.optimizer,
            "read": self.find,
            "set": self.set,
            "shapes": self.shapes,
            "parameters": self.parameters,
            "gradients": self.gradients,
            "load_parameters": self.load_parameters,
            "load_by_shape": self.load_by_shape,
            "stand_in": self.stand_in,
            "compute": self.compute,
            "reset": self.reset,
            "notes": lambda: sorted(set(self.notes)),
        }
        self.peer = Peer(connection, operations, lambda error: explain(error, home, limits))

    def serve(self) -> None:
        while True:
            self.peer.serve_one()

    # --- what the grader may ask ----------------------------------------------------------

    def load(self, files: dict[str, str], main: str, seed: int, in_pieces: bool) -> list[str]:
        """Write the submission's files and import the main one; the names that it defines.

        `in_pieces`, a statement that raises does not end the import.
        """
        for name, text in files.items():
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        os.chdir(self.home)
        sys.path.append(str(self.home))
        if any(map(devices.names_another, files.values())):
            devices.stay_on_cpu(self.notes)
        self.seed(seed)
        spec = importlib.util.spec_from_file_location(Path(main).stem, self.home / main)
        assert spec is not None and spec.loader is not None
        self.module = importlib.util.module_from_spec(spec)
        sys.modules[Path(main).stem] = self.module
        if in_pieces:
            where = str(self.home / main)
            self.failed = run_in_pieces(files[main], where, vars(self.module), guarded)
        else:
            guarded(spec.loader.exec_module, self.module)
        return sorted(name for name in vars(self.module) if not name.startswith("_"))

    def reset(self, seed: int) -> None:
        """Forget objects, graphs and stand-ins, and start the random numbers again."""
        self.peer.reset()
        self.unfinished.clear()
        for (_, attribute), (holder, original) in self.replaced.items():
            if original is not NOTHING:
                setattr(holder, attribute, original)
            elif attribute in vars(holder):
                delattr(holder, attribute)
        self.replaced = {}
        self.seed(seed)

    @staticmethod
    def seed(seed: int) -> None:
        random.seed(seed)
        np.random.seed(seed % 2**32)
        torch.default_generator.manual_seed(seed)

    def call(self, target: list[Any], args: Any, kwargs: Any, grad: bool) -> Any:
        function = self.find(target)
        return self.peer.run(lambda *a, **k: self.run(function, *a, **k), args, kwargs, grad)

    def run(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the student's code; where it misses a name that broke, that is what went wrong."""
        try:
            return guarded(function, *args, **kwargs)
        except NameError as error:
            broken = self.failed.get(error.name or "", error)
            raise broken from broken.__cause__

    def build(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """An instance of a class, as far as its `__init__` is written."""
        kind = self.find([None, name])
        instance = guarded(kind.__new__, kind)
        try:
            self.run(instance.__init__, *args, **kwargs)
        except NotImplementedError:
            self.unfinished.add(id(instance))
        return instance

    def blank(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """As `build`, but layers draw nothing: all that they would draw is START_VALUE."""
        drawing = {draw: getattr(nn.init, draw) for draw in ("kaiming_uniform_", "uniform_")}
        try:
            for draw in drawing:
                setattr(nn.init, draw, _start_values)
            return self.build(name, *args, **kwargs)
        finally:
            for draw, original in drawing.items():
                setattr(nn.init, draw, original)

    def bare(self, name: str) -> Any:
        """An instance of a module class whose own `__init__` did not run."""
        kind = self.find([None, name])
        instance = guarded(kind.__new__, kind)
        nn.Module.__init__(instance)
        return instance

    def model(self, methods: dict[str, str], parameters: dict[str, torch.Tensor]) -> Any:
        """A module whose methods are functions of the grader's, with parameters that live here."""
        return ModelOfStandIns(self.peer, methods, parameters)

    @staticmethod
    def optimizer(kind: str, model: nn.Module, options: dict[str, Any]) -> Any:
        return getattr(torch.optim, kind)(model.parameters(), **options)

    def set(self, target: list[Any], value: Any) -> None:
        where, path = target
        parent, _, attribute = path.rpartition(".")
        setattr(self.find([where, parent]), attribute, value)

    def shapes(self, target: list[Any]) -> dict[str, list[int]]:
        module = self.find(target)
        found = {name: list(p.shape) for name, p in module.named_parameters()}
        if not found and id(module) in self.unfinished:
            raise NotImplementedError
        return found

    def parameters(self, target: list[Any]) -> dict[str, torch.Tensor]:
        return {name: p.detach() for name, p in self.find(target).named_parameters()}

    def gradients(self, target: list[Any]) -> dict[str, torch.Tensor | None]:
        return {name: p.grad for name, p in self.find(target).named_parameters()}

    def load_parameters(self, target: list[Any], values: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, parameter in self.find(target).named_parameters():
                parameter.copy_(values[name])

    def load_by_shape(
        self, target: list[Any], place: int, values: list[torch.Tensor] | None
    ) -> bool:
        """Set all parameters, if they fit, to values kept at a place, or to be kept there now."""
        if values is not None:
            self.values[place] = values
        by_shape = {value.shape: value for value in self.values[place]}
        parameters = list(self.find(target).parameters())
        if sorted(p.shape for p in parameters) != sorted(v.shape for v in self.values[place]):
            return False
        with torch.no_grad():
            for parameter in parameters:
                parameter.copy_(by_shape[parameter.shape])
        return True

    def stand_in(self, target: list[Any], name: str, parameters: Any = None) -> None:
        """Put a function of the grader's at a name of the module or an attribute of an object."""
        where, path = target
        parent, _, attribute = path.rpartition(".")
        holder = self.find([where, parent])

        def ask(*args: Any, **kwargs: Any) -> Any:
            return self.peer.call([name], args, kwargs)

        replacement = ask if parameters is None else StandIn(self.peer, name, parameters)
        if holder is self.module or isinstance(holder, type):
            original = vars(holder).get(attribute, NOTHING)
            self.replaced.setdefault((id(holder), attribute), (holder, original))
        elif isinstance(holder, nn.Module):
            vars(holder).pop(attribute, None)
            holder._modules.pop(attribute, None)
        setattr(holder, attribute, replacement)

    def compute(self, target: list[Any], name: str, parameters: list[str]) -> None:
        """Let the grader compute a module's forward pass: from some of its own parameters."""
        module = self.find(target)

        def ask(*args: Any, **kwargs: Any) -> Any:
            own = dict(module.named_parameters())
            chosen = {parameter: own[parameter] for parameter in parameters}
            return self.peer.call([name], (chosen, module.training, *args), kwargs)

        module.forward = ask

    # --- finding and explaining -----------------------------------------------------------

    def find(self, target: list[Any]) -> Any:
        """The object at `[where, path]`: a kept object, or the module or kit where it is None."""
        where, path = target
        thing = self.module if where is None else where
        if isinstance(where, str):
            thing = importlib.import_module(where)
        for attribute in filter(None, path.split(".")):
            if thing is None or not hasattr(thing, attribute):
                if thing is self.module and attribute in self.failed:
                    raise self.failed[attribute]
                if id(thing) in self.unfinished:
                    raise NotImplementedError(attribute)
                raise NotThere(attribute)
            thing = getattr(thing, attribute)
        return thing


def _start_values(tensor: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    with torch.no_grad():
        return tensor.fill_(START_VALUE)


class StandIn(nn.Module):
    """A module whose forward pass the grader computes, with the parameters that live here."""

    def __init__(self, peer: Peer, name: str, parameters: dict[str, torch.Tensor]) -> None:
        super().__init__()
        self._peer, self._name = [peer], name
        for key, value in parameters.items():
            self.register_parameter(key.replace(".", "_"), nn.Parameter(value.detach().clone()))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self._peer[0].call([self._name], (list(self.parameters()), *args), kwargs)

    def __iter__(self) -> Iterator[nn.Module]:
        """So that a `forward` that runs through a list of layers runs through this one."""
        return iter((self,))


class ModelOfStandIns(nn.Module):
    """A module whose methods the grader computes: from the parameters, the mode, the arguments.

    A parameter "part.name" lives in a module of its own, which a method "part" makes callable.
    """

    def __init__(
        self, peer: Peer, methods: dict[str, str], parameters: dict[str, torch.Tensor]
    ) -> None:
        super().__init__()
        for key, value in parameters.items():
            part, _, last = key.rpartition(".")
            if part and part not in self._modules:
                self.add_module(part, nn.Module())
            self.get_submodule(part).register_parameter(last, nn.Parameter(value.detach().clone()))

        def ask(name: str, *args: Any, **kwargs: Any) -> Any:
            return peer.call([name], (dict(self.named_parameters()), self.training, *args), kwargs)

        for attribute, name in methods.items():
            callable_part = self._modules.get(attribute)
            holder, place = (callable_part, "forward") if callable_part else (self, attribute)
            setattr(holder, place, functools.partial(ask, name))


def guarded(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the student's code; what would end the process becomes an ordinary error."""
    try:
        return function(*args, **kwargs)
    except Exception:
        raise
    except BaseException as error:
        raise Ended(f"{type(error).__name__}: {error}") from error


def explain(error: BaseException, home: Path, limits: Limits) -> dict[str, Any]:
    """What went wrong in the student's code, and where, as plain data."""
    inside = f"{home}/"
    report: dict[str, Any] = {
        "kind": _kind(error),
        "type": type(error).__name__,
        "message": _message(error, limits).replace(inside, ""),
    }
    if isinstance(error, RemoteFault):
        report["type"] = error.report.get("type", "")
    origin = error.__cause__ if isinstance(error, Ended) and error.__cause__ else error
    places = [
        (frame.filename, frame.lineno or 0, frame.name, frame.line or "")
        for frame in traceback.extract_tb(origin.__traceback__)
    ]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno or 0, "", (error.text or "").strip()))
    places = [place for place in places if place[0].startswith(inside)]
    if places:
        filename, *where = places[-1]
        report["file"] = filename.removeprefix(inside)
        report["line"], report["function"], report["source"] = where
    return report


def _kind(error: BaseException) -> str:
    kinds: list[tuple[type[BaseException], str]] = [
        (NotImplementedError, "not_written"),
        (NotThere, "missing"),
        (NotPlain, "unsendable"),
        (SyntaxError, "syntax"),
        (Ended, "ended"),
    ]
    return next((kind for type_, kind in kinds if isinstance(error, type_)), "raised")


def _message(error: BaseException, limits: Limits) -> str:
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:
        text = "(the error's own message could not be made)"
    limit = limits.behind(error, text)
    text = f"{text} (a submission may have {limit})".lstrip() if limit else text
    # Addresses differ from run to run, and the same submission is to give the same result.
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", text)[:2000]


def main(stream: Any, scratch: Path, limits: Limits) -> None:
    """Serve the grader until it hangs up."""
    home = scratch / "submission"
    home.mkdir()
    try:
        Worker(Connection(stream), home, limits).serve()
    except WireError:
        os._exit(0)
