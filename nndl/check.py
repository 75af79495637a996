"""Public checks: what a student's own notebook says about each exercise.

    lab = nndl.lab("fc_vae")
    lab.check("reparametrize", reparametrize)

A lab is a module in `nndl/labs/`. An exercise is a generator that calls the student's work and
yields claims, in the order in which a tutor would ask about them; the first that does not hold
ends the check:

    lab = Lab("my_lab")

    @lab.exercise("double")
    def double(double: Callable[[float], float]) -> Iterator[Claim]:
        seen = double(3)
        yield claim("twice 3 is 6", seen == 6, f"`double(3)` is {seen}.",
                    "What does `double(0)` give, and what should it?", "Do you add where ...")

Hints come in stages: the first is a question, and each further failure shows one more. None
contains the answer's code.

A question that is answered in words, in a cell of the notebook, is registered by its name alone,
`lab.written("observe_samples")`. Its check counts the words (see `nndl.written`).
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import pkgutil
import re
import sys
import sysconfig
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from nndl._show import card, in_notebook, plain
from nndl.written import count_words, find_answer, find_notebook

# --- what a lab is written with ---------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A property of the student's work: in words, whether it holds, and what helps if not."""

    says: str
    holds: bool
    seen: str
    hints: tuple[str, ...]


def claim(says: str, holds: bool, seen: str = "", *hints: str) -> Claim:
    """A property in words, whether it holds, and if not: what was seen, and the hints in stages."""
    return Claim(says, bool(holds), seen, hints)


@contextlib.contextmanager
def trying(what: str) -> Iterator[None]:
    """Says what the check was doing, should the student's work raise an exception in here."""
    try:
        yield
    except Exception as error:
        error.__dict__.setdefault("while_trying", what)
        raise


def build(cls: type[torch.nn.Module], *sizes: int, needs: Sequence[str]) -> Any:
    """`cls(*sizes)`, also where `__init__` still stops at a later gap, if it has what it `needs`.

    Raises NotImplementedError if one of the attributes in `needs` is not written yet.
    """
    if not isinstance(cls, type):
        name = type(cls).__name__
        raise WrongUsage(f"The check wants the class itself: `{name}`, not `{name}(...)`.")
    model = cls.__new__(cls)
    with trying(f"`{cls.__name__}({', '.join(map(str, sizes))})`"):
        try:
            model.__init__(*sizes)  # type: ignore[misc]
        except NotImplementedError:
            if any(getattr(model, name, None) is None for name in needs):
                raise
    return model


