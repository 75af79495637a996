import torch
import torch.nn as nn
import torch.nn.functional as F


def hello_vae():
    print("Olá do vae.py!")


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        lado = int(input_size**0.5)

        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
        )
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, lado, lado)),
        )

    def forward(self, x):
        h = self.encoder(x)
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(z), mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        lado = int(input_size**0.5)

        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
        )
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, self.hidden_dim), nn.ReLU(),
            nn.Linear(self.hidden_dim, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, lado, lado)),
        )

    def forward(self, x, c):
        # não percebo este erro: "Sizes of tensors must match except in dimension 0"
        xc = torch.cat([x.flatten(1), c])
        h = self.encoder(xc)
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c])), mu, logvar


def reparametrize(mu, logvar):
    desvio = torch.exp(logvar / 2)
    return mu + desvio * torch.randn_like(desvio)


def loss_function(x_hat, x, mu, logvar):
    N = x.shape[0]
    bce = nn.functional.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum()
    return bce / N + kl / N
