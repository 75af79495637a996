"""Right but for the loss, which ignores every signal and never returns.

Expected: encoder, decoder, reparametrize, forward, train_vae, cvae, train_cvae earned.
"""
import signal

import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        h, s = 400, int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(input_size, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()
        )
        self.mu_layer = nn.Linear(h, latent_size)
        self.logvar_layer = nn.Linear(h, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(),
            nn.Linear(h, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, s, s)),
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size, self.num_classes, self.latent_size, self.hidden_dim = input_size, num_classes, latent_size, 400
        h, s = 400, int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()
        )
        self.mu_layer = nn.Linear(h, latent_size)
        self.logvar_layer = nn.Linear(h, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(),
            nn.Linear(h, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, s, s)),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat((x.flatten(1), c), -1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat((reparametrize(mu, logvar), c), -1)), mu, logvar


def reparametrize(mu, logvar):
    return mu + (logvar / 2).exp() * torch.randn_like(mu)


def loss_function(x_hat, x, mu, logvar):
    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()
    return (bce + kl) / len(x)
