"""Calls over the wire, in both directions, with gradients.

The grader calls the student's functions; while such a call runs, the student's process may
call back a stand-in (a reference part that the grader put in place of an earlier exercise),
and so on, nested. A call between two peers is differentiable: the callee keeps the graph, the
caller's autograd asks for it in `backward`. So a check can write

    z = student.reparametrize(mu, logvar)
    z.sum().backward()

as if the student's function ran in its own process.

Every request carries a number and its reply the same one: a reply that comes late, twice or
for another question is a breach, not an answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch

from .wire import Connection, Decoder, Encoder, WireError

MAX_KEPT = 10_000


class RemoteFault(Exception):
    """The other end could not do what it was asked; `report` is its own plain account."""

    def __init__(self, report: dict[str, Any]) -> None:
        super().__init__(report.get("message", ""))
        self.report = report


class Remote:
    """An object that lives at the other end."""

    def __init__(self, number: int, kind: str) -> None:
        self._number, self._kind = number, kind


class Peer:
    """One end of the wire. `operations` are what the other end may ask for, by name."""

    def __init__(
        self,
        connection: Connection,
        operations: dict[str, Callable[..., Any]],
        explain: Callable[[BaseException], dict[str, Any]],
        remote: Callable[[int, str], Remote] = Remote,
    ) -> None:
        self.connection = connection
        self.operations = {**operations, "backward": self._backward}
        self.explain = explain
        self.remote = remote
        self.numbers = itertools.count(1)
        self.kept: dict[int, Any] = {}
        self.graphs: dict[int, tuple[list[torch.Tensor], list[torch.Tensor]]] = {}
        self.identifiers = itertools.count(1)

    # --- asking ---------------------------------------------------------------------------

    def request(self, operation: str, *args: Any, **kwargs: Any) -> Any:
        """Ask the other end, serve what it asks meanwhile, and return its answer.

        Raises RemoteFault if the other end reports one, WireError if it breaks the rules.
        """
        number = next(self.numbers)
        self._send({"do": operation, "number": number}, {"args": args, "kwargs": kwargs})
        while True:
            header, body = self.connection.receive()
            if "do" in header:
                self._serve(header, body)
                continue
            if type(header.get("re")) is not int or header["re"] != number:
                raise WireError("an answer came for another question")
            if "fault" in header:
                raise RemoteFault(_report(header["fault"]))
            return self._decode(header.get("value"), body)

    def call(
        self,
        target: list[Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        attempt: Callable[[Callable[[], Any]], Any] = lambda ask: ask(),
    ) -> Any:
        """Call a function of the other end; gradients flow back through the result.

        `attempt(ask)` is to return `ask()`; through it `backward` asks, whenever that comes.
        """
        if not torch.is_grad_enabled():
            value = self._call(target, args, kwargs, grad=False)["value"]
            tensors: list[torch.Tensor] = []
            collect(tensors, value)
            return replace(value, (tensor.detach() for tensor in tensors))
        inputs: list[torch.Tensor] = []
        collect(inputs, (args, kwargs))
        box: dict[str, Any] = {}
        anchor = torch.zeros((), requires_grad=True)
        outputs = _RemoteCall.apply(self, target, args, kwargs, box, attempt, anchor, *inputs)
        return replace(box["value"], iter(outputs))

    def _call(self, target: list[Any], args: Any, kwargs: Any, grad: bool) -> dict[str, Any]:
        answer = self.request("call", target, args, kwargs, grad=grad)
        if not isinstance(answer, dict) or set(answer) != {"value", "graph"}:
            raise WireError("an answer is badly put")
        return answer

    # --- serving --------------------------------------------------------------------------

    def serve_one(self) -> None:
        """Wait for one request and answer it."""
        header, body = self.connection.receive()
        if "do" not in header:
            raise WireError("an answer came without a question")
        self._serve(header, body)

    def _serve(self, header: dict[str, Any], body: bytearray) -> None:
        number, operation = header.get("number"), header["do"]
        if type(number) is not int or not isinstance(operation, str):
            raise WireError("a question is badly put")
        if operation not in self.operations:
            raise WireError("a question is not in the vocabulary")
        asked = self._decode(header.get("value"), body)
        if not isinstance(asked, dict) or set(asked) != {"args", "kwargs"}:
            raise WireError("a question is badly put")
        args, kwargs = asked["args"], asked["kwargs"]
        if not isinstance(args, tuple) or not isinstance(kwargs, dict):
            raise WireError("a question is badly put")
        try:
            value = self.operations[operation](*args, **kwargs)
            self._send({"re": number}, value)
        except WireError:
            raise
        except Exception as error:
            self._send({"re": number, "fault": _report(self.explain(error))})

    def run(self, function: Callable[..., Any], args: Any, kwargs: Any, grad: bool) -> Any:
        """Run a called function here and, for `grad`, keep its graph for `backward`.

        Nested calls come while autograd runs the outer one without gradients: so enable them.
        """
        inputs: list[torch.Tensor] = []
        outputs: list[torch.Tensor] = []
        collect(inputs, (args, kwargs))  # before the function can change a list of them
        with torch.enable_grad():
            value = function(*args, **kwargs)
        if not grad:
            return {"value": value, "graph": None}
        collect(outputs, value)
        identifier = next(self.identifiers)
        self._keep(self.graphs, identifier, (inputs, outputs))
        return {"value": value, "graph": identifier}

    def _backward(
        self, identifier: int, gradients: list[torch.Tensor | None], keep: bool = False
    ) -> list[Any]:
        if identifier not in self.graphs:
            raise RuntimeError("the graph of this result is used up: backward ran before")
        inputs, outputs = self.graphs[identifier] if keep else self.graphs.pop(identifier)
        pairs = [
            (output, gradient)
            for output, gradient in zip(outputs, gradients, strict=True)
            if gradient is not None and output.requires_grad
        ]
        for tensor in inputs:
            tensor.grad = None
        if pairs:
            torch.autograd.backward(
                [o for o, _ in pairs], [g for _, g in pairs], retain_graph=keep is True
            )
        return [tensor.grad for tensor in inputs]

    def reset(self) -> None:
        """Forget every kept object and graph."""
        self.kept.clear()
        self.graphs.clear()

    # --- both -----------------------------------------------------------------------------

    def keep(self, thing: Any) -> list[Any]:
        number = next(self.identifiers)
        self._keep(self.kept, number, thing)
        return ["mine", number, type(thing).__name__[:80]]

    def _keep(self, where: dict[int, Any], number: int, thing: Any) -> None:
        if len(where) >= MAX_KEPT:
            raise WireError("too many objects are kept")
        where[number] = thing

    def _send(self, header: dict[str, Any], value: Any = None) -> None:
        encoder = Encoder(self._name)
        # No mode that the student's process is in (`devices`) is to look at the messages.
        with torch._C.DisableTorchFunction():
            header["value"] = encoder.encode(value)
        self.connection.send(header, encoder.buffers, encoder.size)

    def _name(self, thing: Any) -> list[Any] | None:
        if isinstance(thing, Remote):
            return ["yours", thing._number, thing._kind]
        return self.keep(thing)

    def _decode(self, tree: Any, body: bytearray) -> Any:
        with torch._C.DisableTorchFunction():
            return Decoder(body, self._known).decode(tree)

    def _known(self, name: list[Any]) -> Any:
        if len(name) != 3 or type(name[1]) is not int or not isinstance(name[2], str):
            raise WireError("an object is badly named")
        whose, number, kind = name
        if whose == "mine":
            return self.remote(number, kind[:80])
        if whose == "yours" and number in self.kept:
            return self.kept[number]
        raise WireError("an object is not known")


class _RemoteCall(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, peer: Peer, target: Any, args: Any, kwargs: Any, box: Any, attempt: Any,
                _: Any, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:  # fmt: skip
        answer = peer._call(target, args, kwargs, grad=True)
        outputs: list[torch.Tensor] = []
        collect(outputs, answer["value"])
        plain = [output.detach() for output in outputs]
        fixed = [p for p, output in zip(plain, outputs, strict=True) if not output.requires_grad]
        ctx.mark_non_differentiable(*fixed)
        ctx.set_materialize_grads(False)
        ctx.peer, ctx.graph, ctx.attempt = peer, answer["graph"], attempt
        ctx.expected = [(tensor.shape, tensor.dtype) for tensor in inputs]
        box["value"] = answer["value"]
        return tuple(plain)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor | None) -> tuple[Any, ...]:
        # Whether this is `backward(retain_graph=True)`: then it can come again.
        keep = torch._C._autograd._get_current_graph_task_keep_graph()

        def ask() -> list[torch.Tensor | None]:
            answer = ctx.peer.request("backward", ctx.graph, list(gradients), keep)
            if not isinstance(answer, list) or len(answer) != len(ctx.expected):
                raise WireError("the gradients are badly put")
            for gradient, expected in zip(answer, ctx.expected, strict=True):
                if gradient is not None and _form(gradient) != expected:
                    raise WireError("a gradient does not fit what it is the gradient of")
            return answer

        return (None,) * 7 + tuple(ctx.attempt(ask))


def _form(value: Any) -> Any:
    return (value.shape, value.dtype) if isinstance(value, torch.Tensor) else None


def collect(found: list[torch.Tensor], value: Any) -> None:
    """Append the tensors in a value to `found`, in the order of `replace`."""
    if isinstance(value, torch.Tensor):
        found.append(value)
    elif isinstance(value, list | tuple):
        for part in value:
            collect(found, part)
    elif isinstance(value, dict):
        for part in value.values():
            collect(found, part)


def replace(value: Any, tensors: Any) -> Any:
    """The same value with each of its tensors replaced by the next of `tensors`."""
    if isinstance(value, torch.Tensor):
        return next(tensors)
    if isinstance(value, list | tuple):
        return type(value)([replace(part, tensors) for part in value])
    if isinstance(value, dict):
        return {key: replace(part, tensors) for key, part in value.items()}
    return value


def _report(fault: Any) -> dict[str, Any]:
    """A fault from the other end, as text of bounded length whatever was sent."""
    if not isinstance(fault, dict):
        raise WireError("a fault is badly put")
    report: dict[str, Any] = {}
    for key in ("kind", "type", "message", "file", "source", "function"):
        text = fault.get(key, "")
        report[key] = text[:2000] if isinstance(text, str) else ""
    line = fault.get("line")
    report["line"] = line if type(line) is int and 0 <= line < 10_000_000 else 0
    return report
