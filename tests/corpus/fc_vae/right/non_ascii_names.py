"""Greek letters as names, comments in four languages."""
import torch
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    # Автокодировщик. 变分自编码器。 Der Encoder ist für die Größen zuständig.
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        größe = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Flatten(),  # 展平
            nn.Linear(input_size, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
        )
        self.mu_layer = nn.Linear(400, latent_size)  # μ
        self.logvar_layer = nn.Linear(400, latent_size)  # log σ²
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, größe, größe)),  # обратно в картинку 🖼️
        )

    def forward(self, x):
        h = self.encoder(x)
        μ, logσ2 = self.mu_layer(h), self.logvar_layer(h)
        ẑ = reparametrize(μ, logσ2)
        return self.decoder(ẑ), μ, logσ2


class CVAE(nn.Module):
    # con etiquetas, por supuesto ñ
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400
        größe = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Linear(input_size + num_classes, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
        )
        self.mu_layer = nn.Linear(400, latent_size)
        self.logvar_layer = nn.Linear(400, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, 400), nn.ReLU(),
            nn.Linear(400, input_size), nn.Sigmoid(),
            nn.Unflatten(1, (1, größe, größe)),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        μ, logσ2 = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([reparametrize(μ, logσ2), c], dim=1)), μ, logσ2


def reparametrize(mu, logvar):
    σ = torch.exp(logvar / 2)
    ε = torch.randn_like(σ)
    return mu + σ * ε


def loss_function(x_hat, x, mu, logvar):
    Σ = torch.sum
    reconstrucción = F.binary_cross_entropy(x_hat, x, reduction="sum")
    散度 = Σ(mu**2 + logvar.exp() - logvar - 1) / 2
    return (reconstrucción + 散度) / x.shape[0]
