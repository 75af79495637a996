"""Hidden checks of autoencoders: an auto-encoder, a beta-VAE and a conditional VAE."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Normal
from torch.func import functional_call
from torch.nn import functional as F

from autograder.assignment import reference
from autograder.checks import assert_close, assert_number, assert_tensor, item, observe
from autograder.checks.conditional import (
    assert_conditional_outputs,
    assert_conditional_reconstructs,
    assert_decodes_means,
    assert_gradients_to,
    assert_labels_in_order,
    assert_read,
    assert_standard_normal,
    assert_told,
    posterior,
    small_decoder,
    split_labels,
    tap,
    with_labels,
)
from autograder.checks.loops import (
    Batches,
    assert_adam,
    assert_losses,
    assert_steps,
    draw_batches,
)
from autograder.checks.networks import assert_computes_mlp, drawn, likeness
from autograder.checks.small_models import (
    lit_up_loss,
    small_autoencoder,
    small_loss,
    small_vae,
)
from autograder.checks.telling import (
    CONTRAST,
    assert_decoded,
    assert_draws,
    assert_fresh,
    assert_on_line,
    code_in,
    network_of_ours,
    share_weights,
    with_telling_weights,
)
from autograder.errors import StudentError
from autograder.student import Handle, Name, Seen, Student
from nndl.data import stand_in
from nndl.labs.autoencoders import BETA_BAND

RIGHT = reference("autoencoders")
# For names that only cells make which are not run, such as the loaders of the training cells.
STAND_INS = {
    "data": "nndl.data.Dataset('stand-in', *3 * [nndl.data.Split("
    "torch.zeros(256, 1, 28, 28, dtype=torch.uint8), torch.arange(256) % 10)], True)",
    "train_loader": "8 * [(torch.zeros(16, 1, 28, 28), torch.arange(16) % 10)]",
}
PIXELS = 784
NZ = 32  # the notebook's own: so that what holds on to it loses points only where others are tried
DIGITS = 136  # in a split: two batches of 64, and some left over

# --- encoder_decoder ------------------------------------------------------------------------------


@item("encoder_decoder", weight=1.25)
def test_encoder_is_three_linear_layers(student: Student) -> None:
    """The encoder is three Linear layers, input_size → 256 → 64 → nz, with a ReLU after the first
    and the second: codes may be negative."""
    encoder = student.blank("Encoder", NZ, PIXELS)
    x = torch.rand(5, PIXELS)
    codes = assert_computes_mlp(encoder, [PIXELS, 256, 64, NZ], torch.Tensor.double, x)
    assert_tensor(codes, (5, NZ), "What the encoder gives")


@item("encoder_decoder", weight=0.5)
def test_encoder_takes_images_with_a_middle_axis(student: Student) -> None:
    """Images of shape (N, 1, input_size) are encoded as well, to codes of shape (N, nz)."""
    encoder = student.blank("Encoder", NZ, PIXELS)
    encoder.load(drawn(encoder.shapes()))
    x = torch.rand(5, 1, PIXELS)
    codes = assert_tensor(encoder(x), (5, NZ), "What the encoder gives for (N, 1, input_size)")
    assert_close(
        codes, encoder(x.flatten(1)), "It gives other codes than for the same images flat."
    )


@item("encoder_decoder", weight=1.25)
def test_decoder_is_three_linear_layers_and_a_sigmoid(student: Student) -> None:
    """The decoder is three Linear layers, nz → 64 → 256 → output_size, with a ReLU after the first
    and the second and a Sigmoid after the third, and gives the shape (N, 1, output_size)."""
    decoder = student.blank("Decoder", NZ, PIXELS)
    z = torch.randn(5, NZ)
    images = assert_computes_mlp(decoder, [NZ, 64, 256, PIXELS], torch.sigmoid, z)
    assert_tensor(images, (5, 1, PIXELS), "What the decoder gives")


@item("encoder_decoder", weight=0.5)
def test_encoder_fits_other_sizes(student: Student) -> None:
    """`nz` and `input_size` decide the encoder's sizes, and any number of images may come."""
    encoder = student.blank("Encoder", 6, 40)
    codes = assert_computes_mlp(encoder, [40, 256, 64, 6], torch.Tensor.double, torch.rand(1, 40))
    assert_tensor(codes, (1, 6), "What the encoder gives")


@item("encoder_decoder", weight=0.5)
def test_decoder_fits_other_sizes(student: Student) -> None:
    """`nz` and `output_size` decide the decoder's sizes, and any number of codes may come."""
    decoder = student.blank("Decoder", 6, 40)
    images = assert_computes_mlp(decoder, [6, 64, 256, 40], torch.sigmoid, torch.randn(1, 6))
    assert_tensor(images, (1, 1, 40), "What the decoder gives")


@item("encoder_decoder", weight=0.75)
def test_loader_gives_full_batches(student: Student) -> None:
    """`mnist_data_loader` gives batches of 64 images of shape (64, 1, 28, 28), with pixels between
    0 and 1, and their labels; what is left over in the end, fewer than 64, is left out."""
    images, labels = split_of_digits()
    loader = make_loader(student, images, labels)
    (batches,) = passes(student, loader, 1)
    observe([len(batches)])
    for x, y in batches:
        assert_tensor(x, what="A batch of images")
        observe([x.min(), x.max()], atol=0.1)
        assert x.min() >= 0 and x.max() <= 1, (
            f"The pixels run from {x.min():g} to {x.max():g}, not from 0 to 1."
        )
        observe([0, *x.shape, *y.shape])
    sizes = [len(x) for x, _ in batches]
    assert sizes == [64, 64], (
        f"{DIGITS} images come in {len(batches)} batches of {min(sizes, default=0)} to "
        f"{max(sizes, default=0)} images, not in 2 batches of 64."
    )
    for x, y in batches:
        assert_tensor(x, (64, 1, 28, 28), "A batch of images")
        assert y.shape == (64,), (
            f"The labels of a batch have the shape {tuple(y.shape)}, not (64,)."
        )
        assert y.dtype == torch.int64, f"The labels are {y.dtype}; torch.int64 is expected."


@item("encoder_decoder", weight=0.75)
def test_loader_keeps_images_and_labels_together(student: Student) -> None:
    """A pass of the loader gives each image at most once, unchanged, and with its own label."""
    images, labels = split_of_digits()
    (batches,) = passes(student, make_loader(student, images, labels), 1)
    assert batches, "A pass over the loader gives no batch at all."
    x = torch.cat([x for x, _ in batches]).reshape(-1, PIXELS)
    y = torch.cat([y for _, y in batches])
    chosen = numbers_of(x)
    twice = observe(len(chosen) - len(chosen.unique()), atol=100)
    assert not twice, "Some images come more than once in one pass."
    unchanged = (x.float() - images[chosen].flatten(1) / 255).abs().max() < 1e-5
    assert observe(float(unchanged)), "The images are not those of the split, with pixels / 255."
    own = observe(float(torch.equal(y.reshape(-1).long(), labels[chosen])))
    assert own, "The labels are not those of the images beside them."


