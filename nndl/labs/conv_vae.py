"""Public checks of conv_vae: a convolutional VAE on colour images, beside a fully connected one.

Everything is judged by what it does on inputs drawn here, never by how it is written, nor by one
stream of random numbers. Networks get weights that are known here, by their shapes; what is done
with a model is read off a small one in whose pictures the latent vectors can be read. Students work
in the notebook with a global `device`, so the checks hand out everything on that device. Checks of
random numbers give a false alarm less than once in a million runs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nndl import _recording
from nndl._draws import draw_is_right
from nndl._loops import (
    EPOCHS,
    RATE,
    SLIPS,
    every_batch_is_used,
    one_per_epoch,
    parameters_are_right,
)
from nndl._probes import (
    ERROR_HINTS,
    close,
    device_of,
    first_case,
    gradients_flow,
    is_tensor,
    known,
    known_answer,
    numbers,
    question_for,
    set_known_weights,
    shape_of,
    silenced,
    type_of,
)
from nndl.check import Claim, Lab, WrongUsage, claim, trying

IMAGE, D = (3, 32, 32), 3072

lab = Lab(
    "conv_vae",
    {
        "Given groups=|to have [0-9]+ channels": (
            "How many channels does this layer expect, and how many does it get?",
            "Print the shape before each layer. The axes are image, channel, row, column.",
        ),
        **ERROR_HINTS,
    },
)
for question in ("kl", "reparameterization", "stochastic_latent", "smooth_latent"):
    lab.written(f"theory_{question}")
lab.written("compare_models")
lab.written("discuss_latents")


def _needs_class(cls: Any) -> None:
    if not isinstance(cls, type):
        name = type(cls).__name__
        raise WrongUsage(f"The check wants the class itself: `{name}`, not `{name}(...)`.")


def _needs_function(function: Any, name: str) -> None:
    if not callable(function):
        raise WrongUsage(f"The check wants the function itself: `{name}`, without a call.")


def _passes(name: str, check: Iterator[Claim]) -> Claim:
    """That `name` passes the check of its own; if not, what is said there."""
    broken = next((found for found in check if not found.holds), None)
    if broken is None:
        return claim(f"`{name}` passes its own check", True)
    seen = f"There this does not hold: {broken.says}. {broken.seen}"
    return claim(f"`{name}` passes its own check", False, seen, *broken.hints)


# --- what both models do ----------------------------------------------------------------------

_LOGVAR = (1.3863, 0.0, -1.3863)  # of the spreads 2, 1 and 0.5

# Spreads that give a slip away where logvar = 1.3863, and the question.
_FORWARD_SLIPS = (
    (1.414, "`reparameterize` wants the log of the variance. What do you hand to it?"),
    (2.718, "`reparameterize` wants the log of the variance. What do you hand to it?"),
    (7.389, "`reparameterize` wants the log of the variance. What do you hand to it?"),
    (4.000, "The exponential of logvar is the variance. What is still to be done?"),
    (0.500, "Should a larger logvar make the spread larger, or smaller?"),
    (1.000, "What does your draw do with logvar?"),
)


def _codes_are_right(model: Any, x: Tensor, z: int) -> Iterator[Claim]:
    with trying(f"`encode(x)`, with x of shape {tuple(x.shape)}"):
        codes = model.encode(x)
    pair = isinstance(codes, tuple | list) and len(codes) == 2 and all(map(is_tensor, codes))
    yield claim(
        "`encode` returns two tensors: mu, logvar",
        pair,
        f"It returns {type_of(codes)}"
        + (f" of {len(codes)}." if isinstance(codes, tuple | list) else "."),
        "What does the last line of `encode` return?",
        "The mean, and the logarithm of the variance, in this order. The draw comes later.",
    )
    mu, logvar = codes
    right = (len(x), z)
    yield claim(
        f"for {len(x)} images and `latent_dim` = {z} they have shape {right}",
        mu.shape == logvar.shape == right,
        f"They have {shape_of(mu)} and {shape_of(logvar)}.",
        "Which axis counts the images, and how many numbers has a latent vector?",
        "One row for each image. Sizes come from `latent_dim` and from the tensor itself.",
    )
    yield claim(
        "mu and logvar come from two different layers",
        not torch.equal(mu, logvar),
        "They are the same numbers.",
        "Can one layer answer two questions: where is the mean, and how wide is the spread?",
        "Each of the two needs weights of its own.",
    )


def _reaches_0_and_1(model: Any, z: int, device: torch.device) -> Iterator[Claim]:
    with trying("`decode(z)`, with large numbers in z"):
        extreme = model.decode(1e4 * torch.randn(50, z, device=device))
    low, high = extreme.min().item(), extreme.max().item()
    yield claim(
        "colours reach from 0 to 1, and no further",
        0 <= low < 0.01 and 0.99 < high <= 1,
        f"Over many latent vectors they reach from {low:.3g} to {high:.3g}.",
        first_case(
            (-1 <= low < -0.5 and high <= 1, "Which range has tanh, and which the images?"),
            (low < 0 or high > 1, "What brings a number of any size between 0 and 1?"),
            (low > 0.49 and high < 0.74, "Is there one sigmoid at the end, or are there two?"),
            (low > 0.49, "What does a sigmoid make of numbers that can't be negative?"),
            otherwise="What does the decoder end with?",
        ),
        "Exactly one thing stands between the last layer with weights and the colours.",
    )


def _forward_is_right(model: Any, x: Tensor, recon_shape: tuple[int, ...]) -> Iterator[Claim]:
    """`recon_shape`: of the reconstruction of one image."""
    n, z = len(x), model.encode(x)[0].shape[1]
    model.train()
    with trying(f"`forward(x)`, with x of shape {tuple(x.shape)}"):
        out, again = model(x), model(x)
    yield claim(
        "`forward` returns three tensors: recon, mu, logvar",
        isinstance(out, tuple | list) and len(out) == 3 and all(map(is_tensor, out)),
        f"It returns {type_of(out)}"
        + (f" of {len(out)}." if isinstance(out, tuple | list) else "."),
        "What does the last line of `forward` return?",
        "The reconstruction, then what the encoder said: all three, in this order.",
    )
    shapes = [tuple(part.shape) for part in out]
    right = [(n, *recon_shape), (n, z), (n, z)]
    yield claim(
        f"for {n} images their shapes are {', '.join(map(str, right))}",
        shapes == right,
        f"They are {', '.join(map(str, shapes))}.",
        "Which of the three has another shape, and is it in its place?",
        "The batch axis stays, whatever number of images there is.",
    )
    recon, mu, logvar = out
    right_mu, right_logvar = model.encode(x)
    yield claim(
        "mu and logvar are what `encode` answers",
        close(mu, right_mu) and close(logvar, right_logvar),
        first_case(
            (close(mu, right_logvar) and close(logvar, right_mu), "They are swapped."),
            (close(mu, right_mu), "`logvar` has other numbers."),
            otherwise="`mu` has other numbers.",
        ),
        "Follow one image through `forward`: what does `encode` answer, and in which order?",
        "The loss wants both as the encoder gave them: not z, and no standard deviation.",
    )
    yield claim(
        "the reconstruction is different at each call, because z is drawn afresh",
        not torch.equal(recon, again[0]),
        "Two calls with the same images give the very same reconstruction.",
        "Where does chance come into `forward`?",
        "The decoder does not get mu itself.",
    )
    mean, spread = model.encode(x)
    unreached = _reached(model, model.decode(mean + spread)) - _reached(model, recon)
    cut = [str(tuple(p.shape)) for name, p in model.named_parameters() if name in unreached]
    yield claim(
        "gradients flow from the reconstruction back to every layer",
        not cut,
        f"None reaches parameters of shape {', '.join(cut[:4])}.",
        "What lies on the way from there back to that layer, and does it let gradients through?",
        "Look for something that cuts the graph (`detach`, `no_grad`, `.data`, a trip through "
        "NumPy).",
    )
    yield from _z_is_right(model, x, recon_shape)


def _reached(model: nn.Module, out: Tensor) -> set[str]:
    """The names of the parameters that get a gradient from `out`."""
    if not out.requires_grad:
        return set()
    names, parameters = zip(*model.named_parameters(), strict=True)
    grads = torch.autograd.grad(out.square().sum(), parameters, allow_unused=True)
    return {name for name, grad in zip(names, grads, strict=True) if grad is not None}


def _z_is_right(model: Any, x: Tensor, recon_shape: tuple[int, ...]) -> Iterator[Claim]:
    """What `forward` decodes when `encode` gives a mean of 3 and the log variances `_LOGVAR`."""
    count, encoded, decoded = 8_000, 0, []
    logvar = torch.tensor(_LOGVAR, device=x.device).expand(count, 3)

    def encode(images: Tensor) -> tuple[Tensor, Tensor]:
        nonlocal encoded
        encoded += 1
        return torch.full_like(logvar, 3), logvar

    def decode(z: Tensor) -> Tensor:
        decoded.append(z.detach())
        return x.new_tensor(0.25).expand(len(z), *recon_shape)

    real = model.encode, model.decode
    model.encode, model.decode = encode, decode
    try:
        with trying("`forward(x)`, with an encoder that gives mu = 3 and logvar = 1.39, 0, -1.39"):
            recon = model(x[:1].expand(count, *IMAGE))[0]
    finally:
        model.encode, model.decode = real
    if not (encoded and decoded):  # it goes its own way from x to z, which was seen from outside
        return
    z = decoded[-1]
    yield claim(
        "the reconstruction is what `decode` answers",
        bool((recon == 0.25).all()),
        "Something is done to it on its way.",
        "What happens to the decoder's answer in `forward`: is something in it done twice?",
        "Its colours are between 0 and 1 already. `forward` hands them on.",
    )
    yield claim(
        "the decoder gets one latent vector for each image",
        is_tensor(z) and z.shape == (count, 3),
        f"For {count} images with 3 numbers each it gets {shape_of(z)}.",
        "What is handed to the decoder, and which shape should it have?",
        "What `reparameterize` gives goes into the decoder, as it is.",
    )
    noise = z - 3
    spread, right = noise.std(dim=0), torch.tensor(_LOGVAR).div(2).exp()
    slip = next((ask for s, ask in _FORWARD_SLIPS if abs(spread[0].item() / s - 1) < 0.05), "")
    # Five standard errors of a standard deviation and of a mean of 8,000 draws: 4 % and 0.056.
    yield claim(
        "what it gets is a draw from N(mu, exp(logvar))",
        bool(((spread.cpu() / right - 1).abs() < 0.045).all())
        and bool((noise.mean(dim=0).abs().cpu() < 0.06 * right).all()),
        f"Where logvar is {numbers(_LOGVAR)}, the spread of z is {numbers(spread)}; "
        f"{numbers(right)} is right.",
        slip or "What do you hand to `reparameterize`, and what becomes of its answer?",
        "It wants the mean and the log of the variance, as `encode` gave them and in this order.",
    )


# --- the fully connected model ----------------------------------------------------------------


@lab.exercise("vae")
def vae_is_right(VAE: Callable[..., Any]) -> Iterator[Claim]:
    _needs_class(VAE)
    device, hidden, z = device_of(VAE), 20, 6
    with trying("`VAE(3072, 20, 6)`"):
        model = VAE(D, hidden, z)
        model.to(device)
    x = torch.rand(40, *IMAGE, device=device)
    yield from _codes_are_right(model, x, z)
    rows = torch.randn(40, z, device=device)
    with trying(f"`decode(z)`, with z of shape (40, {z})"):
        images = model.decode(rows)
    yield claim(
        f"`decode` makes rows of {D} colours",
        is_tensor(images) and images.shape == (40, D),
        f"40 latent vectors became {shape_of(images)}.",
        "What should come out of the decoder for N latent vectors?",
        "This model knows no pictures: N rows of `input_dim` numbers.",
    )
    count = sum(p.numel() for p in model.parameters())
    right = (D + 1) * hidden + 2 * (hidden + 1) * z + (z + 1) * hidden + (hidden + 1) * D
    yield claim(
        f"`VAE(3072, 20, 6)` has {right:,} parameters",
        count == right,
        f"It has {count:,}.",
        "How many Linear layers are there each way, and from how many numbers to how many do they "
        "lead?",
        "Each way there is one hidden layer. A Linear layer from a to b numbers has a * b weights "
        "and b biases; what is not used counts too.",
    )
    yield from _reaches_0_and_1(model, z, device)
    set_known_weights(model)
    with trying("`encode` and `decode`, with known weights"):
        codes, images = model.encode(x), model.decode(rows)
    one_layer_each = [p.shape for p in model.parameters()].count(torch.Size((z, hidden))) == 2
    seen, sizes = (x.flatten(1).cpu(), rows.cpu()), ([D, hidden, z], [z, hidden, D])

    def encoded(relus: Sequence[int]) -> Tensor:
        if one_layer_each:
            return known_answer(seen[0], sizes[0], relus).repeat(1, 2)
        return known_answer(seen[0], [D, hidden, 2 * z], relus)

    def decoded(relus: Sequence[int]) -> Tensor:
        return known_answer(seen[1], sizes[1], relus).sigmoid()

    yield from _network_is_right("encoder", torch.cat(codes, dim=1), encoded, (1,), 2)
    yield from _network_is_right("decoder", images, decoded, (1,), 2)
    yield from draw_is_right("reparameterize", model.reparameterize, device)
    with trying("`VAE(3072, 20, 6)`"):
        fresh = VAE(D, hidden, z)
    yield from _forward_is_right(fresh.to(device), x[:5], (D,))


# --- the loss ---------------------------------------------------------------------------------


def _batch() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """recon and x: (3, 3, 32, 32), of many colours. mu, logvar: (3, 4), of both signs."""
    order = torch.arange(3 * D)
    x = (order * 577 % (3 * D)).div(3 * D - 1).reshape(3, *IMAGE)
    recon = torch.sigmoid((order * 1201 % (3 * D)).div(3 * D) * 4 - 2).reshape(3, *IMAGE)
    mu = (torch.arange(12) * 5 % 12 - 4).div(3).reshape(3, 4)
    logvar = (torch.arange(12) * 7 % 12 - 5).div(3).reshape(3, 4)
    return recon, x, mu, logvar


_TWICE = "What happens to your loss when the batch holds every image twice, and what should?"
_NUMBERS = "How many numbers of an image are summed over, and does your result grow with them?"
_LATENTS = "How many latent dimensions are summed over, and does the result grow with them?"
_LEFT_OUT = "Which of the two terms of the loss is left out?"
_PRIOR = "What is the divergence of the prior from itself, mu = 0 and logvar = 0, in your formula?"
_ANCHOR = "What is the divergence for one dimension with mu = 0 and logvar = 1? (Right: 0.359.)"
_NEVER_NEGATIVE = "A divergence is never negative. What sign has yours?"
_HALF = "What is the divergence for one dimension with mu = 2 and logvar = 0? (Right: 2.)"


def _error_slips(recon: Tensor, x: Tensor) -> list[tuple[float, str]]:
    """What slips make of the squared error of this batch, and the question."""
    error = float((recon - x).square().sum())
    return [
        (error / len(x), _TWICE),
        (error * len(x), _TWICE),
        (error / D, _NUMBERS),
        (error / x.numel(), _NUMBERS),
        (error / 2, "What does one number cost that is off by 0.1? (Right: 0.01.)"),
        (-error, "Is the loss to be made small, or large?"),
        (0.0, _LEFT_OUT),
        (float((recon - x).abs().sum()), "Is each difference squared, or something else?"),
        (math.sqrt(error), "What is done to the sum of the squares, and should it be?"),
        (
            float(F.binary_cross_entropy(recon, x, reduction="sum")),
            "Squared error, or binary cross entropy?",
        ),
        *((error + off, _PRIOR) for off in (6, -6, 12, -12)),
    ]


def _kl_slips(mu: Tensor, logvar: Tensor) -> list[tuple[float, str]]:
    """What slips make of the divergence of this batch, and the question."""

    def total(terms: Tensor) -> float:
        return float(terms.sum()) / 2

    kl = total(mu**2 + logvar.exp() - 1 - logvar)
    return [
        (kl / 3, _TWICE),
        (kl * 3, _TWICE),
        (kl / 4, _LATENTS),
        (kl / 12, _LATENTS),
        (kl / D, "By what do you divide: is there anything to divide by?"),
        (kl / (3 * D), "By what do you divide: is there anything to divide by?"),
        (-kl, _NEVER_NEGATIVE),
        (-2 * kl, _NEVER_NEGATIVE),
        (2 * kl, _HALF),
        (kl / 2, _HALF),
        (0.0, _LEFT_OUT),
        (
            total(mu**2 + (2 * logvar).exp() - 1 - logvar),
            "The exponential of logvar is the variance already. Is it squared once more?",
        ),
        (
            total(mu**2 + (2 * logvar).exp() - 1 - 2 * logvar),
            "Is `logvar` the log of the variance, or of the standard deviation?",
        ),
        (
            total(mu**2 + (logvar / 2).exp() - 1 - logvar),
            "Does the formula want the variance, or the standard deviation?",
        ),
        (total(mu**2 + logvar.exp() - 1 - 2 * logvar), _ANCHOR),
        (total(mu**2 + logvar.exp() - 1 + logvar), _ANCHOR),
        (total(mu**2 + logvar.exp() - 1), "Which of the terms with logvar are in your formula?"),
        (total(mu**2 - 1 - logvar), "Which of the terms with logvar are in your formula?"),
        (total(logvar.exp() - 1 - logvar), "Where in your formula is mu?"),
        (total(mu + logvar.exp() - 1 - logvar), "In which of the terms is mu squared?"),
        (
            total((mu**2 + 1) / logvar.exp() - 1 + logvar),
            "The divergence of what from what? Which of the two comes first?",
        ),
    ]


@lab.exercise("loss_function")
def loss_is_right(
    loss_function: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor],
) -> Iterator[Claim]:
    _needs_function(loss_function, "loss_function")
    device = device_of(loss_function)
    recon, x, mu, logvar = (part.to(device) for part in _batch())
    nothing = torch.zeros_like(mu)
    leaves = [part.clone().requires_grad_() for part in (recon, mu, logvar)]
    with trying("`loss_function(recon, x, mu, logvar)`, with recon and x of shape (3, 3, 32, 32)"):
        loss = loss_function(leaves[0] * 1, x.clone(), leaves[1] * 1, leaves[2] * 1)
    yield claim(
        "the loss is a tensor with a single number",
        is_tensor(loss) and loss.numel() == 1,
        f"It is {'a tensor of shape ' if is_tensor(loss) else ''}{shape_of(loss)}.",
        "What does `backward` start from?",
        "One number for the whole batch, and still a tensor, so that its gradient can be taken.",
    )
    given = [part.clone() for part in (recon, x, mu, logvar)]
    loss_function(*given)
    yield claim(
        "the arguments are left as they were",
        all(torch.equal(a, b) for a, b in zip(given, (recon, x, mu, logvar), strict=True)),
        "After the call they hold other numbers.",
        "Does some operation write into a tensor that you were given?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    )

    def value(recon: Tensor, mu: Tensor, logvar: Tensor) -> float:
        return float(loss_function(recon.clone(), x.clone(), mu.clone(), logvar.clone()))

    error = value(recon, nothing, nothing)
    kl = value(recon, mu, logvar) - error
    yield claim(
        "the loss is finite, for `logvar` of both signs",
        math.isfinite(error) and math.isfinite(kl),
        f"It is {error + kl:.4f}, and {error:.4f} for mu = 0 and logvar = 0.",
        "`logvar` is a log already. What happens to it where it is negative, or 0?",
        "Say for each term of the formula whether it needs the variance or the variance's log.",
    )
    right = float((recon - x).square().sum())
    yield claim(
        f"the squared error, summed over everything, is {right:.2f} on the check's batch",
        math.isclose(error, right, rel_tol=1e-4),
        f"With mu = 0 and logvar = 0, where the divergence is 0, the loss is {error:.4f}; "
        f"{right:.4f} is right.",
        question_for(error, _error_slips(recon, x))
        or "With mu = 0 and logvar = 0 only the squared error is left. What does one number cost "
        "that is off by 0.1? (Right: 0.01.)",
        "Write down what one number costs. Then add up: all numbers of an image, all images of the "
        "batch. Nothing is averaged.",
    )
    right = float((mu**2 + logvar.exp() - 1 - logvar).sum()) / 2
    yield claim(
        f"the divergence, summed over latent dimensions and images, is {right:.3f} on this batch",
        math.isclose(kl, right, rel_tol=1e-3),
        f"With mu and logvar of both signs it adds {kl:.4f}; {right:.4f} is right.",
        question_for(kl, _kl_slips(mu, logvar)) or _ANCHOR,
        "Compare with the anchors of the text, for one dimension. Then sum; nothing is averaged.",
    )
    with trying("`loss_function`, with recon as rows (3, 3072) and x as images (3, 3, 32, 32)"):
        as_rows = value(recon.flatten(1), mu, logvar)
    yield claim(
        "rows (3, 3072) cost what the same images cost",
        math.isclose(as_rows, error + kl, rel_tol=1e-4),
        f"They cost {as_rows:.4f}, and as images {error + kl:.4f}.",
        "Which shapes have recon and x when they meet, and what does PyTorch make of the two?",
        "Bring both to one shape before you compare them, so that each number of the one lies "
        "beside the same number of the other.",
    )
    yield gradients_flow(loss, dict(zip(("recon", "mu", "logvar"), leaves, strict=True)))


# --- the training -----------------------------------------------------------------------------


class _RecordedVAE(_recording.RecordedAutoEncoder):
    """A model of the lesson's kind, without chance: its every draw lies one above the mean.

    Its gradients are so small that to clip them changes nothing, and its parameters so small that
    AdamW's decay changes next to nothing.
    """

    def __init__(self) -> None:
        super().__init__(nz=4, outputs=8, pixels=D)
        self.latent_dim = 4
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.mul_(0.2)

    def forward(  # type: ignore[override]  # this one gives what `VAE` does
        self, x: Tensor
    ) -> tuple[Tensor, ...]:
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        parts = self.decoder(mu + 1).flatten(1), mu, logvar
        return tuple(part.detach() + 1e-5 * (part - part.detach()) for part in parts)


@lab.exercise("fc_vae")
def fc_vae(
    VAE: type[nn.Module],
    loss_function: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor],
    train: Callable[..., Sequence[float]],
) -> Iterator[Claim]:
    _needs_function(train, "train")
    yield _passes("VAE", vae_is_right(VAE))
    yield _passes("loss_function", loss_is_right(loss_function))
    device = device_of(train)
    model, batches = _RecordedVAE().to(device), _loader(device)
    with trying(f"`train(model, loader, {EPOCHS}, lr={RATE})`, 13 images in 3 batches"), silenced():
        losses = train(model, batches, EPOCHS, lr=RATE)
    yield from every_batch_is_used(model, batches)

    def summed(model: Any, x: Tensor, _labels: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        recon, mu, logvar = model(x)
        loss = loss_function(recon, x, mu, logvar)
        return loss, {"loss": loss}

    def per_image(model: Any, x: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        loss, said = summed(model, x, labels)
        return loss / len(x), said

    # Whether `backward` starts from the sum or from the loss per image is up to the student.
    right, other = _RecordedVAE().to(device), _RecordedVAE().to(device)
    said = _recording.train(right, batches, EPOCHS, RATE, summed)
    said_by_other = _recording.train(other, batches, EPOCHS, RATE, per_image)
    if _distance(model, other) < _distance(model, right):
        right, said = other, said_by_other
    slips = [(loss, slip) for slip in SLIPS for loss in (summed, per_image)]
    yield from parameters_are_right(model, right, batches, slips)
    sizes = [len(x) for x, _ in batches]
    yield from _losses_are_right(losses, [parts["loss"].item() for parts in said], sizes)
    yield from _dropped_images_do_not_count(train, device)


def _distance(model: _RecordedVAE, other: _RecordedVAE) -> float:
    return (model.position() - other.position()).norm().item()


def _loader(device: torch.device, images: slice = slice(13), drop_last: bool = False) -> Any:
    """Batches of up to 5 of these 13 images; its `dataset` has those that are left out, too."""
    loader: Any = _recording.loader(device, IMAGE)
    loader.images, loader.labels = loader.images[images], loader.labels[images]
    loader.drop_last, loader.dataset = drop_last, loader.images
    return loader


def _losses_are_right(losses: Any, steps: list[float], sizes: list[int]) -> Iterator[Claim]:
    """Whether `losses`, which `train` returned, is the loss per image of each epoch.

    `steps`: the summed loss of each step. `sizes`: of the batches of an epoch.
    """
    values, complete = one_per_epoch(losses)
    yield complete
    epochs = [steps[i : i + len(sizes)] for i in range(0, len(steps), len(sizes))]
    right = [sum(epoch) / sum(sizes) for epoch in epochs]
    yield claim(
        "each is the epoch's loss per image",
        all(math.isclose(a, b, rel_tol=1e-4) for a, b in zip(values, right, strict=True)),
        f"They are {numbers(values)}; {numbers(right)} is right.",
        question_for(float(values[-1]), _loss_slips(epochs, sizes))
        or "What does the number of one epoch stand for: a sum or a mean, over what?",
        "Each batch gives a sum over its images. If all 13 images had cost the same, your number "
        "should be just that, whatever the batches were.",
    )


def _loss_slips(epochs: list[list[float]], sizes: list[int]) -> list[tuple[float, str]]:
    """What slips make of the last epoch's loss per image, and the question."""
    losses, images, batches = epochs[-1], sum(sizes), len(sizes)
    total = sum(losses)
    of_batches = "A batch gives a sum over its images. By how many images do you divide in the end?"
    weighed = "How many images are in the last batch, and how much does each of them count?"
    running = "What does your sum hold when an epoch begins?"
    mean_of_means = sum(loss / n for loss, n in zip(losses, sizes, strict=True)) / batches
    multiplied = "`loss_function` gives a sum already. Why multiply it, and by what?"
    return [
        (total / batches, of_batches),
        (total, of_batches),
        (sum(loss * n for loss, n in zip(losses, sizes, strict=True)) / images, of_batches),
        (sum(loss * n for loss, n in zip(losses, sizes, strict=True)), multiplied),
        (total / (batches * sizes[0]), weighed),
        (total / (batches * 32), weighed),
        (mean_of_means, weighed),
        (mean_of_means / sizes[0], "How often do you divide by the number of images?"),
        (total / images / sizes[0], "How often do you divide by the number of images?"),
        (losses[-1] / sizes[-1], "Over which batches of the epoch do you sum?"),
        (losses[-1], "Over which batches of the epoch do you sum?"),
        (total / images / D, "Is the text's number meant per image, or per number of an image?"),
        (sum(map(sum, epochs)) / images, running),
        (sum(map(sum, epochs)) / images / len(epochs), running),
    ]


