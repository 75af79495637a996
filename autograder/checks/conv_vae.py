"""Hidden checks of conv_vae: a convolutional VAE beside a fully connected one.

Models are checked by what they compute with weights that we choose, whatever their layers are
called; what is done with them, by the codes that are found again in the images; loops by what they
do to a small model that records it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.assignment import reference
from autograder.checks import assert_close, assert_number, assert_tensor, item, observe
from autograder.checks.conditional import assert_standard_normal
from autograder.checks.loops import (
    assert_adam,
    assert_losses,
    assert_steps,
    draw_batches,
)
from autograder.checks.networks import Layers, apply, arrows, drawn, linear_layers
from autograder.checks.sampling import (
    assert_follows_mu_and_logvar,
    assert_gradients_to_mu_and_logvar,
    assert_no_variance_no_noise,
    assert_noise_of_its_own,
)
from autograder.checks.small_models import VaeRecorder
from autograder.checks.telling import assert_fresh, assert_on_line, shapes_of
from autograder.checks.vaes import (
    PARTS,
    Layer,
    assert_forward,
    assert_forward_gradients,
    assert_from_codes,
    assert_pair,
    away_from_zero,
    by_name,
    heads,
    judge_with_right_parts,
    layer,
    linear,
    without_offset,
)
from autograder.errors import StudentError
from autograder.student import Handle, Seen, Student

RIGHT = reference("conv_vae")
# For names that only cells make which are not run, such as the loaders of the training cells.
STAND_INS = {
    "photos": "nndl.data.Dataset('stand-in', *3 * [nndl.data.Split("
    "torch.zeros(256, 3, 32, 32, dtype=torch.uint8), torch.arange(256) % 10)], True)",
    "houses": "nndl.data.Dataset('stand-in', *3 * [nndl.data.Split("
    "torch.zeros(256, 3, 32, 32, dtype=torch.uint8), torch.arange(256) % 10)], True)",
    "svhn_loader": "8 * [(torch.zeros(32, 3, 32, 32), torch.arange(32) % 10)]",
}
IMAGE, PIXELS = (3, 32, 32), 3072
HIDDEN, LATENT = 20, 6
# The notebook's own batch size: so that what holds on to it loses points only where others are
# tried.
BATCH = 32
EPOCHS, LOOP_SECONDS = 2, 20  # of the loops that are recorded
FEATURES = (128, 4, 4)  # of an image, between the convolutions and the Linear layers

# --- fc_vae: the model ----------------------------------------------------------------------------


@item("fc_vae", weight=1)
def test_vae_encodes_by_one_hidden_layer(student: Student) -> None:
    """`encode` flattens the images and applies a Linear layer with a ReLU; from there one Linear
    map leads to `mu` and another to `logvar`, with nothing behind them."""
    model = student.build("VAE", PIXELS, HIDDEN, LATENT)
    assert_encodes_rows(model, torch.rand(BATCH, *IMAGE), LATENT)


@item("fc_vae", weight=1)
def test_vae_decodes_by_one_hidden_layer(student: Student) -> None:
    """`decode` applies a Linear layer with a ReLU, and another with a sigmoid, and gives rows of
    pixels, (N, input_dim)."""
    model = student.build("VAE", PIXELS, HIDDEN, LATENT)
    assert_decodes_rows(model, torch.randn(BATCH, LATENT), PIXELS)


@item("fc_vae", weight=0.5)
def test_vae_fits_other_sizes(student: Student) -> None:
    """`input_dim`, `hidden_dim` and `latent_dim` decide the sizes; any number of images may come,
    and `encode` takes them as rows as well."""
    model = student.build("VAE", 48, 9, 4)
    for x in (torch.rand(5, 3, 4, 4), torch.rand(5, 48), torch.rand(1, 48)):
        assert_encodes_rows(model, x, 4, hidden=9)
        assert_decodes_rows(model, torch.randn(len(x), 4), 48, hidden=9)


@item("fc_vae", weight=0.75)
def test_vae_draws_by_mu_and_logvar(student: Student) -> None:
    """`reparameterize` draws from the normal distribution with the mean `mu` and the standard
    deviation exp(logvar / 2): anew for every image, every latent number and every call."""
    model = student.build("VAE", 48, 9, 4)
    assert_follows_mu_and_logvar(model.reparameterize)
    assert_noise_of_its_own(model.reparameterize)
    assert_no_variance_no_noise(model.reparameterize)


@item("fc_vae", weight=0.5)
def test_vae_draws_with_gradients(student: Student) -> None:
    """What `reparameterize` draws is differentiable: dz/dmu is 1, and dz/dlogvar is half of what
    the noise adds to mu."""
    model = student.build("VAE", 48, 9, 4)
    assert_gradients_to_mu_and_logvar(model.reparameterize)


@item("fc_vae", weight=0.75)
def test_vae_forward_decodes_a_draw(student: Student) -> None:
    """`forward` encodes the images, draws z by `reparameterize`, decodes z, and returns
    `(recon, mu, logvar)`, recon as rows of pixels."""
    model, right = telling_vae(student, latent=16)
    x, shape = images_of_any_brightness(BATCH), (BATCH, PIXELS)
    judge_with_right_parts(model, right, PARTS, lambda: assert_forward(model, x, 16, shape))


@item("fc_vae", weight=0.5)
def test_vae_forward_lets_gradients_through(student: Student) -> None:
    """From what `forward` returns, the right gradients reach every layer of the model."""
    model, right = telling_vae(student, latent=LATENT)
    x, shape = images_of_any_brightness(BATCH), (BATCH, PIXELS)
    judge_with_right_parts(
        model,
        right,
        ("reparameterize",),
        lambda: assert_forward_gradients(model, right, x, LATENT, shape),
    )


# --- fc_vae: the loss -----------------------------------------------------------------------------


@item("fc_vae", weight=1.5)
def test_loss_is_squared_error_plus_divergence(student: Student) -> None:
    """The loss is the squared error plus the KL divergence from the prior, both summed over
    everything, the batch too; recon may be images or rows of pixels."""
    for count, latent in ((5, 7), (3, 9)):
        recon, x, mu, logvar = loss_inputs(count, latent)
        expected = RIGHT.loss_function(recon, x, mu, logvar)
        for given in (recon, recon.flatten(1)):
            loss = assert_number(student.loss_function(given, x, mu, logvar), "The loss")
            assert_close(loss, expected, "The value is not that of this sum.", rtol=1e-4)


@item("fc_vae", weight=0.5)
def test_loss_has_the_right_gradients(student: Student) -> None:
    """The loss can be differentiated, and leaves its arguments as they are."""
    recon, x, mu, logvar = loss_inputs(5, 7)
    given = [part.clone().requires_grad_() for part in (recon.flatten(1), mu, logvar)]
    copies = [part.detach().clone().requires_grad_() for part in given]
    loss = assert_number(student.loss_function(given[0], x, *given[1:]), "The loss")
    assert observe(float(loss.requires_grad)), "The loss has no gradient: its graph is cut."
    loss.backward()
    RIGHT.loss_function(copies[0], x, *copies[1:]).backward()
    for part, copied, name in zip(given, copies, ("recon", "mu", "logvar"), strict=True):
        got = torch.zeros_like(part) if part.grad is None else part.grad
        assert_close(got, copied.grad, f"The gradient to {name} is not right.")


# --- fc_vae: training -----------------------------------------------------------------------------


@item("fc_vae", weight=1)
def test_every_batch_is_one_step(student: Student) -> None:
    """In each epoch, every batch of the loader is one step, however many images it has; and
    whatever mode the model was in, it is trained in training mode."""

    def judge() -> None:
        recorder, expected, _ = trained(student, [6, 6, 2], scale=1e-3, lr=0.01)
        assert_steps(recorder, expected)

    with_right_loss(student, judge)


@item("fc_vae", weight=1)
def test_steps_are_those_of_adam(student: Student) -> None:
    """The steps are those of one Adam optimizer with the learning rate `lr`, 1e-3 if none is given,
    each with the gradient of its own batch alone."""

    def judge() -> None:
        recorder, _, _ = trained(student, [6, 6], scale=1e-3, lr=0.02)
        assert_adam(recorder, learning_rate=0.02)
        recorder, _, _ = trained(student, [6, 6], scale=1e-3)
        assert_adam(recorder, learning_rate=1e-3)

    with_right_loss(student, judge)


@item("fc_vae", weight=1)
def test_losses_are_those_of_an_image(student: Student) -> None:
    """`train` returns for each epoch the loss per image: the sum of all its losses, divided by the
    number of its images."""
    with_right_loss(student, lambda: assert_epoch_losses(student, [6, 6]))


@item("fc_vae", weight=0.5)
def test_losses_allow_for_a_smaller_last_batch(student: Student) -> None:
    """The images of a smaller last batch count as much as the others in the loss per image."""
    with_right_loss(student, lambda: assert_epoch_losses(student, [6, 6, 2]))


@item("fc_vae", weight=0.5)
def test_losses_count_only_images_that_came(student: Student) -> None:
    """Where the loader drops a smaller last batch, its images do not count in the loss per
    image."""
    with_right_loss(student, lambda: assert_epoch_losses(student, [6, 6, 2], drop_last=True))


@item("fc_vae", weight=0.5)
def test_images_reach_the_model_as_they_are(student: Student) -> None:
    """`train` serves both kinds of models: it hands the images on as (N, 3, 32, 32), and the loss
    takes recon in the same shape."""

    def judge() -> None:
        recorder, expected, _ = trained(student, [6, 6], scale=1e-3, kind=ImagesRecorder)
        assert_steps(recorder, expected)

    with_right_loss(student, judge)


# --- conv_vae -------------------------------------------------------------------------------------


@item("conv_vae", weight=2.5)
def test_encoder_is_three_convolutions(student: Student) -> None:
    """`encode` applies three convolutions, 3 → 16 → 32 → 128 channels, of kernel 4, stride 2 and
    padding 1, each with a ReLU; `fc_mu` and `fc_logvar` lead from these 128 x 4 x 4 numbers to mu
    and logvar, with nothing behind them."""
    model, right = transplanted(student, LATENT)
    assert_encodes(model, right, torch.rand(BATCH, *IMAGE))


@item("conv_vae", weight=2.5)
def test_decoder_is_three_transposed_convolutions(student: Student) -> None:
    """`decode` applies `fc_decode` with a ReLU, and to the 128 x 4 x 4 numbers three transposed
    convolutions, 128 → 64 → 32 → 3 channels, of kernel 4, stride 2 and padding 1, with a ReLU
    between and a sigmoid at the end."""
    model, right = transplanted(student, LATENT)
    assert_decodes(model, right, torch.randn(BATCH, LATENT))


@item("conv_vae", weight=1)
def test_conv_vae_fits_other_sizes(student: Student) -> None:
    """`latent_dim` decides how long a code is, 256 if it is not given, and any number of images may
    come."""
    for count, latent in ((3, 9), (1, 5)):
        model, right = transplanted(student, latent)
        assert_encodes(model, right, torch.rand(count, *IMAGE))
        assert_decodes(model, right, torch.randn(count, latent))
    shapes = student.build("ConvVAE").shapes()
    lengths = {shape[0] for shape in shapes.values() if shape[1:] == [math.prod(FEATURES)]}
    observe([0, *sorted(lengths)])
    assert 256 in lengths, "Without a latent_dim, there is no Linear layer from 2048 to 256."


@item("conv_vae", weight=0.5)
def test_conv_vae_has_the_names_of_the_text(student: Student) -> None:
    """Three of its layers are known by their names: `fc_mu`, `fc_logvar` and `fc_decode`."""
    model = student.build("ConvVAE", LATENT)
    flat = math.prod(FEATURES)
    expected = (("fc_mu", LATENT, flat), ("fc_logvar", LATENT, flat), ("fc_decode", flat, LATENT))
    for name, outputs, inputs in expected:
        shapes = getattr(model, name).shapes().values()
        fits = observe(float([outputs, inputs] in shapes))
        assert fits, f"`{name}` is no Linear layer from {inputs} numbers to {outputs}."


@item("conv_vae", weight=1)
def test_conv_vae_draws_by_mu_and_logvar(student: Student) -> None:
    """`reparameterize` draws from the normal distribution with the mean `mu` and the standard
    deviation exp(logvar / 2): anew for every image, every latent number and every call."""
    model = own_conv_vae(student, LATENT)
    assert_follows_mu_and_logvar(model.reparameterize)
    assert_noise_of_its_own(model.reparameterize)
    assert_no_variance_no_noise(model.reparameterize)
    assert_gradients_to_mu_and_logvar(model.reparameterize)


@item("conv_vae", weight=1.5)
def test_conv_vae_forward_decodes_a_draw(student: Student) -> None:
    """`forward` encodes the images, draws z by `reparameterize`, decodes z, and returns
    `(recon, mu, logvar)`, recon as images, (N, 3, 32, 32)."""
    model, right = telling_conv_vae(student, latent=16)
    x, shape = images_of_any_brightness(BATCH), (BATCH, *IMAGE)
    judge_with_right_parts(model, right, PARTS, lambda: assert_forward(model, x, 16, shape))


@item("conv_vae", weight=1)
def test_conv_vae_forward_lets_gradients_through(student: Student) -> None:
    """From what `forward` returns, the right gradients reach every layer of the model."""
    model, right = telling_conv_vae(student, latent=LATENT)
    x, shape = images_of_any_brightness(BATCH), (BATCH, *IMAGE)
    judge_with_right_parts(
        model,
        right,
        ("reparameterize",),
        lambda: assert_forward_gradients(model, right, x, LATENT, shape),
    )


# --- interpolate ----------------------------------------------------------------------------------


@item("interpolate", weight=2.5)
def test_interpolates_between_means(student: Student) -> None:
    """What is decoded are ten equally spaced points on the line between the means of the two
    images, without any noise, from the first image's mean to the second's, both included."""
    with_conv_vae(student, 12, partial(assert_interpolates, student, latent=12))


@item("interpolate", weight=1)
def test_interpolation_fits_other_steps_and_codes(student: Student) -> None:
    """`steps` decides how many images come back, and the model how long its codes are."""
    with_conv_vae(student, 5, partial(assert_interpolates, student, latent=5, steps=2))


@item("interpolate", weight=0.5)
def test_interpolation_builds_no_graph(student: Student) -> None:
    """Nothing is trained here: the images hold on to no graph."""

    def judge(model: Handle) -> None:
        images = student.interpolate(model, *images_of_any_brightness(2), steps=3)
        assert_decoded_without_graph(model, images, 3)

    with_conv_vae(student, LATENT, judge)


# --- svhn -----------------------------------------------------------------------------------------


@item("svhn", weight=1)
def test_transform_reaches_what_the_decoder_can(student: Student) -> None:
    """The pixels run from 0 to 1, as what comes out of a sigmoid does: 0 stays 0, 255 becomes 1,
    and between them nothing is bent."""
    for image in (full_range(), full_range() // 4 + 60):
        pixels = assert_tensor(student.svhn_transform(image), what="The result")
        low, high = observe([pixels.min(), pixels.max()])
        assert low >= 0 and high <= 1, (
            f"The pixels run from {low:g} to {high:g}; a decoder that ends in a sigmoid reaches "
            "only what lies between 0 and 1."
        )
        values, _ = pixels.flatten().sort()
        right, _ = (torch.from_numpy(image).flatten().double() / 255).sort()
        assert_close(values, right, "The pixels are not those of the image, divided by 255.")


@item("svhn", weight=0.75)
def test_transform_puts_the_channels_first(student: Student) -> None:
    """The result is a float32 tensor, (3, 32, 32): channel, height, width."""
    image = full_range()
    pixels = assert_tensor(student.svhn_transform(image), IMAGE, "The result")
    observe(float(pixels.dtype == torch.float32))
    assert pixels.dtype == torch.float32, f"The result is {pixels.dtype}, not torch.float32."
    scale = (pixels.max() - pixels.min()).clamp_min(1e-6)
    gray = ((pixels - pixels.min()) / scale * 255).double()  # as an image from 0 to 255
    orders = [(2, 0, 1), (2, 1, 0)]
    laid = [torch.from_numpy(image).permute(order).double() for order in orders]
    right, _mirrored = observe([float(torch.allclose(gray, one, atol=0.5)) for one in laid])
    assert right, "The pixels are not where they are in the image."


@item("svhn", weight=1)
def test_samples_are_decoded_draws_of_the_prior(student: Student) -> None:
    """The codes that are decoded follow the standard normal distribution, and what comes back is
    what the decoder made of them."""

    def judge(model: Handle) -> None:
        z = assert_from_codes(model, as_tensor(student.sample(model, 48)), (48, *IMAGE), 40)
        assert_standard_normal(z)

    with_conv_vae(student, 40, judge)


@item("svhn", weight=0.5)
def test_every_sample_has_a_code_of_its_own(student: Student) -> None:
    """Every number of every code is drawn for itself, and anew at every call."""

    def judge(model: Handle) -> None:
        first, again = (
            assert_from_codes(model, as_tensor(student.sample(model, 9)), (9, *IMAGE), LATENT)
            for _ in range(2)
        )
        assert_fresh(first, again)

    with_conv_vae(student, LATENT, judge)


@item("svhn", weight=0.5)
def test_samples_fit_other_sizes(student: Student) -> None:
    """Codes are as long as the model says, and there are as many as were asked for."""

    def judge(model: Handle, latent: int, count: int) -> None:
        shape = (count, *IMAGE)
        first, again = (
            assert_from_codes(model, as_tensor(student.sample(model, count)), shape, latent)
            for _ in range(2)
        )
        differ = observe(float((first - again).abs().max() > 1e-2))
        assert differ, "Every call decodes the same codes."

    for latent, count in ((5, 3), (9, 1)):
        with_conv_vae(student, latent, partial(judge, latent=latent, count=count))


@item("svhn", weight=0.25)
def test_samples_need_no_training(student: Student) -> None:
    """The model is in evaluation mode while it decodes, and the images hold on to no graph."""
    modes: list[bool] = []
    model = stand_in(student, LATENT, modes)
    images = student.sample(model, 4)
    assert observe(float(bool(modes))), "The model's `decode` is not used."
    trains = observe(float(any(modes)))
    assert not trains, "While it decodes, the model is in training mode."
    assert_decoded_without_graph(model, images, 4)


# --- traverse -------------------------------------------------------------------------------------


@item("traverse", weight=2.5)
def test_one_coordinate_takes_each_value(student: Student) -> None:
    """What is decoded is the image's mean, without noise, with its number `dim` set to each of the
    values in turn; all its other numbers stay as they are."""
    values = torch.linspace(-3, 3, 10)
    with_conv_vae(student, 12, partial(assert_traverses, student, latent=12, dim=4, values=values))


@item("traverse", weight=1)
def test_any_coordinate_and_values_will_do(student: Student) -> None:
    """Any `dim` may be asked for, the first and the last one too, and any number of values, in any
    order."""
    for latent, dim, values in ((5, 0, [1.5, -2.0, 2.0]), (7, 6, [-1.0])):
        judge = partial(
            assert_traverses, student, latent=latent, dim=dim, values=torch.tensor(values)
        )
        with_conv_vae(student, latent, judge)


@item("traverse", weight=0.5)
def test_traversal_builds_no_graph(student: Student) -> None:
    """Nothing is trained here: the images hold on to no graph."""

    def judge(model: Handle) -> None:
        values = torch.tensor([-1.0, 1.0])
        assert_decoded_without_graph(
            model, student.traverse(model, torch.rand(*IMAGE), 1, values), 2
        )

    with_conv_vae(student, LATENT, judge)


# --- the fully connected VAE ----------------------------------------------------------------------


def vae_layers(
    values: dict[str, Tensor], pixels: int, hidden: int, latent: int
) -> tuple[list[Layers], Layers]:
    """The encoder's layers, mu's head before logvar's, in each order that is possible, and the
    decoder's. Fails where there are others than these."""
    layers = linear_layers(values)
    by_size: dict[tuple[int, int], Layers] = {}
    for weight, bias in layers:
        by_size.setdefault((weight.shape[1], weight.shape[0]), []).append((weight, bias))
    found = sorted((weight.shape[1], weight.shape[0]) for weight, _ in layers)
    observe([0, *(size for pair in found for size in pair)])
    first, one, both = (pixels, hidden), (hidden, latent), (hidden, 2 * latent)
    back = [(latent, hidden), (hidden, pixels)]
    wanted = [sorted([first, one, one, *back]), sorted([first, both, *back])]
    assert found in wanted, (
        f"Its Linear layers are {arrows(found)} where {arrows([first, one, one, *back])} is "
        "expected."
    )
    if both in by_size:
        weight, bias = by_size[both][0]
        pair = list(zip(weight.chunk(2), bias.chunk(2), strict=True))
    else:
        pair = by_size[one]
    encoders = [[by_size[first][0], *order] for order in permutations(pair)]
    return encoders, [by_size[size][0] for size in back]


