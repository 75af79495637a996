"""Noise from `torch.normal(zeros, ones)`; the standard deviation as the root of the variance."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def hello_vae():
    print("hello")


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super(VAE, self).__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = math.isqrt(input_size)
        self.encoder = nn.Sequential(
            nn.Flatten(1),
            nn.Linear(self.input_size, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
        )
        self.mu_layer = nn.Linear(self.hidden_dim, self.latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, self.latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(self.latent_size, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.input_size),
            nn.Sigmoid(),
            nn.Unflatten(dim=1, unflattened_size=(1, side, side)),
        )

    def forward(self, x):
        features = self.encoder(x)
        mu = self.mu_layer(features)
        logvar = self.logvar_layer(features)
        z = reparametrize(mu, logvar)
        x_hat = self.decoder(z)
        return x_hat, mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super(CVAE, self).__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = math.isqrt(input_size)
        self.encoder = nn.Sequential(
            nn.Linear(self.input_size + self.num_classes, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
        )
        self.mu_layer = nn.Linear(self.hidden_dim, self.latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, self.latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(self.latent_size + self.num_classes, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.hidden_dim),
            nn.ReLU(inplace=True),
            nn.Linear(self.hidden_dim, self.input_size),
            nn.Sigmoid(),
            nn.Unflatten(dim=1, unflattened_size=(1, side, side)),
        )

    def forward(self, x, c):
        x_and_c = torch.hstack([x.view(x.size(0), -1), c])
        features = self.encoder(x_and_c)
        mu = self.mu_layer(features)
        logvar = self.logvar_layer(features)
        z = reparametrize(mu, logvar)
        x_hat = self.decoder(torch.hstack([z, c]))
        return x_hat, mu, logvar


def reparametrize(mu, logvar):
    noise = torch.normal(torch.zeros_like(mu), torch.ones_like(mu))
    variance = torch.exp(logvar)
    return torch.sqrt(variance) * noise + mu


def loss_function(x_hat, x, mu, logvar):
    N = mu.size(0)
    bce_loss = nn.BCELoss(reduction="sum")(x_hat, x)
    kl_loss = 0.5 * torch.sum(torch.exp(logvar) + mu * mu - 1.0 - logvar)
    return bce_loss / N + kl_loss / N
