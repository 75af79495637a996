"""`reparametrize` and `loss_function` are instances of own `nn.Module` classes."""
import torch
from torch import nn


class Sampling(nn.Module):
    def forward(self, mu, logvar):
        return mu + torch.randn_like(mu) * (logvar * 0.5).exp()


class NegativeElbo(nn.Module):
    def __init__(self):
        super().__init__()
        self.bce = nn.BCELoss(reduction="none")

    def forward(self, x_hat, x, mu, logvar):
        rec = self.bce(x_hat, x).reshape(len(x), -1).sum(-1)
        kl = (0.5 * (mu * mu + logvar.exp() - logvar - 1)).sum(-1)
        return (rec + kl).mean()


class Encoder(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_hidden)
        self.fc3 = nn.Linear(n_hidden, n_hidden)

    def forward(self, x):
        x = x.reshape(x.shape[0], -1)
        return torch.relu(self.fc3(torch.relu(self.fc2(torch.relu(self.fc1(x))))))


class Decoder(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.out = nn.Linear(n_hidden, n_out)
        self.fc3 = nn.Linear(n_hidden, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_hidden)
        self.fc1 = nn.Linear(n_in, n_hidden)

    def forward(self, z):
        z = self.fc1(z).clamp(min=0)
        z = self.fc2(z).clamp(min=0)
        z = self.fc3(z).clamp(min=0)
        z = self.out(z).sigmoid()
        side = int(z.shape[1] ** 0.5)
        return z.reshape(z.shape[0], 1, side, side)


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = Encoder(input_size, 400)
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = Decoder(latent_size, 400, input_size)

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
        self.encoder = Encoder(input_size + num_classes, 400)
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = Decoder(latent_size + num_classes, 400, input_size)

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.reshape(x.shape[0], -1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu, logvar


reparametrize = Sampling()
loss_function = NegativeElbo()
