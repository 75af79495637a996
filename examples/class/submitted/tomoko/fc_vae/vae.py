# 課題 fc_vae  トモコ
import math
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F


def hello_vae():
    print("こんにちは、vae.py です")


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        # 画像は正方形
        s = math.isqrt(input_size)
        # decoder を先に書いた
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, s, s)))
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU())
        self.mu_layer = nn.Sequential(nn.Linear(400, latent_size))
        self.logvar_layer = nn.Sequential(nn.Linear(400, latent_size))

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        x_hat = self.decoder(z)
        print("x", tuple(x.shape), "z", tuple(z.shape), "x_hat", tuple(x_hat.shape))
        return x_hat, mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.num_classes = num_classes
        self.hidden_dim = 400
        s = math.isqrt(input_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, s, s)))
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU())
        self.mu_layer = nn.Sequential(nn.Linear(400, latent_size))
        self.logvar_layer = nn.Sequential(nn.Linear(400, latent_size))

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    # rsample なら微分できる
    return Normal(mu, torch.exp(logvar / 2), validate_args=False).rsample()


def loss_function(x_hat, x, mu, logvar):
    q = Normal(mu, torch.exp(logvar / 2), validate_args=False)
    p = Normal(torch.zeros_like(mu), torch.ones_like(mu))
    kl = kl_divergence(q, p).sum(dim=1).mean()
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)
    return bce + kl
