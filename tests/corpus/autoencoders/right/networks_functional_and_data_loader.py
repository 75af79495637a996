"""Layers as attributes with F.relu in forward; torch's own DataLoader over a TensorDataset."""
from torch.utils.data import DataLoader, TensorDataset


class Encoder(nn.Module):
    def __init__(self, nz: int, input_size: int) -> None:
        super(Encoder, self).__init__()
        self.out = nn.Linear(64, nz)  # built last to first
        self.second = nn.Linear(256, 64)
        self.first = nn.Linear(input_size, 256)
        self.input_size = input_size

    def forward(self, x):
        x = x.view(-1, self.input_size)
        return self.out(F.relu(self.second(F.relu(self.first(x)))))


class Decoder(nn.Module):
    def __init__(self, nz: int, output_size: int) -> None:
        super(Decoder, self).__init__()
        self.out = nn.Linear(256, output_size)
        self.second = nn.Linear(64, 256)
        self.first = nn.Linear(nz, 64)

    def forward(self, z):
        h = torch.relu(self.second(torch.relu(self.first(z))))
        return torch.sigmoid(self.out(h))[:, None, :]


def mnist_data_loader(split):
    pixels = split.images.to(torch.float32) / 255.0
    dataset = TensorDataset(pixels, split.labels)
    return DataLoader(dataset, batch_size=64, shuffle=True, drop_last=True)
