"""One submission in, one result out: who earns what, and what a mistake costs."""

from __future__ import annotations

import pickle
import textwrap
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from classwork import (
    CLASS,
    CORPUS,
    ITEMS,
    MISTAKES,
    TASK,
    WITHOUT_TRAINING,
    details,
    grade_file,
    grade_text,
    lost_by,
    lost_items,
    same_but_for_seconds,
    solution,
)

from autograder.diagnosis import as_submission
from autograder.grading import grade, not_graded
from autograder.result import read_result
from autograder.sandbox.process import WarmProcess
from autograder.sandbox.walls import Walls

# These spoil the decoder as well: it can't be built, or is built with the same wrong number.
SPOIL_THE_DECODER = {
    "super-init-missing", "hidden-dim-none", "relu-not-called",
    "latent-size-hard-coded", "hidden-dim-not-400",
}  # fmt: skip

# Which of the other items are graded with the reference in place of this one.
CARRIED_TO = {
    "encoder": {"forward"},
    "decoder": {"forward"},
    "reparametrize": {"forward", "cvae"},
}
TRAINED_WITH = {
    "encoder": {"train_vae"},
    "decoder": {"train_vae"},
    "reparametrize": {"train_vae", "train_cvae"},
    "forward": {"train_vae"},
    "loss_function": {"train_vae", "train_cvae"},
    "cvae": {"train_cvae"},
}
SINGLE = [name for name in MISTAKES if name not in SPOIL_THE_DECODER]
# Every ninth: some of each item, and the whole grading of them takes seconds.
SOME = SINGLE[::9]


# --- what is right ----------------------------------------------------------------------------


def test_the_solution_gets_all_points_with_twenty_seeds(pool: ProcessPoolExecutor) -> None:
    results = list(pool.map(grade_text, [solution()] * 20, range(20)))
    assert [result.score for result in results] == [16.0] * 20
    assert {result.seed for result in results} == set(range(20))
    assert all(item.status == "passed" for result in results for item in result.items)
    assert not any(item.carried_forward for result in results for item in result.items)


def test_the_result_has_the_items_of_the_lesson_in_their_order(pool: ProcessPoolExecutor) -> None:
    result = pool.submit(grade_text, solution()).result()
    assert [item.name for item in result.items] == ITEMS
    assert result.walls[0] == "bwrap"
    for item in result.items:
        assert sum(c.max_points for c in item.checks) == pytest.approx(item.max_points, abs=1e-3)


# --- no double punishment ---------------------------------------------------------------------


@pytest.mark.parametrize("item", WITHOUT_TRAINING)
def test_one_mistake_costs_points_in_its_item_and_in_no_other(
    item: str, pool: ProcessPoolExecutor
) -> None:
    mistakes = [name for name in SINGLE if MISTAKES[name].item == item]
    assert len(mistakes) >= 5
    for name, (failed, carried) in zip(mistakes, pool.map(lost_by, mistakes), strict=True):
        assert failed == {item}, f"{name} costs points in {failed}"
        replaced = {later for later, earlier in carried.items() if item in earlier}
        assert replaced == CARRIED_TO.get(item, set()), name


@pytest.mark.parametrize("name", sorted(SPOIL_THE_DECODER))
def test_a_constructor_that_fails_costs_encoder_and_decoder_and_nothing_else(
    name: str, pool: ProcessPoolExecutor
) -> None:
    failed, carried = pool.submit(lost_by, name).result()
    assert failed == {"encoder", "decoder"}
    assert set(carried["forward"]) == {"encoder", "decoder"}


def test_one_mistake_costs_nothing_in_training(pool: ProcessPoolExecutor) -> None:
    assert {MISTAKES[name].item for name in SOME} == set(WITHOUT_TRAINING)
    modules = [MISTAKES[name].module for name in SOME]
    for name, result in zip(SOME, pool.map(grade_text, modules), strict=True):
        item = MISTAKES[name].item
        assert set(lost_items(result)) == {item}, f"{name} costs {lost_items(result)}"
        others = [other for other in result.items if other.name != item]
        assert all(other.status == "passed" for other in others), name
        carried = {other.name for other in others if item in other.carried_forward}
        assert carried == CARRIED_TO.get(item, set()) | TRAINED_WITH[item], name
        lost = next(other for other in result.items if other.name == item)
        assert result.score == pytest.approx(16 - lost.max_points + lost.points)