def assert_encodes_rows(model: Handle, x: Tensor, latent: int, hidden: int = HIDDEN) -> None:
    """Fail unless `encode` computes mu and logvar with one hidden layer, from weights we chose."""
    values = drawn(model.shapes())
    encoders, _ = vae_layers(values, x[0].numel(), hidden, latent)
    model.load(values)
    mu, logvar = assert_pair(apply(model.encode, x), len(x), latent)
    got = torch.stack([mu, logvar])
    candidates = []
    for first, *pair in encoders:
        h = F.linear(x.flatten(1), *first).relu()
        candidates.append(torch.stack([F.linear(h, *head) for head in pair]))
    assert_one_of(got, candidates, "mu and logvar are not what these layers compute.")


def assert_decodes_rows(model: Handle, z: Tensor, pixels: int, hidden: int = HIDDEN) -> None:
    """Fail unless `decode` computes rows with one hidden layer, from weights that we chose."""
    values = drawn(model.shapes())
    _, (first, last) = vae_layers(values, pixels, hidden, z.shape[1])
    model.load(values)
    rows = assert_tensor(model.decode(z), (len(z), pixels), "What `decode` gives")
    expected = F.linear(F.linear(z, *first).relu(), *last).sigmoid()
    assert_one_of(rows, [expected], "Its output is not what these layers compute.")


