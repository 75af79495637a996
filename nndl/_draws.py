"""Claims about a draw of latent vectors from N(mu, exp(logvar)), by its moments and its gradients.

A right draw is refused less than once in a million runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from nndl._probes import close, is_tensor, shape_of
from nndl.check import Claim, claim, trying

Draw = Callable[[Tensor, Tensor], Tensor]

_ROWS = 50_000
_MU = (3.0, 3.0, -2.0)
_LOGVAR = (1.5, 0.0, -2.0)

# The spread at logvar = 1.5 is exp(0.75) = 2.117. Spreads that give a slip away, and the question.
_SPREADS = (
    (4.482, "Is this the variance, where the standard deviation belongs?"),
    (2.241, "Which comes first: halving, or the exponential?"),
    (1.500, "What spread should logvar = 0 give, and what does yours give there?"),
    (0.472, "Should a larger logvar make the spread larger, or smaller?"),
    (2.828, "The log here is the natural one. Which base does your power have?"),
    (1.682, "The log here is the natural one. Which base does your power have?"),
    (20.09, "Does logvar have to be doubled, or the opposite?"),
    (3.403, "What spread should logvar = 0 give, and what does yours give there?"),
    (8.312, "What spread should logvar = 0 give, and what does yours give there?"),
    (0.611, "Which law does your noise follow: a bell, or equal chances on an interval?"),
    (1.222, "Which law does your noise follow: a bell, or equal chances on an interval?"),
    (1.000, "What does your sample do with logvar?"),
)


def draw_is_right(name: str, draw: Draw, device: torch.device | str = "cpu") -> Iterator[Claim]:
    """What holds for `draw(mu, logvar)`, called `name` in the text, with tensors on `device`."""
    yield from _takes_after_mu(name, draw, device)
    mu = torch.tensor(_MU, device=device).repeat(_ROWS, 1).requires_grad_()
    logvar = torch.tensor(_LOGVAR, device=device).repeat(_ROWS, 1).requires_grad_()
    with trying(f"`{name}(mu, logvar)` on {_ROWS:,} rows"):
        z, again = draw(mu * 1, logvar * 1), draw(mu * 1, logvar * 1)
        given = mu.detach().clone(), logvar.detach().clone()
        draw(*given)
    yield claim(
        "`mu` and `logvar` are left as they were",
        torch.equal(given[0], mu) and torch.equal(given[1], logvar),
        "After the call they hold other numbers.",
        "Does some operation write into a tensor that you were given?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    )
    noise = (z - mu).detach()
    yield from _chance_is_right(z.detach(), again.detach(), noise)
    yield from _moments_are_right(noise.cpu())
    yield from _gradients_are_right(z, mu, logvar)
    three = torch.full((4, 3), 3.0, device=device)
    tiny = draw(three, -20 * three)
    yield claim(
        "with a variance of almost nothing, z is `mu`",
        close(tiny, three),
        f"With mu = 3 and logvar = -60, z has {tiny.flatten()[0].item():.3f}.",
        "What is the standard deviation there, and is anything else added to it?",
        "The noise is only multiplied by the standard deviation.",
    )


def noise_is_torchs(draw: Draw) -> Iterator[Claim]:
    """That seeding torch makes `draw` repeat itself."""
    zeros = torch.zeros(4, 3)
    state = torch.get_rng_state()
    z = draw(zeros, zeros)
    torch.set_rng_state(state)
    yield claim(
        "the noise comes from torch's random numbers",
        torch.equal(z, draw(zeros, zeros)),
        "With torch's random numbers set back, z comes out different.",
        "Which library draws the noise, and would `torch.manual_seed` make it repeatable?",
        "Noise from NumPy or from Python knows nothing of torch's seed, nor of the device.",
    )


def _takes_after_mu(name: str, draw: Draw, device: torch.device | str) -> Iterator[Claim]:
    mu = torch.full((3, 5), 3.0, device=device)
    zeros = torch.zeros_like(mu)
    with trying(f"`{name}(mu, logvar)`, with mu and logvar of shape (3, 5)"):
        z = draw(mu, zeros)
    yield claim(
        "z has the shape of `mu`",
        is_tensor(z) and z.shape == mu.shape,
        f"For mu of shape (3, 5) it is {shape_of(z)}.",
        "How many numbers does one latent vector have, and how many are there?",
        "Each element of mu becomes one element of z.",
    )
    with trying(f"`{name}(mu, logvar)` in double precision"):
        z64 = draw(mu.double(), zeros.double())
    yield claim(
        "z has the dtype of `mu`",
        z64.dtype == torch.float64 and z.dtype == torch.float32,
        f"For mu in {mu.dtype} z is {z.dtype}; for mu in torch.float64 it is {z64.dtype}.",
        "Where does the noise get its dtype and its device from?",
        "Let the noise take after mu: torch has functions that draw something `like` a tensor.",
    )
    if torch.cuda.is_available():
        with trying(f"`{name}(mu, logvar)` on the GPU"):
            on_gpu = draw(mu.cuda(), zeros.cuda())
        yield claim(
            "z lives on the device of `mu`",
            on_gpu.device.type == "cuda",
            f"For mu on the GPU, z is on {on_gpu.device}.",
            "Where does the noise get its dtype and its device from?",
            "Let the noise take after mu: torch has functions that draw something `like` a tensor.",
        )


def _chance_is_right(z: Tensor, again: Tensor, noise: Tensor) -> Iterator[Claim]:
    yield claim(
        "z is a finite number, for `logvar` of both signs",
        bool(z.isfinite().all()),
        f"z has {(~z.isfinite()).sum().item():,} values that are nan or infinite.",
        "`logvar` may be negative. Which function in your formula can't take that?",
        "First undo the log. What you then have is a variance, which is never negative.",
    )
    centred = noise - noise.mean(dim=0)
    the_same_in_all_rows = centred.abs().max().item() < 1e-5
    yield claim(
        "z is drawn by chance, afresh at each call",
        not torch.equal(z, again),
        f"Nothing is random in it: for mu = 3 and logvar = 1.5 it is {z[0, 0].item():.2f}, always."
        if the_same_in_all_rows
        else "Two calls draw the very same noise.",
        "Where does chance come into z?"
        if the_same_in_all_rows
        else "What makes random numbers repeat themselves?",
        "A sample needs fresh noise at every call. Seeds are for the notebook to set.",
    )
    scaled = centred / centred.std(dim=0).clamp(min=1e-6)
    shared_by_columns = (scaled[:, 0] * scaled[:, 2]).mean().abs().item() > 0.5
    yield claim(
        "every element of z has noise of its own",
        not (the_same_in_all_rows or shared_by_columns),
        "All rows get the same noise."
        if the_same_in_all_rows
        else "All columns get the same noise.",
        "How many numbers must be drawn for a batch of N latent vectors?",
        "N times Z of them: if one number serves a row, a column or the batch, images or latent "
        "dimensions go together that should not.",
    )


def _moments_are_right(noise: Tensor) -> Iterator[Claim]:
    mean, spread = noise.mean(dim=0), noise.std(dim=0)
    yield claim(
        "the mean of z is `mu`",
        bool((mean.abs() < 0.04 * spread.clamp(min=1)).all()),
        f"For mu = 3 and logvar = 1.5 the mean of {_ROWS:,} samples is {3 + mean[0].item():.2f}.",
        "Is your noise as often negative as it is positive?"
        if noise[:, 0].min() >= 0
        else "What is the mean of the noise, and what is added to it?",
        "torch draws from many laws. The noise here is normal, with mean 0 and spread 1; mu is "
        "added to it as it is.",
    )
    right = torch.tensor(_LOGVAR).div(2).exp()
    slip = next((ask for s, ask in _SPREADS if abs(spread[0].item() / s - 1) < 0.03), "")
    yield claim(
        "the spread follows `logvar`: 2.12 where logvar = 1.5",
        bool(((spread / right - 1).abs() < 0.025).all()),
        f"Where logvar = 1.5, 0, -2 the spread is {_numbers(spread)}; {_numbers(right)} is right.",
        slip or "How do you get from the log of a variance to a standard deviation?",
        "Work it through on paper for a variance of 4: what is its log, what is the standard "
        "deviation, and which steps lead from the one to the other?",
    )
    tails = ((noise / right).abs() > 2).float().mean().item()
    yield claim(
        "the noise is normal: one draw in 22 is further than two spreads from the mean",
        abs(tails - 0.0455) < 0.005,
        f"It is {tails:.1%} of them, not 4.6 %.",
        "Which law does your noise follow?",
        "torch draws from many laws. The noise here is normal, with mean 0 and spread 1.",
    )


def _gradients_are_right(z: Tensor, mu: Tensor, logvar: Tensor) -> Iterator[Claim]:
    grads = (
        torch.autograd.grad(z.sum(), [mu, logvar], allow_unused=True)
        if z.requires_grad
        else (None, None)
    )
    cut = [f"`{name}`" for name, g in zip(("mu", "logvar"), grads, strict=True) if g is None]
    yield claim(
        "gradients flow through z to `mu` and to `logvar`",
        not cut,
        f"None reaches {' or '.join(cut)}.",
        "A draw alone has no derivative. What is the trick of this exercise's name?",
        "Keep the chance apart: draw noise that depends on nothing, then let mu and logvar act on "
        "it by plain arithmetic, with nothing that cuts the graph.",
    )
    to_mu, to_logvar = grads
    assert to_mu is not None and to_logvar is not None
    noise = (z - mu).detach()
    yield claim(
        "the gradients are right: 1 for `mu`, half of the noise part for `logvar`",
        close(to_mu, torch.ones_like(mu)) and close(to_logvar, noise / 2),
        "They have other values.",
        "On paper: what is dz/dmu, and what is dz/dlogvar?",
        "Some part of your formula is hidden from the gradients, or depends on mu or logvar twice.",
    )


def _numbers(values: Tensor) -> str:
    return ", ".join(f"{value:.2f}" for value in values.tolist())
