"""Hidden checks of attention: what the functions give for inputs that nobody has seen before.

The heads are checked with weights that we choose, the same in the student's module and in ours.
Nothing is random but the inputs, so a right solution is never refused by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.assignment import reference
from autograder.checks import assert_close, assert_tensor, item, observe
from autograder.checks.networks import drawn
from autograder.student import Handle, Student

RIGHT = reference("attention")


# --- attention ------------------------------------------------------------------------------------


@item("attention", weight=3)
def test_weights_are_a_softmax_of_scaled_scores(student: Student) -> None:
    """The weights are the softmax, over the keys, of the dot products divided by the square root
    of d."""
    q, k, v = inputs(2)
    _, weights = attended(student, q, k, v)
    assert_close(weights, RIGHT.attention(q, k, v)[1], "The weights are not these.")


@item("attention", weight=2)
def test_answers_are_averages_of_the_values(student: Student) -> None:
    """Each answer is the average of the values, with the weights that are returned beside it."""
    q, k, v = inputs(2)
    answers, weights = attended(student, q, k, v)
    assert_close(answers, weights @ v, "The answers are not these averages of the values.")


@item("attention", weight=2)
def test_no_weight_where_the_mask_forbids(student: Student) -> None:
    """Where the mask is False the weight is zero, and the others grow until they sum to one."""
    q, k, v = inputs(2)
    mask = torch.rand(5, 7) < 0.5
    mask[torch.arange(5), torch.randint(7, (5,))] = True  # every query may look somewhere
    _, free = attended(student, q, k, v)
    answers, weights = attended(student, q, k, v, mask)
    assert_masked(weights, free, mask)
    assert_close(answers, weights @ v, "With a mask, the answers are not made with the weights.")


@item("attention", weight=1)
def test_any_axes_may_stand_in_front(student: Student) -> None:
    """In a batch of examples with several heads, each gets what it would get alone."""
    q, k, v = inputs(2, 3)
    answers, weights = attended(student, q, k, v)
    alone, alone_weights = attended(student, q[1, 2], k[1, 2], v[1, 2])
    assert_close(weights[1, 2], alone_weights, "The weights are others when it is alone.")
    assert_close(answers[1, 2], alone, "The answers are others when it is alone.")


@item("attention", weight=1)
def test_large_scores_are_no_problem(student: Student) -> None:
    """Scores of a hundred and more give weights as well, and the best match the largest."""
    _, k, v = inputs(2)
    k = F.normalize(k, dim=-1)
    _, weights = attended(student, 300 * k[:, :5], k, v)  # query i looks for key i
    assert observe(float(weights.isfinite().all())), "With large scores there are no weights."
    found = observe((weights.argmax(dim=-1) == torch.arange(5)).double())
    assert found.all(), "With large scores, the best match does not have the largest weight."


@item("attention", weight=1)
def test_gradients_reach_queries_keys_and_values(student: Student) -> None:
    """Gradients pass through the answers to the queries, the keys and the values."""
    given = [part.requires_grad_() for part in inputs(2)]
    answers, _ = attended(student, *given)
    assert observe(float(answers.requires_grad)), "The answers have no gradient."
    (answers * torch.randn(2, 5, 3)).sum().backward()
    reached = observe([float(part.grad is not None and part.grad.any()) for part in given])
    assert reached.all(), "Not all of the three get a gradient."


# --- causal_mask ----------------------------------------------------------------------------------


@item("causal_mask", weight=2)
def test_a_position_sees_itself_and_what_was_before(student: Student) -> None:
    """`causal_mask(length)` is True where a position looks at itself or at an earlier one."""
    length = int(torch.randint(5, 9, ()))
    mask = student.causal_mask(length)
    assert isinstance(mask, Tensor), "The mask is no tensor."
    right = torch.arange(length)[:, None] >= torch.arange(length)
    assert_close(mask.double(), right.double(), "It is True elsewhere.")


@item("causal_mask", weight=1)
def test_the_mask_is_of_booleans(student: Student) -> None:
    """The mask holds booleans, and one position alone sees itself."""
    mask = student.causal_mask(1)
    assert isinstance(mask, Tensor), "The mask is no tensor."
    assert_close(mask.double(), [[1.0]], "One position alone does not see itself.")
    kept = observe(float(mask.dtype == torch.bool))
    assert kept, f"Its numbers are of the type {mask.dtype}, not torch.bool."


# --- multi_head -----------------------------------------------------------------------------------

X, WEIGHTS = (2, 5, 12), (2, 3, 5, 5)  # shapes: 2 examples, 5 positions, 12 numbers, 3 heads


@item("multi_head", weight=3)
def test_heads_see_their_own_part_of_the_numbers(student: Student) -> None:
    """With weights that we chose for its layers, each head's weights are those of its own part."""
    model, right = models(student)
    x = torch.randn(X)
    _, weights = both(model(x), X, WEIGHTS)
    assert_close(weights, right(x)[1], "The heads' weights are not these.")


