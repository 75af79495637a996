# ruff: noqa: E501
# (the tables below hold one student per line)
"""The public checks of fc_vae: right work passes however it is written, wrong work is named."""

from __future__ import annotations

import re

import pytest
import torch

from nndl.check import CheckFailed
from nndl.data import TensorLoader, stand_in
from nndl.helper import train_vae
from nndl.utils import reset_seed

WORK = {
    "encoder": "VAE",
    "decoder": "VAE",
    "reparametrize": "reparametrize",
    "forward": "VAE",
    "loss_function": "loss_function",
    "cvae": "CVAE",
}
SAMPLE = "return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)"
KL = "kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())"
BCE = 'F.binary_cross_entropy(x_hat, x, reduction="sum")'
TOTAL = "return (bce + kl) / len(x)"


def check_all(lab, module):
    for exercise, name in WORK.items():
        lab.check(exercise, getattr(module, name))


@pytest.mark.parametrize("seed", range(3))
def test_a_right_solution_passes_every_check_whatever_the_seed(lab, student, seed):
    reset_seed(seed)
    check_all(lab, student())


def test_a_check_leaves_the_students_random_numbers_as_they_were(lab, student):
    module = student()
    reset_seed(3)
    lab.check("reparametrize", module.reparametrize)
    lab.check("forward", module.VAE)
    after = torch.rand(5)
    reset_seed(3)
    assert torch.equal(after, torch.rand(5))


PART = """\
class Part(nn.Module):
    def __init__(self, wide, i):
        super().__init__()
        self.wide, self.i = wide, i

    def forward(self, h):
        return torch.chunk(self.wide(h), 2, dim=-1)[self.i]


class VAE("""
ENCODER = """\
class Encoder(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.c, self.b, self.a = nn.Linear(400, 400), nn.Linear(400, 400), nn.Linear(size, 400)

    def forward(self, x):
        x = F.relu(self.a(x.flatten(1)))
        return torch.relu(self.c(self.b(x).clamp(min=0)))


class VAE("""