@item("encoder_decoder", weight=0.5)
def test_loader_shuffles_each_pass(student: Student) -> None:
    """The order of the images is drawn at random, anew for each pass over the loader."""
    loader = make_loader(student, *split_of_digits())
    first, second = passes(student, loader, 2)
    observe([len(first), len(second)])
    assert first, "A pass over the loader gives no batch at all."
    assert second, "A second pass over the same loader gives no batches any more."
    orders = [numbers_of(torch.cat([x for x, _ in batches])) for batches in (first, second)]
    ascending = [(order.diff() > 0).double().mean() for order in orders]
    in_order, same = observe([
        float(max(ascending) > 0.9), float(torch.equal(orders[0], orders[1]))
    ])  # fmt: skip
    assert not in_order, "The images come in the order of the split."
    assert not same, "The second pass comes in the same order as the first."


# --- train_autoencoder ----------------------------------------------------------------------------


@item("train_autoencoder", weight=2)
def test_autoencoder_learns_from_every_batch(student: Student) -> None:
    """In every epoch each batch of the loader makes one step, in which its images go through the
    model, in training mode."""
    batches = draw_batches([64, 64, 64])
    recorder, model = small_autoencoder(student)
    student.train_autoencoder(model, batches.loader(student), 2)
    assert_steps(recorder, batches.rows() * 2)


@item("train_autoencoder", weight=2)
def test_autoencoder_is_trained_by_adam(student: Student) -> None:
    """A step is Adam's, at the learning rate that is asked for (1e-3 by default), and made with
    the gradient of its own batch alone."""
    for learning_rate, given in ((1e-3, []), (0.02, [0.02])):
        batches = draw_batches([64, 64])
        recorder, model = small_autoencoder(student)
        student.train_autoencoder(model, batches.loader(student), 3, *given)
        assert_adam(recorder, learning_rate)


@item("train_autoencoder", weight=1)
def test_autoencoder_losses_are_returned(student: Student) -> None:
    """What is returned is a list with one float per step: the binary cross entropy between the
    reconstructions and the images, averaged over all pixels of all images."""
    batches = draw_batches([64, 64, 64])
    recorder, model = small_autoencoder(student)
    losses = student.train_autoencoder(model, batches.loader(student), 2)
    expected = [lit_up_loss(visit.parameters, visit.x) for visit in recorder.steps()]
    assert_losses(losses, expected, "The losses")


@item("train_autoencoder", weight=1)
def test_autoencoder_is_trained_with_batches_of_any_size(student: Student) -> None:
    """A batch may have any number of images, and the last one of an epoch may be smaller."""
    batches = draw_batches([5, 5, 3])
    recorder, model = small_autoencoder(student)
    student.train_autoencoder(model, batches.loader(student), 2)
    assert_steps(recorder, batches.rows() * 2)


# --- sample_prior ---------------------------------------------------------------------------------


@item("sample_prior", weight=1)
def test_samples_are_decoded_draws_of_the_standard_normal(student: Student) -> None:
    """The codes that are decoded follow the standard normal distribution, and what comes back is
    what the decoder made of them, as images of shape (n, 1, 28, 28)."""
    model, right = autoencoder(student)
    images = student.sample_prior(model, 150)
    z = assert_decoded(images, right, (150, 1, 28, 28))
    # Five standard errors of a standard deviation, a mean and a share of 4,800 draws.
    observe([z.std(), z.mean()], rtol=0, atol=0.15)
    assert abs(z.std() - 1) < 0.051, "The standard deviation of the codes is not 1."
    assert abs(z.mean()) < 0.072, "The mean of the codes is not 0."
    beyond = (z.abs() > 2).double().mean()
    assert_close(beyond, 0.0455, "The codes are not normally distributed.", rtol=0, atol=0.015)


@item("sample_prior", weight=0.5)
def test_every_sample_has_a_code_of_its_own(student: Student) -> None:
    """Every number of every code is drawn for itself, and anew at every call."""
    model, right = autoencoder(student)
    first, again = (
        assert_decoded(student.sample_prior(model, 50), right, (50, 1, 28, 28)) for _ in range(2)
    )
    assert_fresh(first, again)


@item("sample_prior", weight=0.5)
def test_samples_fit_other_sizes(student: Student) -> None:
    """Codes are as long as the model says, and there are as many as were asked for."""
    model, right = autoencoder(student, nz=5)
    for count in (3, 1):
        z = assert_decoded(student.sample_prior(model, count), right, (count, 1, 28, 28))
        assert observe(float(z.abs().max() > 1e-6)), "The codes are all zeros."


# --- vae ------------------------------------------------------------------------------------------


@item("vae", weight=1)
def test_vae_has_networks_that_fit(student: Student) -> None:
    """The encoder gives 2 * nz numbers for an image, a mean and the logarithm of a standard
    deviation for each of the nz numbers of the code; the decoder takes a code."""
    carry_networks(student)
    model = student.blank("VAE", 6)
    layers = [PIXELS, 256, 64, 12]
    assert_computes_mlp(model.encoder, layers, torch.Tensor.double, torch.rand(4, PIXELS))
    assert_computes_mlp(model.decoder, [6, 64, 256, PIXELS], torch.sigmoid, torch.randn(4, 6))


@item("vae", weight=1.5)
def test_forward_draws_codes_from_the_posterior(student: Student) -> None:
    """`forward` gives q, the encoder's output, and rec, what the decoder makes of a code z: drawn
    around the means in q's first half, as widely as its second half says, the logarithms of the
    standard deviations."""
    model, _ = vae(student, nz=NZ)
    x = some_rows(64)
    encoded = model.encoder(x).detach()
    q, z = encoded_and_drawn(model, x, encoded)
    mu, log_sigma = mean_and_log_sigma(student, q)
    _, again = encoded_and_drawn(model, x, encoded)
    assert_fresh((z - mu) / log_sigma.exp(), (again - mu) / log_sigma.exp())
    assert_draws(z, mu, log_sigma)


