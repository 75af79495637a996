"""fc_vae, Mei. Small pieces first, the two models from them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HIDDEN = 400


def hello_vae() -> None:
    print("Hi! vae.py is alive.")


class ReluNet(nn.Module):
    """Three hidden layers; the shape of what comes in does not matter after axis 0."""

    def __init__(self, n_in: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(n_in, HIDDEN), nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, HIDDEN)])

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(start_dim=1)
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


class Painter(nn.Module):
    """From a code to an image."""

    def __init__(self, n_in: int, n_pixels: int) -> None:
        super().__init__()
        self.body = ReluNet(n_in)
        self.pixels = nn.Linear(HIDDEN, n_pixels)
        self.side = int(n_pixels**0.5)

    def forward(self, z: Tensor) -> Tensor:
        flat = torch.sigmoid(self.pixels(self.body(z)))
        return flat.reshape(-1, 1, self.side, self.side)


class VAE(nn.Module):
    def __init__(self, input_size: int, latent_size: int = 15) -> None:
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, HIDDEN
        self.encoder = ReluNet(input_size)
        self.mu_layer = nn.Linear(HIDDEN, latent_size)
        self.logvar_layer = nn.Linear(HIDDEN, latent_size)
        self.decoder = Painter(latent_size, input_size)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.encoder(x)
        return self.mu_layer(h), self.logvar_layer(h)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(VAE):
    def __init__(self, input_size: int, num_classes: int = 10, latent_size: int = 15) -> None:
        super().__init__(input_size, latent_size)
        self.num_classes = num_classes
        self.encoder = ReluNet(input_size + num_classes)
        self.decoder = Painter(latent_size + num_classes, input_size)

    def forward(self, x: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(torch.cat([x.flatten(1), c], dim=1))
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


def reparametrize(mu: Tensor, logvar: Tensor) -> Tensor:
    sigma = logvar.exp().sqrt()
    return torch.addcmul(mu, sigma, torch.randn_like(sigma))


def loss_function(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    reconstruction = F.binary_cross_entropy(x_hat, x, reduction="none").sum(dim=(1, 2, 3))
    divergence = 0.5 * (mu**2 + logvar.exp() - logvar - 1).sum(dim=1)
    return (reconstruction + divergence).mean()
