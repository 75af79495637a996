"""The figures of the notebooks. Ink on paper: dark strokes on white, for projector and print.

Each function draws one matplotlib figure, which a notebook shows at the end of the cell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

_INCHES = 0.8  # one image, in a grid


def image_grid(
    images: torch.Tensor,
    title: str | None = None,
    columns: int | None = None,
    labels: Sequence[object] | None = None,
) -> None:
    """Draws images in rows, each with its label beneath it if there are labels.

    `images`: (N, 1, H, W), (N, H, W) or (N, H*W) grey, or (N, 3, H, W) in colour, in [0, 1].
    Raises ValueError for other shapes.
    """
    pictures = _pictures(images)
    columns = columns or min(len(pictures), 10)
    rows = math.ceil(len(pictures) / columns)
    height = rows * _INCHES * (1.35 if labels is not None else 1)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(columns * _INCHES, height + 0.35),
        squeeze=False,
        layout="compressed",
    )
    for i, axis in enumerate(axes.flat):
        if i < len(pictures):
            _draw(axis, pictures[i])
            if labels is not None:
                axis.set_xlabel(str(labels[i]))
        else:
            axis.set_visible(False)
    if title:
        figure.suptitle(title)


def reconstructions(
    originals: torch.Tensor,
    reconstructed: torch.Tensor,
    title: str = "Originals and their reconstructions",
) -> None:
    """Draws each original above its reconstruction. Shapes as for `image_grid`, equal N."""
    above, below = _pictures(originals), _pictures(reconstructed)
    if len(above) != len(below):
        raise ValueError(f"{len(above)} originals and {len(below)} reconstructions")
    figure, axes = plt.subplots(
        2,
        len(above),
        figsize=(len(above) * _INCHES + 1, 2 * _INCHES + 0.5),
        squeeze=False,
        layout="compressed",
    )
    for row, name, pictures in ((0, "original", above), (1, "reconstructed", below)):
        for axis, picture in zip(axes[row], pictures, strict=True):
            _draw(axis, picture)
        axes[row][0].set_ylabel(name, rotation=0, ha="right", va="center")
    figure.suptitle(title)


def interpolation(images: torch.Tensor, title: str = "From one latent vector to another") -> None:
    """Draws a square of images as one picture: each row leads from its start to its end.

    `images`: (n*n, ...) in the shapes of `image_grid`, row by row. Raises ValueError when the
    number of images is not a square.
    """
    pictures = _pictures(images)
    n = math.isqrt(len(pictures))
    if n * n != len(pictures):
        raise ValueError(f"{len(pictures)} images do not fill a square")
    tiles = np.concatenate([np.concatenate(list(pictures[i * n : i * n + n]), 1) for i in range(n)])
    figure, axis = plt.subplots(figsize=(n * 0.5, n * 0.5 + 0.6), layout="compressed")
    _draw(axis, tiles)
    axis.set_xlabel(r"start $\longrightarrow$ end")
    axis.set_ylabel("one pair of latent vectors per row")
    figure.suptitle(title)


def losses(
    curves: Mapping[str, Sequence[float]], title: str = "Mean loss of each epoch (nats per image)"
) -> None:
    """Draws one curve per name: the mean loss of epoch 1, 2, ..."""
    figure, axis = plt.subplots(figsize=(6, 3.5), layout="constrained")
    for (name, values), style in zip(curves.items(), ("o-", "s--", "^:", "d-.") * 9, strict=False):
        axis.plot(range(1, len(values) + 1), [float(v) for v in values], style, label=name)
    axis.set_xlabel("epoch")
    axis.set_ylabel("loss")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(alpha=0.3)
    axis.legend()
    figure.suptitle(title)


def _pictures(images: torch.Tensor) -> npt.NDArray[np.float32]:
    """(N, H, W) or (N, H, W, 3), in [0, 1]."""
    x = torch.as_tensor(images).detach().float().cpu().clamp(0, 1)
    if x.dim() == 2 and math.isqrt(x.shape[1]) ** 2 == x.shape[1]:
        side = math.isqrt(x.shape[1])
        x = x.reshape(-1, side, side)
    elif x.dim() == 4 and x.shape[1] == 1:
        x = x[:, 0]
    elif x.dim() == 4 and x.shape[1] == 3:
        x = x.permute(0, 2, 3, 1)
    elif x.dim() != 3:
        raise ValueError(f"no images in a tensor of shape {tuple(images.shape)}")
    if len(x) == 0:
        raise ValueError("there is no image to draw")
    return x.numpy()  # type: ignore[no-any-return]


def _draw(axis: Axes, picture: npt.NDArray[np.float32]) -> None:
    axis.imshow(picture, cmap="gray_r", vmin=0, vmax=1)  # colour pictures ignore the map
    axis.set_xticks([])
    axis.set_yticks([])
