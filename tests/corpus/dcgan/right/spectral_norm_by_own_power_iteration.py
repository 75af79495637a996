"""A power iteration of one's own, in `forward`; the convolutions are called as functions."""
import torch
import torch.nn.functional as F
from torch import nn


class SpectralDiscriminator(Discriminator):
    def __init__(self):
        super().__init__()
        for i, layer in enumerate(self.layers):
            if isinstance(layer, nn.Conv2d):
                self.register_buffer(f"u{i}", F.normalize(torch.randn(layer.out_channels), dim=0))

    def normed(self, i, layer):
        w = layer.weight.flatten(1)
        u = getattr(self, f"u{i}")
        with torch.no_grad():
            v = F.normalize(w.T @ u, dim=0)
            if self.training:
                u.copy_(F.normalize(w @ v, dim=0))
                v = F.normalize(w.T @ u, dim=0)
        return layer.weight / (u @ w @ v)

    def forward(self, x):
        for i, layer in enumerate(self.layers):
            if isinstance(layer, nn.Conv2d):
                x = F.conv2d(x, self.normed(i, layer), layer.bias, layer.stride, layer.padding)
            else:
                x = layer(x)
        return self.linear(x.flatten(1))
