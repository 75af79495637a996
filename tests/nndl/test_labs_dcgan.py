# ruff: noqa: E501
# (the tables below hold one student per line)
"""The public checks of dcgan: right work passes however written, wrong work is named."""

from __future__ import annotations

import re
from types import ModuleType

import lessons
import pytest
import torch

from nndl.check import CheckFailed, Lab, WrongUsage
from nndl.utils import reset_seed

NAME = "dcgan"
# What each exercise is called with.
WORK = {
    "init": "DCGAN",
    "train": "DCGAN",
    "spectral_norm": "SpectralDiscriminator",
    "reconstruct": "DCGAN",
}
# The cells in which each exercise is written.
WRITTEN_IN = {
    "init": ["init-solution", "init-weights-solution", "init-loss-solution"],
    "train": ["train-solution"],
    "spectral_norm": ["spectral_norm-solution"],
    "reconstruct": ["reconstruct-loss-solution", "reconstruct-solution"],
}
IMPORTS = """\
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from nndl import plots
from nndl.training import Training
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


def test_checks_leave_random_numbers_and_the_nets_of_the_notebook_as_they_were(lab, notebook):
    module = notebook()
    nets = module.Generator, module.Discriminator
    reset_seed(3)
    check_all(lab, module)
    after = torch.rand(5)
    reset_seed(3)
    assert torch.equal(after, torch.rand(5))
    assert (module.Generator, module.Discriminator) == nets


def body(cell: str) -> str:
    """The solution of a cell with one gap, as it stands between the marks."""
    source = CELLS[cell].source
    return source.split("### BEGIN SOLUTION\n")[1].rsplit("### END SOLUTION", 1)[0].rstrip(" ")


ADAMS = """\
        self._generator_optimizer = torch.optim.Adam(
            self._generator.parameters(), lr=self.learning_rate, betas=(0.5, 0.999)
        )
        self._discriminator_optimizer = torch.optim.Adam(
            self._discriminator.parameters(), lr=self.learning_rate, betas=(0.5, 0.999)
        )
"""
WEIGHTS = body("init-weights-solution")
CONVOLUTION = "nn.init.normal_(layer.weight, mean=0.0, std=0.02)"
NORM = "nn.init.normal_(layer.weight, mean=1.0, std=0.02)"
NORM_BIAS = "            nn.init.zeros_(layer.bias)\n"
BCE = "F.binary_cross_entropy_with_logits(logits, labels)"

LOOP = body("train-solution")
MODE = "            self.train()\n"
NOISE = "torch.randn(len(real), self.code_size, device=self.device)"
FAKE = "            fake = self._generator(noise)\n"
CLEAR_D = "            self._discriminator_optimizer.zero_grad()\n"
CLEAR_G = "            self._generator_optimizer.zero_grad()\n"
D_STEP = "            self._discriminator_optimizer.step()\n"
G_STEP = "            self._generator_optimizer.step()\n"
D_LOSS = """\
            discriminator_loss = self._classification_loss(
                real_logits, torch.ones_like(real_logits)
            ) + self._classification_loss(fake_logits, torch.zeros_like(fake_logits))
"""
JUDGED = """\
            real_logits = self._discriminator(real)
            fake_logits = self._discriminator(fake.detach())
"""
G_LOSS = """\
            logits = self._discriminator(fake)
            generator_loss = self._classification_loss(logits, torch.ones_like(logits))
"""
G_LABELS = "self._classification_loss(logits, torch.ones_like(logits))\n" + CLEAR_G

SPECTRAL = "nn.utils.parametrizations.spectral_norm(layer)"
MSE = "F.mse_loss(reconstruction, x)"
SEARCH = """\
    for _ in range(self.vis_steps):
        loss = self._reconstruction_loss(self._generator(code), samples)
        (code.grad,) = torch.autograd.grad(loss, [code])
        optimizer.step()
    with torch.no_grad():
