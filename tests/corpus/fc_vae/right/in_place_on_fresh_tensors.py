"""In-place arithmetic wherever a tensor is fresh: `exp_`, `mul_`, `add_`, `div_`."""
import torch
from torch import nn
from torch.nn import functional as F


class _Net(nn.Module):
    def _build(self, enc_in, dec_in):
        h, side = self.hidden_dim, int(self.input_size**0.5)
        relu = lambda: nn.ReLU(True)
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(enc_in, h), relu(), nn.Linear(h, h), relu(), nn.Linear(h, h), relu()
        )
        self.mu_layer = nn.Linear(h, self.latent_size)
        self.logvar_layer = nn.Linear(h, self.latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(dec_in, h), relu(), nn.Linear(h, h), relu(), nn.Linear(h, h), relu(),
            nn.Linear(h, self.input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side)),
        )


class VAE(_Net):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.hidden_dim, self.input_size, self.latent_size = 400, input_size, latent_size
        self._build(input_size, latent_size)

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(_Net):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.hidden_dim, self.input_size, self.latent_size = 400, input_size, latent_size
        self.num_classes = num_classes
        self._build(input_size + num_classes, latent_size + num_classes)

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], 1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], 1)), mu, logvar


def reparametrize(mu, logvar):
    std = logvar.mul(0.5).exp_()
    eps = torch.empty_like(mu).normal_()
    return eps.mul(std).add_(mu)


def loss_function(x_hat, x, mu, logvar):
    loss = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = (mu**2).add_(logvar.exp()).sub_(logvar).sub_(1).sum().mul_(0.5)
    return loss.add_(kl).div_(x.shape[0])
