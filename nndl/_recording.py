"""For checks of training loops: a tiny model and loader that a check can foresee.

The model has the methods of an auto-encoder or a VAE, starts from the same parameters every time
and has no chance in it, so that two loops that do the same end at the same parameters. It notes
what it is given. `train` is the right loop; its options are the wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nndl.data import TensorLoader

PIXELS = 28 * 28
LABELS = 10
Parts = dict[str, Tensor]


def loader(device: torch.device, shape: tuple[int, int, int] = (1, 28, 28)) -> TensorLoader:
    """Batches of 5, 5 and 3 images, none of them like another, in the same order at each pass."""
    chance = torch.Generator().manual_seed(0)
    brightness = torch.linspace(0.4, 1, 13).reshape(-1, 1, 1, 1)
    grey = 20 + 215 * brightness * torch.rand(13, *shape, generator=chance)
    images = grey.to(torch.uint8)  # no pixel is 0 or 1, where logarithms end
    labels = torch.arange(13) * 7 % LABELS
    return TensorLoader(
        images.to(device), labels.to(device), batch_size=5, shuffle=False, drop_last=False
    )


@dataclass(frozen=True)
class Pass:
    """What the model was given at one call, with gradients on, and whether it was in training."""

    images: Tensor  # (N, pixels)
    labels: Tensor | None
    training: bool

    def is_of(self, batch: Tensor) -> bool:
        """Whether these are the images of the batch, whatever shape it has."""
        rows = batch.flatten(start_dim=1)
        return self.images.shape == rows.shape and torch.allclose(self.images.to(rows), rows)


class _Encoder(nn.Module):
    def __init__(self, pixels: int, outputs: int) -> None:
        super().__init__()
        self.net = nn.Linear(pixels, outputs)
        self.of_label = nn.Linear(LABELS, outputs, bias=False)
        self.passes: list[Pass] = []

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        x = x.flatten(start_dim=1)
        if torch.is_grad_enabled():
            self.passes.append(Pass(x.detach().clone(), c, self.training))
        h = self.net(x)
        if c is not None and c.numel() == len(x):
            h = h + self.of_label(F.one_hot(c.reshape(-1), LABELS).float())
        return h


class _Decoder(nn.Module):
    def __init__(self, nz: int, pixels: int) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(nz, pixels), nn.Sigmoid())

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        return self.net(z).unsqueeze(1)


class RecordedAutoEncoder(nn.Module):
    """An auto-encoder whose encoder notes its `passes`."""

    def __init__(self, nz: int = 4, outputs: int | None = None, pixels: int = PIXELS) -> None:
        super().__init__()
        self.nz = nz
        self.encoder = _Encoder(pixels, outputs or nz)
        self.decoder = _Decoder(nz, pixels)
        chance = torch.Generator().manual_seed(1)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(0.05 * torch.randn(parameter.shape, generator=chance))

    def forward(self, x: Tensor) -> Tensor:
        """From images x, (N, pixels) in any shape, to reconstructions (N, 1, pixels)."""
        return self.decoder(self.encoder(x))

    def position(self) -> Tensor:
        """All parameters in one row: where training has got to."""
        return torch.cat([p.detach().flatten() for p in self.parameters()])


class RecordedVAE(RecordedAutoEncoder):
    """A VAE without chance, and with a `loss` that no other function gives."""

    def __init__(self, nz: int = 4, beta: float = 0.25) -> None:
        super().__init__(nz, outputs=2 * nz)
        self.beta = beta
        self.conditional, self.num_labels = True, LABELS

    def forward(  # type: ignore[override]  # a VAE gives more than its reconstruction
        self, x: Tensor, c: Tensor | None = None
    ) -> Parts:
        q = self.encoder(x, c)
        mu, log_sigma = q.chunk(2, dim=1)
        return {"q": q, "rec": self.decoder(mu + log_sigma, c)} | ({} if c is None else {"c": c})

    def loss(self, x: Tensor, outputs: Parts) -> tuple[Tensor, Parts]:
        """Returns (total, {"rec_loss", "kl_loss"}) with total = rec_loss + beta * kl_loss."""
        rec_loss = 3 * (outputs["rec"].flatten(1) - x.flatten(1)).abs().mean()
        kl_loss = 0.02 * outputs["q"].square().sum(dim=1).mean()  # so that beta makes a difference
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}


Loss = Callable[..., tuple[Tensor, Parts]]


def train(
    model: RecordedAutoEncoder,
    batches: TensorLoader,
    epochs: int,
    learning_rate: float,
    loss: Loss,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    clears: bool = True,
    renews: str = "",
    steps_each: str = "batch",
) -> list[Parts]:
    """The right loop, and what `loss(model, x, labels)` says of each step beside the total.

    Wrong ones: another optimizer, one that a new "epoch" or "batch" `renews`, gradients that are
    never cleared, and a step for each "epoch" alone.
    """
    adapt = optimizer(model.parameters(), lr=learning_rate)
    said = []
    for _ in range(epochs):
        if renews == "epoch":
            adapt = optimizer(model.parameters(), lr=learning_rate)
        for x, labels in batches:
            if renews == "batch":
                adapt = optimizer(model.parameters(), lr=learning_rate)
            total, parts = loss(model, x, labels)
            if clears:
                adapt.zero_grad()
            total.backward()
            if steps_each == "batch":
                adapt.step()
            said.append({name: part.detach() for name, part in parts.items()})
        if steps_each == "epoch":
            adapt.step()
    return said
