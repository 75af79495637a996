"""Given to students: a greeting, a grid of images, and the training loop of the VAEs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch
import torch.nn.functional as F

from nndl._show import progress

# The optimizer lives as long as its model: a fresh Adam per epoch would lose its moments.
_optimizers: WeakKeyDictionary[torch.nn.Module, torch.optim.Optimizer] = WeakKeyDictionary()


def hello_helper() -> None:
    """Greets, so that you see that the import works."""
    print("Hello from nndl.helper!")


def show_images(
    images: torch.Tensor,
    title: str | None = None,
    columns: int | None = None,
    labels: Sequence[object] | None = None,
) -> None:
    """Shows a batch of images in a grid: see `nndl.plots.image_grid`."""
    from nndl.plots import image_grid  # matplotlib is slow to import: only when something is drawn

    image_grid(images, title=title, columns=columns, labels=labels)


def train_vae(
    epoch: int,
    model: torch.nn.Module,
    loader: Iterable[tuple[torch.Tensor, torch.Tensor]],
    cond: bool = False,
) -> float:
    """Trains `model` for one epoch with your `loss_function`, and returns the epoch's mean loss.

    `loss_function` is taken from the module in which the model's class is defined, as it stands
    there now. `loader` yields batches `(x: (N, 1, H, W), labels: (N,))`. With `cond=True` the
    model is called as `model(x, c)`, with the labels as one-hot vectors `c: (N, num_classes)`.
    The optimizer is Adam with learning rate 1e-3, one for the life of the model.

    Raises ValueError, in words, when there is no `loss_function` to train with, when the loss
    is not one finite number with a gradient, or when the loader has no batch.
    """
    loss_function = _loss_function_beside(model)
    optimizer = _optimizers.get(model)
    if optimizer is None:
        optimizer = _optimizers[model] = torch.optim.Adam(model.parameters(), lr=1e-3)
    device = next(model.parameters()).device
    classes: Any = model.num_classes if cond else None

    model.train()
    total, batches = 0.0, 0
    for x, labels in progress(loader, f"Epoch {epoch}"):
        x = x.to(device)
        if cond:
            c = F.one_hot(labels.to(device), classes).to(x.dtype)
            x_hat, mu, logvar = model(x, c)
        else:
            x_hat, mu, logvar = model(x)
        loss = loss_function(x_hat, x, mu, logvar)
        value = _value_of(loss, batches)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total, batches = total + value, batches + 1

    if batches == 0:
        raise ValueError("The loader gave no batch: are there fewer images than one batch holds?")
    mean = total / batches
    print(f"Train Epoch: {epoch} Loss: {mean:.6f}")
    return mean


def _loss_function_beside(model: torch.nn.Module) -> Callable[..., torch.Tensor]:
    """Looked up by name at each call, so that an edit that autoreload brought in takes effect."""
    for cls in type(model).__mro__:
        found = getattr(sys.modules.get(cls.__module__), "loss_function", None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    name = type(model).__name__
    raise ValueError(
        f"`train_vae` looks for `loss_function` where the class {name} is defined "
        f"(module {type(model).__module__}), and there is none. Define it there, beside {name}."
    )


def _value_of(loss: Any, batch: int) -> float:
    """The number in `loss`, or an error that says in words why it can't be trained with."""
    if not isinstance(loss, torch.Tensor):
        raise ValueError(
            f"`loss_function` returned a {type(loss).__name__}, not a tensor, "
            "so there is nothing to differentiate. Leave the result a tensor."
        )
    if loss.numel() != 1:
        raise ValueError(
            f"`loss_function` returned a tensor of shape {tuple(loss.shape)}: "
            "a loss is one number for the whole batch."
        )
    if not loss.requires_grad:
        raise ValueError(
            "The loss has no gradient: somewhere between the model's parameters and the loss the "
            "graph was cut (by `.detach()`, `.item()`, `.data`, `no_grad` or NumPy)."
        )
    value = loss.item()
    if value - value != 0:  # nan and both infinities
        raise ValueError(
            f"The loss is {value} at batch {batch + 1} of this epoch. Look for a logarithm of "
            "zero, or an exponential of a large number. The model's parameters may be spoiled: "
            "build a new model before you train again."
        )
    return value
