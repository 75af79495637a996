# ruff: noqa: F811
# (one name is defined again and again here: every definition is one wrong variant of it)
# mypy: ignore-errors
"""Wrong variants of conv_vae, each with the hint that helps; sorted by item, as in the spec.

A variant's source is run after the solution's, and takes the place of the definition of the same
name. Its docstring is what a student reads whose outputs equal the variant's.
"""

import torch
from torch import nn

from autograder.misconceptions import misconception, reference
from nndl.training import Training

device = "cpu"  # as in the solution's module, where the variants run

VAE, loss_function, train, ConvVAE, interpolate, svhn_transform, sample, traverse = reference(
    "conv_vae",
    "VAE",
    "loss_function",
    "train",
    "ConvVAE",
    "interpolate",
    "svhn_transform",
    "sample",
    "traverse",
)

# --- fc_vae: the model ----------------------------------------------------------------------------


@misconception("input-size-baked-in", item="fc_vae")
class VAE(VAE):
    """The 3,072 numbers of an image are fixed in your model, whatever `input_dim` says. Where does
    a batch say how many images it has, and what is left for the other axis?"""

    def encode(self, x):
        return super().encode(x.reshape(-1, 3072))


@misconception("hidden-relu-missing", item="fc_vae")
class VAE(VAE):
    """Between the encoder's two Linear layers there is nothing, and two linear maps in a row are
    one linear map. What makes a hidden layer worth its name?"""

    def encode(self, x):
        h = self.hidden[0](x.flatten(1))
        return self.mu(h), self.logvar(h)


@misconception("decoder-sigmoid-missing", item="fc_vae")
class VAE(VAE):
    """Your decoder gives any number, and colours lie between 0 and 1. What squeezes all numbers
    into this range?"""

    def decode(self, z):
        return self.decoder[:3](z)


@misconception("relu-on-the-heads", item="fc_vae")
class VAE(VAE):
    """Neither `mu` nor `logvar` is ever negative: there is a ReLU behind the heads. Which means and
    which standard deviations can your encoder never answer with?"""

    def encode(self, x):
        return tuple(head.relu() for head in super().encode(x))


@misconception("one-head-for-both", item="fc_vae")
class VAE(VAE):
    """`mu` and `logvar` are the same numbers: both come from one layer. How many layers lead from
    the hidden one to the latent space?"""

    def encode(self, x):
        mu, _ = super().encode(x)
        return mu, mu


@misconception("logvar-as-log-std", item="fc_vae")
class VAE(VAE):
    """Your noise is scaled by the variance. `logvar` is its logarithm, so exp(logvar) is the
    variance itself: which number does the exponent need so that `logvar` = log 4 gives 2?"""

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar) * torch.randn_like(mu)


@misconception("logvar-as-std", item="fc_vae")
class VAE(VAE):
    """`logvar` scales your noise as it is. Where it is 0 the standard deviation is 1: how large is
    your noise there?"""

    def reparameterize(self, mu, logvar):
        return mu + logvar * torch.randn_like(mu)


@misconception("one-noise-for-the-batch", item="fc_vae")
class VAE(VAE):
    """All images of a batch get the same noise: it was drawn once for all of them. Which shape has
    to be drawn so that each image has its own?"""

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn(mu.shape[1], dtype=mu.dtype)


@misconception("graph-cut", item="fc_vae")
class VAE(VAE):
    """No gradient comes back through z: `torch.normal`, `sample()`, `detach()` and `no_grad` cut
    the graph (section 1.2). Where can the noise be drawn so that only a scaling and a shift are
    left to differentiate?"""

    def reparameterize(self, mu, logvar):
        return torch.distributions.Normal(mu, torch.exp(logvar / 2)).sample()


@misconception("decodes-mean", item="fc_vae")
class VAE(VAE):
    """`forward` decodes the mean, so this is a plain auto-encoder: two calls with the same images
    give the same `recon`. What should be decoded, and which method makes it?"""

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(mu), mu, logvar