@item("multi_head", weight=3)
def test_answers_are_put_together_and_mixed(student: Student) -> None:
    """The answers of a position's heads are put side by side, head 0 first, and mixed."""
    model, right = models(student)
    x = torch.randn(X)
    answers, weights = both(model(x), X, WEIGHTS)
    values = right.value(x).unflatten(-1, (3, 4)).transpose(1, 2)
    of_heads = (weights @ values).transpose(1, 2).flatten(2)
    assert_close(answers, right.mix(of_heads), "The mixed answers are not these.")


@item("multi_head", weight=1)
def test_all_heads_obey_the_mask(student: Student) -> None:
    """The mask holds for all heads and all examples."""
    model, _ = models(student)
    x, mask = torch.randn(X), torch.ones(5, 5).tril().bool()
    _, free = both(model(x), X, WEIGHTS)
    _, weights = both(model(x, mask), X, WEIGHTS)
    assert_masked(weights, free, mask)


@item("multi_head", weight=1)
def test_all_layers_get_gradients(student: Student) -> None:
    """Training reaches every layer: gradients come to the weights of all four."""
    model, _ = models(student)
    answers, _ = both(model(torch.randn(X)), X, WEIGHTS)
    assert observe(float(answers.requires_grad)), "The answers have no gradient."
    answers.square().sum().backward()
    gradients = {name: g for name, g in model.gradients().items() if name.endswith("weight")}
    reached = observe([float(g is not None and g.any()) for g in gradients.values()])
    without = [name for name, there in zip(gradients, reached, strict=True) if not there]
    assert not without, f"No gradient comes to {', '.join(without)}."


# --- what they share ------------------------------------------------------------------------------


def inputs(*axes: int) -> tuple[Tensor, Tensor, Tensor]:
    """q (..., 5, 6), k (..., 7, 6) and v (..., 7, 3): no two sizes are the same."""
    q, k, v = torch.randn(*axes, 5, 6), torch.randn(*axes, 7, 6), torch.randn(*axes, 7, 3)
    return q, k, v


def attended(
    student: Student, q: Tensor, k: Tensor, v: Tensor, *mask: Tensor
) -> tuple[Tensor, Tensor]:
    """What `attention` returned."""
    shapes = (*q.shape[:-1], v.shape[-1]), (*q.shape[:-1], k.shape[-2])
    return both(student.attention(q, k, v, *mask), *shapes)


def both(
    returned: Any, of_answers: Sequence[int], of_weights: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Answers and weights. Fails unless these two were returned, with these shapes."""
    pair = isinstance(returned, tuple | list) and len(returned) == 2
    assert observe(float(pair)), "It does not return the two tensors (answers, weights)."
    answers = assert_tensor(returned[0], of_answers, "The answers")
    return answers, assert_tensor(returned[1], of_weights, "The weights")


def assert_masked(weights: Tensor, free: Tensor, mask: Tensor) -> None:
    """Fail unless these are the weights `free` without those that the mask forbids.

    Both are the student's own, so that weights that are wrong cost their points once.
    """
    hidden = observe(weights.masked_select(~mask))
    assert not hidden.any(), "A key that the mask forbids has a weight other than zero."
    right = (free * mask) / (free * mask).sum(dim=-1, keepdim=True)
    assert_close(weights, right, "The weights that are left do not share what was taken away.")


def models(student: Student) -> tuple[Handle, Any]:
    """The student's module and the right one, with three heads and the same weights.

    An `attention` that failed has cost its points already: the right one takes its place.
    """
    student.carry("attention", RIGHT.attention)
    model, right = student.build("MultiHeadAttention", 12, 3), RIGHT.MultiHeadAttention(12, 3)
    values = drawn({name: list(part.shape) for name, part in right.named_parameters()})
    right.load_state_dict(values)
    model.load(values)
    return model, right
