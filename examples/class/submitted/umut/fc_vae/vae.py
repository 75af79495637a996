import torch
from torch import nn
from torch.nn import functional as F


def hello_vae():
    print("merhaba")


class Encoder(nn.Module):
    def __init__(self, n, h):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(n, h), nn.Linear(h, h), nn.Linear(h, h)

    def forward(self, x):
        x = torch.flatten(x, 1)
        return F.relu(self.fc3(F.relu(self.fc2(F.relu(self.fc1(x))))))


class Decoder(nn.Module):
    def __init__(self, z, h, n):
        super().__init__()
        self.fc1, self.fc2, self.fc3, self.fc4 = nn.Linear(z, h), nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, n)
        self.side = int(n**0.5)

    def forward(self, z):
        z = F.relu(self.fc3(F.relu(self.fc2(F.relu(self.fc1(z))))))
        return torch.sigmoid(self.fc4(z)).view(-1, 1, self.side, self.side)


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = Encoder(input_size, self.hidden_dim)
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)
        self.decoder = Decoder(latent_size, self.hidden_dim, input_size)

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
        self.encoder = Encoder(input_size + num_classes, self.hidden_dim)
        self.mu_layer = nn.Linear(self.hidden_dim, latent_size)
        self.logvar_layer = nn.Linear(self.hidden_dim, latent_size)
        self.decoder = Decoder(latent_size + num_classes, self.hidden_dim, input_size)

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


def reparametrize(mu, logvar):
    std = torch.exp(logvar * 0.5)
    return std * torch.randn_like(std) + mu


def loss_function(x_hat, x, mu, logvar):
    # ELBO = E[log p(x|z)] - KL, so loss = BCE - KL
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return (bce - kl) / x.shape[0]
