"""`CVAE` is a `VAE` of wider inputs: it inherits all and replaces the first layers."""
import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = nn.Sequential(nn.Flatten(), *self._stack(input_size))
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)
        self.decoder = self._make_decoder(latent_size)

    def _stack(self, n):
        h = self.hidden_dim
        return nn.Linear(n, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()

    def _make_decoder(self, n):
        s = int(self.input_size**0.5)
        return nn.Sequential(
            *self._stack(n), nn.Linear(self.hidden_dim, self.input_size), nn.Sigmoid(), nn.Unflatten(1, (1, s, s))
        )

    def _encode(self, inp):
        h = self.encoder(inp)
        return self.mu_layer(h), self.logvar_layer(h)

    def forward(self, x):
        mu, logvar = self._encode(x)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(VAE):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, latent_size)
        self.num_classes = num_classes
        self.encoder = nn.Sequential(nn.Flatten(), *self._stack(input_size + num_classes))
        self.decoder = self._make_decoder(latent_size + num_classes)

    def forward(self, x, c):
        mu, logvar = self._encode(torch.cat([x.flatten(1), c], 1))
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], 1)), mu, logvar


def reparametrize(mu, logvar):
    return mu + torch.randn_like(mu) * (0.5 * logvar).exp()


def loss_function(x_hat, x, mu, logvar):
    n = x.shape[0]
    bce = sum(F.binary_cross_entropy(a, b, reduction="sum") for a, b in zip(x_hat, x))
    kl = sum(0.5 * (m @ m + v.exp().sum() - v.sum() - len(m)) for m, v in zip(mu, logvar))
    return (bce + kl) / n
