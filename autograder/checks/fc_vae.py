"""Hidden checks of fc_vae: a fully connected VAE and CVAE.

Networks are checked by what they compute with weights that we choose, whatever their layers are
called; sampling by its moments and gradients, whatever way the noise is drawn; `forward` by
tapping what goes into its parts; training by what the trained parts are worth to us.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from functools import cache

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional as F

from autograder.assignment import reference
from autograder.checks import assert_close, assert_number, assert_tensor, item, observe
from autograder.checks.networks import apply, assert_computes_mlp, drawn, likeness, tap
from autograder.checks.sampling import (
    assert_follows_mu_and_logvar,
    assert_gradients_to_mu_and_logvar,
    assert_no_variance_no_noise,
)
from autograder.errors import StudentError
from autograder.student import Handle, Name, Student
from nndl.data import stand_in

RIGHT = reference("fc_vae")
HIDDEN, LATENT, CLASSES = 400, 15, 10
COUNT = 97  # images for `forward`: enough to tell what z is made of


# --- encoder ------------------------------------------------------------------------------------


@item("encoder", weight=2)
def test_encoder_is_three_linear_layers_with_relu(student: Student) -> None:
    """The encoder flattens the images and applies three Linear layers to 400 numbers, each
    followed by a ReLU."""
    model = student.build("VAE", 784, latent_size=LATENT)
    images = torch.rand(5, 1, 28, 28)
    assert_computes_mlp(model.encoder, [784, 400, 400, 400], torch.relu, images)
    if not takes_images(model.encoder, images):
        given = first_input(model, "encoder", images)
        flat = given is None or given.dim() == 2
        assert observe(float(flat)), "Neither the encoder nor `forward` flattens the images."


@item("encoder", weight=1)
def test_heads_are_two_linear_layers(student: Student) -> None:
    """`mu_layer` and `logvar_layer` are two different Linear maps from the encoder's output to
    the latent space, with nothing behind them: a mean and a logarithm may be negative."""
    model = student.build("VAE", 784, latent_size=LATENT)
    assert_heads(model)


@item("encoder", weight=1)
def test_encoder_fits_other_sizes(student: Student) -> None:
    """`input_size` and `latent_size` decide the sizes: no 784, no 28 and no 15 is fixed."""
    model = student.build("VAE", 196, latent_size=6)
    images = torch.rand(3, 1, 14, 14)
    assert_computes_mlp(model.encoder, [196, 400, 400, 400], torch.relu, images)
    features = apply(model.encoder, images)
    assert_tensor(model.mu_layer(features), (3, 6), "With 6 latent numbers mu")
    assert_tensor(model.logvar_layer(features), (3, 6), "With 6 latent numbers logvar")


# --- decoder ------------------------------------------------------------------------------------


@item("decoder", weight=3)
def test_decoder_is_four_linear_layers_and_a_sigmoid(student: Student) -> None:
    """The decoder applies three Linear layers with ReLU and a fourth with a sigmoid, and gives
    images of shape (N, 1, 28, 28)."""
    model = student.build("VAE", 784, latent_size=LATENT)
    codes = torch.randn(5, LATENT)
    assert_decodes(model, [LATENT, 400, 400, 400, 784], codes)
    if model.decoder(codes).dim() == 2:
        x_hat = first_output(model, torch.rand(5, 1, 28, 28))
        image = x_hat is None or x_hat.dim() == 4
        assert observe(float(image)), "Neither the decoder nor `forward` gives images their shape."


@item("decoder", weight=1)
def test_decoder_fits_other_sizes(student: Student) -> None:
    """`input_size` and `latent_size` decide the sizes: no 28 and no 15 is fixed."""
    model = student.build("VAE", 196, latent_size=6)
    codes = torch.randn(3, 6)
    assert_decodes(model, [6, 400, 400, 400, 196], codes)


# --- reparametrize ------------------------------------------------------------------------------


@item("reparametrize", weight=2)
def test_samples_follow_mu_and_logvar(student: Student) -> None:
    """The samples are normal, with the mean `mu` and the standard deviation exp(logvar / 2)."""
    assert_follows_mu_and_logvar(student.reparametrize)


@item("reparametrize", weight=1)
def test_noise_is_independent(student: Student) -> None:
    """Every image and every latent number gets noise of its own, from torch's generator."""
    zeros = torch.zeros(2_000, 16)
    z = assert_tensor(student.reparametrize(zeros, zeros), zeros.shape, "z")
    rows_differ, columns_differ = observe([float(z.std(d).mean() > 0.1) for d in (0, 1)])
    student.kit("torch").manual_seed(7)
    first = student.reparametrize(zeros, zeros)
    student.kit("torch").manual_seed(7)
    again = student.reparametrize(zeros, zeros)
    later = student.reparametrize(zeros, zeros)
    repeats, goes_on = observe([float(first.equal(again)), float(not later.equal(again))])
    assert goes_on, "Every call gives the same noise."
    assert rows_differ, "All images get the same noise."
    assert columns_differ, "All latent numbers of an image get the same noise."
    assert repeats, "The same seed of torch does not give the same noise."