@item("vae", weight=0.5)
def test_gradients_come_back_through_the_codes(student: Student) -> None:
    """From rec gradients come back to the encoder, through z: to the means as they are, to the
    logarithms of the standard deviations in proportion to the noise that was drawn."""
    model, _ = vae(student, nz=6)
    q, rec = assert_outputs(model(some_rows(20)), 20, 6)
    assert observe(float(rec.requires_grad)), "rec has no gradient: its graph is cut."
    weights = torch.rand(20, PIXELS)
    (rec.flatten(1) * weights).sum().backward()
    pixels = rec.detach().flatten(1).double()
    to_z = (weights * CONTRAST * pixels * (1 - pixels))[:, :6]
    share = 0.5 if student.once(takes_log_variance) else 1.0
    noise = code_in(rec, 6) - q.detach()[:, :6]
    came = [g for g in model.encoder.gradients().values() if g is not None and g.shape == (12,)]
    # At the bias of the last layer: the gradients to q, summed up over the images.
    got = (came[0] if came else torch.zeros(12)).double()
    pairs = (
        ("means", got[:6], to_z.sum(0)),
        ("second half", got[6:], (share * to_z * noise).sum(0)),
    )
    for half, gradient, expected in pairs:
        ratio = gradient @ expected / (expected @ expected)
        straight = torch.allclose(gradient, ratio * expected, rtol=1e-2, atol=1e-3)
        observe(ratio if straight else -1.0, rtol=0, atol=0.02)
        right = torch.allclose(gradient, expected, rtol=1e-3, atol=1e-4)
        assert right, f"The gradient to the {half} is not right."


@item("vae", weight=0.5)
def test_rec_loss_is_the_cross_entropy_per_pixel(student: Student) -> None:
    """rec_loss is the binary cross entropy of the reconstructions, averaged over all pixels of all
    images."""
    model = without_weights(student, nz=7)
    for count in (5, 3):
        x, outputs = loss_inputs(student, count, 7)
        _, rec_loss, _ = losses(model, x, outputs)
        expected = cross_entropy(x, outputs)
        assert_close(rec_loss, expected, "The value of rec_loss is not right.", rtol=1e-4)


@item("vae", weight=0.75)
def test_kl_loss_is_the_divergence_from_the_prior(student: Student) -> None:
    """kl_loss is the KL divergence of q from the standard normal distribution, averaged over the
    images of the batch."""
    model = without_weights(student, nz=7)
    for count in (5, 3):
        x, outputs = loss_inputs(student, count, 7)
        _, _, kl_loss = losses(model, x, outputs)
        summed = divergence(*mean_and_log_sigma(student, outputs["q"]))
        expected = min(summed, summed / 7, key=lambda value: abs(value - kl_loss))
        assert_close(kl_loss, expected, "The value of kl_loss is not right.", rtol=1e-4)


@item("vae", weight=0.25)
def test_kl_loss_is_summed_over_the_code(student: Student) -> None:
    """kl_loss adds up the divergences of the nz numbers of a code. Their average would do as well,
    but beta means something else then: a beta of yours does what beta / nz does with the sum."""
    model = without_weights(student, nz=7)
    x, outputs = loss_inputs(student, 5, 7)
    _, _, kl_loss = losses(model, x, outputs)
    expected = divergence(*mean_and_log_sigma(student, outputs["q"]))
    assert_close(kl_loss, expected, "kl_loss is not that sum.", rtol=1e-4)


@item("vae", weight=0.25)
def test_second_half_is_the_log_of_the_standard_deviation(student: Student) -> None:
    """kl_loss takes the second half of q for the logarithms of the standard deviations, not of the
    variances, and `forward` draws accordingly."""
    model = without_weights(student, nz=7)
    x, outputs = loss_inputs(student, 5, 7)
    _, _, kl_loss = losses(model, x, outputs)
    summed = divergence(*outputs["q"].chunk(2, dim=1))
    expected = min(summed, summed / 7, key=lambda value: abs(value - kl_loss))
    assert_close(kl_loss, expected, "kl_loss is not the divergence of such a q.", rtol=1e-4)


@item("vae", weight=0.5)
def test_total_weighs_the_divergence_by_beta(student: Student) -> None:
    """The total is rec_loss + beta * kl_loss, with the model's own beta."""
    betas = []

    def weigh(model: Handle) -> None:
        total, rec_loss, kl_loss = losses(model, *loss_inputs(student, 5, 7))
        betas.append((total - rec_loss) / kl_loss)

    weigh(without_weights(student, nz=7, beta=0.0))
    model = without_weights(student, nz=7, beta=0.3)
    weigh(model)
    model.beta.set(2.5)
    weigh(model)
    message = "What is added to rec_loss is not beta * kl_loss."
    assert_close(torch.stack(betas), [0.0, 0.3, 2.5], message, atol=1e-4)


@item("vae", weight=0.25)
def test_loss_can_be_differentiated(student: Student) -> None:
    """The total and its parts are tensors, and gradients come back from the total to q and rec."""
    model = without_weights(student, nz=7, beta=0.3)
    x, outputs = loss_inputs(student, 5, 7)
    copies = {name: value.clone().requires_grad_() for name, value in outputs.items()}
    for value in outputs.values():
        value.requires_grad_()
    total, rec_loss, kl_loss = losses(model, x, outputs, floats=False)
    assert observe(float(total.requires_grad)), "The total has no gradient: its graph is cut."
    total.backward()
    right_rec = cross_entropy(x, copies)
    right_kl = divergence(*mean_and_log_sigma(student, copies["q"]))
    rec_scale, kl_scale = (rec_loss / right_rec).detach(), (kl_loss / right_kl).detach()
    (rec_scale * right_rec + 0.3 * kl_scale * right_kl).backward()
    for name, copy in copies.items():
        came = outputs[name].grad
        got = torch.zeros_like(copy) if came is None else came
        assert_close(got, copy.grad, f"The gradient to {name} is not right.", atol=1e-7)


@item("vae", weight=0.25)
def test_loss_leaves_the_outputs_as_they_are(student: Student) -> None:
    """`loss` only reads the outputs that it is given."""
    model = without_weights(student, nz=7)
    x, outputs = loss_inputs(student, 5, 7)
    # Over there a dict that is no plain one stays what it is, and can be looked at afterwards.
    given = student.kit("collections").UserDict(outputs)
    losses(model, x, given)
    left = student.kit("builtins").dict(given)
    for name, value in outputs.items():
        same = name in left and left[name].shape == value.shape and left[name].equal(value)
        assert observe(float(same)), f"After a call of `loss`, outputs[{name!r}] is another."


