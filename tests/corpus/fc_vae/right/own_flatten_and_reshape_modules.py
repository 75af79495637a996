"""Own `Flatten` and `ToImage` modules in place of PyTorch's; CVAE's encoder has its Flatten, too."""
import torch
from torch import nn


class Flatten(nn.Module):
    def forward(self, x):
        return x.view(x.size(0), -1)


class ToImage(nn.Module):
    def forward(self, flat):
        side = int(flat.size(1) ** 0.5)
        return flat.view(-1, 1, side, side)


class Beside(nn.Module):
    """Rows of a beside rows of b."""

    def forward(self, a, b):
        return torch.cat([a, b], dim=1)


def body(n_in, n_hidden):
    return (
        nn.Linear(n_in, n_hidden),
        nn.ReLU(),
        nn.Linear(n_hidden, n_hidden),
        nn.ReLU(),
        nn.Linear(n_hidden, n_hidden),
        nn.ReLU(),
    )


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        self.encoder = nn.Sequential(Flatten(), *body(input_size, 400))
        self.mu_layer, self.logvar_layer = nn.Linear(400, latent_size), nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(*body(latent_size, 400), nn.Linear(400, input_size), nn.Sigmoid(), ToImage())

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        self.num_classes = num_classes
        self.flatten, self.beside = Flatten(), Beside()
        self.encoder = nn.Sequential(Flatten(), *body(input_size + num_classes, 400))
        self.mu_layer, self.logvar_layer = nn.Linear(400, latent_size), nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            *body(latent_size + num_classes, 400), nn.Linear(400, input_size), nn.Sigmoid(), ToImage()
        )

    def forward(self, x, c):
        h = self.encoder(self.beside(self.flatten(x), c))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(self.beside(reparametrize(mu, logvar), c)), mu, logvar


def reparametrize(mu, logvar):
    return torch.addcmul(mu, torch.randn_like(mu), logvar.exp().sqrt())


bce = nn.BCELoss(reduction="sum")


def loss_function(x_hat, x, mu, logvar):
    kl = ((mu.square() + logvar.exp() - logvar).sum() - mu.numel()) / 2
    return (bce(x_hat, x) + kl) / mu.shape[0]