class Lab:
    """The exercises of one assignment, each with its check.

    `error_hints` maps a pattern, searched for in an exception of the student's code (as
    `Type: message`), to its hints in stages.
    """

    def __init__(self, name: str, error_hints: Mapping[str, Sequence[str]] | None = None) -> None:
        self.name = name
        self._error_hints = error_hints or {}
        self._exercises: dict[str, Callable[..., Iterator[Claim]]] = {}
        self._failures: Counter[tuple[str, Sequence[str]]] = Counter()

    def exercise(
        self, name: str
    ) -> Callable[[Callable[..., Iterator[Claim]]], Callable[..., Iterator[Claim]]]:
        """Registers a check. Its parameters are what `check` takes after the exercise's name."""

        def register(verify: Callable[..., Iterator[Claim]]) -> Callable[..., Iterator[Claim]]:
            self._exercises[name] = verify
            return verify

        return register

    def written(self, name: str) -> None:
        """Registers a question that is answered in words. `check` takes nothing but its name."""
        self._exercises[name] = partial(_written, self.name, name)

    @property
    def exercises(self) -> list[str]:
        """The names that `check` knows."""
        return list(self._exercises)

    def check(self, exercise: str, *work: Any, **options: Any) -> None:
        """Checks the student's `work` on an exercise, and says what was found.

        Right: shows what was shown to be right. Not written yet: one line on standard error, and
        no error, so that the notebook goes on (nbgrader gives no points for it, since it gives
        none to a test cell that writes there). Wrong: raises CheckFailed, with the property that
        broke and a hint. Not to be seen from here: a note. An unknown exercise or a wrong argument
        raises WrongUsage.
        """
        verify = self._verify(exercise, work, options)
        shown: list[str] = []
        broken: Exception | None = None
        failed: Claim | None = None
        try:
            with _undisturbed():
                for found in verify(*work, **options):
                    if not found.holds:
                        failed = found
                        break
                    shown.append(found.says)
        except WrongUsage as error:
            raise error.with_traceback(None) from None
        except CannotTell as error:
            _display("note", f"{exercise}: not checked", [str(error)])
            return
        except Exception as error:
            if _is_a_gap(error):
                place = str(error) if isinstance(error, Unanswered) else _place(error)
                print(f"{exercise}: not done yet{f' ({place})' if place else ''}", file=sys.stderr)
                return
            broken = error

        # Raised out here, where the student's exception is no longer being handled.
        if broken is not None:
            raise _displayed(self._stopped(exercise, shown, broken))
        if failed is not None:
            raise _displayed(self._failed(exercise, shown, failed))
        self._failures = Counter({k: n for k, n in self._failures.items() if k[0] != exercise})
        _display("pass", f"{exercise}: right", [f"✓ {says}" for says in shown])

    def _verify(
        self, exercise: str, work: tuple[Any, ...], options: dict[str, Any]
    ) -> Callable[..., Iterator[Claim]]:
        if exercise not in self._exercises:
            known = ", ".join(f'"{name}"' for name in self._exercises)
            raise WrongUsage(f"The lab {self.name} has no exercise {exercise!r}. It has {known}.")
        verify = self._exercises[exercise]
        signature = inspect.signature(verify)
        try:
            signature.bind(*work, **options)
        except TypeError as error:
            usage = [p.name for p in signature.parameters.values() if p.default is p.empty]
            call = ", ".join([f'"{exercise}"', *usage])
            raise WrongUsage(f"Call it as `lab.check({call})`: {error}.") from None
        return verify

    def _failed(self, exercise: str, shown: list[str], found: Claim) -> CheckFailed:
        lines = [f"✗ {found.says}", *([found.seen] if found.seen else [])]
        return CheckFailed(exercise, lines + self._stage(exercise, found.hints) + _so_far(shown))

    def _stopped(self, exercise: str, shown: list[str], error: Exception) -> CheckFailed:
        said = f"{type(error).__name__}: {error}"
        during = error.__dict__.get("while_trying")
        lines = [f"✗ Your code stopped with an error{f' in {during}' if during else ''}", said]
        hints = next(
            (h for pattern, h in self._error_hints.items() if re.search(pattern, said)), ()
        )
        frame = _students_frame(error)
        code = f"{_place(error)}:\n    {frame.line}" if frame else ""
        lines += self._stage(exercise, hints) + _so_far(shown)
        return CheckFailed(exercise, lines, code)

    def _stage(self, exercise: str, hints: Sequence[str]) -> list[str]:
        """The hints so far: one more each time that the same ones are needed."""
        key = exercise, tuple(hints)
        self._failures[key] += 1
        now = min(self._failures[key], len(hints))
        lines = [f"Hint {i} of {len(hints)}: {hint}" for i, hint in enumerate(hints[:now], 1)]
        if now < len(hints):
            lines.append("(Run the check again for the next hint.)")
        return lines


def lab(name: str) -> Lab:
    """The public checks of an assignment. Raises WrongUsage for a name that is not there."""
    import nndl.labs

    known = [module.name for module in pkgutil.iter_modules(nndl.labs.__path__)]
    if name not in known:
        raise WrongUsage(f"There is no lab {name!r}. There is: {', '.join(known)}.")
    found: Lab = importlib.import_module(f"nndl.labs.{name}").lab
    return found


# --- answers in words -------------------------------------------------------------------------


class Unanswered(NotImplementedError):
    """Nothing is written below the marker yet; the text says where it was looked for."""


class CannotTell(Exception):
    """What the check wants to see can't be seen from here; the text says what to do instead."""


