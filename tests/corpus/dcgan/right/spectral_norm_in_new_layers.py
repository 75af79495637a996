"""The net is written anew, with parametrizations and other names, and is no `Discriminator`."""
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm as sn


class SpectralDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = sn(nn.Conv2d(3, 32, 4, 2, 1), n_power_iterations=2)
        self.conv2 = sn(nn.Conv2d(32, 64, 4, 2, 1), n_power_iterations=2)
        self.bn2 = nn.BatchNorm2d(64)
        self.conv3 = sn(nn.Conv2d(64, 128, 4, 2, 1), n_power_iterations=2)
        self.bn3 = nn.BatchNorm2d(128)
        self.fc = nn.Linear(128 * 4 * 4, 1)

    def forward(self, x):
        x = F.leaky_relu(self.conv1(x))
        x = F.leaky_relu(self.bn2(self.conv2(x)))
        x = F.leaky_relu(self.bn3(self.conv3(x)))
        return self.fc(x.view(x.size(0), -1))
