"""MNIST, CIFAR-10 and SVHN from a folder, or by torchvision's download into it.

`mnist(folder)`, `cifar10(folder)` and `svhn(folder)` give images (N, C, H, W) uint8 and labels
(N,) int64, to train and to test, on the CPU. They raise Unavailable, which says why, where there
are neither files nor a network. Files that are there are only read, so the folder may be
read-only; a damaged one is told, and fetched anew.
"""

from __future__ import annotations

import gzip
import hashlib
import http.client
import socket
import struct
import sys
import threading
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from nndl import _torchvision

_SECONDS_TO_ANSWER = 10


class Arrays(NamedTuple):
    """What a source gives."""

    train_images: torch.Tensor  # (N, C, H, W) uint8
    train_labels: torch.Tensor  # (N,) int64
    test_images: torch.Tensor
    test_labels: torch.Tensor


class Unavailable(Exception):
    """The data cannot be had; the message says why."""


class Damaged(Exception):
    """A file is there, but it is not (all of) what it should be."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is damaged (an interrupted download?)")


def _read_or_download(
    name: str,
    read: Callable[[], Arrays],
    download: Callable[[], object],
    urls: Callable[[], list[str]],
) -> Arrays:
    """What `read` gives, after `download` from one of the `urls` where that is needed.

    `read` raises FileNotFoundError or Damaged.
    """
    damaged = ""
    try:
        return read()
    except FileNotFoundError:
        pass
    except (OSError, Damaged) as error:
        damaged = f"{error}. "
    try:
        _wait_for_an_answer(name, urls())
        if damaged:
            print(f"{damaged}It is fetched anew.", file=sys.stderr)
        with _time_limit():
            download()
        return read()
    except (OSError, RuntimeError, http.client.HTTPException, Damaged) as error:
        raise Unavailable(f"{damaged}{error}") from error


@contextmanager
def _time_limit() -> Iterator[None]:
    """torchvision's downloads have none of their own, and would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SECONDS_TO_ANSWER)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _wait_for_an_answer(name: str, urls: list[str]) -> None:
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
        raise OSError(f"no server that has {name} answers: is there a network?")


def _datasets() -> Any:
    """torchvision's, imported when they are needed: that takes a second."""
    return _torchvision.load("torchvision.datasets")


# --- MNIST ------------------------------------------------------------------------------------

# With the extra byte that tells images from labels in an IDX file: its number of dimensions.
_MNIST_FILES = {
    "train-images-idx3-ubyte": 3,
    "train-labels-idx1-ubyte": 1,
    "t10k-images-idx3-ubyte": 3,
    "t10k-labels-idx1-ubyte": 1,
}


def mnist(folder: Path) -> Arrays:
    """From the four original files, gzip'd or not, in `folder`/MNIST/raw."""
    raw = folder / "MNIST" / "raw"

    def read() -> Arrays:
        return Arrays(*(_read_idx(raw, name, dims) for name, dims in _MNIST_FILES.items()))

    def download() -> None:
        for name, dims in _MNIST_FILES.items():  # torchvision takes an extracted file as it is
            try:
                _read_idx(raw, name, dims)
            except Damaged:
                (raw / name).unlink(missing_ok=True)
            except FileNotFoundError:
                pass
        _datasets().MNIST(folder, download=True)

    return _read_or_download("MNIST", read, download, lambda: _datasets().MNIST.mirrors)


def _read_idx(raw: Path, name: str, dims: int) -> torch.Tensor:
    """One IDX file: a magic number, the sizes, the bytes. Raises Damaged, FileNotFoundError."""
    extracted, archive = raw / name, raw / f"{name}.gz"
    path = extracted if extracted.exists() else archive
    try:
        content = path.read_bytes() if path is extracted else gzip.decompress(path.read_bytes())
        magic, *sizes = struct.unpack(f">{1 + dims}I", content[: 4 + 4 * dims])
    except (EOFError, gzip.BadGzipFile, zlib.error, struct.error) as error:
        raise Damaged(path) from error
    body = bytearray(content[4 + 4 * dims :])
    if magic != 0x800 + dims or len(body) != np.prod(sizes):
        raise Damaged(path)
    values = torch.frombuffer(body, dtype=torch.uint8).reshape(sizes)
    return values[:, None] if dims == 3 else values.long()


# --- CIFAR-10 and SVHN ------------------------------------------------------------------------
#
# torchvision reads both, and compares each file with its MD5 sum before. So the pickles of CIFAR-10
# that it loads are those of its authors, and no others: nobody can make another file of the same
# sum. SVHN's files hold arrays, and reading them runs nothing.


def cifar10(folder: Path) -> Arrays:
    """From the files of its version for Python, in `folder`/cifar-10-batches-py."""
    source = _datasets().CIFAR10
    files = [*source.train_list, *source.test_list, (source.meta["filename"], source.meta["md5"])]

    def read() -> Arrays:
        with _telling_which(folder / source.base_folder, files):
            train, test = source(folder, train=True), source(folder, train=False)
        return Arrays(
            _images(train.data.transpose(0, 3, 1, 2)),
            torch.tensor(train.targets),
            _images(test.data.transpose(0, 3, 1, 2)),
            torch.tensor(test.targets),
        )

    def download() -> None:
        # As the class does it, which would not notice that batches.meta is missing or damaged.
        utils = _torchvision.load("torchvision.datasets.utils")
        utils.download_and_extract_archive(
            source.url, folder, filename=source.filename, md5=source.tgz_md5
        )

    return _read_or_download("CIFAR-10", read, download, lambda: [source.url])


def svhn(folder: Path) -> Arrays:
    """From train_32x32.mat and test_32x32.mat, in `folder`/SVHN."""
    folder = folder / "SVHN"
    source = _datasets().SVHN
    urls, names, sums = zip(*(source.split_list[split] for split in ("train", "test")), strict=True)

    def read() -> Arrays:
        with _telling_which(folder, zip(names, sums, strict=True)):
            train, test = source(folder, split="train"), source(folder, split="test")
        return Arrays(  # torchvision has made 0 of the label 10, which stands for the digit 0
            _images(train.data),
            torch.from_numpy(train.labels),
            _images(test.data),
            torch.from_numpy(test.labels),
        )

    def download() -> None:
        for split in ("train", "test"):
            source(folder, split=split, download=True)

    return _read_or_download("SVHN", read, download, lambda: list(urls))


@contextmanager
def _telling_which(folder: Path, files: Iterable[Sequence[str]]) -> Iterator[None]:
    """Where torchvision only says that some file is amiss: raises FileNotFoundError or Damaged.

    `files`: their names and MD5 sums.
    """
    try:
        yield
    except RuntimeError:
        for name, md5 in files:
            path = folder / name
            if not path.exists():
                raise FileNotFoundError(path) from None
            if hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != md5:
                raise Damaged(path) from None
        raise


def _images(array: npt.NDArray[np.uint8]) -> torch.Tensor:
    """(N, C, H, W), in this order in memory too."""
    return torch.from_numpy(np.ascontiguousarray(array))
