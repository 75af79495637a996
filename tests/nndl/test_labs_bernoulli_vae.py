# ruff: noqa: E501
# (the tables below hold one student per line)
"""The public checks of bernoulli_vae: right work passes however written, wrong work is named."""

from __future__ import annotations

import inspect
import re
from types import ModuleType

import lessons
import matplotlib.pyplot as plt
import pytest
import torch

from nndl.check import CheckFailed, Lab, WrongUsage
from nndl.utils import reset_seed

NAME = "bernoulli_vae"
# What each exercise is called with.
WORK = {
    "reparameterization": "Model",
    "loss_function": "loss_function",
    "training_step": "training_step",
    "elbo_curve": "train",
    "encode_test_set": "encode_test_set",
    "show_reconstructions": "show_reconstructions",
}
IMPORTS = """\
import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from nndl import plots
device = "cpu"
"""
CELLS = lessons.marked(lessons.lesson(NAME))
RIGHT = IMPORTS + "\n\n".join(
    CELLS[name].source for name in CELLS if name.endswith(("-given", "-solution"))
)


def check_all(lab: Lab, module: ModuleType) -> None:
    for exercise, name in WORK.items():
        lab.check(exercise, getattr(module, name))


@pytest.mark.parametrize("seed", range(3))
def test_a_right_solution_passes_every_check_whatever_the_seed(lab, notebook, capsys, seed):
    reset_seed(seed)
    check_all(lab, notebook())
    assert re.findall(r"^(\w+): right", capsys.readouterr().out, flags=re.MULTILINE) == list(WORK)


def test_checks_leave_random_numbers_figures_and_plotting_as_they_were(lab, notebook):
    module = notebook()
    mine, show = plt.figure(), plt.show
    reset_seed(3)
    check_all(lab, module)
    after = torch.rand(5)
    reset_seed(3)
    assert torch.equal(after, torch.rand(5))
    assert plt.get_fignums() == [mine.number]
    assert plt.show is show
    plt.close(mine)


SAMPLE = "return mean + std * torch.randn_like(std)"
STD = "torch.exp(log_var / 2)"
BCE = 'F.binary_cross_entropy(theta, x, reduction="sum")'
KL = "0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum()"
STEP = "    loss.backward()\n    optimizer.step()\n"
ROUND = "x = x.to(device).flatten(1).round()"
ADAM = "optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
EPOCH = "    for _ in range(epochs):\n"
TOTAL = "total += training_step(model, x, optimizer)"
MEAN = "curve.append(-total / images)"
TEST_ROUND = "x.to(device).flatten(1).round()"
SHOW = "plots.reconstructions(x[:10], theta[:10])"


def body(function: str) -> str:
    """The solution of a cell that holds one function, as it stands between the marks."""
    source = CELLS[f"{function}-solution"].source
    return source.split("### BEGIN SOLUTION\n")[1].split("    ### END SOLUTION")[0]


def figure(*lines: str) -> list[tuple[str, str]]:
    """`show_reconstructions` with these lines as its body, with 28 x 28 images x and t."""
    first = "x, t = x[:10].reshape(-1, 28, 28).cpu(), theta[:10].reshape(-1, 28, 28).cpu()"
    return [(SHOW, "\n    ".join([first, *lines]))]


ROWS_OF_TWO = (
    "fig, axes = plt.subplots(10, 2)",
    "for (a, b), original, guess in zip(axes, x, t): a.imshow(original); b.imshow(guess, cmap='gray')",
)
FOUR_ROWS = (
    "fig, axes = plt.subplots(4, 5)",
    "for i in range(10): axes[i // 5 * 2, i % 5].imshow(x[i]); axes[i // 5 * 2 + 1, i % 5].imshow(t[i])",
)
ONE_PICTURE = (
    "rows = [torch.cat(list(x), dim=1), torch.cat(list(t), dim=1)]",
    "plt.imshow(255 - 255 * torch.cat(rows)); plt.axis('off')",
)
TWO_PICTURES = (
    "plt.subplot(211); plt.imshow(torch.cat(list(x), dim=1)); plt.title('x')",
    "plt.subplot(212); plt.imshow(torch.cat(list(t), dim=1))",
)
TORCHVISIONS_GRID = (
    "from nndl._torchvision import load",
    "grid = load('torchvision.utils').make_grid(torch.cat([x, t])[:, None], nrow=10)",
    "plt.imshow(grid.permute(1, 2, 0))",
)

