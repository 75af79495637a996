"""One wide head makes mu and logvar in one go; the two attributes are the two halves of it."""
import torch
from torch import nn
from torch.nn import functional as F


class Half(nn.Module):
    """One half of what a shared layer gives."""

    def __init__(self, layer, which):
        super().__init__()
        self.layer = layer
        self.which = which

    def forward(self, h):
        return torch.chunk(self.layer(h), 2, dim=-1)[self.which]


def relu_layers(n_in, n_hidden):
    sizes = [n_in] + 3 * [n_hidden]
    return [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.ReLU())]


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = nn.Sequential(nn.Flatten(), *relu_layers(input_size, 400))
        wide = nn.Linear(400, 2 * latent_size)
        self.mu_layer = Half(wide, 0)
        self.logvar_layer = Half(wide, 1)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            *relu_layers(latent_size, 400), nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side))
        )

    def forward(self, x):
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
        self.encoder = nn.Sequential(*relu_layers(input_size + num_classes, 400))
        wide = nn.Linear(400, 2 * latent_size)
        self.mu_layer = Half(wide, 0)
        self.logvar_layer = Half(wide, 1)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            *relu_layers(latent_size + num_classes, 400),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    return mu + torch.randn_like(mu) * torch.exp(logvar / 2)


def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = 0.5 * torch.sum(mu**2 + logvar.exp() - logvar - 1)
    return (bce + kl) / x.shape[0]
