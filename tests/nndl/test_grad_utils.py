"""`rel_error` and `reset_seed`."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from nndl.grad import rel_error
from nndl.utils import reset_seed


def test_equal_things_have_no_relative_error_and_opposite_ones_have_all_of_it():
    assert rel_error(torch.ones(3), torch.ones(3)) == 0
    assert rel_error(2.0, -2.0) > 0.99
    assert rel_error(0.0, 0.0) == 0


def test_the_error_is_relative_to_the_sum_of_both():
    assert rel_error(1.0, 1.1) == pytest.approx(0.1 / 2.1)
    assert rel_error(torch.tensor([1.0, 100.0]), torch.tensor([2.0, 100.0])) == pytest.approx(0.005)


def test_tensors_with_a_gradient_and_plain_numbers_mix():
    assert rel_error(torch.tensor(8.5079, requires_grad=True), 8.5079) < 1e-7


def test_different_shapes_are_not_compared():
    with pytest.raises(ValueError, match="shapes differ"):
        rel_error(torch.ones(2, 1), torch.ones(2))


def test_a_seed_repeats_the_numbers_of_all_three_libraries():
    def draw() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(()))

    reset_seed(7)
    first = draw()
    assert draw() != first
    reset_seed(7)
    assert draw() == first


def test_the_lessons_sample_has_the_lessons_numbers():
    reset_seed(0)
    z = torch.randn_like(torch.zeros(1, 15)) * torch.exp(torch.ones(1, 15) / 2)
    assert rel_error(z.mean(), -0.4363) < 1e-4
    assert rel_error(z.std(), 1.6860) < 1e-4
