"""Hidden checks of bernoulli_vae: from the evidence lower bound to a working VAE.

`Model` is checked by what comes out of it with weights that we choose, and sampling by its
moments and gradients; loops by what they do to a small model that records it; figures by the
pictures that are found in them, whatever the layout.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.assignment import reference
from autograder.checks import assert_close, assert_number, assert_tensor, item, observe
from autograder.checks.figures import (
    Found,
    Picture,
    assert_beside,
    assert_drawn,
    draws,
    find,
)
from autograder.checks.loops import (
    PIXELS,
    assert_adam,
    assert_losses,
    assert_steps,
    draw_batches,
)
from autograder.checks.networks import drawn, is_half, likeness
from autograder.checks.sampling import assert_noise_of_its_own
from autograder.checks.small_models import VaeRecorder
from autograder.errors import StudentError
from autograder.student import Handle, Seen, Student
from nndl.labs.bernoulli_vae import LATENT_DIM

RIGHT = reference("bernoulli_vae")
# For names that only cells make which are not run, such as the loaders of the training cells.
STAND_INS = {
    "data": "nndl.data.Dataset('stand-in', *3 * [nndl.data.Split("
    "torch.zeros(256, 1, 28, 28, dtype=torch.uint8), torch.arange(256) % 10)], True)",
    "train_loader": "8 * [(torch.zeros(16, 1, 28, 28), torch.arange(16) % 10)]",
    "test_loader": "8 * [(torch.zeros(16, 1, 28, 28), torch.arange(16) % 10)]",
}
COUNT = 97  # images for `forward`: enough to tell what z is made of

# --- reparameterization ---------------------------------------------------------------------------


@item("reparameterization", weight=2)
def test_samples_follow_mean_and_std(student: Student) -> None:
    """`reparameterization` draws from the normal distribution with the mean `mean` and the
    standard deviation `std`."""
    mean = torch.tensor([3.0, -1.0, 0.0]).expand(20_000, 3)
    std = torch.tensor([2.0, 1.0, 0.3]).expand(20_000, 3)
    model, _, _ = vae(student)
    z = assert_tensor(model.reparameterization(mean, std), (20_000, 3), "z").double()
    # Five standard errors of a standard deviation, a mean and a share of so many draws.
    assert_close(z.std(0), std[0], "Their spread is not std.", rtol=0.025)
    error = (z.mean(0) - mean[0]) / std[0]
    assert_close(error, [0.0] * 3, "The samples do not have the mean `mean`.", rtol=0, atol=0.036)
    beyond = ((z - mean).abs() > 2 * std).double().mean()
    assert_close(beyond, 0.0455, "The noise is not normal.", rtol=0, atol=0.0043)


@item("reparameterization", weight=1)
def test_noise_is_independent(student: Student) -> None:
    """Every image, every latent number and every call gets noise of its own."""
    model, _, _ = vae(student)
    assert_noise_of_its_own(lambda mu, logvar: model.reparameterization(mu, (logvar / 2).exp()))


@item("reparameterization", weight=2)
def test_gradients_reach_mean_and_std(student: Student) -> None:
    """z is differentiable: dz/dmean is 1, and dz/dstd is the noise before it was scaled."""
    mean = torch.randn(6, 4, requires_grad=True)
    std = (torch.rand(6, 4) + 0.5).requires_grad_()
    model, _, _ = vae(student)
    z = assert_tensor(model.reparameterization(mean, std), (6, 4), "z")
    assert observe(float(z.requires_grad)), "No gradient comes back through z: the graph is cut."
    weights = torch.randn(6, 4)
    (z * weights).sum().backward()
    to_mean = torch.zeros_like(mean) if mean.grad is None else mean.grad
    to_std = torch.zeros_like(std) if std.grad is None else std.grad
    assert_close(to_mean - weights, torch.zeros(6, 4), "The gradient to mean is not 1.")
    noise = ((z - mean) / std).detach().double()
    right = torch.allclose(to_std.double(), weights * noise, rtol=1e-3, atol=1e-4)
    reached, right = observe([float(to_std.any()), float(right)])
    assert reached and right, "The gradient to std is not right."


@item("reparameterization", weight=1)
def test_no_spread_no_noise(student: Student) -> None:
    """With a standard deviation of nearly zero z is the mean, and z has the dtype of the mean."""
    mean = torch.randn(6, 4)
    model, _, _ = vae(student)
    noisy = assert_tensor(model.reparameterization(mean, torch.ones(6, 4)), (6, 4), "z")
    differs = observe(float((noisy - mean).abs().max() > 1e-3))
    assert differs, "With a standard deviation of one, z is still the mean: nothing is drawn."
    z = assert_tensor(model.reparameterization(mean, torch.full((6, 4), 1e-20)), (6, 4), "z")
    same = observe(float((z - mean).abs().max() < 1e-6))
    assert same, "With a standard deviation of nearly zero, z differs from the mean."
    for dtype in (torch.float32, torch.float64):
        zeros, ones = torch.zeros(6, 4, dtype=dtype), torch.ones(6, 4, dtype=dtype)
        got = assert_tensor(model.reparameterization(zeros, ones), (6, 4), "z").dtype
        assert got == dtype, f"z is {got} where the mean is {dtype}."


@item("reparameterization", weight=3)
def test_forward_encodes_samples_and_decodes(student: Student) -> None:
    """`forward` encodes the images, draws z with the standard deviation exp(log_var / 2), decodes
    z, and returns `(theta, mean, log_var, z)`."""
    judge_forward(student, assert_dataflow)


@item("reparameterization", weight=2)
def test_forward_lets_gradients_through(student: Student) -> None:
    """From what `forward` returns, the right gradients reach every layer of both networks."""
    judge_forward(student, assert_gradients)


# --- loss_function --------------------------------------------------------------------------------


@item("loss_function", weight=2)
def test_loss_is_the_summed_negative_elbo(student: Student) -> None:
    """The loss is the binary cross entropy plus the KL divergence from the prior, both summed over
    everything."""
    for count, pixels, latent in ((5, 36, 7), (3, 16, 9)):
        batch = elbo_inputs(count, pixels, latent)
        loss = assert_number(student.loss_function(*batch), "The loss")
        assert_close(loss, RIGHT.loss_function(*batch), "The value is not the negative ELBO's.")


@item("loss_function", weight=1)
def test_loss_has_the_right_gradients(student: Student) -> None:
    """The loss can be differentiated, and leaves its arguments as they are."""
    x, *others = elbo_inputs(5, 36, 7)
    given = [part.requires_grad_() for part in others]
    copies = [part.detach().clone().requires_grad_() for part in others]
    loss = assert_number(student.loss_function(x, *given), "The loss")
    assert observe(float(loss.requires_grad)), "The loss has no gradient: its graph is cut."
    loss.backward()
    RIGHT.loss_function(x, *copies).backward()
    for part, copy, name in zip(given, copies, ("theta", "mean", "log_var"), strict=True):
        got = torch.zeros_like(part) if part.grad is None else part.grad
        assert_close(got, copy.grad, f"The gradient to {name} is not right.")


# --- training_step --------------------------------------------------------------------------------


@item("training_step", weight=2)
def test_step_updates_the_model(student: Student) -> None:
    """Each call is one step of the optimizer, with the gradient of this batch's loss alone."""
    recorder, expected, _ = take_steps(student, lr=0.01, scale=1e-3)
    assert_steps(recorder, expected)
    assert_adam(recorder, learning_rate=0.01)