@item("reparametrize", weight=2)
def test_gradients_reach_mu_and_logvar(student: Student) -> None:
    """z is differentiable: dz/dmu is 1, and dz/dlogvar is half of what the noise adds to mu."""
    assert_gradients_to_mu_and_logvar(student.reparametrize)


@item("reparametrize", weight=1)
def test_no_variance_no_noise(student: Student) -> None:
    """Without variance z is mu, with variance it is not, and z has the dtype of mu."""
    assert_no_variance_no_noise(student.reparametrize)


# --- forward ------------------------------------------------------------------------------------


@item("forward", weight=2)
def test_forward_encodes_samples_and_decodes(student: Student) -> None:
    """`forward` encodes the images, draws z by `reparametrize`, decodes z, and returns
    `(x_hat, mu, logvar)`."""
    assert_vae_dataflow(student, side=28, latent=LATENT)


@item("forward", weight=0.5)
def test_forward_lets_gradients_through(student: Student) -> None:
    """From `x_hat` gradients reach every layer of the model, through z."""
    student.carry("reparametrize", RIGHT.reparametrize)
    model = vae(student)
    x_hat, _, _ = assert_outputs(model(torch.rand(5, 1, 28, 28)), torch.rand(5, 1, 28, 28))
    assert observe(float(x_hat.requires_grad)), "x_hat has no gradient: its graph is cut."
    (x_hat * torch.rand(x_hat.shape)).sum().backward()
    cut = [name for name, gradient in model.gradients().items() if gradient is None]
    observe(len(cut))
    assert not cut, f"No gradient reaches {', '.join(cut[:3])}."


@item("forward", weight=0.5)
def test_forward_fits_other_sizes(student: Student) -> None:
    """`forward` takes its sizes from the images and the model: no 28 and no batch size is fixed."""
    assert_vae_dataflow(student, side=14, latent=6)


# --- loss_function ------------------------------------------------------------------------------


@item("loss_function", weight=2)
def test_loss_is_the_negative_elbo(student: Student) -> None:
    """The loss is the binary cross entropy summed over pixels plus the KL divergence summed over
    the latent numbers, both averaged over the batch."""
    for count, side, latent in ((5, 6, 7), (3, 4, 9)):
        batch = elbo_inputs(count, side, latent)
        loss = assert_number(student.loss_function(*batch), "The loss")
        assert_close(loss, RIGHT.loss_function(*batch), "The value is not the negative ELBO's.")


@item("loss_function", weight=1)
def test_loss_has_the_right_gradients(student: Student) -> None:
    """The loss can be differentiated, and leaves its arguments as they are."""
    batch = [t.requires_grad_() for t in elbo_inputs(5, 6, 7)]
    copies = [t.detach().clone().requires_grad_() for t in batch]
    loss = assert_number(student.loss_function(*batch), "The loss")
    assert loss.requires_grad, "The loss has no gradient: its graph is cut."
    loss.sum().backward()
    RIGHT.loss_function(*copies).backward()
    for index, name in ((0, "x_hat"), (2, "mu"), (3, "logvar")):
        got = torch.zeros_like(batch[index]) if batch[index].grad is None else batch[index].grad
        assert_close(got, copies[index].grad, f"The gradient to {name} is not right.")


# --- training -----------------------------------------------------------------------------------

