"""Claims about a training loop, from what it did to a tiny model (see `nndl._recording`)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from nndl import _recording
from nndl._probes import first_case, is_number, is_tensor, numbers, shape_of, type_of
from nndl._recording import RecordedAutoEncoder
from nndl.check import Claim, claim
from nndl.data import TensorLoader

EPOCHS, RATE = 2, 0.002


class Slip(NamedTuple):
    """A loop that goes wrong: its options for `_recording.train`, and the question to ask."""

    options: dict[str, Any]
    question: str


SLIPS = (
    Slip(
        {"clears": False},
        "What does `backward` do with the gradients that are there from the step before?",
    ),
    Slip(
        {"steps_each": "epoch"},
        "How often does the optimizer take its step: once per batch, or once per epoch?",
    ),
    Slip(
        {"clears": False, "steps_each": "epoch"},
        "How often does the optimizer take its step: once per batch, or once per epoch?",
    ),
    Slip(
        {"renews": "epoch"},
        "Adam remembers the gradients that it has seen. How long does yours live?",
    ),
    Slip(
        {"renews": "batch"},
        "Adam remembers the gradients that it has seen. How long does yours live?",
    ),
    Slip(
        {"learning_rate": 1e-3},
        f"Which learning rate does your optimizer get when the loop is given {RATE}?",
    ),
    Slip({"optimizer": torch.optim.SGD}, "Which optimizer does the text ask for?"),
    Slip({"epochs": 1}, "How often does your loop pass over the loader?"),
)


def one_per_epoch(returned: Any) -> tuple[list[Any], Claim]:
    """What a loop over EPOCHS epochs has returned, and that this is one plain number for each."""
    is_list = hasattr(returned, "__iter__") and not is_number(returned)
    values = list(returned) if is_list else []
    return values, claim(
        "it returns a list with one number per epoch",
        len(values) == EPOCHS and all(map(is_number, values)),
        f"For {EPOCHS} epochs it returns {type_of(returned)}"
        + (f" of length {len(values)}." if is_list else "."),
        "What is one entry of the list, and when is it complete?",
        "At the end of each epoch one number joins the list; after the last the list is returned.",
    )


def is_a_record(what: str, losses: Any) -> Iterator[Claim]:
    """One plain number for each of the 6 steps, and nothing that hangs on a graph."""
    count = len(losses) if hasattr(losses, "__len__") and not isinstance(losses, str) else None
    per_epoch = count == EPOCHS
    yield claim(
        f"{what} a number for each step: 6, for 2 epochs of 3 batches",
        count == 6 and all(map(is_number, losses)),
        f"{what.capitalize()} {type_of(losses) if count is None else f'{count} things'}"
        + (f", the first {type_of(losses[0])}." if count else "."),
        first_case(
            (losses is None, "What does the last line of your function return?"),
            (per_epoch, "What stands inside the loop over the batches, and what outside?"),
            (count == 3, "Does the list live through all epochs, or does each begin a new one?"),
            (count == 4, "What becomes of the last batch of an epoch, which is smaller?"),
            (count == 0, "At which line does a number get into the list?"),
            otherwise="How many steps are there, and what do you append in each of them?",
        ),
        "A step is: one batch, one loss, one update. Each leaves one number behind.",
    )
    alive = [loss for loss in losses if is_tensor(loss) and loss.requires_grad]
    yield claim(
        "they are plain numbers",
        not alive,
        "They are tensors that still hang on the graph from which they were computed.",
        "What does each loss in your list keep alive, and for how long?",
        "A tensor with a gradient holds on to all that it was computed from. Take out the number.",
    )


def every_batch_is_used(model: RecordedAutoEncoder, batches: TensorLoader) -> Iterator[Claim]:
    passes = model.encoder.passes
    counts = [sum(seen.is_of(images) for seen in passes) for images, _ in batches]
    yield claim(
        "every batch goes through the model in each epoch, the last and smaller one too",
        min(counts) >= EPOCHS,
        f"In {EPOCHS} epochs the three batches of the check went through it "
        f"{', '.join(map(str, counts))} times.",
        first_case(
            (not passes, "Which model does your loop train: the one that it was given?"),
            (counts[2] < min(counts[:2]), "What becomes of a batch that is smaller?"),
            (max(counts) == 0, "Are these the images of the loader that your loop was given?"),
            (len(set(counts)) > 1, "Does your loop go on to the next batch?"),
            otherwise="How often does your loop pass over the loader?",
        ),
        "One loop over epochs, and inside it one over the batches. Images go in as they come, in "
        "rows of pixels.",
    )
    yield claim(
        "the model is in training mode at each step",
        all(seen.training for seen in passes),
        "At some steps it was in evaluation mode.",
        "Which mode is the model in, and who sets it back?",
        "Where you switch to evaluation, switch back before the next step.",
    )


def labels_go_along(model: RecordedAutoEncoder, batches: TensorLoader) -> Iterator[Claim]:
    wrong = [
        seen.labels
        for seen in model.encoder.passes
        if not any(seen.is_of(x) and _same_labels(seen.labels, labels) for x, labels in batches)
    ]
    given = shape_of(wrong[0]) if wrong else ""
    yield claim(
        "the model is told the labels, (N,), of the images that it gets",
        not wrong,
        f"At some step it got {given}, and they are not the labels of the step's images.",
        "What does the loader give besides the images, and who needs it?",
        "`forward` has a second argument. The labels go in as they come, as numbers: the model "
        "makes one-hot rows of them itself.",
    )


def _same_labels(given: Tensor | None, labels: Tensor) -> bool:
    return given is not None and torch.equal(given.reshape(-1), labels)


def parameters_are_right(
    model: RecordedAutoEncoder,
    right: RecordedAutoEncoder,
    batches: TensorLoader,
    slips: Sequence[tuple[_recording.Loss, Slip]],
) -> Iterator[Claim]:
    """`right` went the right way from where the `model` began: did they end at the same place?"""
    device = right.position().device
    start = type(model)().to(device).position()
    model = model.to(device)
    yield claim(
        "the model's parameters move",
        not torch.equal(model.position(), start),
        "After training they are what they were before.",
        "What changes the parameters, and what does it need for that?",
        "`backward` fills the gradients, the optimizer steps along them. If they are cleared "
        "between the two, nothing is left; and the optimizer must know this model's parameters.",
    )
    question = ""
    if not _arrived(model, right, start):
        for loss, slip in slips:
            wrong = type(model)().to(device)
            options = {"epochs": EPOCHS, "learning_rate": RATE, **slip.options}
            _recording.train(wrong, batches, loss=loss, **options)
            if _arrived(model, wrong, start):
                question = slip.question
    yield claim(
        "after 6 steps of Adam the parameters are where they should be",
        _arrived(model, right, start),
        "They are elsewhere. (The check's model has no chance in it: all right loops meet.)",
        question or "What happens in one step, and is each part of it done once per batch?",
        "Read your loop aloud: clear the old gradients, compute this batch's loss, let it flow "
        "back, step. One optimizer, Adam, with the learning rate that the function was given and "
        "nothing else set, lives through the whole training.",
    )


def _arrived(model: RecordedAutoEncoder, goal: RecordedAutoEncoder, start: Tensor) -> bool:
    """Whether it is at the goal, but for rounding: a thousandth of the way."""
    way = (goal.position() - start).norm()
    return bool((model.position() - goal.position()).norm() < 1e-3 * way)


def numbers_are_right(name: str, losses: Any, right: list[Tensor]) -> Iterator[Claim]:
    yield claim(
        f"the {name} are those of the steps, in their order",
        agree(losses, right),
        f"They are {numbers(losses)}; the model's were {numbers(right)}.",
        "Which number do you append, and at which moment of the step?",
        "The loss of this batch, as it was before the step: no sum, no running mean.",
    )


def agree(losses: Any, right: list[Tensor]) -> bool:
    found, wanted = [float(v) for v in losses], [float(v) for v in right]
    return all(math.isclose(a, b, rel_tol=1e-3) for a, b in zip(found, wanted, strict=True))
