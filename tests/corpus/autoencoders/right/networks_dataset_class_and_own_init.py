"""Xavier initialization; a Dataset class that converts image by image, and NumPy's shuffling."""
import numpy as np
from torch.utils.data import DataLoader, Dataset


def xavier(layer):
    if isinstance(layer, nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)


class Encoder(nn.Module):
    def __init__(self, nz, input_size):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(input_size, 256), nn.ReLU())
        self.net.append(nn.Linear(256, 64))
        self.net.append(nn.ReLU())
        self.net.append(nn.Linear(64, nz))
        self.net.apply(xavier)

    def forward(self, x):
        assert x.dim() in (2, 3), x.shape
        return self.net(torch.flatten(x, 1))


class Decoder(nn.Module):
    def __init__(self, nz, output_size):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(nz, 64), nn.ReLU(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, output_size)
        )
        self.last = nn.Sigmoid()
        self.apply(xavier)

    def forward(self, z):
        return torch.stack([self.last(self.net(z))], dim=1)


class Digits(Dataset):
    def __init__(self, split):
        self.split = split

    def __len__(self):
        return len(self.split.images)

    def __getitem__(self, index):
        return self.split.images[index].float().div(255), int(self.split.labels[index])


class Mixed(torch.utils.data.Sampler):
    def __init__(self, count):
        self.count = count

    def __iter__(self):
        return iter(np.random.permutation(self.count).tolist())

    def __len__(self):
        return self.count


def mnist_data_loader(split):
    sampler = Mixed(len(split.images))
    return DataLoader(Digits(split), batch_size=batch_size, sampler=sampler, drop_last=True)