def _dropped_images_do_not_count(
    train: Callable[..., Any], device: torch.device
) -> Iterator[Claim]:
    """With a learning rate of 0 each image costs the same in each call."""

    def cost(loader: Any) -> float:
        return float(train(_RecordedVAE().to(device), loader, 1, lr=0.0)[-1])

    with trying("`train`, with a loader that leaves out the last, smaller batch"), silenced():
        found = cost(_loader(device, drop_last=True))
        whole, rest = cost(_loader(device)), cost(_loader(device, slice(10, 13)))
    right = (13 * whole - 3 * rest) / 10
    yield claim(
        "where the loader leaves out a last batch, its images do not count",
        math.isclose(found, right, rel_tol=1e-4),
        f"With 10 of 13 images in batches of 5 it is {found:.4f}; {right:.4f} is right.",
        "Over how many images did you sum, and by how many do you divide?",
        "The size of the data set is one thing, the number of images that went through the model "
        "another. You can keep count.",
    )


# --- the convolutional model ------------------------------------------------------------------

_CONVOLUTIONS = ((16, 3), (32, 16), (128, 32))  # their weights: outputs, inputs
_TRANSPOSED = ((128, 64), (64, 32), (32, 3))  # their weights: inputs, outputs
_FEATURES = 2048


@lab.exercise("conv_vae")
def conv_vae(ConvVAE: Callable[..., Any]) -> Iterator[Claim]:
    _needs_class(ConvVAE)
    device, z = device_of(ConvVAE), 10
    with trying(f"`ConvVAE({z})`"):
        model = ConvVAE(z)
        model.to(device)
    x = torch.rand(40, *IMAGE, device=device)
    yield from _codes_are_right(model, x, z)
    yield from _pictures_have_the_right_size(model, z, device)
    yield from _has_the_layers(model, z)
    with trying("`ConvVAE()`"):
        standard: Any = ConvVAE()
    yield claim(
        "without an argument, `latent_dim` is 256",
        (256, _FEATURES) in _weights(standard, "fc_mu"),
        f"In `ConvVAE()`, {_layer(standard, 'fc_mu')}.",
        "What is the default of `latent_dim` in the first line of `__init__`?",
        "It was there when you were given the cell.",
    )
    yield from _reaches_0_and_1(model, z, device)
    set_known_weights(model)
    x, rows = torch.rand(4, *IMAGE), torch.randn(4, z)
    with trying("`encode` and `decode`, with known weights"):
        codes, images = model.encode(x.to(device)), model.decode(rows.to(device))
    codes = torch.cat(codes, dim=1)
    # Between pictures and rows the numbers may be in either order, if it is the same every time.
    relus = (1, 2, 3)
    turned = _agree(codes, _encoded(x, z, relus, channels_last=True))
    yield from _network_is_right(
        "encoder", codes, lambda relus: _encoded(x, z, relus, turned), relus, 4
    )
    turned_back = _agree(images, _decoded(rows, relus, channels_last=True))
    yield from _network_is_right(
        "decoder", images, lambda relus: _decoded(rows, relus, turned_back), relus, 4
    )
    yield from draw_is_right("reparameterize", model.reparameterize, device)
    with trying(f"`ConvVAE({z})`"):
        fresh = ConvVAE(z)
    yield from _forward_is_right(fresh.to(device), torch.rand(5, *IMAGE, device=device), IMAGE)