RIGHT_THOUGH_DIFFERENT = {
    "noise by torch.normal": [(SAMPLE, "return mu + torch.normal(0.0, 1.0, mu.shape, dtype=mu.dtype) * torch.exp(logvar / 2)")],
    "noise by torch.randn": [(SAMPLE, "return torch.randn(*mu.shape).to(mu) * logvar.exp().sqrt() + mu")],
    "noise in another order": [(SAMPLE, "return mu + torch.randn(mu.T.shape, dtype=mu.dtype).T * logvar.exp() ** 0.5")],
    "in place on a fresh tensor": [(SAMPLE, "eps = torch.empty_like(mu).normal_(); return eps.mul_(logvar.mul(0.5).exp_()).add_(mu)")],
    "rsample": [(SAMPLE, "return torch.distributions.Normal(mu, (logvar / 2).exp()).rsample()")],
    "addcmul": [(SAMPLE, "return torch.addcmul(mu, torch.randn_like(logvar), torch.sqrt(torch.exp(logvar)))")],
    "flatten in forward": [
        ("            nn.Flatten(),\n", ""),
        ("self.encoder(x)", "self.encoder(x.view(x.size(0), -1))"),
        ("self.encoder[1]", "self.encoder[0]"),
    ],
    "decoder returns rows": [
        ("            nn.Unflatten(1, (1, side, side)),\n", ""),
        ("return self.decoder(z), mu", "return self.decoder(z).reshape(x.shape), mu"),
        ("return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)), mu", "return self.decoder(torch.cat([reparametrize(mu, logvar), c], dim=1)).reshape(x.shape), mu"),
    ],
    "heads in a Sequential": [
        ("self.mu_layer = nn.Linear(400, latent_size)", "self.mu_layer = nn.Sequential(nn.Linear(400, latent_size))"),
        ("self.logvar_layer = nn.Linear(400, latent_size)", "self.logvar_layer = nn.Sequential(nn.Linear(400, latent_size))"),
    ],
    "one wide head, split": [
        ("class VAE(", PART),
        ("self.mu_layer = nn.Linear(400, latent_size)", "wide = nn.Linear(400, 2 * latent_size)\n        self.mu_layer = Part(wide, 0)"),
        ("self.logvar_layer = nn.Linear(400, latent_size)", "self.logvar_layer = Part(wide, 1)"),
    ],
    "module that calls F.relu": [
        ("class VAE(", ENCODER),
        ("        self.mu_layer =", "        self.encoder = Encoder(input_size)\n        self.mu_layer ="),
        ("self.encoder[1] =", "self.encoder = Encoder(input_size + num_classes)\n        unused ="),
    ],
    "calls .forward": [("self.encoder(", "self.encoder.forward("), ("self.decoder(", "self.decoder.forward(")],
    "the mean in eval": [("z = reparametrize(mu, logvar)", "z = reparametrize(mu, logvar) if self.training else mu")],
    "label before the pixels": [("torch.cat([x.flatten(1), c], dim=1)", "torch.cat((c, x.reshape(len(x), -1)), -1)")],
    "BCE per image": [(BCE, 'F.binary_cross_entropy(x_hat, x, reduction="none").flatten(1).sum(1)'), (KL, "kl = 0.5 * (mu * mu + logvar.exp() - 1 - logvar).sum(-1)"), (TOTAL, "return torch.mean(bce + kl)")],
    "nn.BCELoss and in place": [(BCE, 'nn.BCELoss(reduction="sum")(x_hat, x)'), (TOTAL, "loss = bce; loss += kl; loss /= x.size(0); return loss")],
    "logs by hand": [(BCE, "-(x * torch.log(x_hat + 1e-8) + (1 - x) * torch.log(1 - x_hat + 1e-8)).sum()")],
    "kl_divergence": [(KL, "N = torch.distributions.Normal; kl = torch.distributions.kl_divergence(N(mu, (logvar / 2).exp()), N(0.0, 1.0)).sum()")],
    "clamps x_hat in place": [("    bce =", "    x_hat.clamp_(1e-7, 1 - 1e-7)\n    bce =")],
    "shape (1,), and prints": [(TOTAL, "print('loss!'); return ((bce + kl) / len(mu)).reshape(1)")],
}  # fmt: skip


@pytest.mark.parametrize("edits", RIGHT_THOUGH_DIFFERENT.values(), ids=RIGHT_THOUGH_DIFFERENT)
def test_what_is_right_though_different_passes(lab, student, edits):
    check_all(lab, student(*edits))


