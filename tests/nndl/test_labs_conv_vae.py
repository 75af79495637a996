# ruff: noqa: E501
# (the tables below hold one student per line)
"""The public checks of conv_vae: right work passes however written, wrong work is named."""

from __future__ import annotations

import re
from types import ModuleType

import lessons
import pytest
import torch

from nndl.check import CheckFailed, Lab, WrongUsage
from nndl.utils import reset_seed

NAME = "conv_vae"
# What each exercise is called with, and the cell that it is written in.
WORK = {
    "vae": ("VAE",),
    "loss_function": ("loss_function",),
    "fc_vae": ("VAE", "loss_function", "train"),
    "conv_vae": ("ConvVAE",),
    "interpolate": ("interpolate",),
    "svhn_transform": ("svhn_transform",),
    "svhn": ("svhn_transform", "sample"),
    "traverse": ("traverse",),
}
CELL = {
    "vae": "fc_vae-model",
    "loss_function": "fc_vae-loss",
    "fc_vae": "fc_vae-training",
    "conv_vae": "conv_vae-solution",
    "interpolate": "interpolate-solution",
    "svhn_transform": "svhn-transform",
    "svhn": "svhn-sample",
    "traverse": "traverse-solution",
}
IMPORTS = """\
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from nndl.training import Training
device = "cpu"
"""
CELLS = lessons.marked(lessons.lesson(NAME))
RIGHT = IMPORTS + "\n\n".join(CELLS[name].source for name in CELL.values())


def check(lab: Lab, module: ModuleType, exercise: str) -> None:
    lab.check(exercise, *(getattr(module, name) for name in WORK[exercise]))


@pytest.mark.parametrize("seed", range(3))
def test_a_right_solution_passes_every_check_whatever_the_seed(lab, notebook, capsys, seed):
    reset_seed(seed)
    module = notebook()
    for exercise in WORK:
        check(lab, module, exercise)
    assert re.findall(r"^(\w+): right", capsys.readouterr().out, flags=re.MULTILINE) == list(WORK)


def test_checks_leave_random_numbers_as_they_were(lab, notebook):
    module = notebook()
    reset_seed(3)
    for exercise in WORK:
        check(lab, module, exercise)
    after = torch.rand(5)
    reset_seed(3)
    assert torch.equal(after, torch.rand(5))


DRAW = "return mu + torch.exp(logvar / 2) * torch.randn_like(mu)"
FORWARD = "return self.decode(self.reparameterize(mu, logvar)), mu, logvar"
ERROR = "(recon.flatten(start_dim=1) - x.flatten(start_dim=1)).square().sum()"
KL = "0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum()"
TOTAL = "return error + kl"
STEP = "optimizer.zero_grad()\n            loss.backward()\n            optimizer.step()\n"
NOTE = "training.note(len(x), loss=loss / len(x))"
ADAM = "optimizer = torch.optim.Adam(model.parameters(), lr=lr)"
BATCH = "            x = x.to(device)\n            recon, mu"
SHARE = "share = torch.linspace(0, 1, steps, device=means.device).unsqueeze(1)"
LINE = "model.decode((1 - share) * means[0] + share * means[1])"
TRANSFORM = "return torch.from_numpy(image).permute(2, 0, 1).float() / 255"
PRIOR = "torch.randn(n, model.latent_dim, device=device)"
SET = "        z = mean.repeat(len(values), 1)\n        z[:, dim] = values\n        return model.decode(z)\n"
LAST = "            nn.ConvTranspose2d(32, 3, kernel_size=4, stride=2, padding=1),  # (N, 3, 32, 32)\n            nn.Sigmoid(),\n"


def body(exercise: str, part: int = 1) -> str:
    """A solution of a cell, as it stands between the marks."""
    source = CELLS[CELL[exercise]].source
    return source.split("### BEGIN SOLUTION\n")[part].split("        ### END SOLUTION")[0]


