"""Small models for training loops: each notes what a loop does to it.

They have the methods of the models that students train, and compute next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks.loops import (
    PIXELS,
    SHADES,
    SIDE,
    Parameters,
    Recorder,
    Visit,
    as_rows,
    shaded,
)
from autograder.student import Handle, Student

BETA = 0.3
CLASSES = 10


# --- an auto-encoder ------------------------------------------------------------------------------


def small_autoencoder(student: Student) -> tuple[Recorder, Handle]:
    """An auto-encoder that lights its images up; what is noted of it, and itself.

    It can be used by its parts as well: the encoder hands the images on to the decoder.
    """
    start = {"encoder.shades": torch.zeros(SHADES), "decoder.shades": torch.zeros(SHADES)}
    recorder = Recorder(start, lit_up, lit_up_loss)
    model = recorder.put(
        student,
        encoder=lambda _, x: as_rows(x),
        decoder=recorder.forward,
        reconstruct=lambda seen, x: as_images(recorder.forward(seen, x.reshape(-1, PIXELS))),
    )
    model.nz.set(SHADES)
    return recorder, model


def lit_up(parameters: Parameters, x: Tensor, _: Tensor | None = None) -> Tensor:
    """Each row of x, (N, 784), with its parts made brighter or darker: (N, 1, 784).

    How much by, depends on the row: whoever compares it with another image's gets another loss and
    another gradient.
    """
    shades = parameters["encoder.shades"] + parameters["decoder.shades"]
    light = (x + 0.5) * shades.repeat(PIXELS // SHADES)
    return torch.sigmoid(x - 0.5 + light).unsqueeze(1)


def lit_up_loss(parameters: Parameters, x: Tensor, _: Tensor | None = None) -> Tensor:
    return F.binary_cross_entropy(lit_up(parameters, x).squeeze(1), x)


def as_images(rows: Tensor) -> Tensor:
    return rows.reshape(-1, SIDE, SIDE)


# --- a VAE, conditional or not --------------------------------------------------------------------


def small_vae(student: Student, conditional: bool) -> tuple[Recorder, Handle]:
    """A VAE that gives one picture for all images, or one per label; what is noted of it, and it.

    Its `loss` is unlike any VAE's: so we see whether a loop minimizes the one that its model has.
    """
    pictures = CLASSES if conditional else 1
    start = {"encoder.q": torch.zeros(SHADES), "decoder.shades": torch.zeros(pictures, SHADES)}
    recorder = Recorder(start, picture_and_code, lambda *given: small_loss(*given)[0])
    model = recorder.put(
        student,
        encoder=only_as_a_whole,
        decoder=only_as_a_whole,
        loss=lambda _, x, outputs: loss_of(as_rows(x), outputs, float(model.beta.read())),
        reconstruct=lambda seen, x, c=None: as_images(
            recorder.forward(seen, x.reshape(-1, PIXELS), c)["rec"]
        ),
    )
    model.nz.set(SHADES // 2)
    model.beta.set(BETA)
    model.conditional.set(conditional)
    model.num_labels.set(CLASSES if conditional else 0)
    return recorder, model


def picture_and_code(parameters: Parameters, x: Tensor, labels: Tensor | None) -> dict[str, Any]:
    """What the small VAE gives for rows x, (N, 784): "q" (N, 8), "rec" (N, 1, 784), "c".

    The encoder's parameter is in both, so that the weight of the KL loss shows in how it moves;
    there the two losses look at different parts of an image.
    """
    which = torch.zeros(len(x), dtype=torch.long) if labels is None else labels
    shift, shades = parameters["encoder.q"], parameters["decoder.shades"]
    q = shift + x.unflatten(1, (-1, SHADES)).mean(dim=1).roll(1, dims=1) - 0.5
    return {"q": q, "rec": shaded(shades[which] + shift).unsqueeze(1), "c": labels}


def only_as_a_whole(*_: Any, **__: Any) -> Any:
    raise ValueError("this small VAE is trained by model(...) and model.loss, not by its parts")


def small_loss(
    parameters: Parameters, x: Tensor, labels: Tensor | None
) -> tuple[Tensor, dict[str, Tensor]]:
    return loss_of(x, picture_and_code(parameters, x, labels))


def loss_of(x: Tensor, outputs: Any, beta: float = BETA) -> tuple[Tensor, dict[str, Tensor]]:
    """The small VAE's loss for rows x: (total, {"rec_loss", "kl_loss"}).

    Raises ValueError where `outputs` are not those of its `forward`.
    """
    if not isinstance(outputs, dict) or not {"q", "rec"} <= set(outputs):
        raise ValueError("model.loss takes the images and then what the model gave for them")
    rec_loss = F.mse_loss(outputs["rec"].flatten(1), x)
    # Its gradient is always the smaller one: together they come nowhere near zero at first.
    kl_loss = outputs["q"].square().sum(dim=1).mean() / 50
    return rec_loss + beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


# --- a VAE without a loss of its own --------------------------------------------------------------


class VaeRecorder(Recorder):
    """A recorder that answers as a VAE; with a small `scale` its parameters matter little.

    Then no gradient is so large that a limit of 1 would change it. loss(rows, recon, mu, log_var)
    is what a right loop minimizes, summed over the batch.
    """

    def __init__(
        self, scale: float, loss: Callable[..., Tensor], pixels: int = PIXELS, latent: int = 3
    ) -> None:
        self.scale, self.latent, self._loss = scale, latent, loss
        start = {"shades": SHADES, "mean": latent, "log_var": latent}
        super().__init__(
            {name: torch.zeros(size) for name, size in start.items()},
            lambda parameters, rows, _: self.outputs(parameters, rows),
            lambda parameters, rows, _: self.loss(parameters, rows),
            pixels,
        )

    def outputs(self, parameters: Parameters, rows: Tensor) -> tuple[Tensor, ...]:
        """recon, (N, pixels), the posterior's mean and log variance, and z, never the mean."""
        parts = rows.reshape(len(rows), -1, SHADES).mean(1) - 0.5
        recon = shaded(parts / 2 + self.scale * parameters["shades"], self.pixels)
        latent, wide = self.latent, parts.repeat(1, self.latent)  # wide enough for any latent
        mean = 3 * wide[:, :latent] + self.scale * parameters["mean"]
        log_var = 3 * wide[:, latent : 2 * latent] + self.scale * parameters["log_var"]
        return recon, mean, log_var, mean + (log_var / 2).exp() * (1.5 + wide[:, -latent:])

    def loss(self, parameters: Parameters, rows: Tensor) -> Tensor:
        """The loss of these rows, summed over them."""
        return self._loss(rows, *self.outputs(parameters, rows)[:3])

    def losses(self, visits: list[Visit]) -> list[Tensor]:
        """The summed loss of each of these calls."""
        return [self.loss(visit.parameters, visit.x) for visit in visits]
