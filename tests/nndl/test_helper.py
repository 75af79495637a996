"""The greeting and the training loop."""

from __future__ import annotations

import copy

import pytest
import torch

from nndl.helper import hello_helper, train_vae
from nndl.utils import reset_seed

SMALL = [("400", "20")]  # a narrow model trains in no time


def batches(n=4):
    generator = torch.Generator().manual_seed(0)
    return [(torch.rand(8, 1, 4, 4, generator=generator), torch.arange(8) % 10) for _ in range(n)]


def test_it_greets(capsys):
    hello_helper()
    assert "nndl.helper" in capsys.readouterr().out


def test_it_prints_one_line_and_returns_the_mean_over_batches(student, capsys):
    module = student(*SMALL)
    seen: list[float] = []
    right = module.loss_function

    def spying(*arguments):
        loss = right(*arguments)
        seen.append(loss.item())
        return loss

    module.loss_function = spying
    mean = train_vae(3, module.VAE(16), batches())
    out, err = capsys.readouterr()
    assert mean == pytest.approx(sum(seen) / 4)
    assert out == f"Train Epoch: 3 Loss: {mean:.6f}\n"
    assert err == ""  # no bar where nobody watches


def test_two_epochs_are_one_long_run_of_adam(student):
    """A fresh optimizer in each epoch would lose Adam's moments."""
    module = student(*SMALL)
    reset_seed(0)
    model = module.VAE(16)
    by_hand = copy.deepcopy(model)
    reset_seed(1)
    train_vae(1, model, batches())
    train_vae(2, model, batches())

    reset_seed(1)
    adam = torch.optim.Adam(by_hand.parameters(), lr=1e-3)
    for x, _ in batches() * 2:
        x_hat, mu, logvar = by_hand(x)
        adam.zero_grad()
        module.loss_function(x_hat, x, mu, logvar).backward()
        adam.step()
    for a, b in zip(model.parameters(), by_hand.parameters(), strict=True):
        assert torch.allclose(a, b)


def test_a_conditional_model_gets_one_hot_labels(student):
    module = student(*SMALL)
    seen = []
    forward = module.CVAE.forward
    module.CVAE.forward = lambda self, x, c: seen.append(c) or forward(self, x, c)
    train_vae(1, module.CVAE(16, num_classes=10), batches(1), cond=True)
    assert torch.equal(seen[0], torch.eye(10)[torch.arange(8)])


def test_any_iterable_of_batches_will_do(student):
    module = student(*SMALL)
    assert train_vae(1, module.VAE(16), (batch for batch in batches())) > 0


def test_an_edit_of_the_loss_takes_effect_in_the_next_epoch(student):
    module = student(*SMALL)
    model = module.VAE(16)
    before = train_vae(1, model, batches())
    right = module.loss_function
    module.loss_function = lambda *arguments: 1000 + right(*arguments)
    assert train_vae(2, model, batches()) > before + 900


def test_the_loss_is_found_beside_the_class_that_a_model_extends(student):
    module = student(*SMALL)

    class Mine(module.VAE):
        pass

    assert train_vae(1, Mine(16), batches()) > 0


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("def loss_function", "def los_function"), "looks for `loss_function`"),
        (("(bce + kl) / len(x)", "((bce + kl) / len(x)).item()"), "not a tensor"),
        (("(bce + kl) / len(x)", "bce.expand(3)"), "one number for the whole batch"),
        (("(bce + kl) / len(x)", "(bce + kl).detach()"), "no gradient"),
        (("(bce + kl) / len(x)", "bce * float('nan')"), "nan at batch 1"),
    ],
)
def test_a_loss_that_cannot_be_trained_with_is_explained(student, edit, words):
    module = student(*SMALL, edit)
    with pytest.raises(ValueError, match=words):
        train_vae(1, module.VAE(16), batches())


def test_a_loader_without_a_batch_is_explained(student):
    module = student(*SMALL)
    with pytest.raises(ValueError, match="no batch"):
        train_vae(1, module.VAE(16), [])
