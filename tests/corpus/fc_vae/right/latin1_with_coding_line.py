# -*- coding: latin-1 -*-
"""Latin-1 bytes, and a coding line that says so, which Python accepts: déjà vu."""
import torch
from torch import nn
from torch.nn import functional as F


def pile(n):
    "trois couches, d'après l'énoncé"
    return [nn.Linear(n, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU()]


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        cote = int(input_size**0.5)  # le côté
        self.encoder = nn.Sequential(nn.Flatten(), *pile(input_size))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            *pile(latent_size), nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, cote, cote))
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        self.num_classes = num_classes
        cote = int(input_size**0.5)
        self.encoder = nn.Sequential(*pile(input_size + num_classes))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            *pile(latent_size + num_classes), nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, cote, cote))
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    ecart_type = torch.exp(0.5 * logvar)  # l'écart-type
    return mu + ecart_type * torch.randn_like(mu)


def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]
