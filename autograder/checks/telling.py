"""Models with weights that we choose, so that what they decode tells what was decoded.

    model, right = student.blank("VAE", 6), with_telling_weights(RIGHT.VAE, 6)
    share_weights(student, model, right)
    z = code_in(model(x)["rec"], 6)

So it does not matter how a student's code goes through its networks, nor which of their parts it
calls. The networks of both are Linear layers, 784 → 256 → 64 → codes → 64 → 256 → 784, with ReLU
between and a Sigmoid at the end; the reference computes the same with them as the student's does.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from autograder.checks import assert_tensor, observe
from autograder.checks.networks import drawn, likeness
from autograder.errors import StudentError
from autograder.student import Handle, Name, Seen, Student

CONTRAST = 0.25  # of decoded images: with any code that comes up, pixels stay well inside (0, 1)


# --- the models ----------------------------------------------------------------------------------


@functools.cache
def with_telling_weights(kind: Callable[[int], Any], nz: int) -> Any:
    """A model of the reference with weights such that a decoded image tells its code (`code_in`).

    `kind(nz)` makes it; the encoder's weights are random. Made once for all checks, and the same
    each time: nothing is to change it.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(nz)
        right = kind(nz)
        load(right.encoder, list(drawn(shapes_of(right.encoder)).values()))
    load(right.decoder, telling(nz))
    return right


def share_weights(student: Student, model: Handle, right: Any) -> None:
    """Give the student's model the weights of one that was made by `with_telling_weights`.

    Where a part of the student's model has layers of other sizes, the reference's takes its place.
    """
    if takes_values(model, right):
        return
    for part in ("encoder", "decoder"):
        own, network = getattr(model, part), getattr(right, part)
        if not takes_values(own, network):
            own.set(network_of_ours(student, network))


def takes_values(module: Name, right: nn.Module) -> bool:
    """Set a module's parameters to those of the reference's; whether they fit.

    Where two have the same shape, both are biases, and zero: see `load`.
    """
    try:
        return module.load_by_shape(values_of(right))
    except StudentError:
        return False


@functools.cache
def values_of(network: nn.Module) -> list[Tensor]:
    """Its parameters, in the same list each time: so they are sent once to a student's process."""
    return list(network.parameters())


def network_of_ours(student: Student, network: nn.Module) -> Handle:
    """A network in the student's process, with parameters there, that computes as `network`."""
    parameters: dict[str, Tensor] = dict(network.named_parameters())
    names = {name.replace(".", "_"): name for name in parameters}
    start = {short: parameters[name] for short, name in names.items()}

    def forward(seen: Seen, *inputs: Tensor, **named: Tensor) -> Tensor:
        values = {names[short]: value for short, value in seen.parameters.items()}
        return functional_call(network, values, inputs, named)

    return student.model(start, forward=forward)


def load(network: nn.Module, values: list[Tensor]) -> None:
    """Set a network's weights; its biases, which layers of the same width could mix up, to zero."""
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), values, strict=True):
            parameter.copy_(value if value.dim() == 2 else torch.zeros_like(value))


def telling(nz: int) -> list[Tensor]:
    """Weights of a decoder that passes each number of the code on, and both its signs apart."""
    signs = torch.cat([torch.eye(nz), -torch.eye(nz)])
    first, second, third = torch.zeros(64, nz), torch.zeros(256, 64), torch.zeros(784, 256)
    first[: 2 * nz] = signs
    second[:64] = torch.eye(64)
    third[:nz, : 2 * nz] = CONTRAST * signs.T
    return [first, torch.zeros(64), second, torch.zeros(256), third, torch.zeros(784)]


def shapes_of(network: nn.Module) -> dict[str, list[int]]:
    return {name: list(value.shape) for name, value in network.named_parameters()}


# --- what was decoded -----------------------------------------------------------------------------


def code_in(images: Tensor, nz: int) -> Tensor:
    """The codes (N, nz), as float64, that images were decoded from with telling weights."""
    return torch.logit(images.detach().flatten(1)[:, :nz].double(), eps=1e-7) / CONTRAST


def assert_decoded(images: Any, right: Any, shape: tuple[int, ...]) -> Tensor:
    """Fail unless these are images of that shape that the decoder made; returns their codes."""
    images = assert_tensor(images, shape, "The result")
    z = code_in(images, right.nz)
    with torch.no_grad():
        same = (images - right.decoder(z.float()).reshape(shape)).abs().max() < 1e-4
    assert observe(float(same)), "The images are not what the decoder makes of a code."
    return z


def assert_draws(z: Tensor, mu: Tensor, log_sigma: Tensor) -> None:
    """Fail unless the codes z, (N, nz), are draws of N(mu, exp(log_sigma))."""
    noise = (z - mu) / log_sigma.exp()
    size, centred = (z - mu).abs().clamp(1e-4).log(), log_sigma - log_sigma.mean()
    slope = (size * centred).sum() / (centred**2).sum()
    observe([size.mean(), slope], rtol=0, atol=0.25)
    observe(likeness(z.clamp(-4, 4), mu, log_sigma), rtol=0, atol=0.25)
    # Five standard errors of a mean; those of the others in proportion. A normal draw's logarithm
    # has the standard deviation 1.11.
    off = 5 / math.sqrt(noise.numel())
    message = "The codes that are decoded do not lie around the means."
    assert abs(noise.mean()) < off, message
    message = "The codes are not spread around the means as the second half of q says."
    assert abs(slope - 1) < 1.11 * off / centred.square().mean().sqrt(), message
    assert abs(noise.std() - 1) < 0.72 * off, message
    beyond = (noise.abs() > 2).double().mean()
    assert abs(beyond - 0.0455) < 0.21 * off, "The noise is not normally distributed."


def assert_fresh(noise: Tensor, again: Tensor) -> None:
    """Fail unless noise, (N, nz), differs in each row and column, and from another call's."""
    others = (noise[:1], noise[:, :1], again)
    rows, columns, calls = observe([float((noise - o).abs().max() < 1e-2) for o in others])
    assert not rows, "All codes of a batch are drawn with the same noise."
    assert not columns, "All numbers of a code are drawn with the same noise."
    assert not calls, "Every call draws the same noise."


def assert_on_line(z: Tensor, first: Tensor, last: Tensor) -> None:
    """Fail unless the codes z, (steps, nz), lead in equal steps from one code to another."""
    way = last - first
    share = (z - first) @ way / (way @ way)
    aside = (z - first - share[:, None] * way).norm(dim=1) / way.norm()
    observe(torch.stack([share, aside]), rtol=0, atol=0.02)
    assert torch.allclose(z[0], first, atol=1e-3), (
        "The first point is not the code of the first image."
    )
    assert torch.allclose(z[-1], last, atol=1e-3), (
        "The last point is not the code of the second image."
    )
    assert aside.max() < 1e-3, "The points do not lie on the line between the two codes."
    wanted = torch.linspace(0, 1, len(z)).double()
    assert torch.allclose(share, wanted, atol=1e-3), "The points are not equally spaced."
