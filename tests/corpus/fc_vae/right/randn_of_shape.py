"""Noise of a written-out shape, `torch.randn(N, Z)`, moved to where mu is; long names, step by step."""
import torch
import torch.nn as nn
import torch.nn.functional as F

HIDDEN = 400


class VAE(nn.Module):
    def __init__(self, input_size, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = HIDDEN
        self.side = int(input_size ** 0.5)

        encoder_layers = []
        encoder_layers.append(nn.Flatten())
        encoder_layers.append(nn.Linear(input_size, HIDDEN))
        encoder_layers.append(nn.ReLU())
        for _ in range(2):
            encoder_layers.append(nn.Linear(HIDDEN, HIDDEN))
            encoder_layers.append(nn.ReLU())
        self.encoder = nn.Sequential(*encoder_layers)

        self.mu_layer = nn.Linear(HIDDEN, latent_size)
        self.logvar_layer = nn.Linear(HIDDEN, latent_size)

        decoder_layers = []
        decoder_layers.append(nn.Linear(latent_size, HIDDEN))
        decoder_layers.append(nn.ReLU())
        for _ in range(2):
            decoder_layers.append(nn.Linear(HIDDEN, HIDDEN))
            decoder_layers.append(nn.ReLU())
        decoder_layers.append(nn.Linear(HIDDEN, input_size))
        decoder_layers.append(nn.Sigmoid())
        decoder_layers.append(nn.Unflatten(-1, (1, self.side, self.side)))
        self.decoder = nn.Sequential(*decoder_layers)

    def forward(self, x):
        encoded = self.encoder(x)
        mean = self.mu_layer(encoded)
        log_variance = self.logvar_layer(encoded)
        latent_code = reparametrize(mean, log_variance)
        reconstruction = self.decoder(latent_code)
        return reconstruction, mean, log_variance


class CVAE(nn.Module):
    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = HIDDEN
        self.side = int(input_size ** 0.5)

        encoder_layers = [nn.Linear(input_size + num_classes, HIDDEN), nn.ReLU()]
        for _ in range(2):
            encoder_layers += [nn.Linear(HIDDEN, HIDDEN), nn.ReLU()]
        self.encoder = nn.Sequential(*encoder_layers)

        self.mu_layer = nn.Linear(HIDDEN, latent_size)
        self.logvar_layer = nn.Linear(HIDDEN, latent_size)

        decoder_layers = [nn.Linear(latent_size + num_classes, HIDDEN), nn.ReLU()]
        for _ in range(2):
            decoder_layers += [nn.Linear(HIDDEN, HIDDEN), nn.ReLU()]
        decoder_layers += [nn.Linear(HIDDEN, input_size), nn.Sigmoid(), nn.Unflatten(-1, (1, self.side, self.side))]
        self.decoder = nn.Sequential(*decoder_layers)

    def forward(self, x, c):
        flat_images = x.reshape(x.shape[0], self.input_size)
        encoded = self.encoder(torch.cat((flat_images, c), dim=1))
        mean = self.mu_layer(encoded)
        log_variance = self.logvar_layer(encoded)
        latent_code = reparametrize(mean, log_variance)
        reconstruction = self.decoder(torch.cat((latent_code, c), dim=1))
        return reconstruction, mean, log_variance


def reparametrize(mu, logvar):
    N, Z = mu.shape
    epsilon = torch.randn(N, Z).to(mu.device)
    sigma = torch.exp(logvar) ** 0.5
    z = mu + sigma * epsilon
    return z


def loss_function(x_hat, x, mu, logvar):
    number_of_images = x_hat.shape[0]
    reconstruction_term = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl_term = -0.5 * torch.sum(1 + logvar - torch.square(mu) - torch.exp(logvar))
    loss = reconstruction_term
    loss += kl_term
    loss /= number_of_images
    return loss