RIGHT_THOUGH_DIFFERENT = {
    "noise by torch.normal": [(SAMPLE, "return mean + torch.normal(0.0, 1.0, mean.shape) * std")],
    "noise in another order": [(SAMPLE, "return std * torch.randn(mean.T.shape, device=device).T + mean")],
    "in place on a fresh tensor": [(SAMPLE, "return torch.empty_like(mean).normal_().mul_(std).add_(mean)")],
    "rsample": [(SAMPLE, "return torch.distributions.Normal(mean, std).rsample()")],
    "addcmul": [(SAMPLE, "return torch.addcmul(mean, torch.randn_like(mean), std)")],
    "noise by NumPy": [(SAMPLE, "return mean + std * torch.from_numpy(np.random.randn(*std.shape)).float()")],
    "square root of the variance": [(STD, "log_var.exp().sqrt()")],
    "power of one half": [(STD, "torch.exp(log_var) ** 0.5")],
    "sampling without the method": [("self.reparameterization(mean, " + STD + ")", "mean + torch.randn_like(mean) * log_var.mul(0.5).exp()")],
    "calls .forward": [("self.Encoder(x)", "self.Encoder.forward(x)"), ("self.Decoder(z)", "self.Decoder.forward(z)")],
    "flattens again": [("self.Encoder(x)", "self.Encoder(x.view(-1, 784))"), (BCE, 'F.binary_cross_entropy(theta.view(-1, 784), x.view(-1, 784), reduction="sum")')],
    "a list of four": [("return self.Decoder(z), mean, log_var, z", "return [self.Decoder(z), mean, log_var, z]")],
    "the mean in eval": [("return self.Decoder(z), mean, log_var, z", "z = z if self.training else mean\n        return self.Decoder(z), mean, log_var, z")],
    "each pixel's cross entropy": [(BCE, 'F.binary_cross_entropy(theta, x, reduction="none").sum(dim=1).sum()'), (KL, "-0.5 * torch.sum(1 + log_var - mean.pow(2) - torch.exp(log_var))")],
    "BCELoss": [(BCE, "nn.BCELoss(reduction='sum')(theta, x)")],
    "logs by hand": [(BCE, "-(x * torch.log(theta + 1e-8) + (1 - x) * torch.log(1 - theta + 1e-8)).sum()")],
    "Bernoulli": [(BCE, "-torch.distributions.Bernoulli(probs=theta).log_prob(x).sum()")],
    "kl_divergence": [(KL, "torch.distributions.kl_divergence(torch.distributions.Normal(mean, (log_var / 2).exp()), torch.distributions.Normal(0.0, 1.0)).sum()")],
    "shape (1,), and prints": [("return reconstruction + kl", "print('loss!'); return (reconstruction + kl).reshape(1)")],
    "gradients cleared once more": [(STEP, "    model.zero_grad(set_to_none=False)\n" + STEP)],
    "gradients cleared at the end too": [(STEP, STEP + "    optimizer.zero_grad()\n")],
    "step tells a tensor": [("return loss.item()", "return loss.detach()")],
    "compared with one half": [(ROUND, "x = (x.reshape(len(x), -1).to(device) > 0.5).float()"), (TEST_ROUND, "torch.where(x.view(-1, 784) >= 0.5, 1.0, 0.0)")],
    "AdamW without decay": [(ADAM, "optimizer = torch.optim.AdamW(model.parameters(), lr, weight_decay=0)")],
    "enumerate, tensors, a progress bar": [
        ("for x, _labels in loader:\n            x =", "from tqdm import tqdm\n        for i, (x, _) in enumerate(tqdm(loader)):\n            x ="),
        (MEAN, "curve.append(torch.tensor(-total / images))"),
    ],
    "negative sums": [(TOTAL, "total -= training_step(model, x, optimizer)"), (MEAN, "curve.append(total / len(loader.images))")],
    "an array of NumPy": [("    return curve\n", "    return np.array(curve)\n")],
    "the test set's loop with a decorator": [
        ("def encode_test_set", "@torch.no_grad()\ndef encode_test_set"),
        ("    with torch.no_grad():\n", "    if True:\n"),
    ],
    "inference mode": [("torch.no_grad()", "torch.inference_mode()")],
    "detached": [("    with torch.no_grad():\n", "    if True:\n"), ("latents.append(z)", "latents.append(z.detach().cpu())"), ("return torch.cat(latents), theta", "return torch.vstack(latents), theta.detach().cpu()")],
    "by the model's parts": [("theta, _mean, _log_var, z = model(x.to(device).flatten(1).round())", "mean, log_var = model.Encoder(x.to(device).flatten(1).round())\n            z = model.reparameterization(mean, torch.exp(log_var / 2))\n            theta = model.Decoder(z)")],
    "ten rows of two": figure(*ROWS_OF_TWO),
    "four rows of five": figure(*FOUR_ROWS),
    "one picture, scaled and inverted": figure(*ONE_PICTURE),
    "one picture of each": figure(*TWO_PICTURES),
    "torchvision's grid": figure(*TORCHVISIONS_GRID),
    "one grid of twenty": [(SHOW, "plots.image_grid(torch.cat([x[:10], theta[:10]]), columns=10)")],
    "shown and closed": figure(*ROWS_OF_TWO, "plt.show(); plt.close('all'); return fig"),
}  # fmt: skip