# Forty steps on digits of which every second is inverted, white paper in place of black; then the
# negative ELBO, as we compute it, of images that were not trained on. A model whose decoder learns
# nothing from z can't do better than one grey picture: 543. The solution, VAE and CVAE alike,
# comes to 189 with a standard deviation of 5.5, and at most to 218 in 60 seeds: so 300 lies 20
# standard deviations above what is right, and far below what is not. These are the figures of
# benchmarks/calibrate_training.py.
STEPS, BATCH, HELD_OUT, TRAIN_SECONDS = 40, 32, 128, 60
LOSS_BELOW = 300.0


@item("train_vae")
def test_vae_learns(student: Student) -> None:
    """Trained with your loss for a moment, your VAE encodes images it has never seen in a few
    numbers, and decodes them so well that the loss is in the band of a right solution."""
    parts = ["encoder", "decoder", "forward", "loss_function"]
    student.need(*parts, "reparametrize")
    assert any(not student.failed(part) for part in parts), (
        "All the parts that would be trained are still wrong, so nothing of yours is left to train."
    )
    student.carry("reparametrize", RIGHT.reparametrize)
    student.carry("loss_function", RIGHT.loss_function)
    model = vae(student)
    assert_learns(student, model, lambda: vae(student), conditional=False)


# --- cvae ---------------------------------------------------------------------------------------


@item("cvae", weight=1)
def test_cvae_encoder_reads_image_and_label(student: Student) -> None:
    """The encoder of the CVAE takes the pixels and the label side by side, and is else that of
    the VAE; the latent code keeps its size."""
    model = student.build("CVAE", 784, num_classes=CLASSES, latent_size=LATENT)
    observe(sorted(map(math.prod, model.shapes().values())))
    rows = torch.rand(5, 784 + CLASSES)
    assert_computes_mlp(model.encoder, [784 + CLASSES, 400, 400, 400], torch.relu, rows)
    assert_heads(model)


@item("cvae", weight=1)
def test_cvae_decoder_reads_code_and_label(student: Student) -> None:
    """The decoder of the CVAE takes the code and the label side by side, and is else that of the
    VAE."""
    model = student.build("CVAE", 784, num_classes=CLASSES, latent_size=LATENT)
    rows = torch.randn(5, LATENT + CLASSES)
    assert_decodes(model, [LATENT + CLASSES, 400, 400, 400, 784], rows)


@item("cvae", weight=1)
def test_cvae_forward_gives_both_networks_the_label(student: Student) -> None:
    """`forward` puts the label behind the pixels for the encoder and behind the code for the
    decoder, and returns `(x_hat, mu, logvar)`."""
    assert_cvae_dataflow(student, side=28, classes=CLASSES, latent=LATENT)


@item("cvae", weight=0.5)
def test_cvae_fits_other_sizes(student: Student) -> None:
    """`input_size`, `num_classes` and `latent_size` decide the sizes: no 784 and no 10 is fixed."""
    assert_cvae_dataflow(student, side=14, classes=4, latent=6)


@item("train_cvae")
def test_cvae_learns(student: Student) -> None:
    """Trained with your loss for a moment, your CVAE encodes images it has never seen in a few
    numbers, and decodes them so well that the loss is in the band of a right solution."""
    student.need("cvae", "loss_function", "reparametrize")
    assert not (student.failed("cvae") and student.failed("loss_function")), (
        "Both the model and its loss are still wrong, so nothing of yours is left to train."
    )
    student.carry("reparametrize", RIGHT.reparametrize)
    student.carry("loss_function", RIGHT.loss_function)
    model = cvae(student)
    assert_learns(student, model, lambda: cvae(student), conditional=True)


# --- networks -----------------------------------------------------------------------------------


def assert_decodes(model: Handle, sizes: list[int], codes: Tensor) -> None:
    """Fail unless the decoder is Linear layers of these sizes, with a sigmoid, and gives images."""
    output = assert_computes_mlp(model.decoder, sizes, torch.sigmoid, codes)
    assert_images(output, len(codes), math.isqrt(sizes[-1]))


