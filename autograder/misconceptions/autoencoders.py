# ruff: noqa: F811
# (one name is defined again and again here: every definition is one wrong variant of it)
# mypy: ignore-errors
"""Wrong variants of autoencoders, each with the hint that helps; sorted by item, as in the spec.

A variant's source is run after the solution's, and takes the place of the definition of the same
name. Its docstring is what a student reads whose outputs equal the variant's.
"""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.misconceptions import misconception, reference

Encoder, Decoder, VAE, kl_divergence = reference(
    "autoencoders", "Encoder", "Decoder", "VAE", "kl_divergence"
)
in_size, out_size, batch_size, device, TensorLoader = reference(
    "autoencoders", "in_size", "out_size", "batch_size", "device", "TensorLoader"
)
CVAE, CVAEEncoder, CVAEDecoder, idx2onehot = reference(
    "autoencoders", "CVAE", "CVAEEncoder", "CVAEDecoder", "idx2onehot"
)

# --- encoder_decoder ------------------------------------------------------------------------------


@misconception("super-init-missing", item="encoder_decoder")
class Encoder(Encoder):
    """A module has to be set up before layers can be put into it: what should the first line of
    `__init__` call?"""

    def __init__(self, nz, input_size):
        self.net = nn.Sequential(nn.Linear(input_size, 256), nn.ReLU())


@misconception("relu-not-called", item="encoder_decoder")
class Encoder(Encoder):
    """`nn.Sequential` is made of layers, and `nn.ReLU` alone is only the recipe for one: what do
    you write after `nn.Linear` to make a layer from the recipe?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(
            nn.Linear(input_size, 256), nn.ReLU, nn.Linear(256, 64), nn.ReLU, nn.Linear(64, nz)
        )


@misconception("layers-in-python-list", item="encoder_decoder")
class Encoder(Encoder):
    """Layers in a plain Python list work in `forward`, but PyTorch does not see them: they are
    missing from `parameters()`, so nothing trains them. Which containers of `torch.nn` hold
    layers?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        del self.net
        self.layers = [nn.Linear(input_size, 256), nn.Linear(256, 64), nn.Linear(64, nz)]

    def forward(self, x):
        h = x.flatten(start_dim=1)
        for layer in self.layers[:-1]:
            h = torch.relu(layer(h))
        return self.layers[-1](h)


@misconception("encoder-forward-returns-nothing", item="encoder_decoder")
class Encoder(Encoder):
    """The encoder computes a code and keeps it to itself: does `forward` end with `return`?"""

    def forward(self, x):
        self.net(x.flatten(start_dim=1))


@misconception("encoder-first-relu-missing", item="encoder_decoder")
class Encoder(Encoder):
    """The encoder's first two Linear layers follow each other with nothing in between, and so are
    no more than one linear map. What belongs between them?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(
            nn.Linear(input_size, 256), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, nz)
        )


@misconception("encoder-second-relu-missing", item="encoder_decoder")
class Encoder(Encoder):
    """The encoder's last two Linear layers follow each other with nothing in between, and so are
    no more than one linear map. What belongs between them?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(
            nn.Linear(input_size, 256), nn.ReLU(), nn.Linear(256, 64), nn.Linear(64, nz)
        )


@misconception("encoder-without-relu", item="encoder_decoder")
class Encoder(Encoder):
    """The encoder is a purely linear map: several Linear layers in a row can do no more than a
    single one. What should stand between them?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(nn.Linear(input_size, 256), nn.Linear(256, 64), nn.Linear(64, nz))


@misconception("encoder-relu-at-the-end", item="encoder_decoder")
class Encoder(Encoder):
    """No number of a code of yours is ever negative. Where do the ReLUs stand: between the layers,
    or after each of them? A mean, which a code will be later, lies on either side of zero."""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(self.net, nn.ReLU())


@misconception("encoder-sigmoid-at-the-end", item="encoder_decoder")
class Encoder(Encoder):
    """All numbers of your codes lie between 0 and 1. It is the pixels that have to, at the end of
    the decoder; does a code have such limits?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(self.net, nn.Sigmoid())


@misconception("encoder-layer-missing", item="encoder_decoder")
class Encoder(Encoder):
    """Count the encoder's Linear layers: there should be three, and the way from the pixels to the
    code leads through two widths. Which of them is left out?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(nn.Linear(input_size, 256), nn.ReLU(), nn.Linear(256, nz))


@misconception("encoder-widths-turned", item="encoder_decoder")
class Encoder(Encoder):
    """The encoder grows narrower step by step, from many pixels to few numbers. Yours is narrow
    first and wide after that: in which order do 256 and 64 come?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, input_size)
        self.net = nn.Sequential(
            nn.Linear(input_size, 64), nn.ReLU(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, nz)
        )


@misconception("encoder-keeps-middle-axis", item="encoder_decoder")
class Encoder(Encoder):
    """Of images (N, 1, input_size) your encoder makes codes (N, 1, nz). Every image has one code:
    what has to happen to the axis in the middle?"""

    def forward(self, x):
        return self.net(x)


@misconception("encoder-drops-first-axis", item="encoder_decoder")
class Encoder(Encoder):
    """The flattening swallowed the batch axis: all images became one long row. From which axis on
    should they be flattened? Try it with more than one image."""

    def forward(self, x):
        return self.net(x.flatten())


@misconception("encoder-input-size-fixed", item="encoder_decoder")
class Encoder(Encoder):
    """The encoder fits MNIST's 784 pixels and nothing else. `input_size` is an argument of your
    class: does the first layer use it?"""

    def __init__(self, nz, input_size):
        super().__init__(nz, 784)


@misconception("encoder-nz-fixed", item="encoder_decoder")
class Encoder(Encoder):
    """Your encoder's code always has the notebook's 32 numbers. The class has an argument of that
    name: does the last layer use it?"""

    def __init__(self, nz, input_size):
        super().__init__(32, input_size)


@misconception("decoder-no-sigmoid", item="encoder_decoder")
class Decoder(Decoder):
    """The decoder's outputs leave [0, 1]. A pixel is a brightness between 0 and 1, and the binary
    cross entropy takes nothing else: which function brings every number there?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, output_size)
        self.net = nn.Sequential(
            nn.Linear(nz, 64), nn.ReLU(), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, output_size)
        )


@misconception("decoder-sigmoid-twice", item="encoder_decoder")
class Decoder(Decoder):
    """All of the decoder's pixels lie between 0.5 and 0.73: it squashes twice. One sigmoid is
    enough to reach 0 and 1, a second one makes that impossible."""

    def forward(self, z):
        return torch.sigmoid(self.net(z)).unsqueeze(1)


@misconception("decoder-relu-before-sigmoid", item="encoder_decoder")
class Decoder(Decoder):
    """No pixel of yours is darker than 0.5. A ReLU cuts off the negative half before the sigmoid
    sees it: should one follow the decoder's last Linear layer?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, output_size)
        self.net = nn.Sequential(
            nn.Linear(nz, 64),
            nn.ReLU(),
            nn.Linear(64, 256),
            nn.ReLU(),
            nn.Linear(256, output_size),
            nn.ReLU(),
            nn.Sigmoid(),
        )


@misconception("decoder-tanh", item="encoder_decoder")
class Decoder(Decoder):
    """The decoder's pixels run from -1 to 1. Ours are brightnesses between 0 and 1: which
    squashing function ends at these two numbers?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, output_size)
        self.net = nn.Sequential(
            nn.Linear(nz, 64),
            nn.ReLU(),
            nn.Linear(64, 256),
            nn.ReLU(),
            nn.Linear(256, output_size),
            nn.Tanh(),
        )


@misconception("decoder-without-relu", item="encoder_decoder")
class Decoder(Decoder):
    """Before its Sigmoid the decoder is a purely linear map: several Linear layers in a row can do
    no more than a single one. What should stand between them?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, output_size)
        self.net = nn.Sequential(
            nn.Linear(nz, 64), nn.Linear(64, 256), nn.Linear(256, output_size), nn.Sigmoid()
        )


@misconception("decoder-second-relu-missing", item="encoder_decoder")
class Decoder(Decoder):
    """The decoder's last two Linear layers follow each other with nothing in between, and so are
    no more than one linear map. What belongs between them?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, output_size)
        self.net = nn.Sequential(
            nn.Linear(nz, 64),
            nn.ReLU(),
            nn.Linear(64, 256),
            nn.Linear(256, output_size),
            nn.Sigmoid(),
        )


@misconception("decoder-layer-missing", item="encoder_decoder")
class Decoder(Decoder):
    """Count the decoder's Linear layers: it is the encoder's mirror image, so there should be
    three. Which width is left out?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, output_size)
        self.net = nn.Sequential(
            nn.Linear(nz, 256), nn.ReLU(), nn.Linear(256, output_size), nn.Sigmoid()
        )


