# ruff: noqa: F811
# (one name is defined again and again here: every definition is one wrong variant of it)
# mypy: ignore-errors
"""Wrong variants of bernoulli_vae, each with the hint that helps; sorted by item, as in the spec.

A variant's source is run after the solution's, and takes the place of the definition of the same
name. Its docstring is what a student reads whose outputs equal the variant's.
"""

import torch
from torch.nn import functional as F

from autograder.misconceptions import misconception, reference
from nndl import plots

Model, loss_function, training_step, train, encode_test_set, show_reconstructions = reference(
    "bernoulli_vae",
    "Model",
    "loss_function",
    "training_step",
    "train",
    "encode_test_set",
    "show_reconstructions",
)

# --- reparameterization: the method ---------------------------------------------------------------


@misconception("std-as-log-variance", item="reparameterization")
class Model(Model):
    """Your samples spread with exp(std / 2), as if the argument were a log variance. Read its name
    once more: what is handed in here, and what is there left to undo?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn_like(mean) * torch.exp(0.5 * std)


@misconception("log-variance-all-the-way", item="reparameterization")
class Model(Model):
    """`forward` hands `log_var` on, and `reparameterization` makes a standard deviation of it: the
    two fit each other, but not the exercise, where this method takes a standard deviation. In which
    of the two does the `exp` belong?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn_like(mean) * torch.exp(0.5 * std)

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, log_var)
        return self.Decoder(z), mean, log_var, z


@misconception("std-as-log-std", item="reparameterization")
class Model(Model):
    """Your samples spread with exp(std). The argument is a standard deviation already: a standard
    deviation of 1 should give noise that is not scaled at all."""

    def reparameterization(self, mean, std):
        return mean + torch.randn_like(mean) * torch.exp(std)


@misconception("std-as-variance", item="reparameterization")
class Model(Model):
    """You take a square root of what is a standard deviation already. With `std` = 4, how far from
    the mean should a typical sample lie?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn_like(mean) * torch.sqrt(std)


@misconception("std-squared", item="reparameterization")
class Model(Model):
    """Your samples spread with the square of `std`, the variance. Which of the two has the same
    unit as the mean, and so scales the noise?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn_like(mean) * std**2


@misconception("std-ignored", item="reparameterization")
class Model(Model):
    """Your samples spread by 1, whatever `std` says. What has to happen to the noise before it is
    added to the mean?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn_like(mean)


@misconception("mean-scaled-too", item="reparameterization")
class Model(Model):
    """The mean of your samples changes with `std`: it multiplies the mean as well as the noise.
    Which comes first, to scale or to shift?"""

    def reparameterization(self, mean, std):
        return (mean + torch.randn_like(mean)) * std


@misconception("mean-returned", item="reparameterization")
class Model(Model):
    """You return the mean itself: there is no noise in your sample. Should two calls with the same
    arguments give the same answer?"""

    def reparameterization(self, mean, std):
        return mean


@misconception("noise-forgotten", item="reparameterization")
class Model(Model):
    """Your sample lies exactly one standard deviation above the mean, every time. What is random in
    it?"""

    def reparameterization(self, mean, std):
        return mean + std


@misconception("mean-forgotten", item="reparameterization")
class Model(Model):
    """The spread is right, but your samples always lie around 0. Where should they lie around?"""

    def reparameterization(self, mean, std):
        return torch.randn_like(mean) * std


@misconception("uniform-noise", item="reparameterization")
class Model(Model):
    """No sample of yours lies below the mean: `rand` draws evenly between 0 and 1. Which function
    draws from the standard normal distribution?"""

    def reparameterization(self, mean, std):
        return mean + torch.rand_like(mean) * std


@misconception("one-noise-per-column", item="reparameterization")
class Model(Model):
    """All images of a batch get the same noise: it was drawn once for all of them. Every image
    needs its own: which shape has to be drawn?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn(mean.shape[-1], dtype=mean.dtype) * std


