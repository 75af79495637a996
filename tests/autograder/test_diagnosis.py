"""Naming a mistake: by what the code does, for that mistake and no other, without the answer."""

from __future__ import annotations

import re
import textwrap
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from classwork import ITEMS, MISTAKES, TASK, grade_text, names, solution

from autograder import checks
from autograder.audit import NAMED_AT_LEAST
from autograder.checks import Check
from autograder.diagnosis import Diagnosis
from autograder.errors import StudentError
from autograder.grading import Outcome

LONG_ENOUGH_TO_GIVE_SOMETHING_AWAY = 15

SPELLINGS = {
    "logvar-as-std": """
        def reparametrize(mu, logvar):
            std = logvar.exp()
            return torch.normal(torch.zeros_like(mu), torch.ones_like(mu)).mul(std).add(mu)
    """,
    "noise-forgotten": """
        def reparametrize(mu, logvar):
            noise = torch.ones(mu.shape)
            return noise * (logvar / 2).exp() + mu
    """,
    "kl-half-missing": """
        def loss_function(x_hat, x, mu, logvar):
            likelihood = x * x_hat.log() + (1 - x) * (1 - x_hat).log()
            kl = mu.pow(2) + logvar.exp() - 1 - logvar
            return (kl.flatten(1).sum(1) - likelihood.flatten(1).sum(1)).mean()
    """,
    "decodes-mu": """
        def forward(self, x):
            features = self.encoder(x)
            mu, logvar = [layer(features) for layer in (self.mu_layer, self.logvar_layer)]
            return self.decoder(mu + 0 * logvar), mu, logvar

        VAE.forward = forward
    """,
}

TWO_IN_ONE = """
    def loss_function(x_hat, x, mu, logvar):
        bce = F.mse_loss(x_hat, x, reduction="sum") / 7
        return bce + 3 * torch.sum(mu**2 + logvar)
"""


@pytest.mark.parametrize("seed", [1, 2])  # 0 is the audit's, in test_audit.py
def test_every_mistake_is_caught_and_named_with_other_seeds_too(
    seed: int, pool: ProcessPoolExecutor
) -> None:
    named = [one for some in pool.map(names, ITEMS, [seed] * len(ITEMS)) for one in some]
    assert {one.mistake for one in named} == set(MISTAKES)
    assert [one.mistake for one in named if not one.caught] == []
    misnamed = [one for one in named if one.as_ != (one.mistake,)]
    assert len(misnamed) <= (1 - NAMED_AT_LEAST) * len(named), misnamed


@pytest.mark.parametrize("mistake", SPELLINGS)
def test_a_mistake_is_named_however_it_is_spelled(mistake: str, pool: ProcessPoolExecutor) -> None:
    module = solution() + textwrap.dedent(SPELLINGS[mistake])
    failed = _failed(pool.submit(grade_text, module).result())
    assert {check.misconception for check in failed} == {mistake}
    hint = " ".join(MISTAKES[mistake].hint.split())
    assert all(check.message.endswith(hint) for check in failed)


def test_what_is_like_no_known_mistake_gets_no_name(pool: ProcessPoolExecutor) -> None:
    failed = _failed(pool.submit(grade_text, solution() + textwrap.dedent(TWO_IN_ONE)).result())
    assert len(failed) == 2
    assert [check.misconception for check in failed] == [None, None]
    assert all(len(check.message.split("\n")) == 2 for check in failed)


@pytest.mark.parametrize("kind", ["limit", "died", "breach", "ended", "syntax", "unreadable"])
def test_code_that_came_to_no_end_is_compared_with_nothing(kind: str) -> None:
    error = StudentError(kind, "what happened")
    outcome = Outcome("a_check", Check("encoder", 1), "What is right.", error, ())
    nobody: Any = None  # to run a variant would need a warm process
    assert Diagnosis(TASK, nobody, 0).of("encoder", [outcome]) == {}


def test_what_passed_is_compared_with_nothing() -> None:
    outcome = Outcome("a_check", Check("encoder", 1), "What is right.", None, ())
    nobody: Any = None
    assert Diagnosis(TASK, nobody, 0).of("encoder", [outcome]) == {}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_hint_helps_and_gives_no_code_of_the_solution(name: str) -> None:
    hint = MISTAKES[name].hint
    assert 40 <= len(hint) <= 400
    assert _lines_of_the_solution_in(hint) == []


def test_what_the_checks_say_gives_no_code_of_the_solution() -> None:
    for check in _checks():
        assert check.__doc__, f"{check.__name__} does not say what is right"
        assert _lines_of_the_solution_in(check.__doc__) == [], check.__name__


def _failed(result: Any) -> list[Any]:
    return [check for item in result.items for check in item.checks if not check.passed]


def _checks() -> list[Any]:
    import autograder.checks.fc_vae as module

    return [f for f in vars(module).values() if isinstance(getattr(f, "check", None), checks.Check)]


def _lines_of_the_solution_in(text: str) -> list[str]:
    """The lines of code between the solution's marks that the text quotes, spaces aside."""
    code = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", solution(), re.DOTALL)
    lines = {_plain(line) for block in code for line in block.splitlines()}
    telling = {line for line in lines if len(line) > LONG_ENOUGH_TO_GIVE_SOMETHING_AWAY}
    assert len(telling) > 20
    return sorted(line for line in telling if line in _plain(text))


def _plain(text: str) -> str:
    return re.sub(r"[\s`]+", "", text.partition("  #")[0])