def _pictures_have_the_right_size(model: Any, z: int, device: torch.device) -> Iterator[Claim]:
    with trying(f"`decode(z)`, with z of shape (5, {z})"):
        images = model.decode(torch.randn(5, z, device=device))
    width = images.shape[-1] if is_tensor(images) and images.dim() == 4 else 0
    yield claim(
        "`decode` makes pictures of shape (N, 3, 32, 32)",
        is_tensor(images) and images.shape == (5, *IMAGE),
        f"5 latent vectors became {shape_of(images)}.",
        first_case(
            (
                width not in (0, 32),
                "What does the formula for transposed convolutions give for each of your three, "
                "with its kernel, its stride and its padding?",
            ),
            (width == 32 and len(images) != 5, "From where does the batch get its size?"),
            otherwise="What should come out of the decoder for N latent vectors?",
        ),
        "Print the shape after each layer, beside the table of the text: 4, 8, 16, 32.",
    )


def _has_the_layers(model: Any, z: int) -> Iterator[Claim]:
    wanted = {"fc_mu": (z, _FEATURES), "fc_logvar": (z, _FEATURES), "fc_decode": (_FEATURES, z)}
    wrong = [name for name in wanted if wanted[name] not in _weights(model, name)]
    yield claim(
        "`fc_mu` and `fc_logvar` lead from 2048 numbers to `latent_dim`, `fc_decode` back",
        not wrong,
        f"With `latent_dim` = {z}: {', '.join(_layer(model, name) for name in wrong)}.",
        "How many numbers are 128 pictures of 4 x 4, and which layer has that many on which side?",
        "They are Linear layers, attributes of the model, and must have these names.",
    )
    kernels = Counter(tuple(p.shape) for p in model.parameters() if p.dim() == 4)
    right = Counter((*pair, 4, 4) for pair in (*_CONVOLUTIONS, *_TRANSPOSED))
    yield claim(
        "there are six convolutions with 4 x 4 kernels: 3 - 16 - 32 - 128, and 128 - 64 - 32 - 3",
        not right - kernels,
        f"None has weights of shape {next(iter(right - kernels), '')}.",
        "From how many channels to how many does each of your convolutions lead, and with which "
        "kernel?",
        "Compare with the table of the text, layer by layer.",
    )