@misconception("one-noise-per-row", item="reparameterization")
class Model(Model):
    """All latent numbers of an image get the same noise: it was drawn once per image. Every element
    of the code needs its own: which shape has to be drawn?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn(mean.shape[0], 1, dtype=mean.dtype) * std


@misconception("one-noise-for-all", item="reparameterization")
class Model(Model):
    """A single random number is shared by the whole batch. Every element of every code needs its
    own: which shape has to be drawn?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn(1, dtype=mean.dtype) * std


@misconception("fixed-noise", item="reparameterization")
class Model(Model):
    """Your noise is the same at every call: the random generator is set back to a seed inside the
    method. Draw freely here; the notebook sets the seed where it wants repeatable numbers."""

    def reparameterization(self, mean, std):
        torch.manual_seed(0)
        return mean + torch.randn_like(mean) * std


@misconception("graph-cut", item="reparameterization")
class Model(Model):
    """No gradient comes back through z: `torch.normal`, `sample()`, `detach()` and `no_grad` cut
    the graph. What is random must not depend on the network: where can the noise be drawn so that
    only a scaling and a shift are left to differentiate?"""

    def reparameterization(self, mean, std):
        return torch.distributions.Normal(mean, std).sample()


@misconception("std-detached", item="reparameterization")
class Model(Model):
    """The mean gets its gradient but `std` gets none, so the spread can never be learned. Was it
    taken from `data` or `detach()`, or used under `no_grad`?"""

    def reparameterization(self, mean, std):
        return mean + torch.randn_like(mean) * std.detach()


@misconception("in-place-on-std", item="reparameterization")
class Model(Model):
    """A function with a trailing underscore, or a `*=`, writes into the tensor that it is given:
    after your call `mean` or `std` is another one. Which function does the same and makes a new
    tensor?"""

    def reparameterization(self, mean, std):
        return std.mul_(torch.randn_like(std)).add_(mean)


@misconception("numpy-noise", item="reparameterization")
class Model(Model):
    """Your noise comes from NumPy: it is float64 whatever the mean is, and always lives on the CPU.
    torch can draw noise that takes after another tensor in both."""

    def reparameterization(self, mean, std):
        import numpy as np

        return mean + torch.from_numpy(np.random.randn(*mean.shape)) * std


# --- reparameterization: forward ------------------------------------------------------------------


@misconception("log-variance-passed-as-std", item="reparameterization")
class Model(Model):
    """`forward` hands `log_var` to `reparameterization`, which waits for a standard deviation.
    Where `log_var` is 0 there should be noise of the size 1: is there any?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, log_var)
        return self.Decoder(z), mean, log_var, z


@misconception("variance-passed-as-std", item="reparameterization")
class Model(Model):
    """`forward` hands the variance to `reparameterization`, which waits for a standard deviation.
    What is missing on the way from the log of a variance to the standard deviation?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(log_var))
        return self.Decoder(z), mean, log_var, z


@misconception("half-after-exp", item="reparameterization")
class Model(Model):
    """The one half is in the wrong place: half of a variance is not its square root. Should it
    stand inside or outside of `exp`? Try `log_var` = 0, where the standard deviation is 1."""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, 0.5 * torch.exp(log_var))
        return self.Decoder(z), mean, log_var, z


@misconception("std-inverted", item="reparameterization")
class Model(Model):
    """A larger `log_var` makes your samples less spread out: what is the sign in your exponent? The
    minus belongs to the density of the normal distribution, not to its standard deviation."""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(-0.5 * log_var))
        return self.Decoder(z), mean, log_var, z


@misconception("arguments-swapped", item="reparameterization")
class Model(Model):
    """`forward` calls `reparameterization` with its two arguments in the wrong order. Which comes
    first?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(torch.exp(0.5 * log_var), mean)
        return self.Decoder(z), mean, log_var, z


@misconception("decodes-mean", item="reparameterization")
class Model(Model):
    """The decoder gets the mean, so two calls with the same images give the same theta, and the z
    that you return goes nowhere. What should be decoded?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(0.5 * log_var))
        return self.Decoder(mean), mean, log_var, z


