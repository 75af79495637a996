"""Samples in training mode; in evaluation mode the mean is decoded, of which the text says nothing."""
import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        if self.training:
            z = reparametrize(mu, logvar)
        else:
            z = mu
        return self.decoder(z), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar) if self.training else mu
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)


def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]
