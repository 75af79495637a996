"""The functions are static methods of helper classes, bound to the public names at the end."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Latent:
    @staticmethod
    def std(logvar):
        return torch.exp(0.5 * logvar)

    @staticmethod
    def sample(mu, logvar):
        return mu + Latent.std(logvar) * torch.randn_like(mu)


class Elbo:
    @staticmethod
    def rec(x_hat, x):
        return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]

    @staticmethod
    def kl(mu, logvar):
        return (mu.pow(2) + Latent.std(logvar).pow(2) - logvar - 1).sum(dim=1).div(2).mean(dim=0)

    @classmethod
    def loss(cls, x_hat, x, mu, logvar):
        return cls.rec(x_hat, x) + cls.kl(mu, logvar)


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = self.make_encoder(input_size, self.hidden_dim)
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)
        self.decoder = self.make_decoder(latent_size, self.hidden_dim, input_size)

    @staticmethod
    def make_encoder(n_in, n_hidden):
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(n_in, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_hidden),
            nn.ReLU(),
        )

    @staticmethod
    def make_decoder(n_in, n_hidden, n_out):
        side = int(n_out**0.5)
        return nn.Sequential(
            nn.Linear(n_in, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_out),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
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
        self.encoder = VAE.make_encoder(input_size + num_classes, self.hidden_dim)
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)
        self.decoder = VAE.make_decoder(latent_size + num_classes, self.hidden_dim, input_size)

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


reparametrize = Latent.sample
loss_function = Elbo.loss