@misconception("z-is-mean", item="reparameterization")
class Model(Model):
    """Nothing is drawn in `forward`: z is the mean, so this is a plain auto-encoder. Which method
    have you written just above, and who calls it?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        return self.Decoder(mean), mean, log_var, mean


@misconception("drawn-twice", item="reparameterization")
class Model(Model):
    """The z that you return is not the one that was decoded: it was drawn a second time. How many
    codes does an image get in one call?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        std = torch.exp(0.5 * log_var)
        theta = self.Decoder(self.reparameterization(mean, std))
        return theta, mean, log_var, self.reparameterization(mean, std)


@misconception("std-returned-for-log-var", item="reparameterization")
class Model(Model):
    """The third value that you return is the standard deviation. The loss needs `log_var`, just as
    the encoder gives it: what name is returned there?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        std = torch.exp(0.5 * log_var)
        z = self.reparameterization(mean, std)
        return self.Decoder(z), mean, std, z


@misconception("mean-log-var-swapped", item="reparameterization")
class Model(Model):
    """`mean` and `log_var` have changed places in what you return. In which order does the loss
    want them?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(0.5 * log_var))
        return self.Decoder(z), log_var, mean, z


@misconception("z-not-returned", item="reparameterization")
class Model(Model):
    """You return three values. `forward` has four to give: which one do you need later, to look at
    the latent space of the test set?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(0.5 * log_var))
        return self.Decoder(z), mean, log_var


@misconception("only-theta-returned", item="reparameterization")
class Model(Model):
    """You return theta alone. The loss needs the posterior as well, and later exercises need z:
    what are the four values of the docstring?"""

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(0.5 * log_var))
        return self.Decoder(z)


@misconception("forward-under-no-grad", item="reparameterization")
class Model(Model):
    """Your outputs have no graph behind them, so no layer can learn: was `forward` written under
    `no_grad`? When does one want that: in training, or afterwards?"""

    def forward(self, x):
        with torch.no_grad():
            mean, log_var = self.Encoder(x)
            z = self.reparameterization(mean, torch.exp(0.5 * log_var))
            return self.Decoder(z), mean, log_var, z


# --- loss_function --------------------------------------------------------------------------------


@misconception("elbo-not-negated", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """You return the ELBO itself. An optimizer makes its loss small: which sign does the loss
    need?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return -(bce + kl)