@item("vae", weight=0.25)
def test_vae_takes_images_with_a_middle_axis(student: Student) -> None:
    """Images of shape (N, 1, 784) go through `forward` and `loss` as those of shape (N, 784) do,
    in batches of any size."""
    model, _ = vae(student, nz=6)
    images = some_rows(3)
    q, _ = assert_outputs(model(images), 3, 6)
    for count in (3, 1):
        x = images[:count]
        outputs = model(x.unsqueeze(1))
        same, _ = assert_outputs(outputs, count, 6)
        assert_close(same, q[:count], "For images of shape (N, 1, 784) q is another.")
        flat = losses_of(model, x, outputs)
        middle = losses_of(model, x.unsqueeze(1), outputs)
        message = "For images of shape (N, 1, 784) the loss is another."
        assert_close(torch.stack(middle) / torch.stack(flat), [1.0, 1.0, 1.0], message)


@item("vae", weight=0.75)
def test_reconstruct_decodes_the_means(student: Student) -> None:
    """`reconstruct` decodes the means, without any noise, and gives images of shape (N, 28, 28)."""
    model, right = vae(student, nz=6)
    x = some_rows(5)
    assert_means_decoded(model, right, x, model.reconstruct(x), model.reconstruct(x))


@item("vae", weight=0.25)
def test_reconstruct_takes_a_single_image(student: Student) -> None:
    """`reconstruct` takes one image alone, of shape (784,), as well."""
    model, right = vae(student, nz=6)
    x = some_rows(1)
    first, again = (assert_tensor(model.reconstruct(x[0]), what="The result") for _ in range(2))
    pictures = [images.unsqueeze(0) if images.dim() == 2 else images for images in (first, again)]
    assert_means_decoded(model, right, x, *pictures)


# --- train_vae ------------------------------------------------------------------------------------


@item("train_vae", weight=1)
def test_vae_learns_from_every_batch(student: Student) -> None:
    """In every epoch each batch of the loader makes one step, in which its images go through the
    model, in training mode."""
    assert_each_batch_is_a_step(student, "train_vae", [64, 64])


@item("train_vae", weight=1.5)
def test_vae_is_trained_by_adam_on_its_own_loss(student: Student) -> None:
    """A step is Adam's, at the learning rate that is asked for (1e-3 by default), and made with
    the gradient of the total that `model.loss` returns, for its own batch alone."""
    assert_adam_on_the_models_loss(student, "train_vae")


@item("train_vae", weight=1)
def test_vae_losses_are_returned(student: Student) -> None:
    """What is returned are two lists with a float per step: first the `rec_loss`, then the
    `kl_loss` that `model.loss` tells."""
    assert_both_losses_come_back(student, "train_vae")


@item("train_vae", weight=0.5)
def test_vae_is_trained_with_batches_of_any_size(student: Student) -> None:
    """A batch may have any number of images, and the last one of an epoch may be smaller."""
    assert_each_batch_is_a_step(student, "train_vae", [5, 5, 3])


# --- tuned_beta -----------------------------------------------------------------------------------


@item("tuned_beta")
def test_tuned_beta_weighs_both_losses(student: Student) -> None:
    """`TUNED_BETA` is a number with which the VAE both reconstructs digits and draws new ones: the
    KL divergence counts, and does not drown the reconstruction."""
    value = student.TUNED_BETA.read()
    if value is None:
        raise StudentError("not_written", "", about="TUNED_BETA")
    single = isinstance(value, Tensor | np.ndarray) and math.prod(value.shape) == 1
    assert observe(float(single or isinstance(value, int | float))), (
        f"TUNED_BETA is a {type(value).__name__}, not a number."
    )
    beta = float(value)
    low, high = BETA_BAND
    betas = [beta, beta * weight_of_beta(student)] if student.failed("vae") else [beta]
    observe([float(b == 0) + 2 * (b < 0) + 3 * (b > high) for b in betas])
    assert all(b >= 0 for b in betas), "A negative beta rewards codes that leave the prior."
    assert any(b >= low for b in betas), f"A beta of {beta:g} leaves the KL divergence no weight."
    assert any(low <= b <= high for b in betas), (
        f"With a beta of {beta:g} the KL divergence drowns the reconstruction."
    )


# --- interpolate ----------------------------------------------------------------------------------


@item("interpolate", weight=0.4)
def test_autoencoder_interpolates_between_codes(student: Student) -> None:
    """For an auto-encoder, five equally spaced points between the codes of the two images are
    decoded, from the first image's code to the second's, both included."""
    model, right = autoencoder(student)
    assert_interpolates(student, model, right)


@item("interpolate", weight=0.4)
def test_vae_interpolates_between_means(student: Student) -> None:
    """For a VAE, equally spaced points between the means of the two images are decoded, without
    noise."""
    model, right = finished_vae(student, nz=NZ)
    twice = (student.interpolate(model, *torch.eye(2, PIXELS)) for _ in range(2))
    assert_no_noise(*(assert_tensor(images, what="The result") for images in twice))
    assert_interpolates(student, model, right)


@item("interpolate", weight=0.1)
def test_interpolation_fits_other_steps_and_codes(student: Student) -> None:
    """`steps` decides how many images come back, and the model how long its codes are."""
    model, right = autoencoder(student, nz=5)
    assert_interpolates(student, model, right, steps=2)
    model, right = finished_vae(student, nz=6)
    assert_interpolates(student, model, right, steps=9)


@item("interpolate", weight=0.1)
def test_interpolation_takes_images_of_any_shape(student: Student) -> None:
    """The two images may come as (784,), (1, 784), (28, 28) or (1, 28, 28)."""
    model, right = autoencoder(student)
    for shape in ((784,), (1, 784), (28, 28)):  # (1, 28, 28) everywhere else
        assert_interpolates(student, model, right, shape)


# --- cvae -----------------------------------------------------------------------------------------


@item("cvae", weight=1)
def test_cvae_encoder_reads_image_and_label(student: Student) -> None:
    """`CVAEEncoder` takes the pixels and, where it is conditional, the label's one-hot row behind
    them; it is else the encoder, with layers of 256, 64 and nz."""
    carry_networks(student)
    for nz, size, classes in ((NZ, PIXELS, 10), (5, 30, 4)):
        network = student.blank("CVAEEncoder", nz, size, True, classes)
        rows, labels = with_labels(torch.rand(8, size), classes)
        sizes = [size + classes, 256, 64, nz]
        codes = assert_computes_mlp(network, sizes, Tensor.double, rows, split_labels(classes))
        again = network(rows[:, None, :size], labels)
        message = "Images of shape (N, 1, input_size) are encoded otherwise than (N, input_size)."
        assert_close(again, codes, message, atol=1e-4)
    network = student.blank("CVAEEncoder", 5, 30, False, 4)
    assert_computes_mlp(network, [30, 256, 64, 5], Tensor.double, torch.rand(8, 30))