@pytest.mark.parametrize("edits", RIGHT_THOUGH_DIFFERENT.values(), ids=RIGHT_THOUGH_DIFFERENT)
def test_what_is_right_though_different_passes(lab, notebook, edits):
    check_all(lab, notebook(*edits))
    assert plt.get_fignums() == []


# exercise, what is put in place of what, and words that the student must read at once
WRONG = {
    "log variance where the deviation belongs": ("reparameterization", STD, "log_var", "wants a standard deviation. What do you hand"),
    "variance where the deviation belongs": ("reparameterization", STD, "torch.exp(log_var)", "The exponential of the log variance is the variance"),
    "log of the deviation": ("reparameterization", STD, "log_var / 2", "half of log_var. And the deviation"),
    "sign of the log variance": ("reparameterization", STD, "torch.exp(-log_var / 2)", "make the spread larger, or smaller"),
    "std taken for a log variance": ("reparameterization", SAMPLE, "return mean + torch.exp(std / 2) * torch.randn_like(std)", "a standard deviation, or the logarithm"),
    "std taken for a log": ("reparameterization", SAMPLE, "return mean + torch.exp(std) * torch.randn_like(std)", "a standard deviation, or the logarithm"),
    "std taken for a variance": ("reparameterization", SAMPLE, "return mean + std.sqrt() * torch.randn_like(std)", "a standard deviation, or a variance"),
    "uniform noise": ("reparameterization", "randn_like", "rand_like", "as often negative as it is positive"),
    "uniform noise of the right spread": ("reparameterization", "torch.randn_like(std)", "(torch.rand_like(std) - 0.5) * 12**0.5", "the noise is normal"),
    "one noise for the batch": ("reparameterization", "torch.randn_like(std)", "torch.randn_like(std[0])", "All rows get the same noise"),
    "one noise per image": ("reparameterization", "torch.randn_like(std)", "torch.randn_like(std[:, :1])", "All columns get the same noise"),
    "seeded inside": ("reparameterization", SAMPLE, "torch.manual_seed(0)\n        " + SAMPLE, "make it repeat itself"),
    "no noise": ("reparameterization", SAMPLE, "return mean + std", "the very same z"),
    "sample() cuts the graph": ("reparameterization", SAMPLE, "return torch.distributions.Normal(mean, std).sample()", "None reaches `mean` or `std`"),
    "torch.normal cuts the graph to mean": ("reparameterization", SAMPLE, "return torch.normal(mean.detach(), std.detach()) + 0 * std", "None reaches `mean`"),
    "std overwritten": ("reparameterization", SAMPLE, "return std.mul_(torch.randn_like(std)) + mean", "left as they were"),
    "one number per image": ("reparameterization", SAMPLE, "return (mean + std * torch.randn_like(std))[:, :1]", "shape of `mean`"),
    "the mean decoded": ("reparameterization", "return self.Decoder(z), mean", "return self.Decoder(mean), mean", "decoded from the mean"),
    "another draw decoded": ("reparameterization", "return self.Decoder(z), mean", "return self.Decoder(self.reparameterization(mean, torch.exp(log_var / 2))), mean", "theta is decoded from the z"),
    "z replaced by the mean": ("reparameterization", "z = self.reparameterization(mean, " + STD + ")", "z = mean", "z is drawn afresh"),
    "mean and log_var swapped": ("reparameterization", "self.Decoder(z), mean, log_var", "self.Decoder(z), log_var, mean", "They are swapped"),
    "the deviation returned": ("reparameterization", "self.Decoder(z), mean, log_var", "self.Decoder(z), mean, torch.exp(log_var / 2)", "`log_var` has other numbers"),
    "z not returned": ("reparameterization", "mean, log_var, z\n", "mean, log_var\n", "returns four tensors"),
    "z returned first": ("reparameterization", "return self.Decoder(z), mean, log_var, z", "return z, mean, log_var, self.Decoder(z)", "is it in its place"),
    "graph cut": ("reparameterization", "self.Decoder(z)", "self.Decoder(z.detach())", "back to the encoder"),
    "BCE averaged while the KL is summed": ("loss_function", 'reduction="sum"', 'reduction="mean"', "How many pixels are summed"),
    "averaged over the images": ("loss_function", "return reconstruction + kl", "return (reconstruction + kl) / len(x)", "holds every image twice"),
    "multiplied by the batch again": ("loss_function", "return reconstruction + kl", "return (reconstruction + kl) * len(x)", "holds every image twice"),
    "KL averaged over the images": ("loss_function", "return reconstruction + kl", "return reconstruction + kl / len(x)", "it adds 5.07.*holds every image twice"),
    "KL averaged over latents": ("loss_function", ".sum()\n    return", ".sum(0).mean()\n    return", "How many latent dimensions"),
    "x and theta swapped": ("loss_function", "(theta, x, reduction", "(x, theta, reduction", "Which argument is the prediction"),
    "the lost -1": ("loss_function", "- 1 - log_var", "- log_var", "divergence of the prior from itself"),
    "KL's sign": ("loss_function", "reconstruction + kl", "reconstruction - kl", "never negative"),
    "KL without one half": ("loss_function", "0.5 * (mean", "1.0 * (mean", "mean 2 and log_var 0"),
    "KL's half on one term": ("loss_function", "0.5 * (mean**2", "(0.5 * mean**2", "Which of the terms are halved"),
    "sign of log_var": ("loss_function", "1 - log_var", "1 + log_var", r"Right: 0.359"),
    "variance squared in KL": ("loss_function", "log_var.exp()", "log_var.exp() ** 2", "squared once more"),
    "log_var as log of the deviation": ("loss_function", "log_var.exp() - 1 - log_var", "(2 * log_var).exp() - 1 - 2 * log_var", "or of the standard deviation"),
    "log of a log": ("loss_function", "- 1 - log_var", "- 1 - torch.log(log_var)", "finite"),
    "KL missing": ("loss_function", "reconstruction + kl", "reconstruction", "left out"),
    "reconstruction missing": ("loss_function", "reconstruction + kl", "kl", "left out"),
    "the ELBO, not its negative": ("loss_function", "reconstruction + kl", "-reconstruction - kl", "made small, or large"),
    "one half of the cross entropy": ("loss_function", BCE, "-(x * theta.log()).sum()", "theta = 0.9"),
    "sigmoid of its own": ("loss_function", "cross_entropy(", "cross_entropy_with_logits(", "sigmoid of its own"),
    "squared error": ("loss_function", BCE, "((theta - x) ** 2).sum()", "Which law do the pixels follow"),
    "a plain number": ("loss_function", "return reconstruction + kl", "return (reconstruction + kl).item()", "What does `backward` start from"),
    "the graph cut in the loss": ("loss_function", "reconstruction + kl", "reconstruction.detach() + kl", "None reaches `theta`"),
    "no backward": ("training_step", STEP, "    optimizer.step()\n", "no gradient now.*Who computes the gradients"),
    "no step": ("training_step", STEP, "    loss.backward()\n", "Who moves the parameters"),
    "neither": ("training_step", STEP, "", "no gradient now"),
    "step before backward": ("training_step", STEP, "    optimizer.step()\n    loss.backward()\n", "Who moves the parameters"),
    "cleared between backward and step": ("training_step", STEP, "    loss.backward()\n    optimizer.zero_grad()\n    optimizer.step()\n", "after the old ones were cleared"),
    "never cleared": ("training_step", "    optimizer.zero_grad()\n", "", "When are these cleared"),
    "two steps": ("training_step", STEP, STEP + "    optimizer.step()\n", "What is done twice"),
    "uphill": ("training_step", "loss.backward()", "(-loss).backward()", "moved uphill"),
    "returns nothing": ("training_step", "    return loss.item()\n", "", "It returns None"),
    "returns the loss per image": ("training_step", "return loss.item()", "return loss.item() / len(x)", "batch's summed loss"),
    "training_step unfinished": ("elbo_curve", STEP, "    loss.backward()\n", "What does the check of `training_step` say"),
    "grey images in training": ("elbo_curve", ROUND, "x = x.to(device).flatten(1)", "which values can such a draw have"),
    "everything inked is 1": ("elbo_curve", ROUND, "x = (x.to(device).flatten(1) > 0).float()", "Which values become 0"),
    "images not flattened": ("elbo_curve", ROUND, "x = x.to(device).round()", "have the same shape here"),
    "an axis too many": ("elbo_curve", ROUND, "x = x.to(device).flatten(2).round()", "have the same shape here"),
    "one epoch, whatever is asked for": ("elbo_curve", EPOCH, "    for _ in range(1):\n", "How often does the loop"),
    "the last batch left out": ("elbo_curve", "        for x, _labels in loader:\n            x =", "        for x, _labels in list(loader)[:-1]:\n            x =", "every batch once"),
    "two steps for each batch": ("elbo_curve", TOTAL, TOTAL + "; training_step(model, x, optimizer)", "every batch once"),
    "a new Adam in each epoch": ("elbo_curve", EPOCH, EPOCH + "        " + ADAM + "\n", "How long does yours live"),
    "a new Adam for each batch": ("elbo_curve", TOTAL, ADAM + "\n            " + TOTAL, "How long does yours live"),
    "lr not used": ("elbo_curve", ADAM, "optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)", "Which learning rate does your optimizer get"),
    "plain gradient descent": ("elbo_curve", ADAM, "optimizer = torch.optim.SGD(model.parameters(), lr=lr)", "Which optimizer does the text ask for"),
    "another model's parameters": ("elbo_curve", ADAM, "optimizer = torch.optim.Adam(nn.Linear(2, 2).parameters(), lr=lr)", "What changes the parameters"),
    "the loss, not the ELBO": ("elbo_curve", MEAN, "curve.append(total / images)", "Which sign has the ELBO"),
    "sums over a batch (10,900)": ("elbo_curve", MEAN, "curve.append(-total / len(loader))", "By how many images do you divide"),
    "the sum over the data": ("elbo_curve", MEAN, "curve.append(-total)", "By how many images do you divide"),
    "multiplied by the size of the batch": ("elbo_curve", TOTAL, "total += training_step(model, x, optimizer) * len(x)", "gives a sum already"),
    "multiplied by 128": ("elbo_curve", TOTAL, "total += training_step(model, x, optimizer) * 128", "gives a sum already"),
    "batches assumed full": ("elbo_curve", MEAN, "curve.append(-total / (len(loader) * 128))", "How many images are in the last batch"),
    "batches assumed as large as the first": ("elbo_curve", MEAN, "curve.append(-total / (len(loader) * loader.batch_size))", "How many images are in the last batch"),
    "a mean of means": ("elbo_curve", TOTAL, "total += training_step(model, x, optimizer) / len(x) / len(loader) * 13", "How many images are in the last batch"),
    "per pixel": ("elbo_curve", MEAN, "curve.append(-total / images / 784)", "per image, or per pixel"),
    "sums run on": ("elbo_curve", "        total, images = 0.0, 0\n", "        total, images = (total if curve else 0.0), 0\n", "when an epoch begins"),
    "a number per batch": ("elbo_curve", "            images += len(x)\n", "            images += len(x)\n            curve.append(-total / images)\n", "of length 8"),
    "nothing returned": ("elbo_curve", "    return curve\n", "    pass\n", "returns None"),
    "grey images at test time": ("encode_test_set", TEST_ROUND, "x.to(device).flatten(1)", "Some pixel was grey"),
    "means in place of z": ("encode_test_set", "latents.append(z)", "latents.append(_mean)", "They are the means"),
    "latents with gradients": ("encode_test_set", "    with torch.no_grad():\n", "    if True:\n", "have no gradients"),
    "latents of the last batch only": ("encode_test_set", "torch.cat(latents), theta", "latents[-1], theta", "Which batch do your latents come from"),
    "batches assumed full at test time": ("encode_test_set", "    latents = []\n", "    latents = [torch.zeros(2, 20)]\n", "How many images are in the last batch"),
    "in another order": ("encode_test_set", "torch.cat(latents)", "torch.cat(latents[::-1])", "The order is another one"),
    "theta of the first batch": ("encode_test_set", "torch.cat(latents), theta", "torch.cat(latents), model(next(iter(loader))[0].flatten(1).round())[0].detach()", "Which batch's theta"),
    "theta of all images": ("encode_test_set", "torch.cat(latents), theta", "torch.cat(latents), model(loader.images.flatten(1).div(255).round())[0].detach()", "Of which images is theta asked for"),
    "a list of batches": ("encode_test_set", "torch.cat(latents), theta", "latents, theta", "a tuple of a list, a Tensor.*of which kind"),
    "trains on the test set": ("encode_test_set", "    latents = []\n", "    latents = []\n    with torch.no_grad(): next(model.parameters()).add_(1)\n", "leaves the model's parameters alone"),
    "nothing drawn": ("show_reconstructions", SHOW, "pass", "No figure with a picture"),
    "originals only": ("show_reconstructions", SHOW, "plots.image_grid(x[:10])", "`theta` can be seen"),
    "reconstructions only": ("show_reconstructions", SHOW, "plots.image_grid(theta[:10])", "`x` can be seen"),
    "five pairs": ("show_reconstructions", SHOW, "plots.reconstructions(x[:5], theta[:5])", "5 of them were found"),
    "all twelve pairs": ("show_reconstructions", SHOW, "plots.reconstructions(x, theta)", "Later ones are shown too"),
    "the last ten": ("show_reconstructions", SHOW, "plots.reconstructions(x[-10:], theta[-10:])", "8 of them were found"),
    "rows of pixels as they are": ("show_reconstructions", SHOW, "plt.imshow(torch.cat([x[:10], theta[:10]]))", "the first of 20 x 784"),
    "pixels mixed up": ("show_reconstructions", SHOW, "plots.reconstructions(x[:10], theta[:10].reshape(-1, 28, 28).mT)", "`theta` can be seen"),
    "theta rounded": ("show_reconstructions", SHOW, "plots.reconstructions(x[:10], theta[:10].round())", "`theta` can be seen"),
    "pairs mixed up": ("show_reconstructions", SHOW, "plots.reconstructions(x[:10], theta[:10].flip(0))", "the third reconstruction"),
    "two figures": ("show_reconstructions", SHOW, "plots.image_grid(x[:10]); plots.image_grid(theta[:10])", "spread over several figures"),
    "on top of each other": ("show_reconstructions", SHOW, "fig, axes = plt.subplots(1, 10); [(a.imshow(p.view(28, 28)), a.imshow(q.view(28, 28))) for a, p, q in zip(axes, x, theta)]", "do not cover"),
}  # fmt: skip


