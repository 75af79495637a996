"""Figures that students draw, judged by the pictures that are found in them.

A picture is known by how its pixels correlate with those that were handed out: so it does not
matter whether it has axes of its own or is a tile of a larger one, nor whether it is drawn dark
on light or light on dark, in grey or in three equal colours, from 0 to 1 or to 255.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from autograder.checks import observe
from autograder.errors import StudentError
from autograder.student import Student

SIDE = 28
MAX_PIXELS = 250_000  # in all open figures; twice ten pictures have 16,000
ALIKE = 0.99  # correlation: of the same picture 1, of two random ones 0.04 times a normal number


class Picture(NamedTuple):
    """A picture in a figure."""

    pixels: Tensor  # (H, W)
    figure: int
    left: float  # where it lies, and how large it is, in shares of the figure
    bottom: float
    width: float
    height: float


class Place(NamedTuple):
    """Where one of the images was found: its middle, and how large it is drawn."""

    figure: int
    across: float  # this and what follows in shares of the figure
    up: float
    width: float
    height: float


class Found(NamedTuple):
    """How well the best place in all figures fits an image, and all places that fit it."""

    likeness: float
    places: list[Place]


def draws(student: Student, function: Callable[..., Any], *args: Any) -> list[Picture]:
    """What is in the figures after a call of the student's function.

    What it returns is left open. A figure that it closes, having shown it, counts too.
    """
    plt = student.kit("matplotlib.pyplot")
    plt.close("all")
    close = plt.close.read()
    plt.close.replace(lambda *which: None)
    try:
        function(*args)
    except StudentError as error:
        if error.kind != "unsendable":  # such as an array of axes
            raise
    finally:
        with suppress(StudentError):  # where the process is gone there is nothing to put back
            plt.close.set(close)
    found = [as_picture(*drawn) for drawn in student.kit("nndl.plots").drawn()]
    size = sum(picture.pixels.numel() for picture in found)
    assert size <= MAX_PIXELS, f"The figures have {size} pixels, too many to look through."
    return found


def as_picture(pixels: Any, figure: Any, place: Any) -> Picture:
    """A picture, from what came over the wire. Raises ValueError for anything else."""
    if not isinstance(pixels, np.ndarray) or pixels.ndim != 2:
        raise ValueError("a figure holds something that is no picture")
    plain = torch.from_numpy(pixels).double().nan_to_num(0, 0, 0)
    left, bottom, width, height = map(float, place)
    return Picture(plain, int(figure), left, bottom, width, height)


def assert_drawn(
    pictures: list[Picture], originals: list[Found], reconstructions: list[Found], count: int
) -> None:
    """Fail unless the first `count` images and reconstructions are drawn, and none of the rest."""
    large = [picture for picture in pictures if min(picture.pixels.shape) >= SIDE]
    observe([float(bool(pictures)), float(bool(large))])
    assert pictures, "There is no picture in any figure."
    assert large, f"No picture in the figure is as large as {SIDE} x {SIDE} pixels."
    there = observe([[len(f.places) for f in each] for each in (originals, reconstructions)]) > 0
    observe([likeness_of(originals[:count]), likeness_of(reconstructions[:count])], 0, 0.2)
    seen, also = there[:, :count].sum(1).int().tolist(), int(there[:, count:].sum())
    assert seen == [count, count], (
        f"Of the first {count} images the figure shows {seen[0]}, and of their reconstructions "
        f"{seen[1]}."
    )
    assert not also, f"The figure also shows images beyond the first {count}."
    places = [found.places[0] for found in (*originals[:count], *reconstructions[:count])]
    covered = observe(float(len({spot(place) for place in places}) < len(places)))
    assert not covered, "Pictures are drawn over each other, so that only the last one is seen."


def assert_beside(
    pictures: list[Picture], originals: list[Found], reconstructions: list[Found], count: int
) -> None:
    """Fail unless the first `count` reconstructions are displaced alike from their originals."""
    both = zip(originals[:count], reconstructions[:count], strict=True)
    steps = [displacement(original.places, other.places) for original, other in both]
    pairs = [step for step in steps if step is not None]
    observe([float(step is not None) for step in steps])
    assert len(pairs) == len(steps), (
        f"{len(pairs)} of {len(steps)} images share a figure with their reconstruction."
    )
    in_images = torch.tensor(pairs)
    same = (in_images - in_images[0]).abs().amax(0) < 0.25  # across, and up
    distinct, _ = observe([float(in_images.abs().max() > 0.5), same.sum()])
    assert distinct, "The reconstructions are drawn over their originals."
    assert same.all(), "Not every reconstruction lies where the others lie beside their originals."


def displacement(originals: list[Place], others: list[Place]) -> tuple[float, float] | None:
    """From the first place to the first of the others in its figure, in images' widths, heights."""
    pairs = ((a, b) for a in originals for b in others if a.figure == b.figure)
    steps = (((b.across - a.across) / a.width, (b.up - a.up) / a.height) for a, b in pairs)
    return next(steps, None)