@item("cvae", weight=1)
def test_cvae_decoder_reads_code_and_label(student: Student) -> None:
    """`CVAEDecoder` takes the code and, where it is conditional, the label's one-hot row behind it;
    it is else the decoder, and gives (N, 1, output_size)."""
    carry_networks(student)
    for nz, size, classes in ((NZ, PIXELS, 10), (5, 30, 4)):
        network = student.blank("CVAEDecoder", nz, size, True, classes)
        rows, _ = with_labels(torch.randn(8, nz), classes)
        sizes = [nz + classes, 64, 256, size]
        rec = assert_computes_mlp(network, sizes, torch.sigmoid, rows, split_labels(classes))
        assert_tensor(rec, (8, 1, size), "What the decoder gives")
    network = student.blank("CVAEDecoder", 5, 30, False, 4)
    assert_computes_mlp(network, [5, 64, 256, 30], torch.sigmoid, torch.randn(8, 5))


@item("cvae", weight=1)
def test_cvae_forward_gives_both_networks_the_label(student: Student) -> None:
    """`forward` encodes the images with their labels, draws z, decodes it with the labels, and
    returns {"q", "rec", "c"}; nz and num_labels are the model's own."""
    x, labels = torch.rand(64, PIXELS), torch.randint(10, (64,))
    q, z, rec = assert_cvae_dataflow(student, x, labels, nz=NZ, classes=10)
    if not student.failed("vae"):  # how z is drawn is that exercise's matter
        assert_draws(z, *q.detach().double().chunk(2, dim=1))
        assert_gradients_to(q, z, rec)
    x, labels = torch.rand(5, 1, PIXELS), torch.randint(4, (5,))
    assert_cvae_dataflow(student, x, labels, nz=6, classes=4, rec=torch.rand(5, PIXELS))


@item("cvae", weight=0.75)
def test_cvae_loss_is_that_of_the_vae(student: Student) -> None:
    """The loss is that of the VAE: rec_loss + beta * kl_loss."""
    carry_networks(student)
    carry_vae_loss(student)
    model = student.blank("CVAE", 7, beta=0.3, conditional=True, num_labels=10)
    x, labels = torch.rand(5, PIXELS), torch.randint(10, (5,))
    rec = torch.rand(shape_of_rec(model, x, labels)) * 0.9 + 0.05
    outputs = {"q": torch.randn(5, 14), "rec": rec.requires_grad_(), "c": labels}
    right_rec, right_kl = cross_entropy(x, outputs), divergence(*outputs["q"].chunk(2, dim=1))
    for images in (x, x.unsqueeze(1)):
        total, rec_loss, kl_loss = losses_of(model, images, outputs)
        assert_close(rec_loss, right_rec, "The value of rec_loss is not right.")
        assert_close(kl_loss, right_kl, "The value of kl_loss is not right.")
        assert_close(total, right_rec + 0.3 * right_kl, "The total is not rec + beta * kl.")
        assert observe(float(total.requires_grad)), "The total has no gradient: its graph is cut."


@item("cvae", weight=0.75)
def test_cvae_reconstructs_from_mean_and_label(student: Student) -> None:
    """`reconstruct` decodes the posterior means with the labels into images (N, 28, 28); it takes
    a batch, and one image (784,) with one label as well."""
    carry_networks(student)
    model = student.blank("CVAE", 6, conditional=True, num_labels=10)
    x, labels = torch.rand(40, PIXELS), torch.randint(10, (40,))
    assert_conditional_reconstructs(model, x, labels, [(40, 28, 28)])
    assert_conditional_reconstructs(model, x[0], labels[0], [(1, 28, 28), (28, 28)])


@item("cvae", weight=0.5)
def test_cvae_without_labels_is_a_vae(student: Student) -> None:
    """Where it is not conditional it needs no labels: `forward` and `reconstruct` do with the
    images alone what those of the VAE do."""
    carry_networks(student)
    model = student.blank("CVAE", 6)
    x, q = torch.rand(40, PIXELS), posterior(40, 6)
    _, decoded = tap(model.encoder, q), tap(model.decoder, torch.rand(40, PIXELS))
    outputs = model(x)
    assert decoded, "The decoder is not used."
    assert_conditional_outputs(outputs, q, decoded[0].result)
    assert_tensor(decoded[0].given, (40, 6), "What the decoder gets")
    images = assert_tensor(model.reconstruct(x), (40, 28, 28), "What `reconstruct` gives")
    assert_decodes_means(decoded[-1], q, images)


# --- sample_digits --------------------------------------------------------------------------------


# 200 steps on batches of 32 images of the stand-in, at five times the usual learning rate; then
# 200 digits are decoded from codes that we drew, and 200 by `sample_digits`.
# benchmarks/calibrate_digits.py tells how many of them are read as the digit that was asked for:
# of the solution's 0.998, with a standard deviation of 0.004, and 0.985 at the least in 30 seeds;
# at the most 0.14 where the labels do not reach the decoder or are not those of the images.
STEPS, BATCH, LEARNING_RATE, BETA = 200, 32, 5e-3, 0.005
DRAWS, READ_AT_LEAST = 20, 0.8
TRAIN_SECONDS = 60


@item("sample_digits", weight=1.25)
def test_cvae_learns_from_every_batch(student: Student) -> None:
    """In every epoch each batch of the loader makes one step, in which its images and their labels
    go through the model, in training mode; a batch may have any number of images."""
    assert_each_batch_is_a_step(student, "train_cvae", [64, 64])
    assert_each_batch_is_a_step(student, "train_cvae", [5, 5, 3])


@item("sample_digits", weight=1.25)
def test_cvae_is_trained_by_adam_on_its_own_loss(student: Student) -> None:
    """A step is Adam's, at the learning rate that is asked for (1e-3 by default), and made with
    the gradient of the total that `model.loss` returns, for its own batch alone."""
    assert_adam_on_the_models_loss(student, "train_cvae")


@item("sample_digits", weight=0.5)
def test_cvae_losses_are_returned(student: Student) -> None:
    """What is returned are two lists with a float per step: first the `rec_loss`, then the
    `kl_loss` that `model.loss` tells."""
    assert_both_losses_come_back(student, "train_cvae")


@item("sample_digits", weight=1.5)
def test_digits_are_drawn_from_the_prior(student: Student) -> None:
    """`sample_digits` decodes ten draws of the standard normal, one for each label from 0 to 9 and
    new ones at every call, and gives the images in this order, (10, 28, 28)."""
    model, decoded = small_decoder(student, nz=500)
    images = assert_tensor(student.sample_digits(model), (10, 28, 28), "The result")
    assert decoded, "The decoder is not used."
    assert_labels_in_order(decoded, images)
    z = torch.cat([passage.given for passage in decoded])
    assert_standard_normal(assert_tensor(z, (10, 500), "What the decoder gets"))
    decoded.clear()
    student.sample_digits(model)
    assert_fresh(z, torch.cat([passage.given for passage in decoded]))


