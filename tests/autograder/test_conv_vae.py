"""conv_vae: what no known mistake is, submissions that pretend, and one slip that costs once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest
from classwork import Checked, checked

from autograder.assignment import assignment
from autograder.misconceptions import misconceptions

TASK = "conv_vae"
SOLUTION = assignment(TASK).solution
MISTAKES = {mistake.name: mistake.module for mistake in misconceptions(TASK)}
LATER = ("interpolate", "svhn", "traverse")
Judge = Callable[..., Checked]


@pytest.fixture
def judged(pool: ProcessPoolExecutor) -> Judge:
    """`judged(code, *items)`: what is found in the solution with that code below it."""
    return lambda code, *items: pool.submit(
        checked, f"{SOLUTION}\n\n{code}\n", TASK, items
    ).result()


@pytest.fixture
def mistaken(pool: ProcessPoolExecutor) -> Judge:
    """`mistaken(name, *items)`: what is found in a program with that known mistake."""

    def judge(name: str, *items: str) -> Checked:
        return pool.submit(checked, MISTAKES[name], TASK, items).result()

    return judge


# --- submissions that pretend ---------------------------------------------------------------------

GREY = """
def interpolate(model, img1, img2, steps=10):
    return torch.full((steps, 3, 32, 32), 0.5)


def sample(model, n):
    model.eval()
    model.decode(torch.randn(n, model.latent_dim))
    return torch.full((n, 3, 32, 32), 0.5)


def traverse(model, img, dim, values):
    return torch.full((len(values), 3, 32, 32), 0.5)
"""
ONE_DECODED_IMAGE = """
@torch.no_grad()
def interpolate(model, img1, img2, steps=10):
    return model.decode(torch.zeros(steps, model.latent_dim))


@torch.no_grad()
def sample(model, n):
    model.eval()
    return model.decode(torch.ones(n, model.latent_dim))


@torch.no_grad()
def traverse(model, img, dim, values):
    return model.decode(model.encode(img.unsqueeze(0))[0].expand(len(values), -1))