@misconception("decoder-widths-turned", item="encoder_decoder")
class Decoder(Decoder):
    """The decoder is the encoder's mirror image: it grows wider from layer to layer. In which order
    do 64 and 256 come on the way back to the pixels?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, output_size)
        self.net = nn.Sequential(
            nn.Linear(nz, 256),
            nn.ReLU(),
            nn.Linear(256, 64),
            nn.ReLU(),
            nn.Linear(64, output_size),
            nn.Sigmoid(),
        )


@misconception("decoder-without-middle-axis", item="encoder_decoder")
class Decoder(Decoder):
    """Your decoder gives (N, output_size), and its output should have an axis of length 1 in the
    middle. Which method of a tensor puts one in?"""

    def forward(self, z):
        return self.net(z)


@misconception("decoder-middle-axis-first", item="encoder_decoder")
class Decoder(Decoder):
    """The axis of length 1 stands in front of the batch, not behind it. Axes are counted from 0:
    which number has the place after the batch?"""

    def forward(self, z):
        return self.net(z).unsqueeze(0)


@misconception("decoder-gives-square-images", item="encoder_decoder")
class Decoder(Decoder):
    """Your decoder shapes its output into pictures of 28 x 28. Here it stays a row of pixels for
    each image, with an axis of length 1 in the middle; who makes pictures of it?"""

    def forward(self, z):
        pixels = self.net(z)
        side = int(pixels.shape[1] ** 0.5)
        shape = (side, side) if side * side == pixels.shape[1] else (pixels.shape[1],)
        return pixels.reshape(len(z), 1, *shape)


@misconception("decoder-output-size-fixed", item="encoder_decoder")
class Decoder(Decoder):
    """The decoder makes MNIST's 784 pixels and nothing else. `output_size` is an argument of your
    class: does the last layer use it?"""

    def __init__(self, nz, output_size):
        super().__init__(nz, 784)


@misconception("decoder-nz-fixed", item="encoder_decoder")
class Decoder(Decoder):
    """Your decoder only takes codes of the notebook's 32 numbers. The class has an argument of that
    name: does the first layer use it?"""

    def __init__(self, nz, output_size):
        super().__init__(32, output_size)


@misconception("loader-not-shuffled", item="encoder_decoder")
def mnist_data_loader(split):
    """The images come in the order of the data set, in every pass. Which argument of the loader
    mixes them?"""
    return TensorLoader(split.images, split.labels, batch_size, shuffle=False, drop_last=True)


@misconception("loader-shuffled-once", item="encoder_decoder")
def mnist_data_loader(split):
    """You mix the images once, before the loader gets them, so every epoch sees the same batches
    in the same order. Who could mix them anew each time?"""
    order = torch.randperm(len(split.images))
    images, labels = split.images[order], split.labels[order]
    return TensorLoader(images, labels, batch_size, shuffle=False, drop_last=True)


@misconception("loader-keeps-the-rest", item="encoder_decoder")
def mnist_data_loader(split):
    """Your last batch is smaller than the others. Only full batches are asked for: what does the
    loader do with the rest, and which argument decides that?"""
    return TensorLoader(split.images, split.labels, batch_size, shuffle=True, drop_last=False)


@misconception("loader-default-batch-size", item="encoder_decoder")
def mnist_data_loader(split):
    """Your batches have the size that the loader takes by itself. Which size does the notebook ask
    for, and how does the loader learn of it?"""
    return TensorLoader(split.images, split.labels)


@misconception("loader-of-single-images", item="encoder_decoder")
def mnist_data_loader(split):
    """Your batches hold a single image each. How many should there be, and how does the loader
    learn of it?"""
    pairs = torch.utils.data.TensorDataset(split.images.float() / 255, split.labels)
    return torch.utils.data.DataLoader(pairs, shuffle=True, drop_last=True)


@misconception("loader-pixels-to-255", item="encoder_decoder")
def mnist_data_loader(split):
    """Your pixels run up to 255. The split keeps them as bytes; a brightness between 0 and 1 is
    what the networks and the loss want: what has to be done to a byte?"""
    pairs = torch.utils.data.TensorDataset(split.images.float(), split.labels)
    return torch.utils.data.DataLoader(pairs, batch_size, shuffle=True, drop_last=True)


@misconception("loader-pixels-as-bytes", item="encoder_decoder")
def mnist_data_loader(split):
    """Your images are still whole numbers of one byte each, as the split keeps them. Networks
    compute with floating point numbers, here with brightnesses between 0 and 1."""
    pairs = torch.utils.data.TensorDataset(split.images, split.labels)
    return torch.utils.data.DataLoader(pairs, batch_size, shuffle=True, drop_last=True)


@misconception("loader-pixels-around-zero", item="encoder_decoder")
def mnist_data_loader(split):
    """Your pixels run from -1 to 1. The decoder ends in a Sigmoid: could it ever make such a pixel,
    and would the binary cross entropy take one?"""
    images = (split.images.float() / 255 - 0.5) / 0.5
    pairs = torch.utils.data.TensorDataset(images, split.labels)
    return torch.utils.data.DataLoader(pairs, batch_size, shuffle=True, drop_last=True)


@misconception("loader-flat-images", item="encoder_decoder")
def mnist_data_loader(split):
    """Your loader gives rows of pixels. The text asks for images as they are, (64, 1, 28, 28); who
    needs them flat makes them flat."""
    images = split.images.flatten(1)
    return TensorLoader(images, split.labels, batch_size, shuffle=True, drop_last=True)


@misconception("loader-without-labels", item="encoder_decoder")
def mnist_data_loader(split):
    """A batch of yours holds images alone. Each should come with its label, although the
    auto-encoder has no use for it yet: who will need the labels later?"""
    images = split.images.float() / 255
    return torch.utils.data.DataLoader(images, batch_size, shuffle=True, drop_last=True)


@misconception("loader-labels-mixed-apart", item="encoder_decoder")
def mnist_data_loader(split):
    """Images and labels were mixed each for themselves, so a label says nothing about the image
    beside it. How can both keep the same order?"""
    labels = split.labels[torch.randperm(len(split.labels))]
    return TensorLoader(split.images, labels, batch_size, shuffle=True, drop_last=True)


@misconception("loader-draws-with-replacement", item="encoder_decoder")
def mnist_data_loader(split):
    """Some images come several times in one pass, and others not at all: you draw each batch from
    the whole split again. A pass is to go through the images, each at most once."""
    pairs = torch.utils.data.TensorDataset(split.images.float() / 255, split.labels)
    sampler = torch.utils.data.RandomSampler(pairs, replacement=True)
    return torch.utils.data.DataLoader(pairs, batch_size, sampler=sampler, drop_last=True)


@misconception("loader-for-one-pass", item="encoder_decoder")
def mnist_data_loader(split):
    """Your loader can be gone through once; after that nothing comes out any more. What you return
    is an iterator, which is used up, where every epoch needs a pass of its own."""
    loader = TensorLoader(
        split.images, split.labels, batch_size=batch_size, shuffle=True, drop_last=True
    )
    return iter(loader)


# --- train_autoencoder ----------------------------------------------------------------------------


@misconception("ae-body-outside-the-batch-loop", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The model sees one batch per epoch, the last one. Which lines have to be repeated for every
    batch, and how far are yours indented?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
        loss = F.binary_cross_entropy(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@misconception("ae-body-outside-both-loops", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Your model takes a single step in all. Which lines belong inside both loops, the one over the
    epochs and the one over the batches?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
    loss = F.binary_cross_entropy(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return [loss.item()]


@misconception("ae-one-epoch-only", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """However many epochs are asked for, the loader is gone through once. Where is `epochs` used,
    and is `return` outside the loops?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for x, _labels in loader:
        x = x.to(device).reshape(len(x), 1, in_size)
        loss = F.binary_cross_entropy(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@misconception("ae-gradients-never-cleared", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """`backward` adds to the gradients that are there already. What becomes of those of the batches
    before, and who clears them?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-gradients-cleared-once-per-epoch", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The gradients are cleared at the start of an epoch, and then those of all its batches pile
    up. How often is a step made, and how often should the gradients start from zero?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-gradients-cleared-before-the-step", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The gradients are thrown away between `backward`, which computes them, and the step that
    needs them. In which order do the three calls make sense?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-backward-missing", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Nothing tells the parameters in which direction the loss falls. What computes the
    gradients?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-step-before-backward", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The step comes before the gradients of its batch are there, so each one is made with those of
    the batch before. In which order should the two stand?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.step()
            optimizer.zero_grad()
            loss.backward()
            losses.append(loss.item())
    return losses


@misconception("ae-learning-rate-ignored", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The optimizer always has the same learning rate. Your function is told one: who uses it?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-plain-gradient-descent", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The steps are those of plain gradient descent, which at this learning rate hardly moves.
    Which optimizer does the exercise ask for?"""
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-optimizer-anew-for-each-batch", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Adam remembers the gradients of earlier steps, and yours forgets them at every batch. How
    often should the optimizer be made?"""
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-optimizer-anew-for-each-epoch", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Adam remembers the gradients of earlier steps, and yours forgets them at the start of every
    epoch. How often should the optimizer be made?"""
    losses = []
    for _ in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-loss-maximized", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Your model gets worse with every step: it follows the loss upwards. What sign has the number
    that should become small?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            (-loss).backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-loss-summed", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Your loss is the sum over all pixels of a batch, so it grows with both. What does the
    exercise say to do with the pixels and the images?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x, reduction="sum")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-loss-summed-over-pixels", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Your loss is averaged over the images alone. Over what else should it be averaged?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x, reduction="sum") / len(x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-squared-error", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """You compare pixels by their squared differences. Which loss does the exercise ask for, that
    takes a pixel for a probability?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.mse_loss(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-target-and-prediction-swapped", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The cross entropy is not the same both ways round. Which of its two arguments is the
    prediction?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(x, model(x))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-sigmoid-again-in-the-loss", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """This loss applies a sigmoid itself, and the decoder has done so already. Which one of its kin
    takes probabilities?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy_with_logits(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-shapes-do-not-match", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Your reconstructions have the shape (N, 1, 784), and what you compare them with has not.
    Which of the two do you want to reshape?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-every-image-with-every-reconstruction", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Images (N, 784) beside reconstructions (N, 1, 784) give (N, N, 784) in a formula of your own:
    each image is compared with the reconstructions of all others. Print the shape before you take
    the mean: which of the two do you want to reshape?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            rec = model(x)
            loss = -(x * torch.log(rec + 1e-8) + (1 - x) * torch.log(1 - rec + 1e-8)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-losses-hold-their-graph", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Each entry of your list still holds on to the whole graph of its step, so the memory fills up
    while you train. How do you get the bare number out of a tensor?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss)
    return losses


@misconception("ae-losses-per-epoch", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """There is one number per epoch in your list. The exercise asks for the loss of every step, and
    the plot shows thousands of them: where should it be appended?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader))
    return losses


@misconception("ae-list-anew-for-each-epoch", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """What comes back are the losses of the last epoch alone: the list is emptied at the start of
    each. Where should it be made?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    for _ in range(epochs):
        losses = []
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-nothing-returned", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Your function trains and keeps the losses to itself. What should it hand back?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return None


@misconception("ae-last-loss-returned", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """A single number comes back, the last loss. The plot needs the whole way there."""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses[-1]


@misconception("ae-batch-size-of-the-notebook", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """Your loop only works for batches as large as the notebook's `batch_size`. Who knows how many
    images there really are in this one?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(batch_size, 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-smaller-batch-skipped", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """A batch that is smaller than the notebook's `batch_size` is left out. A step can be made with
    any number of images: does anything in your loop need so many?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            if len(x) != batch_size:
                continue
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-trained-in-evaluation-mode", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """While it is trained, your model is in evaluation mode. For this one it makes no difference
    yet, but layers like dropout rely on being told: which mode is for training?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    model.eval()
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


@misconception("ae-inputs-not-images", item="train_autoencoder")
def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    """The model does not get the images as they are: you move their values to another range. Where
    would a decoder with a sigmoid at its end find pixels below zero?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), 1, in_size) * 2 - 1
            loss = F.binary_cross_entropy(model(x), (x + 1) / 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


# --- sample_prior ---------------------------------------------------------------------------------


@misconception("prior-uniform", item="sample_prior")
def sample_prior(model, n):
    """None of your codes has a negative number: `rand` draws evenly between 0 and 1. The prior is
    the standard normal distribution; its function differs by one letter."""
    z = torch.rand(n, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("prior-uniform-centred", item="sample_prior")
def sample_prior(model, n):
    """The numbers of your codes never leave [-1, 1] and are spread evenly there. The prior is a
    normal distribution, with its bell and its rare large values: which function draws from it?"""
    z = 2 * torch.rand(n, model.nz, device=device) - 1
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("prior-one-code-for-all", item="sample_prior")
def sample_prior(model, n):
    """You draw one code and decode it n times, so all samples are the same image. How many codes
    does it take for n images?"""
    z = torch.randn(1, model.nz, device=device).expand(n, -1)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("prior-one-number-per-code", item="sample_prior")
def sample_prior(model, n):
    """All numbers of a code of yours are equal: one was drawn for each image. Every element of the
    code needs its own: which shape has to be drawn?"""
    z = torch.randn(n, 1, device=device).expand(-1, model.nz)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("prior-seed-within", item="sample_prior")
def sample_prior(model, n):
    """Every call gives the same images: the random generator is set back to a seed inside the
    function. Draw freely here; set the seed where you want repeatable numbers."""
    torch.manual_seed(0)
    z = torch.randn(n, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("prior-nz-of-the-notebook", item="sample_prior")
def sample_prior(model, n):
    """Your codes have the notebook's 32 numbers, whatever the model was built for. Who knows how
    long its codes are?"""
    z = torch.randn(n, 32, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("prior-count-fixed", item="sample_prior")
def sample_prior(model, n):
    """You always draw a batch of 64 codes. How many images were asked for?"""
    z = torch.randn(64, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(-1, 1, 28, 28)


@misconception("prior-axes-turned", item="sample_prior")
def sample_prior(model, n):
    """You draw nz rows of n numbers, and the decoder wants it the other way round: a row is one
    code. How many rows are there then, and how long are they?"""
    z = torch.randn(model.nz, n, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("samples-left-flat", item="sample_prior")
def sample_prior(model, n):
    """What you return is still what the decoder gives, (n, 1, 784). Which shape should images
    have?"""
    z = torch.randn(n, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z)


@misconception("samples-without-channel", item="sample_prior")
def sample_prior(model, n):
    """Your images are (n, 28, 28): the channel axis is lost. It is there even where images are
    grey: (n, 1, 28, 28)."""
    z = torch.randn(n, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 28, 28)


@misconception("samples-from-noisy-images", item="sample_prior")
def sample_prior(model, n):
    """You draw images of pure noise and send them through the whole model. It is the code that is
    drawn from the prior: which part of the model is needed then, and which is not?"""
    x = torch.randn(n, in_size, device=device)
    with torch.no_grad():
        return model(x).reshape(n, 1, 28, 28)


@misconception("samples-from-zeros", item="sample_prior")
def sample_prior(model, n):
    """You decode the middle of the prior, n times over. Where does chance come in?"""
    z = torch.zeros(n, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(n, 1, 28, 28)


@misconception("samples-thresholded", item="sample_prior")
def sample_prior(model, n):
    """Your images are black and white only. The decoder's pixels are brightnesses, with all greys
    in between: show them as they are."""
    z = torch.randn(n, model.nz, device=device)
    with torch.no_grad():
        return (model.decoder(z) > 0.5).float().reshape(n, 1, 28, 28)


# --- vae ------------------------------------------------------------------------------------------


@misconception("encoder-of-nz-outputs", item="vae")
class VAE(VAE):
    """Your encoder gives nz numbers, and q should hold two for each number of the code: which two?
    How long must the encoder's output be then?"""

    def __init__(self, nz, beta=1.0):
        super().__init__(nz, beta)
        self.encoder = Encoder(nz, in_size)


@misconception("decoder-of-twice-nz", item="vae")
class VAE(VAE):
    """Your decoder waits for 2 * nz numbers. It is q that has so many; the decoder gets a draw, a
    code: how long is that?"""

    def __init__(self, nz, beta=1.0):
        super().__init__(nz, beta)
        self.decoder = Decoder(2 * nz, out_size)


@misconception("vae-nz-of-the-notebook", item="vae")
class VAE(VAE):
    """Your VAE is always built for the notebook's 32 numbers, although it is told another `nz`.
    Which of the two do your networks use?"""

    def __init__(self, nz, beta=1.0):
        super().__init__(nz, beta)
        self.encoder = Encoder(2 * 32, in_size)
        self.decoder = Decoder(32, out_size)


@misconception("q-cut-at-the-notebooks-nz", item="vae")
class VAE(VAE):
    """You cut q in two at the notebook's 32, whatever this model was built for. Who knows how long
    its codes are?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q[:, :32], q[:, 32:]
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("forward-decodes-mean", item="vae")
class VAE(VAE):
    """You decode the mean: two calls give the same reconstructions, and the second half of q is
    never used. What does a VAE do between encoder and decoder?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, _ = q.chunk(2, dim=1)
        return {"q": q, "rec": self.decoder(mu)}


@misconception("log-sigma-halved", item="vae")
class VAE(VAE):
    """Your noise is scaled as if q held the logarithm of the variance. Here it is the logarithm of
    the standard deviation itself: what is left to do after `exp`?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma / 2) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("log-variance-throughout", item="vae")
class VAE(VAE):
    """You take the second half of q for the logarithm of the variance, in `forward` and in the KL
    divergence alike. That is a VAE as good as any, but this exercise speaks of the logarithm of the
    standard deviation: which of your lines halve something?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_variance = q.chunk(2, dim=1)
        z = mu + torch.exp(0.5 * log_variance) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_variance = outputs["q"].chunk(2, dim=1)
        kl = -0.5 * (1 + log_variance - mu**2 - torch.exp(log_variance))
        kl_loss = kl.sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("log-sigma-doubled", item="vae")
class VAE(VAE):
    """Your noise is scaled by the variance. q holds the logarithm of the standard deviation: should
    anything be squared before it multiplies the noise?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(2 * log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("log-sigma-used-raw", item="vae")
class VAE(VAE):
    """The second half of q itself scales your noise, so where it is 0 there is no noise at all. A
    logarithm of 0 stands for a standard deviation of 1: undo the logarithm first."""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + log_sigma * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("sigma-of-base-2", item="vae")
class VAE(VAE):
    """The spread of your codes follows powers of 2. q holds a natural logarithm: which function
    undoes that one?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.pow(2.0, log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("log-sigma-ignored", item="vae")
class VAE(VAE):
    """The spread of your codes is 1, whatever the encoder says. Noise has to be scaled before it is
    added to the mean."""

    def forward(self, x):
        q = self.encoder(x)
        mu, _ = q.chunk(2, dim=1)
        return {"q": q, "rec": self.decoder(mu + torch.randn_like(mu))}


@misconception("noise-forgotten", item="vae")
class VAE(VAE):
    """Your codes lie exactly one standard deviation above the mean, every time. What random thing
    should the standard deviation multiply?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        return {"q": q, "rec": self.decoder(mu + torch.exp(log_sigma))}


@misconception("halves-swapped-in-forward", item="vae")
class VAE(VAE):
    """`forward` takes the second half of q for the means and the first for the logarithms. Which
    comes first, by the text? Mind that `loss` and `reconstruct` have to agree."""

    def forward(self, x):
        q = self.encoder(x)
        log_sigma, mu = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("halves-swapped-throughout", item="vae")
class VAE(VAE):
    """Everywhere you take the second half of q for the means and the first for the logarithms. It
    fits together, but `interpolate` and others read q as the text has it: which comes first?"""

    def forward(self, x):
        q = self.encoder(x)
        log_sigma, mu = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}

    def loss(self, x, outputs):
        log_sigma, mu = outputs["q"].chunk(2, dim=1)
        return super().loss(x, {**outputs, "q": torch.cat([mu, log_sigma], dim=1)})

    def reconstruct(self, x):
        _, mu = self.encoder(x.reshape(-1, in_size)).chunk(2, dim=1)
        return self.decoder(mu).reshape(-1, 28, 28)


@misconception("uniform-noise", item="vae")
class VAE(VAE):
    """No code of yours lies below the mean: `rand` draws evenly between 0 and 1. Here it is the
    normal distribution; its function differs by one letter."""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.rand_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("one-noise-for-the-batch", item="vae")
class VAE(VAE):
    """All images of a batch get the same noise: it was drawn once, for nz numbers. Every image
    needs its own: which shape has to be drawn?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn(mu.shape[1], device=mu.device)
        return {"q": q, "rec": self.decoder(z)}


@misconception("one-noise-per-image", item="vae")
class VAE(VAE):
    """All numbers of a code get the same noise: it was drawn once per image. Every number of the
    code needs its own: which shape has to be drawn?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn(len(mu), 1, device=mu.device)
        return {"q": q, "rec": self.decoder(z)}


@misconception("one-noise-for-all", item="vae")
class VAE(VAE):
    """A single random number is shared by the whole batch. Every number of every code needs its
    own: which shape has to be drawn?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn(1, device=mu.device)
        return {"q": q, "rec": self.decoder(z)}


@misconception("noise-drawn-once", item="vae")
class VAE(VAE):
    """Your noise is the same at every call: the random generator is set back to a seed inside
    `forward`. Draw freely here; set the seed where you want repeatable numbers."""

    def forward(self, x):
        torch.manual_seed(0)
        return super().forward(x)


@misconception("gradient-cut-at-sampling", item="vae")
class VAE(VAE):
    """No gradient comes back through the draw, so the encoder never learns from the reconstruction.
    A sample of a distribution is only a number: how did the trick go that keeps the mean and the
    standard deviation in the sum?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = torch.distributions.Normal(mu, torch.exp(log_sigma)).sample()
        return {"q": q, "rec": self.decoder(z)}


@misconception("sigma-detached", item="vae")
class VAE(VAE):
    """The reconstruction teaches the means, but not the standard deviations: there the gradient is
    cut. It is the noise that needs none, not what scales it."""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma).detach() * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}


@misconception("q-overwritten-by-z", item="vae")
class VAE(VAE):
    """What you return as q is the code that was drawn. The loss needs what the encoder gave: did
    two things get the same name?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        q = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(q)}


@misconception("q-with-sigma", item="vae")
class VAE(VAE):
    """The second half of what you return as q is the standard deviation, no longer its logarithm.
    The loss wants q as the encoder gave it."""

    def forward(self, x):
        mu, log_sigma = self.encoder(x).chunk(2, dim=1)
        sigma = torch.exp(log_sigma)
        z = mu + sigma * torch.randn_like(mu)
        return {"q": torch.cat([mu, sigma], dim=1), "rec": self.decoder(z)}


@misconception("forward-returns-tuple", item="vae")
class VAE(VAE):
    """`forward` returns a tuple. The loss looks its parts up by name: which kind of container has
    names?"""

    def forward(self, x):
        outputs = super().forward(x)
        return outputs["q"], outputs["rec"]


@misconception("means-sliced-off-the-batch", item="vae")
class VAE(VAE):
    """`[:nz]` cuts the first axis, and that is the batch: some images are left over, each with all
    of its q. Which axis holds the means, and how is it cut?"""

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = q[: self.nz], q[self.nz :]
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z)}

    def reconstruct(self, x):
        q = self.encoder(x.reshape(-1, in_size))
        return self.decoder(q[: self.nz]).reshape(-1, 28, 28)


@misconception("flat-images-only", item="vae")
class VAE(VAE):
    """`forward` and `loss` work for images of shape (N, 784) alone. They may have an axis of length
    1 in the middle: what makes rows of both?"""

    def forward(self, x):
        count, pixels = x.shape
        return super().forward(x.reshape(count, pixels))

    def loss(self, x, outputs):
        count, pixels = x.shape
        return super().loss(x.reshape(count, pixels), outputs)


@misconception("batch-size-fixed", item="vae")
class VAE(VAE):
    """Your code only works for batches of 64. How many images there are, x itself can tell."""

    def forward(self, x):
        return super().forward(x.reshape(64, in_size))

    def loss(self, x, outputs):
        return super().loss(x.reshape(64, in_size), outputs)


@misconception("kl-arguments-swapped", item="vae")
class VAE(VAE):
    """You measure the divergence of the prior from q. It is q's divergence from the prior that
    counts, and the two are not the same: which comes first in `kl_divergence`?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        prior = torch.zeros_like(mu)
        kl_loss = kl_divergence(prior, prior, mu, log_sigma).sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("halves-swapped-in-loss", item="vae")
class VAE(VAE):
    """`loss` takes the second half of q for the means and the first for the logarithms, and
    `forward` the other way round. Which comes first, by the text?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        log_sigma, mu = outputs["q"].chunk(2, dim=1)
        prior = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, prior, prior).sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("prior-sigma-not-its-log", item="vae")
class VAE(VAE):
    """For the prior you hand `kl_divergence` a 1 where it takes the logarithm of a standard
    deviation. The prior's standard deviation is 1: what is the logarithm of that?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        zeros, ones = torch.zeros_like(mu), torch.ones_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, zeros, ones).sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-of-sigma", item="vae")
class VAE(VAE):
    """You take the exponential of the second half of q before you hand it to `kl_divergence`, which
    wants the logarithm. What do its arguments stand for?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        prior = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, torch.exp(log_sigma), prior, prior).sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-of-log-variance", item="vae")
class VAE(VAE):
    """Your KL divergence is the formula for the logarithm of the variance, while `forward` takes
    the second half of q for the logarithm of the standard deviation. Which of them is it here?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        kl_loss = -0.5 * (1 + log_sigma - mu**2 - torch.exp(log_sigma)).sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-half-missing", item="vae")
class VAE(VAE):
    """Your KL divergence is twice too large. Try one number with mean 2 and standard deviation 1:
    the divergence should be 2."""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        kl = mu**2 + torch.exp(2 * log_sigma) - 1 - 2 * log_sigma
        kl_loss = kl.sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-negative", item="vae")
class VAE(VAE):
    """Your KL divergence is negative, and a divergence never is. Try one number with mean 2 and
    standard deviation 1: the divergence should be 2."""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        kl = 0.5 * (1 + 2 * log_sigma - mu**2 - torch.exp(2 * log_sigma))
        kl_loss = kl.sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-averaged-over-the-code", item="vae")
class VAE(VAE):
    """Your KL divergence is averaged over the numbers of the code as well as over the images. That
    is a consistent model with another beta: yours divided by nz is what the exercise calls beta.
    Where the text says sum, along which axis is that?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        prior = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, prior, prior).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-summed-over-everything", item="vae")
