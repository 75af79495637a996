"""Trains the network of `nndl.digits` and writes its weights beside it.

It learns from the training splits of MNIST and of its stand-in together. Each image is shifted,
turned and scaled a little, blurred and paled, since decoders leave digits like that. In half of
each batch two images are blended, and the answer is divided between them: so the network is in
doubt where a picture lies between two digits. The table has the accuracies on both test splits.

    .venv/bin/python benchmarks/train_digit_classifier.py [--epochs N] [--data FOLDER]

FOLDER holds `MNIST/raw/` (default: `shared/data` beside the repository). It takes about four
minutes of one core.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from autograder.course import course_root
from nndl.data import Dataset, Split, TensorLoader, mnist, stand_in
from nndl.digits import WEIGHTS, network, recognize
from nndl.utils import reset_seed


def augmented(x: torch.Tensor) -> torch.Tensor:
    """(N, 1, 28, 28): each image shifted, turned, scaled, and all of them blurred and paled."""
    n = len(x)
    scale, angle = 1 + 0.1 * _between(-1, 1, n), 0.15 * _between(-1, 1, n)
    shift = _between(-1, 1, n, 2) * 2.5 / 14  # up to 2.5 of 28 pixels, which are 2 wide in all
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1)
    matrix = torch.cat([(turn * scale[:, None]).reshape(n, 2, 2), shift[:, :, None]], dim=2)
    x = F.grid_sample(x, F.affine_grid(matrix, list(x.shape), align_corners=False),
                      align_corners=False)  # fmt: skip
    return blurred(x, sigma=_between(0.1, 1.5).item()) * _between(0.5, 1, n, 1, 1, 1)


def blurred(x: torch.Tensor, sigma: float) -> torch.Tensor:
    """(N, 1, H, W), smoothed by a Gaussian whose standard deviation is `sigma` pixels."""
    weights = torch.exp(-0.5 * (torch.arange(-3, 4) / sigma) ** 2)
    weights = weights / weights.sum()
    return F.conv2d(x, weights.outer(weights)[None, None], padding=3)


def blended(x: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The second half of the images and of the targets mixed with the first, in random parts."""
    half = len(x) // 2
    part = _between(0, 1, half, 1)
    mixed_x = torch.lerp(x[half:], x[:half], part[:, :, None, None])
    mixed_target = torch.lerp(target[half:], target[:half], part)
    return torch.cat([x[:half], mixed_x]), torch.cat([target[:half], mixed_target])


def _between(low: float, high: float, *shape: int) -> torch.Tensor:
    return low + (high - low) * torch.rand(shape)


def train(split: Split, epochs: int) -> torch.nn.Sequential:
    model = network()
    loader = TensorLoader(*split, batch_size=128)
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 5e-3, total_steps=epochs * len(loader)
    )
    for epoch in range(1, epochs + 1):
        started, total = time.perf_counter(), 0.0
        for x, labels in loader:
            x, target = blended(augmented(x), F.one_hot(labels, 10).float())
            loss = F.cross_entropy(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        seconds = time.perf_counter() - started
        print(f"epoch {epoch}: loss {total / len(loader):.4f}, {seconds:.0f} s", flush=True)
    return model


def save(model: torch.nn.Sequential) -> None:
    """Half precision is enough, and half the size."""
    state = {name: value.numpy().astype(np.float16) for name, value in model.state_dict().items()}
    np.savez(WEIGHTS, **state)


def accuracy(split: Split, sigma: float | None = None) -> float:
    x = split.images / 255
    read = recognize(x if sigma is None else blurred(x, sigma)).argmax(dim=1)
    return (read == split.labels).double().mean().item()


def report(data: list[Dataset]) -> None:
    print(f"\n{'right on the test split':48}{'images':>8}{'as is':>8}{'blurred':>9}")
    for one in data:
        print(f"{one.name:48}{len(one.test.labels):8,}{accuracy(one.test):8.2%}"
              f"{accuracy(one.test, sigma=1.0):9.2%}")  # fmt: skip
    weights = sum(parameter.numel() for parameter in network().parameters())
    print(f"{weights:,} weights in {WEIGHTS.stat().st_size / 1000:.0f} kB")


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the network of nndl.digits.")
    parser.add_argument("--epochs", type=int, default=20, help="default: 20")
    shared = course_root().parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="holds MNIST/raw/")
    options = parser.parse_args()

    data = [mnist(options.data, device="cpu"), stand_in()]
    if data[0].stand_in:
        parser.error(f"MNIST is needed in {options.data / 'MNIST' / 'raw'}")
    reset_seed(0)
    images, labels = (torch.cat(parts) for parts in zip(*(one.train for one in data), strict=True))
    model = train(Split(images, labels), options.epochs)
    save(model)
    report(data)


if __name__ == "__main__":
    main()