@item("training_step", weight=1)
def test_step_returns_the_loss(student: Student) -> None:
    """`training_step` returns the summed loss of its batch, as a plain number."""
    recorder, expected, returned = take_steps(student, lr=0.1, scale=1)
    observe(len(recorder.visits))
    assert len(recorder.visits) == len(expected), "The model is not called once in each step."
    assert_losses(returned, recorder.losses(recorder.visits), "The losses of the steps")


# --- elbo_curve -----------------------------------------------------------------------------------


@item("elbo_curve", weight=2)
def test_every_batch_is_one_step(student: Student) -> None:
    """In each epoch, every batch of the loader is one step, with the images rounded to 0 or 1 and
    flattened to rows."""
    recorder, expected, _ = trained(student, [6, 6, 2], scale=1e-3, lr=0.01)
    rounded = observe([float(visit.x.eq(visit.x.round()).all()) for visit in recorder.steps()])
    assert rounded.all(), "The model is trained on pixels other than 0 and 1."
    assert_steps(recorder, expected)


@item("elbo_curve", weight=2)
def test_steps_are_those_of_adam(student: Student) -> None:
    """The steps are those of one Adam optimizer with the learning rate `lr`, each with the gradient
    of its own batch alone."""
    recorder, _, _ = trained(student, [6, 6], scale=1e-3, lr=0.02)
    assert_adam(recorder, learning_rate=0.02)
    recorder, _, _ = trained(student, [6, 6], scale=1e-3, epochs=1)
    assert_adam(recorder, learning_rate=1e-3)


