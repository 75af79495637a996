"""MNIST as tensors on the device, and real handwriting in its stead where there is no network.

data = nndl.data.mnist()
loader = nndl.data.TensorLoader(*data.train)
for x, y in loader: ...     # x: (128, 1, 28, 28) in [0, 1], y: (128,)
"""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import struct
import sys
import threading
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from nndl import _torchvision
from nndl._show import card, in_notebook, plain


class Split(NamedTuple):
    """Images and what they show: `TensorLoader(*split)` makes batches of them."""

    images: torch.Tensor  # (N, 1, 28, 28) uint8, 0 is background
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

    Yields `(x: (N, 1, H, W) float32 in [0, 1], y: (N,) int64)`, on the device of `images`, which
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
    """MNIST: 55,000 images to train, 5,000 to validate, 10,000 to test.

    `cache` is the folder that has `MNIST/raw/` with the four original files (gzip'd or not) or
    gets them by torchvision's download; by default the environment variable NNDL_DATA, else
    `~/.cache/nndl`. Files that are there are only read, so the folder may be read-only.
    `device`: where the tensors live; by default the GPU if there is one.

    Where the files are neither there nor to be had, this says so and returns `stand_in()`.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    folder = Path(cache or os.environ.get("NNDL_DATA") or Path.home() / ".cache" / "nndl")
    folder = folder.expanduser()
    try:
        arrays = _read_or_download(folder)
    except _Unavailable as error:
        _announce_stand_in(str(error), folder)
        return stand_in(device)
    train_images, train_labels, test_images, test_labels = (t.to(device) for t in arrays)
    cut = len(train_images) * 11 // 12  # 55,000 of 60,000
    return Dataset(
        name="MNIST",
        train=Split(train_images[:cut], train_labels[:cut]),
        validation=Split(train_images[cut:], train_labels[cut:]),
        test=Split(test_images, test_labels),
        stand_in=False,
    )


def stand_in(device: torch.device | str = "cpu") -> Dataset:
    """scikit-learn's bundled handwritten digits, 8x8 pixels, made to look like MNIST.

    1,797 images by 43 writers: 1,408 to train, 189 to validate, 200 to test. As in MNIST, a digit
    fills the middle 20x20 pixels of 28x28. The training split holds each of its images ten times,
    since an epoch of 11 batches would be too short to learn from.
    """
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    digits = load_digits()
    small = torch.from_numpy(digits.images).float()[:, None] / 16
    large = F.interpolate(small, size=(20, 20), mode="bicubic", align_corners=False)
    images = (F.pad(large.clamp(0, 1), (4, 4, 4, 4)) * 255).round().to(torch.uint8).to(device)
    labels = torch.from_numpy(digits.target).long().to(device)
    # The file is ordered by writer: mix, the same way every time.
    order = torch.from_numpy(np.random.RandomState(0).permutation(len(images))).to(device)
    train, validation, test = order.split([1408, 189, 200])
    train = train.repeat(10)
    return Dataset(
        name="stand-in: scikit-learn's handwritten digits",
        train=Split(images[train], labels[train]),
        validation=Split(images[validation], labels[validation]),
        test=Split(images[test], labels[test]),
        stand_in=True,
    )


# --- where MNIST comes from -------------------------------------------------------------------

# With the extra byte that tells images from labels in an IDX file: its number of dimensions.
_FILES = {
    "train-images-idx3-ubyte": 3,
    "train-labels-idx1-ubyte": 1,
    "t10k-images-idx3-ubyte": 3,
    "t10k-labels-idx1-ubyte": 1,
}
_SECONDS_TO_ANSWER = 10


class _Unavailable(Exception):
    """MNIST cannot be had; the message says why."""


class _Damaged(Exception):
    """A file is there, but it is not (all of) what it should be."""


def _read_or_download(folder: Path) -> list[torch.Tensor]:
    """Train images (60000, 1, 28, 28) and labels, test images and labels. Raises _Unavailable."""
    raw = folder / "MNIST" / "raw"
    reason = ""
    try:
        return [_read(raw, name, dims) for name, dims in _FILES.items()]
    except FileNotFoundError:
        pass
    except (OSError, _Damaged) as error:
        reason = f"{error}. "
    try:
        _download(folder)
        return [_read(raw, name, dims) for name, dims in _FILES.items()]
    except (OSError, RuntimeError, _Damaged) as error:
        raise _Unavailable(f"{reason}{error}") from error


def _read(raw: Path, name: str, dims: int) -> torch.Tensor:
    """One IDX file: a magic number, the sizes, the bytes. Raises _Damaged, FileNotFoundError."""
    extracted, archive = raw / name, raw / f"{name}.gz"
    path = extracted if extracted.exists() else archive
    try:
        content = path.read_bytes() if path is extracted else gzip.decompress(path.read_bytes())
        magic, *sizes = struct.unpack(f">{1 + dims}I", content[: 4 + 4 * dims])
    except (EOFError, gzip.BadGzipFile, zlib.error, struct.error) as error:
        raise _Damaged(f"{path} is damaged (an interrupted download?)") from error
    body = bytearray(content[4 + 4 * dims :])
    if magic != 0x800 + dims or len(body) != np.prod(sizes):
        raise _Damaged(f"{path} is damaged (an interrupted download?)")
    values = torch.frombuffer(body, dtype=torch.uint8).reshape(sizes)
    return values[:, None] if dims == 3 else values.long()


def _download(folder: Path) -> None:
    """torchvision's download, with its progress bar and its check of each file's MD5 sum."""
    datasets = _torchvision.load("torchvision.datasets")
    _wait_for_an_answer(datasets.MNIST.mirrors)
    for name, dims in _FILES.items():  # torchvision takes an extracted file as it is
        try:
            _read(folder / "MNIST" / "raw", name, dims)
        except _Damaged:
            (folder / "MNIST" / "raw" / name).unlink(missing_ok=True)
        except FileNotFoundError:
            pass
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SECONDS_TO_ANSWER)
    try:
        datasets.MNIST(folder, download=True)
    finally:
        socket.setdefaulttimeout(before)


def _wait_for_an_answer(urls: list[str]) -> None:
    """Returns as soon as one server answers, else raises OSError within seconds.

    In threads, since looking up a name obeys no time-out, and a network that swallows packets
    would hold a student for minutes.
    """
    answered = threading.Event()

    def ask(url: str) -> None:
        try:
            urllib.request.urlopen(url, timeout=_SECONDS_TO_ANSWER).close()
        except urllib.error.HTTPError:
            pass  # "forbidden" is an answer too
        except (OSError, http.client.HTTPException):
            return
        answered.set()

    threads = [threading.Thread(target=ask, args=(url,), daemon=True) for url in urls]
    for thread in threads:
        thread.start()
    for _ in range(10 * _SECONDS_TO_ANSWER):
        if answered.wait(0.1):
            return
        if not any(thread.is_alive() for thread in threads):
            break
    if not answered.is_set():
        raise OSError("no server that has MNIST answers: is there a network?")


def _announce_stand_in(reason: str, folder: Path) -> None:
    title = "THIS IS NOT MNIST"
    lines = [
        f"MNIST could not be had: {reason}",
        "In its stead: 1,797 real handwritten digits that come with scikit-learn, scaled up from "
        "8x8 pixels (1,408 to train, each ten times per epoch; 189 to validate; 200 to test). "
        "Everything runs, but losses differ from MNIST's and pictures are blurred.",
        f"For MNIST: run this again with a network, or put its four files into "
        f"{folder / 'MNIST' / 'raw'}.",
    ]
    if in_notebook():
        card("note", title, lines)
    else:
        print(plain(f"*** {title} ***", lines), file=sys.stderr)
