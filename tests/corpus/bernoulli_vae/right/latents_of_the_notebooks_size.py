"""Latents put into a tensor of the notebook's own size, batch by batch; noise made in place."""
import torch
from torch import nn


class Model(nn.Module):
    def __init__(self, Encoder, Decoder):
        super().__init__()
        self.Encoder = Encoder
        self.Decoder = Decoder

    def reparameterization(self, mean, std):
        eps = torch.randn(std.shape, dtype=mean.dtype, device=mean.device)
        return eps.mul_(std).add_(mean)

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, (0.5 * log_var).exp())
        return self.Decoder(z), mean, log_var, z


def encode_test_set(model, loader):
    n = sum(len(x) for x, _ in loader)
    with torch.no_grad():
        z_all = torch.empty(n, latent_dim, device=device)
        at = 0
        for x, _ in loader:
            theta, _, _, z = model(x.to(device).reshape(-1, x_dim).round())
            z_all[at : at + len(z)] = z
            at += len(z)
    return z_all, theta
