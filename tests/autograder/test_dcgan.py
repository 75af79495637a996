"""dcgan: submissions that pretend, one slip that costs once, and slips that nobody foresaw."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest
from classwork import Checked, checked

from autograder.assignment import assignment
from autograder.misconceptions import misconceptions

TASK = "dcgan"
SOLUTION = assignment(TASK).solution
MISTAKES = {mistake.name: mistake for mistake in misconceptions(TASK)}
Judge = Callable[..., Checked]


@pytest.fixture
def judged(pool: ProcessPoolExecutor) -> Judge:
    """`judged(program, *items)`: what is found in it."""
    return lambda program, *items: pool.submit(checked, program, TASK, items).result()


def instead(old: str, new: str) -> str:
    """The solution with something else in one place, or in all that read the same."""
    assert old in SOLUTION, old
    return SOLUTION.replace(old, new)


def right_checks(found: Checked, item: str) -> set[str]:
    return {name for name, complaint in found.complaints[item].items() if not complaint}


# --- submissions that pretend ---------------------------------------------------------------------


SAMPLES_THEMSELVES = """
def reconstruct(self, samples):
    return 0.0, torch.as_tensor(samples, dtype=torch.float32)


DCGAN.reconstruct = reconstruct
"""


@pytest.mark.parametrize(
    "program",
    [
        MISTAKES["plain-grey"].module,
        f"{SOLUTION}\n{SAMPLES_THEMSELVES}",
        MISTAKES["another-generator"].module,
        MISTAKES["generator-is-trained"].module,
    ],
    ids=["grey", "samples themselves", "generator that was not trained", "trains the generator"],
)
def test_who_does_not_search_gets_no_points_for_searching(program: str, judged: Judge) -> None:
    found = judged(program, "reconstruct")
    assert right_checks(found, "reconstruct") == {"reconstruction_loss_is_the_mean_squared_error"}


NO_TRAINING = """
def train(self, train_samples=True, keep_as=None):
    if isinstance(train_samples, bool):
        return nn.Module.train(self, train_samples)
    steps = self.num_epoch * (len(train_samples) // self.batch_size)
    return {"discriminator": [1.386] * steps, "generator": [0.693] * steps}


DCGAN.train = train
"""
ONLY_LOOKS = """
def train(self, train_samples=True, keep_as=None):
    if isinstance(train_samples, bool):
        return nn.Module.train(self, train_samples)
    images = torch.as_tensor(train_samples, dtype=torch.float32)
    for real in images.split(self.batch_size):
        self.train()
        fake = self._generator(torch.randn(len(real), self.code_size))
        self._discriminator(real), self._discriminator(fake)
    return {"discriminator": [], "generator": []}


DCGAN.train = train
"""
RANDOM_WALK = """
def train(self, train_samples=True, keep_as=None):
    if isinstance(train_samples, bool):
        return nn.Module.train(self, train_samples)
    for _ in range(self.num_epoch * (len(train_samples) // self.batch_size)):
        for net in (self._discriminator, self._generator):
            for parameter in net.parameters():
                parameter.data += self.learning_rate * torch.randn_like(parameter).sign()
            net(torch.rand(2, 3, 32, 32) if net is self._discriminator else torch.randn(2, 64))


DCGAN.train = train
"""


@pytest.mark.parametrize(
    "code", [NO_TRAINING, ONLY_LOOKS, RANDOM_WALK], ids=["nothing", "only looks", "random walk"]
)
def test_who_does_not_train_gets_no_points_for_training(code: str, judged: Judge) -> None:
    found = judged(f"{SOLUTION}\n{code}", "train")
    assert right_checks(found, "train") <= {"the_nets_are_updated_in_turn"}


# --- one slip costs once --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mistake",
    ["default-betas", "default-learning-rate", "optimizers-of-one-net", "cross-entropy-summed",
     "sigmoid-before-logits-loss", "batch-norm-around-zero"],
)  # fmt: skip
def test_a_slip_in_init_costs_nothing_elsewhere(mistake: str, judged: Judge) -> None:
    found = judged(MISTAKES[mistake].module)
    assert set(found.lost) == {"init"}
    assert found.carried["train"] == ["init"]


@pytest.mark.parametrize("item", ["train", "init"])
def test_what_breaks_costs_nothing_later(item: str, judged: Judge) -> None:
    broken = {
        "train": "DCGAN.train = lambda self, samples: undefined_name",
        "init": "class DCGAN(DCGAN):\n    def __init__(self, d=None):\n        undefined_name",
    }
    found = judged(f"{SOLUTION}\n\n{broken[item]}\n")
    assert set(found.lost) == {item}


# --- slips that nobody foresaw ------------------------------------------------------------------

ONES, ZEROS = "torch.ones_like(real_logits)", "torch.zeros_like(fake_logits)"
NOISE = "torch.randn(len(real), self.code_size, device=self.device)"
BETAS = "betas=(0.5, 0.999)"


@pytest.mark.parametrize(
    ("item", "old", "new"),
    [
        ("init", BETAS, "betas=(0.5, 0.99)"),
        ("init", BETAS, "betas=(0.5, 0.999), weight_decay=1.0"),
        ("init", "torch.optim.Adam(", "torch.optim.RMSprop("),
        ("init", "std=0.02", "std=0.022"),
        ("train", ONES, "0.9 * torch.ones_like(real_logits)"),
        ("train", ZEROS, "torch.ones_like(fake_logits)"),
        ("train", ZEROS, "0.5 * torch.ones_like(fake_logits)"),
        ("train", NOISE, "2 * torch.rand(len(real), self.code_size) - 1"),
        ("train", NOISE, "3.46 * torch.rand(len(real), self.code_size) - 1.73"),
        ("train", NOISE, "1.3 * torch.randn(len(real), self.code_size)"),
        ("train", NOISE, "torch.randn(len(real), 1).expand(-1, self.code_size)"),
        ("train", NOISE, "torch.randn(len(real) // 2, self.code_size)"),
        ("train", "self._discriminator(real)", "self._discriminator(2 * real - 1)"),
        ("train", "fake.detach()", "fake.detach().round()"),
        ("train", "discriminator_loss.backward()", "(real_logits.sum()).backward()"),
        ("train", "generator_loss.backward()", "(-logits.mean()).backward()"),
        ("train", "generator_loss.backward()", "step % 2 and generator_loss.backward()"),
        ("train", "self.train()", "self.eval()"),
        ("spectral_norm", "isinstance(layer, nn.Conv2d)", "layer is self.layers[2]"),
        ("reconstruct", "torch.zeros(len(samples)", "torch.ones(len(samples)"),
        ("reconstruct", "torch.optim.Adam([code]", "torch.optim.SGD([code]"),
        ("reconstruct", "range(self.vis_steps)", "range(5)"),
        ("reconstruct", "F.mse_loss(reconstruction, x)", "F.l1_loss(reconstruction, x)"),
    ],
)  # fmt: skip
def test_a_slip_is_found_and_costs_points_where_it_was_made(
    item: str, old: str, new: str, judged: Judge
) -> None:
    found = judged(instead(old, new), item)
    assert set(found.lost) == {item}