OWN_LOOP = """\
        pass
    losses = []
    for epoch in range(epochs):
        model.train(); total = n = 0
        for x, y in loader:
            optimizer.zero_grad(set_to_none=True)
            out = model(x.to(device)); loss = loss_function(out[0], x, out[1], out[2])
            loss.backward(); optimizer.step()
            total += float(loss); n += x.size(0)
        losses.append(torch.tensor(total / n))
    return losses
"""
WITH_TORCHVISION = """\
    from nndl._torchvision import load
    return load("torchvision.transforms").ToTensor()(image)
"""
ONE_BY_ONE = """\
        mean, _logvar = model.encode(img[None])
        pictures = []
        for value in values:
            z = mean.clone()
            z[0, dim] = value
            pictures.append(model.decode(z))
        return torch.cat(pictures)
"""
STEP_BY_STEP = """\
with torch.inference_mode():
        a, b = model.encode(img1[None])[0], model.encode(img2.unsqueeze(0))[0]
        return torch.cat([model.decode(torch.lerp(a, b, i / (steps - 1))) for i in range(steps)])
"""
ONE_HEAD = [
    ("        self.mu = nn.Linear(hidden_dim, latent_dim)\n        self.logvar = nn.Linear(hidden_dim, latent_dim)\n", "        self.heads = nn.Linear(hidden_dim, 2 * latent_dim)\n"),
    ("return self.mu(h), self.logvar(h)", "return self.heads(h).chunk(2, dim=-1)"),
]  # fmt: skip