def _weights(model: nn.Module, name: str) -> list[tuple[int, ...]]:
    """The shapes of the weights in the layer of that name."""
    layer = getattr(model, name, None)
    parameters = layer.parameters() if isinstance(layer, nn.Module) else ()
    return [tuple(p.shape) for p in parameters if p.dim() == 2]


def _layer(model: nn.Module, name: str) -> str:
    shapes = _weights(model, name)
    if not shapes:
        return f"`{name}` is no Linear layer"
    return f"`{name}` leads from {shapes[0][1]} to {shapes[0][0]}"


def _encoded(x: Tensor, z: int, relus: Sequence[int], channels_last: bool) -> Tensor:
    """mu and logvar, side by side, of x with the known weights, which the two heads share."""
    for i, (outputs, inputs) in enumerate(_CONVOLUTIONS, 1):
        x = F.conv2d(x, known(outputs, inputs, 4, 4), known(outputs), stride=2, padding=1)
        x = x.relu() if i in relus else x
    x = x.permute(0, 2, 3, 1) if channels_last else x
    codes = x.flatten(1) @ known(z, _FEATURES).T + known(z)
    return (codes.relu() if 4 in relus else codes).repeat(1, 2)


def _decoded(z: Tensor, relus: Sequence[int], channels_last: bool) -> Tensor:
    """What `fc_decode` and the transposed convolutions make of z with the known weights."""
    h = z @ known(_FEATURES, z.shape[1]).T + known(_FEATURES)
    h = h.relu() if 1 in relus else h
    if channels_last:
        h = h.reshape(-1, 4, 4, 128).permute(0, 3, 1, 2)
    h = h.reshape(-1, 128, 4, 4)
    for i, (inputs, outputs) in enumerate(_TRANSPOSED, 2):
        h = F.conv_transpose2d(h, known(inputs, outputs, 4, 4), known(outputs), stride=2, padding=1)
        h = h.relu() if i in relus else h
    return h.sigmoid()