@item("sample_digits", weight=1.5)
def test_digits_can_be_recognized(student: Student) -> None:
    """Trained by `train_cvae` for a moment, the conditional VAE draws the digits that it is asked
    for, and `sample_digits` shows them."""
    data = stand_in().train
    batches = Batches(data.images[: STEPS * BATCH], data.labels[: STEPS * BATCH], BATCH)
    model = conditional_vae(student)
    with student.within(TRAIN_SECONDS):
        student.train_cvae(model, batches.loader(student), 1, LEARNING_RATE)
    weights = model.parameters()
    student.restart()  # so that the images are no longer there that it was trained on
    model = conditional_vae(student)
    model.load(weights)
    labels = torch.arange(10).repeat(DRAWS)
    with torch.no_grad():
        decoded = model.decoder(torch.randn(len(labels), NZ), labels)
        assert_read(decoded, labels, READ_AT_LEAST, "what the decoder makes of codes and labels")
        shown = [student.sample_digits(model) for _ in range(DRAWS)]
    images = torch.cat(
        [assert_tensor(s, (10, 28, 28), "What `sample_digits` gives") for s in shown]
    )
    assert_read(images, labels, READ_AT_LEAST, "the digits that `sample_digits` gives")


# --- loops that train a VAE, conditional or not ---------------------------------------------------


def assert_each_batch_is_a_step(student: Student, train: str, sizes: list[int]) -> None:
    """Fail unless in two epochs the loop of that name makes one step of each batch."""
    conditional = train == "train_cvae"
    batches = draw_batches(sizes)
    recorder, model = small_vae(student, conditional)
    getattr(student, train)(model, batches.loader(student), 2)
    assert_steps(recorder, batches.rows() * 2, conditional)


def assert_adam_on_the_models_loss(student: Student, train: str) -> None:
    """Fail unless the loop of that name moves the parameters as Adam does, on the model's loss."""
    for learning_rate, given in ((1e-3, []), (0.02, [0.02])):
        batches = draw_batches([64, 64])
        recorder, model = small_vae(student, conditional=train == "train_cvae")
        getattr(student, train)(model, batches.loader(student), 3, *given)
        assert_adam(recorder, learning_rate)


def assert_both_losses_come_back(student: Student, train: str) -> None:
    """Fail unless the loop of that name returns both parts of the model's loss at each step."""
    batches = draw_batches([64, 64, 64])
    recorder, model = small_vae(student, conditional=train == "train_cvae")
    returned = getattr(student, train)(model, batches.loader(student), 2)
    is_list = isinstance(returned, list | tuple)
    observe(sum(isinstance(part, list | tuple) for part in returned) if is_list else -1)
    is_pair = is_list and len(returned) == 2
    assert observe(float(is_pair)), "It does not return two lists: (rec_losses, kl_losses)."
    parts = [small_loss(v.parameters, v.x, v.labels)[1] for v in recorder.steps()]
    for losses, name in zip(returned, ("rec_loss", "kl_loss"), strict=True):
        assert_losses(losses, [part[name] for part in parts], f"The values of {name}")


# --- the conditional VAE --------------------------------------------------------------------------


