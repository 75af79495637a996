"""Networks of Linear layers, checked by what they compute with weights that we choose."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise, permutations

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import assert_tensor, observe
from autograder.errors import StudentError
from autograder.student import Name

Layers = list[tuple[Tensor, Tensor]]


def drawn(shapes: dict[str, list[int]]) -> dict[str, Tensor]:
    """Random parameters of these shapes that keep the signal's size through a ReLU layer."""
    values = {}
    for name, shape in shapes.items():
        scale = 1.4 / math.sqrt(max(shape[-1], 1)) if len(shape) > 1 else 0.3
        values[name] = torch.randn(shape) * scale
    return values


def apply(network: Name, x: Tensor) -> Tensor:
    """A network's output for images, whether it flattens them itself or leaves that to forward."""
    try:
        return network(x)
    except StudentError as error:
        if error.kind != "raised" or x.dim() == 2:
            raise
        try:
            return network(x.flatten(1))
        except StudentError:
            raise error from None


def assert_computes_mlp(
    network: Name,
    sizes: list[int],
    last: Callable[[Tensor], Tensor],
    x: Tensor,
    call: Callable[[Name, Tensor], Tensor] = apply,
) -> Tensor:
    """Fail unless the network is Linear layers of these sizes with ReLU between and `last` after.

    `call(network, x)` hands it x: all that its first layer is to get.

    Which layer comes first can't be known from names, so every order that fits is tried. Returns
    the network's output, whose shape beyond (N, ...) is left open.
    """
    values = drawn(network.shapes())
    layers = linear_layers(values)
    found = [(weight.shape[1], weight.shape[0]) for weight, _ in layers]
    observe([0, *(size for pair in sorted(found) for size in pair)])
    wanted = list(pairwise(sizes))
    assert sorted(found) == sorted(wanted), (
        f"Its Linear layers are {arrows(found)} where {arrows(wanted)} is expected."
    )
    network.load(values)
    output = assert_tensor(call(network, x), what="its output")
    assert output.shape[:1] == x.shape[:1], f"{len(x)} inputs gave {len(output)} outputs."
    flat = assert_tensor(output.flatten(1), (len(x), sizes[-1]), "its output, flattened,")
    candidates = [
        mlp(order, x.flatten(1), last) for order in permutations(layers) if fits(order, sizes)
    ]
    observe(flat)
    numbers = flat.double()
    right = any(torch.allclose(numbers, c.double(), rtol=1e-3, atol=1e-4) for c in candidates)
    assert right, "With weights that we chose, its output is not what these layers compute."
    return output


def linear_layers(parameters: dict[str, Tensor]) -> Layers:
    """Weights and biases, paired in the order in which they were registered."""
    weights = [p for p in parameters.values() if p.dim() == 2]
    biases = [p for p in parameters.values() if p.dim() == 1]
    observe([len(weights), len(biases), len(parameters)])
    assert len(weights) + len(biases) == len(parameters), "It has layers that are not Linear."
    assert len(weights) == len(biases), (
        f"It has {len(weights)} weight matrices and {len(biases)} biases; a Linear layer has both."
    )
    return list(zip(weights, biases, strict=True))


def fits(layers: tuple[tuple[Tensor, Tensor], ...], sizes: list[int]) -> bool:
    return all(
        list(weight.shape) == [after, before] and list(bias.shape) == [after]
        for (weight, bias), before, after in zip(layers, sizes, sizes[1:], strict=False)
    )


def mlp(
    layers: tuple[tuple[Tensor, Tensor], ...], x: Tensor, last: Callable[[Tensor], Tensor]
) -> Tensor:
    *hidden, (weight, bias) = layers
    for w, b in hidden:
        x = F.linear(x, w, b).relu()
    return last(F.linear(x, weight, bias))


def arrows(pairs: list[tuple[int, int]]) -> str:
    return ", ".join(f"{a}→{b}" for a, b in pairs) or "none"


def tap(part: Name, noting_only: bool = False) -> list[tuple[Tensor, Tensor]]:
    """Note what a part of a model gets and gives; it works as before, unless `noting_only`."""
    own = part.read()
    passed: list[tuple[Tensor, Tensor]] = []

    def through(_: list[Tensor], given: Tensor) -> Tensor:
        result = given if noting_only else own(given)
        passed.append((given, result))
        return result

    part.replace(through, parameters={})
    return passed


def likeness(value: Tensor, *others: Tensor) -> Tensor:
    """How `value` correlates with each of the others: what a diagnosis knows noisy numbers by."""
    return torch.corrcoef(torch.stack([part.flatten() for part in (value, *others)]))[0, 1:]


def is_half(part: Tensor | None, whole: Tensor | None) -> bool:
    """Whether one gradient is half of another, to 0.1 % of its size."""
    if part is None or whole is None:
        return part is whole
    return bool((2 * part - whole).abs().max() <= 1e-3 * whole.abs().max() + 1e-6)