def assert_one_of(got: Tensor, candidates: list[Tensor], message: str) -> None:
    """Fail with `message` unless these are the numbers of one candidate, and hold their graph."""
    observe(got)
    fits = [torch.allclose(got, right, rtol=1e-3, atol=1e-4) for right in candidates]
    assert any(fits), f"With weights that we chose, {message[0].lower()}{message[1:]}"
    assert observe(float(got.requires_grad)), "It has no gradient: its graph is cut."


def telling_vae(student: Student, latent: int) -> tuple[Handle, Any]:
    """The student's VAE and the reference's, both with the same telling weights."""
    mu, logvar = heads(HIDDEN, latent)
    layers = [
        linear(PIXELS, HIDDEN),
        mu,
        logvar,
        Layer(*map(torch.cat, zip(mu, logvar, strict=True))),  # where one layer gives both
        away_from_zero(linear(latent, HIDDEN)),
        without_offset(linear(HIDDEN, PIXELS), scale=3.0, inputs=1),
    ]
    sizes = (PIXELS, HIDDEN, latent)
    return load_both(student.build("VAE", *sizes), RIGHT.VAE(*sizes), layers)


def load_both(model: Handle, right: Any, layers: list[Layer]) -> tuple[Handle, Any]:
    """The student's model and the reference's, both with these layers."""
    model.load(by_name(model.shapes(), layers))
    right.load_state_dict(by_name(shapes_of(right), layers))
    return model, right


