"""Hidden checks of attention: what the functions give for inputs that nobody has seen before.

The heads are checked with weights that we choose, the same in the student's module and in ours.
Nothing is random but the inputs, so a right solution is never refused by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

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
    """Where the mask is False the weight is zero, and the other weights still sum to one."""
    q, k, v = inputs(2)
    mask = torch.rand(5, 7) < 0.5
    mask[torch.arange(5), torch.randint(7, (5,))] = True  # every query may look somewhere
    answers, weights = attended(student, q, k, v, mask)
    hidden = observe(weights.masked_select(~mask))
    assert not hidden.any(), "A key that the mask forbids has a weight other than zero."
    right, right_weights = RIGHT.attention(q, k, v, mask)
    assert_close(weights.sum(-1), torch.ones(2, 5), "The weights of a query do not sum to one.")
    assert_close(weights, right_weights, "The weights that are left are not these.")
    assert_close(answers, right, "The answers are not made with these weights.")


@item("attention", weight=1)
def test_any_axes_may_stand_in_front(student: Student) -> None:
    """It works for a single example, and for a batch of examples with several heads."""
    for axes in ((), (2, 3)):
        q, k, v = inputs(*axes)
        answers, weights = attended(student, q, k, v)
        right, right_weights = RIGHT.attention(q, k, v)
        assert_close(weights, right_weights, f"With q of shape {tuple(q.shape)} it is wrong.")
        assert_close(answers, right, f"With q of shape {tuple(q.shape)} it is wrong.")


@item("attention", weight=1)
def test_large_scores_are_no_problem(student: Student) -> None:
    """Scores of some hundreds give weights between zero and one like all others."""
    q, k, v = inputs(2)
    _, weights = attended(student, 100 * q, k, v)
    right = RIGHT.attention(100 * q, k, v)[1]
    # In float32 such scores are off by 1e-4, and so are the logarithms of the weights.
    assert_close(weights, right, "With large scores the weights are not these.", rtol=0.01)


@item("attention", weight=1)
def test_gradients_reach_queries_keys_and_values(student: Student) -> None:
    """Gradients pass through the answers to the queries, the keys and the values."""
    given = [part.requires_grad_() for part in inputs(2)]
    copies = [part.detach().clone().requires_grad_() for part in given]
    answers, _ = attended(student, *given)
    right, _ = RIGHT.attention(*copies)
    assert observe(float(answers.requires_grad)), "The answers have no gradient."
    weights = torch.randn(right.shape)
    (answers * weights).sum().backward()
    (right * weights).sum().backward()
    for part, copy, name in zip(given, copies, ("queries", "keys", "values"), strict=True):
        got = torch.zeros_like(part) if part.grad is None else part.grad
        assert_close(got, copy.grad, f"The gradient to the {name} is not right.")


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
    answers, _ = both(model(x), X, WEIGHTS)
    assert_close(answers, right(x)[0], "The mixed answers are not these.")


@item("multi_head", weight=1)
def test_all_heads_obey_the_mask(student: Student) -> None:
    """The mask holds for all heads and all examples."""
    model, right = models(student)
    x, mask = torch.randn(X), torch.ones(5, 5).tril().bool()
    answers, weights = both(model(x, mask), X, WEIGHTS)
    assert_close(weights, right(x, mask)[1], "With a mask, the heads' weights are not these.")
    assert_close(answers, right(x, mask)[0], "With a mask, the mixed answers are not these.")


@item("multi_head", weight=1)
def test_all_layers_get_gradients(student: Student) -> None:
    """Training reaches every layer: gradients come to all weights."""
    model, right = models(student)
    x = torch.randn(X)
    for answers, _ in (both(model(x), X, WEIGHTS), right(x)):
        assert observe(float(answers.requires_grad)), "The answers have no gradient."
        answers.square().sum().backward()
    for name, parameter in right.named_parameters():
        got = model.gradients()[name]
        got = torch.zeros_like(parameter) if got is None else got
        assert_close(got, parameter.grad, f"The gradient to {name} is not right.", atol=1e-4)


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


def models(student: Student) -> tuple[Handle, nn.Module]:
    """The student's module and the right one, with three heads and the same weights.

    An `attention` that failed has cost its points already: the right one takes its place.
    """
    student.carry("attention", RIGHT.attention)
    model, right = student.build("MultiHeadAttention", 12, 3), RIGHT.MultiHeadAttention(12, 3)
    values = drawn({name: list(part.shape) for name, part in right.named_parameters()})
    right.load_state_dict(values)
    model.load(values)
    return model, right