class VAE(VAE):
    """Your KL divergence grows with the batch: it is summed over the images too. Twice the same
    batch should not make the loss larger: what should happen along the batch axis?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        prior = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, prior, prior).sum()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-axes-mixed-up", item="vae")
class VAE(VAE):
    """You sum the KL divergence over the images and average it over the numbers of the code: the
    other way round than asked. Which axis is number 0?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        prior = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, prior, prior).sum(dim=0).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("kl-subtracted", item="vae")
class VAE(VAE):
    """You subtract the KL divergence, so training drives it up without end. Both losses are to
    become small: how do they go together?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        return parts["rec_loss"] - self.beta * parts["kl_loss"], parts


@misconception("beta-ignored", item="vae")
class VAE(VAE):
    """Your loss is the same for every beta. Where does the weight of the KL divergence come in?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        return parts["rec_loss"] + parts["kl_loss"], parts


@misconception("beta-on-reconstruction", item="vae")
class VAE(VAE):
    """Your beta weighs the reconstruction. A larger beta should pull q closer to the prior: which
    of the two losses does it belong to?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        return self.beta * parts["rec_loss"] + parts["kl_loss"], parts


@misconception("beta-on-both", item="vae")
class VAE(VAE):
    """Your beta weighs the sum of both losses, which is no more than another learning rate. Which
    of the two alone does it belong to?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        return self.beta * (parts["rec_loss"] + parts["kl_loss"]), parts


