"""What the labs look with: small helpers, and claims about layers in a row.

They judge what a network does, never how it is written: weights that are known here are put into
its layers, by their shapes alone, and the numbers that come out are compared.
"""

from __future__ import annotations

import contextlib
import io
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from nndl._show import withheld
from nndl.check import Claim, claim
from nndl.grad import rel_error

# What a student's exception means, for a lab's `error_hints`.
ERROR_HINTS = {
    "before Module.__init__": (
        "What has to happen in `__init__` before a module can take in layers?",
        "The first line of `__init__` calls the `__init__` of the class above.",
    ),
    "is not a Module subclass": (
        "Is each thing that you put into `nn.Sequential` a layer, or only the name of one?",
        "It wants instances: a class needs its parentheses, even if they stay empty.",
    ),
    r"empty\(\)|NoneType' and 'int|must be tuple of ints": (
        "Has every size that you build a layer with got its value by then?",
        "Look for a size that is still `None`, or that is no whole number.",
    ),
    "shapes cannot be multiplied|size mismatch|must match the size|expected input with shape": (
        "Which shape does this layer get, and how many numbers per row does it expect?",
        "Print the shape before each layer. An image must become one row of numbers, the batch "
        "axis must stay, and where a label is appended the row grows by the number of classes.",
    ),
    "Sizes of tensors must match except": (
        "Which axis is the batch, and along which one should these two be put together?",
        "Both have N rows. The features of one image and its label belong into the same row.",
    ),
    "between 0 and 1": (
        "Binary cross entropy wants probabilities. Which range do these numbers have?",
        "Look at what the decoder ends with, and at which argument is the prediction.",
    ),
    "is invalid for input of size|unflatten: Provided sizes": (
        "Is a batch size or an image size written into your code as a number?",
        "The check uses a batch of its own: take sizes from the tensor, or from `self`.",
    ),
    "Dimension out of range|too many indices": (
        "How many axes does this tensor have here, and which one do you ask for?",
        "Print its shape. A single image, for one, comes without a batch axis.",
    ),
    "in-?place|inplace": (
        "Does some operation write into a tensor that is needed later?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    ),
    "same device|CUDA|cuda": (
        "On which device does each of the tensors in this line live?",
        "A tensor that you create should take its device from one that you were given.",
    ),
    "target size|must have the same (size|shape)": (
        "Do the reconstruction and the image have the same shape here?",
        "Print both shapes. One of them has lost or gained an axis.",
    ),
    "dtype|scalar type": (
        "Which dtype does each of the tensors in this line have?",
        "A tensor that you create should take its dtype from one that you were given.",
    ),
    "'NoneType' object": (
        "What in this line is `None`, and where should it have got its value?",
        "An attribute that is set to `None` first must be filled before it is used, "
        "and a function without `return` gives `None`.",
    ),
    "has no attribute": (
        "Is the attribute of this name set in `__init__` of this very class?",
        "Compare the spelling with the list of attributes in the text.",
    ),
}


# --- small helpers ----------------------------------------------------------------------------


def is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def shape_of(value: Any) -> str:
    return str(tuple(value.shape)) if is_tensor(value) else f"no tensor but {type_of(value)}"


def type_of(value: Any) -> str:
    name = type(value).__name__
    return "None" if value is None else f"an {name}" if name[0] in "aeiou" else f"a {name}"


def is_number(value: Any) -> bool:
    """Whether it is one finite number: Python's, NumPy's, or a tensor that holds one."""
    try:
        return math.isfinite(float(value))
    except (TypeError, ValueError, RuntimeError):
        return False


def numbers(values: Iterable[Any]) -> str:
    return ", ".join(f"{float(value):.4f}" for value in values)


def close(a: Tensor, b: Tensor) -> bool:
    """Equal but for rounding, wherever the two live and whatever their precision is."""
    a, b = a.detach().cpu().double(), b.detach().cpu().double()
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-5)


def first_case(*cases: tuple[bool, str], otherwise: str) -> str:
    """The text of the first case that holds."""
    return next((text for holds, text in cases if holds), otherwise)


def question_for(value: float, slips: Sequence[tuple[float, str]]) -> str:
    """The question that belongs to the slip whose value this is, or nothing."""
    return next((ask for slip, ask in slips if abs(value - slip) < 2e-4 * max(abs(slip), 0.1)), "")


def global_of(work: Any, name: str, default: Any) -> Any:
    """The global `name` of the notebook in which the student's function or class was written."""
    notebook = sys.modules.get(getattr(work, "__module__", None) or "")
    return getattr(notebook, name, default)


