"""The `student` object: how a check sees a submission, and all that it sees of it.

    z = student.reparametrize(mu, logvar)         call a function; gradients flow through
    model = student.build("VAE", 784)             make an instance; it stays in its process
    x_hat, mu, logvar = model(x)                  call it
    h = model.encoder(x)                          call one of its parts
    model.load({name: tensor, ...})               set its parameters to known values
    student.carry("reparametrize", reference)     put the reference in place of a failed part

The student's code runs in a walled process and answers with plain data. Whatever it does there
(raise, loop, die, answer nonsense) comes back as a StudentError.
"""

from __future__ import annotations

import math
import signal
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import torch

from autograder.errors import StudentError
from autograder.sandbox.inside.limits import Limits, size
from autograder.sandbox.inside.peer import Peer, Remote, RemoteFault
from autograder.sandbox.inside.wire import Closed, Late, WireError
from autograder.sandbox.process import SandboxError, WarmProcess, Worker
from autograder.submission import Submission
from autograder.text import quotable

CALL_SECONDS = 6.0
LOAD_SECONDS = 10.0
GRACE_SECONDS = 2.0
MAX_PARAMETERS = 20_000_000  # of a module, in numbers; the solution has 1.3 million
MAX_NAMES = 1_000  # of a module's parameters; the solution has 20
MAX_NAME = 200  # characters of one
MAX_NESTED = 16  # calls into the student's process within each other, through stand-ins

Answer = TypeVar("Answer")


