"""The two heads are cut by `torch.chunk` out of one wide, fresh Linear layer, and live on by themselves."""
import torch
from torch import nn
from torch.nn import functional as F


def two_heads(n_in, n_out):
    wide = nn.Linear(n_in, 2 * n_out)
    heads = nn.Linear(n_in, n_out), nn.Linear(n_in, n_out)
    parts = zip(heads, torch.chunk(wide.weight, 2), torch.chunk(wide.bias, 2))
    with torch.no_grad():
        for head, weight, bias in parts:
            head.weight.copy_(weight)
            head.bias.copy_(bias)
    return heads


def three(n, h):
    return nn.Sequential(
        *(layer for i in (n, h, h) for layer in (nn.Linear(i, h), nn.ReLU()))
    )


class Both(nn.Module):
    """What VAE and CVAE have in common; `extra` is the number of label columns."""

    def __init__(self, input_size, latent_size, extra):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(nn.Flatten(), three(input_size + extra, 400))
        self.mu_layer, self.logvar_layer = two_heads(400, latent_size)
        self.decoder = nn.Sequential(
            three(latent_size + extra, 400), nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side))
        )

    def run(self, x, *label):
        x = x.flatten(1)
        h = self.encoder(torch.cat([x, *label], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, *label], dim=1)), mu, logvar


class VAE(Both):
    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size, 0)

    def forward(self, x):
        return self.run(x)


class CVAE(Both):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, latent_size, num_classes)
        self.num_classes = num_classes

    def forward(self, x, c):
        return self.run(x, c)


def reparametrize(mu, logvar):
    eps = mu.new_empty(mu.shape).normal_()
    return torch.addcmul(mu, eps, torch.pow(torch.exp(logvar), 0.5))


def loss_function(x_hat, x, mu, logvar):
    var = logvar.exp()
    per_pixel = F.binary_cross_entropy(x_hat, x, reduction="none")
    per_latent = 0.5 * (var + mu**2 - 1 - logvar)
    per_image = torch.cat([per_pixel.flatten(1), per_latent], dim=1).sum(dim=1)
    return per_image.mean()