"""
ZEROS = "torch.zeros(len(samples), self.code_size, device=self.device, requires_grad=True)"
CODE_ADAM = "    optimizer = torch.optim.Adam([code], lr=self.vis_learning_rate)\n" + SEARCH[:30]
TENSOR = "    samples = torch.as_tensor(samples, dtype=torch.float32, device=self.device)\n"
RETURNED = "    return loss.item(), images\n"
EVAL = "    mode = self.training\n    self.eval()\n" + TENSOR
BACKWARD = """\
    for p in self.parameters():
        p.requires_grad_(False)
    for _ in range(self.vis_steps):
        optimizer.zero_grad()
        loss = self._reconstruction_loss(self._generator(code), samples)
        loss.backward()
        optimizer.step()
    for p in self.parameters():
        p.requires_grad_(True)
    with torch.no_grad():
"""

# The whole loop in plain torch, without a line of what was given but the first two.
PLAIN = """\
def train(self, train_samples=True):
    if isinstance(train_samples, bool):
        return super(DCGAN, self).train(train_samples)
    samples = torch.tensor(np.asarray(train_samples)).float()
    history = {"discriminator": [], "generator": []}
    self._generator.train()
    self._discriminator.train()
    one, zero = torch.ones(self.batch_size, 1), torch.zeros(self.batch_size, 1)
    for epoch in range(self.num_epoch):
        for i in range(len(samples) // self.batch_size):
            real = samples[i * self.batch_size : (i + 1) * self.batch_size]
            self._discriminator.zero_grad()
            d_real = self._classification_loss(self._discriminator(real), one)
            d_real.backward()
            with torch.no_grad():
                fake = self._generator(torch.normal(0.0, 1.0, (self.batch_size, self.code_size)))
            d_fake = self._classification_loss(self._discriminator(fake), zero)
            d_fake.backward()
            self._discriminator_optimizer.step()
            self._generator.zero_grad()
            fake = self._generator(torch.normal(0.0, 1.0, (self.batch_size, self.code_size)))
            g = self._classification_loss(self._discriminator(fake), one)
            g.backward()
            self._generator_optimizer.step()
            history["discriminator"].append((d_real + d_fake).item())
            history["generator"].append(float(g))
    return history
"""

RIGHT_THOUGH_DIFFERENT = {
    "weights by class name, as a method of its own": [(WEIGHTS, "    def start(m):\n        name = type(m).__name__\n        if 'Conv' in name: m.weight.data.normal_(0.0, 0.02)\n        elif 'BatchNorm' in name: m.weight.data.normal_(1.0, 0.02); m.bias.data.fill_(0)\n    self._generator.apply(start); self._discriminator.apply(start)\n    ")],
    "optimizers in a dictionary": [
        ("self._generator_optimizer = torch", "self.optims = {}; self.optims['g'] = torch"),
        ("self._discriminator_optimizer = torch", "self.optims['d'] = torch"),
        ("self._generator_optimizer.", "self.optims['g']."),
        ("self._discriminator_optimizer.", "self.optims['d']."),
    ],
    "AdamW without decay, other names": [
        ("self._generator_optimizer", "self.opt_g"),
        ("self._discriminator_optimizer", "self.opt_d"),
        ("self.opt_g = torch.optim.Adam(", "self.opt_g = torch.optim.AdamW(weight_decay=0.0, params="),
    ],
    "a loss object": [(BCE, "nn.BCEWithLogitsLoss()(logits, labels)")],
    "softplus": [(BCE, "(F.softplus(logits) - labels * logits).mean().reshape(1)")],
    "the whole loop in plain torch": [(CELLS["train-solution"].source.replace("\n\n\nDCGAN.train = train", ""), PLAIN)],
    "fakes first, two backward passes": [
        (JUDGED, "            fake_logits = self._discriminator(fake.detach()); real_logits = self._discriminator(real)\n"),
        (CLEAR_D + "            discriminator_loss.backward()\n", CLEAR_D + "            discriminator_loss.backward(retain_graph=True)\n"),
    ],
    "never detached, but cleared in time": [(JUDGED, JUDGED.replace(".detach()", "")), ("discriminator_loss.backward()", "discriminator_loss.backward(retain_graph=True)")],
    "no_grad for the fakes, new ones for the generator": [
        (FAKE, "            with torch.no_grad():\n                fake = self._generator(noise)\n"),
        ("logits = self._discriminator(fake)\n", "logits = self._discriminator(self._generator(torch.randn_like(noise)))\n"),
    ],
    "everything cleared by the nets, at the end": [
        (CLEAR_D, ""), (CLEAR_G, "            self._generator.zero_grad()\n"),
        (G_STEP, G_STEP + "            self.zero_grad(set_to_none=False)\n"),
    ],
    "nets switched one by one": [(MODE, "            self._generator.train(); self._discriminator.train()\n")],
    "the mean of the two losses for the gradient": [("discriminator_loss.backward()", "(discriminator_loss / 2).backward()")],
    "fakes drawn by normal_": [(NOISE, "torch.empty(self.batch_size, self.code_size).normal_()")],
    "samples looked at in between": [(G_STEP, G_STEP + "            self._generator.eval(); self._generator(self.tracked_noise)\n")],
    "the old spectral norm, on the Linear layer too": [
        ("for layer in self.layers:", "for layer in list(self.modules()):"),
        ("if isinstance(layer, nn.Conv2d):", "if isinstance(layer, (nn.Conv2d, nn.Linear)):"),
        (SPECTRAL, "nn.utils.spectral_norm(layer)"),
    ],
    "written as a class of its own": [("class SpectralDiscriminator(Discriminator):", "class SpectralDiscriminator(nn.Module):"), ("for layer in self.layers:", "self.net = Discriminator()\n        self.forward = lambda x: self.net(x)\n        for layer in self.net.layers:")],
    "frozen and backward": [(SEARCH, BACKWARD)],
    "500 written as a number": [(SEARCH, SEARCH.replace("self.vis_steps", "500"))],
    "a parameter, the last loss of the loop": [
        (ZEROS, "nn.Parameter(torch.zeros(samples.shape[0], self.code_size))"),
        ("        loss = self._reconstruction_loss(images, samples)\n", ""),
        (RETURNED, "    return loss.detach(), images\n"),
    ],
    "the generator alone in evaluation mode": [(EVAL, "    mode = self.training\n    self._generator.eval()\n" + TENSOR)],
    "targets left float64": [(TENSOR, "    samples = torch.as_tensor(samples)\n")],
    "squares by hand": [(MSE, "((reconstruction - x) ** 2).mean()")],
}  # fmt: skip


@pytest.mark.parametrize("edits", RIGHT_THOUGH_DIFFERENT.values(), ids=RIGHT_THOUGH_DIFFERENT)
def test_what_is_right_though_different_passes(lab, notebook, edits):
    module = notebook(*edits)
    texts = {name: "".join(CELLS[cell].source for cell in WRITTEN_IN[name]) for name in WORK}
    touched = [name for name in WORK if any(old in texts[name] for old, _ in edits)]
    assert touched
    for name in touched:
        lab.check(name, getattr(module, WORK[name]))


# exercise, what is put in place of what, and words that the student must read at once
WRONG = {
    "no generator": ("init", "self._generator = Generator(self.code_size)", "self._generator = None", "What in this line is `None`"),
    "the class, not a net": ("init", "self._generator = Generator(self.code_size)", "self._generator = Generator", "counting the object itself"),
    "the size of a code as a number": ("init", "Generator(self.code_size)", "Generator(64)", "Which shape does this layer get"),
    "one optimizer": ("init", ADAMS, "        self.o = torch.optim.Adam(self.parameters(), lr=self.learning_rate, betas=(0.5, 0.999))\n", "does each of the players learn on its own"),
    "both over everything": ("init", ADAMS, ADAMS.replace("self._generator.param", "self.param").replace("self._discriminator.param", "self.param"), "Whose parameters"),
    "both over the discriminator": ("init", "            self._generator.parameters()", "            self._discriminator.parameters()", "Whose parameters"),
    "one over both nets": ("init", "            self._generator.parameters()", "            self.parameters()", "What if one optimizer moves both"),
    "SGD": ("init", ADAMS, ADAMS.replace("optim.Adam", "optim.SGD").replace(", betas=(0.5, 0.999)", ""), "there is: SGD, SGD.*Which optimizer"),
    "Adam's own learning rate": ("init", ADAMS, ADAMS.replace("lr=self.learning_rate, ", ""), "if nobody tells it one"),
    "the rate as a number": ("init", ADAMS, ADAMS.replace("self.learning_rate", "2e-4"), "as a number, or taken"),
    "Adam's own betas": ("init", ADAMS, ADAMS.replace(", betas=(0.5, 0.999)", ""), r"0.9, 0.999.*How long should a player remember"),
    "betas (0.5, 0.99)": ("init", "(0.5, 0.999)", "(0.5, 0.99)", "betas are 0.5 and 0.999"),
    "weights never set": ("init", "        self._weight_initialization()\n", "", "When is it called"),
    "weights set before there are nets": ("init", "        self._generator = Generator(self.code_size)\n        self._discriminator = discriminator\n        self._weight_initialization()\n", "        self._weight_initialization()\n        self._generator = Generator(self.code_size)\n        self._discriminator = discriminator\n", "are the nets there by then"),
    "a function that is never applied": ("init", WEIGHTS, "    def start(m): m.weight.data.normal_()\n    ", "get called"),
    "no transposed convolutions": ("init", "nn.Conv2d | nn.ConvTranspose2d", "nn.Conv2d", "Which kinds of layers have a kernel"),
    "the generator alone": ("init", "for layer in self.modules():", "for layer in self._generator.modules():", "Of 6 convolutions 3"),
    "the children alone": ("init", "for layer in self.modules():", "for layer in self.children():", "get called"),
    "0.02 as the variance": ("init", CONVOLUTION, CONVOLUTION.replace("0.02", "0.02**0.5"), "Is 0.02 the variance"),
    "uniform weights": ("init", CONVOLUTION, "nn.init.uniform_(layer.weight, 0.0, 0.02)", "as often negative"),
    "BatchNorm at mean 0": ("init", NORM, NORM.replace("1.0", "0.0"), "multiplied by something near 0"),
    "BatchNorm without chance": ("init", NORM, "nn.init.ones_(layer.weight)", "Where is the chance"),
    "BatchNorm not treated": ("init", NORM, "pass", "reach the BatchNorm layers"),
    "the bias of BatchNorm drawn": ("init", NORM_BIAS, "            nn.init.normal_(layer.bias, 0.0, 0.02)\n", "the bias of BatchNorm is 0"),
    "the bias of BatchNorm left": ("init", NORM_BIAS, "", "the bias of BatchNorm is 0"),
    "Linear layers drawn too": ("init", "nn.Conv2d | nn.ConvTranspose2d", "nn.Conv2d | nn.ConvTranspose2d | nn.Linear", "Of which kinds of layers"),
    "sigmoid before BCE with logits": ("init", BCE, "F.binary_cross_entropy_with_logits(torch.sigmoid(logits), labels)", "once here, or twice"),
    "sigmoid, then BCE": ("init", BCE, "F.binary_cross_entropy(torch.sigmoid(logits), labels)", "sigmoid of -300"),
    "BCE of logits": ("init", BCE, "F.binary_cross_entropy(logits, labels)", "between 0 and 1"),
    "summed": ("init", BCE, "F.binary_cross_entropy_with_logits(logits, labels, reduction='sum')", "batch is twice as large"),
    "arguments swapped": ("init", BCE, "F.binary_cross_entropy_with_logits(labels, logits)", "Which argument is the prediction"),
    "labels not used": ("init", BCE, "F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))", "depends on the labels"),
    "squared error": ("init", BCE, "F.mse_loss(torch.sigmoid(logits), labels)", "regression, or a decision"),
    "a plain number": ("init", BCE, "F.binary_cross_entropy_with_logits(logits, labels).item()", "What does `backward` start from"),
    "without self": ("init", "def _classification_loss(self, logits, labels)", "def _classification_loss(logits, labels)", "counting the object itself"),
    "init unfinished": ("train", "        self._weight_initialization()\n", "", "What does the check of `init` say"),
    "the mode can't be switched": ("train", "    if isinstance(train_samples, bool):\n        return nn.Module.train(self, train_samples)\n", "", "What stood at the top of `train`"),
    "nobody steps": ("train", LOOP, LOOP.replace(D_STEP, "").replace(G_STEP, ""), "Who moves the weights"),
    "the generator never steps": ("train", G_STEP, "", "never takes a step"),
    "the discriminator never steps": ("train", D_STEP, "", "never takes a step"),
    "two steps of the generator": ("train", G_STEP, 2 * G_STEP, "How often is each one's turn"),
    "one epoch, whatever is asked for": ("train", "        self.num_epoch,\n", "        1,\n", "How many epochs"),
    "the batch size as a number": ("train", "shuffled(len(images), self.batch_size)", "shuffled(len(images), 4)", "How many epochs and batches"),
    "the generator first": ("train", LOOP, MODE + "            fake = self._generator(" + NOISE + ")\n" + G_LOSS + CLEAR_G + "            generator_loss.backward()\n" + G_STEP + JUDGED + D_LOSS + CLEAR_D + "            discriminator_loss.backward()\n" + D_STEP + "            ", "Who learns first"),
    "a new Adam in each step": ("train", FAKE, FAKE + "            self._generator_optimizer = torch.optim.Adam(self._generator.parameters(), lr=self.learning_rate, betas=(0.5, 0.999))\n", "How long does yours live"),
    "real and fake in one batch": ("train", JUDGED, "            both = self._discriminator(torch.cat([real, fake.detach()]))\n            real_logits, fake_logits = both.chunk(2)\n", "BatchNorm takes mean and spread"),
    "scores the real batch twice": ("train", "self._discriminator(fake.detach())", "self._discriminator(real)", "come to know what a fake is"),
    "never sees a real image": ("train", "self._discriminator(real)", "self._discriminator(fake.detach())", "come to know what a real image is"),
    "real images in another range": ("train", "self._discriminator(real)", "self._discriminator(2 * real - 1)", "What exactly goes into the discriminator"),
    "the old judgement": ("train", LOOP, LOOP.replace("            logits = self._discriminator(fake)\n", "").replace(D_LOSS, "            logits = self._discriminator(fake)\n" + D_LOSS), "from before the discriminator's step"),
    "uniform noise": ("train", NOISE, "torch.rand(len(real), self.code_size)", "a bell around 0"),
    "noise between -1 and 1": ("train", NOISE, "torch.rand(len(real), self.code_size) * 2 - 1", "a bell around 0"),
    "uniform noise of mean 0 and spread 1": ("train", NOISE, "(torch.rand(len(real), self.code_size) - 0.5) * 12**0.5", "a bell around 0"),
    "tracked noise": ("train", NOISE, "self.tracked_noise[: len(real)]", "They are those of `tracked_noise`"),
    "one code for the batch": ("train", NOISE, "torch.randn(1, self.code_size).repeat(len(real), 1)", "some fakes have the same code"),
    "the same noise for the whole run": ("train", NOISE, "self.__dict__.setdefault('noise', " + NOISE + ")", "The same codes come again"),
    "a seed in the loop": ("train", "            noise = ", "            torch.manual_seed(0)\n            noise = ", "The same codes come again"),
    "train() forgotten": ("train", MODE, "", "Who switches back"),
    "only one net in training mode": ("train", MODE, "            self._generator.train()\n", "Who switches back"),
    "labels swapped": ("train", D_LOSS, D_LOSS.replace("ones", "tmp").replace("zeros", "ones").replace("tmp", "zeros"), "Which label stands for real"),
    "everything is real": ("train", D_LOSS, D_LOSS.replace("zeros", "ones"), "Which label do the fakes get"),
    "everything is fake": ("train", D_LOSS, D_LOSS.replace("ones", "zeros"), "Which label do real images get"),
    "the loss on fakes alone": ("train", "discriminator_loss.backward()", "self._classification_loss(fake_logits, torch.zeros_like(fake_logits)).backward()", "Which of the two losses"),
    "the loss on real images alone": ("train", "discriminator_loss.backward()", "self._classification_loss(real_logits, torch.ones_like(real_logits)).backward()", "Which of the two losses"),
    "sigmoid before the loss": ("train", JUDGED, JUDGED + "            real_logits, fake_logits = real_logits.sigmoid(), fake_logits.sigmoid()\n", "squashed"),
    "uphill": ("train", "discriminator_loss.backward()", "(-discriminator_loss).backward()", "made small, or large"),
    "gradients never cleared": ("train", LOOP, LOOP.replace(CLEAR_D, "").replace(CLEAR_G, ""), "gradients that are there already"),
    "the discriminator's never cleared": ("train", CLEAR_D, "", "gradients that are there already"),
    "the generator's never cleared": ("train", CLEAR_G, "", "gradients that are there already"),
    "those of the wrong net cleared": ("train", LOOP, LOOP.replace(CLEAR_D, "@").replace(CLEAR_G, CLEAR_D).replace("@", CLEAR_G), "gradients that are there already"),
    "cleared between backward and step": ("train", D_STEP, CLEAR_D + D_STEP, "no gradients when its optimizer steps"),
    "not detached, cleared too early": ("train", LOOP, LOOP.replace(CLEAR_G, "").replace(CLEAR_D, CLEAR_D + CLEAR_G).replace("fake.detach()", "fake").replace("discriminator_loss.backward()", "discriminator_loss.backward(retain_graph=True)"), "Does the discriminator's loss flow on"),
    "not detached": ("train", "self._discriminator(fake.detach())", "self._discriminator(fake)", "How far back should each of the two flow"),
    "detached in the generator's step": ("train", "logits = self._discriminator(fake)\n", "logits = self._discriminator(fake.detach())\n", "where is the graph cut"),
    "the generator trained towards fake": ("train", "generator_loss = self._classification_loss(logits, torch.ones_like(logits))", "generator_loss = self._classification_loss(logits, torch.zeros_like(logits))", "What does the generator want to hear"),
    "the generator away from fake": ("train", "generator_loss = self._classification_loss(logits, torch.ones_like(logits))", "generator_loss = -self._classification_loss(logits, torch.zeros_like(logits))", "slope of log"),
    "returns nothing": ("train", "    return training.steps\n", "", "It returns None"),
    "losses of the epochs": ("train", "return training.steps", "return training.history", "2 and 2 entries"),
    "the mean of the two losses": ("train", '{"discriminator": discriminator_loss, "generator"', '{"discriminator": discriminator_loss / 2, "generator"', "sum of the two losses, or their mean"),
    "losses with their graphs": ("train", "    return training.steps\n", "    return {k: [torch.tensor(x, requires_grad=True) for x in v] for k, v in training.steps.items()}\n", "keep alive"),
    "spectral norm on the first layer": ("spectral_norm", "for layer in self.layers:", "for layer in self.layers[:1]:", "Which convolutions are left out"),
    "no spectral norm": ("spectral_norm", SPECTRAL, "pass", "Has the norm been put around|Which convolutions are left out"),
    "normalized once": ("spectral_norm", SPECTRAL, "layer.weight.data /= torch.linalg.matrix_norm(layer.weight.data.flatten(1), 2)", "once, or is that done at each use"),
    "another norm": ("spectral_norm", SPECTRAL, "nn.utils.parametrizations.weight_norm(layer)", "Has the norm been put around|Which convolutions are left out"),
    "on layers that forward does not use": ("spectral_norm", "for layer in self.layers:", "self.net = nn.Sequential(nn.Conv2d(3, 32, 4, 2, 1), nn.Conv2d(32, 64, 4, 2, 1), nn.Conv2d(64, 128, 4, 2, 1))\n        for layer in self.net:", "three convolutions"),
    "on Linear alone": ("spectral_norm", "for layer in self.layers:\n            if isinstance(layer, nn.Conv2d):", "for layer in [self.linear]:\n            if True:", "Has the norm been put around|Which convolutions are left out"),
    "BatchNorm left out": ("spectral_norm", "        for layer in self.layers:\n", "        self.layers = nn.Sequential(*[l for l in self.layers if not isinstance(l, nn.BatchNorm2d)])\n        for layer in self.layers:\n", "two BatchNorm"),
    "summed differences": ("reconstruct", MSE, "F.mse_loss(reconstruction, x, reduction='sum')", "twice as many images"),
    "absolute differences": ("reconstruct", MSE, "F.l1_loss(reconstruction, x)", "Is the difference squared"),
    "per image": ("reconstruct", MSE, "F.mse_loss(reconstruction, x, reduction='none').mean((1, 2, 3))", "a tensor with a single number"),
    "cross entropy": ("reconstruct", MSE, "F.binary_cross_entropy(reconstruction, x)", "mean of the squared differences"),
    "only the images": ("reconstruct", RETURNED, "    return images\n", "returns two things"),
    "in the other order": ("reconstruct", RETURNED, "    return images, loss.item()\n", "Which of the two comes first"),
    "a graph on the loss": ("reconstruct", "    with torch.no_grad():\n        images = self._generator(code)\n        loss = self._reconstruction_loss(images, samples)\n    self.train(mode)\n    return loss.item(), images", "    images = self._generator(code)\n    loss = self._reconstruction_loss(images, samples)\n    self.train(mode)\n    return loss, images", "carries a graph"),
    "trains the generator": ("reconstruct", SEARCH, "    optimizer = torch.optim.Adam([code, *self._generator.parameters()], lr=self.vis_learning_rate)\n" + BACKWARD.replace("(False)", "(True)"), "Whose parameters does your optimizer move"),
    "eval() forgotten": ("reconstruct", EVAL, EVAL.replace("    self.eval()\n", ""), "In training mode the image of one code"),
    "starts from noise": ("reconstruct", ZEROS, ZEROS.replace("zeros", "randn"), "Where does the text say"),
    "requires_grad left off": ("reconstruct", ZEROS, ZEROS.replace(", requires_grad=True", ""), "does that tensor know it"),
    "a new code in each step": ("reconstruct", "        loss = self._reconstruction_loss(self._generator(code), samples)\n        (code", "        code = " + ZEROS + "\n        loss = self._reconstruction_loss(self._generator(code), samples)\n        (code", "made anew"),
    "one code for all samples": ("reconstruct", ZEROS, ZEROS.replace("len(samples)", "1"), "how many codes do you look for"),
    "Adam's own rate for the code": ("reconstruct", CODE_ADAM, CODE_ADAM.replace(", lr=self.vis_learning_rate", ""), "if nobody tells it one"),
    "the rate of the code as a number": ("reconstruct", CODE_ADAM, CODE_ADAM.replace("self.vis_learning_rate", "1e-2"), "as a number, or taken"),
    "SGD for the code": ("reconstruct", CODE_ADAM, CODE_ADAM.replace("optim.Adam", "optim.SGD"), "where Adam moves by"),
    "few steps": ("reconstruct", SEARCH, SEARCH.replace("self.vis_steps", "50"), "How many steps"),
    "gradients of the code never cleared": ("reconstruct", SEARCH, SEARCH.replace("(code.grad,) = torch.autograd.grad(loss, [code])", "loss.backward()"), "as near as it can.*gradients of the step before"),
    "no step for the code": ("reconstruct", SEARCH, SEARCH.replace("        optimizer.step()\n", ""), "the codes move"),
    "returns the target": ("reconstruct", RETURNED, "    return 0.0, samples.clone()\n", "none of its last images"),
    "returns grey": ("reconstruct", RETURNED, "    return loss.item(), torch.full_like(samples, 0.5)\n", "none of its last images"),
    "returns a sum": ("reconstruct", RETURNED, "    return loss.item() * samples.numel(), images\n", "a sum, or a mean"),
    "an untouched image": ("reconstruct", "        images = self._generator(code)\n        loss", "        images = self._generator(torch.zeros_like(code))\n        loss", "as near as it can"),
    "no tensor made of samples": ("reconstruct", TENSOR, "", "may be an array of NumPy"),
}  # fmt: skip


@pytest.mark.parametrize(("exercise", "old", "new", "words"), WRONG.values(), ids=WRONG)
def test_a_mistake_fails_with_words_that_name_it(lab, notebook, exercise, old, new, words):
    module = notebook((old, new))
    with pytest.raises(CheckFailed) as failure:
        lab.check(exercise, getattr(module, WORK[exercise]))
    assert re.search(words, str(failure.value), flags=re.DOTALL), str(failure.value)


def test_fakes_that_are_made_once_are_found(lab, notebook):
    """Made before the loop, with a graph that no step of the generator follows."""
    once = "    fakes = self._generator(" + NOISE.replace("len(real)", "self.batch_size") + ")\n"
    loop = "    for _epoch in training:\n"
    module = notebook(
        (loop, once + loop),
        (FAKE, "            fake = fakes\n"),
        ("generator_loss.backward()", "generator_loss.backward(retain_graph=True)"),
    )
    with pytest.raises(CheckFailed):
        lab.check("train", module.DCGAN)


def test_hints_come_in_stages_and_the_first_is_a_question(lab, notebook):
    module = notebook((D_LOSS, D_LOSS.replace("zeros", "ones")))
    stages = []
    for _ in range(3):
        with pytest.raises(CheckFailed) as failure:
            lab.check("train", module.DCGAN)
        stages.append(re.findall(r"Hint \d of \d: (.*)", str(failure.value)))
    assert [len(hints) for hints in stages] == [1, 2, 2]
    assert stages[0][0].endswith("?")


@pytest.mark.parametrize("position", range(len(WORK)))
def test_an_exercise_can_be_checked_as_soon_as_it_is_written(lab, notebook, capsys, position):
    """However many of the later ones are still empty, which is no error."""
    names = list(WORK)
    unwritten = names[position:]
    cells = [CELLS[cell].source for name in unwritten for cell in WRITTEN_IN[name]]
    module = notebook(*[(cell, lessons.without_solutions(cell)) for cell in cells])
    for name in names:
        lab.check(name, getattr(module, WORK[name]))
        shown = capsys.readouterr()
        if name in unwritten:
            assert shown.err.startswith(f"{name}: not done yet") and not shown.out
        else:
            assert f"{name}: right" in shown.out and not shown.err


@pytest.mark.parametrize("cell", [cell for cells in WRITTEN_IN.values() for cell in cells])
def test_a_gap_alone_is_no_error(lab, notebook, capsys, cell):
    module = notebook((CELLS[cell].source, lessons.without_solutions(CELLS[cell].source)))
    exercise = next(name for name, cells in WRITTEN_IN.items() if cell in cells)
    lab.check(exercise, getattr(module, WORK[exercise]))
    assert f"{exercise}: not done yet" in capsys.readouterr().err


@pytest.mark.parametrize("name", WORK)
def test_what_is_no_class_is_wrong_usage(lab, notebook, name):
    made = getattr(notebook(), WORK[name])()
    with pytest.raises(WrongUsage, match="The check wants the class itself"):
        lab.check(name, made)


def test_a_training_that_was_cut_off_goes_on_as_if_it_had_not_been(notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("NNDL_CHECKPOINTS", str(tmp_path))
    module = notebook()
    images = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(0))

    def run(seed: int, epochs: int, keep_as: str | None):
        module.set_seed(seed)
        dcgan = module.DCGAN()
        dcgan.num_epoch, dcgan.batch_size = epochs, 4
        return dcgan.train(images, keep_as=keep_as), dcgan.state_dict()

    losses, weights = run(0, 2, None)
    run(0, 1, "cut_off")
    again, found = run(1, 2, "cut_off")
    assert again == losses
    assert all(torch.equal(found[name], value) for name, value in weights.items())


def test_the_written_question_is_known(lab, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    lab.check("batch_norm")
    assert "batch_norm: not checked" in capsys.readouterr().out
