"""bernoulli_vae: a wrong draw costs its own checks; `forward` is judged with a right one."""

from __future__ import annotations

import pytest

from autograder.diagnosis import as_submission
from autograder.grading import run_checks
from autograder.misconceptions import misconceptions
from autograder.sandbox.process import WarmProcess

TASK = "bernoulli_vae"
MISTAKES = {mistake.name: mistake.module for mistake in misconceptions(TASK)}


@pytest.mark.parametrize("mistake", ["std-as-log-std", "std-squared", "std-ignored"])
def test_a_wrong_draw_costs_forward_nothing(mistake: str, warm: WarmProcess) -> None:
    submission = as_submission(TASK, mistake, MISTAKES[mistake])
    outcomes = run_checks(submission, warm, only=["reparameterization"]).outcomes
    of_forward = {o.name: str(o.error or "") for o in outcomes if o.name.startswith("forward")}
    assert of_forward == {
        "forward_encodes_samples_and_decodes": "",
        "forward_lets_gradients_through": "",
    }
    assert not all(outcome.passed for outcome in outcomes)