def device_of(work: Any) -> torch.device:
    """Where the student's function works: the notebook's `device`, else the GPU if there is one."""
    default = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(global_of(work, "device", default))


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """What the student's code prints, or `nndl` shows for it, is not part of what a check says."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        stack.enter_context(withheld())
        yield


def overhear(
    module: nn.Module, answer: Callable[..., Tensor] | None = None
) -> list[tuple[Any, ...]]:
    """From now on the list grows by what `module` is given at each call.

    `answer`: computed in the module's place. Keyword arguments are noted like positional ones.
    """
    given: list[tuple[Any, ...]] = []
    run = answer or module.forward

    def listening(*inputs: Any, **named: Any) -> Any:
        given.append((*inputs, *named.values()))
        return run(*inputs, **named)

    module.forward = listening
    return given


# --- layers in a row --------------------------------------------------------------------------


def has_layers(name: str, part: nn.Module, sizes: Sequence[int], what: str = "") -> Iterator[Claim]:
    """Weights and biases of one Linear layer per step in `sizes`, in any order, no more."""
    steps = list(pairwise(sizes))
    right = sorted(shape for i, o in steps for shape in ((o, i), (o,)))
    found = [tuple(p.shape) for p in part.parameters()]
    weights = [shape for shape in found if len(shape) == 2]
    count = sum(math.prod(shape) for shape in found)
    question = first_case(
        (
            len(weights) != len(steps),
            f"How many Linear layers has your {name}, and how many has the text's?",
        ),
        (
            all(shape[1] != sizes[0] for shape in weights),
            f"How many numbers are in one row that the {name} reads{what}?",
        ),
        otherwise="From how many numbers to how many does each Linear layer lead, bias included?",
    )
    yield claim(
        f"the {name} has {len(steps)} Linear layers ({_layers(steps)}), "
        f"{sum(math.prod(shape) for shape in right):,} parameters",
        sorted(found) == right,
        f"It has {len(weights)} ({_layers([s[::-1] for s in weights])}), {count:,} parameters.",
        question,
        f"Draw it: {' - '.join(map(str, sizes))}. One Linear layer, with its bias, for each dash.",
    )


def _layers(steps: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(" to ".join(map(str, step)) for step in steps)


def set_known_weights(part: nn.Module) -> None:
    """By shape alone, so that it does not matter which layer is made first."""
    with torch.no_grad():
        for parameter in part.parameters():
            parameter.copy_(known(*parameter.shape))


def known_answer(rows: Tensor, sizes: Sequence[int], relus: Sequence[int]) -> Tensor:
    """What Linear layers of these sizes make of `rows` (N, sizes[0]) with the known weights.

    `relus`: after which of the layers, counted from 1, there is a ReLU.
    """
    for i, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        rows = rows @ known(outputs, inputs).T + known(outputs)
        rows = rows.relu() if i in relus else rows
    return rows


def known(*shape: int) -> Tensor:
    """The known weights, or biases, of this shape."""
    generator = torch.Generator().manual_seed(sum(shape))
    scale = math.sqrt(2 / math.prod(shape[1:])) if len(shape) > 1 else 0.5
    return torch.randn(*shape, generator=generator) * scale


def has_relus(
    name: str,
    found: Tensor,
    rows: Tensor,
    sizes: Sequence[int],
    relus: Sequence[int],
    end: Callable[[Tensor], Tensor],
) -> Iterator[Claim]:
    """`found`: what the part made of `rows` with the known weights; `end`: what ends it."""

    def gives(relus: Sequence[int]) -> bool:
        return rel_error(found, end(known_answer(rows, sizes, relus))) < 1e-4

    missing = next((i for i in relus if gives([j for j in relus if j != i])), None)
    seen = first_case(
        (bool(missing), f"It does what it would do without the ReLU after Linear layer {missing}."),
        (gives([]), "It does what it would do without any ReLU: the layers collapse into one."),
        (
            gives(range(1, len(sizes))),
            "It does what it would do with a ReLU after the last Linear layer too.",
        ),
        otherwise=f"With known weights in its layers, the {name} gives other numbers.",
    )
    yield claim(
        f"a ReLU follows Linear layers {', '.join(map(str, relus))}, with nothing else in between",
        gives(relus),
        seen,
        "What stands after each Linear layer?",
        "Read your layers aloud, one by one, beside the text: is one missing, or one too many "
        "(another non-linearity, dropout, a normalization)?",
    )


def gradients_flow(loss: Tensor, leaves: Mapping[str, Tensor]) -> Claim:
    """That a loss has a gradient to each of these tensors, which are called by their names."""
    parts = list(leaves.values())
    grads: Sequence[Tensor | None] = [None] * len(parts)
    if loss.requires_grad:
        grads = torch.autograd.grad(loss.sum(), parts, allow_unused=True)
    cut = [f"`{name}`" for name, grad in zip(leaves, grads, strict=True) if grad is None]
    *first, last = (f"`{name}`" for name in leaves)
    return claim(
        f"gradients flow to {', '.join(first)} and {last}",
        not cut,
        f"None reaches {', '.join(cut)}.",
        "What in your function turns a tensor into a plain number, or cuts the graph?",
        "Leave everything a tensor, from the arguments to what you return.",
    )