@pytest.mark.parametrize(("exercise", "old", "new", "words"), WRONG.values(), ids=WRONG)
def test_a_mistake_fails_with_words_that_name_it(lab, notebook, exercise, old, new, words):
    module = notebook((old, new))
    with pytest.raises(CheckFailed) as failure:
        lab.check(exercise, getattr(module, WORK[exercise]))
    assert re.search(words, str(failure.value), flags=re.DOTALL), str(failure.value)
    assert plt.get_fignums() == []


def test_a_broadcast_that_the_loss_lets_through_is_found(lab, notebook):
    """A loss written by hand takes (N, 1, 784) beside (N, 784), and means something else."""
    by_hand = "-(x * torch.log(theta) + (1 - x) * torch.log(1 - theta)).sum()"
    module = notebook((BCE, by_hand), (ROUND, "x = x.to(device).flatten(2).round()"))
    with pytest.raises(CheckFailed, match=r"rows of pixels.*\n.*\(5, 1, 784\)"):
        lab.check("elbo_curve", module.train)


def test_hints_come_in_stages_and_the_first_is_a_question(lab, notebook):
    module = notebook((STD, "log_var"))
    stages = []
    for _ in range(3):
        with pytest.raises(CheckFailed) as failure:
            lab.check("reparameterization", module.Model)
        stages.append(re.findall(r"Hint \d of \d: (.*)", str(failure.value)))
    assert [len(hints) for hints in stages] == [1, 2, 2]
    assert stages[0][0].endswith("?")