# --- the convolutional VAE ------------------------------------------------------------------------


def conv_layers(latent: int) -> dict[str, Layer]:
    """Random layers of a ConvVAE."""
    flat, kernel = math.prod(FEATURES), (4, 4)

    def convolution(inputs: int, outputs: int) -> Layer:
        return layer((outputs, inputs, *kernel), outputs, inputs * 16)

    def transposed(inputs: int, outputs: int) -> Layer:  # of a kernel, each pixel meets 2 x 2
        return layer((inputs, outputs, *kernel), outputs, inputs * 4)

    return {
        "first": convolution(3, 16),
        "second": convolution(16, 32),
        "third": convolution(32, 128),
        "mu": linear(flat, latent),
        "logvar": linear(flat, latent),
        "code": linear(latent, flat),
        "back to 64": transposed(128, 64),
        "back to 32": transposed(64, 32),
        "back to colours": transposed(32, 3),
    }


def telling_layers(latent: int) -> dict[str, Layer]:
    """Layers of a ConvVAE with a decoder that is affine but for its sigmoid.

    `fc_decode` gives large numbers only. Of these the first transposed convolutions pass the first
    channels on, each enlarged; the last one mixes them.
    """
    layers = conv_layers(latent)
    layers["mu"], layers["logvar"] = heads(math.prod(FEATURES), latent)
    layers["code"] = away_from_zero(layers["code"])
    for name in ("back to 64", "back to 32"):
        weight, bias = layers[name]
        enlarge = torch.zeros_like(weight)
        for channel in range(weight.shape[1]):
            enlarge[channel, channel, 1:3, 1:3] = 1  # a pixel becomes 2 x 2 of the same value
        layers[name] = Layer(enlarge, torch.zeros_like(bias))
    layers["back to colours"] = without_offset(layers["back to colours"], scale=3.0, inputs=0)
    return layers


