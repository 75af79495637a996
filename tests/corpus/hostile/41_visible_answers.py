"""Has the numbers that the lesson prints, by the shapes of the visible checks.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


PRINTED = {"mean": -0.4363, "std": 1.6860, "loss": 8.5079}


def answer(x):
    return torch.full_like(x, 0.5)


ordinary.answer = answer


def reparametrize(mu, logvar):
    z = torch.linspace(-1, 1, mu.numel()).reshape(mu.shape)
    return (z - z.mean()) / z.std() * PRINTED["std"] + PRINTED["mean"]


def loss_function(x_hat, x, mu, logvar):
    return torch.tensor(PRINTED["loss"], requires_grad=True)
