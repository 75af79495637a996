"""Public checks of attention: what the notebook says about each exercise."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from nndl._probes import ERROR_HINTS, close, first_case, gradients_flow, is_tensor, shape_of
from nndl.check import Claim, Lab, build, claim, trying

Attention = Callable[..., Any]
LAYERS = ("query", "key", "value", "mix")

lab = Lab("attention", ERROR_HINTS)
lab.written("explain_scaling")


# --- attention --------------------------------------------------------------------------------


@lab.exercise("attention")
def attention(attention: Attention) -> Iterator[Claim]:
    # One query, (2, 0, 0, 0): its scores are 1 and 0, the weights 0.731 and 0.269.
    q, k = torch.tensor([[2.0, 0, 0, 0]]), torch.eye(4)[:2]
    v = torch.tensor([[10.0, 0.0, 1.0], [0.0, 10.0, 1.0]])
    with trying("`attention(q, k, v)`, with q (1, 4), k (2, 4) and v (2, 3)"):
        returned = attention(q.clone(), k.clone(), v.clone())
    yield from _is_a_pair(returned)
    answers, weights = returned
    yield claim(
        "1 query and 2 keys have weights of shape (1, 2), and an answer of shape (1, 3)",
        weights.shape == (1, 2) and answers.shape == (1, 3),
        f"The weights have {shape_of(weights)}, and the answer has {shape_of(answers)}.",
        "Who has a row in the weights, and who a column?",
        "There is a weight for each pair of a query and a key, and an answer for each query.",
    )
    yield from _weights_are_right(weights)
    yield claim(
        "the answer is the average of the values with these weights",
        close(answers, weights @ v),
        f"It is {_row(answers)}, with the weights {_row(weights)} of the values "
        f"{v[0].tolist()} and {v[1].tolist()}.",
        "How much of each value does the query get?",
        "A sum over the keys, of weight times value: that is a product of two matrices.",
    )
    yield from _any_axes_work(attention)
    yield from _mask_is_obeyed(attention)
    yield from _large_scores_work(attention)
    given = [torch.randn(2, 5, 6), torch.randn(2, 7, 6), torch.randn(2, 7, 3)]
    leaves = {name: part.requires_grad_() for name, part in zip("qkv", given, strict=True)}
    yield gradients_flow(attention(*given)[0], leaves)


def _is_a_pair(returned: Any) -> Iterator[Claim]:
    pair = isinstance(returned, tuple | list) and len(returned) == 2
    yield claim(
        "it returns two tensors: the answers, and the weights",
        pair and all(map(is_tensor, returned)),
        f"It returns {type(returned).__name__}.",
        "What does its last line return?",
        "First the answers, then the weights with which they were made.",
    )


def _weights_are_right(weights: Tensor) -> Iterator[Claim]:
    right = 1 / (1 + math.exp(-1))
    first = weights[0, 0].item()
    question = first_case(
        (abs(first - 1 / (1 + math.exp(-2))) < 1e-3, "By what are the dot products divided?"),
        (
            abs(first - 1 / (1 + math.exp(-0.5))) < 1e-3,
            "The queries have 4 numbers. Is it 4 that stands below the fraction bar?",
        ),
        (
            abs(first - 1 / (1 + math.exp(-2 / math.sqrt(2)))) < 1e-3,
            "There are 2 keys, of 4 numbers each. The square root of which of the two is it?",
        ),
        (close(weights, torch.ones(1, 2)), "Over which axis do your weights sum to one?"),
        (close(weights, torch.eye(2)[:1]), "Are these weights yet, or still scores?"),
        otherwise="Which score have (2, 0, 0, 0) and (1, 0, 0, 0), and which weight does it give?",
    )
    yield claim(
        "(2, 0, 0, 0) looks at (1, 0, 0, 0) with the weight 0.731, at (0, 1, 0, 0) with 0.269",
        close(weights, torch.tensor([[right, 1 - right]])),
        f"The weights are {_row(weights)}.",
        question,
        "On paper: the two scores are 1 and 0, and weights are positive and sum to one over the "
        "keys.",
    )


def _any_axes_work(attention: Attention) -> Iterator[Claim]:
    q, k, v = torch.randn(2, 3, 5, 6), torch.randn(2, 3, 7, 6), torch.randn(2, 3, 7, 4)
    with trying("`attention(q, k, v)`, with q (2, 3, 5, 6), k (2, 3, 7, 6) and v (2, 3, 7, 4)"):
        answers, weights = attention(q, k, v)
        alone, _ = attention(q[1, 2], k[1, 2], v[1, 2])
    yield claim(
        "other axes may stand in front: each example gets what it would get alone",
        answers.shape == (2, 3, 5, 4) and close(answers[1, 2], alone),
        f"The answers have {shape_of(answers)}, and those of one example differ when it is alone.",
        "Is there an axis in your code that is counted from the front?",
        "Queries and keys have the last two axes, whatever comes before: count from the end.",
    )
    sums = weights.sum(dim=-1)
    yield claim(
        "the weights of each query sum to one",
        close(sums, torch.ones_like(sums)),
        f"For one of them the sum is {sums.flatten()[0].item():.3f}.",
        "Over which axis does the softmax run?",
        "Each query shares its attention out among the keys.",
    )


def _mask_is_obeyed(attention: Attention) -> Iterator[Claim]:
    q, k, v = torch.randn(2, 3, 6), torch.randn(2, 4, 6), torch.randn(2, 4, 5)
    mask = torch.tensor([[1, 0, 0, 0], [1, 1, 0, 0], [1, 0, 1, 1]]).bool()
    with trying("`attention(q, k, v, mask)`, with a mask of shape (3, 4)"):
        _, free = attention(q, k, v)
        _, weights = attention(q, k, v, mask)
    hidden = weights.masked_select(~mask)
    question = first_case(
        (close(weights, free), "What do you do with the mask?"),
        (
            not bool(weights.masked_select(mask).nan_to_num().any()),
            "What does True mean in the mask: look, or don't look?",
        ),
        otherwise="What does the exponential make of the score that you give a forbidden key?",
    )
    yield claim(
        "where the mask is False, the weight is zero",
        not bool(hidden.any()),
        f"There are weights up to {hidden.nan_to_num(1.0).max().item():.3f}.",
        question,
        "Let the softmax do it: there is a score for which the exponential is zero.",
    )
    right = free * mask / (free * mask).sum(dim=-1, keepdim=True)
    yield claim(
        "and the weights that are left still sum to one",
        close(weights, right),
        f"For one query they sum to {weights[0, 1].sum().item():.3f}.",
        "Does the mask act before the weights are made, or after?",
        "A forbidden key must not take part in the sum that the others are divided by.",
    )


def _large_scores_work(attention: Attention) -> Iterator[Claim]:
    q, k = 1000 * torch.eye(4), torch.eye(4)
    _, weights = attention(q, k, k)
    yield claim(
        "a score of 500 is no problem",
        close(weights, torch.eye(4)),
        f"The weights become {_row(weights)}.",
        "How large is the exponential of 500?",
        "Lowering all scores of a query by the same number changes no weight. "
        "`torch.softmax` does so by itself.",
    )


def _row(values: Tensor) -> str:
    return "(" + ", ".join(f"{value:.3f}" for value in values[0].tolist()) + ")"


# --- causal_mask ------------------------------------------------------------------------------


@lab.exercise("causal_mask")
def causal_mask(causal_mask: Callable[[int], Tensor]) -> Iterator[Claim]:
    with trying("`causal_mask(4)`"):
        mask = causal_mask(4)
    yield claim(
        "4 positions have a mask of shape (4, 4)",
        shape_of(mask) == "(4, 4)",
        f"It is {shape_of(mask)}.",
        "Who has a row in the mask, and who a column?",
        "Each position looks, and each can be looked at.",
    )
    yield claim(
        "it holds booleans",
        mask.dtype == torch.bool,
        f"It holds numbers of the type {mask.dtype}.",
        "What does `attention` want: numbers, or True and False?",
        "A tensor can be made with a dtype, and comparisons give booleans by themselves.",
    )
    ahead, past = mask.triu(1).any().item(), mask.tril(-1).any().item()
    yield claim(
        "no position sees a later one",
        not ahead,
        f"Position 0 sees {[i for i in range(4) if mask[0, i]]}.",
        "Row 0 is the first position. Where may it look?"
        if past
        else "Does True mean that one may look, or that one may not?",
        "Row i has True in the columns that are not later than i.",
    )
    right = torch.tensor([[j <= i for j in range(4)] for i in range(4)])
    yield claim(
        "each position sees itself, and all that was before",
        torch.equal(mask.cpu(), right),
        f"Position 2 sees {[i for i in range(4) if mask[2, i]]}.",
        "What has the first position to look at?",
        "The diagonal belongs to what may be seen.",
    )


# --- multi_head -------------------------------------------------------------------------------


@lab.exercise("multi_head")
def multi_head(MultiHeadAttention: type[nn.Module]) -> Iterator[Claim]:
    model = build(MultiHeadAttention, 12, 3, needs=LAYERS)
    x = torch.randn(2, 5, 12)
    with trying("`forward(x)` of `MultiHeadAttention(12, 3)`, with x of shape (2, 5, 12)"):
        returned = model(x)
    yield from _is_a_pair(returned)
    answers, weights = returned
    yield claim(
        "the answers have the shape of x, (2, 5, 12), and the weights (2, 3, 5, 5)",
        answers.shape == x.shape and weights.shape == (2, 3, 5, 5),
        f"The answers have {shape_of(answers)}, and the weights {shape_of(weights)}.",
        "Which axis are the heads, and which the positions?",
        "Examples first, then heads, then the positions that look, then those looked at.",
    )
    yield from _positions_stay(model, x, answers, weights)
    yield from _heads_have_their_part(model, x, weights)
    yield from _answers_are_merged(model)
    yield from _heads_obey_the_mask(model, x)


def _positions_stay(model: Any, x: Tensor, answers: Tensor, weights: Tensor) -> Iterator[Claim]:
    order = torch.tensor([3, 0, 4, 1, 2])
    others, other_weights = model(x[:, order])
    split = close(other_weights, weights[:, :, order][:, :, :, order])
    yield claim(
        "with the positions in another order, the answers come in that order",
        split and close(others, answers[:, order]),
        "A position's answer depends on where it stands.",
        "The heads are split rightly. Which axis has to go where before they are put together?"
        if split
        else "Has each head a few numbers of all positions, or all numbers of a few positions?",
        "Split the last axis first, into heads and their numbers. Then let two axes change places, "
        "and change them back before you put the heads together.",
    )


def _heads_have_their_part(model: Any, x: Tensor, weights: Tensor) -> Iterator[Claim]:
    with torch.no_grad():
        q, k = model.query(x).chunk(3, dim=-1)[1], model.key(x).chunk(3, dim=-1)[1]

    def gives(one: Tensor, other: Tensor, scale: float = 2.0) -> bool:
        return close(weights[:, 1], (one @ other.transpose(-2, -1) / scale).softmax(dim=-1))

    question = first_case(
        (close(weights[:, 0], weights[:, 1]), "Do all your heads see the same numbers?"),
        (gives(q, q) or gives(k, k), "Queries ask, keys are what is offered: two layers, or one?"),
        (gives(q, k, 4.0), "How often are the scores scaled on their way?"),
        otherwise="In which order do the two sizes stand when you split the last axis: heads, or "
        "numbers?",
    )
    yield claim(
        "head 1 sees the numbers 4 to 7 of the queries and of the keys",
        gives(q, k),
        "Its weights are not those of these numbers.",
        question,
        "The numbers of a head lie side by side. Queries come from `query`, keys from `key`, and "
        "`attention` scales the scores.",
    )


def _answers_are_merged(model: Any) -> Iterator[Claim]:
    """With one position alone nothing is averaged: its answer is its value, mixed."""
    alone = torch.randn(2, 1, 12)
    with torch.no_grad():
        answers, _ = model(alone)
        value = model.value(alone)
        right = model.mix(value)
    yield claim(
        "a position that is alone gets its own value, mixed",
        close(answers, right),
        first_case(
            (close(answers, value), "It is not mixed."),
            (close(answers, model.mix(alone).detach()), "The input is mixed, not the value."),
            otherwise="It gets other numbers.",
        ),
        "Through which layers do the numbers of one position go?",
        "`value`, then attention, which has nothing to average here, then `mix`.",
    )


def _heads_obey_the_mask(model: Any, x: Tensor) -> Iterator[Claim]:
    mask = torch.ones(5, 5).tril().bool()
    with trying("`forward(x, mask)`, with a mask of shape (5, 5)"):
        _, weights = model(x, mask)
    yield claim(
        "with a mask, no head sees what it forbids",
        not bool(weights.masked_select(~mask).any()),
        f"There are weights up to {weights.masked_select(~mask).max().item():.3f}.",
        "What becomes of the mask that `forward` is given?",
        "`attention` knows what to do with it.",
    )