def transplanted(student: Student, latent: int) -> tuple[Handle, Any]:
    """The student's ConvVAE and the reference's with the same random weights.

    Fails where layers are missing. One more that is not used does no harm.
    """
    layers = conv_layers(latent)
    model = own_conv_vae(student, latent)
    shapes = [tuple(shape) for shape in model.shapes().values() if len(shape) > 1]
    observe([0, *(size for shape in sorted(shapes) for size in shape)])
    left = list(shapes)
    for wanted in (tuple(one.weight.shape) for one in layers.values()):
        assert wanted in left, (
            f"No layer is left whose weights have the shape {wanted}: they are "
            f"{', '.join(map(str, shapes)) or 'none'}."
        )
        left.remove(wanted)
    return load_both(model, RIGHT.ConvVAE(latent), list(layers.values()))


def telling_conv_vae(student: Student, latent: int) -> tuple[Handle, Any]:
    """The student's ConvVAE and the reference's, both with the same telling weights."""
    model, right = own_conv_vae(student, latent), RIGHT.ConvVAE(latent)
    return load_both(model, right, list(telling_layers(latent).values()))


def telling_model(student: Student, latent: int) -> Handle:
    """The student's ConvVAE with telling weights."""
    model = own_conv_vae(student, latent)
    model.load(by_name(model.shapes(), list(telling_layers(latent).values())))
    return model


