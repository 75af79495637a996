"""The sampler is `Normal(mu, std).rsample()`; the layers come out of a loop."""
import torch
from torch import nn
from torch.distributions import Normal
from torch.nn import functional as F


def layers(*sizes):
    out = []
    for a, b in zip(sizes, sizes[1:]):
        out += [nn.Linear(a, b), nn.ReLU()]
    return out


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = nn.Sequential(nn.Flatten(), *layers(input_size, 400, 400, 400))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        side = round(input_size**0.5)
        self.decoder = nn.Sequential(
            *layers(latent_size, 400, 400, 400), nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side))
        )

    def forward(self, x):
        h = self.encoder(x)
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.num_classes = num_classes
        self.hidden_dim = 400
        self.encoder = nn.Sequential(*layers(input_size + num_classes, 400, 400, 400))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        side = round(input_size**0.5)
        self.decoder = nn.Sequential(
            *layers(latent_size + num_classes, 400, 400, 400),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    return Normal(mu, logvar.mul(0.5).exp(), validate_args=False).rsample()


def loss_function(x_hat, x, mu, logvar):
    rec = F.binary_cross_entropy(x_hat, x, reduction="none").sum(dim=(1, 2, 3))
    kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(1)
    return torch.mean(rec + kl)
