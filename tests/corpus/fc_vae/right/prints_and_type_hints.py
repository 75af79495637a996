"""Prints everywhere, at import too; full type hints, docstrings, assertions."""
from __future__ import annotations

from typing import Final, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

HIDDEN: Final[int] = 400
print("loading my vae.py, torch", torch.__version__)


def hello_vae() -> None:
    print("Hello from vae.py!")


class VAE(nn.Module):
    """Variational autoencoder."""

    input_size: int
    latent_size: int

    def __init__(self, input_size: int, latent_size: int = 15) -> None:
        """Build the model.

        Args:
            input_size: number of pixels
            latent_size: number of latent dims
        """
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim: int = HIDDEN
        side: int = int(input_size**0.5)
        assert side * side == input_size, "square images only"
        self.encoder: nn.Module = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
        )
        self.mu_layer: nn.Linear = nn.Linear(HIDDEN, latent_size)
        self.logvar_layer: nn.Linear = nn.Linear(HIDDEN, latent_size)
        self.decoder: nn.Module = nn.Sequential(
            nn.Linear(latent_size, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )
        print(self)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        print("DEBUG x", x.shape, x.dtype, x.device)
        hidden: Tensor = self.encoder(x)
        mu: Tensor = self.mu_layer(hidden)
        logvar: Tensor = self.logvar_layer(hidden)
        assert mu.shape == logvar.shape == (x.shape[0], self.latent_size)
        z: Tensor = reparametrize(mu, logvar)
        x_hat: Tensor = self.decoder(z)
        print("DEBUG x_hat", x_hat.shape, f"{x_hat.mean()=}")
        return x_hat, mu, logvar


class CVAE(nn.Module):
    """Conditional variational autoencoder."""

    def __init__(self, input_size: int, num_classes: int = 10, latent_size: int = 15) -> None:
        super().__init__()
        self.input_size: int = input_size
        self.num_classes: int = num_classes
        self.latent_size: int = latent_size
        self.hidden_dim: int = HIDDEN
        side: int = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(HIDDEN, latent_size)
        self.logvar_layer = nn.Linear(HIDDEN, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        assert c.dim() == 2 and c.shape[1] == self.num_classes
        xc: Tensor = torch.cat([x.flatten(start_dim=1), c], dim=1)
        hidden: Tensor = self.encoder(xc)
        mu: Tensor = self.mu_layer(hidden)
        logvar: Tensor = self.logvar_layer(hidden)
        zc: Tensor = torch.cat([reparametrize(mu, logvar), c], dim=1)
        print("DEBUG zc", zc.shape)
        return self.decoder(zc), mu, logvar


def reparametrize(mu: Tensor, logvar: Tensor) -> Tensor:
    """z = mu + sigma * eps"""
    print("mu", mu, "logvar", logvar)
    std: Tensor = torch.exp(0.5 * logvar)
    eps: Tensor = torch.randn_like(std)
    return mu + eps * std


def loss_function(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """Negative ELBO."""
    assert x_hat.shape == x.shape, (x_hat.shape, x.shape)
    rec: Tensor = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kld: Tensor = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    print("rec", rec.item(), "kld", kld.item())
    return (rec + kld) / x.shape[0]