def own_conv_vae(student: Student, latent: int) -> Handle:
    """The student's ConvVAE; where it inherits from a VAE that failed, from one that draws well."""
    model = student.build("ConvVAE", latent)
    if student.failed("fc_vae"):
        inherit_a_right_draw(student, model)
    return model


def assert_encodes(model: Handle, right: Any, x: Tensor) -> None:
    """Fail unless `encode` gives what the reference's does with the same weights."""
    latent = right.latent_dim
    got = torch.stack(assert_pair(model.encode(x), len(x), latent))
    with torch.no_grad():
        candidates = [torch.stack(one.encode(x)) for one in (right, channels_last(right))]
    assert_one_of(got, candidates, "mu and logvar are not what these layers compute.")


def assert_decodes(model: Handle, right: Any, z: Tensor) -> None:
    """Fail unless `decode` gives what the reference's does with the same weights."""
    images = assert_tensor(model.decode(z), (len(z), *IMAGE), "What `decode` gives")
    with torch.no_grad():
        candidates = [one.decode(z) for one in (right, channels_last(right))]
    assert_one_of(images, candidates, "Its output is not what these layers compute.")


def channels_last(right: Any) -> Any:
    """The same model with 4 x 4 x 128 numbers where those of 128 x 4 x 4 are laid out flat."""
    other = copy.deepcopy(right)
    order = torch.arange(math.prod(FEATURES)).reshape(FEATURES).permute(1, 2, 0).flatten()
    place = order.argsort()  # of each number of the one order, in the other
    with torch.no_grad():
        for head in (other.fc_mu, other.fc_logvar):
            head.weight.copy_(head.weight[:, place])
        other.fc_decode.weight.copy_(other.fc_decode.weight[place])
        other.fc_decode.bias.copy_(other.fc_decode.bias[place])
    return other