@misconception("beta-not-of-the-model", item="vae")
class VAE(VAE):
    """Your loss weighs the KL divergence with one beta for all models. Each model was built with
    its own, and keeps it: where?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        return parts["rec_loss"] + 0.005 * parts["kl_loss"], parts


@misconception("kl-loss-weighed-already", item="vae")
class VAE(VAE):
    """What you return as kl_loss is beta times the divergence. Two models with different betas can
    then not be compared: at which place alone should beta enter?"""

    def loss(self, x, outputs):
        total, parts = super().loss(x, outputs)
        return total, {"rec_loss": parts["rec_loss"], "kl_loss": self.beta * parts["kl_loss"]}


@misconception("rec-loss-summed-over-pixels", item="vae")
class VAE(VAE):
    """Your reconstruction loss is summed over the pixels, and so 784 times larger than asked. That
    changes what a beta means: what should happen over the pixels here, and what over the images?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        bce = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1), reduction="none")
        rec_loss = bce.sum(dim=1).mean()
        return rec_loss + self.beta * parts["kl_loss"], {**parts, "rec_loss": rec_loss}


@misconception("rec-loss-summed-over-everything", item="vae")
class VAE(VAE):
    """Your reconstruction loss is summed over pixels and images, so it grows with the batch. What
    should `reduction` be, for an average over all of them?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        rec, target = outputs["rec"].flatten(1), x.flatten(1)
        rec_loss = F.binary_cross_entropy(rec, target, reduction="sum")
        return rec_loss + self.beta * parts["kl_loss"], {**parts, "rec_loss": rec_loss}


@misconception("squared-error", item="vae")
class VAE(VAE):
    """Your reconstruction loss is the squared error. The exercise asks for the binary cross
    entropy: a pixel as the probability of being white."""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        rec_loss = F.mse_loss(outputs["rec"].flatten(1), x.flatten(1))
        return rec_loss + self.beta * parts["kl_loss"], {**parts, "rec_loss": rec_loss}


@misconception("target-and-prediction-swapped", item="vae")
class VAE(VAE):
    """The binary cross entropy is not symmetric, and you hand it the image as the prediction and
    the reconstruction as the target. Which one comes first?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        rec_loss = F.binary_cross_entropy(x.flatten(1), outputs["rec"].flatten(1))
        return rec_loss + self.beta * parts["kl_loss"], {**parts, "rec_loss": rec_loss}


