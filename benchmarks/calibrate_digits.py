"""Where the numbers come from in the checks that read digits (`nndl.digits`).

Samples: how often the digit that was asked for is read in what `sample_digits` gives, after the
short training of the hidden check of that item, with many seeds: for the solution, and where
something is wrong. The margin is how many standard deviations lie between the mean and the share
that the check asks for.

Beta: how well the reconstructions of the VAE can be read for many a beta, and how sure the reading
of its samples is. A star is beside each beta that the hidden check of `tuned_beta` accepts.
The stand-in's epochs are short: with it, ask for the lesson's 20.

    .venv/bin/python benchmarks/calibrate_digits.py samples [--seeds N]
    .venv/bin/python benchmarks/calibrate_digits.py beta [--epochs N] [--data FOLDER]

FOLDER holds `MNIST/raw/` (default: `shared/data` beside the repository). Where it is not there the
images are the stand-in's.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from autograder.assignment import reference
from autograder.checks import autoencoders as checks
from autograder.course import course_root
from nndl.data import Dataset, TensorLoader, mnist, stand_in
from nndl.digits import recognize
from nndl.labs.autoencoders import BETA_BAND
from nndl.utils import reset_seed

NZ = 32
NUM_LABELS = 10
BETAS = (1e-5, 1e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.5, 1.0)
SAMPLES = 2000
LAST = 100  # steps


# --- samples: what to expect of `sample_digits` -------------------------------------------------


def cvae(beta: float = checks.BETA, conditional: bool = True) -> Any:
    return reference("autoencoders").CVAE(NZ, beta, conditional, NUM_LABELS)


def encoder_not_told() -> Any:
    model = cvae()
    model.encoder = reference("autoencoders").CVAEEncoder(2 * NZ, 784, False, NUM_LABELS)
    return model


def decoder_not_told() -> Any:
    model = cvae()
    model.decoder = reference("autoencoders").CVAEDecoder(NZ, 784, False, NUM_LABELS)
    return model


def as_they_are(labels: torch.Tensor) -> torch.Tensor:
    return labels


def successors(labels: torch.Tensor) -> torch.Tensor:
    return (labels + 1) % NUM_LABELS


def shuffled(labels: torch.Tensor) -> torch.Tensor:
    return labels[torch.randperm(len(labels))]


@dataclass(frozen=True)
class Way:
    """A model, what its training makes of the labels, and how it goes."""

    name: str
    model: Callable[[], Any] = cvae
    labels: Callable[[torch.Tensor], torch.Tensor] = as_they_are
    learning_rate: float = checks.LEARNING_RATE
    epochs: int = 1


WAYS = (
    Way("right"),
    Way("learning rate 1e-3", learning_rate=1e-3),
    Way("encoder not told the label", encoder_not_told),
    Way("decoder not told the label", decoder_not_told),
    Way("neither told the label", partial(cvae, conditional=False)),
    Way("trained on the digits' successors", labels=successors),
    Way("trained on shuffled labels", labels=shuffled),
    Way("untrained", epochs=0),
    Way("without KL (beta 0)", partial(cvae, beta=0.0)),
    Way("KL averaged over dimensions", partial(cvae, beta=checks.BETA / NZ)),
)


@dataclass(frozen=True)
class Read:
    share: float  # of the digits that were asked for
    seconds: float  # of the processor, to train


def share_read(way: Way, seed: int) -> Read:
    reset_seed(seed)
    solution, model = reference("autoencoders"), way.model()
    images, labels = (part[: checks.STEPS * checks.BATCH] for part in stand_in().train)
    loader = TensorLoader(images, way.labels(labels), checks.BATCH, shuffle=False)
    started = time.process_time()
    solution.train_cvae(model, loader, way.epochs, way.learning_rate)
    seconds = time.process_time() - started
    digits = torch.cat([solution.sample_digits(model) for _ in range(checks.DRAWS)])
    right = recognize(digits).argmax(dim=1) == torch.arange(NUM_LABELS).repeat(checks.DRAWS)
    return Read(right.double().mean().item(), seconds)


def samples(seeds: int) -> None:
    print(f"{checks.STEPS} steps of {checks.BATCH} images of the stand-in, {seeds} seeds, "
          f"{checks.DRAWS} draws of ten digits; asked for: {checks.READ_AT_LEAST}\n")  # fmt: skip
    print(f"{'read as was asked for':33}{'mean':>7}{'std':>7}{'lowest':>8}{'highest':>9}{'s':>6}"
          f"{'margin':>12}")  # fmt: skip
    for way in WAYS:
        reads = [share_read(way, seed) for seed in range(seeds)]
        shares = [read.share for read in reads]
        mean, std = statistics.mean(shares), statistics.stdev(shares)
        margin = f"{(mean - checks.READ_AT_LEAST) / std:.1f} std" if std else "always so"
        print(f"{way.name:33}{mean:7.3f}{std:7.3f}{min(shares):8.3f}{max(shares):9.3f}"
              f"{statistics.median(read.seconds for read in reads):6.1f}"
              f"{margin:>12}", flush=True)  # fmt: skip


# --- beta: what to expect of a VAE --------------------------------------------------------------


def beta(data: Dataset, epochs: int) -> None:
    solution = reference("autoencoders")
    low, high = BETA_BAND
    x, labels = data.test.images / 255, data.test.labels
    print(f"{data.name}, {epochs} epochs of batches of 64; losses: mean of the last "
          f"{LAST} steps\n")  # fmt: skip
    print(f"{'':8}{'':>10}{'':>10}  {'reconstructions':>16}  {'samples of the prior':>22}")
    print(f"{'beta':8}{'rec. loss':>10}{'KL':>10}  {'read right':>16}  "
          f"{'confidence':>11}{'over 0.9':>11}")  # fmt: skip
    print(f"{'(test)':8}{'':>20}  {_right(x, labels):16.3f}  {_confidence(x)}", flush=True)
    for value in BETAS:
        reset_seed(0)
        model = solution.VAE(NZ, value)
        loader = TensorLoader(*data.train, batch_size=64)
        rec_losses, kl_losses = solution.train_vae(model, loader, epochs)
        star = "*" if low <= value <= high else ""
        with torch.no_grad():
            reconstructed = model.reconstruct(x)
        print(f"{value:<7g}{star:1}{statistics.mean(rec_losses[-LAST:]):10.4f}"
              f"{statistics.mean(kl_losses[-LAST:]):10.4g}  {_right(reconstructed, labels):16.3f}  "
              f"{_confidence(solution.sample_prior(model, SAMPLES))}", flush=True)  # fmt: skip


def _right(images: torch.Tensor, labels: torch.Tensor) -> float:
    return (recognize(images).argmax(dim=1) == labels).double().mean().item()


def _confidence(images: torch.Tensor) -> str:
    best = recognize(images).amax(dim=1)
    return f"{best.mean().item():11.3f}{(best > 0.9).double().mean().item():11.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Where the checks that read digits have numbers.")
    parser.add_argument("table", choices=["samples", "beta"])
    parser.add_argument("--seeds", type=int, default=24, help="default: 24")
    parser.add_argument("--epochs", type=int, default=5, help="for each beta (default: 5)")
    shared = course_root().parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="holds MNIST/raw/")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.table == "samples":
        samples(options.seeds)
    else:
        there = (options.data / "MNIST" / "raw").is_dir()
        beta(mnist(options.data, device="cpu") if there else stand_in(), options.epochs)


if __name__ == "__main__":
    main()
