"""Layers named in an `OrderedDict`, own initialisation of the weights."""
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F


def init(module):
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        nn.Module.__init__(self)
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                fc1=nn.Linear(input_size, 400),
                relu1=nn.ReLU(),
                fc2=nn.Linear(400, 400),
                relu2=nn.ReLU(),
                fc3=nn.Linear(400, 400),
                relu3=nn.ReLU(),
            )
        )
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            OrderedDict(
                fc1=nn.Linear(latent_size, 400),
                relu1=nn.ReLU(),
                fc2=nn.Linear(400, 400),
                relu2=nn.ReLU(),
                fc3=nn.Linear(400, 400),
                relu3=nn.ReLU(),
                fc4=nn.Linear(400, input_size),
                sigmoid=nn.Sigmoid(),
                image=nn.Unflatten(1, (1, side, side)),
            )
        )
        self.apply(init)

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        nn.Module.__init__(self)
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            OrderedDict(
                fc1=nn.Linear(input_size + num_classes, 400),
                relu1=nn.ReLU(),
                fc2=nn.Linear(400, 400),
                relu2=nn.ReLU(),
                fc3=nn.Linear(400, 400),
                relu3=nn.ReLU(),
            )
        )
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            OrderedDict(
                fc1=nn.Linear(latent_size + num_classes, 400),
                relu1=nn.ReLU(),
                fc2=nn.Linear(400, 400),
                relu2=nn.ReLU(),
                fc3=nn.Linear(400, 400),
                relu3=nn.ReLU(),
                fc4=nn.Linear(400, input_size),
                sigmoid=nn.Sigmoid(),
                image=nn.Unflatten(1, (1, side, side)),
            )
        )
        self.apply(init)

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)


def loss_function(x_hat, x, mu, logvar):
    pixels, latents = x_hat[0].numel(), mu.shape[1]
    bce = F.binary_cross_entropy(x_hat, x) * pixels
    kl = -0.5 * torch.mean(1 + logvar - mu**2 - logvar.exp()) * latents
    return bce + kl