# exercise, what is put in place of what, and words that the student must read at once
WRONG = {
    "encoder one layer short": ("encoder", "            nn.Linear(400, 400),\n            nn.ReLU(),\n            nn.Linear(400, 400),\n            nn.ReLU(),\n        )\n        self.mu", "            nn.Linear(400, 400),\n            nn.ReLU(),\n        )\n        self.mu", "How many Linear layers"),
    "last ReLU missing": ("encoder", "            nn.ReLU(),\n        )\n        self.mu", "        )\n        self.mu", "without the ReLU after Linear layer 3"),
    "flattening merges the batch": ("encoder", "nn.Flatten()", "nn.Flatten(0)", "the batch axis must stay|Which shape does this layer get"),
    "ReLU on logvar": ("encoder", "self.logvar_layer = nn.Linear(400, latent_size)", "self.logvar_layer = nn.Sequential(nn.Linear(400, latent_size), nn.ReLU())", "`logvar` never changes its sign"),
    "one layer for both heads": ("encoder", "self.logvar_layer = nn.Linear(400, latent_size)", "self.logvar_layer = self.mu_layer", "two different layers"),
    "ReLU without parentheses": ("encoder", "nn.ReLU(),\n            nn.Linear(400, 400)", "nn.ReLU,\n            nn.Linear(400, 400)", "or only the name of one"),
    "hidden_dim left None": ("encoder", "nn.Linear(input_size, 400)", "nn.Linear(input_size, None)", "got its value by then"),
    "super().__init__ missing": ("encoder", "super().__init__()", "pass", "before a module can take in layers"),
    "latent size written as a number": ("encoder", "nn.Linear(400, latent_size)", "nn.Linear(400, 15)", "other sizes work"),
    "no sigmoid": ("decoder", "            nn.Sigmoid(),\n", "", "between 0 and 1"),
    "two sigmoids": ("decoder", "nn.Sigmoid(),", "nn.Sigmoid(), nn.Sigmoid(),", "or are there two"),
    "channel lost": ("decoder", "(1, side, side)", "(side, side)", "Which axis has got lost"),
    "28 x 28 written as numbers": ("decoder", "(1, side, side)", "(1, 28, 28)", "written into your code as a number"),
    "variance for standard deviation": ("reparametrize", "0.5 * logvar", "logvar", "the spread is 4.4.*Is this the variance"),
    "log used raw": ("reparametrize", "torch.exp(0.5 * logvar)", "logvar", "What spread should logvar = 0 give"),
    "base 2": ("reparametrize", "torch.exp(0.5 * logvar)", "2 ** (0.5 * logvar)", "Which base"),
    "uniform noise": ("reparametrize", "randn_like", "rand_like", "as often negative as it is positive"),
    "uniform noise of the right spread": ("reparametrize", "torch.randn_like(mu)", "(torch.rand_like(mu) - 0.5) * 12**0.5", "the noise is normal"),
    "one noise for the batch": ("reparametrize", "torch.randn_like(mu)", "torch.randn_like(mu[0])", "All rows get the same noise"),
    "one noise per image": ("reparametrize", "torch.randn_like(mu)", "torch.randn_like(mu[:, :1])", "All columns get the same noise"),
    "seeded inside": ("reparametrize", "    return mu + torch", "    torch.manual_seed(0)\n    return mu + torch", "random numbers repeat themselves"),
    "NumPy's noise": ("reparametrize", "torch.randn_like(mu)", "torch.tensor(__import__('numpy').random.randn(*mu.shape), dtype=mu.dtype)", "Which library draws the noise"),
    "sample() cuts the graph": ("reparametrize", SAMPLE, "return torch.distributions.Normal(mu, torch.exp(0.5 * logvar)).sample()", "None reaches `mu` or `logvar`"),
    "logvar overwritten": ("reparametrize", "torch.exp(0.5 * logvar)", "logvar.mul_(0.5).exp_()", "left as they were"),
    "float32 whatever comes in": ("reparametrize", SAMPLE, "return (mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)).float()", "z has the dtype of `mu`"),
    "mu decoded": ("forward", "z = reparametrize(mu, logvar)", "z = mu", "drawn afresh"),
    "mu and logvar swapped": ("forward", "self.decoder(z), mu, logvar", "self.decoder(z), logvar, mu", "They are swapped"),
    "z returned for mu": ("forward", "self.decoder(z), mu, logvar", "self.decoder(z), z, logvar", "different `mu`"),
    "logvar not returned": ("forward", "self.decoder(z), mu, logvar", "self.decoder(z), mu", "returns three things"),
    "batch size written as a number": ("forward", "h = self.encoder(x)", "h = self.encoder(x.view(128, 784))", "batch size or an image size"),
    "sigmoid again": ("forward", "self.decoder(z), mu", "self.decoder(z).sigmoid(), mu", "How many sigmoids"),
    "graph cut": ("forward", "z = reparametrize(mu, logvar)", "z = reparametrize(mu, logvar).detach()", "gradients flow from `x_hat`"),
    "not averaged": ("loss_function", TOTAL, "return bce + kl", "holds every image twice"),
    "BCE averaged over pixels": ("loss_function", 'reduction="sum")', 'reduction="mean") * len(x)', "How many pixels are summed"),
    "KL not averaged": ("loss_function", TOTAL, "return bce / len(x) + kl", "it adds 8.1886"),
    "KL averaged over Z": ("loss_function", TOTAL, "return (bce + kl / mu.shape[1]) / len(x)", "How many latent dimensions"),
    "KL's sign": ("loss_function", TOTAL, "return (bce - kl) / len(x)", "What sign has yours"),
    "KL without one half": ("loss_function", "-0.5 *", "-1 *", "mu = 2, logvar = 0"),
    "variance squared in KL": ("loss_function", "- logvar.exp()", "- logvar.exp() ** 2", "squared once more"),
    "logvar squared in KL": ("loss_function", "- logvar.exp()", "- logvar**2", "divergence of the prior from itself"),
    "logvar as log of the deviation": ("loss_function", "1 + logvar - mu**2 - logvar.exp()", "1 + 2 * logvar - mu**2 - (2 * logvar).exp()", "of the standard deviation"),
    "KL missing": ("loss_function", TOTAL, "return bce / len(x)", "left out"),
    "prediction and target swapped": ("loss_function", "(x_hat, x, reduction", "(x, x_hat, reduction", "Which argument is the prediction"),
    "sigmoid of its own": ("loss_function", "cross_entropy(", "cross_entropy_with_logits(", "sigmoid of its own"),
    "squared error": ("loss_function", BCE, "((x_hat - x) ** 2).sum()", "squared error, or binary"),
    "a plain number": ("loss_function", TOTAL, "return ((bce + kl) / len(x)).item()", "What does `backward` start from"),
    "one loss per image": ("loss_function", BCE, 'F.binary_cross_entropy(x_hat, x, reduction="none").flatten(1).sum(1)', "single number"),
    "label not in the encoder": ("cvae", "nn.Linear(input_size + num_classes, 400)", "nn.Linear(input_size, 400)", "the encoder reads .the pixels, and what else"),
    "label not in the decoder": ("cvae", "nn.Linear(latent_size + num_classes, 400)", "nn.Linear(latent_size, 400)", "the decoder reads .the latent vector"),
    "label wiped out": ("cvae", "c], dim=1))\n        mu", "0 * c], dim=1))\n        mu", "listens to the label"),
    "labels below the images": ("cvae", "torch.cat([x.flatten(1), c], dim=1)", "torch.cat([x.flatten(1), c])", "along which one"),
    "label before z": ("cvae", "torch.cat([reparametrize(mu, logvar), c], dim=1)", "torch.cat([c, reparametrize(mu, logvar)], dim=1)", "In which order"),
    "ten classes written as a number": ("cvae", "input_size + num_classes", "input_size + 10", "CVAE.256, num_classes=4"),
}  # fmt: skip