"""
OTHER_PICTURES = """
def interpolate(model, img1, img2, steps=10):
    return torch.stack([img1] * (steps // 2) + [img2] * (steps - steps // 2))


def sample(model, n):
    model.eval()
    return torch.rand(n, 3, 32, 32)


def traverse(model, img, dim, values):
    return img.expand(len(values), -1, -1, -1) + 0.0
"""


@pytest.mark.parametrize(
    "code",
    [GREY, ONE_DECODED_IMAGE, OTHER_PICTURES],
    ids=["grey", "one decoded image", "other pictures"],
)
def test_pictures_that_are_not_what_was_asked_for_get_nothing(code: str, judged: Judge) -> None:
    found = judged(code, *LATER)
    right = {name for item in LATER for name, said in found.complaints[item].items() if not said}
    assert right == {
        "transform_reaches_what_the_decoder_can",
        "transform_puts_the_channels_first",
    }


DEAF_MODEL = """
class ConvVAE(ConvVAE):
    def encode(self, x):
        return torch.zeros(len(x), self.latent_dim), torch.zeros(len(x), self.latent_dim)

    def decode(self, z):
        return torch.full((len(z), 3, 32, 32), 0.5)


class VAE(VAE):
    def forward(self, x):
        n = len(x)
        return torch.full((n, 3072), 0.5), torch.zeros(n, 6), torch.zeros(n, 6)
"""


def test_a_model_that_ignores_what_comes_in_gets_nothing_for_it(judged: Judge) -> None:
    found = judged(DEAF_MODEL, "fc_vae", "conv_vae")
    right = {name for name, said in found.complaints["conv_vae"].items() if not said}
    assert right == {
        "conv_vae_has_the_names_of_the_text",
        "conv_vae_draws_by_mu_and_logvar",
        "conv_vae_forward_decodes_a_draw",  # its parts are judged on their own
    }
    wrong = {name for name, said in found.complaints["fc_vae"].items() if said}
    assert wrong == {"vae_forward_decodes_a_draw", "vae_forward_lets_gradients_through"}


MADE_UP_LOSSES = """
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    model.train()
    for x, _ in loader:
        loss_function(*model(x)[:1], x, *model(x)[1:]).backward()
    return [104.0 - 3 * epoch for epoch in range(epochs)]
"""


def test_losses_that_are_made_up_get_nothing(judged: Judge) -> None:
    complaints = judged(MADE_UP_LOSSES, "fc_vae").complaints["fc_vae"]
    of_the_loop = ("every_batch", "steps", "losses", "images")
    assert {name for name, said in complaints.items() if said} == {
        name for name in complaints if name.startswith(of_the_loop)
    }


# --- one slip costs once --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mistake", "most"),
    [("logvar-as-log-std", 0.7), ("kl-sign", 1.2), ("decodes-mean", 0.8), ("step-missing", 2.6)],
)
def test_a_slip_in_one_part_of_the_first_item_costs_that_part(
    mistake: str, most: float, mistaken: Judge
) -> None:
    lost = mistaken(mistake).lost
    assert lost.keys() == {"fc_vae"}
    assert 0 < lost["fc_vae"] <= most


@pytest.mark.parametrize("mistake", ["output-34-wide", "conv-sigmoid-missing", "kernel-of-three"])
def test_later_items_use_a_right_model_where_the_own_one_is_wrong(
    mistake: str, mistaken: Judge
) -> None:
    found = mistaken(mistake, "conv_vae", *LATER)
    assert found.lost.keys() == {"conv_vae"}
    assert [found.carried[item] for item in LATER] == [["conv_vae"]] * 3


OWN_NAMES = """
class ConvVAE(ConvVAE):
    def reparameterize(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(logvar)


def interpolate(model, img1, img2, steps=10):
    with torch.no_grad():
        h = model.encoder(torch.stack([img1, img2])).flatten(1)
        means = model.fc_mu(h)
        return model.decode(torch.lerp(means[0], means[1], torch.linspace(0, 1, steps)[:, None]))
"""


def test_code_that_knows_its_own_model_by_other_names_works_with_that_one(judged: Judge) -> None:
    assert judged(OWN_NAMES, "conv_vae", "interpolate").lost.keys() == {"conv_vae"}


INHERITED = """
class VAE(VAE):
    def reparameterize(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(logvar)


_Convolutions = ConvVAE


class ConvVAE(VAE):
    def __init__(self, latent_dim=256):
        nn.Module.__init__(self)
        self.__dict__.update(_Convolutions(latent_dim).__dict__)

    encode, decode = _Convolutions.encode, _Convolutions.decode
"""


def test_a_draw_that_is_inherited_is_wrong_once(judged: Judge) -> None:
    found = judged(INHERITED, "fc_vae", "conv_vae", "interpolate")
    assert found.lost.keys() == {"fc_vae"}
    assert found.carried["conv_vae"] == ["fc_vae"]


# --- what is said ---------------------------------------------------------------------------------


def test_half_the_range_out_of_reach_is_told(mistaken: Judge) -> None:
    complaints = mistaken("range-from-minus-one", "svhn").complaints["svhn"]
    (said,) = filter(None, complaints.values())
    assert said.startswith("The pixels run from -1 to 1; a decoder that ends in a sigmoid reaches")


FIXED_TO_THE_BATCHES_OF_THE_NOTEBOOK = """
class ConvVAE(ConvVAE):
    def encode(self, x):
        h = self.encoder(x).view(32, 2048)
        return self.fc_mu(h), self.fc_logvar(h)

    def decode(self, z):
        return self.decoder(torch.relu(self.fc_decode(z)).view(-1, 128, 4, 4))
"""


def test_the_notebooks_own_batch_size_costs_only_where_others_are_tried(judged: Judge) -> None:
    complaints = judged(FIXED_TO_THE_BATCHES_OF_THE_NOTEBOOK, "conv_vae").complaints["conv_vae"]
    assert [name for name, said in complaints.items() if said] == ["conv_vae_fits_other_sizes"]
