"""The numbers that the lessons promise, as their own solutions reach them on MNIST.

Trains what the lessons of `autoencoders` and `bernoulli_vae` train, as long as they do, and prints
each loss beside the one that students are told to expect. Losses are means of the last 100 steps,
but where the table says otherwise.

    .venv/bin/python benchmarks/reference_numbers.py [--data FOLDER]

FOLDER holds `MNIST/raw/` (default: `shared/data` beside the repository). Takes some ten minutes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

from autograder.assignment import reference
from autograder.course import course_root
from nndl.data import Dataset, TensorLoader, mnist
from nndl.utils import reset_seed

NZ = 32


def mean_until(losses: list[float], step: int | None = None) -> float:
    """Of the 100 steps up to `step`, or to the end."""
    return statistics.mean(losses[:step][-100:])


def row(what: str, expected: str, reached: float) -> None:
    print(f"{what:52}{expected:>12}{reached:12.4g}", flush=True)


def autoencoder(data: Dataset) -> None:
    solution = reference("autoencoders")
    reset_seed(0)
    loader = solution.mnist_data_loader(data.train)
    losses = solution.train_autoencoder(solution.AutoEncoder(NZ), loader, epochs=10)
    row("auto-encoder, BCE of the first step", "0.694", losses[0])
    row("auto-encoder, BCE after 1,000 steps", "0.13", mean_until(losses, 1000))
    row("auto-encoder, BCE after 10 epochs", "0.09", mean_until(losses))


def vae(data: Dataset, beta: float, epochs: int, rec: str, kl: str, conditional: bool) -> None:
    solution = reference("autoencoders")
    reset_seed(0)
    loader = solution.mnist_data_loader(data.train)
    model: Any
    if conditional:
        model, train = solution.CVAE(NZ, beta, True, 10), solution.train_cvae
    else:
        model, train = solution.VAE(NZ, beta), solution.train_vae
    rec_losses, kl_losses = train(model, loader, epochs)
    name = f"{'CVAE' if conditional else 'VAE'}, beta {beta:g}, {epochs} epochs"
    row(f"{name}: reconstruction", rec, mean_until(rec_losses))
    row(f"{name}: KL of the first step", "", kl_losses[0])
    row(f"{name}: KL after one epoch", "", mean_until(kl_losses, len(loader)))
    row(f"{name}: KL at the end", kl, mean_until(kl_losses))


def bernoulli_vae(data: Dataset) -> None:
    solution = reference("bernoulli_vae")
    reset_seed(0)
    model = solution.Model(solution.Encoder(784, 200, 20), solution.Decoder(20, 200, 784))
    curve = solution.train(model, TensorLoader(*data.train, batch_size=128), epochs=20)
    row("Bernoulli VAE, ELBO per image of the first epoch", "", curve[0])
    row("Bernoulli VAE, ELBO per image of epoch 20", "-85", curve[-1])


def main() -> None:
    parser = argparse.ArgumentParser(
        description="The lessons' numbers, as the solutions reach them."
    )
    shared = course_root().parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="holds MNIST/raw/")
    options = parser.parse_args()
    data = mnist(options.data, device=reference("autoencoders").device)
    print(f"{data.name:52}{'expected':>12}{'reached':>12}")
    started = time.perf_counter()
    autoencoder(data)
    vae(data, 0.0, 5, rec="0.09", kl="grows", conditional=False)
    vae(data, 10.0, 5, rec="0.26", kl="< 1e-5", conditional=False)
    vae(data, 0.005, 20, rec="0.147", kl="8", conditional=False)
    vae(data, 0.005, 5, rec="0.15", kl="4.5", conditional=True)
    bernoulli_vae(data)
    print(f"\n{time.perf_counter() - started:.0f} seconds")


if __name__ == "__main__":
    main()