def _agree(found: Tensor, right: Tensor) -> bool:
    """Equal but for rounding, in one number for all."""
    found = found.detach().cpu()
    return found.shape == right.shape and bool((found - right).norm() < 1e-3 * right.norm())


def _network_is_right(
    name: str,
    found: Tensor,
    answer: Callable[[Sequence[int]], Tensor],
    relus: Sequence[int],
    last: int,
) -> Iterator[Claim]:
    """`answer(relus)`: what is right with ReLUs after these of its layers, 1 to `last`."""

    def gives(relus: Sequence[int]) -> bool:
        return _agree(found, answer(relus))

    missing = next((i for i in relus if gives([j for j in relus if j != i])), None)
    seen = first_case(
        (bool(missing), f"It does what it would do without the ReLU after its layer {missing}."),
        (gives([]), "It does what it would do without any ReLU."),
        (gives((*relus, last)), "It does what it would do with a ReLU after its last layer too."),
        otherwise=f"With known weights in its layers, the {name} gives other numbers.",
    )
    layers = f"layer{'s' if len(relus) > 1 else ''} {', '.join(map(str, relus))}"
    yield claim(
        f"in the {name} a ReLU follows {layers}, and nothing else is in between",
        gives(relus),
        seen,
        "What stands after each layer, and after the last?",
        "Read your layers aloud, one by one, beside the text: is something missing, or too much "
        "(another non-linearity, a normalization)? Where rows become pictures or pictures rows, do "
        "the numbers keep their order?",
    )


