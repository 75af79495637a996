"""conv_vae: what no known mistake is, submissions that pretend, and one slip that costs once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest
from classwork import details, grade_text, lost_items

from autograder.assignment import assignment
from autograder.misconceptions import misconceptions
from autograder.result import Result

TASK = "conv_vae"
SOLUTION = assignment(TASK).solution
MISTAKES = {mistake.name: mistake for mistake in misconceptions(TASK)}
Graded = Callable[[str], Result]


@pytest.fixture
def graded(pool: ProcessPoolExecutor) -> Graded:
    """`graded(code)`: what the solution gets with that code below it."""
    return lambda code: pool.submit(grade_text, f"{SOLUTION}\n\n{code}\n", 0, TASK).result()


def points_lost(result: Result) -> dict[str, float]:
    assert result.error is None
    automatic = {item.name: item.max_points for item in result.items if item.status != "manual"}
    left = lost_items(result)
    return {name: automatic[name] - left[name] for name in left if name in automatic}


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


@pytest.mark.parametrize("code", [GREY, ONE_DECODED_IMAGE, OTHER_PICTURES])
def test_pictures_that_are_not_what_was_asked_for_get_nothing(code: str, graded: Graded) -> None:
    result = graded(code)
    lost = points_lost(result)
    assert lost.keys() == {"interpolate", "svhn", "traverse"}
    assert (lost["interpolate"], lost["traverse"]) == (4, 4)
    transform_passed = [c for i in result.items if i.name == "svhn" for c in i.checks if c.passed]
    assert {check.name.split("_")[0] for check in transform_passed} == {"transform"}


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


def test_a_model_that_ignores_what_comes_in_gets_nothing_for_it(graded: Graded) -> None:
    result = graded(DEAF_MODEL)
    passed = {c.name for i in result.items for c in i.checks if c.passed}
    assert passed & {c.name for i in result.items if i.name == "conv_vae" for c in i.checks} == {
        "conv_vae_has_the_names_of_the_text",
        "conv_vae_draws_by_mu_and_logvar",
        "conv_vae_forward_decodes_a_draw",  # with right parts in place of these
    }
    assert not passed & {"vae_forward_decodes_a_draw", "vae_forward_lets_gradients_through"}
    assert points_lost(result).keys() == {"fc_vae", "conv_vae"}


MADE_UP_LOSSES = """
def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    model.train()
    for x, _ in loader:
        loss_function(*model(x)[:1], x, *model(x)[1:]).backward()
    return [104.0 - 3 * epoch for epoch in range(epochs)]
"""


def test_losses_that_are_made_up_get_nothing(graded: Graded) -> None:
    result = graded(MADE_UP_LOSSES)
    checks = {c.name: c.passed for i in result.items if i.name == "fc_vae" for c in i.checks}
    loop = [name for name in checks if name.startswith(("losses", "steps", "every", "images"))]
    assert len(loop) == 6
    assert not any(checks[name] for name in loop)


# --- one slip costs once --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mistake", "most"),
    [("logvar-as-log-std", 0.4), ("kl-sign", 1.2), ("decodes-mean", 0.8), ("step-missing", 2.6)],
)
def test_a_slip_in_one_part_of_the_first_item_costs_that_part(
    mistake: str, most: float, graded: Graded
) -> None:
    lost = points_lost(graded(MISTAKES[mistake].module.removeprefix(SOLUTION)))
    assert lost.keys() == {"fc_vae"}
    assert 0 < lost["fc_vae"] <= most


@pytest.mark.parametrize("mistake", ["output-34-wide", "conv-sigmoid-missing", "kernel-of-three"])
def test_later_items_use_a_right_model_where_the_own_one_is_wrong(
    mistake: str, graded: Graded
) -> None:
    result = graded(MISTAKES[mistake].module.removeprefix(SOLUTION))
    assert points_lost(result).keys() == {"conv_vae"}
    for item in result.items:
        if item.name in ("interpolate", "svhn", "traverse"):
            assert item.carried_forward == ("conv_vae",)


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


def test_code_that_knows_its_own_model_by_other_names_works_with_that_one(graded: Graded) -> None:
    assert points_lost(graded(OWN_NAMES)).keys() == {"conv_vae"}


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


def test_a_draw_that_is_inherited_is_wrong_once(graded: Graded) -> None:
    assert points_lost(graded(INHERITED)).keys() == {"fc_vae"}


# --- what is said ---------------------------------------------------------------------------------


def test_half_the_range_out_of_reach_is_told(graded: Graded) -> None:
    result = graded(MISTAKES["range-from-minus-one"].module.removeprefix(SOLUTION))
    (said,) = details(result, "svhn")
    assert said.startswith("The pixels run from -1 to 1; a decoder that ends in a sigmoid reaches")


FIXED_TO_THE_BATCHES_OF_THE_NOTEBOOK = """
class ConvVAE(ConvVAE):
    def encode(self, x):
        h = self.encoder(x).view(32, 2048)
        return self.fc_mu(h), self.fc_logvar(h)

    def decode(self, z):
        return self.decoder(torch.relu(self.fc_decode(z)).view(-1, 128, 4, 4))
"""


def test_the_notebooks_own_batch_size_costs_only_where_others_are_tried(graded: Graded) -> None:
    result = graded(FIXED_TO_THE_BATCHES_OF_THE_NOTEBOOK)
    (item,) = (item for item in result.items if item.name == "conv_vae")
    assert [c.name for c in item.checks if not c.passed] == ["conv_vae_fits_other_sizes"]
    assert points_lost(result).keys() == {"conv_vae"}