@misconception("std-returned-for-logvar", item="fc_vae")
class VAE(VAE):
    """The third value that `forward` returns is the standard deviation. The loss needs `logvar`, as
    the encoder gives it: what name is returned there?"""

    def forward(self, x):
        recon, mu, logvar = super().forward(x)
        return recon, mu, torch.exp(logvar / 2)


# --- fc_vae: the loss -----------------------------------------------------------------------------


@misconception("squared-error-averaged", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """The squared error is averaged over all numbers of all images, as it is by default, while the
    KL is summed: so the KL weighs N · 3072 times too much against it. What can `reduction` be
    told?"""
    kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
    return nn.functional.mse_loss(recon.flatten(1), x.flatten(1)) + kl


@misconception("kl-averaged", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """The KL is averaged over all its numbers while the squared error is summed, so it hardly
    counts. How do the two sums differ in your code?"""
    error = (recon.flatten(1) - x.flatten(1)).square().sum()
    return error + 0.5 * (mu.square() + logvar.exp() - 1 - logvar).mean()


@misconception("divided-by-batch-size", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """Your loss is that of an average image. Here it is summed over the batch, and `train` divides
    by the number of images: what happens if both of them divide?"""
    error = (recon.flatten(1) - x.flatten(1)).square().sum()
    kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
    return (error + kl) / len(x)


@misconception("kl-sign", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """Your loss gets smaller as the posteriors move away from the prior. Hold your KL against the
    anchors of the text: can it be negative?"""
    error = (recon.flatten(1) - x.flatten(1)).square().sum()
    return error + 0.5 * (1 + logvar - mu.square() - logvar.exp()).sum()


@misconception("kl-half-missing", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """Your KL is twice as large as it should be. Hold it against the anchors of the text: what does
    it give for a mean of 2 and a variance of 1?"""
    error = (recon.flatten(1) - x.flatten(1)).square().sum()
    return error + (mu.square() + logvar.exp() - 1 - logvar).sum()


@misconception("kl-logvar-as-log-std", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """Your KL is right for the logarithm of the standard deviation. Of what is `logvar` the
    logarithm, and so which factors of 2 are too many?"""
    error = (recon.flatten(1) - x.flatten(1)).square().sum()
    return error + 0.5 * (mu.square() + torch.exp(2 * logvar) - 1 - 2 * logvar).sum()


@misconception("kl-variance-squared", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """In the KL you square exp(logvar), which is the square of sigma already. (With `logvar` = 0
    you can't see it.)"""
    error = (recon.flatten(1) - x.flatten(1)).square().sum()
    return error + 0.5 * (mu.square() + logvar.exp() ** 2 - 1 - logvar).sum()


@misconception("recon-and-x-in-two-shapes", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """One model gives rows of numbers, and `x` are images: they can't be subtracted from each
    other. Which of the two shapes can both be brought to, without mixing the images?"""
    error = (recon - x).square().sum()
    kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
    return error + kl


@misconception("cross-entropy-for-squared-error", item="fc_vae")
def loss_function(recon, x, mu, logvar):
    """Your reconstruction term is the cross entropy, which belongs to pixels that are 0 or 1. Which
    one does the formula of this lesson have?"""
    error = nn.functional.binary_cross_entropy(recon.flatten(1), x.flatten(1), reduction="sum")
    kl = 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()
    return error + kl


# --- fc_vae: training -----------------------------------------------------------------------------


@misconception("step-missing", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """The gradients are there, but the parameters stay as they are. Who changes them, was it called
    (with its parentheses), and were the gradients there at that moment?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for x, _labels in training.batches(loader):
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            training.note(len(x), loss=loss / len(x))
    return training.history["loss"]


@misconception("gradients-accumulate", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """The gradients of earlier batches are still there when new ones come, and `backward` adds to
    what it finds. Which of the three moments of an update is missing?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for x, _labels in training.batches(loader):
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            loss.backward()
            optimizer.step()
            training.note(len(x), loss=loss / len(x))
    return training.history["loss"]


@misconception("training-mode-not-set", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """A model that was in evaluation mode is trained in that mode. Whoever looked at pictures in
    between has switched it: who switches it back, and when?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        for x, _labels in training.batches(loader):
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            training.note(len(x), loss=loss / len(x))
    return training.history["loss"]


@misconception("flattened-in-train", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """`train` makes rows of the images before the model gets them. The convolutional model, which
    it serves later, needs images: which of the two models wants rows, and where could it make
    them?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for x, _labels in training.batches(loader):
            x = x.flatten(1)
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            training.note(len(x), loss=loss / len(x))
    return training.history["loss"]


@misconception("batch-sums-noted", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """You report the loss of an average batch: around 3,000 in place of 100. What does
    `loss_function` give, a sum or a mean, and what is to be noted?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for x, _labels in training.batches(loader):
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            training.note(loss=loss)
    return training.history["loss"]


@misconception("sums-noted-for-each-image", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """You note the loss of a whole batch as if it were that of each of its images: around 3,000 in
    place of 100. What does `loss_function` give, a sum or a mean?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for x, _labels in training.batches(loader):
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            training.note(len(x), loss=loss)
    return training.history["loss"]


@misconception("mean-of-batch-means", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """You average the batches' means, so where the last batch is smaller, each of its images counts
    more than the others. How can a step say for how many images its loss stands?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for x, _labels in training.batches(loader):
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            training.note(loss=loss / len(x))
    return training.history["loss"]


@misconception("batch-size-32-assumed", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """You count 32 images in every batch, whatever the loader gives. Where does a batch say how
    many images it has?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for x, _labels in training.batches(loader):
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            training.note(32, loss=loss / 32)
    return training.history["loss"]


@misconception("divided-by-the-data-set", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """You divide by the number of images in the data set. A loader that drops its last batch has
    not shown them all: whose losses are in your sum?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, _labels in loader:
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader.images))
    return losses


@misconception("losses-with-graphs", item="fc_vae")
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    """Your losses are tensors that hold on to the graphs of all their steps, and to their memory.
    How does one get the plain number out of a loss?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        model.train()
        total, images = 0.0, 0
        for x, _labels in loader:
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total = total + loss
            images += len(x)
        losses.append(total / images)
    return losses


# --- conv_vae -------------------------------------------------------------------------------------


@misconception("output-34-wide", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your images are 34 wide: the last transposed convolution has no padding. Put kernel, stride
    and padding into the formula of the text: which padding leads from 16 to 32?"""

    def __init__(self, latent_dim=256):
        super().__init__(latent_dim)
        self.decoder[4] = nn.ConvTranspose2d(32, 3, kernel_size=4, stride=2)


@misconception("output-30-wide", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your images are 30 wide: the last transposed convolution has too much padding. In a
    transposed convolution, does padding make the output larger or smaller?"""

    def __init__(self, latent_dim=256):
        super().__init__(latent_dim)
        self.decoder[4] = nn.ConvTranspose2d(32, 3, kernel_size=4, stride=2, padding=2)


@misconception("padding-forgotten", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your convolutions have no padding, so what comes out of the last one is not 4 x 4. Work the
    sizes out on paper, by the formula of the text: where do they leave the table?"""

    def __init__(self, latent_dim=256):
        super().__init__(latent_dim)
        for place, channels in ((0, (3, 16)), (2, (16, 32)), (4, (32, 128))):
            self.encoder[place] = nn.Conv2d(*channels, kernel_size=4, stride=2)


@misconception("kernel-of-three", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your convolutions have kernels of 3 x 3. Their outputs happen to have the right size, but
    another kernel is asked for: what size has it in the text?"""

    def __init__(self, latent_dim=256):
        super().__init__(latent_dim)
        for place, channels in ((0, (3, 16)), (2, (16, 32)), (4, (32, 128))):
            self.encoder[place] = nn.Conv2d(*channels, kernel_size=3, stride=2, padding=1)


@misconception("encoder-ends-without-relu", item="conv_vae")
class ConvVAE(ConvVAE):
    """After the third convolution there is no ReLU, and it and the heads behind it are one linear
    map. Which layers of the table have a ReLU?"""

    def encode(self, x):
        h = self.encoder[:5](x).flatten(1)
        return self.fc_mu(h), self.fc_logvar(h)


@misconception("fc-decode-without-relu", item="conv_vae")
class ConvVAE(ConvVAE):
    """After `fc_decode` there is no ReLU, and it and the transposed convolution behind it are one
    linear map. Which layers of the table have a ReLU?"""

    def decode(self, z):
        return self.decoder(self.fc_decode(z).reshape(-1, 128, 4, 4))


@misconception("conv-sigmoid-missing", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your decoder gives any number, and colours lie between 0 and 1. With what does it have to
    end?"""

    def decode(self, z):
        h = torch.relu(self.fc_decode(z))
        return self.decoder[:5](h.reshape(-1, 128, 4, 4))


@misconception("batch-size-baked-in", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your model only works on 32 images at a time: that number is fixed where a row becomes 128
    pictures, or the other way round. Which axis can PyTorch find by itself?"""

    def decode(self, z):
        h = torch.relu(self.fc_decode(z))
        return self.decoder(h.reshape(32, 128, 4, 4))


@misconception("latent-dim-baked-in", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your codes have 256 numbers, whatever `latent_dim` says. That is only its default: which
    layers should be told the argument?"""

    def __init__(self, latent_dim=256):
        super().__init__(256)


@misconception("heads-under-other-names", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your heads have other names than the text gives them, and later code that asks for `fc_mu`
    and `fc_logvar` will not find them. How are they called in your `__init__`?"""

    def __init__(self, latent_dim=256):
        super().__init__(latent_dim)
        del self.fc_mu, self.fc_logvar
        self.mu_layer = nn.Linear(2048, latent_dim)
        self.logvar_layer = nn.Linear(2048, latent_dim)

    def encode(self, x):
        h = self.encoder(x).flatten(1)
        return self.mu_layer(h), self.logvar_layer(h)


@misconception("conv-logvar-as-log-std", item="conv_vae")
class ConvVAE(ConvVAE):
    """Your noise is scaled by the variance. `logvar` is its logarithm, so exp(logvar) is the
    variance itself: which number does the exponent need so that `logvar` = log 4 gives 2?"""

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar) * torch.randn_like(mu)


@misconception("conv-decodes-mean", item="conv_vae")
class ConvVAE(ConvVAE):
    """`forward` decodes the mean, so this is a plain auto-encoder: two calls with the same images
    give the same `recon`. What should be decoded, and which method makes it?"""

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(mu), mu, logvar


# --- interpolate ----------------------------------------------------------------------------------


@misconception("pixels-blended", item="interpolate")
def interpolate(model, img1, img2, steps=10):
    """You blend the two images themselves, as a cross-fade does, and no decoder has a part in it.
    Between which two points should the straight line lead?"""
    share = torch.linspace(0, 1, steps).reshape(-1, 1, 1, 1)
    return (1 - share) * img1 + share * img2


@misconception("reconstructions-blended", item="interpolate")
def interpolate(model, img1, img2, steps=10):
    """You decode both means and blend the two pictures. That is a cross-fade of reconstructions:
    what comes first, blending or decoding?"""
    share = torch.linspace(0, 1, steps).reshape(-1, 1, 1, 1)
    with torch.no_grad():
        first, last = model.decode(model.encode(torch.stack([img1, img2]))[0])
        return (1 - share) * first + share * last


@misconception("last-point-missing", item="interpolate")
def interpolate(model, img1, img2, steps=10):
    """Your walk stops one step before the second mean. How many steps lie between `steps` points,
    if both ends are among them?"""
    with torch.no_grad():
        means, _logvar = model.encode(torch.stack([img1, img2]))
        share = torch.arange(steps).unsqueeze(1) / steps
        return model.decode((1 - share) * means[0] + share * means[1])


@misconception("between-draws", item="interpolate")
def interpolate(model, img1, img2, steps=10):
    """Two calls give two results: you walk between two draws. Which points of the two posteriors
    does the text name?"""
    with torch.no_grad():
        codes = model.reparameterize(*model.encode(torch.stack([img1, img2])))
        share = torch.linspace(0, 1, steps).unsqueeze(1)
        return model.decode((1 - share) * codes[0] + share * codes[1])


@misconception("steps-ignored", item="interpolate")
def interpolate(model, img1, img2, steps=10):
    """You always give ten images. That is only the default of `steps`: who should be told the
    argument?"""
    with torch.no_grad():
        means, _logvar = model.encode(torch.stack([img1, img2]))
        share = torch.linspace(0, 1, 10).unsqueeze(1)
        return model.decode((1 - share) * means[0] + share * means[1])


@misconception("batch-axis-missing", item="interpolate")
def interpolate(model, img1, img2, steps=10):
    """The model is given one image without a batch axis, and takes its colours for a batch. How
    does one make a batch of one image?"""
    with torch.no_grad():
        first, last = model.encode(img1)[0], model.encode(img2)[0]
        share = torch.linspace(0, 1, steps).unsqueeze(1)
        return model.decode((1 - share) * first + share * last)


@misconception("interpolated-with-graph", item="interpolate")
def interpolate(model, img1, img2, steps=10):
    """The right images, but each holds on to the graph that computed it. Nothing is trained here:
    how does one tell PyTorch so?"""
    means, _logvar = model.encode(torch.stack([img1, img2]))
    share = torch.linspace(0, 1, steps).unsqueeze(1)
    return model.decode((1 - share) * means[0] + share * means[1])


# --- svhn -----------------------------------------------------------------------------------------


@misconception("range-from-minus-one", item="svhn")
def svhn_transform(image):
    """Your pixels run from -1 to 1, and the decoder ends in a sigmoid: all that is darker than the
    middle can never be reached, and the loss stays above 300. Which range have the two in
    common?"""
    return (torch.from_numpy(image).permute(2, 0, 1).float() / 255 - 0.5) / 0.5


@misconception("not-divided", item="svhn")
def svhn_transform(image):
    """Your pixels run from 0 to 255. How large is the largest number that comes out of a
    sigmoid?"""
    return torch.from_numpy(image).permute(2, 0, 1).float()


@misconception("channels-stay-last", item="svhn")
def svhn_transform(image):
    """The colours are still on the last axis. In which order does a convolution want the axes of an
    image?"""
    return torch.from_numpy(image).float() / 255


@misconception("reshaped-for-permuted", item="svhn")
def svhn_transform(image):
    """The shape is right, but the pixels are not where they were: `reshape` reads in order and
    counts anew. Which function makes axes change their places?"""
    return torch.from_numpy(image).reshape(3, 32, 32).float() / 255


@misconception("rows-and-columns-exchanged", item="svhn")
def svhn_transform(image):
    """Your images are mirrored at their diagonal: rows and columns have changed places. A `.T`
    turns round all axes: which of them should move, and which should stay in order?"""
    return torch.from_numpy(image).permute(2, 1, 0).float() / 255


@misconception("float64", item="svhn")
def svhn_transform(image):
    """Your numbers are float64, since NumPy divides whole numbers so. Which dtype have the weights
    of the model?"""
    return torch.from_numpy(image / 255).permute(2, 0, 1)


@misconception("uniform-codes", item="svhn")
def sample(model, n):
    """No number of your codes is negative: `rand` draws evenly between 0 and 1. Which distribution
    is the prior?"""
    model.eval()
    with torch.no_grad():
        return model.decode(torch.rand(n, model.latent_dim))


@misconception("one-code-for-all", item="svhn")
def sample(model, n):
    """All your samples are the same picture: one code was drawn for all of them. How many draws are
    asked for?"""
    model.eval()
    with torch.no_grad():
        return model.decode(torch.randn(1, model.latent_dim).expand(n, -1))


@misconception("code-length-baked-in", item="svhn")
def sample(model, n):
    """Your codes have 128 numbers, whatever model comes. Who knows how long a code is?"""
    model.eval()
    with torch.no_grad():
        return model.decode(torch.randn(n, 128))


@misconception("sampled-in-training-mode", item="svhn")
def sample(model, n):
    """The model decodes in whatever mode it is in, and after training that is training mode. A
    model with dropout would draw its samples with units missing: what switches it?"""
    with torch.no_grad():
        return model.decode(torch.randn(n, model.latent_dim))


@misconception("sampled-with-graph", item="svhn")
def sample(model, n):
    """The right samples, but each holds on to the graph that computed it. `eval` does not change
    that: what does?"""
    model.eval()
    return model.decode(torch.randn(n, model.latent_dim))


# --- traverse -------------------------------------------------------------------------------------


@misconception("values-added", item="traverse")
def traverse(model, img, dim, values):
    """You add the values to the number that is there. Then 0 gives the image itself, and not a code
    whose number is 0: should it be shifted, or set?"""
    with torch.no_grad():
        mean, _logvar = model.encode(img.unsqueeze(0))
        z = mean.repeat(len(values), 1)
        z[:, dim] += values
        return model.decode(z)


@misconception("changes-add-up", item="traverse")
def traverse(model, img, dim, values):
    """Each step changes what the steps before have left: all write into one and the same code, and
    the changes add up. From which code should each step start?"""
    with torch.no_grad():
        z, _logvar = model.encode(img.unsqueeze(0))
        images = []
        for value in values:
            z[:, dim] += value
            images.append(model.decode(z))
        return torch.cat(images)


@misconception("one-code-changed-again-and-again", item="traverse")
def traverse(model, img, dim, values):
    """All your images are the one of the last value: the list holds one and the same code, many
    times, and each step writes into it. What makes a new code for each?"""
    with torch.no_grad():
        z, _logvar = model.encode(img.unsqueeze(0))
        codes = []
        for value in values:
            z[:, dim] = value
            codes.append(z)
        return model.decode(torch.cat(codes))


@misconception("picture-changed-for-coordinate", item="traverse")
def traverse(model, img, dim, values):
    """You set all numbers of one picture, where one number of all pictures was meant. Which axis
    counts the pictures, and which the latent dimensions?"""
    with torch.no_grad():
        mean, _logvar = model.encode(img.unsqueeze(0))
        z = mean.repeat(len(values), 1)
        z[dim % len(values)] = values[0]
        return model.decode(z)


@misconception("draw-traversed", item="traverse")
def traverse(model, img, dim, values):
    """Two calls give two results: you start from a draw. Which point of the posterior does the text
    name?"""
    with torch.no_grad():
        z = model.reparameterize(*model.encode(img.unsqueeze(0))).repeat(len(values), 1)
        z[:, dim] = values
        return model.decode(z)


@misconception("other-numbers-zero", item="traverse")
def traverse(model, img, dim, values):
    """All numbers but one are 0, and the image does not matter. From which code do you start?"""
    with torch.no_grad():
        z = torch.zeros(len(values), model.latent_dim)
        z[:, dim] = values
        return model.decode(z)


@misconception("traversed-with-graph", item="traverse")
def traverse(model, img, dim, values):
    """The right images, but each holds on to the graph that computed it. Nothing is trained here:
    how does one tell PyTorch so?"""
    mean, _logvar = model.encode(img.unsqueeze(0))
    z = mean.repeat(len(values), 1)
    z[:, dim] = values
    return model.decode(z)
