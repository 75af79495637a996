"""In-place guards that change nothing that is asked: `x_hat` clamped by a hair, exponent limited far out."""
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
        x_hat = self.decoder(reparametrize(mu, logvar)).clone()
        x_hat.clamp_(1e-7, 1 - 1e-7)
        return x_hat, mu, logvar


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
        rows = torch.empty(x.shape[0], self.input_size + self.num_classes, dtype=x.dtype, device=x.device)
        rows[:, : self.input_size] = x.flatten(1)
        rows[:, self.input_size :] = c
        h = self.encoder(rows)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        x_hat = self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)).clone()
        x_hat.clamp_(1e-7, 1 - 1e-7)
        return x_hat, mu, logvar


def reparametrize(mu, logvar):
    return mu + torch.randn_like(mu) * (0.5 * logvar).clamp_(max=40).exp_()


def loss_function(x_hat, x, mu, logvar):
    x_hat.data.clamp_(1e-7, 1 - 1e-7)  # log(0) is the end of every training
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]
