"""The decoder is built first, then the heads, the encoder last; the parameters are born in that order."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        side = int(input_size**0.5)
        self.hidden_dim = 400
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Unflatten(1, (1, side, side)),
            nn.Sigmoid(),
        )
        self.logvar_layer = nn.Linear(400, latent_size)
        self.mu_layer = nn.Linear(400, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.latent_size = latent_size
        self.input_size = input_size

    def forward(self, x):
        h = self.encoder(x)
        logvar = self.logvar_layer(h)
        mu = self.mu_layer(h)
        x_hat = self.decoder(reparametrize(mu=mu, logvar=logvar))
        return x_hat, mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        side = int(input_size**0.5)
        self.hidden_dim = 400
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Unflatten(1, (1, side, side)),
            nn.Sigmoid(),
        )
        self.logvar_layer = nn.Linear(400, latent_size)
        self.mu_layer = nn.Linear(400, latent_size)
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.latent_size = latent_size
        self.num_classes = num_classes
        self.input_size = input_size

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        logvar = self.logvar_layer(h)
        mu = self.mu_layer(h)
        x_hat = self.decoder(torch.cat([reparametrize(mu=mu, logvar=logvar), c], dim=1))
        return x_hat, mu, logvar


def reparametrize(mu, logvar):
    return mu + torch.exp(logvar / 2) * torch.randn(mu.size(), dtype=mu.dtype, device=mu.device)


def loss_function(x_hat, x, mu, logvar):
    return (
        F.binary_cross_entropy(input=x_hat, target=x, reduction="sum")
        - 0.5 * torch.sum(1 + logvar - mu * mu - torch.exp(logvar))
    ) / x.size(0)
