"""`reparametrize` and `loss_function` are lambdas."""
import torch as t
import torch.nn as nn
import torch.nn.functional as F

reparametrize = lambda mu, logvar: mu + t.randn_like(mu) * t.exp(logvar / 2)
kl = lambda mu, logvar: -0.5 * t.sum(1 + logvar - mu**2 - t.exp(logvar))
loss_function = lambda x_hat, x, mu, logvar: (
    F.binary_cross_entropy(x_hat, x, reduction="sum") + kl(mu, logvar)
) / x.shape[0]
mlp = lambda i, h: [nn.Linear(i, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()]
side = lambda n: int(n**0.5)


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.hidden_dim = 400
        self.input_size = input_size
        self.latent_size = latent_size
        self.encoder = nn.Sequential(nn.Flatten(), *mlp(input_size, 400))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            *mlp(latent_size, 400), nn.Linear(400, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, side(input_size), side(input_size)))
        )

    def forward(self, x):
        h = self.encoder(x)
        params = self.mu_layer(h), self.logvar_layer(h)
        return (self.decoder(reparametrize(*params)), *params)


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.hidden_dim = 400
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.encoder = nn.Sequential(*mlp(input_size + num_classes, 400))
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            *mlp(latent_size + num_classes, 400), nn.Linear(400, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, side(input_size), side(input_size)))
        )

    def forward(self, x, c):
        h = self.encoder(t.cat([x.flatten(1), c], 1))
        params = self.mu_layer(h), self.logvar_layer(h)
        return (self.decoder(t.cat([reparametrize(*params), c], 1)), *params)
