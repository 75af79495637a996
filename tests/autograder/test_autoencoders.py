"""autoencoders: a slip in the networks costs its own points, whatever is built on them later."""

from __future__ import annotations

import pytest

from autograder.diagnosis import as_submission
from autograder.grading import run_checks
from autograder.misconceptions import misconceptions
from autograder.sandbox.process import WarmProcess

TASK = "autoencoders"
MISTAKES = {mistake.name: mistake.module for mistake in misconceptions(TASK)}
INHERITED = """
class CVAEEncoder(Encoder):
    def __init__(self, nz, input_size, conditional, num_labels):
        super(CVAEEncoder, self).__init__(nz, input_size + num_labels * conditional)
        self.conditional, self.num_labels = conditional, num_labels

    def forward(self, x, c=None):
        x = x.flatten(1)
        if self.conditional:
            x = torch.cat([x, idx2onehot(c, self.num_labels)], dim=1)
        return super().forward(x)
"""
NET_ALONE = """
class CVAEEncoder(nn.Module):
    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__()
        self.conditional, self.num_labels = conditional, num_labels
        self.net = Encoder(nz, input_size + num_labels * conditional).net

    def forward(self, x, c=None):
        x = x.flatten(1)
        if self.conditional:
            x = torch.cat([x, idx2onehot(c, self.num_labels)], dim=1)
        return self.net(x)
"""
LOSS_TAKEN_OVER = """
class CVAE(CVAE):
    loss = VAE.loss
"""


def a_function(name: str) -> str:
    """The class of that name, made by a function: no class that others could inherit from."""
    return f"\n{name}_class = {name}\ndef {name}(*sizes):\n    return {name}_class(*sizes)\n"


@pytest.mark.parametrize(
    ("mistake", "more", "items"),
    [
        ("encoder-first-relu-missing", INHERITED, ("encoder_decoder", "cvae")),
        ("encoder-first-relu-missing", NET_ALONE, ("encoder_decoder", "cvae")),
        ("encoder-first-relu-missing", a_function("Encoder"), ("encoder_decoder", "vae", "cvae")),
        ("rec-loss-summed-over-pixels", LOSS_TAKEN_OVER, ("vae", "cvae")),
    ],
    ids=["inherited", "its net alone", "made by a function", "loss taken over"],
)
def test_one_slip_costs_its_points_once(
    mistake: str, more: str, items: tuple[str, ...], warm: WarmProcess
) -> None:
    submission = as_submission(TASK, mistake, MISTAKES[mistake] + more)
    run = run_checks(submission, warm, only=items)
    assert run.failed() == {items[0]}
    assert run.carried["cvae"] == [items[0]]