@pytest.mark.parametrize(("exercise", "old", "new", "words"), WRONG.values(), ids=WRONG)
def test_a_mistake_fails_with_words_that_name_it(lab, student, exercise, old, new, words):
    module = student((old, new))
    with pytest.raises(CheckFailed) as failure:
        lab.check(exercise, getattr(module, WORK[exercise]))
    assert re.search(words, str(failure.value), flags=re.DOTALL), str(failure.value)


def test_the_encoder_is_checked_before_the_decoder_is_written(lab, student, capsys):
    module = student(
        ("        side = math", "        raise NotImplementedError\n        side = math")
    )
    lab.check("encoder", module.VAE)
    lab.check("decoder", module.VAE)
    lab.check("forward", module.VAE)
    out, err = capsys.readouterr()
    assert "encoder: right" in out
    assert re.findall("^[a-z]+: not done yet", err, flags=re.MULTILINE) == [
        "decoder: not done yet",
        "forward: not done yet",
    ]


def test_what_is_missing_in_the_encoder_is_not_the_decoders_fault(lab, student, capsys):
    first = "            nn.Linear(input_size, 400),\n            nn.ReLU(),\n"
    one_less = first + "            nn.Linear(400, 400),\n            nn.ReLU(),\n"
    module = student((one_less, first))
    with pytest.raises(CheckFailed):
        lab.check("encoder", module.VAE)
    lab.check("decoder", module.VAE)
    assert "decoder: right" in capsys.readouterr().out


