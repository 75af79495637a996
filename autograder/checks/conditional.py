"""Conditional VAEs: what their networks get and give, and the digits that they draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import assert_close, assert_tensor, observe
from autograder.checks.loops import PIXELS, as_labels
from autograder.checks.networks import likeness
from autograder.student import Handle, Name, Seen, Student
from nndl.digits import recognize

# --- networks that take a label -------------------------------------------------------------------


def with_labels(rows: Tensor, classes: int) -> tuple[Tensor, Tensor]:
    """Rows with the one-hot rows of random labels behind them, and these labels."""
    labels = torch.randint(classes, (len(rows),))
    return torch.cat([rows, F.one_hot(labels, classes)], dim=1), labels


def split_labels(classes: int) -> Callable[[Name, Tensor], Tensor]:
    """How a network is called with rows of `with_labels`: with what is before the label, and it."""
    return lambda network, rows: network(rows[:, :-classes], rows[:, -classes:].argmax(dim=1))


class Passage(NamedTuple):
    """What a network got, images or codes and their labels, and what it gave."""

    given: Tensor
    labels: Tensor | None  # (N,)
    result: Any


def tap(part: Name, answer: Tensor | None = None) -> list[Passage]:
    """Note what the encoder or decoder of a model gets and gives; it works as before.

    With `answer` it gives this instead, in the shape that its own result has.
    """
    own = part.read()
    passed: list[Passage] = []

    def through(_: list[Tensor], *inputs: Any, **named: Any) -> Any:
        given, c = images_and_labels([*inputs, *named.values()])
        observe(float(c is not None))  # noted here, since without a label the network may fail
        result = own(*inputs, **named)
        if answer is not None and isinstance(result, Tensor) and result.numel() == answer.numel():
            result = answer.reshape(result.shape)
        passed.append(Passage(given, None if c is None else c.reshape(-1), result))
        return result

    part.replace(through, parameters={})
    return passed


def images_and_labels(inputs: list[Any]) -> tuple[Any, Any]:
    """Of what a network is called with, in any order: images or codes, and labels; None for none.

    A student's network may call its arguments what it likes; labels are whole numbers.
    """
    tensors = [value for value in inputs if isinstance(value, Tensor)]
    given = next((value for value in tensors if value.is_floating_point()), None)
    return given, next((value for value in tensors if value is not given), None)


def posterior(count: int, nz: int) -> Tensor:
    """Means, and logarithms of standard deviations of both signs: (N, 2 * nz)."""
    return torch.cat([torch.randn(count, nz), torch.rand(count, nz) * 2 - 1], dim=1)


def assert_told(passage: Passage, labels: Tensor, part: str) -> None:
    """Fail unless the network got these labels."""
    same = passage.labels is not None and torch.equal(passage.labels, labels.reshape(-1))
    assert observe(float(same)), f"The {part} does not get the labels."


def assert_conditional_outputs(outputs: Any, q: Tensor, rec: Any) -> None:
    """Fail unless these are {"q", "rec", "c"}: the encoder's q, and what the decoder made."""
    complete = isinstance(outputs, dict) and {"q", "rec", "c"} <= set(outputs)
    assert observe(float(complete)), 'It does not return {"q": ..., "rec": ..., "c": ...}.'
    got = assert_tensor(outputs["q"], tuple(q.shape), "q")
    assert_close(got, q, "q is not what the encoder gave.")
    images = assert_tensor(outputs["rec"], what="rec")
    observe([0, *images.shape])
    made = assert_tensor(rec, what="What the decoder gives")
    same = images.numel() == made.numel() and torch.allclose(images.flatten(), made.flatten())
    assert observe(float(same)), "rec is not what the decoder made."


def assert_gradients_to(q: Tensor, z: Tensor, rec: Tensor) -> None:
    """Fail unless from rec gradients come back to q: through z, with the noise that was drawn."""
    assert observe(float(rec.requires_grad)), "rec has no gradient: its graph is cut."
    (rec.flatten(1) * torch.randn(PIXELS)).sum().backward()
    assert observe(float(q.grad is not None)), "No gradient comes back from rec to q."
    to_mean, to_spread = (torch.zeros_like(q) if q.grad is None else q.grad).chunk(2, dim=1)
    expected = to_mean * (z - q.chunk(2, dim=1)[0]).detach()
    observe((to_spread / expected).nanmedian(), rtol=0.01)
    right = torch.allclose(to_spread, expected, rtol=1e-3, atol=1e-5)
    assert right, "The gradient to log_sigma does not follow the noise that was drawn."


