"""Uses the GPU where there is one; leftover imports, a training script under the main guard."""
import math

import matplotlib
import numpy as np
import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

matplotlib.use("Agg")
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
BATCH = 128


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = int(np.sqrt(input_size))
        h = self.hidden_dim
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(input_size, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()
        )
        self.mu_layer = nn.Linear(h, latent_size)
        self.logvar_layer = nn.Linear(h, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(),
            nn.Linear(h, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side)),
        )
        self.to(device)

    def forward(self, x):
        x = x.to(device)
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = math.isqrt(input_size)
        h = self.hidden_dim
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()
        )
        self.mu_layer = nn.Linear(h, latent_size)
        self.logvar_layer = nn.Linear(h, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(),
            nn.Linear(h, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side)),
        )
        if torch.cuda.is_available():
            self.cuda()

    def forward(self, x, c):
        x, c = x.to(device), c.to(device)
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    eps = torch.randn_like(mu)
    if torch.cuda.is_available():
        eps = eps.cuda()
    return mu + eps * torch.exp(0.5 * logvar)


def loss_function(x_hat, x, mu, logvar):
    x = x.to(x_hat.device)
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


if __name__ == "__main__":
    model = VAE(784)
    opt = optim.Adam(model.parameters(), lr=1e-3)
    for (x,) in DataLoader(TensorDataset(torch.rand(512, 1, 28, 28)), batch_size=BATCH):
        opt.zero_grad()
        loss = loss_function(*model(x)[:1], x, *model(x)[1:])
        loss.backward()
        opt.step()
        print(loss.item())