# --- what is done with a model ----------------------------------------------------------------


class _Readable(nn.Module):
    """A model with the methods of the lesson's, whose latent vectors can be read in its pictures.

    Its means are no linear function of the pixels, its posteriors are wide. It notes what it is
    given, and in which mode it decodes.
    """

    def __init__(self, latent_dim: int = 5) -> None:
        super().__init__()
        self.latent_dim = latent_dim
        # Both say how long its latent vectors are.
        self.fc_mu, self.fc_decode = nn.Linear(1, latent_dim), nn.Linear(latent_dim, 1)
        self.scale = nn.Parameter(torch.ones(()))
        self.encoded: list[torch.Size] = []
        self.modes: list[bool] = []

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        self.encoded.append(x.shape)
        x = x.reshape(-1, *IMAGE)
        mu = self.scale * (3 * x[:, 0, 0, : self.latent_dim] - 1) ** 3
        return mu, self.scale * x[:, 1, 0, : self.latent_dim]

    def reparameterize(self, mu: Tensor, logvar: Tensor) -> Tensor:
        return mu + torch.exp(logvar / 2) * torch.randn_like(mu)

    def decode(self, z: Tensor) -> Tensor:
        self.modes.append(self.training)
        images = z.new_full((len(z), *IMAGE), 0.5)
        images[:, 0, 0, : self.latent_dim] = torch.sigmoid(z)
        return self.scale * images

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar

    def read(self, images: Tensor) -> Tensor:
        """The latent vectors that were decoded into these images, (N, latent_dim)."""
        return torch.logit(images[:, 0, 0, : self.latent_dim].detach()).cpu()


def _photos(device: torch.device) -> tuple[Tensor, Tensor]:
    """Two images, none of whose numbers is the same in the other."""
    one = torch.arange(D).mul(577).remainder(D).div(D).reshape(IMAGE)
    other = torch.arange(D).mul(1201).remainder(D).div(D).reshape(IMAGE)
    one[0, 0, :7] = torch.tensor([0.1, 0.9, 0.5, 0.3, 0.8, 0.2, 0.6])
    other[0, 0, :7] = torch.tensor([0.85, 0.2, 0.15, 0.95, 0.4, 0.7, 0.05])
    return one.to(device), other.to(device)


def _are_pictures(call: str, images: Any, count: int) -> Iterator[Claim]:
    yield claim(
        f"`{call}` returns {count} pictures, ({count}, 3, 32, 32)",
        is_tensor(images) and images.shape == (count, *IMAGE),
        f"It returns {shape_of(images)}.",
        "How many latent vectors do you decode, and in how many pieces does the answer come?",
        "One tensor, with one picture for each latent vector along its first axis.",
    )
    yield claim(
        "the pictures carry no graph",
        not images.requires_grad,
        "They still hang on the graph from which they were computed.",
        "Will anybody ask for a gradient here, and what does the graph cost?",
        "PyTorch can be told, for a stretch of code, that nothing will be differentiated.",
    )


