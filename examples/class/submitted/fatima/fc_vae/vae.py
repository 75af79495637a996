import torch
from torch import nn
import torch.nn.functional as F

def hello_vae():
    print('Hello from vae.py!')

def dense(n_in, n_out):
    # one layer of our network
    return nn.Sequential(nn.Linear(n_in, n_out), nn.ReLU())

class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size # H*W
        self.latent_size = latent_size # Z
        self.hidden_dim = 400
        hw = int(input_size**0.5)
        self.encoder = nn.Sequential(nn.Flatten(), dense(input_size, 400), dense(400, 400), dense(400, 400))
        self.mu_layer = dense(400, latent_size)
        self.logvar_layer = dense(400, latent_size)
        self.decoder = nn.Sequential(dense(latent_size, 400), dense(400, 400), dense(400, 400),
                                     nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, hw, hw)))

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar

class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.num_classes = num_classes
        self.hidden_dim = 400
        hw = int(input_size**0.5)
        self.encoder = nn.Sequential(dense(input_size + num_classes, 400), dense(400, 400), dense(400, 400))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(dense(latent_size + num_classes, 400), dense(400, 400), dense(400, 400),
                                     nn.Linear(400, input_size), nn.Sigmoid(), nn.Unflatten(1, (1, hw, hw)))

    def forward(self, x, c):
        h = self.encoder(torch.cat((x.flatten(1), c), dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat((z, c), dim=1)), mu, logvar

def reparametrize(mu, logvar):
    return mu + torch.exp(0.5*logvar)*torch.randn_like(mu)

def loss_function(x_hat, x, mu, logvar):
    n = x.size(0)
    bce = F.binary_cross_entropy(x_hat, x, reduction='sum')/n
    kl = -0.5*torch.sum(1 + logvar - mu**2 - torch.exp(logvar))/n
    return bce + kl
