"""`torch.nn.utils.spectral_norm`, on the Linear layer as well."""
from torch import nn
from torch.nn.utils import spectral_norm


class SpectralDiscriminator(Discriminator):
    def __init__(self):
        super().__init__()
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                spectral_norm(module)