@item("elbo_curve", weight=2)
def test_curve_is_the_elbo_per_image(student: Student) -> None:
    """`train` returns for each epoch the ELBO per image: minus the sum of all losses, divided by
    the number of images."""
    assert_curve(student, [6, 6, 6], epochs=2)


@item("elbo_curve", weight=1)
def test_curve_allows_for_a_smaller_last_batch(student: Student) -> None:
    """The images of a smaller last batch count as much as the others in the ELBO per image."""
    assert_curve(student, [6, 2], epochs=3)


# --- encode_test_set ------------------------------------------------------------------------------


@item("encode_test_set", weight=2)
def test_latents_of_all_images(student: Student) -> None:
    """`encode_test_set` returns the latents z of all images, rounded to 0 or 1 before they are
    encoded, in the loader's order."""
    (z, _), expected = student.once(encoded)
    right = torch.cat([batch[3] for batch in expected])
    z = assert_tensor(as_tensor(z), right.shape, "z")
    assert_close(z, right, "These are not the z that the model gives for the rounded images.")


@item("encode_test_set", weight=1)
def test_theta_of_the_last_batch(student: Student) -> None:
    """`encode_test_set` returns theta of the loader's last batch, however small it is."""
    (_, theta), expected = student.once(encoded)
    right = expected[-1][0]
    theta = assert_tensor(as_tensor(theta), right.shape, "theta")
    assert_close(theta, right, "This is not the theta that the model gives for the last batch.")


@item("encode_test_set", weight=1)
def test_results_hold_on_to_no_graph(student: Student) -> None:
    """Nothing is trained here, so the results need no gradients and hold on to no graph."""
    results, _ = student.once(encoded)
    named = zip(results, ("z", "theta"), strict=True)
    tensors = [assert_tensor(as_tensor(result), what=name) for result, name in named]
    live = observe([float(tensor.requires_grad) for tensor in tensors])
    assert not live.any(), "The results still hold on to the graph of the whole test set."


# --- show_reconstructions -------------------------------------------------------------------------


@item("show_reconstructions", weight=2)
def test_ten_originals_and_ten_reconstructions(student: Student) -> None:
    """The figure shows the first ten images and their reconstructions, each as a picture of
    28 x 28 pixels, and no others."""
    assert_drawn(*student.once(reconstructions_shown), count=10)


@item("show_reconstructions", weight=1)
def test_reconstructions_are_beside_their_originals(student: Student) -> None:
    """In the figure, each reconstruction lies in the same direction and at the same distance from
    its original."""
    assert_beside(*student.once(reconstructions_shown), count=10)


# --- the model ------------------------------------------------------------------------------------


def vae(
    student: Student, pixels: int = 4, hidden: int = 3, latent: int = 2
) -> tuple[Handle, Handle, Handle]:
    """The student's model, and the encoder and the decoder that it was made of."""
    encoder = student.build("Encoder", pixels, hidden, latent)
    decoder = student.build("Decoder", latent, hidden, pixels)
    return student.build("Model", encoder, decoder), encoder, decoder


def judge_forward(
    student: Student, judge: Callable[[Handle, Handle, Handle, int, int], None]
) -> None:
    """Judge `forward` with the student's `reparameterization`, or else with a right one.

    So neither a mistake there costs points here, nor code that is right together with it.
    """
    for pixels, hidden, latent in ((784, 50, 20), (36, 40, 6)):
        model, encoder, decoder = vae(student, pixels, hidden, latent)
        model.load(drawn(model.shapes()))
        try:
            judge(model, encoder, decoder, pixels, latent)
        except (AssertionError, StudentError) as error:
            if isinstance(error, StudentError) and not (error.is_gap or error.kind == "raised"):
                raise
            right = RIGHT.Model(Encoder=None, Decoder=None)
            model.reparameterization.replace(right.reparameterization)
            judge(model, encoder, decoder, pixels, latent)


