"""The reparametrization trick, judged by what it draws: moments, independence, gradients.

`draw(mu, logvar)` is the student's function or method, whatever way it takes to its noise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.checks import assert_close, assert_tensor, observe

Draw = Callable[[Tensor, Tensor], Any]


def assert_follows_mu_and_logvar(draw: Draw) -> None:
    """Fail unless the samples are normal, with the mean mu and the deviation exp(logvar / 2)."""
    mu = torch.tensor([3.0, -1.0, 0.0]).expand(50_000, 3)
    logvar = torch.tensor([1.5, 0.0, -2.0]).expand(50_000, 3)
    z = assert_tensor(draw(mu, logvar), (50_000, 3), "z").double()
    spread = (logvar[0] / 2).exp()
    # Five standard errors of a standard deviation, a mean and a share of so many draws.
    assert_close(z.std(0), spread, "Their spread does not follow logvar.", rtol=0.02)
    error = (z.mean(0) - mu[0]) / spread
    assert_close(error, [0.0] * 3, "The samples do not have the mean mu.", rtol=0.02, atol=0.025)
    beyond = ((z - mu).abs() > 2 * spread).double().mean()
    assert_close(beyond, 0.0455, "The noise is not normal.", rtol=0, atol=0.003)


def assert_noise_of_its_own(draw: Draw) -> None:
    """Fail unless every image, every latent number and every call gets noise of its own."""
    zeros = torch.zeros(2_000, 16)
    first, later = (assert_tensor(draw(zeros, zeros), zeros.shape, "z") for _ in range(2))
    rows_differ, columns_differ = observe([float(first.std(d).mean() > 0.1) for d in (0, 1)])
    goes_on = observe(float(not later.equal(first)))
    assert goes_on, "Every call gives the same noise."
    assert rows_differ, "All images get the same noise."
    assert columns_differ, "All latent numbers of an image get the same noise."


def assert_gradients_to_mu_and_logvar(draw: Draw) -> None:
    """Fail unless dz/dmu is 1, and dz/dlogvar half of what the noise adds to mu."""
    mu = torch.randn(6, 4, requires_grad=True)
    logvar = torch.randn(6, 4, requires_grad=True)
    z = assert_tensor(draw(mu, logvar), (6, 4), "z")
    assert z.requires_grad, "No gradient comes back through z: the graph is cut."
    weights = torch.randn(6, 4)
    (z * weights).sum().backward()
    to_mu = torch.zeros_like(mu) if mu.grad is None else mu.grad
    to_logvar = torch.zeros_like(logvar) if logvar.grad is None else logvar.grad
    assert_close(to_mu - weights, torch.zeros(6, 4), "The gradient to mu is not 1.")
    by_noise = (weights * (z - mu).detach()).double()
    observe((to_logvar / by_noise).median(), rtol=0.01)
    right = torch.allclose(to_logvar.double(), by_noise / 2, rtol=1e-3, atol=1e-5)
    assert right, "The gradient to logvar is not right."


def assert_no_variance_no_noise(draw: Draw) -> None:
    """Fail unless z is mu where there is no variance, and only there, in the dtype of mu."""
    mu = torch.randn(6, 4)
    noisy = assert_tensor(draw(mu, torch.zeros(6, 4)), (6, 4), "z")
    differs = observe(float((noisy - mu).abs().max() > 1e-3))
    assert differs, "With a variance of one, z is still mu: nothing is drawn."
    z = assert_tensor(draw(mu, torch.full((6, 4), -200.0)), (6, 4), "z")
    same = observe(float((z - mu).abs().max() < 1e-6))
    assert same, "With a variance of zero, z differs from mu."
    for dtype in (torch.float32, torch.float64):
        zeros = torch.zeros(6, 4, dtype=dtype)
        got = assert_tensor(draw(zeros, zeros), (6, 4), "z").dtype
        assert got == dtype, f"z is {got} where mu is {dtype}."
