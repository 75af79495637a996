"""The network reads digits, in every shape that images have, and leaves no trace."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from nndl import data, digits
from nndl.digits import recognize


@pytest.fixture(scope="module")
def test_split() -> data.Split:
    """Of the stand-in: it has not been trained on."""
    return data.stand_in().test


def share_right(images: torch.Tensor, labels: torch.Tensor) -> float:
    return (recognize(images).argmax(dim=1) == labels).double().mean().item()


def test_it_reads_as_many_digits_of_the_stand_in_as_it_says(test_split):
    stated = re.search(r"([\d.]+) % of the stand-in's", digits.__doc__)
    assert share_right(test_split.images / 255, test_split.labels) >= float(stated[1]) / 100


def test_it_reads_pale_and_shifted_digits_as_well(test_split):
    pale = test_split.images / 255 * 0.6
    assert share_right(pale.roll((2, -2), dims=(2, 3)), test_split.labels) > 0.95


def test_the_weights_are_small():
    assert digits.WEIGHTS.stat().st_size < 100_000


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28), (784,)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_it_takes_images_of_any_shape_and_floating_point_type(test_split, shape, dtype):
    images = (test_split.images[:20] / 255).to(dtype)
    given = images.reshape(20, *shape).requires_grad_()
    read = recognize(given)
    assert read.shape == (20, 10) and read.dtype == torch.float32 and not read.requires_grad
    assert given.grad is None
    assert torch.allclose(read.sum(dim=1), torch.ones(20))
    assert torch.equal(read, recognize(images))


def test_what_lies_outside_of_0_to_1_is_cut_off(test_split):
    images = test_split.images[:20] / 255
    assert torch.equal(recognize(images * 3 - 1), recognize((images * 3 - 1).clamp(0, 1)))


@pytest.mark.parametrize("count", [0, 1, 1001])
def test_it_takes_any_number_of_images(count, test_split):
    images = (test_split.images / 255).repeat(6, 1, 1, 1)[:count]
    read = recognize(images)
    assert read.shape == (count, 10)
    assert torch.allclose(read[-1:], recognize(images[-1:]), atol=1e-5)


@pytest.mark.parametrize("shape", [(28, 28), (784,), (5, 783), (5, 3, 28, 28), (5, 10, 784), ()])
def test_other_shapes_are_refused_in_words(shape):
    with pytest.raises(ValueError, match=rf"28 x 28 pixels.*shape {re.escape(str(shape))}"):
        recognize(torch.rand(shape))


def test_whole_numbers_are_refused_in_words():
    with pytest.raises(
        ValueError, match=r"floating-point numbers from 0 to 1, not as torch\.uint8"
    ):
        recognize(torch.zeros(5, 784, dtype=torch.uint8))


def test_images_are_left_as_they_are(test_split):
    images = test_split.images / 128
    before = images.clone()
    recognize(images)
    assert torch.equal(images, before)


def test_random_numbers_and_defaults_of_others_are_left_alone():
    digits._trained.cache_clear()
    torch.set_default_dtype(torch.float64)
    try:
        states = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
        read = recognize(torch.rand(5, 784, generator=torch.Generator().manual_seed(0)))
    finally:
        torch.set_default_dtype(torch.float32)
    assert read.dtype == torch.float32
    assert states[0] == random.getstate()
    assert states[1] == np.random.get_state()[1].tolist()
    assert torch.equal(states[2], torch.get_rng_state())


def test_it_needs_nothing_that_is_slow_to_import():
    code = """
import sys, torch
from nndl.digits import recognize
recognize(torch.zeros(1, 784))
print([name for name in ("matplotlib", "sklearn", "torchvision", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