def assert_dataflow(
    model: Handle, encoder: Handle, decoder: Handle, pixels: int, latent: int
) -> None:
    """Fail unless z is drawn from what the encoder gives, and theta is what the decoder gives."""
    x = torch.rand(COUNT, pixels).round()
    theta, mean, log_var, z = four(model(x), len(x), pixels, latent)
    right_mean, right_log_var = encoder(x)
    expected = ((mean, right_mean, "mean"), (log_var, right_log_var, "log_var"))
    for got, right, name in expected:
        observe(likeness(got, right_mean, right_log_var), rtol=0, atol=0.25)
        gap = observe((got - right).abs().mean(), rtol=0.2, atol=1e-3)
        assert gap < 1e-3, f"{name} is not the {name} that the encoder gives."
    std = (right_log_var / 2).exp()
    noise = ((z - mean) / std).detach().double()
    size = noise.abs().clamp_min(1e-6).log()
    observe(likeness(z, mean, log_var), rtol=0, atol=0.25)
    observe(likeness(size, log_var, log_var.abs().log()), rtol=0, atol=0.2)
    observe(noise.abs().median(), rtol=0.3)
    own = observe([float(noise.std(d).mean() > 0.1) for d in (0, 1)]).all()
    assert own, "Not every image and every latent number gets noise of its own."
    # Five standard errors of a standard deviation and of a mean are 3.6 and 5 / sqrt(draws).
    off = 5 / math.sqrt(noise.numel())
    message = "z is not drawn around mean with the standard deviation exp(log_var / 2)."
    assert abs(noise.std() - 1) <= 0.8 * off and abs(noise.mean()) <= 1.05 * off, message
    decoded = [float((theta - decoder(code)).abs().max() < 1e-3) for code in (z, mean)]
    of_z, _of_mean = observe(decoded)
    assert of_z, "theta is not what the decoder gives for the z that is returned."


def assert_gradients(
    model: Handle, encoder: Handle, decoder: Handle, pixels: int, latent: int
) -> None:
    """Fail unless the gradients of theta, mean and log_var are those of the noise that was drawn.

    The two networks' own gradients, for the same noise, are added to those of `forward`.
    """
    model.zero_grad()  # of an attempt with the student's own draw
    x = torch.rand(5, pixels).round()
    weights = [torch.randn(5, pixels), *torch.randn(2, 5, latent)]
    *outputs, z = four(model(x), len(x), pixels, latent)
    reached = observe([float(output.requires_grad) for output in outputs])
    assert reached.all(), "What `forward` returns has no gradient: its graph is cut."
    torch.autograd.backward(outputs, weights)
    own = model.gradients()
    mean, log_var = encoder(x)
    std = (log_var / 2).exp()
    noise = ((z - mean) / std).detach()
    # The very z of `forward`, bit by bit, so that no LeakyReLU of the decoder has to decide anew.
    same_z = z.detach() + (mean - mean.detach()) + noise * (std - std.detach())
    right = [decoder(same_z), mean, log_var]
    torch.autograd.backward(right, weights)
    both = model.gradients()
    fits = [is_half(own[name], whole) for name, whole in both.items()]
    observe([float(fit) for fit in fits])
    wrong = [name for name, fit in zip(both, fits, strict=True) if not fit]
    assert not wrong, f"The gradient that reaches {', '.join(wrong[:3])} is not right."


