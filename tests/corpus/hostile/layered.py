"""The right layers beside a hostile submission, which says by `odd` what becomes of their outputs."""

import torch
from torch import nn


def odd(x):
    """What a submission puts here."""
    return x


class Kind(nn.Sequential):
    def forward(self, x):
        return odd(super().forward(x))


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.encoder = Kind(nn.Flatten(), *layers(input_size))
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