# --- what is missing, and what is all carried -------------------------------------------------


def test_training_that_would_train_nothing_of_the_student_gives_no_points(
    pool: ProcessPoolExecutor,
) -> None:
    result = pool.submit(grade_text, ALL_WRONG).result()
    assert set(lost_items(result)) == set(ITEMS) - {"reparametrize"}
    for name in ("train_vae", "train_cvae"):
        item = next(item for item in result.items if item.name == name)
        assert (item.points, item.status) == (0.0, "failed")
        assert "nothing of yours is left to train" in details(result, name)[0]


def test_training_of_parts_that_are_not_written_is_missing_and_nothing_is_carried(
    pool: ProcessPoolExecutor,
) -> None:
    result = pool.submit(grade_file, CORPUS / "broken" / "only_half_done.py").result()
    for name in ("decoder", "forward", "loss_function", "train_vae", "cvae", "train_cvae"):
        item = next(item for item in result.items if item.name == name)
        assert (item.points, item.status, item.carried_forward) == (0.0, "missing", ())
        assert "not written yet" in details(result, name)[0]


# --- cheaters ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cheat", ["visible_numbers", "nan", "yes_men", "patched_torch"])
def test_answers_without_the_work_earn_nothing(cheat: str, pool: ProcessPoolExecutor) -> None:
    result = pool.submit(grade_text, CHEATS[cheat]).result()
    assert (result.status, result.score) == ("graded", 0.0)


def test_a_decoder_that_hands_back_the_images_it_saw_has_learned_nothing(
    pool: ProcessPoolExecutor,
) -> None:
    result = pool.submit(grade_text, solution() + MEMORY).result()
    assert set(lost_items(result)) == {"train_vae"}
    assert "the loss on new images" in details(result, "train_vae")[0]


# --- the same again, and the grader's own faults ----------------------------------------------


@pytest.mark.parametrize("student", ["ada", "boris", "pablo", "quentin", "vera"])
def test_the_same_submission_gives_the_same_result(student: str, pool: ProcessPoolExecutor) -> None:
    path = CLASS / "submitted" / student / TASK / "vae.py"
    one, other = pool.map(grade_file, [path, path])
    assert same_but_for_seconds(one, other)
    assert one.score == other.score


def test_another_seed_draws_other_inputs_and_changes_no_score(pool: ProcessPoolExecutor) -> None:
    path = CLASS / "submitted" / "boris" / TASK / "vae.py"
    one, other = pool.map(grade_file, [path, path], [0, 1])
    assert (one.seed, other.seed) == (0, 1)
    assert lost_items(one) == lost_items(other)