def assert_cvae_dataflow(
    student: Student, x: Tensor, labels: Tensor, nz: int, classes: int, rec: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Fail unless `forward` gives the labels to both networks and returns what comes of it.

    Returns q, as we chose it, the codes z that are decoded, and rec: as chosen, too, or as the
    decoder makes it, all of whose weights are the same.
    """
    carry_networks(student)
    model = student.blank("CVAE", nz, conditional=True, num_labels=classes)
    q = posterior(len(x), nz).requires_grad_()
    encoded, decoded = tap(model.encoder, q), tap(model.decoder, rec)
    outputs = model(x, labels)
    calls = observe([len(encoded), len(decoded)])
    assert calls.eq(1).all(), "It does not encode once and decode once."
    rows = assert_tensor(encoded[0].given, what="What the encoder gets").flatten(1)
    assert_close(rows, x.flatten(1), "The encoder does not get the images.")
    assert_told(encoded[0], labels, "encoder")
    assert_told(decoded[0], labels, "decoder")
    assert_conditional_outputs(outputs, q, decoded[0].result)
    c = outputs["c"]
    kept = isinstance(c, Tensor) and torch.equal(c.reshape(-1), labels.reshape(-1))
    assert observe(float(kept)), "c are not the labels."
    return q, assert_tensor(decoded[0].given, (len(x), nz), "What the decoder gets"), outputs["rec"]


def shape_of_rec(model: Handle, x: Tensor, labels: Tensor) -> tuple[int, ...]:
    """The shape in which the model's own `forward` gives rec, for its own `loss`."""
    try:
        rec = model(x, labels)["rec"]
    except (StudentError, KeyError, TypeError):
        rec = None
    fits = isinstance(rec, Tensor) and rec.shape[:1] == x.shape[:1] and rec.numel() == x.numel()
    return tuple(rec.shape) if isinstance(rec, Tensor) and fits else (len(x), 1, PIXELS)


def carry_vae_loss(student: Student) -> None:
    """Where the VAE failed, let a conditional VAE that uses its loss use the reference's."""
    if not student.failed("vae"):
        return

    def loss(model: Handle, x: Tensor, outputs: dict[str, Tensor]) -> Any:
        return RIGHT.VAE.loss(SimpleNamespace(beta=model.beta.read()), x, outputs)

    taken_over = takes_over(student, student.CVAE.loss, student.VAE.loss)
    student.VAE.loss.replace(loss)
    if taken_over:
        student.CVAE.loss.replace(loss)
    student.note_carried("vae")


def takes_over(student: Student, name: Name, other: Name) -> bool:
    """Whether two names stand for the same function, as after `loss = VAE.loss` in a class."""
    try:
        return student.kit("operator").is_(name.read(), other.read()) is True
    except StudentError:  # there is no such name
        return False


def conditional_vae(student: Student) -> Handle:
    """The student's conditional VAE, or the reference's where that item failed."""
    if not student.failed("cvae"):
        carry_networks(student)
        carry_vae_loss(student)
        return student.build("CVAE", NZ, beta=BETA, conditional=True, num_labels=10)
    student.note_carried("cvae")
    right = RIGHT.CVAE(NZ, BETA, conditional=True, num_labels=10)
    names = [name for name, _ in right.named_parameters()]

    def forward(seen: Seen, x: Tensor, c: Tensor | None = None) -> Any:
        values = dict(zip(names, seen.parameters.values(), strict=True))
        return functional_call(right, values, (x, c))

    model = student.model({}, forward=forward, loss=lambda _, x, outputs: right.loss(x, outputs))
    for part in ("encoder", "decoder"):
        getattr(model, part).set(network_of_ours(student, getattr(right, part)))
    for name in ("nz", "beta", "conditional", "num_labels"):
        getattr(model, name).set(getattr(right, name))
    return model


# --- the loader -----------------------------------------------------------------------------------


def split_of_digits() -> tuple[Tensor, Tensor]:
    """Images (DIGITS, 1, 28, 28) uint8, the first pixel of each being its number, and labels."""
    images = torch.randint(256, (DIGITS, 1, 28, 28), dtype=torch.uint8)
    images[:, 0, 0, 0] = torch.arange(DIGITS)
    return images, torch.randint(10, (DIGITS,))


def numbers_of(x: Tensor) -> Tensor:
    """The numbers of images of `split_of_digits`, as a loader gives them."""
    first = x.double().reshape(len(x), -1)[:, 0]
    return (first * 255).round().long().clamp(0, DIGITS - 1)


def make_loader(student: Student, images: Tensor, labels: Tensor) -> Any:
    """What `mnist_data_loader` makes of a split.

    Split and call are made in the student's process: on the way there a split would turn into a
    plain tuple, whose parts have no names.
    """
    split, function = student.kit("nndl.data").Split.read(), student.mnist_data_loader.read()
    splits = student.kit("itertools").starmap(split, [(images, labels)])
    calls = student.kit("builtins").map(function, splits)
    return student.kit("builtins").next(calls)


def passes(student: Student, loader: Any, count: int) -> list[list[tuple[Tensor, Tensor]]]:
    """All batches of so many passes over a loader."""
    assert isinstance(loader, Handle), "`mnist_data_loader` returns nothing that gives batches."
    found = []
    for _ in range(count):
        batches = student.kit("builtins").list(loader)
        for batch in batches:
            pair = isinstance(batch, tuple | list) and len(batch) == 2
            right = pair and all(isinstance(part, Tensor) for part in batch)
            assert observe(float(right)), "A batch is no pair of images and labels, two tensors."
        found.append([tuple(batch) for batch in batches])
    return found


# --- codes and losses -----------------------------------------------------------------------------


def assert_outputs(outputs: Any, count: int, nz: int) -> tuple[Tensor, Tensor]:
    """q, (N, 2 * nz), and rec, whose shape beyond N images of 784 pixels is left open."""
    right = isinstance(outputs, dict) and {"q", "rec"} <= set(outputs)
    assert observe(float(right)), '`forward` does not return {"q": ..., "rec": ...}.'
    q = assert_tensor(outputs["q"], (count, 2 * nz), "q")
    rec = assert_tensor(outputs["rec"], what="rec")
    observe([0, *rec.shape])
    assert rec.shape[:1] == (count,) and rec.numel() == count * PIXELS, (
        f"rec has the shape {tuple(rec.shape)} where {(count, 1, PIXELS)} is expected."
    )
    return q, rec


def encoded_and_drawn(model: Handle, x: Tensor, encoded: Tensor) -> tuple[Tensor, Tensor]:
    """What `forward` encodes images to, q, and the codes z that it decodes, as float64."""
    nz = encoded.shape[1] // 2
    q, rec = assert_outputs(model(x), len(x), nz)
    halves = [encoded[:, :nz], encoded[:, nz:]]
    for half in (q[:, :nz], q[:, nz:]):
        observe(likeness(half.detach(), *halves), rtol=0, atol=0.25)
    gap = observe((q - encoded).abs().mean(), rtol=0.2, atol=1e-3)
    assert gap < 1e-3, "q is not what the encoder gives for the images."
    return q.detach().double(), code_in(rec, nz)


def mean_and_log_sigma(student: Student, q: Tensor) -> tuple[Tensor, Tensor]:
    """The halves of q, as the VAE takes them: by a slip of its own perhaps, but everywhere."""
    mu, second = q.chunk(2, dim=1)
    return mu, second * (0.5 if student.once(takes_log_variance) else 1.0)


def takes_log_variance(student: Student) -> bool:
    """Whether both the draw of z and the KL divergence take q's second half for a log-variance."""
    nz = 7
    try:
        model = without_weights(student, nz)
        x, outputs = loss_inputs(student, 5, nz)
        _, _, kl_loss = losses(model, x, outputs)
        mu, log_variance = outputs["q"].double().chunk(2, dim=1)
        as_variance = divergence(mu, log_variance / 2)
        if not any(abs(kl_loss / value - 1) < 1e-3 for value in (as_variance, as_variance / nz)):
            return False
        share_weights(student, model, with_telling_weights(RIGHT.VAE, nz))
        q, rec = assert_outputs(model(some_rows(60)), 60, nz)
    except (StudentError, AssertionError):
        return False
    mu, log_variance = q.detach().double().chunk(2, dim=1)
    z = code_in(rec, nz)
    likelihoods = [Normal(mu, (log_variance * share).exp()).log_prob(z).sum() for share in (0.5, 1)]
    return bool(likelihoods[0] > likelihoods[1])


def assert_means_decoded(model: Handle, right: Any, x: Tensor, images: Any, again: Any) -> None:
    """Fail unless both, of two calls, are what the decoder makes of the means of images x."""
    z = assert_decoded(images, right, (len(x), 28, 28))
    assert_no_noise(images, again)
    encoded = model.encoder(x).detach()
    mu = encoded[:, : right.nz]
    observe(likeness(z, mu, encoded[:, right.nz :]), rtol=0, atol=0.25)
    assert_close(z, mu, "The codes that it decodes are not the means.", atol=1e-4)


def assert_no_noise(images: Tensor, again: Tensor) -> None:
    """Fail unless two calls gave the same."""
    same = observe(float(torch.equal(images, again)))
    assert same, "Two calls with the same images give two results: there is noise in them."


def some_rows(count: int) -> Tensor:
    """Black and white images, (N, 784)."""
    return torch.rand(count, PIXELS).round()


def loss_inputs(student: Student, count: int, nz: int) -> tuple[Tensor, dict[str, Tensor]]:
    """Images of all greys, (N, 784), and outputs for `loss`; rec as the VAE's own `forward`."""
    rec = torch.rand(count, PIXELS) * 0.9 + 0.05
    outputs = {
        "q": torch.randn(count, 2 * nz),
        "rec": rec.reshape(count, *student.once(form_of_rec)),
    }
    return torch.rand(count, PIXELS), outputs


def form_of_rec(student: Student) -> tuple[int, ...]:
    """The shape in which the VAE's own `forward` gives the reconstruction of one image."""
    try:
        _, rec = assert_outputs(without_weights(student, nz=7)(some_rows(2)), 2, 7)
    except (StudentError, AssertionError):
        return (1, PIXELS)
    return tuple(rec.shape[1:])


def losses(
    model: Handle, x: Tensor, outputs: Any, floats: bool = True
) -> tuple[Tensor, Tensor, Tensor]:
    """Total, rec_loss and kl_loss of images (N, 784), in whichever shape `loss` takes these."""
    try:
        return losses_of(model, x, outputs, floats)
    except StudentError as error:
        if error.kind != "raised":
            raise
        try:
            return losses_of(model, x.unsqueeze(1), outputs, floats)
        except StudentError:
            raise error from None


def losses_of(
    model: Handle, x: Tensor, outputs: Any, floats: bool = True
) -> tuple[Tensor, Tensor, Tensor]:
    """Total, rec_loss and kl_loss; numbers that are no tensors only where `floats` are allowed."""
    value = model.loss(x, outputs)
    pair = isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[1], dict)
    right = pair and {"rec_loss", "kl_loss"} <= set(value[1])
    assert observe(float(right)), (
        '`loss` does not return (total, {"rec_loss": ..., "kl_loss": ...}).'
    )
    named = {"The total": value[0], **{name: value[1][name] for name in ("rec_loss", "kl_loss")}}
    total, rec_loss, kl_loss = (
        torch.tensor(part) if floats and isinstance(part, float) else assert_number(part, name)
        for name, part in named.items()
    )
    return total, rec_loss, kl_loss