def four(
    outputs: Any, count: int, pixels: int, latent: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What `forward` returned. Fails unless these are four tensors of the right shapes."""
    size = len(outputs) if isinstance(outputs, tuple | list) else -1 if outputs is None else 0
    right = observe(size) == 4
    assert right, "`forward` does not return the four tensors (theta, mean, log_var, z)."
    theta, mean, log_var, z = outputs
    return (
        assert_tensor(theta, (count, pixels), "theta"),
        assert_tensor(mean, (count, latent), "mean"),
        assert_tensor(log_var, (count, latent), "log_var"),
        assert_tensor(z, (count, latent), "z"),
    )


# --- the small model that records what loops do ---------------------------------------------------


class RowsRecorder(VaeRecorder):
    """A small VAE that takes rows of pixels only, and gives z as well."""

    def forward(  # type: ignore[override]  # it takes no labels: there are none here
        self, seen: Seen, x: Tensor
    ) -> Any:
        """As a first Linear layer, it takes rows of pixels; theta gets the shape of x."""
        if isinstance(x, Tensor) and x.shape[-1] != PIXELS:
            raise ValueError(
                f"the model takes rows, (N, {PIXELS}), but it got the shape {tuple(x.shape)}"
            )
        theta, *others = super().forward(seen, x)
        return theta.reshape(x.shape), *others


def small_model(scale: float) -> RowsRecorder:
    """A recorder that answers as `Model` does, with the notebook's number of latent dimensions."""
    return RowsRecorder(
        scale, lambda rows, *outputs: RIGHT.loss_function(rows, *outputs), latent=LATENT_DIM
    )


def take_steps(
    student: Student, lr: float, scale: float
) -> tuple[RowsRecorder, list[tuple[Tensor, Tensor]], list[Any]]:
    """Call `training_step` on four batches: what was seen, what is right, what was returned."""
    student.carry("loss_function", RIGHT.loss_function)
    recorder = small_model(scale)
    model = recorder.put(student)
    optimizer = student.optimizer("Adam", model, lr=lr)
    expected = [(x.round(), labels) for x, labels in draw_batches([6, 6, 6, 3]).rows()]
    returned = [student.training_step(model, x, optimizer) for x, _ in expected]
    observe(sum(g is not None and bool(g.any()) for g in model.gradients().values()))
    return recorder, expected, returned


def trained(
    student: Student, sizes: list[int], scale: float, epochs: int = 2, **options: float
) -> tuple[RowsRecorder, list[tuple[Tensor, Tensor]], Any]:
    """Call `train` on batches of these sizes: what was seen, what is right, what was returned."""
    student.carry("loss_function", RIGHT.loss_function)
    student.carry("training_step", RIGHT.training_step)
    batches = draw_batches(sizes)
    recorder = small_model(scale)
    model = recorder.put(student)
    returned = student.train(model, batches.loader(student), epochs, **options)
    expected = [(x.round(), labels) for x, labels in batches.rows()]
    return recorder, expected * epochs, returned


def assert_curve(student: Student, sizes: list[int], epochs: int) -> None:
    """Fail unless `train` returns minus the mean loss per image of each epoch."""
    recorder, expected, returned = trained(student, sizes, scale=1, epochs=epochs, lr=0.1)
    steps = recorder.steps()
    observe(len(steps))
    assert len(steps) == len(expected), f"{len(steps)} steps are made, not {len(expected)}."
    losses = torch.stack(recorder.losses(steps)).reshape(epochs, len(sizes))
    curve = -losses.sum(1) / sum(sizes)
    assert_losses(returned, list(curve), "The ELBOs of the epochs")


def encoded(student: Student) -> tuple[tuple[Any, Any], list[tuple[Tensor, ...]]]:
    """What `encode_test_set` returns, and what the model gives for each batch."""
    batches = draw_batches([6, 6, 2])
    recorder = small_model(scale=1)
    model = recorder.put(student)
    results = student.encode_test_set(model, batches.loader(student))
    pair = isinstance(results, tuple | list) and len(results) == 2
    assert observe(float(pair)), "It does not return the two tensors (z, theta)."
    expected = [recorder.outputs(recorder.start, x.round()) for x, _ in batches.rows()]
    return (results[0], results[1]), expected


def as_tensor(value: Any) -> Any:
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


# --- inputs ---------------------------------------------------------------------------------------


def elbo_inputs(count: int, pixels: int, latent: int) -> list[Tensor]:
    """x of zeros and ones, theta well inside (0, 1), mean, and log_var of both signs."""
    x, theta = torch.rand(2, count, pixels)
    return [x.round(), theta * 0.9 + 0.05, torch.randn(count, latent), torch.randn(count, latent)]


def reconstructions_shown(student: Student) -> tuple[list[Picture], list[Found], list[Found]]:
    """The pictures of the figure, and where twelve images and their reconstructions are found.

    To draw them and to find them takes most of this item's time.
    """
    x, theta = torch.rand(2, 12, PIXELS)  # each is like no other
    x = x.round()
    pictures = draws(student, student.show_reconstructions, x, theta)
    found = find(pictures, torch.cat([x, theta]))
    return pictures, found[: len(x)], found[len(x) :]
