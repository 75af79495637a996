"""The constructors take more than they must: keyword-only width, activation, `**kwargs`; a settings dataclass."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Settings:
    n_in: int
    n_latent: int
    n_hidden: int = 400
    n_labels: int = 0
    act: type = nn.ReLU

    def stack(self, n):
        for size in (n, self.n_hidden, self.n_hidden):
            yield nn.Linear(size, self.n_hidden)
            yield self.act()

    def encoder(self):
        return nn.Sequential(nn.Flatten(), *self.stack(self.n_in + self.n_labels))

    def head(self):
        return nn.Linear(self.n_hidden, self.n_latent)

    def decoder(self):
        side = int(self.n_in**0.5)
        return nn.Sequential(
            *self.stack(self.n_latent + self.n_labels),
            nn.Linear(self.n_hidden, self.n_in),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15, *, hidden_dim=400, activation=nn.ReLU, **kwargs):
        super().__init__()
        self.cfg = Settings(input_size, latent_size, hidden_dim, 0, activation)
        self.encoder, self.decoder = self.cfg.encoder(), self.cfg.decoder()
        self.mu_layer, self.logvar_layer = self.cfg.head(), self.cfg.head()
        self.name = kwargs.pop("name", "vae")

    @property
    def input_size(self):
        return self.cfg.n_in

    @property
    def latent_size(self):
        return self.cfg.n_latent

    @property
    def hidden_dim(self):
        return self.cfg.n_hidden

    def forward(self, x, **ignored):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15, *, hidden_dim=400, activation=nn.ReLU, **kwargs):
        super().__init__()
        self.cfg = Settings(input_size, latent_size, hidden_dim, num_classes, activation)
        self.encoder, self.decoder = self.cfg.encoder(), self.cfg.decoder()
        self.mu_layer, self.logvar_layer = self.cfg.head(), self.cfg.head()

    input_size, latent_size, hidden_dim = VAE.input_size, VAE.latent_size, VAE.hidden_dim

    @property
    def num_classes(self):
        return self.cfg.n_labels

    def forward(self, x, c, **ignored):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


def reparametrize(mu, logvar, temperature=1.0):
    return mu + temperature * torch.randn_like(mu) * torch.exp(0.5 * logvar)


def loss_function(x_hat, x, mu, logvar, beta=1.0):
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + beta * kl) / x.shape[0]