class Student:
    """One submission in its walled process; a dead process is replaced by a fresh one."""

    def __init__(
        self, warm: WarmProcess, submission: Submission, limits: Limits, noise: int = 0
    ) -> None:
        self._warm, self._submission, self._limits = warm, submission, limits
        self._noise = noise
        self._worker: Worker | None = None
        self._peer: Peer | None = None
        self._unloadable: StudentError | None = None
        self._seconds = CALL_SECONDS
        self._clock = _Clock(limits)
        self._depth = 0
        self._seed = 0
        self._failed: Collection[str] = ()
        self._missing: Collection[str] = ()
        self._stand_ins: dict[str, Callable[..., Any]] = {}
        self._carried: list[str] = []
        self._kept: dict[Callable[[Student], Any], Any] = {}
        self._sent: list[Sequence[torch.Tensor]] = []  # what the process keeps to load
        self._notes: set[str] = set()

    # --- for checks -----------------------------------------------------------------------

    def __getattr__(self, name: str) -> Name:
        """A name that the submission defines."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Name(self, None, name)

    def build(self, name: str, *args: Any, **kwargs: Any) -> Handle:
        """An instance of the student's class, as far as its `__init__` is written."""
        return self._handle(name, self._ask(name, "build", name, *args, **kwargs))

    def blank(self, name: str, *args: Any, **kwargs: Any) -> Handle:
        """As `build`, with the same value for all that layers would draw: the fast way.

        For models whose parameters are all loaded afterwards.
        """
        return self._handle(name, self._ask(name, "blank", name, *args, **kwargs))

    def bare(self, name: str) -> Handle:
        """An instance of the student's module class, without what its `__init__` would set."""
        return self._handle(name, self._ask(name, "bare", name))

    def model(
        self,
        parameters: dict[str, torch.Tensor],
        **methods: Callable[..., Any],
    ) -> Handle:
        """A small module in the student's process, for their loops to train: we see all they do.

        `parameters` live and are trained there. Each of `methods` (`forward`, `loss`, ...) runs
        here, by call-back with gradients, as `method(seen, *args, **kwargs)`: what the student's
        code passes, after what the module is like at that moment. The parameter "part.name" lives
        in a module `part` of it, which is called as the method "part".
        """
        stand_ins = {}
        for attribute, method in methods.items():
            stand_ins[attribute] = f"{len(self._stand_ins)}:{attribute}"
            self._stand_ins[stand_ins[attribute]] = _with_what_is_seen(method)
        return self._handle("", self._ask("", "model", stand_ins, parameters))

    def optimizer(self, kind: str, model: Handle, **options: Any) -> Handle:
        """An optimizer of `torch.optim` for a module in the student's process."""
        return self._handle("", self._ask("", "optimizer", kind, model, options))

    def kit(self, module: str) -> Name:
        """A module of `nndl`, as it runs in the student's process."""
        return Name(self, module, "")

    def once(self, ask: Callable[[Student], Answer]) -> Answer:
        """What `ask(student)` returns, asked once for all checks of an item that want it.

        It is to be plain data: objects in the student's process do not outlast a check.
        """
        if ask not in self._kept:
            self._kept[ask] = ask(self)
        answer: Answer = self._kept[ask]
        return answer

    def failed(self, item: str) -> bool:
        """Whether an earlier item did not get all its points."""
        return item in self._failed

    def need(self, *items: str) -> None:
        """Stop unless each of these was at least tried: what isn't there can't have been used.

        Raises StudentError of the kind "not_written", so that this item is missing too; or says
        why the submission can't be imported.
        """
        self._ready()
        for item in items:
            if item in self._missing:
                raise StudentError("not_written", "", about=item)

    def restart(self) -> None:
        """Go on in a fresh process, which knows nothing of the one before."""
        self._close()

    def carry(self, item: str, function: Callable[..., Any]) -> None:
        """Where `item` failed, let the student's other code use the reference's function.

        The function runs here: the student's process calls back, gradients included.
        """
        if self.failed(item):
            Name(self, None, item).replace(function)
            self.note_carried(item)

    def note_carried(self, item: str) -> None:
        """Record that the check runs with the reference in place of that item."""
        if item not in self._carried:
            self._carried.append(item)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give each call in this block so much time in place of the usual."""
        before, self._seconds = self._seconds, seconds
        try:
            yield
        finally:
            self._seconds = before

    # --- for the grader -------------------------------------------------------------------

    def _next_item(self) -> None:
        """Another item begins, with time of its own."""
        self._kept = {}
        self._clock.next_item()
        watched = "watchdog" in self._warm.walls.names
        if self._worker is not None and watched and not self._worker.new_item():
            self._close()  # what ended it belongs to the item before

    def _begin(self, seed: int, failed: Collection[str], missing: Collection[str]) -> None:
        """Start a check: nothing is left of the one before, and random numbers start anew."""
        self._seed, self._failed, self._carried, self._stand_ins = seed, failed, [], {}
        self._missing = missing
        torch.default_generator.manual_seed(seed)  # the devices' own cost time
        if self._peer is not None and self._unloadable is None:
            self._peer.reset()
            self._ask("", "reset", self._stream())

    def _stream(self) -> int:
        """What seeds the student's process: the same each time, and no clue to what seeds ours."""
        return zlib.crc32(f"student:{self._noise + self._seed}".encode())

    def _all_notes(self) -> list[str]:
        if self._peer is not None and self._unloadable is None:
            with suppress(StudentError):
                notes = self._ask("", "notes")
                if isinstance(notes, list):
                    self._notes.update(str(note)[:300] for note in notes[:10])
        return sorted(self._notes)

    def _close(self) -> dict[str, Any]:
        """End the process, if there is one; how it ended."""
        report = {} if self._worker is None else self._worker.kill()
        self._clock.submission_cpu -= report.get("cpu", 0.0)
        self._worker = self._peer = None
        self._sent = []
        return report

    # --- asking the worker ----------------------------------------------------------------

    def _ask(self, about: str, operation: str, *args: Any, **kwargs: Any) -> Any:
        peer = self._ready()
        return self._attempt(peer, about, lambda: peer.request(operation, *args, **kwargs))

    def _call(
        self, about: str, target: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        peer = self._ready()

        def attempt(ask: Callable[[], Any]) -> Any:
            return self._attempt(peer, about, ask)

        return attempt(lambda: peer.call(target, args, kwargs, attempt))

    def _attempt(self, peer: Peer, about: str, action: Callable[[], Any]) -> Any:
        """Do what asks the worker, in the time allowed; turn every failure into StudentError."""
        if peer is not self._peer:
            gone = "can give no gradients: its process is gone."
            raise StudentError("died", gone, about=about)
        if self._depth >= MAX_NESTED:
            raise StudentError("raised", "calls within calls without an end", "RecursionError")
        if self._depth == 0:
            allowed, _ = self._clock.allowed(self._seconds)
            peer.connection.deadline = time.monotonic() + allowed
            peer.connection.received = 0
        self._depth += 1
        started = time.monotonic()
        try:
            return action()
        except RemoteFault as error:
            raise self._explained(error.report, about) from error
        except WireError as error:
            if self._depth > 1:  # within a call-back: the outermost call is what failed
                raise
            raise self._end(error, about) from error
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._clock.spend(time.monotonic() - started)

    def _explained(self, report: dict[str, Any], about: str) -> StudentError:
        """What the student's process says of an exception, at its place in what was handed in."""
        error = StudentError(**report, about=about)
        error.file, error.line = self._submission.where(error.file, error.line)
        return error

    def _ready(self) -> Peer:
        """The peer of a worker that has loaded the submission."""
        if self._unloadable is not None:
            raise self._unloadable
        if self._peer is None:
            if self._submission.problem is not None:
                raise StudentError("unreadable", self._submission.problem)
            self._worker = self._warm.worker(self._clock.limits())
            self._peer = Peer(
                self._worker.connection,
                {"call": self._serve},
                _explain,
                lambda number, kind: Handle(self, number, kind),
            )
            self._clock.next_item()  # else a fresh process could have no time left to load
            try:
                files, main = self._submission.files, self._submission.main
                in_pieces = bool(self._submission.places)
                with self.within(LOAD_SECONDS):
                    self._ask("", "load", files, main, self._stream(), in_pieces)
                self._ask("", "reset", self._stream())
            except StudentError as error:
                self._unloadable = error
                raise
        return self._peer

    def _end(self, error: WireError, about: str) -> StudentError:
        """Kill the worker, and say how its last answer failed to come."""
        assert self._worker is not None
        alone = isinstance(error, Closed) and self._worker.died(GRACE_SECONDS)
        report = self._close()
        if alone and "exit" not in report:
            raise SandboxError("the walls went down around a worker")
        about = about or f"import {self._submission.main.removesuffix('.py')}"
        if report.get("over"):
            return StudentError("limit", _passed(*report["over"]), about=about)
        if isinstance(error, Late):
            _, words = self._clock.allowed(self._seconds)
            return StudentError("limit", f"did not finish within {words}.", about=about)
        if alone:
            return StudentError("died", f"ended the process ({_ending(report)}).", about=about)
        nonsense = f"answered with something that is no answer: {error}."
        return StudentError("breach", nonsense, about=about)

    def _handle(self, about: str, made: Any) -> Handle:
        """What was built, if it is an object and not plain data."""
        if not isinstance(made, Handle):
            kind = type(made).__name__
            raise StudentError("breach", f"is no object when it is built: {kind}.", about=about)
        return made

    def _serve(self, target: Any, args: Any, kwargs: Any, grad: Any) -> Any:
        """What the student's process may ask of the grader: to call a stand-in put there."""
        assert self._peer is not None
        return self._peer.run(self._stand_ins[target[0]], args, kwargs, grad is True)


class Seen(NamedTuple):
    """A module of `Student.model` at the moment when one of its methods is called."""

    parameters: dict[str, torch.Tensor]
    training: bool


def _with_what_is_seen(method: Callable[..., Any]) -> Callable[..., Any]:
    def called(parameters: Any, training: Any, *args: Any, **kwargs: Any) -> Any:
        return method(Seen(parameters, training is True), *args, **kwargs)

    return called


class Name:
    """Something in the student's process: call it, reach its parts, read or set its state."""

    def __init__(self, student: Student, where: Remote | str | None, path: str) -> None:
        self._student, self._where, self._path = student, where, path

    def __getattr__(self, name: str) -> Name:
        if name.startswith("_"):
            raise AttributeError(name)
        return Name(self._student, self._where, f"{self._path}.{name}".lstrip("."))

    def at(self, path: str) -> Name:
        """What lies at a path within it, whose names may begin with an underscore."""
        return Name(self._student, self._where, f"{self._path}.{path}".lstrip("."))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it. Tensors come back as tensors, other objects as handles."""
        return self._student._call(self._label(), [self._where, self._path], args, kwargs)

    def read(self) -> Any:
        """Its value, where that is plain data."""
        return self._ask("read")

    def set(self, value: Any) -> None:
        """Set it to a plain value."""
        self._ask("set", value)

    def shapes(self) -> dict[str, list[int]]:
        """The shapes of a module's parameters by name: all that it takes to choose others."""
        answer = self._ask("shapes")
        if not _is_by_name(answer) or not _are_shapes(list(answer.values())):
            raise StudentError("breach", "gave no shapes by name.", about=self._label())
        return answer

    def parameters(self) -> dict[str, torch.Tensor]:
        """A module's parameters by name, copied."""
        return self._tensors("parameters")

    def gradients(self) -> dict[str, torch.Tensor | None]:
        """The gradients that `backward` left at a module's parameters, by name."""
        return self._tensors("gradients", type(None))

    def load(self, values: dict[str, torch.Tensor]) -> None:
        """Set all of a module's parameters, by name."""
        self._ask("load_parameters", values)

    def load_by_shape(self, values: Sequence[torch.Tensor]) -> bool:
        """Set all of a module's parameters to the values of the same shapes; whether they fit.

        A process gets the values once and keeps them, for as long as they are the same object
        here: they are for checks that all take the same.
        """
        sent = self._student._sent
        place = next((i for i, one in enumerate(sent) if one is values), len(sent))
        new = place == len(sent)
        if new:
            sent.append(values)
        return self._ask("load_by_shape", place, values if new else None) is True

    def replace(
        self, function: Callable[..., Any], parameters: dict[str, torch.Tensor] | None = None
    ) -> None:
        """Put a function of the grader's in its place; it runs here, by call-back.

        With `parameters`, a module takes its place: they live and are trained in the student's
        process, and `function` gets them as its first argument, a list.
        """
        stand_ins = self._student._stand_ins
        name = f"{len(stand_ins)}:{self._path}"
        stand_ins[name] = function
        self._ask("stand_in", name, parameters)

    def compute(self, method: Callable[..., Any], parameters: list[str]) -> None:
        """Let a module keep its layers, but compute its forward pass here, by call-back.

        `method(seen, *args, **kwargs)` is called as the methods of `Student.model` are; of the
        module's parameters it sees those that are named.
        """
        stand_ins = self._student._stand_ins
        name = f"{len(stand_ins)}:{self._path}"
        stand_ins[name] = _with_what_is_seen(method)
        self._ask("compute", name, parameters)

    def _ask(self, operation: str, *args: Any) -> Any:
        return self._student._ask(self._label(), operation, [self._where, self._path], *args)

    def _tensors(self, operation: str, *others: type) -> Any:
        answer = self._ask(operation)
        kinds = (torch.Tensor, *others)
        if not _is_by_name(answer) or not all(isinstance(v, kinds) for v in answer.values()):
            raise StudentError("breach", f"gave no {operation} by name.", about=self._label())
        return answer

    def _label(self) -> str:
        """What to call it in words to the student."""
        kind = quotable(self._where._kind) if isinstance(self._where, Remote) else ""
        return ".".join(filter(None, (kind, self._path)))


class Handle(Name, Remote):
    """An object that was made in the student's process and stays there."""

    def __init__(self, student: Student, number: int, kind: str) -> None:
        Remote.__init__(self, number, kind)
        Name.__init__(self, student, self, "")


def _is_by_name(answer: Any) -> bool:
    """Whether it is a dict as an honest module has one, which is no work to go through."""
    if not isinstance(answer, dict) or len(answer) > MAX_NAMES:
        return False
    return all(isinstance(name, str) and len(name) <= MAX_NAME for name in answer)


def _are_shapes(values: list[Any]) -> bool:
    """Whether these are shapes of tensors that, all together, can be made here."""
    if not all(isinstance(shape, list) for shape in values):
        return False
    sizes = [size for shape in values for size in shape]
    if not all(type(size) is int and 0 <= size <= MAX_PARAMETERS for size in sizes):
        return False
    return sum(map(math.prod, values)) <= MAX_PARAMETERS and all(len(s) < 9 for s in values)


def _explain(error: BaseException) -> dict[str, Any]:
    """What the student's code is told when a stand-in fails on what it was given."""
    if isinstance(error, StudentError):  # it called back another part of the student's code
        return {"kind": "raised", "type": error.type or error.kind, "message": error.message}
    return {"kind": "raised", "type": type(error).__name__, "message": str(error)[:500]}


def _passed(which: str, used: float, allowed: float) -> str:
    """Which limit was passed and by how much, in words that go on after the name of a function."""
    together = "with all the processes that it started together"
    if which == "memory":
        return f"used {size(used)} of memory, {together}; {size(allowed)} are allowed."
    if which == "processes":
        return f"had {used} processes and threads at one time; {allowed} are allowed."
    whole = "one item" if which == "item_cpu" else "the whole submission"
    return f"used {used:.0f} seconds of CPU time, {together}; {allowed:g} are allowed for {whole}."


def _ending(report: dict[str, Any]) -> str:
    status = report.get("exit", 0)
    return f"with exit status {status}" if status >= 0 else f"killed by {_signal_name(-status)}"


def _signal_name(number: int) -> str:
    known = {signal_.value: signal_.name for signal_ in signal.Signals}
    return known.get(number, f"signal {number}")


class _Clock:
    """The time that is left: for waiting for the student's process, and for its CPU."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._item = limits.item_seconds
        self._submission = limits.submission_seconds
        self.submission_cpu = limits.submission_seconds

    def next_item(self) -> None:
        self._item = self._limits.item_seconds

    def allowed(self, seconds: float) -> tuple[float, str]:
        """How long a call may take that usually has so many seconds, and that in words."""
        return min(
            (seconds, f"{seconds:g} seconds"),
            (self._item, f"the {self._limits.item_seconds:g} seconds for one item"),
            (
                self._submission,
                f"the {self._limits.submission_seconds:g} seconds for the whole submission",
            ),
        )

    def spend(self, seconds: float) -> None:
        self._item -= seconds
        self._submission -= seconds

    def limits(self) -> Limits:
        """What the next process may use."""
        return replace(self._limits, submission_seconds=max(self.submission_cpu, 0.0))
