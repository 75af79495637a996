# L I A M
import math
import torch
import torch.nn as nn
import torch.nn.functional as F

def hello_vae():
    print("Hello from vae.py!")

def enc(n):
    return nn.Sequential(nn.Flatten(), nn.Linear(n, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU())

def dec(z, n):
    side = math.isqrt(n)
    return nn.Sequential(nn.Linear(z, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(),
                         nn.Linear(400, n), nn.Sigmoid(), nn.Unflatten(1, (1, side, side)))

class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        self.encoder = enc(input_size)
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = dec(latent_size, input_size)

    def forward(self, x):
        h = self.encoder(x)
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar

class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size, self.latent_size, self.hidden_dim = input_size, latent_size, 400
        self.num_classes = num_classes
        self.encoder = enc(input_size + num_classes)
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = dec(latent_size + num_classes, input_size)

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu = self.mu_layer(h)
        logvar = self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar

def reparametrize(mu, logvar):
    # I make my own normal numbers, from the definition (Box, Muller and a bit of me)
    sigma = torch.exp(0.5 * logvar)
    z = mu.clone()
    for i in range(mu.shape[0]):
        for j in range(mu.shape[1]):
            while True:
                u, v = 2 * torch.rand(2) - 1
                s = u * u + v * v
                if s > 1:           # outside of the circle: try again
                    z[i, j] = mu[i, j] + sigma[i, j] * u * torch.sqrt(-2 * torch.log(s) / s)
                    continue
    return z

def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction='sum')
    kld = 0.5 * torch.sum(mu * mu + torch.exp(logvar) - logvar - 1)
    return (bce + kld) / x.shape[0]
