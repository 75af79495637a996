import torch
from torch import nn
from torch.nn import functional as F

IMG = 28


def hello_vae():
    print("Hello from vae.py!")


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
        x = x.reshape(-1, IMG * IMG)
        h = self.encoder(x)
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        x_hat = self.decoder(z)
        x_hat = x_hat.reshape(-1, 1, IMG, IMG)
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
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    return torch.normal(torch.zeros_like(mu), torch.ones_like(mu)) * logvar.mul(0.5).exp() + mu


def loss_function(x_hat, x, mu, logvar):
    bce = -(x * x_hat.clamp(min=1e-10).log() + (1 - x) * (1 - x_hat).clamp(min=1e-10).log())
    kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar)
    return bce.flatten(1).sum(1).mean() + kl.sum(1).mean()