RIGHT_THOUGH_DIFFERENT = {
    "noise by torch.normal": [(DRAW, "return mu + torch.normal(0.0, 1.0, mu.shape, dtype=mu.dtype) * logvar.exp() ** 0.5")],
    "in place on fresh tensors": [(DRAW, "return torch.empty_like(mu).normal_().mul_(logvar.mul(0.5).exp_()).add_(mu)")],
    "rsample": [(DRAW, "return torch.distributions.Normal(mu, logvar.exp().sqrt()).rsample()")],
    "noise by NumPy": [(DRAW, "return mu + torch.exp(logvar / 2) * torch.from_numpy(np.random.randn(*mu.shape)).to(mu)")],
    "draws without the method": [(FORWARD, "z = mu + torch.randn_like(mu) * logvar.mul(0.5).exp()\n        return self.decode(z), mu, logvar")],
    "a list of three": [(FORWARD, "return [self.decode(self.reparameterize(mu, logvar)), mu, logvar]")],
    "one layer for both heads": ONE_HEAD,
    "view and the functional ReLU": [("h = self.hidden(x.flatten(start_dim=1))", "h = F.relu(self.hidden[0](x.view(x.size(0), -1)))")],
    "the convolutional encoder in forward": [("h = self.encoder(x).flatten(start_dim=1)", "for layer in self.encoder: x = layer(x)\n        h = x.view(-1, 128 * 4 * 4)")],
    "view and unflatten": [("self.decoder(h.reshape(-1, 128, 4, 4))", "self.decoder(h.unflatten(1, (128, 4, 4)))")],
    "layers in another order": [("        self.fc_decode = nn.Linear(latent_dim, 128 * 4 * 4)\n", ""), ("        self.encoder = nn.Sequential(\n", "        self.fc_decode = nn.Linear(latent_dim, 2048)\n        self.encoder = nn.Sequential(\n")],
    "channels last between pictures and rows": [("h.reshape(-1, 128, 4, 4)", "h.reshape(-1, 4, 4, 128).permute(0, 3, 1, 2)")],
    "a layer that nothing uses": [("        self.fc_decode = nn.Linear(latent_dim, 128 * 4 * 4)\n", "        self.spare = nn.Linear(3, 3)\n        self.fc_decode = nn.Sequential(nn.Linear(latent_dim, 2048))\n")],
    "clipped gradients": [(STEP, STEP.replace("optimizer.step", "nn.utils.clip_grad_norm_(model.parameters(), 1.0); optimizer.step"))],
    "a sub-class": [("class ConvVAE(nn.Module)", "class ConvVAE(VAE)"), ("        super().__init__()\n        self.latent_dim = latent_dim\n        ### BEGIN SOLUTION\n        self.encoder", "        nn.Module.__init__(self)\n        self.latent_dim = latent_dim\n        ### BEGIN SOLUTION\n        self.encoder")],
    "mse_loss": [(ERROR, "F.mse_loss(recon.view(x.shape), x, reduction='sum')")],
    "rows only where recon is flat": [("    " + "error = " + ERROR, "    if recon.dim() == 2:\n        x = x.view(x.size(0), -1)\n    error = torch.sum((x - recon) ** 2)")],
    "each image's loss": [(ERROR, "(recon.flatten(1) - x.flatten(1)).pow(2).sum(1).sum()"), (KL, "-0.5 * torch.sum(1 + logvar - mu.pow(2) - torch.exp(logvar))")],
    "kl_divergence": [(KL, "torch.distributions.kl_divergence(torch.distributions.Normal(mu, (logvar / 2).exp()), torch.distributions.Normal(0.0, 1.0)).sum()")],
    "shape (1,), and prints": [(TOTAL, "print('loss!'); return (error + kl).reshape(1)")],
    "backward from the loss per image": [(STEP, STEP.replace("loss.backward", "(loss / len(x)).backward"))],
    "gradients cleared at the end": [(STEP, "loss.backward(); optimizer.step(); optimizer.zero_grad()\n")],
    "notes a number": [(NOTE, "training.note(x.shape[0], loss=loss.item() / x.shape[0])")],
    "a loop without Training": [(body("fc_vae"), OWN_LOOP)],
    "AdamW without decay": [(ADAM, "optimizer = torch.optim.AdamW(model.parameters(), lr, weight_decay=0)")],
    "an array of NumPy": [('return training.history["loss"]', 'return np.array(training.history["loss"])')],
    "step by step": [("with torch.no_grad():\n        means", "if False:\n        means"), ("        " + SHARE, "        pass"), ("        return " + LINE, "    " + STEP_BY_STEP)],
    "lerp": [(LINE, "model.decode(torch.lerp(means[:1], means[1:], share))")],
    "detached": [("with torch.no_grad():\n        means", "if True:\n        means"), (LINE, LINE + ".detach().cpu()")],
    "as_tensor and moveaxis": [(TRANSFORM, "return torch.as_tensor(np.moveaxis(image / 255.0, -1, 0).astype('float32'))")],
    "transpose and div": [(TRANSFORM, "return torch.tensor(image.transpose(2, 0, 1)).div(255)")],
    "torchvision's ToTensor": [("    " + TRANSFORM + "\n", WITH_TORCHVISION)],
    "a decorator": [("def sample(", "@torch.no_grad()\ndef sample(")],
    "the mode set back": [("    model.eval()\n    z = ", "    before = model.training\n    model.eval()\n    z = "), ("device=device)\n    with torch.no_grad():\n        return model.decode(z)\n", "device=device)\n    with torch.no_grad():\n        images = model.decode(z)\n    model.train(before)\n    return images\n")],
    "Normal, and the length of a layer": [(PRIOR, "torch.distributions.Normal(0.0, 1.0).sample((n, model.fc_mu.out_features)).to(device)")],
    "one value at a time": [("        mean, _logvar = model.encode(img.unsqueeze(0))\n" + SET, ONE_BY_ONE)],
    "expand and clone": [("mean.repeat(len(values), 1)", "mean.expand(len(values), -1).clone()")],
}  # fmt: skip


@pytest.mark.parametrize("edits", RIGHT_THOUGH_DIFFERENT.values(), ids=RIGHT_THOUGH_DIFFERENT)
def test_what_is_right_though_different_passes(lab, notebook, edits):
    module = notebook(*edits)
    for exercise in WORK:
        check(lab, module, exercise)


