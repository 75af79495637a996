"""The figures of the notebooks. Ink on paper: dark strokes on white, for projector and print.

Each function draws one matplotlib figure, which a notebook shows at the end of the cell; `drawn`
reads back the pictures in the figures that are open.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

_INCHES = 0.8  # one image, in a grid
_TITLE_INCHES = 4.0  # no figure with a title is narrower, else it would be cut off
_INK, _PAPER = 0.5, 1.0  # of the line between grey pictures, and between those in colour
_RUNNING = 100  # steps of a running mean


def image_grid(
    images: torch.Tensor,
    title: str | None = None,
    columns: int | None = None,
    labels: Sequence[object] | None = None,
) -> None:
    """Draws images in rows, each with its label beneath it if there are labels.

    `images`: (N, 1, H, W), (N, H, W) or (N, H*W) grey, or (N, 3, H, W) in colour, in [0, 1].
    Raises ValueError for other shapes, and warns of values outside, which are cut off.
    """
    pictures = _pictures(images)
    columns = columns or min(len(pictures), 10)
    rows = math.ceil(len(pictures) / columns)
    height = rows * _INCHES * (1.35 if labels is not None else 1)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(max(columns * _INCHES, _TITLE_INCHES if title else 0), height + 0.35),
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
    reconstructed: torch.Tensor | Mapping[str, torch.Tensor],
    title: str = "Originals and their reconstructions",
) -> None:
    """Draws each original above its reconstruction, or above those of several models by name.

    Shapes as for `image_grid`, equal N.
    """
    if not isinstance(reconstructed, Mapping):
        reconstructed = {"reconstructed": reconstructed}
    rows = {"original": _pictures(originals)}
    for name, images in reconstructed.items():
        rows[name] = _pictures(images)
        if len(rows[name]) != len(rows["original"]):
            raise ValueError(f"{len(rows['original'])} originals and {len(rows[name])} {name}")
    _labelled_rows(rows, title)


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


def interpolation_rows(
    rows: Mapping[str, torch.Tensor], title: str = "From one image to another"
) -> None:
    """Draws the images of each name in a row of their own, which leads from its start to its end.

    `rows`: equally many images per name, (steps, ...) in the shapes of `image_grid`. Raises
    ValueError where the numbers differ.
    """
    pictures = {name: _pictures(images) for name, images in rows.items()}
    lengths = {len(row) for row in pictures.values()}
    if len(lengths) != 1:
        counts = ", ".join(f"{name}: {len(row)}" for name, row in pictures.items())
        raise ValueError(
            f"all rows must have equally many images, but there are {counts or 'none'}"
        )
    below = [""] * lengths.pop()
    below[0], below[-1] = "start", "end"
    _labelled_rows(pictures, title, below)


def traversal(
    rows: Mapping[int, torch.Tensor],
    values: Sequence[float],
    title: str = "One latent dimension at a time",
) -> None:
    """Draws in each row what becomes of an image where one latent dimension takes other values.

    `rows`: of each dimension by its number an image for each of `values`, (len(values), ...) in
    the shapes of `image_grid`. Raises ValueError where the numbers differ.
    """
    pictures = {f"dimension {number}": _pictures(images) for number, images in rows.items()}
    for name, row in pictures.items():
        if len(row) != len(values):
            raise ValueError(f"{len(values)} values, but {len(row)} images of {name}")
    _labelled_rows(pictures, title, [f"{float(value):.2g}" for value in values])


def losses(
    curves: Mapping[str, Sequence[float]],
    title: str | None = None,
    per: Literal["epoch", "step"] = "epoch",
    log: bool = False,
) -> None:
    """Draws one curve per name: the loss of epoch (or step) 1, 2, ...

    Steps are many and jump: with `per="step"` they are a faint line, and the mean of the last 100
    of them a strong one. `log` makes the vertical axis logarithmic.
    """
    figure, axis = plt.subplots(figsize=(6, 3.5), layout="constrained")
    for i, (name, curve) in enumerate(curves.items()):
        values = np.array([float(value) for value in curve])
        numbers = range(1, len(values) + 1)
        if per == "epoch":
            style = ("o-", "s--", "^:", "d-.")[i % 4]
            axis.plot(numbers, values, style, label=name)
        else:
            axis.plot(numbers, values, color=f"C{i}", alpha=0.25, linewidth=0.8)
            style = ("-", "--", ":", "-.")[i % 4]
            mean = _running_mean(values)
            axis.plot(numbers, mean, style, color=f"C{i}", linewidth=2, label=name)
    axis.set_xlabel(per)
    axis.set_ylabel("loss")
    if log:
        axis.set_yscale("log")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(alpha=0.3)
    axis.legend(title=None if per == "epoch" else f"mean of the last {_RUNNING} steps")
    epochs = "Mean loss of each epoch (nats per image)"
    figure.suptitle(title or (epochs if per == "epoch" else "Loss of each step"))


def latent_scatter(
    codes: torch.Tensor, labels: torch.Tensor, title: str = "Where the images lie in latent space"
) -> None:
    """Draws each code as its label, and each label once more, large, at the mean of its codes.

    `codes`: (N, Z), as they are where Z is 2, else their first two principal components.
    `labels`: (N,) integers. Raises ValueError for other shapes.
    """
    points = torch.as_tensor(codes).detach().float().cpu()
    names = torch.as_tensor(labels).cpu()
    if points.dim() != 2 or points.shape[1] < 2 or names.shape != points.shape[:1]:
        raise ValueError(
            "codes (N, Z) with Z of 2 or more and labels (N,) are expected, not "
            f"{tuple(points.shape)} and {tuple(names.shape)}"
        )
    axis_names = ["first latent dimension", "second latent dimension"]
    if points.shape[1] > 2:
        points, shares = _principal_components(points)
        axis_names = [
            f"{order} principal component ({share:.0%} of the variance)"
            for order, share in zip(("first", "second"), shares, strict=True)
        ]
    figure, axis = plt.subplots(figsize=(6.5, 6), layout="constrained")
    for i, name in enumerate(names.unique().tolist()):
        x, y = points[names == name].T
        axis.scatter(x, y, s=28, marker=f"${name}$", color=f"C{i}", alpha=0.6, linewidth=0.3)
        axis.annotate(
            str(name),
            (x.mean().item(), y.mean().item()),
            ha="center",
            va="center",
            fontsize=22,
            fontweight="bold",
            color=f"C{i}",
            path_effects=[withStroke(linewidth=4, foreground="white")],
        )
    axis.set_xlabel(axis_names[0])
    axis.set_ylabel(axis_names[1])
    axis.set_aspect("equal", adjustable="datalim")
    axis.grid(alpha=0.3)
    figure.suptitle(title)


class Drawn(NamedTuple):
    """A picture in a figure."""

    picture: npt.NDArray[np.float64]  # (H, W), the values that were drawn; of colours the mean
    figure: int  # the figure's number
    place: tuple[float, float, float, float]  # left, bottom, width, height: shares of the figure


def drawn() -> list[Drawn]:
    """The pictures in all open figures, however they are laid out: what `imshow` has drawn.

    In the order of drawing. Leaves the figures open.
    """
    figures = plt.get_fignums()
    if not figures:
        return []
    current, found = plt.gcf(), []
    for number in figures:
        figure = plt.figure(number)
        figure.draw_without_rendering()  # only now does each picture have its place
        for image in figure.findobj(AxesImage):
            if image.get_visible() and image.axes.get_visible():
                box = image.get_window_extent().transformed(figure.transFigure.inverted())
                place = (box.xmin, box.ymin, abs(box.width), abs(box.height))
                found.append(Drawn(_values(image), number, place))
    plt.figure(current)
    return found


def _values(image: AxesImage) -> npt.NDArray[np.float64]:
    """(H, W); of colours the mean, and not a number where a value is masked."""
    values = np.ma.filled(np.ma.asarray(image.get_array(), dtype=np.float64), np.nan)
    return values if values.ndim == 2 else values[..., :3].mean(axis=-1)


def _labelled_rows(
    rows: Mapping[str, npt.NDArray[np.float32]], title: str, below: Sequence[str] = ()
) -> None:
    """Draws rows of pictures as one large picture, each row with its name at its left.

    All are equally long; `below`: what stands beneath each column. One picture, since to draw
    twenty small ones takes ten times as long. Raises ValueError where their sizes differ.
    """
    sizes = {name: row.shape[1:] for name, row in rows.items()}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"the images of all rows must be of one size, not {sizes}")
    columns, height, width = next(iter(rows.values())).shape[:3]
    figure, axis = plt.subplots(
        figsize=(columns * _INCHES + 1, len(rows) * _INCHES + 0.5), layout="compressed"
    )
    _draw(axis, np.concatenate([_strip(row) for row in rows.values()])[:-1, :-1])
    axis.tick_params(length=0)
    axis.set_yticks([(i + 0.5) * (height + 1) - 1 for i in range(len(rows))], list(rows))
    axis.set_xticks([(i + 0.5) * (width + 1) - 1 for i in range(len(below))], below)
    figure.suptitle(title)


def _strip(pictures: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Pictures side by side, (H + 1, N * (W + 1), ...): right of and below each is a line."""
    in_colour = pictures.ndim == 4
    more = [(0, 0), (0, 1), (0, 1)] + [(0, 0)] * in_colour
    lined = np.pad(pictures, more, constant_values=_PAPER if in_colour else _INK)
    return np.concatenate(list(lined), axis=1)


def _running_mean(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """At each place the mean of the last `_RUNNING` values, or of the later half of all so far.

    The half, so that what was far off in the first steps does not stay in sight for `_RUNNING`.
    """
    sums = np.concatenate([[0], values.cumsum()])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - _RUNNING, ends // 2)
    return (sums[ends] - sums[starts]) / (ends - starts)


def _principal_components(points: torch.Tensor) -> tuple[torch.Tensor, list[float]]:
    """Of (N, Z): the first two, (N, 2), and which shares of the variance they have."""
    centred = points - points.mean(dim=0)
    _, spreads, directions = torch.linalg.svd(centred, full_matrices=False)
    variances = spreads**2
    return centred @ directions[:2].T, (variances[:2] / variances.sum()).tolist()


def _pictures(images: torch.Tensor) -> npt.NDArray[np.float32]:
    """(N, H, W) or (N, H, W, 3), in [0, 1]."""
    x = torch.as_tensor(images).detach().float().cpu()
    if x.numel() and (x.min() < -0.01 or x.max() > 1.01):
        warnings.warn(
            f"images from {x.min():.2f} to {x.max():.2f} are drawn as if they ended at 0 and 1",
            stacklevel=3,
        )
    x = x.clamp(0, 1)
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
