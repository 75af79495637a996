"""An epoch of fc_vae with `nndl.data`, against torchvision's Dataset and torch's DataLoader.

The same model, loss and batches of 128; the one way cuts each batch out of a tensor of all images,
the other asks for every image by itself (`MNIST` with `ToTensor`, in a shuffling `DataLoader`).
Both take turns in one run, several times, since the machine may be busy with other work; the table
has the medians, of whole epochs and of reading the data alone.

    .venv/bin/python benchmarks/train_fc_vae.py [--repeats N] [--batches N] [--data FOLDER]

FOLDER holds `MNIST/raw/` (default: `shared/data` beside the repository). Where it is not there the
images are the stand-in's, which says so. `--batches` cuts the epoch short.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch

from autograder.assignment import reference
from autograder.course import course_root
from nndl import _torchvision
from nndl.data import Split, TensorLoader, mnist, stand_in
from nndl.helper import train_vae

BATCH = 128
Batches = Iterable[tuple[torch.Tensor, torch.Tensor]]


def with_nndl(split: Split) -> TensorLoader:
    return TensorLoader(*split, batch_size=BATCH)


def image_by_image(split: Split) -> Batches:
    """torchvision's own MNIST, reading the same images from files in its format."""
    datasets = _torchvision.load("torchvision.datasets")
    transforms = _torchvision.load("torchvision.transforms")
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "MNIST" / "raw"
        raw.mkdir(parents=True)
        for part in ("train", "t10k"):
            _write(raw / f"{part}-images-idx3-ubyte", split.images[:, 0])
            _write(raw / f"{part}-labels-idx1-ubyte", split.labels.to(torch.uint8))
        data = datasets.MNIST(folder, transform=transforms.ToTensor())
    return torch.utils.data.DataLoader(data, BATCH, shuffle=True, drop_last=True)


def _write(path: Path, values: torch.Tensor) -> None:
    header = [0x800 + values.dim(), *values.shape]
    path.write_bytes(b"".join(n.to_bytes(4, "big") for n in header) + values.numpy().tobytes())


@dataclass(frozen=True)
class Spent:
    """Time on the clock, and of the processor: the machine may have other work as well."""

    seconds: float
    cores: float


def read(batches: Batches) -> Spent:
    """An epoch's batches, with which nothing is done."""
    started = _now()
    for _ in batches:
        pass
    return _since(started)


def train(batches: Batches, conditional: bool) -> Spent:
    """An epoch as students train it."""
    torch.manual_seed(0)
    solution = reference("fc_vae")
    model = solution.CVAE(784) if conditional else solution.VAE(784)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        started = _now()
        train_vae(1, model, batches, conditional)
        return _since(started)


def _now() -> Spent:
    return Spent(time.perf_counter(), time.process_time())


def _since(started: Spent) -> Spent:
    now = _now()
    return Spent(now.seconds - started.seconds, now.cores - started.cores)


def main() -> None:
    parser = argparse.ArgumentParser(description="An epoch: nndl.data against DataLoader.")
    parser.add_argument("--repeats", type=int, default=3, help="of each way (default: 3)")
    parser.add_argument("--batches", type=int, help="of an epoch (default: all)")
    parser.add_argument("--threads", type=int, default=1, help="of torch (default: 1)")
    shared = course_root().parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="holds MNIST/raw/")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    there = (options.data / "MNIST" / "raw").is_dir()
    data = mnist(options.data, device="cpu") if there else stand_in()
    ways = {
        "TensorLoader": with_nndl(data.train),
        "DataLoader": image_by_image(data.train),
    }
    print(f"{data.name}: {len(data.train.images):,} images, batches of {BATCH}, "
          f"{options.threads} thread(s), torch {torch.__version__}")  # fmt: skip
    train(islice(ways["TensorLoader"], 20), conditional=False)  # to warm up
    spent: dict[tuple[str, str], list[Spent]] = {}
    for _ in range(options.repeats):
        for way, loader in ways.items():
            for what, measured in (
                ("data alone", read(islice(loader, options.batches))),
                ("VAE", train(islice(loader, options.batches), conditional=False)),
                ("CVAE", train(islice(loader, options.batches), conditional=True)),
            ):
                spent.setdefault((what, way), []).append(measured)

    print(f"\n{'an epoch, median of ' + str(options.repeats):26}"
          + "".join(f"{way:>14}" for way in ways) + f"{'ratio':>8}")  # fmt: skip
    for what in ("data alone", "VAE", "CVAE"):
        for measure in ("seconds", "cores"):
            ours, theirs = (
                statistics.median(getattr(one, measure) for one in spent[what, way]) for way in ways
            )
            name = f"{what}, {'core-seconds' if measure == 'cores' else measure}"
            print(f"{name:26}{ours:14.2f}{theirs:14.2f}{theirs / ours:8.2f}")


if __name__ == "__main__":
    main()
