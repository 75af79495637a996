"""VAEs of any make: what their parts compute, and what `forward` makes of these.

A model has `encode(x) -> (mu, logvar)`, `reparameterize(mu, logvar)`, `decode(z)` and `forward(x)
-> (recon, mu, logvar)`, whatever its layers are called. With telling weights its decoder, but for
the sigmoid at its end, is affine: no ReLU is ever at zero. So a picture tells the code that it was
decoded from (`codes_in`), by whichever way the student's code went from one to the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from autograder.checks import assert_tensor, observe
from autograder.checks.networks import apply, is_half, likeness
from autograder.errors import StudentError
from autograder.student import Handle

PARTS = ("encode", "reparameterize", "decode")
BIAS = 6.0  # of the decoder's first layer: so far from zero that no code gets there
PROBE = 2.0  # the length of the codes that are decoded to find out what the decoder does


# --- weights --------------------------------------------------------------------------------------


class Layer(NamedTuple):
    """The weights and the biases of a layer."""

    weight: Tensor
    bias: Tensor


def layer(shape: tuple[int, ...], outputs: int, inputs: int) -> Layer:
    """Random weights that keep the signal's size through a ReLU, where an output has `inputs`."""
    return Layer(torch.randn(shape) * 1.4 / math.sqrt(inputs), torch.randn(outputs) * 0.3)


def linear(inputs: int, outputs: int) -> Layer:
    return layer((outputs, inputs), outputs, inputs)


def heads(inputs: int, latent: int) -> list[Layer]:
    """Layers that give mu and logvar, of both signs and of many sizes."""
    drawn = [linear(inputs, latent) for _ in range(2)]
    return [Layer(head.weight, torch.rand(latent) * 3.6 - 1.8) for head in drawn]


def away_from_zero(first: Layer) -> Layer:
    """The same layer with outputs so far above zero that no code gets a ReLU to cut them off."""
    return Layer(first.weight / 14, torch.full_like(first.bias, BIAS))


def without_offset(last: Layer, scale: float, inputs: int) -> Layer:
    """The same layer with weights that add up to zero over their axis `inputs`, times `scale`.

    So it lets through what differs among its inputs, and not that all of them are large.
    """
    mean = last.weight.mean(inputs, keepdim=True)
    return Layer((last.weight - mean) * scale, last.bias)


def by_name(shapes: dict[str, list[int]], layers: Sequence[Layer]) -> dict[str, Tensor]:
    """These layers as the parameters of a model that has them in any order, under any names.

    Of two with weights of the same shape the first is for the first that the model has; but what
    is called `fc_logvar` gets the second. A layer that is not among them gets ones.
    """
    left: dict[tuple[int, ...], list[Layer]] = {}
    for one in layers:
        left.setdefault(tuple(one.weight.shape), []).append(one)
    values, bias = {}, torch.ones(0)
    for name, shape in shapes.items():
        if len(shape) > 1:
            options = left.get(tuple(shape)) or [Layer(torch.ones(shape), torch.ones(0))]
            chosen = options[-1 if name.startswith("fc_logvar") else 0]
            if len(options) > 1:
                options[:] = [one for one in options if one is not chosen]
            values[name], bias = chosen
        else:  # it comes after the weights of its layer
            values[name] = bias if list(bias.shape) == shape else torch.ones(shape)
    return values


# --- what the parts give --------------------------------------------------------------------------


def assert_pair(encoded: Any, count: int, latent: int) -> tuple[Tensor, Tensor]:
    """mu and logvar. Fails unless `encode` gave these two, (N, latent) each."""
    pair = isinstance(encoded, tuple | list) and len(encoded) == 2
    assert observe(float(pair)), "`encode` does not return the two tensors (mu, logvar)."
    mu, logvar = encoded
    return (
        assert_tensor(mu, (count, latent), "mu"),
        assert_tensor(logvar, (count, latent), "logvar"),
    )


def assert_three(
    outputs: Any, images: tuple[int, ...], latent: int
) -> tuple[Tensor, Tensor, Tensor]:
    """What `forward` gave. Fails unless these are recon, of that shape, mu and logvar."""
    size = len(outputs) if isinstance(outputs, tuple | list) else -1 if outputs is None else 0
    three = observe(size) == 3
    assert three, "`forward` does not return the three tensors (recon, mu, logvar)."
    recon, mu, logvar = outputs
    return (
        assert_tensor(recon, images, "recon"),
        assert_tensor(mu, (images[0], latent), "mu"),
        assert_tensor(logvar, (images[0], latent), "logvar"),
    )


# --- what was decoded -----------------------------------------------------------------------------


def codes_in(model: Handle, images: Tensor, latent: int) -> Tensor:
    """The codes (N, latent), as float64, that images were decoded from with telling weights."""
    with torch.no_grad():
        probes = torch.cat([torch.zeros(1, latent), PROBE * torch.eye(latent)])
        made = unsquashed(assert_tensor(model.decode(probes), what="What `decode` gives"))
        ways = (made[1:] - made[0]) / PROBE
        beyond = unsquashed(images)
        fits = beyond.shape[1] == ways.shape[1] and len(made) == len(probes)
        assert observe(float(fits)), "The images have another size than those that `decode` gives."
        assert observe(float(beyond.isfinite().all())), "The images are not all numbers."
        return torch.linalg.lstsq(ways.T, (beyond - made[0]).T).solution.T


