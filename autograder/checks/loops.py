"""Training loops, judged by what they do to a small model that records it.

    batches = draw_batches(sizes=[64, 64, 20])
    recorder = Recorder(start, forward, objective)
    model = recorder.put(student, loss=loss)
    losses = student.train(model, batches.loader(student), epochs=3)
    assert_steps(recorder, batches.rows() * 3)
    assert_adam(recorder, learning_rate=1e-3)

The model lives in the student's process and is trained there; what it computes is computed here,
by call-back. So we see each batch that it gets, and its parameters at that moment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checks import assert_close, observe
from autograder.sandbox.inside.peer import collect
from autograder.student import Handle, Seen, Student

Parameters = dict[str, Tensor]
SIDE, PIXELS = 28, 784
SHADES = 8  # parts of an image, interleaved; in a batch each has a brightness of its own


# --- what a loop is handed ------------------------------------------------------------------------


@dataclass(frozen=True)
class Batches:
    """Images (M, C, H, W) uint8 and labels (M,), to be cut into batches of `size`."""

    images: Tensor
    labels: Tensor
    size: int

    def loader(self, student: Student, drop_last: bool = False) -> Handle:
        """A loader in the student's process: always in this order, and a smaller batch at last."""
        return student.kit("nndl.data").TensorLoader(
            self.images, self.labels, batch_size=self.size, shuffle=False, drop_last=drop_last
        )

    def rows(self) -> list[tuple[Tensor, Tensor]]:
        """The batches of one epoch: images as rows (N, C * H * W) from 0 to 1, labels (N,)."""
        rows = self.images.flatten(1).float() / 255
        return list(zip(rows.split(self.size), self.labels.split(self.size), strict=True))