@misconception("sigmoid-again-in-loss", item="vae")
class VAE(VAE):
    """The loss that you chose applies a sigmoid of its own, and the decoder ends in one already.
    Even perfect pictures would not bring this loss to zero: which version takes probabilities?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        rec, target = outputs["rec"].flatten(1), x.flatten(1)
        rec_loss = F.binary_cross_entropy_with_logits(rec, target)
        return rec_loss + self.beta * parts["kl_loss"], {**parts, "rec_loss": rec_loss}


@misconception("loss-as-plain-number", item="vae")
class VAE(VAE):
    """The total that you return is a plain number, which no gradient can come back from. When is
    the time for `.item()`: before the training step, or after it?"""

    def loss(self, x, outputs):
        total, parts = super().loss(x, outputs)
        return total.item(), {name: part.item() for name, part in parts.items()}


@misconception("parts-as-plain-numbers", item="vae")
class VAE(VAE):
    """`rec_loss` and `kl_loss` are plain numbers in what you return. The text asks for tensors; it
    is the training loop that makes numbers of them."""

    def loss(self, x, outputs):
        total, parts = super().loss(x, outputs)
        return total, {name: part.item() for name, part in parts.items()}


@misconception("loss-detached", item="vae")
class VAE(VAE):
    """No gradient comes back from your total: its graph is cut. Is there a `detach`, a `.data` or a
    `no_grad` on the way?"""

    def loss(self, x, outputs):
        with torch.no_grad():
            return super().loss(x, outputs)


@misconception("loss-alone", item="vae")
class VAE(VAE):
    """`loss` returns the total alone. The training loop plots both parts as well: what did the text
    ask for, and in which order?"""

    def loss(self, x, outputs):
        total, _ = super().loss(x, outputs)
        return total


@misconception("loss-reshapes-outputs", item="vae")
class VAE(VAE):
    """Your loss puts something new into the dict that it was given, and whoever looks at the
    outputs after it finds them changed. What could take up the reshaped images instead?"""

    def loss(self, x, outputs):
        outputs["rec"] = outputs["rec"].reshape(-1, 28, 28)
        return super().loss(x, outputs)


@misconception("loss-writes-into-q", item="vae")
class VAE(VAE):
    """Your loss overwrites q, so whoever looks at it afterwards finds something else. In PyTorch an
    underscore behind a method's name is a warning: what does it say?"""

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"][:, : self.nz], outputs["q"][:, self.nz :]
        kl = -log_sigma - 0.5 + 0.5 * mu**2 + 0.5 * log_sigma.mul_(2).exp_()
        kl_loss = kl.sum(dim=1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


@misconception("reconstruct-samples", item="vae")
class VAE(VAE):
    """Your reconstructions have noise in them: two calls give two different images. Which point of
    the posterior should be decoded when nothing is left to chance?"""

    def reconstruct(self, x):
        return self.forward(x.reshape(-1, in_size))["rec"].reshape(-1, 28, 28)


@misconception("reconstruct-decodes-both-halves", item="vae")
class VAE(VAE):
    """You get twice as many images as you put in: both halves of q are decoded as if they were
    codes. Which of them is one?"""

    def reconstruct(self, x):
        q = self.encoder(x.reshape(-1, in_size)).reshape(-1, self.nz)
        return self.decoder(q).reshape(-1, 28, 28)


@misconception("reconstruct-decodes-second-half", item="vae")
class VAE(VAE):
    """`reconstruct` decodes the logarithms of the standard deviations. Which half of q holds the
    means?"""

    def reconstruct(self, x):
        q = self.encoder(x.reshape(-1, in_size))
        return self.decoder(q[:, self.nz :]).reshape(-1, 28, 28)


@misconception("reconstruct-slices-the-batch", item="vae")
class VAE(VAE):
    """`[:nz]` cuts the first axis. For one image alone that may be its q, but for a batch it is the
    images. Which axis holds the means in both cases?"""

    def reconstruct(self, x):
        q = self.encoder(x.reshape(-1, in_size))
        return self.decoder(q.squeeze(0)[: self.nz].reshape(-1, self.nz)).reshape(-1, 28, 28)


@misconception("reconstruct-one-image-only", item="vae")
class VAE(VAE):
    """`reconstruct` works for one image alone. It is called with batches as well: how many images
    there are, x can tell."""

    def reconstruct(self, x):
        mu = self.encoder(x.reshape(1, in_size))[:, : self.nz]
        return self.decoder(mu).reshape(1, 28, 28)


@misconception("reconstruct-batches-only", item="vae")
class VAE(VAE):
    """`reconstruct` fails for one image alone, of shape (784,), which has no batch axis. What makes
    a batch of one of it, and leaves a batch as it is?"""

    def reconstruct(self, x):
        mu = self.encoder(x)[:, : self.nz]
        return self.decoder(mu).reshape(-1, 28, 28)


@misconception("reconstruct-left-flat", item="vae")
class VAE(VAE):
    """What `reconstruct` returns is still what the decoder gives, (N, 1, 784). Which shape is asked
    for?"""

    def reconstruct(self, x):
        mu = self.encoder(x.reshape(-1, in_size))[:, : self.nz]
        return self.decoder(mu)


@misconception("reconstruct-with-channel", item="vae")
class VAE(VAE):
    """`reconstruct` gives (N, 1, 28, 28). Here pictures are asked for as they are plotted: without
    the channel axis."""

    def reconstruct(self, x):
        mu = self.encoder(x.reshape(-1, in_size))[:, : self.nz]
        return self.decoder(mu).reshape(-1, 1, 28, 28)


# --- train_vae ------------------------------------------------------------------------------------


@misconception("vae-training-gradients-never-cleared", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """The gradients of all batches so far pile up, since `backward` only ever adds to them. Who
    clears them, and when?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-step-missing", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """The gradients are computed, and nobody makes use of them. Which call moves the parameters?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-backward-missing", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """Nothing tells the parameters in which direction the loss falls. What computes the
    gradients?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            _, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-body-outside-the-batch-loop", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """The model sees one batch per epoch, the last one. Which lines have to be repeated for every
    batch, and how far are yours indented?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
        total, parts = model.loss(x, model(x))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        rec_losses.append(parts["rec_loss"].item())
        kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-one-epoch-only", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """However many epochs are asked for, the loader is gone through once. Where is `epochs` used,
    and is `return` outside the loops?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for x, _labels in loader:
        x = x.to(device).reshape(len(x), in_size)
        total, parts = model.loss(x, model(x))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        rec_losses.append(parts["rec_loss"].item())
        kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-learning-rate-ignored", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """The optimizer always has the same learning rate. Your function is told one: who uses it?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-kl-not-trained", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """Only the reconstruction loss is followed downhill, and the KL divergence is looked at but not
    trained. Which of the things that `model.loss` returns weighs both?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            _, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            parts["rec_loss"].backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-beta-left-out", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """You add the two parts up again, and beta gets lost. `model.loss` returns their weighted sum
    already: which of its results is it?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            _, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            (parts["rec_loss"] + parts["kl_loss"]).backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-totals-returned", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """The first of your lists holds the total. Which number does the exercise ask for beside the KL
    divergence?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(total.item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-lists-swapped", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """Your two lists come in the other order. Which of the two losses comes first?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return kl_losses, rec_losses


@misconception("vae-training-losses-hold-their-graph", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """Each entry of your lists still holds on to the whole graph of its step, so the memory fills
    up while you train. How do you get the bare number out of a tensor?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"])
            kl_losses.append(parts["kl_loss"])
    return rec_losses, kl_losses


@misconception("vae-training-batch-size-of-the-notebook", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """Your loop only works for batches as large as the notebook's `batch_size`. Who knows how many
    images there really are in this one?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(batch_size, in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-loss-arguments-swapped", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """`model.loss` is handed its two arguments the wrong way round. Which one comes first in its
    signature?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(model(x), x)
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-with-a-loss-of-its-own", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """Your loop computes a loss by itself and does not ask the model for its own. So what you wrote
    in the model's `loss`, and its beta, have no effect here."""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            outputs = model(x)
            rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x)
            mu, log_sigma = outputs["q"].chunk(2, dim=1)
            zeros = torch.zeros_like(mu)
            kl_loss = kl_divergence(mu, log_sigma, zeros, zeros).sum(dim=1).mean()
            optimizer.zero_grad()
            (rec_loss + model.beta * kl_loss).backward()
            optimizer.step()
            rec_losses.append(rec_loss.item())
            kl_losses.append(kl_loss.item())
    return rec_losses, kl_losses


@misconception("vae-training-one-list-of-pairs", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """One list of pairs comes back. The exercise asks for a pair of lists, so that each can be
    plotted by itself."""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return list(zip(rec_losses, kl_losses, strict=True))


@misconception("vae-training-reconstructions-only-returned", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """One list comes back, that of the reconstruction losses. What about the other one?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses


@misconception("vae-training-losses-per-epoch", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """There is one number per epoch in your lists. The exercise asks for those of every step: where
    should they be appended?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
        rec_losses.append(parts["rec_loss"].item())
        kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-plain-gradient-descent", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """The steps are those of plain gradient descent, which at this learning rate hardly moves.
    Which optimizer does the exercise ask for?"""
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("vae-training-beta-warmed-up", item="train_vae")
def train_vae(model, loader, epochs, learning_rate=1e-3):
    """Your loop gives the model another beta than the one that it was built with, so its figures
    belong to a loss that nobody asked for. Whose matter is beta, the model's or the loop's?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    beta = model.beta
    for epoch in range(epochs):
        model.beta = beta * (epoch + 1) / (epochs + 1)
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    model.beta = beta
    return rec_losses, kl_losses


# --- tuned_beta -----------------------------------------------------------------------------------


# (A number has no room for a hint: so a class of the solution's sets it, and stays what it is.)


@misconception("beta-zero", item="tuned_beta")
class VAE(VAE):
    """With beta = 0 the KL divergence does not count at all, and what you train is an auto-encoder
    with noise. What did its samples from the prior look like?"""

    global TUNED_BETA
    TUNED_BETA = 0.0


@misconception("beta-negative", item="tuned_beta")
class VAE(VAE):
    """A negative beta rewards the model for codes that are far from the prior. Which sign lets the
    two losses pull against each other?"""

    global TUNED_BETA
    TUNED_BETA = -0.005


@misconception("beta-too-small", item="tuned_beta")
class VAE(VAE):
    """Your beta is so small that the KL divergence hardly counts: reconstructions are sharp, but
    how do samples from the prior look? Search upwards, in steps of ten."""

    global TUNED_BETA
    TUNED_BETA = 1e-6


@misconception("beta-too-large", item="tuned_beta")
class VAE(VAE):
    """Your beta is so large that the KL divergence drowns the rest: what becomes of the codes, and
    of the reconstructions? Remember that one loss is an average over 784 pixels and the other a
    sum, and search downwards, in steps of ten."""

    global TUNED_BETA
    TUNED_BETA = 1.0


@misconception("beta-in-quotes", item="tuned_beta")
class VAE(VAE):
    """What you assigned is a text that reads like a number. A number has no quotes around it."""

    global TUNED_BETA
    TUNED_BETA = "0.005"


@misconception("betas-tried", item="tuned_beta")
class VAE(VAE):
    """These are several numbers that you tried. Which one of them is it?"""

    global TUNED_BETA
    TUNED_BETA = (0.5, 0.05, 0.005)


# --- interpolate ----------------------------------------------------------------------------------


@misconception("interpolation-stops-short", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """Your last image is not yet the second one: the way is cut into `steps` pieces, and their last
    end is missing. How many pieces lie between 5 points?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        z = torch.stack([torch.lerp(start, end, i / steps) for i in range(steps)])
        return model.decoder(z).reshape(steps, 28, 28)


@misconception("interpolation-without-ends", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """Neither the first nor the last of your images is one of the two you started from: only points
    in between are decoded. Which of them should be there too?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps + 2, device=pair.device)[1:-1].unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)


@misconception("interpolation-backwards", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """Your way leads from the second image to the first. With a share of 0, which of the two codes
    should be left over?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        return model.decoder(share * start + (1 - share) * end).reshape(steps, 28, 28)


@misconception("interpolation-of-images", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """You fade one image over into the other and send each mixture through the model. It is the
    codes that should be mixed: at which moment do you have two codes in hand?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        codes = model.encoder(torch.lerp(pair[0], pair[1], share))[:, : model.nz]
        return model.decoder(codes).reshape(steps, 28, 28)


@misconception("interpolation-of-pixels", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """You fade one image over into the other, and the model is not asked at all. What is
    interpolated are the codes, and what you see are their images."""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    return torch.lerp(pair[0], pair[1], share).reshape(steps, 28, 28)


@misconception("interpolation-of-reconstructions", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """You decode the two codes and fade one picture over into the other. The order matters here:
    does the mixing come before the decoder or after it?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.decoder(model.encoder(pair)[:, : model.nz]).reshape(2, in_size)
        return torch.lerp(start, end, share).reshape(steps, 28, 28)


@misconception("interpolation-of-samples", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """With a VAE, two calls of yours give two different ways: the ends are drawn. Which point of
    the posterior stands for an image when nothing should be left to chance?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        q = model.encoder(pair)
        z, log_sigma = q[:, : model.nz], q[:, model.nz :]
        if log_sigma.shape[1]:
            z = z + torch.exp(log_sigma) * torch.randn_like(z)
        return model.decoder(torch.lerp(z[0], z[1], share)).reshape(steps, 28, 28)


@misconception("interpolation-of-all-of-q", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """For a VAE, what the encoder gives is twice as long as a code, and the decoder can't take it.
    Which half of it is the code that you want?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)
        return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)


@misconception("interpolation-takes-the-last-half", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """For a VAE you interpolate the logarithms of the standard deviations. Which half of q holds
    the means?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, -model.nz :]
        return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)


@misconception("interpolation-nz-of-the-notebook", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """You cut the means off at the notebook's 32 numbers, whatever the model was built for. Who
    knows how long its codes are?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, :32]
        return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)


@misconception("interpolation-ignores-steps", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """You always give five images. `steps` says how many are asked for: where does it enter?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, 5, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        return model.decoder(torch.lerp(start, end, share)).reshape(-1, 28, 28)


@misconception("interpolation-left-flat", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """What you return is still what the decoder gives, (steps, 1, 784). Which shape is asked
    for?"""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        return model.decoder(torch.lerp(start, end, share))


@misconception("interpolation-without-batch-axis", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """The encoder takes batches, and an image alone, such as (784,) or (28, 28), is none: its
    pixels or rows would be the batch. What makes a batch of one image, whatever its shape?"""
    with torch.no_grad():
        start = model.encoder(start_img)[:, : model.nz]
        end = model.encoder(end_img)[:, : model.nz]
        share = torch.linspace(0, 1, steps, device=start.device).unsqueeze(1)
        return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)


@misconception("interpolation-unequal-steps", item="interpolate")
def interpolate(model, start_img, end_img, steps=5):
    """Your points crowd near the first image: each goes half of the remaining way, or the like. The
    shares should grow by the same amount from point to point."""
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1) ** 2
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)


# --- cvae -----------------------------------------------------------------------------------------


@misconception("cvae-encoder-not-told", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """The encoder does not make use of the label. It should get both: what an image shows, and how
    it shows it."""

    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__(nz, input_size, False, num_labels)


@misconception("cvae-decoder-not-told", item="cvae")
class CVAEDecoder(CVAEDecoder):
    """The decoder does not make use of the label. Then how would you ask for a certain digit?"""

    def __init__(self, nz, output_size, conditional, num_labels):
        super().__init__(nz, output_size, False, num_labels)


@misconception("cvae-label-before-the-image", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """Your encoder puts the label before the pixels. The exercise says appended: where is that?"""

    def forward(self, x, c=None):
        x = x.flatten(start_dim=1)
        if self.conditional:
            x = torch.cat([idx2onehot(c, self.num_labels), x], dim=1)
        return self.net(x)


@misconception("cvae-label-before-the-code", item="cvae")
class CVAEDecoder(CVAEDecoder):
    """Your decoder puts the label before the code. The exercise says appended: where is that?"""

    def forward(self, z, c=None):
        if self.conditional:
            z = torch.cat([idx2onehot(c, self.num_labels), z], dim=1)
        return self.net(z)


@misconception("cvae-encoder-for-ten-labels", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """Your encoder is built for ten labels, however many there are. Who knows their number?"""

    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__(nz, input_size, conditional, 10)


@misconception("cvae-decoder-for-ten-labels", item="cvae")
class CVAEDecoder(CVAEDecoder):
    """Your decoder is built for ten labels, however many there are. Who knows their number?"""

    def __init__(self, nz, output_size, conditional, num_labels):
        super().__init__(nz, output_size, conditional, 10)


@misconception("cvae-encoder-one-hot-of-wrong-width", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """The one-hot rows in your encoder always have ten places, and its first layer waits for
    `num_labels` of them. Which of the two should follow the other?"""

    def forward(self, x, c=None):
        x = x.flatten(start_dim=1)
        if self.conditional:
            x = torch.cat([x, idx2onehot(c, 10)], dim=1)
        return self.net(x)


@misconception("cvae-encoder-one-hot-always", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """Your encoder makes a one-hot row even where it is not conditional. What is `c` then?"""

    def forward(self, x, c=None):
        x, label = x.flatten(start_dim=1), idx2onehot(c, self.num_labels)
        return self.net(torch.cat([x, label], dim=1) if self.conditional else x)


@misconception("cvae-decoder-one-hot-always", item="cvae")
class CVAEDecoder(CVAEDecoder):
    """Your decoder makes a one-hot row even where it is not conditional. What is `c` then?"""

    def forward(self, z, c=None):
        label = idx2onehot(c, self.num_labels)
        return self.net(torch.cat([z, label], dim=1) if self.conditional else z)


@misconception("cvae-encoder-joined-on-the-batch-axis", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """Your encoder puts the labels below the images, as if they were more images. They belong
    beside them: along which axis?"""

    def forward(self, x, c=None):
        x = x.flatten(start_dim=1)
        if self.conditional:
            x = torch.cat([x, idx2onehot(c, self.num_labels)])
        return self.net(x)


@misconception("cvae-encoder-not-widened", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """You hand the encoder's layers the pixels and the label, but the first of them waits for the
    pixels alone. How many numbers arrive there?"""

    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__(nz, input_size, conditional, num_labels)
        self.net = Encoder(nz, input_size)


@misconception("cvae-decoder-not-widened", item="cvae")
class CVAEDecoder(CVAEDecoder):
    """You hand the decoder's layers the code and the label, but the first of them waits for the
    code alone. How many numbers arrive there?"""

    def __init__(self, nz, output_size, conditional, num_labels):
        super().__init__(nz, output_size, conditional, num_labels)
        self.net = Decoder(nz, output_size)


@misconception("cvae-label-as-one-number", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """The label enters your encoder as one number, so a 9 is nine times a 1. Classes have no order:
    what are one-hot rows for?"""

    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__(nz, input_size, conditional, num_labels)
        self.net = Encoder(nz, input_size + 1)

    def forward(self, x, c=None):
        return self.net(torch.cat([x.flatten(start_dim=1), c.reshape(-1, 1).float()], dim=1))


@misconception("cvae-latent-widened", item="cvae")
class CVAEEncoder(CVAEEncoder):
    """Your encoder's output grows with the number of labels. It is the input that gets the label: a
    code keeps its length."""

    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__(nz, input_size, conditional, num_labels)
        self.net = Encoder(nz + num_labels, input_size + num_labels)


@misconception("cvae-decoder-without-middle-axis", item="cvae")
class CVAEDecoder(CVAEDecoder):
    """Your conditional decoder gives (N, output_size). Its images should have the axis in the
    middle that those of `Decoder` have."""

    def forward(self, z, c=None):
        return super().forward(z, c).squeeze(1)


@misconception("cvae-encoder-of-nz-outputs", item="cvae")
class CVAE(CVAE):
    """The encoder of your CVAE gives nz numbers. A posterior has a mean and a log_sigma for each of
    the nz numbers of a code: how many is that?"""

    def __init__(self, nz, beta=1.0, conditional=False, num_labels=0):
        super().__init__(nz, beta, conditional, num_labels)
        self.encoder = CVAEEncoder(nz, in_size, conditional, num_labels)


@misconception("cvae-networks-not-conditional", item="cvae")
class CVAE(CVAE):
    """Your CVAE is told that it is conditional, and does not pass that on to its two networks."""

    def __init__(self, nz, beta=1.0, conditional=False, num_labels=0):
        super().__init__(nz, beta, conditional, num_labels)
        self.encoder = CVAEEncoder(2 * nz, in_size, False, num_labels)
        self.decoder = CVAEDecoder(nz, out_size, False, num_labels)

    def forward(self, x, c=None):
        return {**super().forward(x), "c": c}

    def reconstruct(self, x, c=None):
        return super().reconstruct(x)


@misconception("cvae-forward-forgets-c-in-encoder", item="cvae")
class CVAE(CVAE):
    """In `forward` the encoder is called without the label. Which arguments does it take?"""

    def forward(self, x, c=None):
        q = self.encoder(x)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z, c), "c": c}


@misconception("cvae-forward-forgets-c-in-decoder", item="cvae")
class CVAE(CVAE):
    """In `forward` the decoder is called without the label. Which arguments does it take?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z), "c": c}


@misconception("cvae-decodes-the-mean", item="cvae")
class CVAE(CVAE):
    """`forward` decodes the mean. Knowing the label does not replace the draw: what becomes of
    log_sigma?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu = q[:, : self.nz]
        return {"q": q, "rec": self.decoder(mu, c), "c": c}


@misconception("cvae-log-sigma-halved", item="cvae")
class CVAE(CVAE):
    """You halve log_sigma before `exp`. That would be right for the logarithm of a variance: of
    what is this one the logarithm?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma / 2) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z, c), "c": c}


@misconception("cvae-halves-swapped", item="cvae")
class CVAE(CVAE):
    """You take the first half of q for log_sigma and the second for the mean. Which comes first?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        log_sigma, mu = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z, c), "c": c}


@misconception("cvae-uniform-noise", item="cvae")
class CVAE(CVAE):
    """Your noise lies between 0 and 1, so that every code lies above its mean. Which distribution
    has the noise of a VAE?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.rand_like(mu)
        return {"q": q, "rec": self.decoder(z, c), "c": c}


@misconception("cvae-gradient-cut", item="cvae")
class CVAE(CVAE):
    """No gradient comes back through z. What does the trick with the noise achieve, and what cuts
    the graph here?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        z = (mu + torch.exp(log_sigma) * torch.randn_like(mu)).detach()
        return {"q": q, "rec": self.decoder(z, c), "c": c}


@misconception("cvae-sliced-at-the-notebooks-nz", item="cvae")
class CVAE(CVAE):
    """You split q at 32, the notebook's `nz`. A model of another size splits elsewhere: who knows
    where?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q[:, :32], q[:, 32:]
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z, c), "c": c}


@misconception("cvae-c-not-returned", item="cvae")
class CVAE(CVAE):
    """Your outputs have no "c". What does the docstring of `forward` list?"""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z, c)}


@misconception("cvae-returns-one-hot-rows", item="cvae")
class CVAE(CVAE):
    """Your "c" are one-hot rows, not the labels that came in."""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": q, "rec": self.decoder(z, c), "c": idx2onehot(c, self.num_labels)}


@misconception("cvae-q-overwritten-by-z", item="cvae")
class CVAE(CVAE):
    """Your "q" are the codes that were drawn. The loss needs the posterior itself: all that the
    encoder gave."""

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        z = mu + torch.exp(log_sigma) * torch.randn_like(mu)
        return {"q": z, "rec": self.decoder(z, c), "c": c}


@misconception("cvae-loss-without-beta", item="cvae")
class CVAE(CVAE):
    """In the loss of your CVAE beta is missing. What weighs the two parts against each other?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        return parts["rec_loss"] + parts["kl_loss"], parts


@misconception("cvae-kl-averaged-over-the-code", item="cvae")
class CVAE(CVAE):
    """The KL divergence of your CVAE is averaged over the numbers of the code. For the VAE they
    were added up: with the average, beta means something else."""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        kl_loss = parts["kl_loss"] / self.nz
        total = parts["rec_loss"] + self.beta * kl_loss
        return total, {"rec_loss": parts["rec_loss"], "kl_loss": kl_loss}


@misconception("cvae-rec-loss-summed", item="cvae")
class CVAE(CVAE):
    """The reconstruction loss of your CVAE is a sum over pixels and images. What did the VAE's do
    with them?"""

    def loss(self, x, outputs):
        _, parts = super().loss(x, outputs)
        rec_loss = parts["rec_loss"] * x.numel()
        total = rec_loss + self.beta * parts["kl_loss"]
        return total, {"rec_loss": rec_loss, "kl_loss": parts["kl_loss"]}


@misconception("cvae-reconstruct-forgets-c", item="cvae")
class CVAE(CVAE):
    """`reconstruct` gets the label and drops it. Both networks want to know it here, too."""

    def reconstruct(self, x, c=None):
        mu = self.encoder(x.reshape(-1, in_size))[:, : self.nz]
        return self.decoder(mu).reshape(-1, 28, 28)


@misconception("cvae-reconstruct-forgets-c-in-decoder", item="cvae")
class CVAE(CVAE):
    """`reconstruct` tells the encoder the label, but not the decoder. Which of them draws the
    digit?"""

    def reconstruct(self, x, c=None):
        mu = self.encoder(x.reshape(-1, in_size), c)[:, : self.nz]
        return self.decoder(mu).reshape(-1, 28, 28)


@misconception("cvae-reconstruct-samples", item="cvae")
class CVAE(CVAE):
    """`reconstruct` draws a code, so that each call gives other images. What is the best single
    guess at the code?"""

    def reconstruct(self, x, c=None):
        return self.forward(x.reshape(-1, in_size), c)["rec"].reshape(-1, 28, 28)


@misconception("cvae-reconstruct-slices-the-batch", item="cvae")
class CVAE(CVAE):
    """`reconstruct` cuts off rows where it should cut columns: along which axis do mean and
    log_sigma stand beside each other?"""

    def reconstruct(self, x, c=None):
        mu = self.encoder(x.reshape(-1, in_size), c)[: self.nz]
        return self.decoder(mu, c).reshape(-1, 28, 28)


@misconception("cvae-reconstruct-decodes-second-half", item="cvae")
class CVAE(CVAE):
    """`reconstruct` decodes the second half of q. Which half holds the means?"""

    def reconstruct(self, x, c=None):
        mu = self.encoder(x.reshape(-1, in_size), c)[:, self.nz :]
        return self.decoder(mu, c).reshape(-1, 28, 28)


@misconception("cvae-reconstruct-one-image-only", item="cvae")
class CVAE(CVAE):
    """`reconstruct` can only give a single image. How many come in?"""

    def reconstruct(self, x, c=None):
        mu = self.encoder(x.reshape(-1, in_size), c)[:, : self.nz]
        return self.decoder(mu, c).reshape(1, 28, 28)


@misconception("cvae-reconstruct-batches-only", item="cvae")
class CVAE(CVAE):
    """`reconstruct` fails for one image alone, which has no batch axis. How can the same lines
    serve for both?"""

    def reconstruct(self, x, c=None):
        mu = self.encoder(x, c)[:, : self.nz]
        return self.decoder(mu, c).reshape(-1, 28, 28)


@misconception("cvae-reconstruct-left-flat", item="cvae")
class CVAE(CVAE):
    """`reconstruct` gives rows of pixels. What shape has an image?"""

    def reconstruct(self, x, c=None):
        mu = self.encoder(x.reshape(-1, in_size), c)[:, : self.nz]
        return self.decoder(mu, c)


# --- sample_digits --------------------------------------------------------------------------------


@misconception("cvae-training-gradients-never-cleared", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """The gradients of all batches so far pile up, since `backward` only ever adds to them. Who
    clears them, and when?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels))
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-step-missing", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """The gradients are computed, and nobody makes use of them. Which call moves the parameters?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-backward-missing", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Nothing tells the parameters in which direction the loss falls. What computes the
    gradients?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            _, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-body-outside-the-batch-loop", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """The model sees one batch per epoch, the last one. Which lines have to be repeated for every
    batch, and how far are yours indented?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
        total, parts = model.loss(x, model(x, labels))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        rec_losses.append(parts["rec_loss"].item())
        kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-one-epoch-only", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """However many epochs are asked for, the loader is gone through once. Where is `epochs` used,
    and is `return` outside the loops?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for x, labels in loader:
        x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
        total, parts = model.loss(x, model(x, labels))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        rec_losses.append(parts["rec_loss"].item())
        kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-learning-rate-ignored", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """The optimizer always has the same learning rate. Your function is told one: who uses it?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-kl-not-trained", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Only the reconstruction loss is followed downhill, and the KL divergence is looked at but not
    trained. Which of the things that `model.loss` returns weighs both?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            _, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            parts["rec_loss"].backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-beta-left-out", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """You add the two parts up again, and beta gets lost. `model.loss` returns their weighted sum
    already: which of its results is it?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            _, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            (parts["rec_loss"] + parts["kl_loss"]).backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-totals-returned", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """The first of your lists holds the total. Which number does the exercise ask for beside the KL
    divergence?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(total.item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-lists-swapped", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Your two lists come in the other order. Which of the two losses comes first?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return kl_losses, rec_losses


@misconception("cvae-training-losses-hold-their-graph", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Each entry of your lists still holds on to the whole graph of its step, so the memory fills
    up while you train. How do you get the bare number out of a tensor?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"])
            kl_losses.append(parts["kl_loss"])
    return rec_losses, kl_losses


@misconception("cvae-training-batch-size-of-the-notebook", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Your loop only works for batches as large as the notebook's `batch_size`. Who knows how many
    images there really are in this one?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(batch_size, in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-without-labels", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Your loop never shows the model a label, so it can't learn which digit is which. Who has the
    labels, and who needs them?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-one-hot-labels", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """The model turns labels into one-hot rows by itself, and you hand it one-hot rows already.
    What shape does its `forward` ask for?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, idx2onehot(labels, 10)))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-labels-as-floats", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Labels are the numbers of classes, whole ones: what is the type of yours?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels.float()))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("cvae-training-labels-mixed-apart", item="sample_digits")
def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """The labels that the model gets are not those of its images. What happens to their order on
    the way?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to(device).reshape(len(x), in_size), labels.to(device)
            total, parts = model.loss(x, model(x, labels.flip(0)))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


@misconception("digits-uniform-codes", item="sample_digits")
def sample_digits(model):
    """Your codes lie between 0 and 1. Which distribution is the prior?"""
    labels = torch.arange(10, device=device)
    z = torch.rand(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-uniform-codes-centred", item="sample_digits")
def sample_digits(model):
    """Your codes lie between -1 and 1. Which distribution is the prior?"""
    labels = torch.arange(10, device=device)
    z = torch.rand(10, model.nz, device=device) * 2 - 1
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-one-code-for-all", item="sample_digits")
def sample_digits(model):
    """All ten digits are decoded from one and the same code. The exercise asks for a draw for each
    label."""
    labels = torch.arange(10, device=device)
    z = torch.randn(1, model.nz, device=device).expand(10, -1)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-without-noise", item="sample_digits")
def sample_digits(model):
    """Your codes are all zero: nothing is drawn. What is it that is drawn from the prior?"""
    labels = torch.arange(10, device=device)
    z = torch.zeros(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-seed-within", item="sample_digits")
def sample_digits(model):
    """Every call gives the same ten images: the random generator is set back to a seed inside the
    function. Draw freely here; set the seed where you want repeatable numbers."""
    torch.manual_seed(0)
    labels = torch.arange(10, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-nz-of-the-notebook", item="sample_digits")
def sample_digits(model):
    """Your codes have the notebook's 32 numbers. How does a function learn how long the codes of
    the model are that it was handed?"""
    labels = torch.arange(10, device=device)
    z = torch.randn(10, 32, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-random-labels", item="sample_digits")
def sample_digits(model):
    """Each of your digits has a label by chance. The exercise asks for one of each, in order."""
    labels = torch.randint(10, (10,), device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-one-label-for-all", item="sample_digits")
def sample_digits(model):
    """All your images are of the same digit. Which labels should the decoder get?"""
    labels = torch.zeros(10, dtype=torch.long, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-backwards", item="sample_digits")
def sample_digits(model):
    """Your digits come in the wrong order: which one should be the first?"""
    labels = torch.arange(9, -1, -1, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-from-one-to-ten", item="sample_digits")
def sample_digits(model):
    """Your labels run from 1 to 10. Which ten digits are there?"""
    labels = torch.arange(1, 11, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-without-labels", item="sample_digits")
def sample_digits(model):
    """The decoder gets a code and no label. How should it know which digit you want?"""
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z).reshape(10, 28, 28)


@misconception("digits-left-flat", item="sample_digits")
def sample_digits(model):
    """Your images are still rows of pixels. What shape does an image have?"""
    labels = torch.arange(10, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels)


@misconception("digits-with-channel", item="sample_digits")
def sample_digits(model):
    """Your images have an axis too many. The exercise asks for (10, 28, 28)."""
    labels = torch.arange(10, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 1, 28, 28)


@misconception("digits-narrow-codes", item="sample_digits")
def sample_digits(model):
    """Your codes are drawn more closely around zero than the prior has them. What is its standard
    deviation?"""
    labels = torch.arange(10, device=device)
    z = 0.5 * torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)


@misconception("digits-black-and-white", item="sample_digits")
def sample_digits(model):
    """What you return is not what the decoder gave: its greys are gone. They say how bright a pixel
    is, so leave them."""
    labels = torch.arange(10, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28).round()