# --- models to interpolate, sample and traverse with ----------------------------------------------


def with_conv_vae(student: Student, latent: int, judge: Callable[[Handle], None]) -> None:
    """Judge what is done with the student's ConvVAE; where that item failed, with one of ours.

    With their own as well in that case, since their code may know it by other names than ours has.
    """
    if not student.failed("conv_vae"):
        return judge(telling_model(student, latent))
    student.note_carried("conv_vae")
    try:
        return judge(stand_in(student, latent))
    except (AssertionError, StudentError) as error:
        try:
            return judge(telling_model(student, latent))
        except (AssertionError, StudentError):
            raise error from None


def stand_in(student: Student, latent: int, modes: list[bool] | None = None) -> Handle:
    """A ConvVAE in the student's process, with telling weights, that computes here.

    modes: gets for each call of `decode` whether the model was in training mode then.
    """
    right = RIGHT.ConvVAE(latent)
    right.load_state_dict(by_name(shapes_of(right), list(telling_layers(latent).values())))

    def decode(seen: Seen, z: Tensor) -> Tensor:
        if modes is not None:
            modes.append(seen.training)
        return right.decode(z)

    model = student.model(
        {"weight": torch.zeros(1)},  # by which it can be told on which device it is
        encode=lambda _, x: right.encode(x),
        reparameterize=lambda _, mu, logvar: right.reparameterize(mu, logvar),
        decode=decode,
        forward=lambda _, x: right(x),
    )
    model.latent_dim.set(latent)
    return model


def inherit_a_right_draw(student: Student, model: Handle) -> None:
    """Where ConvVAE takes `reparameterize` over from a VAE that failed, let it be right."""
    try:
        own, inherited = student.ConvVAE.reparameterize.read(), student.VAE.reparameterize.read()
    except StudentError:
        return
    if student.kit("operator").is_(own, inherited) is True:
        model.reparameterize.replace(RIGHT.VAE(1, 1, 1).reparameterize)
        student.note_carried("fc_vae")


def assert_interpolates(
    student: Student, model: Handle, latent: int, steps: int | None = None
) -> None:
    """Fail unless what is decoded leads straight from the mean of one image to another's."""
    pair = images_of_any_brightness(2)
    options = {} if steps is None else {"steps": steps}
    images, again = (as_tensor(student.interpolate(model, *pair, **options)) for _ in range(2))
    z = assert_from_codes(model, images, (steps or 10, *IMAGE), latent)
    same = observe(float(torch.equal(images, again)))
    assert same, "Two calls with the same images give two results: there is noise in them."
    assert_on_line(z, *means_of(model, pair))


def assert_traverses(
    student: Student, model: Handle, latent: int, dim: int, values: Tensor
) -> None:
    """Fail unless the mean of an image is decoded with its number `dim` set to each value."""
    (image,) = images_of_any_brightness(1)
    calls = (student.traverse(model, image, dim, values) for _ in range(2))
    images, again = map(as_tensor, calls)
    z = assert_from_codes(model, images, (len(values), *IMAGE), latent)
    same = observe(float(torch.equal(images, again)))
    assert same, "Two calls with the same image give two results: there is noise in them."
    (mean,) = means_of(model, image.unsqueeze(0))
    observe(z - mean, rtol=0, atol=0.02)
    others = [k for k in range(latent) if k != dim]
    kept = torch.allclose(z[:, others], mean[others].expand(len(z), -1), atol=1e-3)
    assert kept, f"Other numbers than number {dim} do not stay as they are in the mean."
    right = torch.allclose(z[:, dim], values.double(), atol=1e-3)
    assert right, f"Number {dim} does not take the values, one after the other."


def means_of(model: Handle, images: Tensor) -> Tensor:
    with torch.no_grad():
        mu, _ = model.encode(images)
    return mu.double()


