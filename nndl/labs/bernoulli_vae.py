"""Public checks of bernoulli_vae: a VAE with a Bernoulli likelihood, from the ELBO up.

Everything is judged by what it does on inputs drawn here, never by how it is written, nor by one
stream of random numbers. Training and encoding run on a small model without chance, so that it can
be foreseen what comes out. Checks of random numbers give a false alarm less than once in a million
runs.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nndl import _recording
from nndl._loops import EPOCHS, RATE, SLIPS, one_per_epoch, parameters_are_right
from nndl._probes import (
    ERROR_HINTS,
    close,
    device_of,
    first_case,
    global_of,
    gradients_flow,
    is_number,
    is_tensor,
    numbers,
    question_for,
    shape_of,
    silenced,
    type_of,
)
from nndl.check import Claim, Lab, WrongUsage, claim, trying
from nndl.plots import Drawn, drawn

D, SIDE = 784, 28

lab = Lab("bernoulli_vae", ERROR_HINTS)
lab.written("elbo_identity")
lab.written("kl_closed_form")


# --- the model and its sample -----------------------------------------------------------------

_STD = (2.0, 1.0, 0.5)
_LOG_VAR = (1.3863, 0.0, -1.3863)  # of the same spreads

# Spreads that give a slip away where std = 2 and log_var = 1.3863, and the question.
_SAMPLE_SLIPS = (
    (2.718, "What are you given here: a standard deviation, or the logarithm of something?"),
    (7.389, "What are you given here: a standard deviation, or the logarithm of something?"),
    (1.414, "What are you given here: a standard deviation, or a variance?"),
    (4.000, "By what is the noise multiplied: by the standard deviation, or by its square?"),
    (0.577, "Which law does your noise follow: a bell, or equal chances on an interval?"),
    (1.155, "Which law does your noise follow: a bell, or equal chances on an interval?"),
    (1.000, "What does your sample do with `std`?"),
)
_FORWARD_SLIPS = (
    (1.3863, "`reparameterization` wants a standard deviation. What do you hand to it?"),
    (4.000, "The exponential of the log variance is the variance. What is still to be done?"),
    (0.6931, "The log of the standard deviation is half of log_var. And the deviation itself?"),
    (0.500, "Should a larger log_var make the spread larger, or smaller?"),
    (16.00, "The log of the standard deviation is which multiple of the log variance?"),
    (1.616, "What is the square root of the exponential, and what the exponential of the root?"),
    (1.000, "What does your sample do with `log_var`?"),
)


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Linear(D, 3)
        self.log_var = nn.Linear(D, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.mean(x), self.log_var(x)

    def answer_always(self, mean: float, log_var: Sequence[float]) -> None:
        """From now on, these are the mean and the log variance of every image."""
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.zero_()
            self.mean.bias.fill_(mean)
            self.log_var.bias.copy_(torch.tensor(log_var))


@lab.exercise("reparameterization")
def reparameterization(Model: type[nn.Module]) -> Iterator[Claim]:
    if not isinstance(Model, type):
        raise WrongUsage("The check wants the class itself: `Model`, not a model made of it.")
    device = device_of(Model)
    with trying("`Model(Encoder=encoder, Decoder=decoder)`"):
        model: Any = Model(Encoder=_Encoder(), Decoder=nn.Sequential(nn.Linear(3, D), nn.Sigmoid()))
        model.to(device)
    yield from _sample_is_right(model.reparameterization, device)
    yield from _forward_is_right(model, device)


def _sample_is_right(draw: Callable[[Tensor, Tensor], Tensor], device: torch.device) -> Any:
    mean = torch.full((4, 3), 3.0, device=device)
    with trying("`reparameterization(mean, std)`, with mean and std of shape (4, 3)"):
        z = draw(mean, torch.ones_like(mean))
    yield claim(
        "z has the shape of `mean`",
        is_tensor(z) and z.shape == mean.shape,
        f"For mean of shape (4, 3) it is {shape_of(z)}.",
        "How many numbers does one latent vector have, and how many are there?",
        "Each element of mean becomes one element of z.",
    )
    n = 50_000
    mean = torch.tensor([3.0, 3.0, -2.0], device=device).repeat(n, 1).requires_grad_()
    std = torch.tensor(_STD, device=device).repeat(n, 1).requires_grad_()
    with trying(f"`reparameterization(mean, std)` on {n:,} rows"):
        z, again = draw(mean * 1, std * 1), draw(mean * 1, std * 1)
        given = mean.detach().clone(), std.detach().clone()
        draw(*given)
    yield claim(
        "`mean` and `std` are left as they were",
        torch.equal(given[0], mean) and torch.equal(given[1], std),
        "After the call they hold other numbers.",
        "Does some operation write into a tensor that you were given?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    )
    noise = (z - mean).detach()
    yield claim(
        "z is drawn by chance, afresh at each call",
        not torch.equal(z, again),
        "Two calls give the very same z.",
        "Where does chance come into z, and what would make it repeat itself?",
        "A sample needs fresh noise at every call. Seeds are for the notebook to set.",
    )
    yield from _noise_is_its_own(noise)
    average = noise.mean(dim=0)
    yield claim(
        "the mean of z is `mean`",
        bool((average.abs() < 0.04 * noise.std(dim=0).clamp(min=1)).all()),
        f"For mean = 3 and std = 2 the mean of {n:,} samples is {3 + average[0].item():.2f}.",
        "Is your noise as often negative as it is positive?"
        if noise[:, 0].min() >= 0
        else "What is the mean of the noise, and what is added to it?",
        "torch draws from many laws. The noise here is normal, with mean 0 and spread 1.",
    )
    yield from _spread_is_right(noise, "std", _STD, _SAMPLE_SLIPS, tolerance=0.025)
    tails = ((noise / std).abs() > 2).float().mean().item()
    yield claim(
        "the noise is normal: one draw in 22 is further than two spreads from the mean",
        abs(tails - 0.0455) < 0.005,
        f"It is {tails:.1%} of them, not 4.6 %.",
        "Which law does your noise follow?",
        "torch draws from many laws. The noise here is normal, with mean 0 and spread 1.",
    )
    grads = (
        torch.autograd.grad(z.sum(), [mean, std], allow_unused=True)
        if z.requires_grad
        else (None, None)
    )
    named = zip(("mean", "std"), grads, strict=True)
    cut = [f"`{name}`" for name, grad in named if grad is None]
    yield claim(
        "gradients flow through z to `mean` and to `std`",
        not cut,
        f"None reaches {' or '.join(cut)}.",
        "A draw alone has no derivative. What is the trick of this exercise's name?",
        "Keep the chance apart: draw noise that depends on nothing, then let mean and std act on "
        "it by plain arithmetic, with nothing that cuts the graph.",
    )
    by_mean, by_std = grads
    assert by_mean is not None and by_std is not None
    yield claim(
        "the gradients are right: 1 for `mean`, the noise itself for `std`",
        close(by_mean, torch.ones_like(mean)) and close(by_std, noise / std),
        "They have other values.",
        "On paper: what is dz/dmean, and what is dz/dstd?",
        "Some part of your formula is hidden from the gradients, or depends on mean or std twice.",
    )


def _noise_is_its_own(noise: Tensor) -> Iterator[Claim]:
    """`noise`: (N, 3), what was added to the mean."""
    centred = noise - noise.mean(dim=0)
    scaled = centred / centred.std(dim=0).clamp(min=1e-6)
    by_rows = centred.abs().max().item() < 1e-5
    by_columns = (scaled[:, 0] * scaled[:, 2]).mean().abs().item() > 0.5
    yield claim(
        "every element of z has noise of its own",
        not (by_rows or by_columns),
        "All rows get the same noise." if by_rows else "All columns get the same noise.",
        "How many numbers must be drawn for a batch of N latent vectors?",
        "If one number serves a row, a column or the batch, images or latent dimensions go "
        "together that should not.",
    )


def _spread_is_right(
    noise: Tensor,
    name: str,
    given: Sequence[float],
    slips: Sequence[tuple[float, str]],
    tolerance: float,
) -> Iterator[Claim]:
    """`given`: what the argument `name` was in each column of `noise`, (N, 3)."""
    spread = noise.std(dim=0).cpu()
    right = torch.tensor(_STD)
    slip = next((ask for s, ask in slips if abs(spread[0].item() / s - 1) < 0.03), "")
    yield claim(
        f"the spread of z follows `{name}`: {_STD[0]:g} where {name} = {given[0]:g}",
        bool(((spread / right - 1).abs() < tolerance).all()),
        f"Where {name} is {numbers(given)}, the spread is {numbers(spread)}; {numbers(right)} is "
        "right.",
        slip or f"How wide should z spread where {name} = {given[1]:g}, and how wide is yours?",
        "Say for each symbol which of three it is: a variance, its logarithm, or a standard "
        "deviation. Work it through on paper for a variance of 4.",
    )


def _forward_is_right(model: Any, device: torch.device) -> Iterator[Claim]:
    x = (torch.rand(5, D) < 0.5).float().to(device)
    with trying(f"`forward(x)`, with x of shape (5, {D})"):
        out, again = model(x), model(x)
    yield claim(
        "`forward` returns four tensors: theta, mean, log_var, z",
        isinstance(out, tuple | list) and len(out) == 4 and all(map(is_tensor, out)),
        f"It returns {type_of(out)}" + (f" of {len(out)}." if isinstance(out, tuple) else "."),
        "What does the last line of `forward` return?",
        "All four, in this order: what the decoder says, what the encoder said, and the draw.",
    )
    theta, mean, log_var, z = out
    shapes = [tuple(part.shape) for part in out]
    yield claim(
        f"for 5 images their shapes are (5, {D}) and three times (5, 3)",
        shapes == [(5, D), (5, 3), (5, 3), (5, 3)],
        f"They are {', '.join(map(str, shapes))}.",
        "Which of the four has another shape, and is it in its place?",
        "theta has a number per pixel, the others one per latent dimension; the batch axis stays.",
    )
    right_mean, right_log_var = model.Encoder(x)
    yield claim(
        "`mean` and `log_var` are what the encoder answers",
        close(mean, right_mean) and close(log_var, right_log_var),
        first_case(
            (close(mean, right_log_var), "They are swapped."),
            (close(z, right_mean), "What is returned in the place of z is the mean."),
            (close(mean, right_mean), "`log_var` has other numbers."),
            otherwise="`mean` has other numbers.",
        ),
        "Follow one image through `forward`: what does the encoder answer, and in which order?",
        "The loss wants log_var as the encoder gave it, not the deviation that is made of it.",
    )
    yield claim(
        "z is drawn afresh at each call",
        not torch.equal(z, again[3]),
        "Two calls with the same images return the very same z.",
        "Where does chance come into `forward`?",
        "z is a draw from the posterior. Its mean is only where the draws lie around.",
    )
    yield claim(
        "theta is decoded from the z that is returned",
        close(theta, model.Decoder(z)),
        "It is decoded from the mean." if close(theta, model.Decoder(mean)) else "It is not.",
        "What is the decoder given, and what becomes of its answer?",
        "The decoder gets the draw, the very one that you return, and its answer is theta.",
    )
    weights = list(model.Encoder.parameters())
    reached = theta.requires_grad and all(
        grad is not None
        for grad in torch.autograd.grad(theta.square().sum(), weights, allow_unused=True)
    )
    yield claim(
        "gradients flow from theta back to the encoder",
        reached,
        "Some parameters of the encoder get none.",
        "What lies on the way from theta back to the encoder, and does it let gradients through?",
        "Look for something that cuts the graph (`detach`, `no_grad`, `.data`, NumPy).",
    )
    model.Encoder.answer_always(3.0, _LOG_VAR)
    many = torch.zeros(1, D, device=device).expand(20_000, D)
    with trying("`forward(x)`, with an encoder that gives log_var = 1.3863, 0 and -1.3863"):
        noise = model(many)[3].detach() - 3
    yield from _noise_is_its_own(noise)
    yield from _spread_is_right(noise, "log_var", _LOG_VAR, _FORWARD_SLIPS, tolerance=0.04)


# --- the loss ---------------------------------------------------------------------------------


def _batch() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """x, 0 or 1, and theta: (3, 784). mean, log_var: (3, 4), of both signs."""
    order = torch.arange(3 * D)
    x = (order * 7 % 18 < 9).float().reshape(3, D)
    theta = torch.sigmoid(4 * x - 2 + torch.linspace(-1.5, 2, 3 * D).reshape(3, D))
    mean = (torch.arange(12) * 5 % 12 - 4).div(3).reshape(3, 4)
    log_var = (torch.arange(12) * 7 % 12 - 5).div(3).reshape(3, 4)
    return x, theta, mean, log_var


_BCE, _KL = 439.710749, 15.239016  # of this batch

_BATCH = "What happens to your loss when the batch holds every image twice, and what should?"
_PIXELS = "How many pixels are summed over, and does your result grow with their number?"
_LATENTS = "How many latent dimensions are summed over, and does the result grow with them?"
_BOTH = "What does your loss cost where x = 0 and theta = 0.9? And where x = 1 and theta = 0.1?"
_PRIOR = "What is the divergence of the prior from itself, mean 0 and variance 1, in your formula?"
_ANCHOR = "What is the divergence for one dimension with mean 0 and log_var 1? (Right: 0.359.)"
_NEVER_NEGATIVE = "A divergence is never negative. What sign has yours?"
_FAMILY = "Which law do the pixels follow, and what is the logarithm of its probability?"
# Values that give a slip away, for the part of the loss that should be _BCE, and the question.
_BCE_SLIPS = (
    (_BCE / 3, _BATCH),
    (_BCE * 3, _BATCH),
    (_BCE / 128, "Is your loss a sum over the batch, or divided by something?"),
    (_BCE * 128, "By what is your loss multiplied, and is it not a sum already?"),
    (_BCE / (3 * D), _PIXELS),
    (_BCE / D, _PIXELS),
    (-_BCE, "Is the loss to be made small, or large?"),
    (0.0, "Which of the two terms of the loss is left out?"),
    (173.199031, _BOTH),
    (266.511718, _BOTH),
    (37637.218747, "Which argument is the prediction, and which one the pixels?"),
    (97.286757, _FAMILY),
    (376.372187, _FAMILY),
    (0.041363, _FAMILY),
    (1347.671494, "Does the cross entropy that you call apply a sigmoid of its own?"),
    (634.368515, "A nat belongs to the natural logarithm. Which one do you take?"),
    (_BCE + 6, _PRIOR),
    (_BCE - 6, _PRIOR),
    (_BCE + 12, _PRIOR),
    (_BCE - 12, _PRIOR),
)
_KL_SLIPS = (
    (_KL / 3, _BATCH),
    (_KL * 3, _BATCH),
    (_KL / 4, _LATENTS),
    (_KL / 12, _LATENTS),
    (_KL / D, "By what do you divide: is there anything to divide by?"),
    (-_KL, _NEVER_NEGATIVE),
    (-2 * _KL, _NEVER_NEGATIVE),
    (2 * _KL, "What is the divergence for one dimension with mean 2 and log_var 0? (Right: 2.)"),
    (_KL / 2, "What is the divergence for one dimension with mean 2 and log_var 0? (Right: 2.)"),
    (0.0, "Which of the two terms of the loss is left out?"),
    (58.529272, "The exponential of log_var is the variance already. Is it squared once more?"),
    (57.529272, "Is `log_var` the log of the variance, or of the standard deviation?"),
    (14.239016, "How often does log_var stand in your formula, and with which factor?"),
    (10.099567, "Does the formula want the variance, or the standard deviation?"),
    (29.395462, "The divergence of what from what? Which of the two comes first?"),
    (8.794571, "In which of the terms of the formula is the mean squared?"),
    (16.239016, "Which of the terms with log_var are in your formula?"),
    (17.239016, _ANCHOR),
    (11.612155, _ANCHOR),
    (5.794571, "Where in your formula is the mean?"),
    (-3.649873, _NEVER_NEGATIVE),
    (21.033587, "Which of the terms are halved, and which should be?"),
    (8.444444, _ANCHOR),
)


@lab.exercise("loss_function")
def loss_function(
    loss_function: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor],
) -> Iterator[Claim]:
    if not callable(loss_function):
        raise WrongUsage("The check wants the function itself: `loss_function`, without a call.")
    device = device_of(loss_function)
    x, theta, mean, log_var = (part.to(device) for part in _batch())
    nothing = torch.zeros_like(mean)
    leaves = [part.clone().requires_grad_() for part in (theta, mean, log_var)]
    with trying(f"`loss_function(x, theta, mean, log_var)`, with x of shape (3, {D})"):
        loss = loss_function(x.clone(), *(leaf * 1 for leaf in leaves))
    yield claim(
        "the loss is a tensor with a single number",
        is_tensor(loss) and loss.numel() == 1,
        f"It is {'a tensor of shape ' if is_tensor(loss) else ''}{shape_of(loss)}.",
        "What does `backward` start from?",
        "One number for the whole batch, and still a tensor, so that its gradient can be taken.",
    )
    given = [part.clone() for part in (x, theta, mean, log_var)]
    loss_function(*given)
    yield claim(
        "the arguments are left as they were",
        all(torch.equal(a, b) for a, b in zip(given, (x, theta, mean, log_var), strict=True)),
        "After the call they hold other numbers.",
        "Does some operation write into a tensor that you were given?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    )

    def value(mean: Tensor, log_var: Tensor) -> float:
        return float(loss_function(x.clone(), theta.clone(), mean.clone(), log_var.clone()))

    bce = value(nothing, nothing)
    kl = value(mean, log_var) - bce
    yield claim(
        "the loss is finite, for `log_var` of both signs",
        math.isfinite(bce) and math.isfinite(kl),
        f"It is {bce + kl:.4f}, and {bce:.4f} for mean 0 and log_var 0.",
        "`log_var` is a log already. What happens to it where it is negative, or 0?",
        "Say for each term of the formula whether it needs the variance or the variance's log.",
    )
    yield claim(
        f"the first term, summed over pixels and images, is {_BCE:.2f} on the check's batch",
        abs(bce / _BCE - 1) < 1e-4,
        f"With mean 0 and log_var 0, where the divergence is 0, the loss is {bce:.4f}; "
        f"{_BCE:.4f} is right.",
        question_for(bce, _BCE_SLIPS)
        or "With mean 0 and log_var 0 only the log-likelihood is left. What is yours for one pixel "
        "with theta = 0.5? (Right: log 2 = 0.6931, whatever x is.)",
        "Write down what one pixel costs. Then add up: all pixels of an image, all images of the "
        "batch. Nothing is averaged.",
    )
    yield claim(
        f"the divergence, summed over latent dimensions and images, is {_KL:.3f} on this batch",
        abs(kl / _KL - 1) < 3e-4,
        f"With means and log variances of both signs it adds {kl:.4f}; {_KL:.4f} is right.",
        question_for(kl, _KL_SLIPS) or _ANCHOR,
        "Compare with your derivation for one dimension: (mean, log_var) = (0, 0) gives 0, (2, 0) "
        "gives 2, (0, 1) gives 0.3591, (0, -1) gives 0.1839. Then sum; nothing is averaged.",
    )
    yield gradients_flow(loss, dict(zip(("theta", "mean", "log_var"), leaves, strict=True)))


# --- the training -----------------------------------------------------------------------------


class _RecordedModel(_recording.RecordedAutoEncoder):
    """A model of the lesson's kind, without chance: its every draw lies one above the mean."""

    def __init__(self, nz: int = 4) -> None:
        super().__init__(nz=nz, outputs=2 * nz)
        self.shapes: list[torch.Size] = []

    def Encoder(self, x: Tensor) -> tuple[Tensor, ...]:
        self.shapes.append(x.shape)
        return self.encoder(x).chunk(2, dim=1)

    def Decoder(self, z: Tensor) -> Tensor:
        return self.decoder(z).flatten(1)

    def reparameterization(self, mean: Tensor, std: Tensor) -> Tensor:
        return mean + 1

    def forward(  # type: ignore[override]  # this one gives what `Model` does
        self, x: Tensor
    ) -> tuple[Tensor, ...]:
        mean, log_var = self.Encoder(x)
        z = mean + 1
        return self.Decoder(z), mean, log_var, z