def draw_batches(sizes: Sequence[int], shape: tuple[int, int, int] = (1, SIDE, SIDE)) -> Batches:
    """Random images in batches of these sizes, all of the first size but for a smaller last one.

    shape: of an image, channels, height and width; the number of pixels is a multiple of SHADES.

    The brightness of each part of the images lies well off the middle, in one batch above it and
    in another below: so the gradients of a `shaded` model change their signs from batch to batch,
    and none is so small that rounding could decide the direction of Adam's first step.
    """
    parts, pixels = [], math.prod(shape)
    for size in sizes:
        side = torch.randint(2, (SHADES,)) * 2 - 1
        brightness = 0.5 + side * (0.15 + 0.2 * torch.rand(SHADES))
        grain = torch.rand(size, pixels) * 0.8 - 0.4
        parts.append((brightness.repeat(pixels // SHADES) + grain).clamp(0, 1))
    images = (torch.cat(parts) * 255).round().to(torch.uint8).reshape(-1, *shape)
    return Batches(images, torch.randint(10, (len(images),)), sizes[0])


def shaded(shades: Tensor, pixels: int = PIXELS) -> Tensor:
    """Images as rows (N, pixels), between 0 and 1, whose parts are as bright as `shades`, (N, 8).

    Shades of zero give a picture that is no plain grey, but has the mean 0.5 in each part.
    """
    pattern = torch.linspace(-1, 1, pixels // SHADES).repeat_interleave(SHADES)
    return torch.sigmoid(pattern + shades.repeat(1, pixels // SHADES))


# --- the model that records -----------------------------------------------------------------------


@dataclass
class Visit:
    """One call of the model: what it was given, and what it was like at that moment."""

    x: Tensor  # (N, pixels)
    labels: Tensor | None  # (N,)
    parameters: Parameters
    training: bool
    gradient_came: bool = False


class Recorder:
    """A small model for a student's loop to train, and what the loop did to it.

    start: its parameters before training.
    forward(parameters, x, labels): what the model gives for rows x, (N, pixels), and labels, (N,)
        or None where the loop passes none on.
    objective(parameters, x, labels): the loss that a right loop minimizes, a 0-d tensor.
    """

    def __init__(
        self,
        start: Parameters,
        forward: Callable[[Parameters, Tensor, Tensor | None], Any],
        objective: Callable[[Parameters, Tensor, Tensor | None], Tensor],
        pixels: int = PIXELS,
    ) -> None:
        self.start, self.objective, self.pixels = start, objective, pixels
        self._compute = forward
        self._model: Handle | None = None
        self.visits: list[Visit] = []

    def put(self, student: Student, **methods: Callable[..., Any]) -> Handle:
        """The model in the student's process, with further `methods` as in `Student.model`."""
        self._model = student.model(self.start, forward=self.forward, **methods)
        return self._model

    def forward(self, seen: Seen, x: Tensor, c: Tensor | None = None) -> Any:
        labels = None if c is None else as_labels(c, len(x))
        parameters = {name: value.detach().clone() for name, value in seen.parameters.items()}
        rows = as_rows(x, self.pixels)
        visit = Visit(rows.detach(), labels, parameters, seen.training)
        self.visits.append(visit)
        outputs = self._compute(seen.parameters, rows, labels)
        tensors: list[Tensor] = []
        collect(tensors, outputs)

        def note(_: Tensor) -> None:
            visit.gradient_came = True

        for tensor in tensors:
            if tensor.requires_grad:
                tensor.register_hook(note)
        return outputs

    def path(self) -> list[Parameters]:
        """The parameters at each call, and at last as training left them."""
        assert self._model is not None, "the model was not put into the student's process"
        return [*(visit.parameters for visit in self.visits), self._model.parameters()]

    def steps(self) -> list[Visit]:
        """The calls after which the parameters changed; others only looked at the model."""
        changed = [_flat(before).ne(_flat(after)).any() for before, after in pairwise(self.path())]
        return [visit for visit, change in zip(self.visits, changed, strict=True) if change]


def as_rows(x: Any, pixels: int = PIXELS) -> Tensor:
    """Images as rows (N, pixels). Raises ValueError where a real model could not work with them."""
    shape = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
    if not isinstance(x, Tensor) or x.dim() < 2 or x[0].numel() != pixels:
        raise ValueError(f"the model takes images of shape (N, {pixels}), but it got {shape}")
    if not x.is_floating_point():
        raise ValueError(f"the model takes images as float32, but it got {x.dtype}")
    if not bool(((x >= 0) & (x <= 1)).all()):
        raise ValueError("the model takes pixels between 0 and 1, but it got others")
    return x.flatten(1)


def as_labels(c: Any, count: int) -> Tensor:
    """Labels (N,) from (N,) or (N, 1). Raises ValueError where they are no labels of N images."""
    shape = tuple(c.shape) if isinstance(c, Tensor) else type(c).__name__
    if not isinstance(c, Tensor) or shape not in [(count,), (count, 1)]:
        raise ValueError(f"the model takes labels of shape ({count},), but it got {shape}")
    if c.is_floating_point() or c.dtype == torch.bool:
        raise ValueError(f"the model takes labels as whole numbers, but it got {c.dtype}")
    return c.reshape(-1).long()


# --- what is asked of a loop ----------------------------------------------------------------------


def assert_steps(
    recorder: Recorder, expected: list[tuple[Tensor, Tensor]], conditional: bool = False
) -> list[Visit]:
    """Fail unless each of the expected batches was one step, in this order, in training mode."""
    visits, steps = recorder.visits, recorder.steps()
    reached = [visit for visit in visits if visit.gradient_came]
    observe([len(visits), len(reached), len(steps)])
    assert visits, "The model is never called."
    assert reached, "No gradient ever comes back to the model, so it learns nothing."
    assert steps, "Gradients reach the model, but its parameters never change."
    assert len(steps) == len(expected), (
        f"The parameters change {len(steps)} times where {len(expected)} steps are expected."
    )
    same = [_equal(visit.x, x) for visit, (x, _) in zip(steps, expected, strict=True)]
    wrong = observe([float(right) for right in same]).eq(0).sum()
    assert not wrong, f"{wrong} of {len(steps)} steps are not made with the images of their batch."
    if conditional:
        assert_labels(steps, [labels for _, labels in expected])
    training = observe([float(visit.training) for visit in steps]).all()
    assert training, "While it is trained, the model is not in training mode."
    return steps


def assert_labels(steps: list[Visit], expected: list[Tensor]) -> None:
    """Fail unless at each step the model got the labels of its images."""
    told = [visit.labels is not None for visit in steps]
    assert observe([float(t) for t in told]).all(), "The model does not get the labels."
    same = [_equal(visit.labels, labels) for visit, labels in zip(steps, expected, strict=True)]
    right = observe([float(s) for s in same]).all()
    assert right, "The labels that the model gets are not those of its images."


def assert_adam(recorder: Recorder, learning_rate: float) -> None:
    """Fail unless the steps are Adam's, each with the gradient of its own batch alone.

    On the very batches that the loop took, whichever these are. A small weight decay, or a limit
    to the gradients that they do not reach, makes no difference that would count.
    """
    steps = recorder.steps()
    observe([len(recorder.visits), len(steps)])
    assert steps, "The parameters of the model never change."
    taken = torch.stack([*(_flat(visit.parameters) for visit in steps), _flat(recorder.path()[-1])])
    moved = (taken - taken[0]) / learning_rate
    right = adam_path(recorder, steps, learning_rate)
    message = f"The parameters do not move as Adam's would at the learning rate {learning_rate:g}."
    assert_close(moved, (right - right[0]) / learning_rate, message, rtol=0, atol=0.02)


def adam_path(recorder: Recorder, steps: list[Visit], learning_rate: float) -> Tensor:
    """All parameters, (steps + 1, P), before and after each step of Adam on these batches."""
    parameters = {n: p.detach().clone().requires_grad_() for n, p in recorder.start.items()}
    optimizer = torch.optim.Adam(parameters.values(), lr=learning_rate)
    path = [_flat(parameters)]
    for visit in steps:
        optimizer.zero_grad()
        recorder.objective(parameters, visit.x, visit.labels).backward()
        optimizer.step()
        path.append(_flat(parameters))
    return torch.stack(path)


def assert_losses(returned: Any, expected: Sequence[Tensor], what: str) -> None:
    """Fail unless these are the expected numbers: floats, or tensors that hold on to no graph."""
    if isinstance(returned, Tensor | np.ndarray) and len(returned.shape) == 1:
        returned = list(returned)
    is_list = isinstance(returned, list | tuple)
    assert observe(float(is_list)), f"{what} are no list: a {type(returned).__name__} came back."
    single = [_is_number(value) for value in returned]
    assert observe([1.0, *single]).all(), f"{what} are not all single numbers."
    live = any(isinstance(value, Tensor) and value.requires_grad for value in returned)
    assert not observe(float(live)), (
        f"{what} are tensors that still hold on to the graph of their step, and all its memory."
    )
    observe(len(returned))
    assert len(returned) == len(expected), (
        f"{what} are {len(returned)} numbers, where {len(expected)} steps were made."
    )
    numbers = [float(value) for value in returned]
    assert_close(numbers, list(map(float, expected)), f"{what} are not the right numbers.")


def _is_number(value: Any) -> bool:
    if isinstance(value, Tensor | np.ndarray):
        return bool(np.prod(value.shape) == 1)
    return isinstance(value, int | float)


def _flat(parameters: Parameters) -> Tensor:
    return torch.cat([parameters[name].detach().flatten() for name in sorted(parameters)])


def _equal(got: Tensor | None, wanted: Tensor) -> bool:
    return got is not None and got.shape == wanted.shape and torch.allclose(got, wanted, atol=1e-5)
