"""Where the threshold of fc_vae's training checks comes from.

Grades the solution with many seeds and prints the losses that the two training checks see:
their mean, spread and largest value, and how many standard deviations the threshold lies above.

    .venv/bin/python benchmarks/calibrate_training.py [SEEDS]
"""

from __future__ import annotations

import statistics
import sys

import torch

from autograder.assignment import reference
from autograder.checks import fc_vae
from autograder.diagnosis import as_submission
from autograder.grading import run_checks
from autograder.sandbox.process import WarmProcess
from autograder.sandbox.walls import choose


def main(seeds: int) -> None:
    torch.set_num_threads(1)
    source = reference("fc_vae").__file__
    with open(source, encoding="utf-8") as file:
        solution = as_submission("fc_vae", "solution", file.read())
    losses: dict[str, list[float]] = {"train_vae": [], "train_cvae": []}
    with WarmProcess(choose("bwrap")) as warm:
        for seed in range(seeds):
            for outcome in run_checks(solution, warm, seed, only=losses).outcomes:
                losses[outcome.check.item].append(float(outcome.observations[-1].value))
    print(f"{'item':12}{'mean':>8}{'std':>8}{'largest':>9}{'threshold':>11}{'margin':>12}")
    for item, values in losses.items():
        mean, std = statistics.mean(values), statistics.stdev(values)
        margin = (fc_vae.LOSS_BELOW - mean) / std
        print(f"{item:12}{mean:8.1f}{std:8.2f}{max(values):9.1f}{fc_vae.LOSS_BELOW:11.0f}"
              f"{margin:8.1f} std")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