def _needed(work: Any, name: str) -> Any:
    """The student's own function `name`, which `work` builds on."""
    found = global_of(work, name, None)
    if found is None:
        raise WrongUsage(f"This check needs your `{name}` too: run the cell that defines it first.")
    return found


@lab.exercise("training_step")
def training_step(training_step: Callable[..., float]) -> Iterator[Claim]:
    if not callable(training_step):
        raise WrongUsage("The check wants the function itself: `training_step`, without a call.")
    device = device_of(training_step)
    loss_function = _needed(training_step, "loss_function")
    x = next(iter(_recording.loader(device)))[0].flatten(1).round()
    model = _RecordedModel().to(device)
    parameters = list(model.parameters())
    start = model.position()
    with trying("`loss_function`, on a batch of this check,"):
        loss = loss_function(x, *model(x)[:3])
    yield claim(
        "`loss_function` gives one number with a gradient: `training_step` starts from there",
        is_tensor(loss) and loss.numel() == 1 and loss.requires_grad,
        f"It gives {type_of(loss)}" + (", without a gradient." if is_tensor(loss) else "."),
        "Does `loss_function` pass its own check?",
        "Leave everything a tensor there, from the arguments to what is returned.",
    )
    gradient = torch.cat(
        [g.flatten() for g in torch.autograd.grad(loss.sum(), parameters, materialize_grads=True)]
    )
    # Small steps: the loss is a sum over a batch, and its gradient is large.
    lr = 1e-4
    for parameter in parameters:
        parameter.grad = torch.full_like(parameter, 100.0)
    left_over = torch.full_like(gradient, 100.0)
    optimizer = torch.optim.SGD(parameters, lr=lr)
    with trying("`training_step(model, x, optimizer)`"), silenced():
        told = training_step(model, x, optimizer)
    position = model.position()

    def moved_by(what: Tensor) -> bool:
        goal = start - lr * what
        return bool((position - goal).norm() < 1e-3 * (goal - start).norm())

    grads = [parameter.grad for parameter in parameters]
    has_gradient = any(grad is not None and grad.any() for grad in grads)
    moved = not torch.equal(position, start)
    slips = (
        (
            not moved and not has_gradient,
            "Nothing moved, and there is no gradient now.",
            "Who computes the gradients, and is it done after the old ones were cleared?",
        ),
        (
            not moved,
            "Nothing moved, though the gradients are there.",
            "Who moves the parameters along their gradients, and when?",
        ),
        (
            moved_by(gradient + left_over) or moved_by(left_over),
            "The parameters moved by gradients of an earlier batch too.",
            "When are these cleared?",
        ),
        (moved_by(2 * gradient), "They moved twice as far.", "What is done twice?"),
        (moved_by(-gradient), "They moved uphill.", "Is it the loss that is made small?"),
        (True, "They moved to another place.", "Along which gradient do they move, and how often?"),
    )
    seen, question = next((seen, ask) for holds, seen, ask in slips if holds)
    yield claim(
        "the model takes one step of its optimizer, along the gradient of this batch's loss",
        moved_by(gradient),
        seen,
        question,
        "An update has three moments: clear the old gradients, compute the new ones, move by "
        "them. One of the three stands there already; which two are missing, and in which order?",
    )
    yield claim(
        "it returns the batch's summed loss, as a number",
        is_number(told) and math.isclose(told, loss.item(), rel_tol=1e-4),
        f"It returns {numbers([told]) if is_number(told) else type_of(told)}, where the loss of "
        f"the batch is {loss.item():.4f}.",
        "What does the last line return, and was it computed before the step or after it?",
        "The line was there when you were given the cell: the loss that the step began with.",
    )