def unsquashed(images: Tensor) -> Tensor:
    """What was there before the sigmoid, as rows of float64; as it is where there was none."""
    rows = images.detach().flatten(1).double()
    is_squashed = bool(((rows >= 0) & (rows <= 1)).all())
    return torch.logit(rows, eps=1e-7) if is_squashed else rows


def assert_from_codes(model: Handle, images: Any, shape: tuple[int, ...], latent: int) -> Tensor:
    """Fail unless these are images of that shape that the model's decoder made; their codes."""
    images = assert_tensor(images, shape, "The result")
    z = codes_in(model, images, latent)
    with torch.no_grad():
        again = model.decode(z.float())
    same = again.shape == images.shape and torch.allclose(again, images, atol=1e-4)
    assert observe(float(same)), "The images are not what the decoder makes of a code."
    return z


# --- forward --------------------------------------------------------------------------------------


def judge_with_right_parts(
    model: Handle, right: Any, parts: tuple[str, ...], judge: Callable[[], None]
) -> None:
    """Judge a model as it is, or else with right `parts` in place of its own.

    So neither a mistake in these costs points here, nor code that is right together with it.
    """
    try:
        judge()
    except (AssertionError, StudentError) as error:
        if isinstance(error, StudentError) and not (error.is_gap or error.kind == "raised"):
            raise
        for part in parts:
            getattr(model, part).replace(getattr(right, part))
        judge()


def assert_forward(model: Handle, x: Tensor, latent: int, shape: tuple[int, ...]) -> None:
    """Fail unless `forward` decodes draws from what `encode` gives, and returns all three.

    shape: of recon.
    """
    recon, mu, logvar = assert_three(model(x), shape, latent)
    right_mu, right_logvar = assert_pair(apply(model.encode, x), len(x), latent)
    expected = ((mu, right_mu, "mu"), (logvar, right_logvar, "logvar"))
    for got, right, name in expected:
        observe(likeness(got.detach(), right_mu.detach(), right_logvar.detach()), 0, 0.25)
        gap = observe((got - right).abs().mean(), rtol=0.2, atol=1e-3)
        assert gap < 1e-3, f"{name} is not the {name} that `encode` gives."
    z = assert_from_codes(model, recon, shape, latent)
    assert_drawn_around(z, mu.detach().double(), logvar.detach().double())


def assert_drawn_around(z: Tensor, mu: Tensor, logvar: Tensor) -> None:
    """Fail unless the codes z, (N, latent), are draws of N(mu, exp(logvar)), each for itself."""
    noise = (z - mu) / (logvar / 2).exp()
    size = (z - mu).abs().clamp_min(1e-4).log()
    centred = (logvar - logvar.mean()) / 2
    slope = (size * centred).sum() / (centred**2).sum()
    observe([size.mean(), slope], rtol=0, atol=0.5)
    observe(likeness(z.clamp(-4, 4), mu, logvar), rtol=0, atol=0.3)
    rows, columns = (float(noise.std(d).mean() > 0.1) for d in (0, 1))
    own = observe([rows, columns]).all()
    assert own, "Not every image and every latent number gets noise of its own."
    # Five standard errors of a mean, and in proportion those of a standard deviation; of the slope,
    # whose error is that of the logarithm of a normal number's size, seven.
    off = 5 / math.sqrt(noise.numel())
    message = "What is decoded is not drawn around mu with the standard deviation exp(logvar / 2)."
    assert abs(noise.mean()) < off and abs(noise.std() - 1) < 0.72 * off, message
    assert abs(slope - 1) < 7 * 1.11 / float(centred.norm()), message


def assert_forward_gradients(
    model: Handle, right: nn.Module, x: Tensor, latent: int, shape: tuple[int, ...]
) -> None:
    """Fail unless the gradients of recon, mu and logvar are those of the noise that was drawn.

    The gradients of its own parts, for the same noise, are added to those of `forward`. They must
    reach each layer that is like one of the `right` model; another one may be there for nothing.
    """
    model.zero_grad()  # of an attempt with other parts
    outputs = assert_three(model(x), shape, latent)
    reached = observe([float(output.requires_grad) for output in outputs])
    assert reached.all(), "What `forward` returns has no gradient: its graph is cut."
    weights = [torch.randn(output.shape) for output in outputs]
    torch.autograd.backward(outputs, weights)
    own = model.gradients()
    z = codes_in(model, outputs[0], latent).float()
    mu, logvar = assert_pair(apply(model.encode, x), len(x), latent)
    std = (logvar / 2).exp()
    again = mu + ((z - mu) / std).detach() * std
    torch.autograd.backward([model.decode(again).reshape(shape), mu, logvar], weights)
    both = model.gradients()
    layers = {tuple(weight.shape) for weight in right.parameters() if weight.dim() > 1}
    needed = [name for name, size in model.shapes().items() if tuple(size) in layers]
    cut = [name for name in needed if own[name] is None]
    fits = [is_half(own[name], whole) for name, whole in both.items()]
    observe([len(cut), *(float(fit) for fit in fits)])
    assert not cut, f"No gradient reaches {', '.join(cut[:3])}."
    wrong = [name for name, fit in zip(both, fits, strict=True) if not fit]
    assert not wrong, f"The gradient that reaches {', '.join(wrong[:3])} is not right."
