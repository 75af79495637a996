"""Stand-ins for the data sets, made from what scikit-learn ships: digits and two photographs.

Each function gives three splits, `(images (N, C, H, W) uint8, labels (N,) int64)`, to train, to
validate and to test, the same every time and without touching the global random numbers.
"""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

Splits = list[tuple[Tensor, Tensor]]

_SIDE = 32
_DIGITS = (1408, 189, 200)  # of the 1,797: to train, to validate, to test


def digits() -> Splits:
    """Grey, (N, 1, 28, 28), as MNIST has them: a digit fills the middle 20x20 pixels."""
    splits = []
    for small, labels in _handwritten():
        large = F.interpolate(small, size=(20, 20), mode="bicubic", align_corners=False)
        images = (F.pad(large.clamp(0, 1), (4, 4, 4, 4)) * 255).round().to(torch.uint8)
        splits.append((images, labels))
    (images, labels), *others = splits
    # An epoch of 11 batches would be too short to learn from.
    return [(images.repeat(10, 1, 1, 1), labels.repeat(10)), *others]


def _handwritten() -> Splits:
    """scikit-learn's digits, (N, 1, 8, 8) in [0, 1], 1 is ink, mixed and split."""
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    data = load_digits()
    images = torch.from_numpy(data.images).float()[:, None] / 16
    labels = torch.from_numpy(data.target).long()
    # The file is ordered by writer: mix, the same way every time.
    order = torch.from_numpy(np.random.RandomState(0).permutation(len(images)))
    return [(images[chosen], labels[chosen]) for chosen in order.split(_DIGITS)]


# --- digits in colour ---------------------------------------------------------------------------

_VIEWS = (8, 5, 5)  # images that are made of each digit


def colour_digits() -> Splits:
    """(N, 3, 32, 32): 11,264, 945 and 1,000 images, every digit in several colours and places."""
    chance = torch.Generator().manual_seed(0)
    splits = []
    for (small, labels), views in zip(_handwritten(), _VIEWS, strict=True):
        ink = _moved(small.repeat(views, 1, 1, 1), chance)
        paint, background = _colours(len(ink), chance)
        images = background + ink * (paint - background)
        splits.append((_bytes(images), labels.repeat(views)))
    return splits


def _moved(small: Tensor, chance: torch.Generator) -> Tensor:
    """(N, 1, 32, 32): the digits enlarged, each turned, sheared, scaled and shifted a little."""
    n = len(small)

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=chance)

    large = F.interpolate(small, scale_factor=4, mode="bicubic", align_corners=False).clamp(0, 1)
    angle, shear = between(-0.15, 0.15), between(-0.15, 0.15)
    width, height = between(0.95, 1.3), between(0.95, 1.2)
    across = torch.stack([width * angle.cos(), shear - angle.sin(), between(-0.15, 0.15)], dim=1)
    down = torch.stack([angle.sin(), height * angle.cos(), between(-0.1, 0.1)], dim=1)
    places = F.affine_grid(torch.stack([across, down], dim=1), [n, 1, _SIDE, _SIDE], False)
    # A little sharper than the enlargement, else all strokes would fade into the background.
    return (F.grid_sample(large, places, align_corners=False) * 1.5).clamp(0, 1)


def _colours(n: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Of the digits, (n, 3, 1, 1), and of uneven backgrounds, (n, 3, 32, 32), well apart."""
    light, dark = (low + 0.3 * torch.rand(n, 3, 1, 1, generator=chance) for low in (0.6, 0.05))
    # Colours of house numbers rather than of toys: halfway to grey.
    light, dark = ((colour + colour.mean(dim=1, keepdim=True)) / 2 for colour in (light, dark))
    is_light = torch.rand(n, 1, 1, 1, generator=chance) < 0.5
    paint, ground = torch.where(is_light, light, dark), torch.where(is_light, dark, light)
    blotches = 0.2 * torch.rand(n, 3, 3, 3, generator=chance) - 0.1
    blotches = (blotches + blotches.mean(dim=1, keepdim=True)) / 2
    shade = F.interpolate(blotches, size=(_SIDE, _SIDE), mode="bilinear", align_corners=True)
    return paint, (ground + shade).clamp(0, 1)


# --- patches of photographs ---------------------------------------------------------------------

# Parts of the photographs, 427 rows and 640 columns, that have no pixel in common, and how many
# patches there are of each photo. Roofs, trees, petals and leaves are in the part to train with and
# in the one for the test; the one to validate has trees and leaves.
_PARTS = (
    ((slice(0, 347), slice(0, 560)), 5000),
    ((slice(0, 347), slice(560, 640)), 500),
    ((slice(347, 427), slice(0, 640)), 1000),
)
_LARGEST = 240  # pixels of the photograph in a row of a patch
_SMALLEST = 40
_SHEETS = 20  # sizes between these two


def photo_patches() -> Splits:
    """(N, 3, 32, 32): 10,000, 1,000 and 2,000 patches; the label says of which photograph."""
    from sklearn.datasets import load_sample_images

    chance = torch.Generator().manual_seed(0)
    photos = [
        torch.tensor(photo).permute(2, 0, 1).float() / 255 for photo in load_sample_images().images
    ]
    splits = []
    for (rows, columns), n in _PARTS:
        patches = [_patches(photo[:, rows, columns], n, chance) for photo in photos]
        labels = torch.arange(len(photos)).repeat_interleave(n)
        order = torch.randperm(len(labels), generator=chance)  # so that the first few show all
        splits.append((torch.cat(patches)[order], labels[order]))
    return splits


def _patches(photo: Tensor, n: int, chance: torch.Generator) -> Tensor:
    """n patches, (n, 3, 32, 32) uint8, of a photo (3, H, W): near and far, mirrored or not.

    Half as many more are drawn, and those with the least to see (sky) are left out.
    """
    largest = min(_LARGEST, *photo.shape[1:])
    sizes = torch.logspace(math.log10(_SMALLEST), math.log10(largest), _SHEETS).tolist()
    sheets = []
    for size in sizes:
        # Of a photo that is reduced so far, a patch is a piece of 32x32 pixels.
        shape = [max(_SIDE, round(side * _SIDE / size)) for side in photo.shape[1:]]
        reduced = F.interpolate(photo[None], size=shape, mode="bicubic", antialias=True)[0]
        pieces = _bytes(reduced).unfold(1, _SIDE, 1).unfold(2, _SIDE, 1)  # (3, y, x, 32, 32)
        y, x = (
            torch.randint(places, (3 * n // (2 * _SHEETS),), generator=chance)
            for places in pieces.shape[1:3]
        )
        sheets.append(pieces[:, y, x].transpose(0, 1))
    patches = torch.cat(sheets)
    contrast = patches[:, :, ::4, ::4].float().std(dim=(2, 3)).mean(dim=1)
    patches = patches[contrast.argsort(descending=True)[:n]]
    mirrored = torch.rand(n, 1, 1, 1, generator=chance) < 0.5
    light = 0.8 + 0.4 * torch.rand(n, 1, 1, 1, generator=chance)
    return (torch.where(mirrored, patches.flip(3), patches) * light).clamp(0, 255).to(torch.uint8)


def _bytes(images: Tensor) -> Tensor:
    return (images.clamp(0, 1) * 255).round().to(torch.uint8)
