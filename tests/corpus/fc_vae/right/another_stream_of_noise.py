"""Right samples from another stream: transposed draws, subtracted (the normal law is symmetric)."""
import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = hidden = 400
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(hidden, latent_size)
        self.logvar_layer = nn.Linear(hidden, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, input_size),
            nn.Sigmoid(),
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)).view_as(x), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = hidden = 400
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(hidden, latent_size)
        self.logvar_layer = nn.Linear(hidden, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, input_size),
            nn.Sigmoid(),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)).view_as(x), mu, logvar


def reparametrize(mu, logvar):
    torch.rand(7)  # from an experiment with dropout, forgotten here
    noise = torch.randn(mu.shape[::-1], dtype=mu.dtype, device=mu.device).T
    return mu - noise * torch.exp(0.5 * logvar)


def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return torch.stack([bce, kl]).sum() / x.shape[0]