def test_a_wrong_loss_is_not_held_against_the_training(lab, notebook, capsys):
    module = notebook(("- 1 - log_var", "- log_var"))
    lab.check("training_step", module.training_step)
    lab.check("elbo_curve", module.train)
    out = capsys.readouterr().out
    assert "training_step: right" in out and "elbo_curve: right" in out


@pytest.mark.parametrize("position", range(len(WORK)))
def test_an_exercise_can_be_checked_as_soon_as_it_is_written(lab, notebook, capsys, position):
    """However many of the later ones are still empty, which is no error."""
    names = list(WORK)
    unwritten = names[position:]
    edits = [(body(name), "    raise NotImplementedError\n") for name in unwritten[1:]]
    first = CELLS[f"{unwritten[0]}-solution"].source
    module = notebook(*edits, (first, lessons.without_solutions(first)))
    for name in names:
        lab.check(name, getattr(module, WORK[name]))
        shown = capsys.readouterr()
        if name in unwritten:
            assert shown.err.startswith(f"{name}: not done yet") and not shown.out
        else:
            assert f"{name}: right" in shown.out and not shown.err


def test_forward_may_come_after_the_sample(lab, notebook, capsys):
    forward = inspect.cleandoc(
        CELLS["reparameterization-solution"].source.split("### BEGIN SOLUTION\n")[2]
    ).split("### END SOLUTION")[0]
    module = notebook((forward.splitlines()[0], "raise NotImplementedError"))
    lab.check("reparameterization", module.Model)
    assert "reparameterization: not done yet" in capsys.readouterr().err


@pytest.mark.parametrize("name", WORK)
def test_what_is_no_function_is_wrong_usage(lab, name):
    with pytest.raises(WrongUsage, match="The check wants the"):
        lab.check(name, 3)


def test_a_missing_loss_is_asked_for(lab, notebook):
    module = notebook()
    del module.loss_function
    with pytest.raises(WrongUsage, match="needs your `loss_function` too"):
        lab.check("training_step", module.training_step)


@pytest.mark.parametrize("name", ["elbo_identity", "kl_closed_form"])
def test_written_questions_are_known(lab, name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lab.check(name)
    assert f"{name}: not checked" in capsys.readouterr().out