def cross_entropy(x: Tensor, outputs: dict[str, Tensor]) -> Tensor:
    return F.binary_cross_entropy(outputs["rec"].flatten(1), x)


def divergence(mu: Tensor, log_sigma: Tensor) -> Tensor:
    """The KL divergence from the standard normal, summed over codes, averaged over images."""
    prior = torch.zeros_like(mu)
    return RIGHT.kl_divergence(mu, log_sigma, prior, prior).sum(dim=1).mean()


def weight_of_beta(student: Student) -> float:
    """How much a beta weighs in the student's own loss, against what it weighs in the reference's.

    As much, where that loss is no multiple of the right one, or can't be measured. With the nz of
    the notebook, with which the student's beta was found.
    """
    weights = []
    try:
        model = without_weights(student, nz=NZ)
        for count in (5, 3, 2):
            x, outputs = loss_inputs(student, count, NZ)
            _, rec_loss, kl_loss = losses(model, x, outputs)
            right_kl = divergence(*mean_and_log_sigma(student, outputs["q"]))
            weights.append(float(kl_loss / rec_loss / (right_kl / cross_entropy(x, outputs))))
    except (StudentError, AssertionError):
        return 1.0
    constant = max(weights) - min(weights) < 1e-3 * abs(weights[0])
    return weights[0] if constant else 1.0


def assert_interpolates(
    student: Student,
    model: Handle,
    right: Any,
    shape: tuple[int, ...] = (1, 28, 28),
    steps: int | None = None,
) -> None:
    """Fail unless what is decoded leads straight from the code of one image to another's."""
    pair = some_rows(2)
    start, end = (image.reshape(shape) for image in pair)
    options = {} if steps is None else {"steps": steps}
    images = student.interpolate(model, start, end, **options)
    z = assert_decoded(images, right, (steps or 5, 28, 28))
    with torch.no_grad():
        first, last = right.encoder(pair).double()[:, : right.nz]
    assert_on_line(z, first, last)


# --- models, with the reference in place of what failed -------------------------------------------


def carry_networks(student: Student) -> None:
    """Where encoder_decoder failed, let the student's models be built of the reference's networks.

    These live in the student's process, and compute here. The student's classes stay, for those
    that inherit from them, with the reference's `net` in them; what is no such class is replaced.
    """
    if not student.failed("encoder_decoder"):
        return
    for name, kind in (("Encoder", RIGHT.Encoder), ("Decoder", RIGHT.Decoder)):

        def build(*args: Any, kind: Any = kind, **kwargs: Any) -> Handle:
            return network_of_ours(student, kind(*args, **kwargs))

        own = getattr(student, name)
        if is_module(student, own):
            put_into(student, own, kind)
        else:
            own.replace(build)
    student.note_carried("encoder_decoder")


def is_module(student: Student, name: Name) -> bool:
    """Whether it is a class of networks."""
    try:
        kind = student.kit("torch.nn").Module.read()
        return student.kit("builtins").issubclass(name.read(), kind) is True
    except StudentError:  # it is no class, or it is not there
        return False


def put_into(student: Student, own: Name, kind: Any) -> None:
    """Let a class of the student's set itself up, and compute, as the reference's class does."""

    def set_up(network: Handle, *args: Any, **kwargs: Any) -> None:
        student.kit("torch.nn").Module.at("__init__")(network)
        network.net.set(network_of_ours(student, kind(*args, **kwargs).net))

    def forward(network: Handle, x: Tensor) -> Any:
        return kind.forward(SimpleNamespace(net=network.net), x)

    own.at("__init__").replace(set_up)
    own.forward.replace(forward)


def autoencoder(student: Student, nz: int = NZ) -> tuple[Handle, Any]:
    """The student's AutoEncoder and the reference's, both with the same telling weights."""
    carry_networks(student)
    model, right = student.blank("AutoEncoder", nz), with_telling_weights(RIGHT.AutoEncoder, nz)
    share_weights(student, model, right)
    return model, right


def vae(student: Student, nz: int) -> tuple[Handle, Any]:
    """The student's VAE and the reference's, both with the same telling weights."""
    model, right = without_weights(student, nz), with_telling_weights(RIGHT.VAE, nz)
    share_weights(student, model, right)
    return model, right


def without_weights(student: Student, nz: int, beta: float = 1.0) -> Handle:
    """The student's VAE, for its `loss`: what its networks compute is of no interest."""
    carry_networks(student)
    return student.blank("VAE", nz, beta=beta)


def finished_vae(student: Student, nz: int) -> tuple[Handle, Any]:
    """As `vae`; where that item failed, the reference's parts make up the student's VAE."""
    if not student.failed("vae"):
        return vae(student, nz)
    model, right = student.bare("VAE"), with_telling_weights(RIGHT.VAE, nz)
    model.nz.set(nz)
    model.beta.set(1.0)
    share_weights(student, model, right)
    model.forward.replace(right.forward)
    student.note_carried("vae")
    return model, right
