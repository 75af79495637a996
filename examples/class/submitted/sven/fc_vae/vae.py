import torch
import torch.nn as nn
import torch.nn.functional as F

def hello_vae():
    print("Hej fran vae.py")

def stack(n_in):
    return [nn.Linear(n_in, 400), nn.ReLU(True), nn.Linear(400, 400), nn.ReLU(True), nn.Linear(400, 400), nn.ReLU(True)]

class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = nn.Sequential(nn.Flatten(), *stack(input_size))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(*stack(latent_size), nn.Linear(400, input_size), nn.Sigmoid())

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        x_hat = self.decoder(reparametrize(mu, logvar))
        return x_hat.view(x.shape), mu, logvar

class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = nn.Sequential(*stack(input_size + num_classes))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(*stack(latent_size + num_classes), nn.Linear(400, input_size), nn.Sigmoid())

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.view(x.shape[0], -1), c], 1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        x_hat = self.decoder(torch.cat([reparametrize(mu, logvar), c], 1))
        return x_hat.view(x.shape), mu, logvar

def reparametrize(mu, logvar):
    # saves memory!
    std = logvar.mul_(0.5).exp_()
    return torch.randn_like(std).mul_(std).add_(mu)

def loss_function(x_hat, x, mu, logvar):
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]