@lab.exercise("elbo_curve")
def elbo_curve(train: Callable[..., Sequence[float]]) -> Iterator[Claim]:
    if not callable(train):
        raise WrongUsage("The check wants the function itself: `train`, without a call.")
    step = _needed(train, "training_step")
    broken = next((found for found in training_step(step) if not found.holds), None)
    yield claim(
        "`training_step`, on which `train` builds, passes its own check",
        broken is None,
        f"There this does not hold: {broken.says}." if broken else "",
        "What does the check of `training_step` say?",
        "Get that one right first, then run its cell and this one again.",
    )
    device = device_of(train)
    batches, model = _recording.loader(device), _RecordedModel().to(device)
    with trying(f"`train(model, loader, {EPOCHS}, lr={RATE})`, 13 images in 3 batches"), silenced():
        curve = train(model, batches, EPOCHS, lr=RATE)
    yield from _images_are_right(model, batches)

    loss_function = _needed(train, "loss_function")

    def loss(model: nn.Module, x: Tensor, _labels: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        rows = x.flatten(1).round()
        total = loss_function(rows, *model(rows)[:3])
        return total, {"loss": total}

    right = _RecordedModel().to(device)
    said = _recording.train(right, batches, EPOCHS, RATE, loss)
    yield from parameters_are_right(model, right, batches, [(loss, slip) for slip in SLIPS])
    yield from _curve_is_right(
        curve, [parts["loss"].item() for parts in said], [len(x) for x, _ in batches]
    )


def _images_are_right(model: _RecordedModel, batches: Any) -> Iterator[Claim]:
    """What `model` was given in `EPOCHS` passes over `batches`."""
    given = [seen.images for seen in model.encoder.passes]
    once = [x.flatten(1).round() for x, _ in batches]
    yield claim(
        f"the model is given rows of pixels, (N, {D})",
        all(len(shape) == 2 for shape in model.shapes),
        f"It is given x of shape {tuple(model.shapes[0]) if model.shapes else ''}.",
        "Which shape have the loader's images, and which one does the encoder read?",
        "An image becomes a row of numbers; the batch axis stays.",
    )
    grey = sum(not torch.equal(x, x.round()) for x in given)
    yield claim(
        "the pixels that it is given are 0 or 1",
        grey == 0,
        f"In {grey} of {len(given)} batches some pixel is grey.",
        "Of which law are the pixels draws, and which values can such a draw have?",
        "The loader's images are grey. Something has to happen to them before the model sees them.",
    )
    right = once * EPOCHS
    yield claim(
        "in each epoch it is given every batch once, the last and smaller one too",
        len(given) == len(right),
        f"In {EPOCHS} epochs of {len(once)} batches it was called {len(given)} times.",
        "How often does the loop over the loader run, and how often is the model called in it?",
        "One pass over the loader is one epoch, and one `training_step` belongs to each batch.",
    )
    yield claim(
        "its pixels are the loader's, each rounded to the nearer of 0 and 1",
        all(torch.equal(a, b) for a, b in zip(given, right, strict=True)),
        "Some are others.",
        "Which values become 0, and which become 1?",
        "0.4 is nearer to 0, 0.6 nearer to 1. Each image keeps its own row.",
    )


def _curve_is_right(curve: Any, losses: list[float], sizes: list[int]) -> Iterator[Claim]:
    """Whether `curve`, which `train` returned, is the ELBO per image of each epoch.

    `losses`: the summed loss of each step. `sizes`: of the batches of an epoch.
    """
    values, complete = one_per_epoch(curve)
    yield complete
    epochs = [losses[i : i + len(sizes)] for i in range(0, len(losses), len(sizes))]
    right = [-sum(epoch) / sum(sizes) for epoch in epochs]
    yield claim(
        "each is the epoch's ELBO in nats per image",
        all(math.isclose(a, b, rel_tol=1e-4) for a, b in zip(values, right, strict=True)),
        f"They are {numbers(values)}; {numbers(right)} is right.",
        _curve_slip(float(values[-1]), epochs, sizes),
        "Each batch gives a sum over its images. Of these sums and of the images you can keep "
        "count through an epoch; what is the ELBO of one image then, and what is its sign?",
    )


def _curve_slip(last: float, epochs: list[list[float]], sizes: list[int]) -> str:
    """The question for what was returned for the last epoch.

    `epochs`: the summed losses of its batches, for each epoch. `sizes`: of the batches.
    """
    losses, images, batches = epochs[-1], sum(sizes), len(sizes)
    total = sum(losses)
    of_batches = "A batch gives a sum over its images. By how many images do you divide in the end?"
    multiplied = "`training_step` gives a sum already. Why multiply it, and by what?"
    full = "How many images are in the last batch?"
    running = "What does your sum hold when an epoch begins?"
    mean_of_means = sum(loss / n for loss, n in zip(losses, sizes, strict=True)) / batches
    slips = (
        (total / images, "The loss is made small. Which sign has the ELBO, which is made large?"),
        (total / batches, of_batches),
        (total, of_batches),
        (total / (batches * sizes[0]), full),
        (total / (batches * 128), full),
        (mean_of_means, full),
        (mean_of_means * batches, of_batches),
        (losses[-1] / sizes[-1], "Over which batches of the epoch do you sum?"),
        (losses[-1], "Over which batches of the epoch do you sum?"),
        (total / images / D, "Is the text's number meant per image, or per pixel?"),
        (sum(map(sum, epochs)) / images, running),
        (sum(map(sum, epochs)) / images / len(epochs), running),
        *((total * n / d, multiplied) for n in (sizes[0], 128) for d in (images, batches, 1)),
        (
            sum(loss * n for loss, n in zip(losses, sizes, strict=True)) / images,
            multiplied,
        ),
    )
    signed = [(sign * value, ask) for value, ask in slips[1:] for sign in (1, -1)]
    return question_for(last, [slips[0], *signed]) or (
        "What does the number of one epoch stand for: a sum or a mean, over what?"
    )


# --- the test set -----------------------------------------------------------------------------

LATENT_DIM = 20  # the notebook's, which the docstring names


@lab.exercise("encode_test_set")
def encode_test_set(encode_test_set: Callable[..., tuple[Tensor, Tensor]]) -> Iterator[Claim]:
    if not callable(encode_test_set):
        raise WrongUsage("The check wants the function itself: `encode_test_set`, without a call.")
    device = device_of(encode_test_set)
    batches, model = _recording.loader(device), _RecordedModel(LATENT_DIM).to(device)
    before = model.position()
    with trying("`encode_test_set(model, loader)`, with batches of 5, 5 and 3 images"), silenced():
        out = encode_test_set(model, batches)
    yield claim(
        "it returns two tensors: the latents z, and theta of the last batch",
        isinstance(out, tuple | list) and len(out) == 2 and all(map(is_tensor, out)),
        f"It returns {type_of(out)}"
        + (f" of {', '.join(map(type_of, out))}." if isinstance(out, tuple | list) else "."),
        "What does the last line return: how many things, and of which kind is each?",
        "A list of batches is not yet one tensor: torch can join tensors along an axis.",
    )
    z, theta = out
    yield claim(
        "they have no gradients",
        not (z.requires_grad or theta.requires_grad),
        "What is returned carries the graph of all batches with it.",
        "Is anything trained here, and what does a graph of 10,000 images cost?",
        "PyTorch can be told, for a stretch of code, that nothing will be differentiated.",
    )
    yield claim(
        "it leaves the model's parameters alone",
        torch.equal(model.position(), before),
        "They are others afterwards.",
        "Is anything trained here?",
        "The test set is only looked at.",
    )
    yield from _latents_are_right(z.cpu(), model, batches)
    yield from _last_theta_is_right(theta.cpu(), model, batches)


def _foreseen(model: Any, batches: Any, part: int, rounded: bool = True) -> list[Tensor]:
    """Part `part` of what the model returns, for each batch, on the CPU."""
    rows = [x.flatten(1).round() if rounded else x.flatten(1) for x, _ in batches]
    with torch.no_grad():
        return [model(x)[part].cpu() for x in rows]


_GREY = (
    "Some pixel was grey.",
    "What happened to the training images before the model saw them, and what to these?",
)


def _latents_are_right(z: Tensor, model: Any, batches: Any) -> Iterator[Claim]:
    latents = _foreseen(model, batches, 3)
    yield claim(
        "z has a row for each of the 13 images",
        z.shape == (13, LATENT_DIM),
        f"With {LATENT_DIM} latent dimensions its shape is {tuple(z.shape)}.",
        first_case(
            (len(z) == 15, "How many images are in the last batch?"),
            (z.shape == latents[-1].shape, "Which batch do your latents come from?"),
            otherwise="How do the latents of all batches become one tensor?",
        ),
        "The rows of all batches stand below one another, whatever number each batch has.",
    )
    right = torch.cat(latents)
    grey = close(z, torch.cat(_foreseen(model, batches, 3, rounded=False)))
    mean = close(z, torch.cat(_foreseen(model, batches, 1)))
    yield claim(
        "these are the draws z of the rounded images, in the loader's order",
        close(z, right),
        first_case(
            (mean, "They are the means."),
            (grey, _GREY[0]),
            (close(z.sort(dim=0).values, right.sort(dim=0).values), "The order is another one."),
            otherwise="They are other numbers.",
        ),
        first_case(
            (mean, "Which of the four things that the model returns is the draw?"),
            (grey, _GREY[1]),
            otherwise="Which of the model's four answers do you keep, and in which order?",
        ),
        "What the model is given here is made in the same way as in training; what is kept is its "
        "fourth answer.",
    )


def _last_theta_is_right(theta: Tensor, model: Any, batches: Any) -> Iterator[Claim]:
    thetas = _foreseen(model, batches, 0)
    right = thetas[-1]
    grey = theta.shape == right.shape and close(
        theta, _foreseen(model, batches, 0, rounded=False)[-1]
    )
    yield claim(
        f"theta belongs to the last batch: 3 images here, so (3, {D})",
        close(theta, right),
        first_case(
            (grey, _GREY[0]),
            (theta.shape != right.shape, f"Its shape is {tuple(theta.shape)}."),
            otherwise="It has other numbers.",
        ),
        first_case(
            (grey, _GREY[1]),
            (close(theta, thetas[0]), "Which batch's theta do you return?"),
            (len(theta) == 13, "Of which images is theta asked for?"),
            otherwise="What does the model answer to the last batch, and how large is that one?",
        ),
        "After the loop, the name to which each batch's answer was given still holds the last one.",
    )


# --- the figure -------------------------------------------------------------------------------

_LIKE = 0.99  # correlation: 1 of the same picture in other shades, some 0.04 of two random ones


@lab.exercise("show_reconstructions")
def show_reconstructions(show_reconstructions: Callable[[Tensor, Tensor], Any]) -> Iterator[Claim]:
    if not callable(show_reconstructions):
        raise WrongUsage("The check wants the function itself: `show_reconstructions`, uncalled.")
    device = device_of(show_reconstructions)
    chance = torch.Generator().manual_seed(0)
    x = torch.rand(12, D, generator=chance).round()
    theta = torch.rand(12, D, generator=chance)
    what = f"`show_reconstructions(x, theta)`, with x and theta of shape (12, {D})"
    with trying(what), silenced(), _figures() as figures:
        show_reconstructions(x.to(device), theta.to(device))
    yield claim(
        "it draws pictures",
        bool(figures),
        "No figure with a picture in it was drawn.",
        "Which function puts a picture on the screen, and is it called?",
        "`nndl.plots` has functions for images; matplotlib's own do as well.",
    )
    places = _places(figures, torch.cat([x, theta]).reshape(-1, SIDE, SIDE))
    originals, reconstructed = places[:12], places[12:]
    yield from _ten_are_shown("original", "x", originals, figures)
    yield from _ten_are_shown("reconstruction", "theta", reconstructed, figures)
    pairs = list(zip(originals[:10], reconstructed[:10], strict=True))
    yield claim(
        "originals and reconstructions are in one figure",
        len({place[0] for pair in pairs for place in pair if place is not None}) == 1,
        "They are spread over several figures.",
        "How many figures are begun, and how many does the text ask for?",
        "In one figure there can be as many places for pictures as you like.",
    )
    # None of the places is None any more, which mypy can't know.
    steps = np.array([np.subtract(there, here)[1:] for here, there in pairs])  # type: ignore[arg-type]
    yield claim(
        "they do not cover one another",
        bool(np.abs(steps).max(axis=1).min() > 0.01),
        "An original and its reconstruction are drawn at the same place.",
        "How many places for pictures has your figure, and how many pictures?",
        "What is drawn later at the same place hides what was there.",
    )
    yield claim(
        "each reconstruction stands beside its own original, always at the same side",
        bool(np.ptp(steps, axis=0).max() < 0.02),
        "Seen from its original, it stands now here, now there.",
        "Is the third reconstruction that of the third original?",
        "Two rows of ten will do, or ten rows of two: image number i goes where number i belongs.",
    )


def _ten_are_shown(
    what: str, name: str, places: Sequence[tuple[float, ...] | None], figures: list[Drawn]
) -> Iterator[Claim]:
    """`places`: of the twelve images that were handed in as `name`."""
    first, more = places[:10], places[10:]
    found = sum(place is not None for place in first)
    size = " x ".join(map(str, figures[0].picture.shape))
    yield claim(
        f"the first ten images of `{name}` can be seen, each as a picture of 28 x 28",
        found == 10,
        f"{found} of them were found, among {len(figures)} picture"
        f"{'' if len(figures) == 1 else 's'}, the first of {size}.",
        f"What becomes of `{name}` between the argument and the picture?",
        "A row of 784 numbers is 28 rows of 28. Each image is drawn as it is, upright and whole.",
    )
    yield claim(
        f"only the first ten, though there are twelve {what}s",
        not any(more),
        "Later ones are shown too.",
        "How many does the text ask for, whatever the size of the batch?",
        "The last batch of the test set has sixteen images, another loader's may have more.",
    )


@contextlib.contextmanager
def _figures() -> Iterator[list[Drawn]]:
    """All pictures in the figures that are drawn in here; these figures are closed at the end.

    `plt.show` looks at them and closes them, as it does in a notebook.
    """
    found: list[Drawn] = []
    open_before = set(plt.get_fignums())

    def look(*_options: Any, **_named: Any) -> None:
        found.extend(each for each in drawn() if each.figure not in open_before)
        for number in set(plt.get_fignums()) - open_before:
            plt.close(number)

    show, plt.show = plt.show, look
    try:
        yield found
        look()
    finally:
        plt.show = show
        for number in set(plt.get_fignums()) - open_before:
            plt.close(number)


def _places(figures: list[Drawn], images: Tensor) -> list[tuple[float, ...] | None]:
    """Where each of the images, (M, 28, 28), is to be seen: figure, left edge, lower edge.

    An image may be part of a larger picture, and its values may be scaled or inverted.
    """
    places: list[tuple[float, ...] | None] = [None] * len(images)
    for each in figures:
        likeness = _likeness(each.picture, images)
        left, bottom, width, height = each.place
        rows, columns = each.picture.shape
        for i, like in enumerate(likeness):
            if like.numel() and like.max() > _LIKE:
                row, column = divmod(int(like.argmax()), like.shape[1])
                x = left + width * column / columns
                y = bottom + height * (1 - (row + SIDE) / rows)
                places[i] = (each.figure, x, y)
    return places


def _likeness(picture: Any, images: Tensor) -> Tensor:
    """How each image, (M, 28, 28), correlates with each part of the picture that is as large."""
    whole = torch.from_numpy(np.nan_to_num(picture)).float()[None, None]
    if min(whole.shape[-2:]) < SIDE:
        return torch.zeros(len(images), 0, 1)
    whole = whole - whole.mean()
    kernels = (images - images.mean(dim=(1, 2), keepdim=True))[:, None]
    kernels = kernels / kernels.norm(dim=(2, 3), keepdim=True)
    mean, square = F.avg_pool2d(torch.cat([whole, whole**2]), SIDE, stride=1)
    spread = ((square - mean**2).clamp(min=1e-9) * D).sqrt()
    return (F.conv2d(whole, kernels)[0] / spread).abs()
