"""Trains the generator of `nndl.generators` and writes its weights beside it.

The nets of `dcgan`, trained as that lesson says (Adam, 2e-4, betas 0.5 and 0.999, batches of 128)
on as many of CIFAR-10's training batches as are there: the shipped weights come from two of the
five, 20,000 images. After `--steps`, or when it is interrupted, it writes what the generator has
become, with the statistics of its BatchNorm layers, and a grid of its samples for the docs. What
it needs to go on is kept in `--keep` every 250 steps: the same command goes on from there. At the
end it says how near the generator comes to the first 64 test images, by the solution's own
`reconstruct`, and how near plain grey and a generator that was not trained come.

    .venv/bin/python benchmarks/train_generator.py [--steps N] [--data FOLDER] [--keep FILE]

FOLDER holds `cifar-10-batches-py/` (default: `shared/data` beside the repository). A step takes
about 0.35 seconds of one core.
"""

from __future__ import annotations

import argparse
import pickle
import time
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from autograder.assignment import reference
from autograder.course import course_root
from nndl.generators import WEIGHTS, cifar10

SOLUTION = reference("dcgan")
CODE_SIZE, BATCH, EVERY, SEED = 64, 128, 250, 0
GRID, SIDE, LARGER = course_root() / "docs" / "generator.png", 10, 2


def images(folder: Path, name: str) -> torch.Tensor:
    """The images of the batches that `name` matches: (N, 3, 32, 32), uint8."""
    found = []
    for path in sorted(folder.glob(f"cifar-10-batches-py/{name}")):
        with path.open("rb") as file:
            found.append(torch.from_numpy(pickle.load(file, encoding="bytes")[b"data"]))
    return torch.cat(found).reshape(-1, 3, 32, 32)


def start(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)


class Training:
    """The two nets, their optimizers, and how many steps they have made."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        self.generator = SOLUTION.Generator(CODE_SIZE).apply(start)
        self.discriminator = SOLUTION.Discriminator().apply(start)
        self.steps = 0
        self.parts: dict[str, Any] = {
            "generator": self.generator,
            "discriminator": self.discriminator,
        }
        for name in ("generator", "discriminator"):
            parameters = self.parts[name].parameters()
            self.parts[f"{name} optimizer"] = torch.optim.Adam(parameters, 2e-4, (0.5, 0.999))

    def step(self, real: torch.Tensor) -> tuple[float, float]:
        """One update of each net; the losses before them."""
        fake = self.generator(torch.randn(len(real), CODE_SIZE))
        on_real, on_fake = self.discriminator(real), self.discriminator(fake.detach())
        d_loss = _called(on_real, 1.0) + _called(on_fake, 0.0)
        self._update("discriminator", d_loss)
        g_loss = _called(self.discriminator(fake), 1.0)
        self._update("generator", g_loss)
        self.steps += 1
        return d_loss.item() / 2, g_loss.item()

    def _update(self, name: str, loss: torch.Tensor) -> None:
        self.parts[f"{name} optimizer"].zero_grad()
        loss.backward()
        self.parts[f"{name} optimizer"].step()

    def keep(self, path: Path) -> None:
        kept = {name: part.state_dict() for name, part in self.parts.items()}
        unfinished = path.with_name(path.name + ".new")
        torch.save({**kept, "steps": self.steps, "random": torch.get_rng_state()}, unfinished)
        unfinished.replace(path)

    def go_on(self, path: Path) -> None:
        kept = torch.load(path, weights_only=True)
        for name, part in self.parts.items():
            part.load_state_dict(kept[name])
        self.steps = kept["steps"]
        torch.set_rng_state(kept["random"])


def _called(logits: torch.Tensor, label: float) -> torch.Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def train(training: Training, data: torch.Tensor, steps: int, keep: Path) -> None:
    """Until `steps` are made or somebody interrupts."""
    started, losses = time.perf_counter(), []
    try:
        while training.steps < steps:
            real = data[torch.randint(len(data), (BATCH,))] / 255
            losses.append(training.step(real))
            if training.steps % EVERY == 0:
                training.keep(keep)
                d_loss, g_loss = np.mean(losses, axis=0)
                seconds = (time.perf_counter() - started) / len(losses)
                print(f"step {training.steps}: discriminator {d_loss:.3f}, generator {g_loss:.3f}, "
                      f"{seconds:.2f} s a step", flush=True)  # fmt: skip
                started, losses = time.perf_counter(), []
    except KeyboardInterrupt:
        print(f"stopped after {training.steps} steps")


def save(training: Training) -> None:
    state = {name: value.contiguous() for name, value in training.generator.state_dict().items()}
    save_file(state, WEIGHTS, {"steps": str(training.steps), "seed": str(SEED)})


@torch.no_grad()
def draw_grid() -> None:
    """The images of the first SIDE * SIDE codes after seed 0."""
    codes = torch.randn(SIDE * SIDE, CODE_SIZE, generator=torch.Generator().manual_seed(0))
    images = trained()(codes).unflatten(0, (SIDE, SIDE))  # (SIDE, SIDE, 3, 32, 32)
    picture = images.permute(0, 3, 1, 4, 2).reshape(SIDE * 32, SIDE * 32, 3)
    larger = picture.repeat_interleave(LARGER, dim=0).repeat_interleave(LARGER, dim=1)
    matplotlib.image.imsave(GRID, larger.numpy())


def trained() -> nn.Module:
    generator: nn.Module = SOLUTION.Generator(CODE_SIZE)
    generator.load_state_dict(cifar10())
    return generator.eval()


def report(test: torch.Tensor) -> None:
    """How near what comes near: mean squared errors."""
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size:,} bytes")
    print(f"mean squared error of the first {len(test)} test images:")
    print(f"{'plain grey':24}{F.mse_loss(torch.full_like(test, 0.5), test):8.4f}")
    torch.manual_seed(SEED)
    dcgan = SOLUTION.DCGAN()
    print(f"{'generator, not trained':24}{dcgan.reconstruct(test)[0]:8.4f}", flush=True)
    dcgan._generator = trained()
    print(f"{'the shipped generator':24}{dcgan.reconstruct(test)[0]:8.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the generator of nndl.generators.")
    parser.add_argument("--steps", type=int, default=2500, help="default: 2500")
    shared = course_root().parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=shared, help="holds cifar-10-batches-py/")
    parser.add_argument("--keep", type=Path, default=Path("train_generator.pt"), help="to go on")
    parser.add_argument("--threads", type=int, default=1, help="of torch (default: 1)")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    training = Training(SEED)
    if options.keep.exists():
        training.go_on(options.keep)
    train(training, images(options.data, "data_batch_*"), options.steps, options.keep)
    save(training)
    draw_grid()
    report(images(options.data, "test_batch")[:64] / 255)


if __name__ == "__main__":
    main()