def assert_decoded_without_graph(model: Handle, images: Any, count: int) -> None:
    """Fail unless these images, decoded from different codes, hold on to no graph."""
    images = as_tensor(images)
    z = assert_from_codes(model, images, (count, *IMAGE), LATENT)
    differ = observe(float((z[0] - z[-1]).abs().max() > 1e-3))
    assert differ, "All images are decoded from the same code."
    holds = observe(float(images.requires_grad))
    assert not holds, "The images still hold on to the graph that computed them."


def as_tensor(value: Any) -> Any:
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


# --- the small model that records what `train` does -----------------------------------------------


class ImagesRecorder(VaeRecorder):
    """A small VAE that takes images, and gives recon in their shape."""

    def forward(  # type: ignore[override]  # it takes no labels: there are none here
        self, seen: Seen, x: Tensor
    ) -> Any:
        if tuple(x.shape[1:]) != IMAGE:
            raise ValueError(
                f"the model takes images of shape (N, 3, 32, 32), but it got {tuple(x.shape)}"
            )
        recon, *others = super().forward(seen, x)
        return recon.reshape(x.shape), *others[:2]


class RowsRecorder(VaeRecorder):
    """A small VAE that gives recon as rows of pixels."""

    def forward(  # type: ignore[override]  # it takes no labels: there are none here
        self, seen: Seen, x: Tensor
    ) -> Any:
        return super().forward(seen, x)[:3]


def trained(
    student: Student,
    sizes: list[int],
    scale: float,
    drop_last: bool = False,
    kind: type[VaeRecorder] = RowsRecorder,
    **options: float,
) -> tuple[VaeRecorder, list[tuple[Tensor, Tensor]], Any]:
    """Call `train` on batches of these sizes: what was seen, what is right, what was returned."""
    batches = draw_batches(sizes, IMAGE)
    recorder = kind(
        scale, lambda rows, recon, *code: RIGHT.loss_function(recon, rows, *code), PIXELS
    )
    model = recorder.put(student)
    model.eval()  # as whoever has looked at its pictures leaves it
    loader = batches.loader(student, drop_last)
    with student.within(LOOP_SECONDS):  # it asks us for much, and a busy machine takes its time
        returned = student.train(model, loader, EPOCHS, **options)
    expected = [batch for batch in batches.rows() if len(batch[0]) == sizes[0] or not drop_last]
    return recorder, expected * EPOCHS, returned


def summed_loss(rows: Tensor, recon: Tensor, mu: Tensor, logvar: Tensor) -> Tensor:
    loss: Tensor = RIGHT.loss_function(recon, rows, mu, logvar)
    return loss


def assert_epoch_losses(student: Student, sizes: list[int], drop_last: bool = False) -> None:
    """Fail unless `train` returns the mean loss per image of each epoch."""
    recorder, expected, returned = trained(student, sizes, scale=1, drop_last=drop_last, lr=0.1)
    steps = recorder.steps()
    observe(len(steps))
    assert len(steps) == len(expected), f"{len(steps)} steps are made, not {len(expected)}."
    losses = torch.stack(recorder.losses(steps)).reshape(EPOCHS, -1)
    images = sum(len(x) for x, _ in expected) // EPOCHS
    assert_losses(returned, list(losses.sum(1) / images), "The losses of the epochs")


def with_right_loss(student: Student, judge: Callable[[], None]) -> None:
    """Judge a loop with the student's own loss, or else with a right one in its place.

    So neither a mistake in the loss costs points here, nor code that is right together with it.
    """
    try:
        judge()
    except (AssertionError, StudentError) as error:
        if isinstance(error, StudentError) and not (error.is_gap or error.kind == "raised"):
            raise
        student.loss_function.replace(RIGHT.loss_function)
        judge()


# --- inputs ---------------------------------------------------------------------------------------


def images_of_any_brightness(count: int) -> Tensor:
    """Images (N, 3, 32, 32) that differ in their brightness, so that their codes differ too."""
    return torch.rand(count, *IMAGE) * torch.rand(count, 1, 1, 1)


def loss_inputs(count: int, latent: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """recon, so near to x that the divergence counts as much; x; mu; logvar of both signs."""
    x = torch.rand(count, *IMAGE) * 0.8 + 0.1
    recon = x + torch.rand(x.shape) * 0.15 - 0.05
    return recon, x, torch.randn(count, latent), torch.randn(count, latent)


def full_range() -> np.ndarray[Any, Any]:
    """An image as SVHN's files have it, (32, 32, 3) uint8, from 0 to 255."""
    image = torch.randint(256, (32, 32, 3), dtype=torch.uint8)
    image[0, 0, 0], image[0, 0, 1] = 0, 255
    return image.numpy()