def assert_heads(model: Handle) -> None:
    """Fail unless mu_layer and logvar_layer are two different affine maps to (N, Z)."""
    model.load(drawn(model.shapes()))
    h = torch.rand(8, HIDDEN) * 4
    names = ("mu_layer", "logvar_layer")
    heads = [model.mu_layer, model.logvar_layer]
    full, half, none = (
        [assert_tensor(head(x), (8, LATENT), f"The output of {name}").double()
         for head, name in zip(heads, names, strict=True)]
        for x in (h, h / 2, torch.zeros(8, HIDDEN))
    )  # fmt: skip
    straight = [(f + n) / 2 for f, n in zip(full, none, strict=True)]
    bends = observe([(a - b).abs().max() for a, b in zip(half, straight, strict=True)], atol=1e-3)
    for bend, name in zip(bends, names, strict=True):
        assert bend < 1e-3, f"{name} is not a Linear layer alone: something bends its output."
    for out, zero, name in zip(full, none, names, strict=True):
        depends = observe(float((out - zero).abs().max() > 1e-3))
        assert depends, f"{name} does not depend on the encoder's output."
    same = observe(float(torch.allclose(full[0], full[1])))
    assert not same, "mu_layer and logvar_layer give the same numbers: they need to be two layers."


def assert_images(value: object, count: int, side: int, exact: bool = False) -> Tensor:
    """Fail unless these are images of the right shape, or, unless `exact`, flat ones."""
    images = assert_tensor(value, what="the reconstruction")
    observe([0, *images.shape])
    right = [(count, 1, side, side)] if exact else [(count, 1, side, side), (count, side * side)]
    assert tuple(images.shape) in right, (
        f"The reconstruction has the shape {tuple(images.shape)} where {right[0]} is expected."
    )
    return images


# --- dataflow -----------------------------------------------------------------------------------


def assert_vae_dataflow(student: Student, side: int, latent: int) -> None:
    """Fail unless `forward` encodes, samples and decodes, with weights that we chose."""
    student.carry("reparametrize", RIGHT.reparametrize)
    model = vae(student, side * side, latent)
    model.load(drawn(model.shapes()))
    x = torch.rand(COUNT, 1, side, side)
    features = apply(model.encoder, x)
    expected = model.mu_layer(features), model.logvar_layer(features)
    decoded = tap(model.decoder)
    outputs = assert_outputs(model(x), x, latent)
    assert_posterior(outputs, expected)
    model.eval()
    model(x)  # in evaluation the text leaves it open whether to sample: seen, not judged
    still = decoded.pop()[0] if len(decoded) == 2 else outputs[1]
    observe(float(still.shape == outputs[1].shape and torch.allclose(still, outputs[1], atol=1e-4)))
    assert_decoded(decoded, outputs)


def assert_cvae_dataflow(student: Student, side: int, classes: int, latent: int) -> None:
    """Fail unless `forward` gives the label to both networks, and is else that of the VAE."""
    student.carry("reparametrize", RIGHT.reparametrize)
    model = student.build("CVAE", side * side, num_classes=classes, latent_size=latent)
    model.load(drawn(model.shapes()))
    x, labels = torch.rand(COUNT, 1, side, side), one_hot(COUNT, classes)
    encoded, decoded = tap(model.encoder), tap(model.decoder)
    outputs = assert_outputs(model(x, labels), x, latent)
    assert len(encoded) == 1, f"The encoder is called {len(encoded)} times."
    rows = assert_tensor(encoded[0][0], what="What the encoder gets").flatten(1)
    assert_tensor(rows, (COUNT, side * side + classes), "What the encoder gets")
    either = [torch.cat([x.flatten(1), labels], 1), torch.cat([labels, x.flatten(1)], 1)]
    gap = observe(min((rows - right).abs().max() for right in either))
    assert gap < 1e-5, "The encoder does not get the pixels and the label of each image."
    features = encoded[0][1]
    assert_posterior(outputs, (model.mu_layer(features), model.logvar_layer(features)))
    assert_decoded(decoded, outputs, labels)


def takes_images(encoder: Name, images: Tensor) -> bool:
    try:
        encoder(images)
    except StudentError:
        return False
    return True


def first_input(model: Handle, part: str, x: Tensor) -> Tensor | None:
    """What `forward` hands to a part of the model, or None if it hands nothing on."""
    passed = tap(getattr(model, part), noting_only=True)
    with suppress(StudentError):
        model(x)
    return passed[0][0] if passed else None


def first_output(model: Handle, x: Tensor) -> Tensor | None:
    """The first tensor that `forward` returns, or None if it returns none."""
    try:
        outputs = model(x)
    except StudentError:
        return None
    tensors = outputs if isinstance(outputs, tuple | list) else [outputs]
    return next((value for value in tensors if isinstance(value, Tensor)), None)