# exercise, what is put in place of what, and words that the student must read at once
WRONG = {
    "std where log variance belongs": ("vae", FORWARD, "return self.decode(self.reparameterize(mu, torch.exp(logvar / 2))), mu, logvar", "wants the log of the variance"),
    "variance where the deviation belongs": ("vae", DRAW, "return mu + torch.exp(logvar) * torch.randn_like(mu)", "Is this the variance"),
    "logvar as deviation": ("vae", DRAW, "return mu + logvar * torch.randn_like(mu)", "What spread should logvar = 0 give"),
    "uniform noise": ("vae", "randn_like", "rand_like", "as often negative as it is positive"),
    "one noise for the batch": ("vae", "torch.randn_like(mu)", "torch.randn_like(mu[0])", "All rows get the same noise"),
    "one noise per image": ("vae", "torch.randn_like(mu)", "torch.randn_like(mu[:, :1])", "All columns get the same noise"),
    "torch.normal cuts the graph": ("vae", DRAW, "return torch.normal(mu, torch.exp(logvar / 2)).detach()", "What is the trick"),
    "torch.normal's gradients are 0": ("vae", DRAW, "return torch.normal(mu, torch.exp(logvar / 2))", "They have other values"),
    "logvar overwritten": ("vae", DRAW, "return mu + logvar.mul_(0.5).exp_() * torch.randn_like(mu)", "left as they were"),
    "no draw": ("vae", FORWARD, "return self.decode(mu), mu, logvar", "drawn afresh"),
    "mu and logvar swapped in forward": ("vae", FORWARD, "return self.decode(self.reparameterize(mu, logvar)), logvar, mu", "They are swapped"),
    "swapped at the draw": ("vae", "self.reparameterize(mu, logvar)", "self.reparameterize(logvar, mu)", "draw from N"),
    "the graph cut in forward": ("vae", "self.decode(self.reparameterize(mu, logvar))", "self.decode(self.reparameterize(mu, logvar).detach())", "back to every layer"),
    "reconstruction last": ("vae", FORWARD, "return mu, logvar, self.decode(self.reparameterize(mu, logvar))", "is it in its place"),
    "same layer for both heads": ("vae", "return self.mu(h), self.logvar(h)", "return self.mu(h), self.mu(h)", "two different layers"),
    "ReLU on the heads": ("vae", "return self.mu(h), self.logvar(h)", "return F.relu(self.mu(h)), F.relu(self.logvar(h))", "ReLU after its last layer too"),
    "no hidden ReLU": ("vae", "nn.Linear(input_dim, hidden_dim), nn.ReLU()", "nn.Linear(input_dim, hidden_dim)", "without the ReLU after its layer 1"),
    "no ReLU in the decoder": ("vae", "            nn.ReLU(),\n            nn.Linear(hidden_dim, input_dim)", "            nn.Linear(hidden_dim, input_dim)", "the decoder a ReLU follows"),
    "tanh hidden": ("vae", "nn.Linear(input_dim, hidden_dim), nn.ReLU()", "nn.Linear(input_dim, hidden_dim), nn.Tanh()", "gives other numbers"),
    "no sigmoid": ("vae", "            nn.Linear(hidden_dim, input_dim),\n            nn.Sigmoid(),\n", "            nn.Linear(hidden_dim, input_dim),\n", "number of any size between 0 and 1"),
    "two sigmoids": ("vae", "return self.decoder(z)\n", "return self.decoder(z).sigmoid()\n", "are there two"),
    "tanh at the end": ("vae", "hidden_dim, input_dim),\n            nn.Sigmoid()", "hidden_dim, input_dim),\n            nn.Tanh()", "Which range has tanh"),
    "images in place of rows": ("vae", "return self.decoder(z)\n", "return self.decoder(z).view(-1, 3, 32, 32)\n", "This model knows no pictures|What should come out"),
    "one layer too many": ("vae", "nn.Linear(input_dim, hidden_dim), nn.ReLU()", "nn.Linear(input_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, hidden_dim), nn.ReLU()", "How many Linear layers"),
    "hidden size from the notebook": ("vae", "nn.Linear(latent_dim, hidden_dim)", "nn.Linear(latent_dim, 400)", "shape does this layer get"),
    "MSE averaged, KL summed": ("loss_function", ERROR, "F.mse_loss(recon.flatten(1), x.flatten(1))", "How many numbers of an image"),
    "averaged over the batch": ("loss_function", TOTAL, "return (error + kl) / len(x)", "holds every image twice"),
    "KL averaged over everything": ("loss_function", KL, KL.replace(".sum()", ".mean()"), "How many latent dimensions"),
    "KL averaged over images": ("loss_function", TOTAL, "return error + kl / len(x)", "it adds 5.0797.*holds every image twice"),
    "half of the error": ("loss_function", TOTAL, "return error / 2 + kl", "off by 0.1"),
    "absolute error": ("loss_function", ERROR, "(recon.flatten(1) - x.flatten(1)).abs().sum()", "Is each difference squared"),
    "cross entropy": ("loss_function", ERROR, "F.binary_cross_entropy(recon.flatten(1), x.flatten(1), reduction='sum')", "Squared error, or binary cross entropy"),
    "norm, not its square": ("loss_function", ERROR, ERROR + ".sqrt()", "sum of the squares"),
    "KL's sign": ("loss_function", TOTAL, "return error - kl", "never negative"),
    "KL without one half": ("loss_function", "0.5 * (mu", "1.0 * (mu", "mu = 2 and logvar = 0"),
    "the lost -1": ("loss_function", "- 1 - logvar", "- logvar", "divergence of the prior from itself"),
    "variance squared": ("loss_function", "logvar.exp()", "logvar.exp() ** 2", "squared once more"),
    "2 logvar": ("loss_function", "- 1 - logvar", "- 1 - 2 * logvar", "Right: 0.359"),
    "logvar as log of the deviation": ("loss_function", "logvar.exp() - 1 - logvar", "(2 * logvar).exp() - 1 - 2 * logvar", "or of the standard deviation"),
    "log of a log": ("loss_function", "- 1 - logvar", "- 1 - torch.log(logvar)", "finite"),
    "the other way round": ("loss_function", KL, "0.5 * ((mu**2 + 1) / logvar.exp() - 1 + logvar).sum()", "Which of the two comes first"),
    "KL missing": ("loss_function", TOTAL, "return error", "left out"),
    "a plain number": ("loss_function", TOTAL, "return (error + kl).item()", "What does `backward` start from"),
    "one number per image": ("loss_function", ERROR, ERROR.replace(".sum()", ".sum(1)"), "single number"),
    "rows not brought to images": ("loss_function", ERROR, "(recon - x).square().sum()", "Which shape|same size"),
    "the graph cut in the loss": ("loss_function", TOTAL, "return error.detach() + kl", "None reaches `recon`"),
    "the VAE unfinished": ("fc_vae", DRAW, "return mu + logvar * torch.randn_like(mu)", r"`VAE` passes its own check.*\n.*spread"),
    "the loss unfinished": ("fc_vae", TOTAL, "return error - kl", r"`loss_function` passes its own check.*\n.*it adds -15"),
    "no step": ("fc_vae", "            optimizer.step()\n", "", "What changes the parameters"),
    "never cleared": ("fc_vae", "            optimizer.zero_grad()\n", "", "from the step before"),
    "one step per epoch": ("fc_vae", "            optimizer.step()\n            " + NOTE, "            " + NOTE + "\n        optimizer.step()", "once per batch, or once per epoch"),
    "a new Adam in each epoch": ("fc_vae", "        model.train()\n", "        model.train()\n        " + ADAM + "\n", "How long does yours live"),
    "lr not used": ("fc_vae", ADAM, "optimizer = torch.optim.Adam(model.parameters())", "Which learning rate"),
    "plain gradient descent": ("fc_vae", ADAM, "optimizer = torch.optim.SGD(model.parameters(), lr=lr)", "Which optimizer"),
    "evaluation mode": ("fc_vae", "        model.train()\n", "        model.eval()\n", "Which mode is the model in"),
    "the last batch left out": ("fc_vae", BATCH, "            if len(x) < 5: continue\n" + BATCH, "What becomes of a batch that is smaller"),
    "another model": ("fc_vae", "    " + ADAM, "    import copy; model = copy.deepcopy(model)\n    " + ADAM, "Which model does your loop train|What changes the parameters"),
    "the batch's sum noted": ("fc_vae", NOTE, "training.note(loss=loss)", "By how many images do you divide"),
    "the batch's sum noted with a weight": ("fc_vae", NOTE, "training.note(len(x), loss=loss)", "By how many images do you divide"),
    "a mean of means": ("fc_vae", NOTE, "training.note(loss=loss / len(x))", "last batch, and how much does each"),
    "batches assumed full": ("fc_vae", NOTE, "training.note(loss=loss / 32)", "last batch, and how much does each"),
    "divided twice": ("fc_vae", NOTE, "training.note(len(x), loss=loss / len(x) / 5)", "How often do you divide"),
    "per number": ("fc_vae", NOTE, "training.note(len(x), loss=loss / len(x) / 3072)", "per image, or per number"),
    "the last batch only": ("fc_vae", body("fc_vae"), body("fc_vae").replace("            " + NOTE, "        " + NOTE), "Over which batches"),
    "divided by the data set": ("fc_vae", NOTE, "training.note(loss=loss / len(loader.dataset) * len(loader))", "by how many do you divide"),
    "one number per step": ("fc_vae", 'return training.history["loss"]', 'return training.steps["loss"]', "of length 6"),
    "nothing returned": ("fc_vae", '    return training.history["loss"]', "    pass", "returns None"),
    "padding 0 at the end": ("conv_vae", LAST, LAST.replace("padding=1", "padding=0"), r"\(5, 3, 34, 34\).*formula for transposed"),
    "padding 2 at the end": ("conv_vae", LAST, LAST.replace("padding=1", "padding=2"), r"\(5, 3, 30, 30\).*formula for transposed"),
    "kernel 3": ("conv_vae", "nn.Conv2d(3, 16, kernel_size=4", "nn.Conv2d(3, 16, kernel_size=3", "with which kernel"),
    "other channels": ("conv_vae", "64, kernel_size=4, stride=2, padding=1),  # (N, 64, 8, 8)\n            nn.ReLU(),\n            nn.ConvTranspose2d(64", "48, kernel_size=4, stride=2, padding=1),  # (N, 64, 8, 8)\n            nn.ReLU(),\n            nn.ConvTranspose2d(48", "From how many channels"),
    "batch size baked in": ("conv_vae", "h.reshape(-1, 128, 4, 4)", "h.reshape(32, 128, 4, 4)", "written into your code as a number"),
    "a ReLU missing in the encoder": ("conv_vae", "  # (N, 32, 8, 8)\n            nn.ReLU(),\n", "  # (N, 32, 8, 8)\n", "in the encoder.*without the ReLU after its layer 2"),
    "no ReLU after fc_decode": ("conv_vae", "torch.relu(self.fc_decode(z))", "self.fc_decode(z)", "in the decoder.*without the ReLU after its layer 1"),
    "ReLU on fc_mu": ("conv_vae", "return self.fc_mu(h), self.fc_logvar(h)", "return F.relu(self.fc_mu(h)), F.relu(self.fc_logvar(h))", "ReLU after its last layer too|same numbers"),
    "batch norm": ("conv_vae", "  # (N, 16, 16, 16)\n", "\n            nn.BatchNorm2d(16),\n", "gives other numbers"),
    "no sigmoid in the decoder": ("conv_vae", LAST, LAST.replace("            nn.Sigmoid(),\n", ""), "number of any size between 0 and 1"),
    "tanh in the decoder": ("conv_vae", LAST, LAST.replace("Sigmoid", "Tanh"), "Which range has tanh"),
    "another default": ("conv_vae", "latent_dim=256", "latent_dim=128", "default of `latent_dim`"),
    "latent size of the notebook": ("conv_vae", "self.fc_mu = nn.Linear(128 * 4 * 4, latent_dim)", "self.fc_mu = nn.Linear(128 * 4 * 4, 128)", "`latent_dim` = 10"),
    "logvar from mu's layer": ("conv_vae", "return self.fc_mu(h), self.fc_logvar(h)", "return self.fc_mu(h), self.fc_mu(h)", "two different layers"),
    "encode draws already": ("conv_vae", "return self.fc_mu(h), self.fc_logvar(h)", "return self.reparameterize(self.fc_mu(h), self.fc_logvar(h))", "returns two tensors"),
    "sigmoid in forward once more": ("conv_vae", FORWARD, FORWARD.replace("self.decode(", "torch.sigmoid(self.decode(", 1).replace("logvar)),", "logvar))),"), "is something in it done twice"),
    "ends left out": ("interpolate", SHARE, "share = torch.arange(steps, device=means.device).unsqueeze(1) / steps", "how many steps lead from the first to the last"),
    "the other way": ("interpolate", LINE, "model.decode(share * means[0] + (1 - share) * means[1])", "It leads the other way"),
    "draws in place of means": ("interpolate", LINE, LINE.replace("return ", "").replace("means[1]", "model.reparameterize(*[m[1:] for m in (means, _logvar)])"), "left to chance"),
    "interpolates log variances": ("interpolate", "means, _logvar = model", "_logvar, means = model", "It does neither"),
    "in pixels": ("interpolate", LINE, "(1 - share[..., None, None]) * img1 + share[..., None, None] * img2", "In which space does the line lie"),
    "codes of blended images": ("interpolate", LINE, "model.decode(model.encode((1 - share[..., None, None]) * img1 + share[..., None, None] * img2)[0])", "the two images, or their two codes"),
    "uneven": ("interpolate", SHARE, SHARE + "**2", "as long as the others"),
    "with a graph": ("interpolate", "    with torch.no_grad():\n        means", "    if True:\n        means", "Will anybody ask for a gradient"),
    "ten steps, always": ("interpolate", SHARE, SHARE.replace("steps", "10"), "the argument, or a number"),
    "stacked with an axis too many": ("interpolate", LINE, LINE.replace("model.decode(", "torch.stack([model.decode(m[None]) for m in ").replace("means[1])", "means[1]])"), "in how many pieces"),
    "without a batch axis": ("interpolate", "means, _logvar = model.encode(torch.stack([img1, img2]))", "means = torch.cat([model.encode(img1)[0], model.encode(img2)[0]])", "Which axis is missing"),
    "the [-1, 1] trap": ("svhn_transform", "/ 255", "/ 127.5 - 1", "Which part of this range can the decoder never reach"),
    "not scaled": ("svhn_transform", ".float() / 255", ".float()", "8 bits reach"),
    "scaled twice": ("svhn_transform", "/ 255", "/ 255 / 255", "How often is it divided"),
    "standardized": ("svhn_transform", "/ 255", "/ 255 * 2 - 0.9", "never reach"),
    "still bytes": ("svhn_transform", ".float() / 255", "", "Which dtype"),
    "double precision": ("svhn_transform", ".float()", ".double()", "Which dtype"),
    "colour last": ("svhn_transform", ".permute(2, 0, 1)", "", "Which axis of the array is the colour"),
    "reshaped": ("svhn_transform", ".permute(2, 0, 1)", ".reshape(3, 32, 32)", "move them, or count the numbers anew"),
    "mirrored": ("svhn_transform", ".permute(2, 0, 1)", ".permute(2, 1, 0)", "Rows and columns are swapped"),
    "squared": ("svhn_transform", TRANSFORM, "x = " + TRANSFORM.removeprefix("return ") + "\n    return x * x", "besides changing their scale"),
    "transform unfinished": ("svhn", "/ 255", "/ 127.5 - 1", r"passes its own check.*\n.*never reach|passes its own check.*black becomes"),
    "uniform draws": ("svhn", "torch.randn(n", "torch.rand(n", "bell, or equal chances"),
    "wide draws": ("svhn", PRIOR, "3 * " + PRIOR, "Which law did the KL draw"),
    "one draw for all": ("svhn", PRIOR, "torch.randn(1, model.latent_dim, device=device).expand(n, -1)", "All of one call are the same"),
    "one number per draw": ("svhn", PRIOR, "torch.randn(n, 1, device=device).expand(-1, model.latent_dim)", "are independent"),
    "the same draws each time": ("svhn", "    model.eval()\n    z", "    torch.manual_seed(0)\n    model.eval()\n    z", "Two calls draw the same"),
    "training mode": ("svhn", "    model.eval()\n    z", "    z", "In which mode does a model belong"),
    "a graph in sample": ("svhn", "    with torch.no_grad():\n        return model.decode(z)\n", "    return model.decode(z)\n", "carry no graph"),
    "the batch axis changed": ("traverse", "z[:, dim] = values", "z[dim] = values[dim]", "counts the pictures, and which the dimensions"),
    "changes add up": ("traverse", SET, "        out = []\n        for v in values:\n            mean[:, dim] += v\n            out.append(model.decode(mean))\n        return torch.cat(out)\n", "is it still the mean"),
    "moved, not set": ("traverse", "z[:, dim] = values", "z[:, dim] += values", "set to the value, or moved"),
    "the next dimension": ("traverse", "z[:, dim] = values", "z[:, dim - 1] = values", "counts the pictures"),
    "a draw as base": ("traverse", "mean, _logvar = model.encode(img.unsqueeze(0))", "mean = model.reparameterize(*model.encode(img.unsqueeze(0)))", "left to chance"),
    "the other way in traverse": ("traverse", "z[:, dim] = values", "z[:, dim] = values.flip(0)", "Which value belongs"),
    "a graph in traverse": ("traverse", "    with torch.no_grad():\n        mean,", "    if True:\n        mean,", "carry no graph"),
    "the last value only": ("traverse", SET, "        z = mean\n        for value in values:\n            z[:, dim] = value\n        return model.decode(z)\n", "How many latent vectors do you decode"),
    "ten values, always": ("traverse", "mean.repeat(len(values), 1)", "mean.repeat(10, 1)", "must match the existing size|expand"),
}  # fmt: skip


