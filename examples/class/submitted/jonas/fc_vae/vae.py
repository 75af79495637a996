"""
vae.py
Jonas, submitted 5 minutes before the deadline (sorry for the mess)
"""
import torch
from torch import nn
from torch.nn import functional as F
import numpy as np


def hello_vae():
    print("Hello from vae.py!")


class VAE(nn.Module):

    def __init__(self, input_size, latent_size=15):
        super(VAE, self).__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400

        # encoder
        enc = []
        enc.append(nn.Flatten())
        enc.append(nn.Linear(input_size, self.hidden_dim))
        enc.append(nn.ReLU())
        enc.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        enc.append(nn.ReLU())
        enc.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        enc.append(nn.ReLU())
        self.encoder = nn.Sequential(*enc)
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)

        # decoder
        dec = []
        dec.append(nn.Linear(latent_size, self.hidden_dim))
        dec.append(nn.ReLU())
        dec.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        dec.append(nn.ReLU())
        dec.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        dec.append(nn.ReLU())
        dec.append(nn.Linear(self.hidden_dim, input_size))
        dec.append(nn.Sigmoid())
        dec.append(nn.Unflatten(1, (1, int(np.sqrt(input_size)), int(np.sqrt(input_size)))))
        self.decoder = nn.Sequential(*dec)

    def forward(self, x):
        hidden = self.encoder(x)
        mu = self.mu_layer(hidden)
        logvar = self.logvar_layer(hidden)
        # z = mu
        z = reparametrize(mu, logvar)
        x_hat = self.decoder(z)
        return x_hat, mu, logvar


class CVAE(nn.Module):

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super(CVAE, self).__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400

        enc = []
        enc.append(nn.Linear(input_size + num_classes, self.hidden_dim))
        enc.append(nn.ReLU())
        enc.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        enc.append(nn.ReLU())
        enc.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        enc.append(nn.ReLU())
        self.encoder = nn.Sequential(*enc)
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)

        dec = []
        dec.append(nn.Linear(latent_size + num_classes, self.hidden_dim))
        dec.append(nn.ReLU())
        dec.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        dec.append(nn.ReLU())
        dec.append(nn.Linear(self.hidden_dim, self.hidden_dim))
        dec.append(nn.ReLU())
        dec.append(nn.Linear(self.hidden_dim, input_size))
        dec.append(nn.Sigmoid())
        dec.append(nn.Unflatten(1, (1, int(np.sqrt(input_size)), int(np.sqrt(input_size)))))
        self.decoder = nn.Sequential(*dec)

    def forward(self, x, c):
        x_flat = x.reshape(x.shape[0], -1)
        # print(x_flat.shape, c.shape)
        hidden = self.encoder(torch.cat([x_flat, c], dim=1))
        mu = self.mu_layer(hidden)
        logvar = self.logvar_layer(hidden)
        z = reparametrize(mu, logvar)
        x_hat = self.decoder(torch.cat([z, c], dim=1))
        return x_hat, mu, logvar


def reparametrize(mu, logvar):
    sigma = torch.exp(logvar / 2)
    epsilon = torch.rand_like(sigma)
    # epsilon = torch.randn(1)
    z = mu + sigma * epsilon
    return z


def loss_function(x_hat, x, mu, logvar):
    rec = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    loss = rec + kl
    # loss = loss / 128 ???
    return loss
