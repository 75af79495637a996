"""The two models of conv_vae on real photographs, for as many steps as some epochs take.

Trains the fully connected and the convolutional solution on as many of CIFAR-10's training batches
as are there, an epoch being the 1,406 batches of 32 that the lesson's 45,000 images make, and
prints what each costs on 2,000 test images: the loss per image (squared error summed over 3,072
numbers plus KL), its two parts, and how many latent dimensions are in use (a KL above 0.1). The
first lines say what it costs to answer grey, the mean image, and each image's mean colour.

    .venv/bin/python benchmarks/train_conv_vae.py [--epochs N] [--data FOLDER]

FOLDER holds `cifar-10-batches-py/` (default: `shared/data` beside the repository). An epoch takes
one to three minutes of one core.
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn

from autograder.assignment import reference
from autograder.course import course_root
from nndl.data import TensorLoader
from nndl.utils import reset_seed

SOLUTION = reference("conv_vae")
EPOCH, BATCH, TEST = 1406, 32, 2000


def images(folder: Path, pattern: str) -> Tensor:
    """The images of the files of that name, (N, 3, 32, 32) uint8."""
    found = []
    for path in sorted((folder / "cifar-10-batches-py").glob(pattern)):
        with path.open("rb") as file:
            found.append(torch.tensor(pickle.load(file, encoding="bytes")[b"data"]))
    return torch.cat(found).reshape(-1, 3, 32, 32)


class Epoch:
    """A loader whose pass is always `EPOCH` batches, however many images there are."""

    def __init__(self, train: Tensor) -> None:
        self.loader = TensorLoader(train, torch.zeros(len(train)).long(), batch_size=BATCH)

    def __len__(self) -> int:
        return EPOCH

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return islice((batch for _ in range(EPOCH) for batch in self.loader), EPOCH)


def row(what: str, loss: float, error: float | None = None, used: str = "") -> None:
    parts = "" if error is None else f"{error:15.1f}{loss - error:8.1f}{used:>12}"
    print(f"{what:42}{loss:8.1f}{parts}", flush=True)


def judge(name: str, model: nn.Module, x: Tensor) -> None:
    model.eval()
    with torch.no_grad():
        recon, mu, logvar = model(x)
        loss = SOLUTION.loss_function(recon, x, mu, logvar).item() / len(x)
    kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).mean(dim=0)
    row(name, loss, loss - kl.sum().item(), f"{(kl > 0.1).sum()} of {len(kl)}")


def without_training(x: Tensor, train: Tensor) -> None:
    def cost(guess: Tensor) -> float:
        return (x - guess).square().flatten(1).sum(dim=1).mean().item()

    row("grey 0.5", cost(torch.tensor(0.5)))
    row("the mean image", cost(train.float().mean(dim=0) / 255))
    row("each image's mean colour", cost(x.mean(dim=(2, 3), keepdim=True)))


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--epochs", type=int, default=2)
    arguments.add_argument("--data", type=Path, default=course_root().parent / "shared" / "data")
    options = arguments.parse_args()
    train = images(options.data, "data_batch_*")
    x = images(options.data, "test_batch")[:TEST].float() / 255
    print(f"{len(train)} images to train, {len(x)} to test")
    print(f"{'':42}{'loss':>8}{'squared error':>15}{'KL':>8}{'in use':>12}")
    without_training(x, train)
    models = {
        "fully connected": lambda: SOLUTION.VAE(3072, 400, 20),
        "convolutional": lambda: SOLUTION.ConvVAE(latent_dim=128),
    }
    for name, make in models.items():
        reset_seed(0)
        model, start = make(), time.perf_counter()
        losses = SOLUTION.train(model, Epoch(train), options.epochs)
        judge(f"{name}, {options.epochs} epochs", model, x)
        told = ", ".join(f"{loss:.1f}" for loss in losses)
        seconds = (time.perf_counter() - start) / options.epochs
        print(f"    in training {told}; {seconds:.0f} s per epoch", flush=True)


if __name__ == "__main__":
    main()