@lab.exercise("interpolate")
def interpolate(interpolate: Callable[..., Tensor]) -> Iterator[Claim]:
    _needs_function(interpolate, "interpolate")
    device = device_of(interpolate)
    model, (start, end) = _Readable().to(device), _photos(device)
    with torch.no_grad():
        first, last = model.encode(torch.stack([start, end]))[0].cpu()
    model.encoded.clear()
    given = start.clone(), end.clone()
    with trying("`interpolate(model, img1, img2)`, with two images (3, 32, 32)"):
        images, again = interpolate(model, *given), interpolate(model, *given)
    yield from _are_pictures("interpolate(model, img1, img2)", images, 10)
    yield from _is_given_batches(model)
    z = model.read(images)
    yield claim(
        "nothing in it is left to chance",
        torch.equal(images, again),
        "Two calls with the same images give different pictures.",
        "What are the two ends of the line: draws from the posteriors, or something that is the "
        "same each time?",
        "A posterior has one point that stands for it, its mean.",
    )
    blended = torch.stack([start.lerp(end, float(t)) for t in torch.linspace(0, 1, 10)])
    in_pixels = close(z, model.read(model.decode(model.encode(blended)[0])))
    cross_faded = close(images, blended)
    ends = close(z[0], first) and close(z[-1], last)
    yield claim(
        "it begins at the mean of `img1` and ends at the mean of `img2`",
        ends,
        first_case(
            (cross_faded, "It returns the images blended, pixel by pixel."),
            (close(z[0], last) and close(z[-1], first), "It leads the other way."),
            (close(z[0], first), "It begins at the first mean, but does not end at the second."),
            (close(z[-1], last), "It ends at the second mean, but does not begin at the first."),
            otherwise="It does neither.",
        ),
        first_case(
            (cross_faded, "In which space does the line lie: among images, or among their codes?"),
            (close(z[0], first), "With 10 points, how many steps lead from the first to the last?"),
            otherwise="Which points of latent space are the ends of the line?",
        ),
        "Both ends are included: the first picture is the reconstruction of `img1`, the last one "
        "that of `img2`.",
    )
    share = torch.linspace(0, 1, 10).unsqueeze(1)
    yield claim(
        "the points between lie on the straight line, at equal distances",
        close(z, first + share * (last - first)),
        "They are the codes of blended images." if in_pixels else "They do not.",
        "What is mixed: the two images, or their two codes?"
        if in_pixels
        else "How far does each step go, and is each as long as the others?",
        "Each point is a mixture of the two means; the share of the second grows evenly from 0 to "
        "1.",
    )
    for steps in (2, 7):
        with trying(f"`interpolate(model, img1, img2, steps={steps})`"):
            few = interpolate(model, *given, steps=steps)
        share = torch.linspace(0, 1, steps).unsqueeze(1)
        yield claim(
            f"so it is with `steps={steps}`",
            is_tensor(few)
            and few.shape == (steps, *IMAGE)
            and close(model.read(few), first + share * (last - first)),
            f"It returns {shape_of(few)}.",
            "Is the number of steps the argument, or a number in your code?",
            "Both ends are there, whatever the number of steps.",
        )
    yield claim(
        "the images are left as they were",
        torch.equal(given[0], start) and torch.equal(given[1], end),
        "After the call they hold other numbers.",
        "Does some operation write into a tensor that you were given?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    )


def _is_given_batches(model: _Readable) -> Iterator[Claim]:
    lone = [tuple(shape) for shape in model.encoded if len(shape) != 4]
    yield claim(
        "`encode` is given batches, (N, 3, 32, 32)",
        not lone,
        f"It is given {lone[0] if lone else ''}.",
        "Which axis is missing where there is a single image?",
        "A model reads batches, be it a batch of one.",
    )


@lab.exercise("svhn_transform")
def transform_is_right(svhn_transform: Callable[[Any], Tensor]) -> Iterator[Claim]:
    _needs_function(svhn_transform, "svhn_transform")
    values = np.arange(D, dtype=np.int64) * 577 % 256
    image = values.astype(np.uint8).reshape(32, 32, 3)
    given = image.copy()
    with trying("`svhn_transform(image)`, with a uint8 array of shape (32, 32, 3)"):
        x = svhn_transform(given)
    yield claim(
        "it returns a tensor of shape (3, 32, 32)",
        is_tensor(x) and x.shape == IMAGE,
        f"It returns {shape_of(x)}.",
        "Which axis of the array is the colour, and which one is it for the model?",
        "One image is given and one comes back: colour first, then row and column; no batch axis.",
    )
    yield claim(
        "its dtype is float32",
        x.dtype == torch.float32,
        f"It is {x.dtype}.",
        "Which dtype have the model's weights, and which one has your image?",
        "PyTorch does not convert on its own.",
    )
    yield from _range_is_reached(svhn_transform)
    right = torch.from_numpy(image.astype(np.float32) / 255).permute(2, 0, 1)
    x = x.cpu()
    turned = close(x, right.transpose(1, 2))
    mixed = close(x, torch.from_numpy(image.astype(np.float32) / 255).reshape(IMAGE))
    yield claim(
        "each number is where it belongs: colour, row, column",
        close(x, right),
        first_case(
            (turned, "Rows and columns are swapped: the image is mirrored."),
            (mixed, "The numbers are in the order of the array, only cut up in another way."),
            otherwise="It is not.",
        ),
        "What does your step do to the axes: does it move them, or count the numbers anew?",
        "Moving axes and reshaping are two things. Only one of them keeps pixels together.",
    )
    yield claim(
        "the array is left as it was",
        np.array_equal(given, image),
        "After the call it holds other numbers.",
        "Does some operation write into what you were given?",
        "Make a new tensor.",
    )


def _range_is_reached(svhn_transform: Callable[[Any], Tensor]) -> Iterator[Claim]:
    black, grey, white = (
        svhn_transform(np.full((32, 32, 3), value, dtype=np.uint8)).float().mean().item()
        for value in (0, 51, 255)
    )
    yield claim(
        "black becomes 0 and white becomes 1, the ends of what a sigmoid reaches",
        abs(black) < 1e-3 and abs(white - 1) < 1e-3,
        f"Black becomes {black:.3g} and white {white:.3g}.",
        first_case(
            (
                black < -1e-3,
                "Which part of this range can the decoder never reach, whatever it learns?",
            ),
            (white > 1.5, "How far do whole numbers of 8 bits reach, and how far a sigmoid?"),
            (white < 0.5, "How often is it divided by 255?"),
            otherwise="What becomes of 0, and what of 255?",
        ),
        "The data and what the decoder ends with must fit each other: the same least value, the "
        "same largest value. Does anything in your transform shift or stretch the range?",
    )
    yield claim(
        "what is between lies between in proportion: 51 becomes 0.2",
        abs(grey - 0.2) < 1e-3,
        f"51 becomes {grey:.3g}.",
        "Is anything done to the numbers besides changing their scale?",
        "A fifth of the way from black to white stays a fifth of the way.",
    )


@lab.exercise("svhn")
def svhn(
    svhn_transform: Callable[[Any], Tensor], sample: Callable[[nn.Module, int], Tensor]
) -> Iterator[Claim]:
    _needs_function(sample, "sample")
    yield _passes("svhn_transform", transform_is_right(svhn_transform))
    device, n, length = device_of(sample), 500, 31
    model = _Readable(length).to(device)
    model.train()
    with trying(f"`sample(model, {n})`"):
        images, again = sample(model, n), sample(model, n)
    yield from _are_pictures(f"sample(model, {n})", images, n)
    yield claim(
        "it decodes in evaluation mode",
        not any(model.modes),
        "While it decodes, the model is in training mode.",
        "In which mode does a model belong that is only looked at, and who sees to it?",
        "Modules have a method for each of the two modes.",
    )
    z, later = model.read(images), model.read(again)
    yield claim(
        "latent vectors are drawn by chance, each afresh",
        not torch.equal(z, later) and z.std(dim=0).min().item() > 0.1,
        "All of one call are the same." if z.std(dim=0).min() < 0.1 else "Two calls draw the same.",
        "How many numbers must be drawn for n latent vectors?",
        "Every picture has a latent vector of its own, every call new ones.",
    )
    share = z.flatten().sort().values
    spread, mean = share.std().item(), share.mean().item()
    tails = (share.abs() > 2).float().mean().item()
    # Of 15,500 draws: five standard errors of the mean are 0.04, of the spread 0.028, of the tails
    # 0.0084.
    yield claim(
        "they follow the prior: normal, with mean 0 and spread 1",
        abs(mean) < 0.042 and abs(spread - 1) < 0.03 and abs(tails - 0.0455) < 0.0085,
        f"Their mean is {mean:.2f}, their spread {spread:.2f}, and {tails:.1%} lie further out "
        "than 2 (4.6 % should).",
        "Which law did the KL draw the posteriors to? And is yours that one?"
        if mean < 0.3
        else "Which law does your noise follow: a bell, or equal chances on an interval?",
        "torch draws from many laws: this one is a bell around 0, in each dimension.",
    )
    yield claim(
        "the latent dimensions are independent of each other",
        (z[:, 0] * z[:, 1]).mean().abs().item() < 0.5,
        "All numbers of a latent vector are the same.",
        "How many numbers does one latent vector have?",
        "n vectors of `latent_dim` numbers: that many have to be drawn.",
    )


@lab.exercise("traverse")
def traverse(traverse: Callable[..., Tensor]) -> Iterator[Claim]:
    _needs_function(traverse, "traverse")
    device = device_of(traverse)
    model, (image, _) = _Readable().to(device), _photos(device)
    with torch.no_grad():
        mean = model.encode(image.unsqueeze(0))[0].cpu()
    model.encoded.clear()
    values = torch.tensor([-3.0, 2.0, 0.5, 1.0], device=device)
    given = image.clone(), values.clone()
    with trying("`traverse(model, img, 1, values)`, with four values"):
        images = traverse(model, given[0], 1, given[1])
        again = traverse(model, given[0], 1, given[1])
    yield from _are_pictures("traverse(model, img, 1, values)", images, 4)
    yield from _is_given_batches(model)
    yield claim(
        "nothing in it is left to chance",
        torch.equal(images, again),
        "Two calls with the same image give different pictures.",
        "From which point of latent space do you start: a draw, or something that is the same each "
        "time?",
        "A posterior has one point that stands for it, its mean.",
    )
    z = model.read(images)
    yield from _one_coordinate_is_set(z, mean, values.cpu(), 1)
    other = torch.linspace(-3, 3, 7, device=device)
    with trying("`traverse(model, img, 4, values)`, with seven values"):
        more = traverse(model, image, 4, other)
    yield from _are_pictures("traverse(model, img, 4, values)", more, 7)
    yield from _one_coordinate_is_set(model.read(more), mean, other.cpu(), 4)
    yield claim(
        "`img` and `values` are left as they were",
        torch.equal(given[0], image) and torch.equal(given[1], values),
        "After the call they hold other numbers.",
        "Does some operation write into a tensor that you were given?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    )


def _one_coordinate_is_set(z: Tensor, mean: Tensor, values: Tensor, dim: int) -> Iterator[Claim]:
    """`z`: (len(values), 5), what was decoded. `mean`: (1, 5), that of the image's posterior."""
    others = [i for i in range(5) if i != dim]
    yield claim(
        f"with `dim` = {dim} the others of the 5 numbers stay those of the posterior mean",
        close(z[:, others], mean[:, others].expand(len(z), 4)),
        first_case(
            (
                close(z[:1, others], mean[:, others]),
                "In the first picture they do, in later ones they do not.",
            ),
            otherwise="They have other values.",
        ),
        first_case(
            (
                close(z[:1, others], mean[:, others]) and z.std(dim=1).min().item() > 1e-3,
                "What is in your latent vector when the next value comes: is it still the mean?",
            ),
            otherwise="Which axis of the tensor counts the pictures, and which the dimensions?",
        ),
        "Each picture starts from the mean, and differs from it in one number.",
    )
    yield claim(
        f"number {dim}, counted from 0, is set to each value in turn",
        close(z[:, dim], values),
        f"For {numbers(values)} it is {numbers(z[:, dim])}.",
        first_case(
            (
                close(z[:, dim], mean[0, dim] + values),
                "Is the number set to the value, or moved by it?",
            ),
            (
                close(z[:, dim], mean[0, dim] + values.cumsum(0)),
                "What is in your latent vector when the next value comes: is it still the mean?",
            ),
            (close(z[:, dim], mean[:, dim].expand(len(z))), "Which of the dimensions changes?"),
            otherwise="Which value belongs to which picture?",
        ),
        "The first picture has the first value in its place, the second the second, and so on.",
    )
