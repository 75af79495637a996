"""An own `MLP` class over a `ModuleList`, with `F.relu` and `torch.sigmoid` in its forward."""
import torch
import torch.nn.functional as F
from torch import nn


class MLP(nn.Module):
    def __init__(self, sizes, last):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(i, o) for i, o in zip(sizes[:-1], sizes[1:]))
        self.last = last

    def forward(self, x):
        x = x.flatten(1)
        for i, layer in enumerate(self.layers):
            x = layer(x)
            x = F.relu(x) if i < len(self.layers) - 1 else self.last(x)
        return x


class Decoder(MLP):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__([n_in, n_hidden, n_hidden, n_hidden, n_out], torch.sigmoid)
        self.side = int(n_out**0.5)

    def forward(self, z):
        return super().forward(z).unflatten(1, (1, self.side, self.side))


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = MLP([input_size, 400, 400, 400], F.relu)
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = Decoder(latent_size, 400, input_size)

    def forward(self, x):
        h = self.encoder.forward(x)
        mu, logvar = self.mu_layer.forward(h), self.logvar_layer.forward(h)
        return self.decoder.forward(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.num_classes = num_classes
        self.hidden_dim = 400
        self.encoder = MLP([input_size + num_classes, 400, 400, 400], F.relu)
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = Decoder(latent_size + num_classes, 400, input_size)

    def forward(self, x, c):
        h = self.encoder.forward(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer.forward(h), self.logvar_layer.forward(h)
        z = reparametrize(mu, logvar)
        return self.decoder.forward(torch.cat([z, c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)


def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction="none")
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp())
    return bce.sum([1, 2, 3]).mean() + kl.sum(1).mean()
