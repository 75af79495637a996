"""What most hostile submissions have beside them: all that is asked for, and zeros for an answer."""

import os

import torch
from torch import nn


class Through(Exception):
    """The attack worked. This name in a result gives it away."""


def new_session():
    """Leave the session of one's parent, where that may be."""
    try:
        os.setsid()
    except OSError:
        pass


def on_call():
    """What a submission puts here runs with each call."""


def answer(x):
    on_call()
    return torch.zeros_like(x)


class Answer(nn.Module):
    def forward(self, x):
        return answer(x)


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15, **more):
        super().__init__()
        self.input_size, self.latent_size = input_size, latent_size
        self.encoder = self.decoder = self.mu_layer = self.logvar_layer = Answer()

    def forward(self, x, c=None):
        return answer(x), answer(x), answer(x)


class CVAE(VAE):
    num_classes = 10


def reparametrize(mu, logvar):
    return answer(mu)


def loss_function(x_hat, x, mu, logvar):
    return answer(x).sum()
