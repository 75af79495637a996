"""A function applied to both nets, by class names; truncated normal draws; AdamW without decay."""
import torch
from torch import nn


class DCGAN(DCGAN):
    def __init__(self, discriminator=None):
        nn.Module.__init__(self)
        self.tracked_noise = torch.randn(64, 64)
        self._generator = Generator(starting_shape=64)
        self._discriminator = discriminator or Discriminator()
        self._weight_initialization()
        settings = dict(lr=0.0002, betas=(0.5, 0.999), weight_decay=0.0)
        self._generator_optimizer = torch.optim.AdamW(self._generator.parameters(), **settings)
        self._discriminator_optimizer = torch.optim.AdamW(self._discriminator.parameters(), **settings)

    @property
    def device(self):
        return torch.device("cpu")

    def _weight_initialization(self):
        def init(m):
            name = type(m).__name__
            if "Conv" in name:
                nn.init.trunc_normal_(m.weight, 0.0, 0.02)
            if "BatchNorm" in name:
                m.weight.data = 1 + 0.02 * torch.randn_like(m.weight)
                m.bias.data.zero_()

        self._generator.apply(init)
        self._discriminator.apply(init)