def assert_conditional_reconstructs(
    model: Handle, x: Tensor, labels: Tensor, shapes: list[tuple[int, ...]]
) -> None:
    """Fail unless `reconstruct` decodes the means with the labels, into one of these shapes."""
    q = posterior(labels.numel(), model.nz.read())
    encoded = tap(model.encoder, q)
    decoded = tap(model.decoder, torch.rand(labels.numel(), PIXELS))
    images = assert_tensor(model.reconstruct(x, labels), what="The result")
    observe([0, *images.shape])
    assert tuple(images.shape) in shapes, (
        f"The result has the shape {tuple(images.shape)} where {shapes[0]} is expected."
    )
    assert encoded and decoded, "The encoder or the decoder is not used."
    assert_told(encoded[-1], labels, "encoder")
    assert_told(decoded[-1], labels, "decoder")
    assert_decodes_means(decoded[-1], q, images)


def assert_decodes_means(passage: Passage, q: Tensor, images: Tensor) -> None:
    """Fail unless the decoder got the means, q's first half, and the images are what it made."""
    means, others = q.chunk(2, dim=1)
    fits = observe(float(passage.given.numel() == means.numel()))
    assert fits, f"It does not decode codes of shape {tuple(means.shape)}."
    codes = passage.given.reshape(means.shape)
    if len(q) > 1:  # of so many numbers it can be seen what they follow, whatever noise there is
        observe(likeness(codes, means, others), rtol=0, atol=0.25)
    exact = torch.allclose(codes, means, rtol=1e-3, atol=1e-5)
    assert observe(float(exact)), "The codes that it decodes are not the means."
    same = images.numel() == passage.result.numel() and torch.allclose(
        images.flatten(), passage.result.flatten(), atol=1e-5
    )
    assert observe(float(same)), "The images are not what the decoder made."


# --- drawing digits -------------------------------------------------------------------------------


def small_decoder(student: Student, nz: int) -> tuple[Handle, list[Passage]]:
    """A conditional VAE of which only the decoder is there, and what passes through that."""
    decoded: list[Passage] = []

    def decode(_: Seen, z: Tensor, c: Tensor | None = None) -> Tensor:
        if c is None:
            raise ValueError("the decoder takes codes and labels, but no labels came")
        made = torch.rand(len(z), 1, PIXELS)
        decoded.append(Passage(z.detach(), as_labels(c, len(z)), made))
        return made

    model = student.model({"weight": torch.zeros(1)})
    model.decoder.set(student.model({"weight": torch.zeros(1)}, forward=decode))
    for name, value in (("nz", nz), ("conditional", True), ("num_labels", 10)):
        getattr(model, name).set(value)
    return model, decoded


def assert_standard_normal(z: Tensor) -> None:
    """Fail unless the rows of z are different draws of the standard normal, 5,000 numbers."""
    z = z.double()
    observe([z.mean(), z.std()], rtol=0, atol=0.08)
    assert observe(float((z.std(dim=0) > 1e-3).all())), "All images are decoded from the same code."
    # Five and a half standard errors of a mean; those of the other two in proportion.
    off = 5.5 / math.sqrt(z.numel())
    assert abs(z.mean()) < off, "The mean of the codes is not 0."
    assert abs(z.std() - 1) < 0.72 * off, "The standard deviation of the codes is not 1."
    beyond = (z.abs() > 2).double().mean()
    assert abs(beyond - 0.0455) < 0.21 * off, "The codes are not normally distributed."


def assert_labels_in_order(decoded: list[Passage], images: Tensor) -> None:
    """Fail unless the images are the decoded ones of the labels 0 to 9, in this order."""
    labels = torch.cat([passage.labels for passage in decoded if passage.labels is not None])
    made = torch.cat([passage.result for passage in decoded]).flatten(1)
    ends = [labels.min().clamp(max=0), labels.max().clamp(min=9)]
    observe([*ends, float(len(labels) == 10), float(len(labels.unique()) == 1)])
    order = labels.argsort()
    each = observe(float(labels[order].tolist() == list(range(10))))
    assert each, "The labels are not 0 to 9, each of them once."
    place = observe(torch.cdist(images.flatten(1), made[order]).argmin(dim=1))
    assert place.tolist() == list(range(10)), "The image at place i is not the one of label i."
    assert_close(images.flatten(1), made[order], "The images are not what the decoder made.")


def assert_read(images: Any, labels: Tensor, at_least: float, what: str) -> None:
    """Fail unless so large a share of the images is read as the digits that were asked for."""
    pixels = assert_tensor(images, what="The result").flatten(1)
    assert_tensor(pixels, (len(labels), PIXELS), "The result, flattened,")
    right = recognize(pixels).argmax(dim=1) == labels
    share = observe(right.double().mean(), rtol=0, atol=0.15)
    assert share >= at_least, (
        f"Of {what}, fewer than {at_least:.0%} are read as the digit that was asked for; by chance "
        "it would be 10%."
    )