def triple(outputs: object) -> tuple[object, object, object]:
    count = len(outputs) if isinstance(outputs, tuple | list) else -1 if outputs is None else 0
    ok = observe(count) == 3
    assert ok, "It does not return the three tensors (x_hat, mu, logvar)."
    return tuple(outputs)  # type: ignore[arg-type, return-value]


def assert_outputs(
    outputs: object, x: Tensor, latent: int = LATENT
) -> tuple[Tensor, Tensor, Tensor]:
    x_hat, mu, logvar = triple(outputs)
    images = assert_images(x_hat, len(x), x.shape[-1], exact=True)
    shape = (len(x), latent)
    return images, assert_tensor(mu, shape, "mu"), assert_tensor(logvar, shape, "logvar")


def assert_posterior(
    outputs: tuple[Tensor, Tensor, Tensor], expected: tuple[Tensor, Tensor]
) -> None:
    """Fail unless mu and logvar are what the heads give for the encoder's output."""
    _, mu, logvar = outputs
    for got, right, name in ((mu, expected[0], "mu"), (logvar, expected[1], "logvar")):
        observe(likeness(got, *expected), rtol=0, atol=0.25)
        gap = observe((got - right).abs().mean(), rtol=0.2, atol=1e-3)
        assert gap < 1e-3, f"{name} is not {name}_layer of the encoder's output."


def assert_decoded(
    decoded: list[tuple[Tensor, Tensor]],
    outputs: tuple[Tensor, Tensor, Tensor],
    labels: Tensor | None = None,
) -> None:
    """Fail unless the decoder got draws of N(mu, exp(logvar)), and the labels where there are."""
    x_hat, mu, logvar = outputs
    assert len(decoded) == 1, f"The decoder is called {len(decoded)} times."
    latent, classes = mu.shape[1], 0 if labels is None else labels.shape[1]
    rows = assert_tensor(decoded[0][0], (len(mu), latent + classes), "What the decoder gets")
    z = rows[:, :latent]
    if labels is not None:
        behind, _before = observe([
            float(torch.allclose(part, labels, atol=1e-5))
            for part in (rows[:, latent:], rows[:, :classes])
        ])  # fmt: skip
        assert behind, "The decoder does not get the code and then the label."
    noise = ((z - mu) / (logvar / 2).exp()).double()
    observe(likeness(z, mu, logvar), rtol=0, atol=0.25)
    observe(noise.abs().median(), rtol=0.5)
    # Five standard errors of a standard deviation and of a mean are 3.6 and 5 / sqrt(draws).
    off = 5 / math.sqrt(noise.numel())
    message = "The decoder does not get draws around mu."
    assert abs(noise.std() - 1) <= 0.8 * off, message
    assert_close(noise.mean(), 0.0, "The decoder's codes are off mu.", rtol=0, atol=1.05 * off)
    changed = observe((x_hat.flatten(1) - decoded[0][1].flatten(1)).abs().max(), atol=1e-3)
    assert changed < 1e-3, "x_hat is not what the decoder gave."


# --- models, with the reference in place of what failed ------------------------------------------


def vae(student: Student, input_size: int = 784, latent_size: int = LATENT) -> Handle:
    """The student's VAE; parts whose item failed are the reference's."""
    failed = [part for part in ("encoder", "decoder") if student.failed(part)]
    try:
        model = student.build("VAE", input_size, latent_size=latent_size)
    except StudentError as error:
        if error.is_gap or not failed:
            raise
        model, failed = student.bare("VAE"), ["encoder", "decoder"]
    for part in failed:
        student.note_carried(part)
        put_reference(model, RIGHT.VAE(input_size, latent_size), part)
    if student.failed("forward"):
        student.note_carried("forward")
        model.forward.replace(lambda x: compose(model, x))
    return model


def cvae(student: Student) -> Handle:
    """The student's CVAE, or the reference's parts in it if its item failed."""
    if not student.failed("cvae"):
        return student.build("CVAE", 784, num_classes=CLASSES, latent_size=LATENT)
    student.note_carried("cvae")
    model = student.bare("CVAE")
    model.num_classes.set(CLASSES)
    right = RIGHT.CVAE(784, num_classes=CLASSES, latent_size=LATENT)
    for part in ("encoder", "decoder"):
        put_reference(model, right, part)
    model.forward.replace(lambda x, c: compose(model, x, c))
    return model