def _written(lab: str, name: str) -> Iterator[Claim]:
    """Whether the answer to a question keeps to its limit; what it says is for people to judge."""
    notebook = find_notebook(lab)
    if notebook is None:
        raise CannotTell(
            "This notebook could not be found from within, so the words of your answer are not "
            "counted. Nothing is wrong with it. If there is a limit, please count for yourself."
        )
    seen_in = "the notebook"
    if notebook.saved_as is not None:
        seen_in = f"`{notebook.saved_as}` as last saved; if you wrote since, save and check again"
    found = find_answer(notebook.cells, name)
    if found is None:
        yield claim(
            f"a line with (`{name}`) stands above your answer",
            False,
            f"There is no such line in {seen_in}. Your text still counts, but it can't be told "
            "whose answer it is.",
            f"Where did the line go that begins with **Your answer** (`{name}`)? Put it back above "
            "the answer, as a line of its own, as it was in the notebook that you were given.",
        )
        return
    marker, answer = found
    if not answer:
        raise Unanswered(f"in {seen_in}")
    words = _words(count_words(answer))
    if marker.limit is not None:
        yield claim(
            f"the answer has at most {_words(marker.limit)}",
            count_words(answer) <= marker.limit,
            f"{words} where at most {marker.limit} are asked for (in {seen_in}).",
            "Which sentence could go, and your answer would still say the same?",
            "Look for what is said twice, for what repeats the question, and for sentences that "
            "only announce the next one. A formula between dollar signs counts as one word.",
        )
    yield claim(f"it has {words} (in {seen_in}); what it says is read by people", True)


def _words(count: int) -> str:
    return f"{count} word{'' if count == 1 else 's'}"


# --- what a student reads ---------------------------------------------------------------------


class CheckFailed(AssertionError):
    """The work is not right yet. Its text is meant for the student; IPython shows only that."""

    def __init__(self, exercise: str, lines: Sequence[str], code: str = "") -> None:
        self.title = f"{exercise}: not right yet"
        self.lines = list(lines)
        self.code = code
        super().__init__(plain(self.title, [*lines, code]))

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback; in a notebook the card has said it all."""
        return [self.title] if in_notebook() else str(self).splitlines()


class WrongUsage(ValueError):
    """`check` was called in a way that makes no sense; the text says how to call it."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def _so_far(shown: Sequence[str]) -> list[str]:
    return [f"(Right so far: {len(shown)} of the properties checked.)"] if shown else []


def _display(kind: str, title: str, lines: Sequence[str]) -> None:
    if in_notebook():
        card(kind, title, lines)
    else:
        print(plain(title, lines))


def _displayed(failure: CheckFailed) -> CheckFailed:
    if in_notebook():
        card("fail", failure.title, failure.lines, failure.code)
    return failure


# --- running the student's code ---------------------------------------------------------------


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A check leaves the student's random numbers as they were, runs on the CPU, with gradients.

    Warnings are kept back: nbgrader takes anything on standard error for a failure.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(torch.random.fork_rng())
        stack.enter_context(torch.device("cpu"))
        stack.enter_context(torch.enable_grad())
        yield


_NOT_THE_STUDENTS = tuple(
    os.path.realpath(folder) + os.sep
    for folder in (
        os.path.dirname(__file__),
        os.path.dirname(os.path.dirname(torch.__file__)),  # all installed packages
        sysconfig.get_path("stdlib"),
    )
)


def _students_frame(error: Exception) -> traceback.FrameSummary | None:
    """The innermost line of the student's own code that the exception passed through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = os.path.realpath(frame.filename)
        if not (path.startswith(_NOT_THE_STUDENTS) or frame.filename.startswith("<frozen")):
            return frame
    return None


def _place(error: Exception) -> str:
    """Where in the student's code, in words; empty if nowhere."""
    frame = _students_frame(error)
    if frame is None:
        return ""
    in_cell = frame.filename.startswith("<") or "ipykernel" in frame.filename
    file = "a cell of the notebook" if in_cell else os.path.basename(frame.filename)
    return f"{file}, line {frame.lineno}, in {frame.name}"


def _is_a_gap(error: Exception) -> bool:
    """Whether this is the `raise NotImplementedError` of an exercise, and not one of torch's."""
    if isinstance(error, Unanswered):
        return True
    if not isinstance(error, NotImplementedError):
        return False
    last = traceback.extract_tb(error.__traceback__)[-1]
    written_nowhere = last.name == "_forward_unimplemented"  # a module without `forward`
    return written_nowhere or last == _students_frame(error)