@misconception("bce-averaged", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """The cross entropy is averaged over all pixels, as it is by default, while the KL is summed:
    so the KL weighs N times x_dim too much against it. What can `reduction` be told?"""
    bce = F.binary_cross_entropy(theta, x)
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("kl-averaged", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """The KL is averaged over all its numbers while the cross entropy is summed, so it hardly
    counts. Both terms should be summed over everything: how do the two sums differ in your code?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.mean(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("both-averaged", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Both terms are averaged over all of their numbers, each over another count of them, and so
    their balance is lost. What does the exercise sum over?"""
    bce = F.binary_cross_entropy(theta, x)
    kl = -0.5 * torch.mean(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("divided-by-batch-size", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Your loss is that of an average image. Here the loss is summed over the batch, and `train`
    divides by the number of images: what happens if both of them divide?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return (bce + kl) / len(x)


@misconception("kl-divided-by-batch-size", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """The cross entropy is summed over the batch, but the KL is averaged over it. Do both terms
    count the same images?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp(), dim=1).mean()
    return bce + kl


@misconception("loss-per-image", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """You return one loss per image, and each of them is right. `backward` starts from a single
    number: what is left to be summed?"""
    bce = F.binary_cross_entropy(theta, x, reduction="none").sum(dim=1)
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp(), dim=1)
    return bce + kl


@misconception("loss-without-graph", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """The number is right, but it is only a number: after `item()` (or `detach()`) there is no way
    back to the network. Who needs the plain number, and who needs the tensor?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return (bce + kl).item()


@misconception("loss-changes-its-arguments", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """A function with a trailing underscore, or a `*=`, writes into the tensor that it is given,
    and the network still needs that one. Which function does the same and makes a new tensor?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp_())
    return bce + kl


@misconception("x-theta-swapped", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """The cross entropy is not symmetric: it takes the logarithm of the one and not of the other.
    Which of `x` and `theta` is the prediction, and in which order does the function want them?"""
    bce = F.binary_cross_entropy(x, theta, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("bce-with-logits", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """This form of the cross entropy applies a sigmoid of its own, but the decoder ends in one
    already. What should a perfect reconstruction cost, and what does it cost?"""
    bce = F.binary_cross_entropy_with_logits(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("bce-second-half-missing", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Only pixels with ink count: to paint the empty ones black costs nothing. A Bernoulli
    distribution has two outcomes: where is the other one in your sum?"""
    bce = -torch.sum(x * torch.log(theta))
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("mse-for-bce", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Your reconstruction term is the squared error, which belongs to a Gaussian likelihood. Which
    distribution are the pixels drawn from here?"""
    mse = F.mse_loss(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return mse + kl


@misconception("kl-missing", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """`mean` and `log_var` do not matter for your loss: only the reconstruction counts, as in a
    plain auto-encoder. Which term keeps the posterior close to the prior?"""
    return F.binary_cross_entropy(theta, x, reduction="sum")


@misconception("reconstruction-missing", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """The images do not matter for your loss: it is the KL alone. Which term asks theta to explain
    x?"""
    return -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())


@misconception("kl-sign", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Your loss gets smaller as the codes move away from the prior. The ELBO is the expected log
    likelihood minus the KL: when all of it is negated, which sign does the KL get?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = 0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("kl-half-missing", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Your KL is twice as large as it should be. Work one value out by hand: for a mean of 2 and a
    variance of 1 it is 2 per latent number."""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -torch.sum(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("kl-sign-and-half", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """The factor in front of the KL is lost, and it holds two things. Work one value out by hand:
    the KL is never negative, and for a mean of 2 and a variance of 1 it is 2 per latent number."""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = torch.sum(1 + log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("kl-one-missing", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Your KL is a constant too large, one half for each latent number. It should be exactly 0
    where the posterior is the prior: which term of the closed form got lost?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("kl-mean-not-squared", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Your KL changes when the mean changes its sign. Left and right of zero should cost the same:
    what is missing? (With a mean of 1 you can't see it.)"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean - log_var.exp())
    return bce + kl


@misconception("kl-variance-squared", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """In the KL you square exp(log_var), which is the square of sigma already. (With `log_var` = 0
    you can't see it.)"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_var - mean**2 - log_var.exp() ** 2)
    return bce + kl


@misconception("kl-log-var-as-log-std", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """Your KL is right for the log of the standard deviation. Of what is `log_var` the log, and so
    which factors of 2 are too many?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + 2 * log_var - mean**2 - torch.exp(2 * log_var))
    return bce + kl


@misconception("kl-log-var-doubled", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """In the KL the term that is linear in `log_var` is doubled. The closed form has the log of the
    square of sigma there: what do you hold in your hand?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + 2 * log_var - mean**2 - log_var.exp())
    return bce + kl


@misconception("kl-log-var-as-variance", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """A negative `log_var` gives `nan`: you take the log of something that is a log already. Which
    two terms of the closed form have to do with sigma, and which of them do you hold already?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + torch.log(log_var) - mean**2 - log_var)
    return bce + kl


@misconception("kl-arguments-swapped", item="loss_function")
def loss_function(x, theta, mean, log_var):
    """You measure the divergence from the posterior of the prior. The KL is not symmetric: over
    which of the two distributions is the expectation taken?"""
    bce = F.binary_cross_entropy(theta, x, reduction="sum")
    kl = 0.5 * torch.sum(log_var + (1 + mean**2) / log_var.exp() - 1)
    return bce + kl


# --- training_step --------------------------------------------------------------------------------


@misconception("backward-missing", item="training_step")
def training_step(model, x, optimizer):
    """The parameters have no gradients when the optimizer makes its step, so nothing changes. Who
    computes them, and when?"""
    optimizer.zero_grad()
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    optimizer.step()
    return loss.item()


@misconception("step-missing", item="training_step")
def training_step(model, x, optimizer):
    """The gradients are there, but the parameters stay as they are. Who changes them, was it called
    (with its parentheses), and were the gradients there at that moment?"""
    optimizer.zero_grad()
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    return loss.item()


@misconception("gradients-cleared-before-step", item="training_step")
def training_step(model, x, optimizer):
    """The gradients are cleared between `backward` and the step, so the step finds none. Which ones
    should be cleared: the old ones, or those just computed?"""
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@misconception("gradients-accumulate", item="training_step")
def training_step(model, x, optimizer):
    """The gradients of earlier batches are still there when new ones come, and `backward` adds to
    what it finds. What should happen first in every step?"""
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    optimizer.step()
    return loss.item()


@misconception("two-steps-per-batch", item="training_step")
def training_step(model, x, optimizer):
    """The optimizer makes two steps with the gradients of one batch. How often is it called?"""
    optimizer.zero_grad()
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    optimizer.step()
    optimizer.step()
    return loss.item()


@misconception("ascends", item="training_step")
def training_step(model, x, optimizer):
    """The loss grows from step to step: its sign was turned before `backward`. It is the negative
    ELBO already: should it become larger or smaller?"""
    optimizer.zero_grad()
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    (-loss).backward()
    optimizer.step()
    return loss.item()


@misconception("loss-returned-with-graph", item="training_step")
def training_step(model, x, optimizer):
    """You return the loss with its graph, and whoever collects such losses keeps all graphs in
    memory. How does one get the plain number out of a tensor?"""
    optimizer.zero_grad()
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    optimizer.step()
    return loss


@misconception("step-returns-loss-per-image", item="training_step")
def training_step(model, x, optimizer):
    """You return the mean loss of an image. The step returns the batch's sum, and `train` divides
    by all images in the end: what happens to a smaller last batch if both of them divide?"""
    optimizer.zero_grad()
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    optimizer.step()
    return loss.item() / len(x)


@misconception("nothing-returned", item="training_step")
def training_step(model, x, optimizer):
    """Your step gives back `None`. The work is done, but `train` needs to know the loss: what does
    the last line do?"""
    optimizer.zero_grad()
    theta, mean, log_var, _z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    optimizer.step()


# --- elbo_curve -----------------------------------------------------------------------------------


@misconception("not-rounded-in-training", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """The model is trained on grey images. A Bernoulli distribution gives zeros and ones: what has
    to happen to the pixels first?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("pixels-drawn-not-rounded", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """The pixels are drawn at random, with their grey as the probability. That can be done, but
    here they are rounded: does an image of yours look the same in every epoch?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, torch.bernoulli(x.flatten(1)), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("not-flattened", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """The encoder's first layer takes rows of 784 pixels, and the loader gives images of 28 x 28.
    What is missing between the two?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.round(), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("loss-reported-for-elbo", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Your curve falls, and should rise: it is that of the loss. Which sign does the ELBO have?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(total / images)
    return curve


@misconception("times-batch-size", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Each batch counts as many times as it has images: around -10,900 on MNIST in place of -85. Is
    the loss of a step a mean, which has to be multiplied before it is added up, or a sum?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer) * len(x)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("elbo-per-batch", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You report the ELBO of an average batch. It should be that of an average image: what has the
    sum to be divided by?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total = 0.0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
        curve.append(-total / len(loader))
    return curve


@misconception("elbo-of-the-whole-epoch", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You report the sum over all images. A number that can be compared from data set to data set
    is that of one image: what has the sum to be divided by?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total = 0.0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
        curve.append(-total)
    return curve


@misconception("elbo-per-pixel", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You divide by the number of pixels as well. The ELBO is the log probability of a whole image:
    how many of them were there?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, pixels = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            pixels += x.numel()
        curve.append(-total / pixels)
    return curve


@misconception("divided-by-batch-size-only", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You divide the sum of a whole epoch by the images of a single batch. Over how many images was
    it summed?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total = 0.0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
        curve.append(-total / len(x))
    return curve


@misconception("mean-of-batch-means", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You average the batches' means. Where the last batch is smaller, each of its images then
    counts more than the others: what can you add up in place of means?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        means = []
        for x, _labels in loader:
            means.append(training_step(model, x.flatten(1).round(), optimizer) / len(x))
        curve.append(-sum(means) / len(means))
    return curve


@misconception("all-batches-assumed-full", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You count every batch as if it were full, but the last one may be smaller. Where does a batch
    say how many images it has?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total = 0.0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
        curve.append(-total / (len(loader) * loader.batch_size))
    return curve


@misconception("batch-size-128-assumed", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You count 128 images per batch, whatever the loader gives. Where does a batch say how many
    images it has?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total = 0.0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
        curve.append(-total / (len(loader) * 128))
    return curve


@misconception("sum-never-reset", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """The losses of earlier epochs are still in the sum of the later ones. Where is the sum set to
    zero, and how often?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve, total = [], 0.0
    for _ in range(epochs):
        images = 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("mean-over-all-epochs", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Each point of your curve is the mean of all epochs so far. Which two numbers have to start
    anew with every epoch?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve, total, images = [], 0.0, 0
    for _ in range(epochs):
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("last-batch-for-the-epoch", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You report the last batch of each epoch, which stands for the luck of a few images. Over
    which images should the ELBO be averaged?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        for x, _labels in loader:
            loss = training_step(model, x.flatten(1).round(), optimizer)
        curve.append(-loss / len(x))
    return curve


@misconception("one-value-per-batch", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Your curve has a point for every batch. How many points should it have, and at which
    indentation is one added?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        for x, _labels in loader:
            loss = training_step(model, x.flatten(1).round(), optimizer)
            curve.append(-loss / len(x))
    return curve


@misconception("last-epoch-returned", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You return a single number, that of the last epoch. What does a curve consist of?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
    return -total / images


@misconception("returns-after-one-epoch", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Training ends after the first epoch, however many were asked for. At which indentation does
    `return` stand?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(-total / images)
        return curve


@misconception("learning-rate-ignored", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Your learning rate is 0.001, whatever `lr` says. That is only its default: who should be told
    the argument?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("sgd-for-adam", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Your steps grow with the size of the gradients: that is plain gradient descent. Which
    optimizer does the exercise name?"""
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("new-optimizer-every-epoch", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Adam remembers past gradients, and every epoch you make a new one that has forgotten them.
    Where should it be made?"""
    curve = []
    for _ in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        total, images = 0.0, 0
        for x, _labels in loader:
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("new-optimizer-every-batch", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """Adam remembers past gradients, and for every batch you make a new one that has forgotten
    them. Where should it be made?"""
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            optimizer = torch.optim.Adam(model.parameters(), lr=lr)
            total += training_step(model, x.flatten(1).round(), optimizer)
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("gradients-accumulate-in-train", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """You have written the step anew, and the gradients of earlier batches are still there when new
    ones come. Which line of `training_step` is missing? Or could you call it?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            x = x.flatten(1).round()
            theta, mean, log_var, _z = model(x)
            loss = loss_function(x, theta, mean, log_var)
            loss.backward()
            optimizer.step()
            total += loss.item()
            images += len(x)
        curve.append(-total / images)
    return curve


@misconception("curve-with-graphs", item="elbo_curve")
def train(model, loader, epochs, lr=1e-3):
    """The numbers of your curve are tensors that hold on to the graphs of all their steps, and to
    their memory. How does one get the plain number out of a loss?"""
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, images = 0.0, 0
        for x, _labels in loader:
            x = x.flatten(1).round()
            optimizer.zero_grad()
            theta, mean, log_var, _z = model(x)
            loss = loss_function(x, theta, mean, log_var)
            loss.backward()
            optimizer.step()
            total = total + loss
            images += len(x)
        curve.append(-total / images)
    return curve


# --- encode_test_set ------------------------------------------------------------------------------


@misconception("not-rounded-at-test-time", item="encode_test_set")
def encode_test_set(model, loader):
    """The test images are encoded in grey, but the model was trained on zeros and ones. What did
    `train` do to the images before the model got them?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1))
            latents.append(z)
    return torch.cat(latents), theta


@misconception("not-flattened-at-test-time", item="encode_test_set")
def encode_test_set(model, loader):
    """The encoder's first layer takes rows of 784 pixels, and the loader gives images of 28 x 28.
    What did `train` do between the two?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.round())
            latents.append(z)
    return torch.cat(latents), theta


@misconception("gradients-on", item="encode_test_set")
def encode_test_set(model, loader):
    """The right numbers, but each of them holds on to the graph that computed it, for the whole
    test set. Nothing is trained here: how does one tell torch so?"""
    latents = []
    for x, _labels in loader:
        theta, _mean, _log_var, z = model(x.flatten(1).round())
        latents.append(z)
    return torch.cat(latents), theta


@misconception("means-for-latents", item="encode_test_set")
def encode_test_set(model, loader):
    """You collect the means of the posteriors. Asked for are the codes that were drawn and decoded:
    which of the model's four results is that?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            theta, mean, _log_var, _z = model(x.flatten(1).round())
            latents.append(mean)
    return torch.cat(latents), theta


@misconception("latents-of-last-batch-only", item="encode_test_set")
def encode_test_set(model, loader):
    """You return the latents of the last batch alone: each batch's take the place of the ones
    before. Where could all of them be kept?"""
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
    return z, theta


@misconception("last-batch-left-out", item="encode_test_set")
def encode_test_set(model, loader):
    """The last batch is missing: it is smaller than the others, and you take full ones only. How
    many rows should the latents have?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            if len(x) < loader.batch_size:
                continue
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents.append(z)
    return torch.cat(latents), theta


@misconception("latents-stacked", item="encode_test_set")
def encode_test_set(model, loader):
    """`torch.stack` puts batches of equal size on a new axis, and the last batch is smaller. Which
    function puts the rows of one below the rows of the other?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents.append(z)
    return torch.stack(latents), theta


@misconception("latents-left-in-a-list", item="encode_test_set")
def encode_test_set(model, loader):
    """You return a list with the latents of each batch. Asked for is one tensor with a row for each
    image: which function makes one of many?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents.append(z)
    return latents, theta


@misconception("latents-of-fixed-size", item="encode_test_set")
def encode_test_set(model, loader):
    """Your latents have 10,000 rows of 20 numbers, whatever comes in. How many images the loader
    has, and how many numbers a code, you learn from what comes back: can the sizes follow?"""
    latents, start = torch.zeros(10_000, 20), 0
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents[start : start + len(z)] = z
            start += len(z)
    return latents, theta


@misconception("theta-of-first-batch", item="encode_test_set")
def encode_test_set(model, loader):
    """You return theta of the first batch. The figure that follows shows it beside the images of
    the last one: which theta belongs to them?"""
    latents, thetas = [], []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents.append(z)
            thetas.append(theta)
    return torch.cat(latents), thetas[0]


@misconception("theta-of-all-batches", item="encode_test_set")
def encode_test_set(model, loader):
    """You return theta of the whole test set. Only that of the last batch is asked for: what
    becomes of the others?"""
    latents, thetas = [], []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents.append(z)
            thetas.append(theta)
    return torch.cat(latents), torch.cat(thetas)


@misconception("theta-before-z", item="encode_test_set")
def encode_test_set(model, loader):
    """The two results have changed places. In which order does the docstring name them?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents.append(z)
    return theta, torch.cat(latents)


@misconception("returns-in-the-loop", item="encode_test_set")
def encode_test_set(model, loader):
    """You return after the first batch: the others are never encoded. At which indentation does
    `return` stand?"""
    latents = []
    with torch.no_grad():
        for x, _labels in loader:
            theta, _mean, _log_var, z = model(x.flatten(1).round())
            latents.append(z)
            return torch.cat(latents), theta


# --- show_reconstructions -------------------------------------------------------------------------


@misconception("nothing-drawn", item="show_reconstructions")
def show_reconstructions(x, theta):
    """There is no picture in your figure. To reshape the pixels makes an image of them, but who
    draws it?"""
    return x[:10].reshape(-1, 28, 28), theta[:10].reshape(-1, 28, 28)


@misconception("rows-drawn-as-one-picture", item="show_reconstructions")
def show_reconstructions(x, theta):
    """You draw the rows of pixels as they are, ten lines of 784. What shape has an image?"""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, 2)
    axes[0].imshow(x[:10])
    axes[1].imshow(theta[:10])


@misconception("pixels-mixed", item="show_reconstructions")
def show_reconstructions(x, theta):
    """Your pictures have the right size and are noise: each holds pixels of several images.
    `reshape` reads in order, and the images come first: which axis of your result counts them?"""
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(2, 10)
    for i in range(10):
        axes[0, i].imshow(x.reshape(28, 28, -1)[..., i])
        axes[1, i].imshow(theta.reshape(28, 28, -1)[..., i])


@misconception("originals-twice", item="show_reconstructions")
def show_reconstructions(x, theta):
    """Your reconstructions are perfect, because they are the originals: both times you draw `x`.
    Which of the two arguments holds what the decoder gave?"""
    plots.reconstructions(x[:10], x[:10])


@misconception("originals-only", item="show_reconstructions")
def show_reconstructions(x, theta):
    """Only the originals are in the figure. What should each of them be compared with?"""
    plots.image_grid(x[:10])


@misconception("reconstructions-only", item="show_reconstructions")
def show_reconstructions(x, theta):
    """Only the reconstructions are in the figure. What should each of them be compared with?"""
    plots.image_grid(theta[:10])


@misconception("one-pair-only", item="show_reconstructions")
def show_reconstructions(x, theta):
    """You show one image and its reconstruction. One may be luck: how many does the exercise ask
    for?"""
    plots.reconstructions(x[:1], theta[:1])


@misconception("nine-pairs", item="show_reconstructions")
def show_reconstructions(x, theta):
    """You show nine images: the tenth is missing. Where does your range begin, and where does it
    end?"""
    plots.reconstructions(x[:9], theta[:9])


@misconception("starts-at-the-second-image", item="show_reconstructions")
def show_reconstructions(x, theta):
    """The first image is missing, and there is one too many at the end. Which index does the first
    image have?"""
    plots.reconstructions(x[1:11], theta[1:11])


@misconception("whole-batch-drawn", item="show_reconstructions")
def show_reconstructions(x, theta):
    """You draw all images of the batch. Which of them are asked for?"""
    plots.reconstructions(x, theta)


@misconception("rounded-reconstructions", item="show_reconstructions")
def show_reconstructions(x, theta):
    """You draw theta rounded to 0 and 1. The grey says how sure the decoder is of a pixel: what is
    lost with it?"""
    plots.reconstructions(x[:10], theta[:10].round())


@misconception("two-figures", item="show_reconstructions")
def show_reconstructions(x, theta):
    """Originals and reconstructions are in two figures, and can't be compared at a glance. How do
    both come into one?"""
    plots.image_grid(x[:10])
    plots.image_grid(theta[:10])


@misconception("drawn-over-each-other", item="show_reconstructions")
def show_reconstructions(x, theta):
    """All pictures are drawn at the same place, so only the last one can be seen. Where is a new
    place made for each?"""
    import matplotlib.pyplot as plt

    for i in range(10):
        plt.imshow(x[i].reshape(28, 28))
        plt.imshow(theta[i].reshape(28, 28))


@misconception("rows-of-another-length", item="show_reconstructions")
def show_reconstructions(x, theta):
    """The twenty pictures stand in rows of eight, first all originals and then all reconstructions:
    no reconstruction is found beside its original. How long should a row be?"""
    plots.image_grid(torch.cat([x[:10], theta[:10]]), columns=8)


@misconception("order-turned", item="show_reconstructions")
def show_reconstructions(x, theta):
    """The reconstructions come in another order than their originals. Do both rows count their
    images in the same way?"""
    plots.reconstructions(x[:10], theta[:10].flip(0))