@pytest.mark.parametrize(("exercise", "old", "new", "words"), WRONG.values(), ids=WRONG)
def test_a_mistake_fails_with_words_that_name_it(lab, notebook, exercise, old, new, words):
    module = notebook((old, new))
    with pytest.raises(CheckFailed) as failure:
        check(lab, module, exercise)
    assert re.search(words, str(failure.value), flags=re.DOTALL), str(failure.value)


def test_hints_come_in_stages_and_the_first_is_a_question(lab, notebook):
    module = notebook(("/ 255", "/ 127.5 - 1"))
    stages = []
    for _ in range(3):
        with pytest.raises(CheckFailed) as failure:
            check(lab, module, "svhn_transform")
        stages.append(re.findall(r"Hint \d of \d: (.*)", str(failure.value)))
    assert [len(hints) for hints in stages] == [1, 2, 2]
    assert stages[0][0].endswith("?")


@pytest.mark.parametrize("position", range(len(WORK)))
def test_an_exercise_can_be_checked_as_soon_as_it_is_written(lab, notebook, capsys, position):
    """However many of the later ones are still empty, which is no error."""
    names = list(WORK)
    sources = [CELLS[CELL[name]].source for name in names[position:]]
    module = notebook(*((source, lessons.without_solutions(source)) for source in sources))
    for name in names:
        check(lab, module, name)
        shown = capsys.readouterr()
        if name in names[position:]:
            assert shown.err.startswith(f"{name}: not done yet") and not shown.out
        else:
            assert f"{name}: right" in shown.out and not shown.err


@pytest.mark.parametrize("name", WORK)
def test_what_is_no_function_or_class_is_wrong_usage(lab, notebook, name):
    module = notebook()
    work = [getattr(module, work) for work in WORK[name]]
    with pytest.raises(WrongUsage, match="The check wants the"):
        lab.check(name, *work[:-1], 3)


@pytest.mark.parametrize(
    "name",
    ["theory_kl", "theory_reparameterization", "theory_stochastic_latent", "theory_smooth_latent", "compare_models", "discuss_latents"],
)  # fmt: skip
def test_written_questions_are_known(lab, name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lab.check(name)
    assert f"{name}: not checked" in capsys.readouterr().out