def put_reference(model: Handle, right: torch.nn.Module, part: str) -> None:
    """Put the reference's encoder and heads, or its decoder, into the student's model."""
    for name in {"encoder": ("encoder", "mu_layer", "logvar_layer")}.get(part, (part,)):
        network = getattr(right, name)
        parameters = dict(network.named_parameters())

        def compute(
            values: list[Tensor],
            x: Tensor,
            network: torch.nn.Module = network,
            names: tuple[str, ...] = tuple(parameters),
        ) -> Tensor:
            return functional_call(network, dict(zip(names, values, strict=True)), (x,))

        getattr(model, name).replace(compute, parameters)


def posterior(model: Handle, x: Tensor, *label: Tensor) -> tuple[Tensor, Tensor]:
    features = model.encoder(torch.cat([x.flatten(1), *label], 1)) if label else apply(
        model.encoder, x
    )  # fmt: skip
    mu, logvar = model.mu_layer(features), model.logvar_layer(features)
    shape = (len(x), LATENT)
    return assert_tensor(mu, shape, "mu"), assert_tensor(logvar, shape, "logvar")


def compose(model: Handle, x: Tensor, *label: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What a right `forward` does with the student's parts."""
    mu, logvar = posterior(model, x, *label)
    z = RIGHT.reparametrize(mu, logvar)
    return model.decoder(torch.cat([z, *label], 1)).reshape(x.shape), mu, logvar


# --- training a student's model -----------------------------------------------------------------


def assert_learns(
    student: Student, model: Handle, rebuild: Callable[[], Handle], conditional: bool
) -> None:
    """Train for STEPS steps, and fail unless the negative ELBO of held-out images is low.

    We compute it ourselves, and ask the decoder in a fresh process that has never seen the
    images: all that it can know of them is the few numbers of z, which we draw.
    """
    batches, x, labels = digits()
    label = [labels] if conditional else []
    with student.within(TRAIN_SECONDS):
        student.kit("nndl.helper").train_vae(1, model, batches, conditional)
    with torch.no_grad():
        mu, logvar = posterior(model, x, *label)
        z = RIGHT.reparametrize(mu, logvar)
        weights = model.parameters()
        student.restart()
        model = rebuild()
        model.load(weights)
        x_hat = assert_images(model.decoder(torch.cat([z, *label], 1)), len(x), 28)
        inside = bool(((x_hat >= 0) & (x_hat <= 1)).all())
        assert inside, "After training, pixels of the reconstruction are not between 0 and 1."
        loss = observe(RIGHT.loss_function(x_hat.reshape(x.shape), x, mu, logvar), rtol=0.1)
    assert loss < LOSS_BELOW, (
        f"After {STEPS} steps the loss on new images is {loss:.0f}; it should be below "
        f"{LOSS_BELOW:.0f}, and one grey picture for all would have 543."
    )


@cache
def digits() -> tuple[list[tuple[Tensor, Tensor]], Tensor, Tensor]:
    """The batches to train on, and the images and labels (one-hot) to judge by."""
    data = stand_in()
    count = STEPS * BATCH
    images, labels = on_both_papers(data.train.images[:count]), data.train.labels[:count]
    batches = list(zip(images.split(BATCH), labels.split(BATCH), strict=True))
    held_out = on_both_papers(data.validation.images[:HELD_OUT])
    return batches, held_out, F.one_hot(data.validation.labels[:HELD_OUT], CLASSES).float()


def on_both_papers(images: Tensor) -> Tensor:
    """Images (N, 1, H, W) from uint8 to [0, 1], every second one inverted."""
    x = images.float() / 255
    x[1::2] = 1 - x[1::2]
    return x


# --- inputs -------------------------------------------------------------------------------------


def elbo_inputs(count: int, side: int, latent: int) -> list[Tensor]:
    """x_hat, x, mu and logvar, with soft pixels and logvar of both signs."""
    x_hat, x = torch.rand(2, count, 1, side, side) * 0.9 + 0.05
    return [x_hat, x, torch.randn(count, latent), torch.randn(count, latent)]


def one_hot(count: int, classes: int) -> Tensor:
    return F.one_hot(torch.arange(count) % classes, classes).float()
