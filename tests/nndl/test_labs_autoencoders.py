# ruff: noqa: E501
# (the tables below hold one student per line)
"""The public checks of autoencoders: right work passes however it is written, wrong work is named.

Students are made from the lesson's own solution, by edits of its text.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import jupytext
import numpy as np
import pytest
import torch

import nndl
from nndl.check import CheckFailed, Lab, WrongUsage
from nndl.data import TensorLoader
from nndl.labs.autoencoders import BETA_BAND
from nndl.utils import reset_seed

LESSON = Path(__file__).parents[2] / "solutions" / "autoencoders" / "autoencoders.md"
SET_UP = """\
import torch
import torch.nn.functional as F
from torch import nn

from nndl.data import TensorLoader

batch_size = 64
in_size = out_size = 28 * 28
nz = 32
device = "cuda" if torch.cuda.is_available() else "cpu"

"""
NAME = "autoencoders"
WORK = {
    "encoder_decoder": ("Encoder", "Decoder", "mnist_data_loader"),
    "train_autoencoder": ("train_autoencoder",),
    "sample_prior": ("sample_prior",),
    "vae": ("VAE",),
    "train_vae": ("train_vae",),
    "tuned_beta": ("TUNED_BETA",),
    "interpolate": ("interpolate", "AutoEncoder", "VAE"),
    "cvae": ("CVAE",),
    "sample_digits": ("train_cvae", "sample_digits"),
}


def definitions() -> str:
    """What a solved notebook defines: its cells of code to write and of code that is given."""
    marks = [
        (cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
        for cell in jupytext.read(LESSON).cells
    ]
    return SET_UP + "\n\n\n".join(
        source for name, source in marks if name.endswith(("-given", "-solution", "-loader"))
    )


RIGHT = definitions()


def check(lab: Lab, exercise: str, module: ModuleType) -> None:
    lab.check(exercise, *(getattr(module, name) for name in WORK[exercise]))


def test_the_lab_has_every_exercise_of_the_lesson(lab):
    cells = jupytext.read(LESSON).cells
    graded = {
        cell.metadata["nbgrader"]["grade_id"]
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert set(lab.exercises) == graded


@pytest.mark.parametrize("seed", range(3))
def test_a_right_solution_passes_every_check_whatever_the_seed(lab, notebook, capsys, seed):
    module = notebook()
    reset_seed(seed)
    for exercise in WORK:
        check(lab, exercise, module)
    out, err = capsys.readouterr()
    assert re.findall("^([a-z_]+): right", out, flags=re.MULTILINE) == list(WORK)
    assert err == ""


def test_a_check_leaves_the_students_random_numbers_as_they_were(lab, notebook):
    module = notebook()
    reset_seed(3)
    check(lab, "vae", module)
    check(lab, "sample_prior", module)
    after = torch.rand(5)
    reset_seed(3)
    assert torch.equal(after, torch.rand(5))


# --- right, though different ------------------------------------------------------------------

SAMPLE = "z = mu + torch.exp(log_sigma) * torch.randn_like(mu)"
CHUNK = "mu, log_sigma = q.chunk(2, dim=1)"
BCE = 'F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))'
KL = "kl_divergence(mu, log_sigma, prior, prior).sum(dim=1).mean()"
TOTAL = "return rec_loss + self.beta * kl_loss, {"
MEAN = "mu = self.encoder(x.reshape(-1, in_size))[:, : self.nz]"
ENCODER_NET = """\
        self.net = nn.Sequential(
            nn.Linear(input_size, 256),
            nn.ReLU(),
            nn.Linear(256, 64),
            nn.ReLU(),
            nn.Linear(64, nz),
        )"""
DATA_LOADER = """\
    return TensorLoader(
        split.images, split.labels, batch_size=batch_size, shuffle=True, drop_last=True
    )"""
PRIOR_DRAW = "z = torch.randn(n, model.nz, device=device)\n    with torch.no_grad():\n        return model.decoder(z).reshape(n, 1, 28, 28)"
DIGITS_BODY = """\
    labels = torch.arange(10, device=device)
    z = torch.randn(10, model.nz, device=device)
    with torch.no_grad():
        return model.decoder(z, labels).reshape(10, 28, 28)"""
PATH_BODY = """\
    pair = torch.stack([start_img, end_img]).reshape(2, in_size)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)"""
CLEAR = "optimizer.zero_grad()"
STEP = "            optimizer.zero_grad()\n            loss.backward()\n            optimizer.step()\n            losses.append(loss.item())"
VAE_STEP = """\
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())"""
ADAM = "torch.optim.Adam(model.parameters(), lr=learning_rate)"

RIGHT_THOUGH_DIFFERENT = {
    "torch's own DataLoader": (["encoder_decoder"], [(DATA_LOADER, "    pairs = torch.utils.data.TensorDataset(split.images.float() / 255, split.labels)\n    return torch.utils.data.DataLoader(pairs, batch_size, shuffle=True, drop_last=True)")]),
    "loader of 64, as a number": (["encoder_decoder"], [("batch_size=batch_size", "batch_size=64")]),
    "another batch size in the notebook": (["encoder_decoder"], [("batch_size = 64", "batch_size = 100")]),
    "layers as attributes": (["encoder_decoder", "vae", "cvae"], [
        (ENCODER_NET, "        self.c, self.b, self.a = nn.Linear(64, nz), nn.Linear(256, 64), nn.Linear(input_size, 256)"),
        ("return self.net(x.flatten(start_dim=1))", "return self.c(F.relu(self.b(torch.relu(self.a(x.view(x.size(0), -1))))))"),
    ]),
    "ModuleList and squeeze": (["encoder_decoder"], [
        (ENCODER_NET, "        self.layers = nn.ModuleList([nn.Linear(input_size, 256), nn.Linear(256, 64), nn.Linear(64, nz)])"),
        ("return self.net(x.flatten(start_dim=1))", "x = x.squeeze(1)\n        for layer in self.layers[:-1]:\n            x = layer(x).clamp(min=0)\n        return self.layers[-1](x)"),
    ]),
    "unflatten in the decoder": (["encoder_decoder", "sample_prior", "cvae"], [("return self.net(z).unsqueeze(1)", "return self.net(z).reshape(z.shape[0], 1, -1)")]),
    "calls .forward": (["vae", "cvae"], [("self.encoder(", "self.encoder.forward("), ("self.decoder(", "self.decoder.forward(")]),
    "no train(), cleared first, on the model": (["train_autoencoder", "train_vae", "sample_digits"], [("    model.train()\n", ""), ("        for x, ", "        for x, "), (CLEAR, "model.zero_grad(set_to_none=False)")]),
    "parts of the auto-encoder": (["train_autoencoder"], [("binary_cross_entropy(model(x), x)", "binary_cross_entropy(model.decoder(model.encoder(x)), x)")]),
    "rows, nn.BCELoss, AdamW without decay": (["train_autoencoder"], [
        ("x = x.to(device).reshape(len(x), 1, in_size)\n            loss = F.binary_cross_entropy(model(x), x)", "x = x.to(device).view(x.size(0), -1)\n            loss = nn.BCELoss()(model(x).squeeze(1), x)"),
        (ADAM, "torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0)"),
    ]),
    "images as they come": (["train_autoencoder"], [("loss = F.binary_cross_entropy(model(x), x)", "x = x.reshape(-1, 1, 28, 28)\n            loss = F.binary_cross_entropy(model(x).reshape(x.shape), x)")]),
    "logs by hand": (["train_autoencoder"], [("loss = F.binary_cross_entropy(model(x), x)", "r = model(x)\n            loss = -(x * torch.log(r + 1e-8) + (1 - x) * torch.log(1 - r + 1e-8)).mean()")]),
    "a progress bar": (["train_autoencoder", "train_vae", "sample_digits"], [("in loader:", "in __import__('tqdm').tqdm(loader):")]),
    "enumerate, and prints": (["train_autoencoder", "train_vae"], [("        for x, _labels in loader:", "        for i, (x, _labels) in enumerate(loader):\n            print(i)")]),
    "detached tensors": (["train_autoencoder"], [("losses.append(loss.item())", "losses.append(loss.detach())")]),
    "NumPy's numbers, in an array": (["train_autoencoder"], [("losses.append(loss.item())", "losses.append(loss.detach().cpu().numpy())"), ("    return losses\n", "    return __import__('numpy').array(losses)\n")]),
    "looks at pictures in between": (["train_autoencoder"], [("    return losses\n", "        model.eval()\n        with torch.no_grad():\n            model(next(iter(loader))[0])\n        model.train()\n    return losses\n")]),
    "gradients clipped where they are large": (["train_vae"], [("            optimizer.step()", "            nn.utils.clip_grad_norm_(model.parameters(), 100.0)\n            optimizer.step()")]),
    "the total put together again": (["train_vae", "sample_digits"], [("total, parts = model.loss(x, model(x))", "parts = model.loss(x, model(x))[1]\n            total = parts['rec_loss'] + model.beta * parts['kl_loss']")]),
    "lists from a list": (["train_vae"], [("return rec_losses, kl_losses", "return [rec_losses, kl_losses]")]),
    "labels as a column": (["sample_digits"], [("model(x, labels)", "model(x, c=labels.view(-1, 1))")]),
    "one code after another": (["sample_prior"], [(PRIOR_DRAW, "return torch.cat([model.decoder(torch.randn(1, model.nz).to(device)).view(1, 1, 28, 28) for _ in range(n)])")]),
    "torch.normal, and the decoder's net": (["sample_prior"], [(PRIOR_DRAW, "return model.decoder.net(torch.normal(0.0, 1.0, (n, model.nz), device=device)).view(-1, 1, 28, 28)")]),
    "torch.distributions": (["sample_prior"], [(PRIOR_DRAW, "z = torch.distributions.MultivariateNormal(torch.zeros(model.nz), torch.eye(model.nz)).sample((n,))\n    return model.decoder(z.to(device)).view(n, 1, 28, 28).detach().cpu()")]),
    "slices": (["vae", "cvae"], [(CHUNK, "mu, log_sigma = q[..., : self.nz], q[:, -self.nz :]")]),
    "view in two halves": (["vae"], [(CHUNK, "mu, log_sigma = q.view(-1, 2, self.nz).unbind(1)")]),
    "rsample": (["vae", "cvae"], [(SAMPLE, "z = torch.distributions.Normal(mu, log_sigma.exp()).rsample()")]),
    "noise in another order": (["vae"], [(SAMPLE, "z = torch.randn(mu.T.shape, device=device).T * log_sigma.exp() + mu")]),
    "in place on a fresh tensor": (["vae"], [(SAMPLE, "z = torch.empty_like(mu).normal_().mul_(log_sigma.exp()).add_(mu)")]),
    "the mean in eval": (["vae"], [(SAMPLE, "z = mu + torch.exp(log_sigma) * torch.randn_like(mu) if self.training else mu")]),
    "rec as images": (["vae"], [('"rec": self.decoder(z)}', '"rec": self.decoder(z).view(-1, 1, 28, 28)}')]),
    "global sizes of images": (["vae"], [("x.flatten(1))\n        mu, log_sigma = outputs", "x.reshape(-1, in_size))\n        mu, log_sigma = outputs")]),
    "KL by torch.distributions": (["vae"], [(KL, "torch.distributions.kl_divergence(torch.distributions.Normal(mu, log_sigma.exp()), torch.distributions.Normal(prior, 1 + prior)).sum(-1).mean()")]),
    "KL by hand, sum over the batch size": (["vae"], [(KL, "-0.5 * torch.sum(1 + 2 * log_sigma - mu * mu - torch.exp(2 * log_sigma)) / x.size(0)")]),
    "BCE by sum": (["vae"], [(BCE, "F.binary_cross_entropy(outputs['rec'].flatten(1), x.flatten(1), reduction='sum') / x.numel()")]),
    "parts as floats, shape (1,)": (["vae"], [(TOTAL + '"rec_loss": rec_loss, "kl_loss": kl_loss}', "return (rec_loss + self.beta * kl_loss).reshape(1), {'rec_loss': rec_loss.item(), 'kl_loss': kl_loss.item()}")]),
    "reconstruct without a graph, one image as (28, 28)": (["vae"], [("        " + MEAN + "\n        return self.decoder(mu).reshape(-1, 28, 28)", "        with torch.no_grad():\n            q = self.encoder(x.view(-1, 784))\n            images = self.decoder(q.chunk(2, -1)[0]).view(-1, 28, 28)\n        return images[0] if x.dim() == 1 else images")]),
    "the encoder flattens": (["interpolate"], [("torch.stack([start_img, end_img]).reshape(2, in_size)", "torch.stack([start_img, end_img])")]),
    "a path by a loop": (["interpolate"], [(PATH_BODY, "    a, b = (model.encoder(i.reshape(1, -1))[:, : model.nz] for i in (start_img, end_img))\n    return torch.cat([model.decoder(a + (b - a) * i / (steps - 1)).view(1, 28, 28) for i in range(steps)])")]),
    "a path that asks for the class": (["interpolate"], [(PATH_BODY, "    a, b = model.encoder(torch.stack([start_img.flatten(), end_img.flatten()]))\n    if isinstance(model, VAE):\n        a, b = a[: model.nz], b[: model.nz]\n    w = torch.linspace(0, 1, steps).view(-1, 1).to(device)\n    return model.decoder((1 - w) * a + w * b).squeeze(1).reshape(steps, 28, 28)")]),
    "label before the pixels and the code": (["cvae"], [("torch.cat([x, idx2onehot(c, self.num_labels)], dim=1)", "torch.cat((idx2onehot(c, self.num_labels), x), -1)"), ("torch.cat([z, idx2onehot(c, self.num_labels)], dim=1)", "torch.cat((idx2onehot(c, self.num_labels), z), -1)")]),
    "one-hot by torch.eye, layers of its own": (["cvae"], [
        ("idx2onehot(c, self.num_labels)", "torch.eye(self.num_labels, device=c.device)[c.reshape(-1)]"),
        ("self.net = Decoder(nz + (num_labels if conditional else 0), output_size)", "self.net = nn.Sequential(nn.Linear(nz + num_labels * conditional, 64), nn.ReLU(inplace=True), nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, output_size), nn.Sigmoid(), nn.Unflatten(1, (1, output_size)))"),
    ]),
    "CVAE is a VAE": (["cvae"], [("class CVAE(nn.Module)", "class CVAE(VAE)"), ("        self.nz = nz\n        self.beta = beta\n        self.conditional", "        self.conditional"), ("beta=1.0, conditional=False, num_labels=0):\n        super().__init__()", "beta=1.0, conditional=False, num_labels=0):\n        super().__init__(nz, beta)"), ("return VAE.loss(self, x, outputs)", "return super().loss(x, outputs)")]),
    "one-hot rows as c in the answer": (["cvae"], [('"rec": self.decoder(z, c), "c": c}', '"rec": self.decoder(z, c=c), "c": None if c is None else idx2onehot(c, 10)}')]),
    "one digit after another": (["sample_digits"], [(DIGITS_BODY, "    images = torch.zeros(10, 28, 28)\n    for i in range(10):\n        z = torch.randn(1, model.nz).to(device)\n        images[i] = model.decoder(z, c=torch.tensor([i]).to(device)).view(28, 28).detach().cpu()\n    return images")]),
    "digits backwards, and turned round": (["sample_digits"], [(DIGITS_BODY, "    c = torch.arange(9, -1, -1, device=device)\n    return model.decoder(torch.randn(10, model.nz, device=device), c).reshape(10, 28, 28).flip(0)")]),
    "beta from NumPy": (["tuned_beta"], [("TUNED_BETA = 0.005", "TUNED_BETA = __import__('numpy').float32(0.001)")]),
    "beta as a tensor": (["tuned_beta"], [("TUNED_BETA = 0.005", "TUNED_BETA = torch.tensor(0.01)")]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("exercises", "edits"), RIGHT_THOUGH_DIFFERENT.values(), ids=RIGHT_THOUGH_DIFFERENT
)
def test_what_is_right_though_different_passes(lab, notebook, capsys, exercises, edits):
    module = notebook(*edits)
    for exercise in exercises:
        check(lab, exercise, module)
        out, err = capsys.readouterr()
        assert f"{exercise}: right" in out
        assert err == ""


# --- wrong ------------------------------------------------------------------------------------

# exercise, what is put in place of what, and words that the student must read at once
WRONG = {
    "not shuffled": ("encoder_decoder", "shuffle=True", "shuffle=False", "they are shuffled"),
    "smaller last batch kept": ("encoder_decoder", "drop_last=True", "drop_last=False", "64, 64, 64, 21 images.*smaller one"),
    "another batch size": ("encoder_decoder", "batch_size=batch_size", "batch_size=128", "How many images are in a batch"),
    "labels left behind": ("encoder_decoder", "split.images, split.labels, batch_size", "split.images[torch.randperm(len(split.images))], split.labels, batch_size", "What has to happen to the labels"),
    "images as bytes": ("encoder_decoder", DATA_LOADER, "    return list(zip(split.images[:192].split(64), split.labels[:192].split(64)))", "Which range have the pixels"),
    "images from -1 to 1": ("encoder_decoder", DATA_LOADER, "    loader = TensorLoader(split.images, split.labels, batch_size=batch_size)\n    return [(2 * x - 1, c) for x, c in loader]", "from -1 to 1"),
    "images as rows": ("encoder_decoder", DATA_LOADER, "    loader = TensorLoader(split.images, split.labels, batch_size=batch_size)\n    return [(x.flatten(1), c) for x, c in loader]", "Which axes does a batch of grey images have"),
    "a loader for one pass": ("encoder_decoder", "    return TensorLoader(\n        split.images, split.labels, batch_size=batch_size, shuffle=True, drop_last=True\n    )", "    yield from TensorLoader(split.images, split.labels, batch_size=batch_size)", "What is left of a generator"),
    "ReLU at the encoder's end": ("encoder_decoder", "nn.Linear(64, nz),\n", "nn.Linear(64, nz), nn.ReLU(),\n", "ReLU after the last Linear layer too"),
    "ReLU missing": ("encoder_decoder", "nn.Linear(input_size, 256),\n            nn.ReLU(),", "nn.Linear(input_size, 256),", "without the ReLU after Linear layer 1"),
    "encoder one layer short": ("encoder_decoder", "            nn.Linear(256, 64),\n            nn.ReLU(),\n            nn.Linear(64, nz),", "            nn.Linear(256, nz),", "How many Linear layers"),
    "ReLU without parentheses": ("encoder_decoder", "nn.Linear(256, 64),\n            nn.ReLU(),", "nn.Linear(256, 64),\n            nn.ReLU,", "or only the name of one"),
    "axis in the middle kept": ("encoder_decoder", "self.net(x.flatten(start_dim=1))", "self.net(x)", "What is left of the axis in the middle"),
    "global size in the encoder": ("encoder_decoder", "nn.Linear(input_size, 256)", "nn.Linear(in_size, 256)", "`Encoder\\(6, 50\\)`"),
    "no sigmoid": ("encoder_decoder", "            nn.Sigmoid(),\n", "", "between 0 and 1"),
    "two sigmoids": ("encoder_decoder", "            nn.Sigmoid(),\n", "            nn.Sigmoid(),\n            nn.Sigmoid(),\n", "or are there two"),
    "decoder without the middle axis": ("encoder_decoder", "self.net(z).unsqueeze(1)", "self.net(z)", "Which axis is missing"),
    "super().__init__ missing": ("encoder_decoder", "def __init__(self, nz, input_size):\n        super().__init__()", "def __init__(self, nz, input_size):", "before a module can take in layers"),

    "gradients not cleared": ("train_autoencoder", CLEAR, "pass", "gradients that are there from the step before"),
    "cleared between backward and step": ("train_autoencoder", "loss.backward()", "loss.backward(); optimizer.zero_grad()", "What changes the parameters"),
    "no backward": ("train_autoencoder", "loss.backward()", "pass", "the model's parameters move"),
    "no step": ("train_autoencoder", "optimizer.step()", "pass", "the model's parameters move"),
    "loop body outside the loop over batches": ("train_autoencoder", "            x = x.to(device).reshape(len(x), 1, in_size)\n            loss = F.binary_cross_entropy(model(x), x)\n" + STEP, "            pass\n" + "        x = x.to(device).reshape(len(x), 1, in_size)\n        loss = F.binary_cross_entropy(model(x), x)\n" + STEP.replace("            ", "        "), "What stands inside the loop over the batches"),
    "one epoch": ("train_autoencoder", "range(epochs)", "range(1)", "does each begin a new one"),
    "list emptied in each epoch": ("train_autoencoder", "    for _ in range(epochs):\n        for x, _labels in loader:\n            x = x.to(device).reshape(len(x), 1, in_size)", "    for _ in range(epochs):\n        losses = []\n        for x, _labels in loader:\n            x = x.to(device).reshape(len(x), 1, in_size)", "Does the list live through all epochs"),
    "returns in the first epoch": ("train_autoencoder", "    return losses\n", "        return losses\n", "does each begin a new one"),
    "graphs kept": ("train_autoencoder", "losses.append(loss.item())", "losses.append(loss)", "keep alive"),
    "returns nothing": ("train_autoencoder", "    return losses\n", "", "What does the last line of your function return"),
    "summed over pixels": ("train_autoencoder", "F.binary_cross_entropy(model(x), x)", 'F.binary_cross_entropy(model(x), x, reduction="sum") / len(x)', "sum, or a mean, over the pixels"),
    "summed over all": ("train_autoencoder", "F.binary_cross_entropy(model(x), x)", 'F.binary_cross_entropy(model(x), x, reduction="sum")', "over pixels and over images"),
    "squared error": ("train_autoencoder", "F.binary_cross_entropy(model(x), x)", "F.mse_loss(model(x), x)", "Squared error, or binary"),
    "prediction and target swapped": ("train_autoencoder", "F.binary_cross_entropy(model(x), x)", "F.binary_cross_entropy(x, model(x))", "Which argument is the prediction"),
    "sigmoid of its own": ("train_autoencoder", "F.binary_cross_entropy(model(x), x)", "F.binary_cross_entropy_with_logits(model(x), x)", "sigmoid of its own"),
    "SGD": ("train_autoencoder", ADAM, "torch.optim.SGD(model.parameters(), lr=learning_rate)", "Which optimizer"),
    "learning rate ignored": ("train_autoencoder", ADAM, "torch.optim.Adam(model.parameters(), lr=1e-3)", "Which learning rate"),
    "a new Adam in each epoch": ("train_autoencoder", "    for _ in range(epochs):\n", "    for _ in range(epochs):\n        optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)\n", "How long does yours live"),
    "a new Adam for each batch": ("train_autoencoder", "            optimizer.zero_grad()", "            optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)\n            optimizer.zero_grad()", "How long does yours live"),
    "weight decay": ("train_autoencoder", "lr=learning_rate)", "lr=learning_rate, weight_decay=0.1)", "parameters are where they should be"),
    "always the first batch": ("train_autoencoder", "            x = x.to(device).reshape(len(x), 1, in_size)", "            x = next(iter(loader))[0]\n            x = x.to(device).reshape(len(x), 1, in_size)", "Does your loop go on to the next batch"),
    "smaller batch left out": ("train_autoencoder", "            x = x.to(device).reshape(len(x), 1, in_size)", "            if len(x) < 5:\n                continue\n            x = x.to(device).reshape(len(x), 1, in_size)", "What becomes of the last batch"),
    "batch size written as a number": ("train_autoencoder", "reshape(len(x), 1, in_size)", "reshape(batch_size, 1, in_size)", "batch size or an image size"),
    "a model of the notebook trained": ("train_autoencoder", "    losses = []\n", "    losses = []\n    model = AutoEncoder(nz).to(device)\n", "the one that it was given"),
    "evaluation mode left on": ("train_autoencoder", "            losses.append(loss.item())", "            losses.append(loss.item())\n            model.eval()", "in training mode"),
    "running mean": ("train_autoencoder", "losses.append(loss.item())", "losses.append((sum(losses) + loss.item()) / (len(losses) + 1))", "are those of the steps"),

    "uniform prior": ("sample_prior", "torch.randn(n, model.nz", "torch.rand(n, model.nz", "as often negative as positive"),
    "uniform prior from -1 to 1": ("sample_prior", "torch.randn(n, model.nz, device=device)", "(2 * torch.rand(n, model.nz, device=device) - 1)", "which law do your numbers follow"),
    "one code for all": ("sample_prior", "torch.randn(n, model.nz, device=device)", "torch.randn(1, model.nz, device=device).repeat(n, 1)", "no two of them are the same"),
    "one number for all of a code": ("sample_prior", "torch.randn(n, model.nz, device=device)", "torch.randn(n, 1, device=device).repeat(1, model.nz)", "every number of a code"),
    "global length of a code": ("sample_prior", "torch.randn(n, model.nz", "torch.randn(n, nz", "How long is a code of this very model"),
    "one code only": ("sample_prior", "torch.randn(n, model.nz, device=device)", "torch.randn(1, model.nz, device=device); n = 1", "how many codes do you draw"),
    "seeded inside": ("sample_prior", "    z = torch.randn(n,", "    torch.manual_seed(0)\n    z = torch.randn(n,", "random numbers repeat themselves"),
    "shape of rows": ("sample_prior", ".reshape(n, 1, 28, 28)", "", "The decoder's answer is"),
    "sigmoid again": ("sample_prior", "model.decoder(z).reshape(n,", "model.decoder(z).sigmoid().reshape(n,", "What is done to the decoder's answer"),
    "no decoder": ("sample_prior", "model.decoder(z).reshape(n, 1, 28, 28)", "torch.rand(n, 1, 28, 28)", "What turns a code into an image"),

    "encoder of nz outputs": ("vae", "Encoder(2 * nz, in_size)", "Encoder(nz, in_size)", "How many numbers say where the codes"),
    "global nz in __init__": ("vae", "self.encoder = Encoder(2 * nz, in_size)", "self.encoder = Encoder(2 * 32, in_size)", "encoder of `VAE.7.`"),
    "standard deviation halved": ("vae", SAMPLE, SAMPLE.replace("log_sigma", "log_sigma / 2"), "the spread of z follows log_sigma.*log of the variance, or"),
    "variance for standard deviation": ("vae", SAMPLE, SAMPLE.replace("log_sigma", "2 * log_sigma"), "Is this the variance"),
    "base 2": ("vae", SAMPLE, "z = mu + 2**log_sigma * torch.randn_like(mu)", "Which base"),
    "log used raw": ("vae", SAMPLE, "z = mu + log_sigma * torch.randn_like(mu)", "Which standard deviation belongs to log_sigma = 0"),
    "halves swapped": ("vae", CHUNK, "log_sigma, mu = q.chunk(2, dim=1)", "the halves are swapped"),
    "cut along the batch": ("vae", CHUNK, "mu, log_sigma = q[: self.nz], q[self.nz : 2 * self.nz]", "Along which axis is q cut"),
    "the mean decoded": ("vae", SAMPLE, "z = mu", "Which standard deviation belongs to log_sigma = 0"),
    "uniform noise": ("vae", "torch.randn_like(mu)", "torch.rand_like(mu)", "as often negative as positive"),
    "one noise for the batch": ("vae", "torch.randn_like(mu)", "torch.randn_like(mu[0])", "no two of them are the same"),
    "one noise per image": ("vae", "torch.randn_like(mu)", "torch.randn_like(mu[:, :1])", "every number of a code is drawn on its own"),
    "NumPy's noise": ("vae", "torch.randn_like(mu)", "torch.tensor(__import__('numpy').random.randn(*mu.shape)).float().to(mu.device)", "Which library draws the noise"),
    "sample() cuts the graph": ("vae", SAMPLE, "z = torch.distributions.Normal(mu, log_sigma.exp()).sample()", "gradients flow through z"),
    "log_sigma detached": ("vae", SAMPLE, SAMPLE.replace("log_sigma", "log_sigma.detach()"), "gradients flow through z"),
    "log_sigma overwritten": ("vae", SAMPLE, "z = mu + log_sigma.exp_() * torch.randn_like(mu)", "q is what the encoder gave|into a tensor that is needed later"),
    "q is z": ("vae", 'return {"q": q, "rec": self.decoder(z)}', 'return {"q": z, "rec": self.decoder(z)}', "The code z is only half|How many numbers does the encoder give"),
    "rec after another sigmoid": ("vae", 'self.decoder(z)}', 'self.decoder(z).sigmoid()}', "what is done to its answer"),
    "a tuple": ("vae", 'return {"q": q, "rec": self.decoder(z)}', "return q, self.decoder(z)", "What is `loss` given"),
    "BCE summed over pixels": ("vae", BCE, BCE.replace("1))", "1), reduction='sum') / len(x)"), "summed or averaged over the pixels"),
    "prediction and target swapped in loss": ("vae", BCE, "F.binary_cross_entropy(x.flatten(1), outputs['rec'].flatten(1))", "Which argument is the prediction"),
    "squared error in loss": ("vae", BCE, "F.mse_loss(outputs['rec'].flatten(1), x.flatten(1))", "Squared error, or"),
    "KL averaged over latents": ("vae", ".sum(dim=1).mean()", ".mean()", "a consistent model too, with beta scaled by nz"),
    "KL summed over all": ("vae", ".sum(dim=1).mean()", ".sum()", "when the batch holds every image twice"),
    "KL summed over the batch": ("vae", ".sum(dim=1).mean()", ".sum(dim=0).mean()", "Which axis is the batch"),
    "KL's arguments swapped": ("vae", "kl_divergence(mu, log_sigma, prior, prior)", "kl_divergence(prior, prior, mu, log_sigma)", "The divergence of what from what"),
    "halves swapped in loss": ("vae", 'mu, log_sigma = outputs["q"].chunk(2, dim=1)', 'log_sigma, mu = outputs["q"].chunk(2, dim=1)', "Which half of q is the mean"),
    "log_sigma as a variance's log": ("vae", "kl_divergence(mu, log_sigma, prior", "kl_divergence(mu, log_sigma / 2, prior", "log of the variance, or of the standard deviation"),
    "prior with log_sigma 1": ("vae", "kl_divergence(mu, log_sigma, prior, prior)", "kl_divergence(mu, log_sigma, prior, prior + 1)", "How far is the standard normal distribution from itself"),
    "KL subtracted": ("vae", "rec_loss + self.beta * kl_loss", "rec_loss - self.beta * kl_loss", "make the total larger, or smaller"),
    "beta ignored": ("vae", "rec_loss + self.beta * kl_loss", "rec_loss + kl_loss", "Where does beta come into your total"),
    "beta on the reconstruction": ("vae", "rec_loss + self.beta * kl_loss", "self.beta * rec_loss + kl_loss", "Which of the two terms does beta weigh"),
    "beta on both": ("vae", "rec_loss + self.beta * kl_loss", "self.beta * (rec_loss + kl_loss)", "Which of the two terms does beta weigh"),
    "a global beta": ("vae", "rec_loss + self.beta * kl_loss", "rec_loss + 1.0 * kl_loss", "which beta is it"),
    "a plain number": ("vae", "return rec_loss + self.beta * kl_loss,", "return (rec_loss + self.beta * kl_loss).item(),", "What is trained on"),
    "the total alone": ("vae", 'return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}', "return rec_loss + self.beta * kl_loss", "What is trained on"),
    "a loss for each image": ("vae", ".sum(dim=1).mean()", ".sum(dim=1)", "is one left over"),
    "nan by a log of a log": ("vae", "kl_divergence(mu, log_sigma, prior", "kl_divergence(mu, log_sigma.log(), prior", "single finite number"),
    "q overwritten by the loss": ("vae", "        return rec_loss + self.beta * kl_loss,", "        outputs['q'].mul_(2)\n        return rec_loss + self.beta * kl_loss,", "write into a tensor"),
    "shapes not brought together": ("vae", BCE, 'F.binary_cross_entropy(outputs["rec"], x)', "have the same shape here"),
    "loss without a graph": ("vae", "return rec_loss + self.beta * kl_loss,", "return (rec_loss + self.beta * kl_loss).detach(),", "gradients flow from the total"),
    "reconstruct samples": ("vae", MEAN, MEAN + "\n        mu = mu + torch.randn_like(mu)", "Where does chance come in"),
    "reconstruct by forward": ("vae", "        " + MEAN + "\n        return self.decoder(mu).reshape(-1, 28, 28)", '        return self.forward(x.reshape(-1, in_size))["rec"].reshape(-1, 28, 28)', "Where does chance come in"),
    "reconstruct cuts the batch": ("vae", "[:, : self.nz]", "[: self.nz]", "Which axis of q counts the images"),
    "reconstruct with the global nz": ("vae", MEAN, MEAN.replace("self.nz", "nz"), "this model's, or a global one"),
    "reconstruct decodes both halves": ("vae", MEAN, "mu = self.encoder(x.reshape(-1, in_size)).view(-1, self.nz)", "What is decoded besides the mean"),
    "reconstruct decodes the other half": ("vae", "[:, : self.nz]", "[:, self.nz :]", "Which half of q is the mean"),
    "reconstruct for batches only": ("vae", MEAN, MEAN.replace("x.reshape(-1, in_size)", "x.flatten(1)"), "single image"),
    "reconstruct for one image only": ("vae", "self.decoder(mu).reshape(-1, 28, 28)", "self.decoder(mu).reshape(28, 28)", "batch size or an image size"),
    "networks by other names": ("vae", "self.encoder", "self.enc", "what are they called"),

    "gradients not cleared in VAE": ("train_vae", CLEAR, "pass", "gradients that are there from the step before"),
    "VAE's loss without beta": ("train_vae", "total.backward()", '(parts["rec_loss"] + parts["kl_loss"]).backward()', "Who computes the loss"),
    "VAE's loss without KL": ("train_vae", "total.backward()", 'parts["rec_loss"].backward()', "Who computes the loss"),
    "a loss of its own": ("train_vae", "total, parts = model.loss(x, model(x))", 'outputs = model(x)\n            total, parts = model.loss(x, outputs)\n            total = F.binary_cross_entropy(outputs["rec"].flatten(1), x)', "parameters are where they should be"),
    "lists swapped": ("train_vae", "return rec_losses, kl_losses", "return kl_losses, rec_losses", "They are swapped"),
    "one list": ("train_vae", "return rec_losses, kl_losses", "return rec_losses", "two lists"),
    "graphs kept in VAE": ("train_vae", 'parts["kl_loss"].item()', 'parts["kl_loss"]', "keep alive"),
    "total for reconstruction": ("train_vae", 'rec_losses.append(parts["rec_loss"].item())', "rec_losses.append(total.item())", "reconstruction losses are those of the steps"),
    "one number per epoch": ("train_vae", '            rec_losses.append(parts["rec_loss"].item())\n            kl_losses.append(parts["kl_loss"].item())', '        rec_losses.append(parts["rec_loss"].item())\n        kl_losses.append(parts["kl_loss"].item())', "What stands inside the loop over the batches"),
    "one step per epoch": ("train_vae", "            optimizer.zero_grad()\n            total.backward()\n            optimizer.step()", "            total.backward()", "the model's parameters move"),

    "path stops before the end": ("interpolate", "torch.linspace(0, 1, steps, device=pair.device)", "(torch.arange(steps, device=pair.device) / steps)", "does not reach the end"),
    "path without its start": ("interpolate", "torch.linspace(0, 1, steps, device=pair.device)", "(torch.arange(1, steps + 1, device=pair.device) / steps)", "does not begin at the start"),
    "path backwards": ("interpolate", "torch.linspace(0, 1,", "torch.linspace(1, 0,", "from the end to the start"),
    "path uneven": ("interpolate", ".unsqueeze(1)\n    with torch.no_grad():\n        start", ".unsqueeze(1) ** 2\n    with torch.no_grad():\n        start", "not equally spaced"),
    "pixels mixed": ("interpolate", "return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)", "return torch.lerp(pair[:1], pair[1:], share).reshape(steps, 28, 28)", "pixels or codes"),
    "pixels mixed, then encoded": ("interpolate", "return model.decoder(torch.lerp(start, end, share)).reshape(steps, 28, 28)", "return model.reconstruct(torch.lerp(pair[:1], pair[1:], share)).reshape(steps, 28, 28)", "pixels or codes"),
    "samples in place of means": ("interpolate", "start, end = model.encoder(pair)[:, : model.nz]", "start, end = model.encoder(pair)[:, : model.nz]\n        start = start + torch.randn_like(start)", "Two calls give different images"),
    "steps ignored": ("interpolate", "    pair = torch.stack", "    steps = 5\n    pair = torch.stack", "How many points does the path have"),
    "all of q decoded": ("interpolate", "[:, : model.nz]\n        return", "\n        return", "how many numbers per row"),
    "global nz on the path": ("interpolate", "[:, : model.nz]\n        return", "[:, :nz]\n        return", "VAE.7"),
    "images of one shape alone": ("interpolate", "reshape(2, in_size)", "reshape(2, len(start_img))", "images \\(1, 28, 28\\)"),

    "label not in the encoder": ("cvae", "CVAEEncoder(2 * nz, in_size, conditional, num_labels)", "CVAEEncoder(2 * nz, in_size, False, num_labels)", "encoder reads .the pixels, and what else"),
    "label not in the decoder": ("cvae", "CVAEDecoder(nz, out_size, conditional, num_labels)", "CVAEDecoder(nz, out_size, False, num_labels)", "decoder reads .the code, and what else"),
    "one-hot of the wrong width": ("cvae", "idx2onehot(c, self.num_labels)], dim=1)\n        return self.net(x)", "idx2onehot(c, 11)], dim=1)\n        return self.net(x)", "how many numbers per row"),
    "ten labels written as a number": ("cvae", "input_size + (num_labels if conditional else 0)", "input_size + (10 if conditional else 0)", "encoder for `nz` = 7 and 4 labels"),
    "label wiped out": ("cvae", "torch.cat([x, idx2onehot(c, self.num_labels)], dim=1)", "torch.cat([x, 0 * idx2onehot(c, self.num_labels)], dim=1)", "encoder listens to the label"),
    "labels below the images": ("cvae", "torch.cat([x, idx2onehot(c, self.num_labels)], dim=1)", "torch.cat([x, idx2onehot(c, self.num_labels)])", "along which one"),
    "latent widened by the labels": ("cvae", "CVAEEncoder(2 * nz, in_size", "CVAEEncoder(2 * nz + num_labels, in_size", "From how many numbers to how many"),
    "forward forgets the encoder's label": ("cvae", "        q = self.encoder(x, c)", "        q = self.encoder(x, torch.zeros_like(c))", "The encoder did not get c"),
    "forward forgets the decoder's label": ("cvae", "self.decoder(z, c), ", "self.decoder(z), ", "What in this line is `None`"),
    "c not returned": ("cvae", '"rec": self.decoder(z, c), "c": c}', '"rec": self.decoder(z, c)}', "its answer has the labels too"),
    "reconstruct forgets c": ("cvae", "self.encoder(x.reshape(-1, in_size), c)", "self.encoder(x.reshape(-1, in_size))", "What in this line is `None`"),
    "reconstruct without the decoder's label": ("cvae", "return self.decoder(mu, c).reshape", "return self.decoder(mu, 0 * c).reshape", "Which part of q is decoded"),
    "CVAE's standard deviation halved": ("cvae", SAMPLE, SAMPLE.replace("log_sigma", "log_sigma / 2"), "the spread of z follows log_sigma"),
    "loss of another model": ("cvae", "        return VAE.loss(self, x, outputs)", "        return VAE.loss(VAE(self.nz), x, outputs)", "which beta is it"),
    "one-hot though not conditional": ("cvae", "        if self.conditional:\n            z = torch.cat([z, idx2onehot(c, self.num_labels)], dim=1)", "        c = idx2onehot(c, self.num_labels)\n        if self.conditional:\n            z = torch.cat([z, c], dim=1)", "CVAE\\(7\\)"),

    "labels not passed on": ("sample_digits", "model(x, labels)", "model(x)", "told the labels"),
    "labels of another batch": ("sample_digits", "model(x, labels)", "model(x, labels.flip(0))", "told the labels"),
    "one-hot labels passed on": ("sample_digits", "model(x, labels)", "model(x, idx2onehot(labels, 10))", "told the labels"),
    "CVAE's gradients not cleared": ("sample_digits", CLEAR, "pass", "gradients that are there from the step before"),
    "uniform codes": ("sample_digits", "torch.randn(10, model.nz", "torch.rand(10, model.nz", "as often negative as positive"),
    "one code for all digits": ("sample_digits", "torch.randn(10, model.nz, device=device)", "torch.randn(1, model.nz, device=device).repeat(10, 1)", "no two of them are the same"),
    "always the same code": ("sample_digits", "torch.randn(10, model.nz, device=device)", "torch.zeros(10, model.nz, device=device)", "Where does chance come into a code"),
    "labels from 1 to 10": ("sample_digits", "torch.arange(10, device=device)", "torch.arange(1, 11, device=device)", "each label from 0 to 9 once"),
    "random labels": ("sample_digits", "torch.arange(10, device=device)", "torch.zeros(10, dtype=torch.long, device=device)", "each label from 0 to 9 once"),
    "no labels": ("sample_digits", "model.decoder(z, labels)", "model.decoder(z)", "each label from 0 to 9 once"),
    "digits out of order": ("sample_digits", "torch.arange(10, device=device)", "torch.arange(9, -1, -1, device=device)", "in the order of the digits"),
    "digits with a channel": ("sample_digits", ".reshape(10, 28, 28)", ".reshape(10, 1, 28, 28)", "what is the shape of an image"),
    "global length of a digit's code": ("sample_digits", "torch.randn(10, model.nz", "torch.randn(10, nz", "ten codes of `model.nz`"),

    "beta as text": ("tuned_beta", "TUNED_BETA = 0.005", 'TUNED_BETA = "0.005"', "Which single number"),
    "several betas": ("tuned_beta", "TUNED_BETA = 0.005", "TUNED_BETA = [0.005, 0.05]", "Which single number"),
    "beta is zero": ("tuned_beta", "TUNED_BETA = 0.005", "TUNED_BETA = 0", "it is positive"),
    "beta is nan": ("tuned_beta", "TUNED_BETA = 0.005", 'TUNED_BETA = float("nan")', "Which single number"),
    "beta is True": ("tuned_beta", "TUNED_BETA = 0.005", "TUNED_BETA = True", "Which single number"),
}  # fmt: skip


@pytest.mark.parametrize(("exercise", "old", "new", "words"), WRONG.values(), ids=WRONG)
def test_a_mistake_fails_with_words_that_name_it(lab, notebook, exercise, old, new, words):
    module = notebook((old, new))
    with pytest.raises(CheckFailed) as failure:
        check(lab, exercise, module)
    assert re.search(words, str(failure.value), flags=re.DOTALL), str(failure.value)
    assert "Hint 1" in str(failure.value)


def test_a_collapsed_beta_and_a_free_one_are_told_apart(lab):
    with pytest.raises(CheckFailed, match="collapses"):
        lab.check("tuned_beta", 2 * BETA_BAND[1])
    with pytest.raises(CheckFailed, match="next to nothing"):
        lab.check("tuned_beta", BETA_BAND[0] / 2)


# --- not done yet, and called wrongly ---------------------------------------------------------


@pytest.mark.parametrize("exercise", WORK)
def test_what_is_not_written_yet_is_one_line_and_no_error(lab, notebook, capsys, exercise):
    gap = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION", re.DOTALL | re.MULTILINE)
    unwritten = gap.sub(r"\1raise NotImplementedError", RIGHT)
    beta = "TUNED_BETA = None  # a number, of your choice\n"
    unwritten = unwritten.replace(beta + "raise NotImplementedError", beta)
    module = notebook((RIGHT, unwritten))
    check(lab, exercise, module)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{exercise}: not done yet") and err.count("\n") == 1


def test_a_class_that_was_called_and_a_function_that_was_called_are_wrong_usage(lab, notebook):
    module = notebook()
    with pytest.raises(WrongUsage, match="the class itself: `VAE`, not"):
        lab.check("vae", module.VAE(32))
    with pytest.raises(WrongUsage, match="by its name and without a call"):
        lab.check("train_autoencoder", [0.5, 0.4])


# --- the tools behind the checks --------------------------------------------------------------


def test_training_for_real_ends_where_the_check_expects_it(notebook):
    """The check's short batches and tiny model stand for real ones: the lesson's loop trains."""
    module = notebook()
    reset_seed(0)
    split = nndl.data.stand_in(module.device).train
    loader = TensorLoader(split.images[:1280], split.labels[:1280], batch_size=64)
    model = module.AutoEncoder(32).to(module.device)
    losses = module.train_autoencoder(model, loader, epochs=2)
    assert len(losses) == 40
    assert losses[0] == pytest.approx(np.log(2), abs=0.02)
    assert losses[-1] < losses[0] - 0.2
