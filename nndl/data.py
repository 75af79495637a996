"""Images as tensors on the device, and stand-ins for them where there is no network.

data = nndl.data.mnist()      # or cifar10(), or svhn()
loader = nndl.data.TensorLoader(*data.train)
for x, y in loader: ...       # x: (128, 1, 28, 28) in [0, 1], y: (128,); in colour (128, 3, 32, 32)

All three take `cache`, the folder that has the files or gets them by torchvision's download: by
default the environment variable NNDL_DATA, else `~/.cache/nndl`. Files that are there are only
read, so the folder may be read-only; a damaged one is told, and fetched anew. `device` is where
the tensors live: by default the GPU if there is one. Where the files are neither there nor to be
had, each says so and returns its stand-in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch

from nndl import _downloads, _stand_ins
from nndl._show import announce


class Split(NamedTuple):
    """Images and what they show: `TensorLoader(*split)` makes batches of them."""

    images: torch.Tensor  # (N, 1, 28, 28) or (N, 3, 32, 32) uint8
    labels: torch.Tensor  # (N,) int64, 0 to 9


@dataclass(frozen=True)
class Dataset:
    """Three splits of a data set, all on one device."""

    name: str
    train: Split
    validation: Split
    test: Split
    stand_in: bool  # True: not the data that was asked for, but what there was


class TensorLoader:
    """Batches cut from tensors: one indexing operation per batch, no Python call per image.

    Yields `(x: (N, C, H, W) float32 in [0, 1], y: (N,) int64)`, on the device of `images`, which
    are uint8. Each pass shuffles afresh, from torch's random numbers.
    """

    def __init__(
        self,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch_size: int = 128,
        shuffle: bool = True,
        drop_last: bool = True,
    ) -> None:
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} images, but {len(labels)} labels")
        if images.dtype != torch.uint8:
            raise ValueError(f"images are expected as uint8 (0 to 255), not {images.dtype}")
        self.images, self.labels = images, labels
        self.batch_size, self.shuffle, self.drop_last = batch_size, shuffle, drop_last

    def __len__(self) -> int:
        whole, rest = divmod(len(self.images), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        n = len(self.images)
        # drawn on the CPU, so that one seed gives one order on every device
        order = torch.randperm(n) if self.shuffle else torch.arange(n)
        for chosen in order.to(self.images.device).split(self.batch_size)[: len(self)]:
            yield self.images[chosen].float().div_(255), self.labels[chosen]


def mnist(cache: str | Path | None = None, device: torch.device | str | None = None) -> Dataset:
    """MNIST: grey digits of 28x28 pixels, 55,000 to train, 5,000 to validate, 10,000 to test.

    Its four original files, gzip'd or not, are in `cache`/MNIST/raw (12 MB). The stand-in is
    `stand_in`.
    """
    return _get("MNIST", "MNIST/raw", _downloads.mnist, (55_000, 60_000), stand_in, cache, device)


def cifar10(cache: str | Path | None = None, device: torch.device | str | None = None) -> Dataset:
    """CIFAR-10: small photographs, (3, 32, 32), of ten kinds of animals and vehicles.

    45,000 to train, 5,000 to validate, 10,000 to test; label 0 is an airplane, 1 an automobile,
    2 a bird, 3 a cat, 4 a deer, 5 a dog, 6 a frog, 7 a horse, 8 a ship, 9 a truck. The files of
    its version for Python are in `cache`/cifar-10-batches-py (a download of 170 MB, and once more
    as much on disk when it is extracted). The stand-in is `photo_patches`.
    """
    folder, share = "cifar-10-batches-py", (45_000, 50_000)
    return _get("CIFAR-10", folder, _downloads.cifar10, share, photo_patches, cache, device)


def svhn(cache: str | Path | None = None, device: torch.device | str | None = None) -> Dataset:
    """SVHN: digits of house numbers in colour, (3, 32, 32); the label is the digit in the middle.

    68,257 to train, 5,000 to validate, 26,032 to test. Its files train_32x32.mat and
    test_32x32.mat are in `cache`/SVHN (246 MB). The stand-in is `colour_digits`.
    """
    share = (68_257, 73_257)
    return _get("SVHN", "SVHN", _downloads.svhn, share, colour_digits, cache, device)


# --- stand-ins --------------------------------------------------------------------------------


def stand_in(device: torch.device | str = "cpu") -> Dataset:
    """scikit-learn's bundled handwritten digits, 8x8 pixels, made to look like MNIST.

    1,797 images by 43 writers: 1,408 to train, 189 to validate, 200 to test. As in MNIST, a digit
    fills the middle 20x20 pixels of 28x28. The training split holds each of its images ten times,
    since an epoch of 11 batches would be too short to learn from.
    """
    name = "stand-in: scikit-learn's handwritten digits"
    return _dataset(name, _stand_ins.digits(), device, is_stand_in=True)


def photo_patches(device: torch.device | str = "cpu") -> Dataset:
    """Patches of the two photographs that come with scikit-learn, in the form of CIFAR-10.

    10,000 to train, 1,000 to validate, 2,000 to test: from near and far, some mirrored, some
    lighter or darker. Each split is from a part of the photographs of its own. Label 0 is the
    temple, 1 the flower.
    """
    name = "stand-in: patches of scikit-learn's two photographs"
    return _dataset(name, _stand_ins.photo_patches(), device, is_stand_in=True)


def colour_digits(device: torch.device | str = "cpu") -> Dataset:
    """scikit-learn's handwritten digits in colour, on uneven backgrounds, in the form of SVHN.

    Each of 1,408 digits eight times to train, 11,264 images; each of 189 others five times to
    validate, of another 200 to test; in other colours and slightly moved each time.
    """
    name = "stand-in: scikit-learn's handwritten digits in colour"
    return _dataset(name, _stand_ins.colour_digits(), device, is_stand_in=True)


_IN_ITS_STEAD = {
    "MNIST": "1,797 real handwritten digits that come with scikit-learn, scaled up from 8x8 pixels "
    "(1,408 to train, each ten times per epoch; 189 to validate; 200 to test). Everything runs, "
    "but losses differ from MNIST's and pictures are blurred.",
    "CIFAR-10": "13,000 patches of the two photographs that come with scikit-learn, a temple and a "
    "flower (10,000 to train, 1,000 to validate, 2,000 to test, each from another part of the "
    "photographs). Everything runs, but losses differ from CIFAR-10's, an epoch is shorter, and "
    "there are no animals and vehicles to be seen.",
    "SVHN": "1,797 real handwritten digits that come with scikit-learn, scaled up from 8x8 pixels "
    "and painted in colours on uneven backgrounds (11,264 images to train, 945 to validate, 1,000 "
    "to test). Everything runs, but losses differ from SVHN's, an epoch is shorter, and no digit "
    "has neighbours.",
}


# --- one or the other -------------------------------------------------------------------------


def _get(
    name: str,
    place: str,
    fetch: Callable[[Path], _downloads.Arrays],
    share: tuple[int, int],
    instead: Callable[[torch.device | str], Dataset],
    cache: str | Path | None,
    device: torch.device | str | None,
) -> Dataset:
    """What `fetch` finds in the cache or downloads to it, else a note and what `instead` makes.

    `place`: where in the cache the files are. `share`: so many to train, of so many that are not
    for the test; the rest is to validate.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    folder = Path(cache or os.environ.get("NNDL_DATA") or Path.home() / ".cache" / "nndl")
    folder = folder.expanduser()
    try:
        train_images, train_labels, test_images, test_labels = fetch(folder)
    except _downloads.Unavailable as error:
        announce(
            f"THIS IS NOT {name}",
            [
                f"{name} could not be had: {error}",
                f"In its stead: {_IN_ITS_STEAD[name]}",
                f"For {name}: run this again with a network, or put its files into "
                f"{folder / place}.",
            ],
        )
        return instead(device)
    cut = len(train_images) * share[0] // share[1]
    splits = [
        (train_images[:cut], train_labels[:cut]),
        (train_images[cut:], train_labels[cut:]),
        (test_images, test_labels),
    ]
    return _dataset(name, splits, device, is_stand_in=False)


def _dataset(
    name: str,
    splits: list[tuple[torch.Tensor, torch.Tensor]],
    device: torch.device | str,
    is_stand_in: bool,
) -> Dataset:
    train, validation, test = (
        Split(images.to(device), labels.to(device)) for images, labels in splits
    )
    return Dataset(name, train, validation, test, is_stand_in)
