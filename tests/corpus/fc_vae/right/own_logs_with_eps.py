"""The cross entropy written out with logarithms and a small eps."""
import torch
import torch.nn as nn


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.latent_size, self.input_size = latent_size, input_size
        H = self.hidden_dim = 400
        w = int(input_size ** .5)
        self.encoder = nn.Sequential(nn.Flatten(),
                                     nn.Linear(input_size, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU())
        self.mu_layer = nn.Linear(H, latent_size)
        self.logvar_layer = nn.Linear(H, latent_size)
        self.decoder = nn.Sequential(nn.Linear(latent_size, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU(),
                                     nn.Linear(H, input_size), nn.Sigmoid(),
                                     nn.Unflatten(1, (1, w, w)))

    def forward(self, x):
        h = self.encoder(x)
        mu = self.mu_layer(h); logvar = self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.latent_size, self.input_size, self.num_classes = latent_size, input_size, num_classes
        H = self.hidden_dim = 400
        w = int(input_size ** .5)
        self.encoder = nn.Sequential(nn.Linear(input_size + num_classes, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU())
        self.mu_layer = nn.Linear(H, latent_size)
        self.logvar_layer = nn.Linear(H, latent_size)
        self.decoder = nn.Sequential(nn.Linear(latent_size + num_classes, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU(),
                                     nn.Linear(H, H), nn.ReLU(),
                                     nn.Linear(H, input_size), nn.Sigmoid(),
                                     nn.Unflatten(1, (1, w, w)))

    def forward(self, x, c):
        h = self.encoder(torch.cat([torch.flatten(x, start_dim=1), c], dim=-1))
        mu = self.mu_layer(h); logvar = self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=-1)), mu, logvar


def reparametrize(mu, logvar):
    return torch.randn_like(logvar) * torch.exp(.5 * logvar) + mu


def loss_function(x_hat, x, mu, logvar):
    eps = 1e-8
    bce = -(x * torch.log(x_hat + eps) + (1 - x) * torch.log(1 - x_hat + eps))
    kl = -.5 * (1 + logvar - mu ** 2 - torch.exp(logvar))
    return bce.sum() / bce.shape[0] + kl.sum() / kl.shape[0]
