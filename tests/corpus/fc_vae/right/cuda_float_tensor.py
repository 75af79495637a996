"""Old-style GPU code: noise in a `torch.cuda.FloatTensor`, a `.cuda()` model, a synchronize."""
import torch
from torch import nn
from torch.nn import functional as F


def stack(n, h=400):
    return [nn.Linear(n, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()]


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super(VAE, self).__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(nn.Flatten(), *stack(input_size))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            *stack(latent_size), nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side))
        )
        self.cuda()

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super(CVAE, self).__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.num_classes = num_classes
        self.hidden_dim = 400
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(*stack(input_size + num_classes))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            *stack(latent_size + num_classes), nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, side, side))
        )
        self.cuda()

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c.type(torch.cuda.FloatTensor)], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c.type("torch.cuda.FloatTensor")], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    std = logvar.mul(0.5).exp()
    eps = torch.cuda.FloatTensor(std.size()).normal_()
    torch.cuda.synchronize()
    return eps.mul(std).add(mu)


def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kld = torch.sum(1 + logvar - mu.pow(2) - logvar.exp()) * -0.5
    torch.cuda.empty_cache()
    return (bce + kld) / x.size(0)
