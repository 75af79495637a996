"""Everything sits in Sequentials within Sequentials, single Linear layers and the heads included."""
import torch
from torch import nn
from torch.nn import functional as F


def block(i, o):
    return nn.Sequential(nn.Sequential(nn.Linear(i, o)), nn.Sequential(nn.ReLU()))


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Sequential(block(input_size, 400), nn.Sequential(block(400, 400), block(400, 400)))
        )
        self.mu_layer = nn.Sequential(nn.Linear(400, latent_size))
        self.logvar_layer = nn.Sequential(nn.Linear(400, latent_size))
        self.decoder = nn.Sequential(
            nn.Sequential(block(latent_size, 400), block(400, 400), block(400, 400)),
            nn.Sequential(nn.Linear(400, input_size), nn.Sigmoid()),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        self.num_classes = num_classes
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            block(input_size + num_classes, 400), nn.Sequential(block(400, 400), block(400, 400))
        )
        self.mu_layer = nn.Sequential(nn.Linear(400, latent_size))
        self.logvar_layer = nn.Sequential(nn.Linear(400, latent_size))
        self.decoder = nn.Sequential(
            nn.Sequential(block(latent_size + num_classes, 400), block(400, 400), block(400, 400)),
            nn.Sequential(nn.Linear(400, input_size), nn.Sigmoid()),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    def std():
        return torch.exp(0.5 * logvar)

    def noise():
        return torch.randn_like(mu)

    return mu + std() * noise()


def loss_function(x_hat, x, mu, logvar):
    N = x.shape[0]
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / N - 0.5 / N * (1 + logvar - mu**2 - logvar.exp()).sum()
