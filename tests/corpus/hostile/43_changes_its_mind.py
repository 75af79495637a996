"""Answers a first time as it should and ever after with text, numbers, nothing: whoever asks twice is lost.

Expected: 0 points.
"""
import itertools

import torch
from torch import nn


ODD = itertools.cycle(["text", None, 3.5, True, [], (), {"a": 1}, torch.zeros(3, dtype=torch.bool)])


def odd(x):
    return next(ODD)


class Kind(nn.Sequential):
    calls = 0

    def forward(self, x):
        self.calls += 1
        good = self.calls == 1 and self[0].in_features == 15
        return super().forward(x) if good else odd(x)


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.encoder = Kind(*layers(input_size))
        self.mu_layer, self.logvar_layer = Kind(nn.Linear(400, latent_size)), Kind(nn.Linear(400, latent_size))
        self.decoder = Kind(*layers(latent_size), nn.Linear(400, input_size), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.mu_layer(self.encoder(x))), x, x


class CVAE(VAE):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size + num_classes, latent_size + num_classes)

    def forward(self, x, c):
        return super().forward(torch.cat([x.flatten(1), c], 1))


def layers(n):
    return [nn.Linear(n, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU()]


def reparametrize(mu, logvar):
    return odd(mu)


def loss_function(x_hat, x, mu, logvar):
    return odd(mu)