def spot(place: Place) -> tuple[int, float, float]:
    """The same for places that lie on each other."""
    return place.figure, round(place.across, 3), round(place.up, 3)


def likeness_of(found: list[Found]) -> float:
    return min(each.likeness for each in found)


def find(pictures: list[Picture], images: Tensor) -> list[Found]:
    """Where each of the images, (K, 784), is found in these pictures."""
    best = torch.zeros(len(images), dtype=torch.double)
    places: list[list[Place]] = [[] for _ in images]
    for picture in pictures:
        if min(picture.pixels.shape) < SIDE:
            continue
        likeness = likeness_of_windows(picture.pixels, images)
        best = torch.maximum(best, likeness.amax((1, 2)))
        for k, row, column in (likeness > ALIKE).nonzero().tolist():
            places[k].append(place_of(picture, row, column))
    return [Found(value, where) for value, where in zip(best.tolist(), places, strict=True)]


def place_of(picture: Picture, row: int, column: int) -> Place:
    """The middle of the image whose upper left corner is at that row and column of a picture."""
    rows, columns = picture.pixels.shape
    width, height = picture.width / columns, picture.height / rows  # of one pixel
    across = picture.left + width * (column + SIDE / 2)
    up = picture.bottom + picture.height - height * (row + SIDE / 2)
    return Place(picture.figure, across, up, width * SIDE, height * SIDE)


def likeness_of_windows(picture: Tensor, images: Tensor) -> Tensor:
    """How like each image, (K, 784), every window of a picture, (H, W), is: (K, H - 27, W - 27).

    That is the size of their correlation, 0 to 1, by the window's first row and column.
    """
    scaled = (picture - picture.mean()) / picture.std().clamp_min(1e-12)
    templates = images.reshape(-1, SIDE, SIDE).double()
    templates = templates - templates.mean((1, 2), keepdim=True)
    templates = templates / templates.square().sum((1, 2), keepdim=True).sqrt()
    ones = torch.ones(1, SIDE, SIDE, dtype=torch.double)
    sums, squares = sums_of_windows(scaled, ones), sums_of_windows(scaled.square(), ones)
    variance = (squares - sums.square() / SIDE**2).clamp_min(1e-6)
    return sums_of_windows(scaled, templates).abs() / variance.sqrt()


def sums_of_windows(picture: Tensor, weights: Tensor) -> Tensor:
    """The weighted sum of each window of a picture, (H, W), for weights (K, 28, 28).

    By Fourier transforms, which take far less time and memory here than a convolution.
    """
    size = tuple(picture.shape)
    product = torch.fft.rfft2(picture) * torch.fft.rfft2(weights, s=size).conj()
    return torch.fft.irfft2(product, s=size)[:, : size[0] - SIDE + 1, : size[1] - SIDE + 1]
