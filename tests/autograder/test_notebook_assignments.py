"""The assignments that students write in the notebook itself: do the checks do their duty?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from classwork import grade_file, lost_items
from notebook_class import TASKS, solved, solved_only

from autograder import shelf
from autograder.assignment import assignment
from autograder.audit import Audit, examine, in_notebook
from autograder.misconceptions import misconceptions
from autograder.result import Result

Grade = Callable[[str, str, int], Result]
SEEDS = range(20)
# Of each the first exercises: 1-1 to 1-4, all up to the first training, both models. An assignment
# that is not named here has to have one right: its first exercise, one mistake, one variant.
FIRST_FOUR = {
    "autoencoders": {"encoder_decoder": 6, "train_autoencoder": 6, "sample_prior": 2, "vae": 7},
    "bernoulli_vae": {"reparameterization": 2, "loss_function": 2, "training_step": 1,
                      "elbo_curve": 2},
    "conv_vae": {"fc_vae": 6, "conv_vae": 10},
    "dcgan": {"init": 7, "train": 13},
}  # fmt: skip
MISTAKES = {"autoencoders": 40, "bernoulli_vae": 25, "conv_vae": 35, "dcgan": 45}
VARIANTS = {"autoencoders": 20, "bernoulli_vae": 12, "conv_vae": 15, "dcgan": 18}
AN_HOUR = """
import time
for second in range(3600):
    time.sleep(1)
long_losses = {train}(model, loader, epochs=1_000_000)
print(long_losses[-1])
"""


@pytest.fixture(scope="module", params=TASKS)
def audit(request: pytest.FixtureRequest) -> Audit:
    return examine(request.param, jobs=2)


def test_every_misconception_is_caught(audit: Audit) -> None:
    assert {verdict.mistake for verdict in audit.verdicts} == {
        mistake.name for mistake in misconceptions(audit.task)
    }
    assert len(audit.verdicts) >= MISTAKES.get(audit.task, 1)
    assert [verdict.mistake for verdict in audit.verdicts if not verdict.caught] == []


def test_at_least_95_percent_are_named_rightly(audit: Audit) -> None:
    misnamed = [verdict for verdict in audit.verdicts if not verdict.named_rightly]
    assert audit.named_share >= 0.95, misnamed


def test_no_right_variant_is_rejected(audit: Audit) -> None:
    assert audit.rejected == ()
    assert len(audit.accepted) >= VARIANTS.get(audit.task, 1)


def test_every_automatic_item_has_known_mistakes(audit: Audit) -> None:
    items = {item.name for item in assignment(audit.task).items if not item.manual}
    assert {verdict.item for verdict in audit.verdicts} == items


def test_what_known_mistakes_do_is_kept_from_one_run_to_the_next(audit: Audit) -> None:
    items = {verdict.item for verdict in audit.verdicts}
    assert [item for item in items if shelf.fetch(audit.task, f"{item}-0") is None] == []


@pytest.fixture(scope="module", params=TASKS)
def task(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def handed_in(tmp_path: Path, task: str) -> Callable[[str], Path]:
    """`handed_in(notebook)`: the file in which a student hands that in."""

    def write(notebook: str) -> Path:
        path = tmp_path / f"{task}.ipynb"
        path.write_text(notebook, encoding="utf-8")
        return path

    return write


def test_the_solution_gets_full_points_with_twenty_seeds(
    task: str, handed_in: Callable[[str], Path], pool: ProcessPoolExecutor
) -> None:
    path = handed_in(solved(task))
    futures = [pool.submit(grade_file, path, seed, task) for seed in SEEDS]
    for seed, future in zip(SEEDS, futures, strict=True):
        result = future.result()
        automatic = {item.name for item in result.items if item.status != "manual"}
        lost = {name: left for name, left in lost_items(result).items() if name in automatic}
        assert (result.error, lost) == (None, {}), f"seed {seed}"
        assert result.score == result.max_score == assignment(task).max_score
        assert result.notes == ()


def first_exercises(task: str) -> dict[str, float]:
    """The first exercises that a program grades, with their points."""
    first = next(item for item in assignment(task).items if not item.manual)
    return FIRST_FOUR.get(task, {first.name: first.points})


def test_the_first_exercises_alone_get_exactly_their_points(
    task: str, handed_in: Callable[[str], Path], pool: ProcessPoolExecutor
) -> None:
    points = first_exercises(task)
    path = handed_in(solved_only(task, set(points)))
    result = pool.submit(grade_file, path, 0, task).result()
    assert {item.name: item.points for item in result.items if item.points} == points
    assert result.score == sum(points.values())
    rest = {item.status for item in result.items if item.name not in points}
    assert rest <= {"missing", "manual"}


def test_nothing_written_gets_nothing_and_is_called_missing(
    task: str, handed_in: Callable[[str], Path], pool: ProcessPoolExecutor
) -> None:
    result = pool.submit(grade_file, handed_in(solved_only(task, set())), 0, task).result()
    assert result.score == 0
    assert {item.status for item in result.items} <= {"missing", "manual"}


def test_an_hour_of_training_is_not_waited_for(
    task: str, handed_in: Callable[[str], Path], pool: ProcessPoolExecutor
) -> None:
    train = "train_vae" if task == "autoencoders" else "train"
    path = handed_in(in_notebook(task, AN_HOUR.format(train=train)))
    result = pool.submit(grade_file, path, 0, task).result()
    assert result.score == result.max_score


GLOBAL_LOADER = """
def train_vae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in train_loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses
"""
MEAN_KL = """
class VAE(VAE):
    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        prior = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, prior, prior).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}

TUNED_BETA = 0.16
"""


def points_of_autoencoders(
    code: str, folder: Path, pool: ProcessPoolExecutor
) -> tuple[Result, dict[str, float]]:
    """What the solved notebook with this cell below it gets, and the items that lost points."""
    path = folder / "autoencoders.ipynb"
    path.write_text(in_notebook("autoencoders", code), encoding="utf-8")
    result = pool.submit(grade_file, path, 0, "autoencoders").result()
    automatic = {item.name for item in result.items if item.status != "manual"}
    lost = lost_items(result)
    return result, {name: points for name, points in lost.items() if name in automatic}


def test_a_loop_over_the_notebooks_own_loader_has_a_stand_in_for_it_and_is_told(
    tmp_path: Path, pool: ProcessPoolExecutor
) -> None:
    result, lost = points_of_autoencoders(GLOBAL_LOADER, tmp_path, pool)
    assert lost.keys() == {"train_vae"} and lost["train_vae"] > 0
    (note,) = result.notes
    assert note.startswith("`train_vae` needs `train_loader`, which cell ")
    assert note.endswith("that cell is not run when grading, and a stand-in takes its place.")


def test_a_mean_kl_costs_little_and_nothing_of_the_beta_that_was_tuned_with_it(
    tmp_path: Path, pool: ProcessPoolExecutor
) -> None:
    _, lost = points_of_autoencoders(MEAN_KL, tmp_path, pool)
    assert lost == {"vae": 6.75}  # of 7