def test_a_result_is_read_back_as_it_was_written(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    result = pool.submit(grade_text, MISTAKES["logvar-as-std"].module).result()
    path = tmp_path / "result.json"
    path.write_text(result.as_text(), encoding="utf-8")
    assert read_result(path) == result


def test_walls_that_fall_are_the_graders_fault_and_no_score() -> None:
    class Fallen(Walls):
        def command(self, control: int) -> list[str]:
            return ["/bin/false"]

    with WarmProcess(Fallen(("bwrap",))) as warm:
        result = grade(as_submission(TASK, "ada", solution()), warm)
    assert (result.status, result.score, result.items) == ("failed", None, ())
    assert "did not start" in (result.error or "")


# --- what is handed in above ------------------------------------------------------------------

ALL_WRONG = textwrap.dedent("""
    import torch
    from torch import nn


    class VAE(nn.Module):
        def __init__(self, input_size, latent_size=15):
            super().__init__()
            self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(input_size, 400), nn.ReLU())
            self.mu_layer = nn.Linear(400, latent_size)
            self.logvar_layer = nn.Linear(400, latent_size)
            self.decoder = nn.Sequential(nn.Linear(latent_size, input_size), nn.Sigmoid())

        def forward(self, x):
            return x


    class CVAE(VAE):
        def __init__(self, input_size, num_classes=10, latent_size=15):
            super().__init__(input_size, latent_size)
            self.num_classes = num_classes

        def forward(self, x, c):
            return x


    def reparametrize(mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(logvar / 2)


    def loss_function(x_hat, x, mu, logvar):
        return (x_hat - x).abs().sum()
""")

LAZY = textwrap.dedent("""
    import torch
    from torch import nn


    class VAE(nn.Module):
        def __init__(self, input_size, latent_size=15, **more):
            super().__init__()
            self.input_size, self.latent_size = input_size, latent_size
            self.encoder = self.decoder = self.mu_layer = self.logvar_layer = Answer()

        def forward(self, x, c=None):
            return answer(x), answer(x), answer(x)


    class CVAE(VAE):
        num_classes = 10


    class Answer(nn.Module):
        def forward(self, x):
            return answer(x)


    def reparametrize(mu, logvar):
        return answer(mu)


    def loss_function(x_hat, x, mu, logvar):
        return answer(x).sum()

""")

CHEATS = {
    "visible_numbers": LAZY + textwrap.dedent('''
        def answer(x):
            return x


        def reparametrize(mu, logvar):
            z = torch.linspace(-1, 1, mu.numel()).reshape(mu.shape)
            return (z - z.mean()) / z.std() * 1.6860 - 0.4363


        def loss_function(x_hat, x, mu, logvar):
            return torch.tensor(8.5079)
    '''),
    "nan": LAZY + textwrap.dedent('''
        def answer(x):
            return x * float("nan")
    '''),
    "yes_men": LAZY + textwrap.dedent('''
        class Yes:
            def yes(self, *others, **more):
                return self

            __add__ = __sub__ = __mul__ = __call__ = __abs__ = __getitem__ = __neg__ = yes
            shape = dtype = device = property(yes)

            def __eq__(self, other):
                return True

            __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __eq__
            __hash__ = None

            def __bool__(self):
                return True

            def __float__(self):
                return 0.0


        def answer(x):
            return Yes()


        def loss_function(x_hat, x, mu, logvar):
            return Yes()
    '''),
    "patched_torch": LAZY + textwrap.dedent('''
        def always(*arguments, **more):
            return True


        torch.allclose = torch.equal = torch.isclose = torch.testing.assert_close = always
        torch.Tensor.__eq__ = torch.Tensor.__lt__ = torch.Tensor.__le__ = always
        torch.Tensor.allclose = torch.Tensor.equal = always
        torch.Tensor.std = torch.Tensor.mean = torch.Tensor.max = lambda *a, **k: torch.tensor(1.0)


        def answer(x):
            return torch.zeros_like(x)
    '''),
}  # fmt: skip

MEMORY = textwrap.dedent("""


    seen = []
    set_up = VAE.__init__


    def remember(model, given):
        seen[:] = given


    def hand_back(decoder, codes, images):
        if seen and len(images) == len(seen[0]) == 32:  # a batch that is trained on
            return seen[0].clamp(0.001, 0.999) + 0 * images
        return images


    def init(self, *arguments, **more):
        set_up(self, *arguments, **more)
        self.register_forward_pre_hook(remember)
        self.decoder.register_forward_hook(hand_back)


    VAE.__init__ = init
""")


# --- a result on its way ----------------------------------------------------------------------


def test_a_process_that_gets_a_result_needs_no_torch_for_it() -> None:
    """The class's own process, and a cluster's workers, would take 0.2 GB more each."""
    result = not_graded(as_submission(TASK, "ada", ""), (), 0, "no memory")
    assert b"torch_version" not in pickle.dumps(result) and result.versions["torch"]