def test_layers_that_nobody_uses_are_found(lab, student):
    module = student(
        ("        self.mu_layer", "        self.spare = nn.Linear(3, 3)\n        self.mu_layer")
    )
    with pytest.raises(CheckFailed, match="Which layers has your model besides"):
        lab.check("decoder", module.VAE)


# --- training: the mean loss of each epoch ----------------------------------------------------

# Recorded: the reference on MNIST and on the stand-in (the worst of 8 seeds), and wrong losses.
ON_MNIST = [193.1, 152.2, 134.2, 128.0, 125.1, 123.0, 121.5, 119.9, 117.8, 115.8]
ON_STAND_IN = [197.4, 176.3, 171.0, 165.2, 155.2, 148.8, 144.8, 143.5, 142.9, 142.4]
CVAE_ON_MNIST = [182.3, 138.2, 126.7, 118.3, 113.6, 111.0, 109.2, 107.9, 106.9, 106.1]
CVAE_ON_STAND_IN = [198.6, 163.1, 147.2, 141.4, 138.0, 135.7, 134.2, 133.0, 131.8, 131.3]
WITHOUT_KL = [178.9, 114.6, 101.1, 91.5, 85.2, 81.0, 77.7, 75.7, 74.2, 73.1]
WITHOUT_KL_ON_STAND_IN = [197.6, 172.5, 155.9, 139.6, 132.6, 127.8, 125.2, 122.3, 120.4, 119.1]
MEAN_IMAGE_ONLY = [199.8, 177.5, 177.2, 177.0, 176.9, 176.9, 176.8, 176.8, 176.7, 176.8]


@pytest.fixture(scope="module")
def digits():
    return stand_in()


def test_honest_training_passes_on_either_data(lab, digits):
    lab.check("train_vae", ON_MNIST)
    lab.check("train_cvae", CVAE_ON_MNIST)
    lab.check("train_vae", [torch.tensor(loss) for loss in ON_STAND_IN], data=digits)
    lab.check("train_cvae", CVAE_ON_STAND_IN, data=digits)


def test_an_epoch_on_the_stand_in_is_as_recorded_and_a_smoke_run(lab, student, digits, capsys):
    module = student()
    reset_seed(0)
    model = module.VAE(784)
    losses = [train_vae(1, model, TensorLoader(*digits.train))]
    assert losses == pytest.approx(ON_STAND_IN[:1], rel=0.03)
    lab.check("train_vae", losses, data=digits)
    assert "a smoke run of 1 epoch" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("losses", "on_stand_in", "words"),
    [
        (ON_STAND_IN, False, "under 120"),
        (MEAN_IMAGE_ONLY, True, "under 150"),
        (WITHOUT_KL, False, "too good to be true"),
        (WITHOUT_KL_ON_STAND_IN, True, "too good to be true"),
        ([0.31, 0.28, 0.27], False, "a mean where a sum belongs|Are both terms"),
        ([25000.0, 21000.0], False, "784 log 2"),
        ([130.0, 140.0], False, "Is it the same model"),
        ([130.0, float("nan")], False, "finite"),
        ([None, None], False, "what do you append"),
        ([], False, "What does `train_vae` return"),
    ],
)
def test_a_training_that_went_wrong_is_named(lab, digits, losses, on_stand_in, words):
    with pytest.raises(CheckFailed) as failure:
        lab.check("train_vae", losses, data=digits if on_stand_in else None)
    assert re.search(words, str(failure.value)), str(failure.value)
