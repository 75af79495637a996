"""The shipped generator: small, whole, and a generator of pictures."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from autograder.assignment import reference
from nndl import generators
from nndl.data import photo_patches

DCGAN = reference("dcgan").DCGAN


@pytest.fixture(scope="module")
def trained() -> torch.nn.Module:
    generator = reference("dcgan").Generator(64)
    generator.load_state_dict(generators.cifar10())
    return generator.eval()


@pytest.fixture(scope="module")
def samples(trained) -> torch.Tensor:
    with torch.no_grad():
        return trained(torch.randn(200, 64, generator=torch.Generator().manual_seed(0)))


def test_the_weights_are_small():
    assert generators.WEIGHTS.stat().st_size < 1_500_000


def test_the_weights_come_in_the_wheel():
    settings = (Path(generators.__file__).parent / "pyproject.toml").read_text()
    assert f'"{generators.WEIGHTS.name}"' in settings


def test_they_are_those_of_the_lessons_generator_with_its_statistics(trained):
    state = generators.cifar10()
    assert all(value.isfinite().all() for value in state.values())
    assert all(value.device.type == "cpu" for value in state.values())
    assert int(state["layers.0.num_batches_tracked"]) > 1000


def test_each_call_gives_tensors_of_its_own():
    first = generators.cifar10()
    first["linear.bias"].fill_(7)
    assert not torch.equal(first["linear.bias"], generators.cifar10()["linear.bias"])


def test_samples_differ_in_all_colours_as_pictures_do(samples):
    assert samples.shape == (200, 3, 32, 32)
    assert samples.min() >= 0 and samples.max() <= 1
    assert 0.3 < samples.mean() < 0.6
    assert samples.std(dim=0).mean() > 0.15  # from picture to picture
    neighbours = (samples[..., 1:] - samples[..., :-1]).abs().mean()
    assert neighbours < 0.08  # and smooth within one


def test_it_comes_nearer_to_photographs_than_grey_does(trained):
    photos = photo_patches("cpu").test.images[:8] / 255
    dcgan = DCGAN()
    dcgan._generator = trained
    dcgan.vis_steps = 60
    loss, _ = dcgan.reconstruct(photos)
    assert loss < 0.6 * (photos - 0.5).square().mean()


def test_the_documents_say_what_the_module_says():
    (stated,) = re.findall(r"mean squared error of ([\d.]+)", " ".join(generators.__doc__.split()))
    page = Path(__file__).parents[2] / "docs" / "generator.md"
    assert f"| the shipped generator | {stated} |" in page.read_text()


def test_it_needs_nothing_that_is_slow_to_import():
    code = """
import sys, nndl.generators
nndl.generators.cifar10()
print([name for name in ("matplotlib", "sklearn", "torchvision", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
