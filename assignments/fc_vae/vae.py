"""Your part of the lesson: a variational auto-encoder, and one that listens to labels.

Work through it in the order of `fc_vae.ipynb`. Each `raise NotImplementedError` marks a place to
fill in: replace that line by your code. Save the file, and the notebook sees your change without
a restart. Helpers and attributes of your own are welcome; the names and shapes written here stay,
because the notebook and the grader call them.

Sizes: N images in a batch, H x W pixels in an image, D = H * W, Z latent numbers, C classes.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def hello_vae() -> None:
    """Say hello, so that the notebook can show that it found this file."""
    print("Hello from your own vae.py: what you write here, the notebook runs.")


class VAE(nn.Module):
    """A variational auto-encoder made of fully connected layers.

    Attributes, all set in `__init__`:

    input_size: pixels per image, D. The images are square, so H = W = sqrt(D).
    latent_size: numbers in a latent code, Z.
    hidden_dim: width of every hidden layer, 400.
    encoder: images (N, 1, H, W) to features (N, hidden_dim).
    mu_layer: features to the mean of q(z|x), (N, Z).
    logvar_layer: features to the log of the variance of q(z|x), (N, Z).
    decoder: codes (N, Z) to images (N, 1, H, W) with every pixel between 0 and 1.
    """

    def __init__(self, input_size: int, latent_size: int = 15) -> None:
        super().__init__()
        self.input_size = input_size
        self.latent_size = latent_size
        self.hidden_dim = 400

        # Exercise 1. Set `self.encoder`, `self.mu_layer` and `self.logvar_layer`.
        #
        # encoder: flatten each image to D numbers, then three times a Linear layer followed by a
        # ReLU. The first Linear takes D numbers in; every one of the three gives `hidden_dim` out.
        #
        # mu_layer, logvar_layer: a Linear layer each, from `hidden_dim` to Z. A mean and a log
        # may be negative, so nothing follows them.
        raise NotImplementedError

        # Exercise 2. Set `self.decoder`.
        #
        # The way back: three times a Linear layer followed by a ReLU, the first of them from Z to
        # `hidden_dim`; then a Linear layer from `hidden_dim` to D; a sigmoid, since pixels lie
        # between 0 and 1; and at last the shape of an image, (N, 1, H, W). Work H and W out from
        # `input_size` (`math.isqrt` is the whole-number square root), so that your class fits
        # other images than MNIST's too.
        raise NotImplementedError

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode the images, draw one latent code for each, decode the codes.

        x: images, (N, 1, H, W).

        Returns `(x_hat, mu, logvar)`: the reconstructions, (N, 1, H, W), and the mean and the log
        of the variance of q(z|x), (N, Z) each.
        """
        # Exercise 4. Three steps, and you have written the hardest one already: `reparametrize`.
        raise NotImplementedError


class CVAE(nn.Module):
    """A conditional variational auto-encoder: both of its networks are told the label.

    The attributes are those of `VAE`, and `num_classes`, the number of classes C. Two sizes are
    different: the encoder's first Linear layer takes D + C numbers in, the decoder's first Z + C.
    The latent code itself keeps its Z numbers.
    """

    def __init__(self, input_size: int, num_classes: int = 10, latent_size: int = 15) -> None:
        super().__init__()
        self.input_size = input_size
        self.num_classes = num_classes
        self.latent_size = latent_size
        self.hidden_dim = 400

        # Exercise 7, first part. Set `self.encoder`, which takes (N, D + C) to (N, hidden_dim),
        # and `self.mu_layer` and `self.logvar_layer`.
        raise NotImplementedError

        # Exercise 7, second part. Set `self.decoder`, which takes (N, Z + C) to (N, 1, H, W).
        raise NotImplementedError

    def forward(self, x: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode the images beside their labels, draw codes, decode the codes beside the labels.

        x: images, (N, 1, H, W).
        c: labels as one-hot rows, (N, C).

        Returns `(x_hat, mu, logvar)` with the shapes of `VAE.forward`.
        """
        # Exercise 7, third part. Each network reads rows that are longer by the C numbers of `c`:
        # the pixels of an image and then its label, the code of an image and then its label.
        raise NotImplementedError


def reparametrize(mu: Tensor, logvar: Tensor) -> Tensor:
    """Draw z from the normal distribution N(mu, exp(logvar)) so that gradients can pass through.

    mu: means, (N, Z).
    logvar: logs of the variances, (N, Z).

    Returns z, (N, Z): one draw for every element, differentiable in `mu` and in `logvar`. The
    noise comes from torch's generator and has the device and the dtype of `mu`.
    """
    # Exercise 3. Draw the noise first, from the standard normal distribution. Then let it take
    # on the mean and the standard deviation that `mu` and `logvar` ask for.
    raise NotImplementedError


def loss_function(x_hat: Tensor, x: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    """The negative ELBO of a batch.

    x_hat: reconstructions, (N, 1, H, W), between 0 and 1.
    x: the images themselves, (N, 1, H, W), between 0 and 1.
    mu, logvar: mean and log of the variance of q(z|x), (N, Z) each.

    Returns a tensor with a single number: the binary cross entropy summed over the pixels of an
    image, plus the KL divergence from the standard normal prior summed over the Z dimensions of
    its code, the two of them averaged over the N images.
    """
    # Exercise 5. Two terms, the same reduction for both. What you are given stays unchanged.
    raise NotImplementedError
