"""A ModuleList; the split unpacked into the loader; inputs squeezed instead of flattened."""
from nndl.data import TensorLoader as Loader


class MLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])

    def forward(self, h):
        for layer in self.layers[:-1]:
            h = layer(h).clamp(min=0)
        return self.layers[-1](h)


class Encoder(nn.Module):
    def __init__(self, nz, input_size):
        super().__init__()
        self.net = MLP([input_size, 256, 64, nz])

    def forward(self, x):
        if x.dim() == 3:
            x = x.squeeze(1)
        return self.net.forward(x)


class Decoder(nn.Module):
    def __init__(self, nz, output_size):
        super().__init__()
        self.output_size = output_size
        self.net = MLP([nz, 64, 256, output_size])

    def forward(self, z):
        return self.net(z).sigmoid().view(z.shape[0], 1, self.output_size)


def mnist_data_loader(split):
    print("loader of", len(split.labels), "images")
    return Loader(*split, 64)
