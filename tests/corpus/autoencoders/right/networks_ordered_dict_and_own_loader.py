"""An OrderedDict of layers with Flatten and Unflatten inside; a loader class of one's own."""
from collections import OrderedDict


class Encoder(nn.Module):
    def __init__(self, nz, input_size):
        super().__init__()
        layers = OrderedDict()
        layers["flat"] = nn.Flatten()
        layers["one"] = nn.Sequential(nn.Linear(input_size, 256), nn.ReLU(inplace=True))
        layers["two"] = nn.Sequential(nn.Linear(256, 64), nn.ReLU(inplace=True))
        layers["three"] = nn.Linear(64, nz)
        self.net = nn.Sequential(layers)

    def forward(self, x):
        return self.net(x)


class Decoder(nn.Module):
    def __init__(self, nz, output_size):
        super().__init__()
        sizes = [nz, 64, 256, output_size]
        layers = []
        for a, b in zip(sizes, sizes[1:]):
            layers += [nn.Linear(a, b), nn.ReLU()]
        layers[-1] = nn.Sigmoid()
        self.net = nn.Sequential(*layers, nn.Unflatten(1, (1, output_size)))

    def forward(self, z):
        return self.net(z)


class Batches:
    def __init__(self, split):
        self.images, self.labels = split

    def __len__(self):
        return len(self.labels) // batch_size

    def __iter__(self):
        order = torch.randperm(len(self.labels))
        for i in range(len(self)):
            chosen = order[i * batch_size : (i + 1) * batch_size]
            yield [self.images[chosen] / 255, self.labels[chosen]]


def mnist_data_loader(split):
    return Batches(split)
