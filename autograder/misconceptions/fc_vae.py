# ruff: noqa: F811
# (one name is defined again and again here: every definition is one wrong variant of it)
# mypy: ignore-errors
"""Wrong variants of fc_vae, each with the hint that helps; sorted by item, as in the spec's table.

A variant's source takes the place of the definition of the same name in the solution's `vae.py`.
Its docstring is what a student reads whose outputs equal the variant's.
"""

import torch
from torch import nn
from torch.nn import functional as F

from autograder.misconceptions import misconception, reference

VAE, CVAE, reparametrize, loss_function = reference(
    "fc_vae", "VAE", "CVAE", "reparametrize", "loss_function"
)

# encoder ------------------------------------------------------------------------------------------


@misconception("super-init-missing", item="encoder")
class VAE(VAE):
    """A module has to be set up before layers can be put into it: what should the first line of
    `__init__` call?"""

    def __init__(self, input_size, latent_size=15):
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_size, 400), nn.ReLU())


@misconception("hidden-dim-none", item="encoder")
class VAE(VAE):
    """A layer is built with a width that is still `None`. Give `self.hidden_dim` its value (400)
    before the first layer that uses it."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.hidden_dim = None
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(input_size, self.hidden_dim), nn.ReLU()
        )


@misconception("relu-not-called", item="encoder")
class VAE(VAE):
    """`nn.Sequential` is made of layers, and `nn.ReLU` alone is only the recipe for one: what do
    you write after `nn.Linear` to make a layer from the recipe?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.ReLU,
            nn.Linear(400, 400),
            nn.ReLU,
            nn.Linear(400, 400),
            nn.ReLU,
        )


@misconception("layers-in-python-list", item="encoder")
class VAE(VAE):
    """Layers in a plain Python list work in `forward`, but PyTorch does not see them: they are
    missing from `parameters()`, so nothing trains them. Which containers of `torch.nn` hold
    layers? And can `model.encoder` still be called on a batch?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        del self.encoder
        self.encoder = [
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        ]

    def forward(self, x):
        h = x
        for layer in self.encoder:
            h = layer(h)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("flatten-missing", item="encoder")
class VAE(VAE):
    """A Linear layer works on the last axis only, and the last axis of (N, 1, H, W) is a single
    row of pixels. What has to happen to the images before the first Linear layer?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )


@misconception("flatten-merges-batch", item="encoder")
class VAE(VAE):
    """The flattening swallowed the batch axis: all images became one long row. Flatten everything
    but axis 0, and try it with more than one image."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(start_dim=0),
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )


@misconception("input-size-hard-coded", item="encoder")
class VAE(VAE):
    """The encoder fits MNIST's 784 pixels and nothing else. The number of pixels is an argument of
    your class: does every layer use it?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )


@misconception("latent-size-hard-coded", item="encoder")
class VAE(VAE):
    """The code always has 15 numbers, whatever `latent_size` says. 15 is only the default: which
    layers have to follow the argument?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, 15)
        self.latent_size = latent_size


@misconception("hidden-dim-not-400", item="encoder")
class VAE(VAE):
    """The hidden layers should be 400 wide, all of them; yours have another width."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.hidden_dim = 256
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(256, latent_size)
        self.logvar_layer = nn.Linear(256, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
            nn.Linear(256, 256),
            nn.ReLU(),
            nn.Linear(256, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("encoder-two-layers", item="encoder")
class VAE(VAE):
    """Count the encoder's Linear layers, each with its ReLU: there should be three, and one is
    missing."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(input_size, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU()
        )


@misconception("encoder-four-layers", item="encoder")
class VAE(VAE):
    """Count the encoder's Linear layers, each with its ReLU: there should be three, and there are
    four. `mu_layer` and `logvar_layer` come after those three."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(self.encoder, nn.Linear(400, 400), nn.ReLU())


@misconception("encoder-narrows-to-latent", item="encoder")
class VAE(VAE):
    """The encoder should end at `hidden_dim`. The step down to `latent_size` belongs to `mu_layer`
    and `logvar_layer`; made earlier, it squeezes both of them through the same few numbers."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, latent_size),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(latent_size, latent_size)
        self.logvar_layer = nn.Linear(latent_size, latent_size)


@misconception("encoder-first-relu-missing", item="encoder")
class VAE(VAE):
    """Two of the encoder's Linear layers follow each other with nothing in between. Two linear
    maps in a row are just one linear map: put the ReLU after the first layer back."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )


@misconception("encoder-last-relu-missing", item="encoder")
class VAE(VAE):
    """There is a ReLU after every Linear layer of the encoder, after the third one too. Without it
    that layer and `mu_layer` are two linear maps in a row, which is just one linear map. A sign to
    look for: can a feature of yours be negative?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
        )


@misconception("encoder-without-relu", item="encoder")
class VAE(VAE):
    """The encoder is a purely linear map: several Linear layers in a row can do no more than a
    single one. What should stand between them?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(), nn.Linear(input_size, 400), nn.Linear(400, 400), nn.Linear(400, 400)
        )


@misconception("encoder-leaky-relu", item="encoder")
class VAE(VAE):
    """The encoder's layers let a little of the negative side through. The exercise asks for the
    plain ReLU, which is exactly zero there."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_size, 400),
            nn.LeakyReLU(),
            nn.Linear(400, 400),
            nn.LeakyReLU(),
            nn.Linear(400, 400),
            nn.LeakyReLU(),
        )


@misconception("relu-on-mu", item="encoder")
class VAE(VAE):
    """Your `mu` is never negative. The mean of a latent number may lie on either side of zero, so
    what should follow `mu_layer`?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.mu_layer = nn.Sequential(self.mu_layer, nn.ReLU())


@misconception("relu-on-logvar", item="encoder")
class VAE(VAE):
    """Your `logvar` is never negative, so no variance can be smaller than 1. A variance is
    positive, but its log may be any number: that is why we predict the log."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.logvar_layer = nn.Sequential(self.logvar_layer, nn.ReLU())


@misconception("relu-on-both-heads", item="encoder")
class VAE(VAE):
    """Neither your `mu` nor your `logvar` is ever negative, and both may be: a mean lies on either
    side of zero, and the log of a variance below 1 is negative. What should follow the two
    layers?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.mu_layer = nn.Sequential(self.mu_layer, nn.ReLU())
        self.logvar_layer = nn.Sequential(self.logvar_layer, nn.ReLU())


@misconception("softplus-on-logvar", item="encoder")
class VAE(VAE):
    """Your `logvar` is always positive. It is the variance that has to be positive; its log may be
    any number, and `exp` takes care of the sign later."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.logvar_layer = nn.Sequential(self.logvar_layer, nn.Softplus())


@misconception("shared-head", item="encoder")
class VAE(VAE):
    """`mu_layer` and `logvar_layer` are one and the same layer, so `mu` always equals `logvar`.
    The network has two things to say about a latent number: give it two layers."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.logvar_layer = self.mu_layer


@misconception("logvar-layer-left-none", item="encoder")
class VAE(VAE):
    """`logvar_layer` is still `None`. It is a layer of its own beside `mu_layer`: was it given
    another name, or forgotten?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.logvar_layer = None


# decoder ------------------------------------------------------------------------------------------


@misconception("decoder-no-sigmoid", item="decoder")
class VAE(VAE):
    """The decoder's outputs leave [0, 1]. A pixel is a brightness between 0 and 1, and the binary
    cross entropy takes nothing else: which function brings every number there?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("decoder-sigmoid-twice", item="decoder")
class VAE(VAE):
    """All of the decoder's pixels lie between 0.5 and 0.73: it squashes twice. One sigmoid is
    enough to reach 0 and 1, a second one makes that impossible."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.decoder = nn.Sequential(self.decoder, nn.Sigmoid())


@misconception("decoder-relu-before-sigmoid", item="decoder")
class VAE(VAE):
    """No pixel of yours is darker than 0.5. A ReLU cuts off the negative half before the sigmoid
    sees it: should one follow the decoder's last Linear layer?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.ReLU(),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("decoder-tanh", item="decoder")
class VAE(VAE):
    """The decoder's pixels run from -1 to 1. Ours are brightnesses between 0 and 1: which
    squashing function ends at these two numbers?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Tanh(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("decoder-three-layers", item="decoder")
class VAE(VAE):
    """Count the decoder's Linear layers: three with a ReLU, and a fourth one that makes the pixels.
    One of them is missing."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("decoder-last-relu-missing", item="decoder")
class VAE(VAE):
    """The decoder's last two Linear layers follow each other with nothing in between, so together
    they are one linear map. There is a ReLU after each of the first three layers."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("decoder-starts-at-hidden-dim", item="decoder")
class VAE(VAE):
    """The decoder's first layer waits for `hidden_dim` numbers, but it is handed a latent code. How
    many numbers has a code?"""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("unflatten-missing", item="decoder")
class VAE(VAE):
    """Your reconstructions are flat rows of pixels. They should have the shape that the images came
    in, (N, 1, H, W)."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("unflatten-without-channel", item="decoder")
class VAE(VAE):
    """Your reconstructions are (N, H, W): the channel axis is lost. Images have one even if they
    are grey: (N, 1, H, W)."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (side, side)),
        )

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("unflatten-hard-coded", item="decoder")
class VAE(VAE):
    """The decoder can only make images of 28 x 28 pixels. Height and width follow from
    `input_size`, since the images are square."""

    def __init__(self, input_size, latent_size=15):
        super().__init__(input_size, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, 28, 28)),
        )


# reparametrize ------------------------------------------------------------------------------------


@misconception("logvar-as-std", item="reparametrize")
def reparametrize(mu, logvar):
    """`logvar` is the log of the variance, so `exp(logvar)` is the variance, and the noise wants
    the standard deviation: halve `logvar` before `exp`, or take a square root after it."""
    return mu + torch.randn_like(mu) * torch.exp(logvar)


@misconception("half-after-exp", item="reparametrize")
def reparametrize(mu, logvar):
    """The one half is in the wrong place: half of a variance is not its square root. Should it
    stand inside or outside of `exp`? Try `logvar` = 0: the spread should be 1."""
    return mu + torch.randn_like(mu) * 0.5 * torch.exp(logvar)


@misconception("logvar-doubled", item="reparametrize")
def reparametrize(mu, logvar):
    """The spread grows four times too fast on the log scale: you square where the square root
    belongs. From the variance to the standard deviation, does the log double or halve?"""
    return mu + torch.randn_like(mu) * torch.exp(2 * logvar)


@misconception("std-inverted", item="reparametrize")
def reparametrize(mu, logvar):
    """A larger `logvar` makes your samples less spread out: the sign in the exponent is turned. The
    minus belongs to the density of the normal distribution, not to its standard deviation."""
    return mu + torch.randn_like(mu) * torch.exp(-0.5 * logvar)


@misconception("log-used-raw", item="reparametrize")
def reparametrize(mu, logvar):
    """`logvar` itself scales your noise, so where it is 0 there is no noise at all. A log of 0
    stands for a standard deviation of 1: undo the log first."""
    return mu + torch.randn_like(mu) * logvar


@misconception("sqrt-without-exp", item="reparametrize")
def reparametrize(mu, logvar):
    """Negative `logvar` gives `nan`: you take the square root of a log. First undo the log, then
    you hold a variance, and that one has a square root."""
    return mu + torch.randn_like(mu) * torch.sqrt(logvar)


@misconception("exp-of-sqrt", item="reparametrize")
def reparametrize(mu, logvar):
    """Negative `logvar` gives `nan`: the square root comes too early. It is the variance that you
    take the root of, and the variance appears only after `exp`."""
    return mu + torch.randn_like(mu) * torch.exp(torch.sqrt(logvar))


@misconception("exp-sqrt-exp", item="reparametrize")
def reparametrize(mu, logvar):
    """There is one `exp` too many. Work it through by hand for `logvar` = 0: the variance is 1, and
    so is the standard deviation, but your noise is scaled by 2.718."""
    return mu + torch.randn_like(mu) * torch.exp(torch.sqrt(torch.exp(logvar)))


@misconception("base-2", item="reparametrize")
def reparametrize(mu, logvar):
    """The spread follows powers of 2. `logvar` is a natural log: which function undoes that one?"""
    return mu + torch.randn_like(mu) * torch.pow(2.0, 0.5 * logvar)


@misconception("logvar-ignored", item="reparametrize")
def reparametrize(mu, logvar):
    """The spread of your samples is 1, whatever `logvar` says. The noise has to be scaled before it
    is added to the mean."""
    return mu + torch.randn_like(mu)


@misconception("mu-scaled-too", item="reparametrize")
def reparametrize(mu, logvar):
    """The mean of your samples changes with `logvar`: the standard deviation multiplies the mean as
    well as the noise. Scale first, shift last."""
    return (mu + torch.randn_like(mu)) * torch.exp(0.5 * logvar)


@misconception("mu-returned", item="reparametrize")
def reparametrize(mu, logvar):
    """You return the mean itself: there is no noise in your sample. Two calls with the same inputs
    should give two different answers."""
    return mu


@misconception("noise-forgotten", item="reparametrize")
def reparametrize(mu, logvar):
    """Your sample lies exactly one standard deviation above the mean, every time. The standard
    deviation has to multiply something random before it is added."""
    return mu + torch.exp(0.5 * logvar)


@misconception("mu-forgotten", item="reparametrize")
def reparametrize(mu, logvar):
    """The spread is right, but your samples always lie around 0. Where should they lie around?"""
    return torch.randn_like(mu) * torch.exp(0.5 * logvar)


@misconception("uniform-noise", item="reparametrize")
def reparametrize(mu, logvar):
    """No sample of yours lies below the mean: `rand` draws evenly between 0 and 1. We need the
    standard normal distribution; its function differs by one letter."""
    return mu + torch.rand_like(mu) * torch.exp(0.5 * logvar)


@misconception("uniform-noise-centred", item="reparametrize")
def reparametrize(mu, logvar):
    """Your noise never leaves [-1, 1] and is spread evenly there. The sample should come from a
    normal distribution, with its bell and its rare large values."""
    return mu + (2 * torch.rand_like(mu) - 1) * torch.exp(0.5 * logvar)


@misconception("one-noise-per-column", item="reparametrize")
def reparametrize(mu, logvar):
    """All images of a batch get the same noise: it was drawn once for Z numbers. Every image needs
    its own: which shape has to be drawn?"""
    return mu + torch.randn(mu.shape[-1], dtype=mu.dtype) * torch.exp(0.5 * logvar)


@misconception("one-noise-per-row", item="reparametrize")
def reparametrize(mu, logvar):
    """All latent numbers of an image get the same noise: it was drawn once per image. Every element
    of the code needs its own: which shape has to be drawn?"""
    return mu + torch.randn(mu.shape[0], 1, dtype=mu.dtype) * torch.exp(0.5 * logvar)


@misconception("one-noise-for-all", item="reparametrize")
def reparametrize(mu, logvar):
    """A single random number is shared by the whole batch. Every element of every code needs its
    own: which shape has to be drawn?"""
    return mu + torch.randn(1, dtype=mu.dtype) * torch.exp(0.5 * logvar)


@misconception("fixed-noise", item="reparametrize")
def reparametrize(mu, logvar):
    """Your noise is the same at every call: the random generator is set back to a seed inside the
    function. Draw freely here; the notebook sets the seed where it wants repeatable numbers."""
    torch.manual_seed(0)
    return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)


@misconception("numpy-noise", item="reparametrize")
def reparametrize(mu, logvar):
    """Your noise comes from NumPy: it ignores torch's seed, is float64 whatever `mu` is, and always
    lives on the CPU. torch can draw noise that takes after `mu` in all of these."""
    import numpy as np

    noise = torch.from_numpy(np.random.randn(*mu.shape)).to(mu.device)
    return mu + noise * torch.exp(0.5 * logvar)


@misconception("cast-to-float32", item="reparametrize")
def reparametrize(mu, logvar):
    """You return float32 whatever comes in. The sample should have the dtype and the device of
    `mu`: there is a way to draw noise "like" another tensor."""
    noise = torch.randn(mu.shape, dtype=torch.float32)
    return (mu + noise * torch.exp(0.5 * logvar)).float()


@misconception("graph-cut", item="reparametrize")
def reparametrize(mu, logvar):
    """No gradient comes back to `mu` and `logvar`: `torch.normal`, `sample()`, `detach()` and
    `data` cut the graph. Draw noise that does not depend on them, then shift and scale it: that is
    the whole trick."""
    return torch.distributions.Normal(mu, torch.exp(0.5 * logvar)).sample()


@misconception("std-detached", item="reparametrize")
def reparametrize(mu, logvar):
    """`mu` gets its gradient but `logvar` gets none, so the spread can never be learned. Was the
    standard deviation computed under `no_grad`, or taken from `data` or `detach()`?"""
    return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar.detach())


@misconception("in-place-on-logvar", item="reparametrize")
def reparametrize(mu, logvar):
    """After your call `logvar` is no longer what it was: a function with a trailing underscore
    (`mul_`, `exp_`), or a `*=`, writes into the tensor that it is given. `forward` returns that
    very tensor, and the loss needs it: work on a new one."""
    std = logvar.mul_(0.5).exp_()
    return mu + torch.randn_like(mu) * std


# forward ------------------------------------------------------------------------------------------


@misconception("decodes-mu", item="forward")
class VAE(VAE):
    """Two calls with the same images give the same reconstructions: the decoder gets the mean.
    Between the encoder and the decoder a latent code has to be drawn."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(mu), mu, logvar


@misconception("samples-only-in-eval", item="forward")
class VAE(VAE):
    """In training mode you decode the mean, in evaluation mode a sample. Training is where the
    sampling matters most: there the decoder has to see the noise."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = mu if self.training else reparametrize(mu, logvar)
        return self.decoder(z), mu, logvar


@misconception("decodes-features", item="forward")
class VAE(VAE):
    """The decoder is handed the encoder's `hidden_dim` features. It waits for a latent code, drawn
    from what `mu_layer` and `logvar_layer` make of these features."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(h), mu, logvar


@misconception("decodes-pure-noise", item="forward")
class VAE(VAE):
    """The reconstructions have nothing to do with the images: the decoder gets fresh noise. That
    makes new digits after training, but in `forward` the code depends on `mu` and `logvar`."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.randn_like(mu)), mu, logvar


@misconception("reparametrize-arguments-swapped", item="forward")
class VAE(VAE):
    """You call `reparametrize` with its two arguments in the wrong order: the mean comes first."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(logvar, mu)), mu, logvar


@misconception("reparametrize-gets-std", item="forward")
class VAE(VAE):
    """The halving and the `exp` happen twice, once in `forward` and once more in `reparametrize`.
    That function wants `logvar` just as `logvar_layer` gives it."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, torch.exp(0.5 * logvar))), mu, logvar


@misconception("mu-layer-used-twice", item="forward")
class VAE(VAE):
    """`mu` always equals `logvar`: `mu_layer` makes both of them, and `logvar_layer` is never
    called."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.mu_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("mu-logvar-swapped", item="forward")
class VAE(VAE):
    """The last two values that you return are in the wrong order: `mu` comes before `logvar`."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), logvar, mu


@misconception("z-returned-for-mu", item="forward")
class VAE(VAE):
    """The second value that you return changes from call to call: it is the sampled code. The loss
    needs the mean that the code was drawn around."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(z), z, logvar


@misconception("std-returned-for-logvar", item="forward")
class VAE(VAE):
    """The third value that you return is the standard deviation. The loss needs its log version,
    `logvar`, just as `logvar_layer` gives it."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, torch.exp(0.5 * logvar)


@misconception("none-returned-for-logvar", item="forward")
class VAE(VAE):
    """The third value that you return is `None`. You did compute the log of the variance: under
    which name, and which name do you return?"""

    def forward(self, x):
        logvar = None
        h = self.encoder(x)
        mu, log_variance = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, log_variance)), mu, logvar


@misconception("z-returned-too", item="forward")
class VAE(VAE):
    """You return four values. `forward` has three to give, in this order: `x_hat`, `mu`,
    `logvar`."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(z), z, mu, logvar


@misconception("only-x-hat-returned", item="forward")
class VAE(VAE):
    """You return the reconstructions alone. The loss needs `mu` and `logvar` as well: give back all
    three, in this order: `x_hat`, `mu`, `logvar`."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar))


@misconception("return-missing", item="forward")
class VAE(VAE):
    """`forward` gives back `None`. Its work is done but not handed over: what does its last line
    do?"""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        self.decoder(reparametrize(mu, logvar))


@misconception("sigmoid-again-in-forward", item="forward")
class VAE(VAE):
    """All reconstructed pixels lie between 0.5 and 0.73: `forward` squashes what the decoder has
    squashed before. Its sigmoid is enough."""

    def forward(self, x):
        h = self.encoder(x)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return torch.sigmoid(self.decoder(reparametrize(mu, logvar))), mu, logvar


@misconception("batch-size-baked", item="forward")
class VAE(VAE):
    """`forward` works for batches of 128 only. Take the number of images from the batch that comes
    in, and leave it to the other axes to be flattened."""

    def forward(self, x):
        h = self.encoder(x.reshape(128, -1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("image-size-baked", item="forward")
class VAE(VAE):
    """`forward` works for 28 x 28 images only. Take the sizes from the images that come in, or from
    `input_size`."""

    def forward(self, x):
        h = self.encoder(x.reshape(-1, 28 * 28))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        x_hat = self.decoder(reparametrize(mu, logvar))
        return x_hat.reshape(-1, 1, 28, 28), mu, logvar


@misconception("flatten-mixes-images", item="forward")
class VAE(VAE):
    """The shape is right, but the rows hold pixels of several images. `reshape` reads in order, so
    the batch axis has to stay where it is, in front. Try it with two images, one black and one
    white."""

    def forward(self, x):
        h = self.encoder(x.reshape(-1, x.shape[0]).T)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("forward-under-no-grad", item="forward")
class VAE(VAE):
    """Your outputs have no graph behind them, so no layer can learn: was `forward` written under
    `no_grad`, or were its results detached? That belongs to making pictures, not to training."""

    def forward(self, x):
        with torch.no_grad():
            h = self.encoder(x)
            mu, logvar = self.mu_layer(h), self.logvar_layer(h)
            return self.decoder(reparametrize(mu, logvar)), mu, logvar


# loss_function ------------------------------------------------------------------------------------


@misconception("no-batch-average", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Twice the images give twice the loss: both terms are summed over the batch. The loss should
    be that of an average image."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return bce + kl


@misconception("bce-not-averaged", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The KL is averaged over the batch, the BCE is not: it grows with the number of images. Both
    terms want the same treatment."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return bce + kl / x.shape[0]


@misconception("kl-not-averaged", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The BCE is averaged over the batch, the KL is not: it grows with the number of images. Both
    terms want the same treatment. (A division binds more tightly than a sum.)"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return bce / x.shape[0] + kl


@misconception("bce-mean-over-pixels", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The BCE is averaged over the pixels, as it is by default, where it should be summed over
    them. As it stands the KL weighs H x W times too much against it."""
    bce = F.binary_cross_entropy(x_hat, x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return bce + kl / x.shape[0]


@misconception("kl-mean-over-latents", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The KL is averaged over the latent numbers, where it should be summed over them: a code of
    twice the length may cost twice as much. Average over the images only."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.mean(1 + logvar - mu**2 - logvar.exp())
    return bce / x.shape[0] + kl


@misconception("mean-over-everything", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Both terms are averaged over all of their elements. Sum over what belongs to one image, its
    pixels and its latent numbers, and average over the images only."""
    bce = F.binary_cross_entropy(x_hat, x)
    kl = -0.5 * torch.mean(1 + logvar - mu**2 - logvar.exp())
    return bce + kl


@misconception("kl-sum-over-batch", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The KL is summed over axis 0 and averaged over axis 1: just the other way round. Which axis
    is the batch?"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(dim=0).mean()
    return bce / x.shape[0] + kl


@misconception("divided-by-pixels-too", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The sum of both terms is divided by the number of all pixels in the batch. Average over the
    images only: how many are there?"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.numel()


@misconception("divided-by-latent-size", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """You divide by the latent size. `mu` has the shape (N, Z): which of the two numbers counts the
    images?"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / mu.shape[1]


@misconception("divided-by-128", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """You divide by 128, whatever the batch holds. The number of images stands in the shape of what
    you are given."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / 128


@misconception("loss-per-image", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """You return one loss per image, and each of them is right. `backward` starts from a single
    number: average them."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="none").flatten(1).sum(dim=1)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1)
    return bce + kl


@misconception("loss-without-graph", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The number is right, but it is only a number: after `item()` (or `detach()`) there is no way
    back to the network, and nothing can learn. Return the tensor itself."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return ((bce + kl) / x.shape[0]).item()


@misconception("loss-changes-logvar", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The number is right, but afterwards `logvar` is another one: the trailing underscore of
    `exp_` writes into the tensor that it is given. Use the function without it."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp_())
    return (bce + kl) / x.shape[0]


@misconception("kl-missing", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """`mu` and `logvar` do not matter for your loss: only the reconstruction counts, as in a plain
    auto-encoder. Which term keeps the codes close to the prior?"""
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / x.shape[0]


@misconception("reconstruction-missing", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The images do not matter for your loss: it is the KL alone. Which term asks `x_hat` to look
    like `x`?"""
    return -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp()) / x.shape[0]


@misconception("bce-arguments-swapped", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The BCE is not symmetric: its first argument is the prediction, its second the target. Which
    of your two images is which?"""
    bce = F.binary_cross_entropy(x, x_hat, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("bce-with-logits", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """This form of the BCE applies a sigmoid of its own, but the decoder ends in one already. A
    perfect reconstruction of a black-and-white image should cost nearly nothing: does it?"""
    bce = F.binary_cross_entropy_with_logits(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("bce-second-half-missing", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Only the bright pixels count: a black pixel that you paint white costs nothing. The binary
    cross entropy has two terms, one for `x` and one for `1 - x`."""
    bce = -torch.sum(x * torch.log(x_hat))
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("mse-for-bce", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Your reconstruction term is the squared error. The exercise asks for the binary cross
    entropy, which reads a pixel as a probability."""
    mse = F.mse_loss(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (mse + kl) / x.shape[0]


@misconception("kl-half-missing", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Your KL is twice as large as it should be. Check one value by hand: for `mu` = 2 and `logvar`
    = 0 it is 2 per latent number."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("kl-sign", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Your loss gets smaller as the codes move away from the prior: the KL has the wrong sign. It
    can never be negative, and it is a price, so it is added."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("kl-sign-and-half", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """The factor in front of the KL is lost, and it holds two things: a sign and a one half. Check
    by hand: the KL is never negative, and for `mu` = 2 and `logvar` = 0 it is 2 per latent
    number."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("kl-one-missing", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Your KL is a constant too large: one half for each latent number. It should be exactly 0 for
    `mu` = 0 and `logvar` = 0: what is missing in the formula?"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("kl-mu-not-squared", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Your KL changes when `mu` changes its sign. Left and right of zero should cost the same: one
    square is missing. (With `mu` = 1 you can't see it.)"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("kl-variance-squared", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """In the KL you square `exp(logvar)`. It is the variance already, the standard deviation
    squared. (With `logvar` = 0 you can't see it.)"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp() ** 2)
    return (bce + kl) / x.shape[0]


@misconception("kl-logvar-doubled", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """In the KL the term that is linear in `logvar` is doubled. The formula has the log of the
    variance there, and that is what `logvar` is. A sign to look for: your KL is negative at
    `logvar` = 1."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + 2 * logvar - mu**2 - logvar.exp())
    return (bce + kl) / x.shape[0]


@misconception("kl-logvar-as-log-std", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Your KL is right for the log of the standard deviation. Here `logvar` is the log of the
    variance: no factor of 2, neither beside it nor inside `exp`."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + 2 * logvar - mu**2 - torch.exp(2 * logvar))
    return (bce + kl) / x.shape[0]


@misconception("kl-logvar-squared", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """In the KL you square `logvar` where the variance belongs. How do you get from the log of the
    variance to the variance?"""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar**2)
    return (bce + kl) / x.shape[0]


@misconception("kl-logvar-as-variance", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Negative `logvar` gives `nan`: you take the log of something that is a log already. Read the
    name once more, and see which of the formula's two terms you hold in your hand."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + torch.log(logvar) - mu**2 - logvar)
    return (bce + kl) / x.shape[0]


@misconception("kl-logvar-as-std", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """Your KL takes `logvar` for the standard deviation itself: it squares it, and takes the log of
    the square. It is the log of the variance: one of the two terms you hold already, the other is
    one `exp` away."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + torch.log(logvar**2) - mu**2 - logvar**2)
    return (bce + kl) / x.shape[0]


@misconception("kl-arguments-swapped", item="loss_function")
def loss_function(x_hat, x, mu, logvar):
    """You measure the divergence from the prior to the posterior. The KL is not symmetric: the
    encoder's distribution comes first, the prior second."""
    bce = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = 0.5 * torch.sum(logvar + (1 + mu**2) / logvar.exp() - 1)
    return (bce + kl) / x.shape[0]


# cvae ---------------------------------------------------------------------------------------------


@misconception("num-classes-baked", item="cvae")
class CVAE(CVAE):
    """Your class has room for 10 labels, whatever `num_classes` says. 10 is only the default: which
    layers have to follow the argument?"""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, 10, latent_size)
        self.num_classes = num_classes


@misconception("cvae-logvar-layer-missing", item="cvae")
class CVAE(CVAE):
    """`CVAE` has no `logvar_layer`. What you set up in `VAE` is not there in the second class by
    itself: it needs its own encoder, its own decoder and its own two layers in between."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        del self.logvar_layer


@misconception("cvae-image-size-hard-coded", item="cvae")
class CVAE(CVAE):
    """The conditional decoder can only make images of 28 x 28 pixels. Height and width follow from
    `input_size`, here as in `VAE`."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, 28, 28)),
        )


@misconception("cvae-no-sigmoid", item="cvae")
class CVAE(CVAE):
    """The conditional decoder's outputs leave [0, 1]: it needs the same ending as the decoder of
    `VAE`."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("encoder-not-widened", item="cvae")
class CVAE(CVAE):
    """You hand the encoder the pixels and the label, but its first layer waits for the pixels
    alone. How many numbers arrive there?"""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        self.encoder = nn.Sequential(
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )


@misconception("decoder-not-widened", item="cvae")
class CVAE(CVAE):
    """You hand the decoder the code and the label, but its first layer waits for the code alone.
    How many numbers arrive there?"""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("decoder-built-for-hidden-dim", item="cvae")
class CVAE(CVAE):
    """The conditional decoder's first layer waits for `hidden_dim` numbers and the label. What it
    gets is a code and the label: how many numbers has a code?"""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(400 + num_classes, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )


@misconception("latent-widened", item="cvae")
class CVAE(CVAE):
    """Your codes have Z + C numbers. A code keeps its Z; it is only the decoder's input that grows,
    because the label is put beside the code."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        self.mu_layer = nn.Linear(400, latent_size + num_classes)
        self.logvar_layer = nn.Linear(400, latent_size + num_classes)

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("label-ignored", item="cvae")
class CVAE(CVAE):
    """Nothing that you return depends on the label: neither of the two networks gets it. Both
    should."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        side = int(input_size**0.5)
        self.encoder = nn.Sequential(
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x, c):
        h = self.encoder(x.flatten(1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("label-only-in-encoder", item="cvae")
class CVAE(CVAE):
    """The encoder gets the label, the decoder does not. Without it you can't ask for a certain
    digit later: the label has to stand beside the code too."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        side = int(input_size**0.5)
        self.decoder = nn.Sequential(
            nn.Linear(latent_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, input_size),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, side, side)),
        )

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(reparametrize(mu, logvar)), mu, logvar


@misconception("label-only-in-decoder", item="cvae")
class CVAE(CVAE):
    """The decoder gets the label, the encoder does not: `mu` is the same for every label. The
    posterior q(z | x, c) is conditioned on it too."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        self.encoder = nn.Sequential(
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )

    def forward(self, x, c):
        h = self.encoder(x.flatten(1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


@misconception("label-joined-after-encoder", item="cvae")
class CVAE(CVAE):
    """The label joins the encoder's output, where `mu_layer` and `logvar_layer` begin. It should
    join the pixels, at the encoder's input, so that all of its layers can make use of it."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, num_classes, latent_size)
        self.encoder = nn.Sequential(
            nn.Linear(input_size, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
        )
        self.mu_layer = nn.Linear(400 + num_classes, latent_size)
        self.logvar_layer = nn.Linear(400 + num_classes, latent_size)

    def forward(self, x, c):
        h = torch.cat([self.encoder(x.flatten(1)), c], dim=1)
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c], dim=1)), mu, logvar


@misconception("label-index-not-one-hot", item="cvae")
class CVAE(CVAE):
    """The label enters as one number, so a 9 is nine times a 1. Classes have no order: that is what
    the C columns of a one-hot row are for. Use `c` as it comes."""

    def __init__(self, input_size, num_classes=10, latent_size=15):
        super().__init__(input_size, 1, latent_size)
        self.num_classes = num_classes

    def forward(self, x, c):
        label = c.argmax(dim=1, keepdim=True).to(x.dtype)
        h = self.encoder(torch.cat([x.flatten(1), label], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, label], dim=1)), mu, logvar


@misconception("cat-on-batch-axis", item="cvae")
class CVAE(CVAE):
    """You put the labels below the images, as if they were more images: `torch.cat` joins along
    axis 0 unless you tell it otherwise. They belong beside them: along which axis?"""

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c]))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([z, c])), mu, logvar


@misconception("label-before-code", item="cvae")
class CVAE(CVAE):
    """The decoder gets the label first and the code after it. The notebook draws its ten digits
    from codes with the label behind them: keep that order."""

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        z = reparametrize(mu, logvar)
        return self.decoder(torch.cat([c, z], dim=1)), mu, logvar


@misconception("cvae-decodes-mu", item="cvae")
class CVAE(CVAE):
    """`CVAE` decodes the mean: two calls give the same reconstructions. Knowing the label does not
    replace the sampling: draw a code here too."""

    def forward(self, x, c):
        h = self.encoder(torch.cat([x.flatten(1), c], dim=1))
        mu, logvar = self.mu_layer(h), self.logvar_layer(h)
        return self.decoder(torch.cat([mu, c], dim=1)), mu, logvar
