"""Public checks of dcgan: two nets that play against each other.

Everything is judged by what it does, never by how it is written, nor by one stream of random
numbers. For `train` and `reconstruct` the nets of the notebook are replaced by small ones that
note what they are given, and each step of an optimizer is noted with the gradients that it found:
from them it follows who was trained, on what, and towards which labels. Checks of random numbers
give a false alarm less than once in a million runs.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from nndl._probes import (
    ERROR_HINTS,
    close,
    device_of,
    first_case,
    global_of,
    is_number,
    is_tensor,
    numbers,
    question_for,
    shape_of,
    silenced,
    type_of,
)
from nndl.check import Claim, Lab, WrongUsage, claim, trying

# What a student's exception means here, before what it means elsewhere.
HINTS = {
    "modified by an inplace operation": (
        "With which weights were these scores computed: those from before the discriminator's "
        "step, or those from after it?",
        "After its step the discriminator is another one. The generator wants to hear what that "
        "one says.",
    ),
    "backward through the graph a second time": (
        "Two losses come from the same fakes here. How far back should each of the two flow?",
        "The discriminator's loss has no business in the generator: where is the graph cut?",
    ),
    "does not require grad": (
        "By which tensor is this loss to be differentiated, and does that tensor know it?",
        "Something on the way cuts the graph, or a tensor that should be learned was not made as "
        "one.",
    ),
    "non-leaf": (
        "Was the tensor that the optimizer gets made as it is, or computed from another one?",
        "An optimizer wants the thing itself: made first, told that it needs a gradient, then "
        "handed on.",
    ),
    "empty parameter list": (
        "Does the net have its layers by the time the optimizer asks for its parameters?",
        "In which order are nets and optimizers made?",
    ),
    r"positional argument": (
        "How many arguments does the call hand over, counting the object itself?",
        "The first parameter of a method is the object. Leave the first line as it was given.",
    ),
    "training mode is expected to be boolean": (
        "`train` is the name of two things here. Which one is called in this line?",
        "The lines that tell the two apart stood at the top of `train` when you were given it.",
    ),
    "[Tt]arget size": (
        "Which shape have the logits, and which one the labels?",
        "One label for each logit, in the same shape.",
    ),
    "numpy": (
        "Is this an array or a tensor, and which of the two can the nets read?",
        "`samples` may be either. Make a tensor of it first, of numbers like those of the nets.",
    ),
}

lab = Lab("dcgan", {**HINTS, **ERROR_HINTS})
lab.written("batch_norm")

REAL, FAKE = 1.0, 0.0
RATE = 5e-4  # where the notebook has 2e-4
CODE = 10  # where the notebook has 64


# --- a DCGAN of the student's -----------------------------------------------------------------


def _is_the_class(DCGAN: Any) -> None:
    if not isinstance(DCGAN, type):
        raise WrongUsage("The check wants the class itself: `DCGAN`, not a `DCGAN()`.")


@contextlib.contextmanager
def _instead(DCGAN: type, nets: Mapping[str, Any]) -> Iterator[None]:
    """In here these stand in the student's notebook under their names."""
    notebook: Any = sys.modules[DCGAN.__module__]
    before = {name: getattr(notebook, name, None) for name in nets}
    try:
        for name, net in nets.items():
            setattr(notebook, name, net)
        yield
    finally:
        for name, net in before.items():
            setattr(notebook, name, net)


def _make(DCGAN: type, nets: Mapping[str, Any] | None = None, **settings: Any) -> Any:
    """A `DCGAN()` of the student's, with these settings, and with other nets if there are any."""
    kind = type(DCGAN.__name__, (DCGAN,), settings)
    with trying("`DCGAN()`"), silenced(), _instead(DCGAN, nets or {}):
        return kind().to(device_of(DCGAN))


def _optimizers(dcgan: nn.Module) -> list[torch.optim.Optimizer]:
    """Those in its attributes, also within lists and dicts."""
    found, todo = [], list(vars(dcgan).values())
    while todo:
        value = todo.pop(0)
        if isinstance(value, torch.optim.Optimizer):
            found.append(value)
        elif isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list | tuple):
            todo += value
    return found


def _of(optimizer: torch.optim.Optimizer, net: nn.Module) -> int:
    """How many of the net's parameters the optimizer has."""
    mine = {id(p) for group in optimizer.param_groups for p in group["params"]}
    return sum(id(p) in mine for p in net.parameters())


# --- init -------------------------------------------------------------------------------------


@lab.exercise("init")
def init(DCGAN: type[nn.Module]) -> Iterator[Claim]:
    _is_the_class(DCGAN)
    dcgan = _make(DCGAN, learning_rate=RATE, code_size=CODE)
    yield from _nets_are_there(dcgan, DCGAN)
    yield from _optimizers_are_right(dcgan)
    yield from _weights_are_right(dcgan)
    yield from _a_new_one_has_these_weights(dcgan)
    yield from _classification_loss_is_right(dcgan)


def _nets_are_there(dcgan: Any, DCGAN: type) -> Iterator[Claim]:
    for name in ("Generator", "Discriminator"):
        wanted = global_of(DCGAN, name, nn.Module)
        found = getattr(dcgan, f"_{name.lower()}", None)
        yield claim(
            f"`_{name.lower()}` is a `{name}`",
            isinstance(found, wanted),
            f"It is {type_of(found)}.",
            "Is the net built, and under the name that the text gives it?",
            "Later methods ask for `_generator` and `_discriminator`. A class is built by calling "
            "it.",
        )
    code = torch.randn(2, CODE, device=dcgan.tracked_noise.device)
    with trying(f"`_generator(code)`, with code_size = {CODE} and code of shape (2, {CODE})"):
        images = dcgan._generator(code)
    yield claim(
        "the generator reads codes of `code_size` numbers",
        is_tensor(images) and images.shape == (2, 3, 32, 32),
        f"It gives {shape_of(images)}.",
        "How long is a code: 64, or as long as this very DCGAN says?",
        "The settings of the class are there as attributes of `self`.",
    )


def _optimizers_are_right(dcgan: Any) -> Iterator[Claim]:
    nets = {"generator": dcgan._generator, "discriminator": dcgan._discriminator}
    found = _optimizers(dcgan)
    adams = [o for o in found if isinstance(o, torch.optim.Adam)]
    kinds = ", ".join(type(o).__name__ for o in found) or "none"
    yield claim(
        "there are two optimizers, both Adam",
        len(found) == len(adams) == 2,
        f"In the attributes of a new DCGAN there is: {kinds}.",
        "Which optimizer does the text ask for?"
        if len(found) == 2
        else "Who plays this game, and does each of the players learn on its own?",
        "One for each net, kept as attributes of `self`, so that both outlive this function.",
    )
    counts = {
        name: [(_of(o, net), len(list(net.parameters()))) for o in adams]
        for name, net in nets.items()
    }
    owners = [{name for name in nets if counts[name][i][0]} for i in range(2)]
    whole = all(n in (0, of) for pairs in counts.values() for n, of in pairs)
    yield claim(
        "one has all parameters of the generator, the other all of the discriminator",
        whole and sorted(map(sorted, owners)) == [["discriminator"], ["generator"]],
        f"One has parameters of {_joined(owners[0])}, the other of {_joined(owners[1])}"
        + ("." if whole else ", but not all of them."),
        first_case(
            (owners[0] == owners[1], "Whose parameters does each of the two optimizers move?"),
            (not owners[0] or not owners[1], "Are these the nets that the DCGAN holds now?"),
            otherwise="The two want opposite things. What if one optimizer moves both of them?",
        ),
        "Each player moves its own weights and nobody else's. A net knows its own parameters.",
    )
    rates = [group["lr"] for o in adams for group in o.param_groups]
    yield claim(
        "their learning rate is that of the class",
        all(math.isclose(float(rate), RATE) for rate in rates),
        f"With `learning_rate` = {RATE} they have {' and '.join(f'{float(r):g}' for r in rates)}.",
        first_case(
            (1e-3 in rates, "Which learning rate does Adam take if nobody tells it one?"),
            (2e-4 in rates, "Is the rate written there as a number, or taken from the class?"),
            otherwise="Where does the class keep its learning rate?",
        ),
        "The settings of the class are there as attributes of `self`.",
    )
    betas = [tuple(map(float, group["betas"])) for o in adams for group in o.param_groups]
    yield claim(
        "their betas are 0.5 and 0.999",
        all(pair == (0.5, 0.999) for pair in betas),
        f"They are {' and '.join(map(str, betas))}.",
        "Adam averages over past gradients. How long should a player remember the gradients "
        "against an opponent who has changed since?",
        "The text gives both numbers. The first is smaller than Adam's own.",
    )


def _joined(names: set[str]) -> str:
    return " and ".join(f"the {name}" for name in sorted(names)) or "neither of its nets"


_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
_BEFORE = 0.3  # all parameters, before the method is called


def _weights_are_right(dcgan: Any) -> Iterator[Claim]:
    layers = list(dcgan.modules())
    with torch.no_grad():
        for parameter in dcgan.parameters():
            parameter.fill_(_BEFORE)
    with trying("`_weight_initialization()`"):
        dcgan._weight_initialization()
    convolutions = [layer.weight.detach() for layer in layers if isinstance(layer, _CONVOLUTIONS)]
    spreads = [w.std().item() for w in convolutions]
    moved = [not _as_before(w) for w in convolutions]
    yield claim(
        "convolutions get new weights, in both nets, the transposed ones too",
        all(moved),
        f"Of {len(moved)} convolutions {len(moved) - sum(moved)} have the weights that they had.",
        first_case(
            (not any(moved), "Does the function that sets the weights of a layer get called?"),
            otherwise="Which kinds of layers have a kernel, and in which of the two nets are they?",
        ),
        "A module can list all modules inside of it, at any depth. Which of them do you treat?",
    )
    # Five standard errors of a standard deviation and of a mean.
    off = [
        (spread, w.mean().item())
        for spread, w in zip(spreads, convolutions, strict=True)
        if abs(spread / 0.02 - 1) > 5 / math.sqrt(2 * w.numel())
        or abs(w.mean().item()) > 5 * 0.02 / math.sqrt(w.numel())
    ]
    yield claim(
        "weights of convolutions have mean 0 and standard deviation 0.02",
        not off,
        f"In one there is mean {off[0][1]:.4f}, standard deviation {off[0][0]:.4f}." if off else "",
        first_case(
            (any(abs(s - 0.02**0.5) < 0.01 for s, _ in off), "Is 0.02 the variance here?"),
            (any(abs(m - 0.01) < 0.002 for _, m in off), "Is a weight as often negative?"),
            otherwise="Which law do the weights follow, and what are its two numbers?",
        ),
        "N(0, 0.02): the text says which number is the mean and which the standard deviation.",
    )
    norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
    scale = torch.cat([layer.weight.detach() for layer in norms])
    shift = torch.cat([layer.bias.detach() for layer in norms])
    mean, spread = scale.mean().item(), scale.std().item()
    yield claim(
        "weights of BatchNorm have mean 1 and standard deviation 0.02",
        abs(mean - 1) < 5 * 0.02 / math.sqrt(len(scale))
        and abs(spread / 0.02 - 1) < 5 / math.sqrt(2 * len(scale)),
        f"They have mean {mean:.3f} and standard deviation {spread:.4f}.",
        first_case(
            (
                abs(mean) < 0.1,
                "BatchNorm multiplies by its weight. What is left of an image that was multiplied "
                "by something near 0, layer after layer?",
            ),
            (bool((scale == 1).all()), "All are exactly 1. Where is the chance in them?"),
            (
                any(_as_before(layer.weight) for layer in norms),
                "Does your method reach the BatchNorm layers, in both nets?",
            ),
            otherwise="Which law do these weights follow, and what are its two numbers?",
        ),
        "N(1, 0.02): a BatchNorm that hardly changes what it has normalized.",
    )
    yield claim(
        "the bias of BatchNorm is 0",
        not shift.any(),
        f"It goes from {shift.min():.3f} to {shift.max():.3f}.",
        "What does BatchNorm add after it has multiplied, and what should that be at first?",
        "A BatchNorm layer has two parameters, and the text says something of each.",
    )
    linear = [layer.weight for layer in layers if isinstance(layer, nn.Linear)]
    yield claim(
        "Linear layers are left as they are",
        all(map(_as_before, linear)),
        "Some have new weights.",
        "Of which kinds of layers does the text speak?",
        "Convolutions and BatchNorm, and nothing else.",
    )


def _as_before(weight: Tensor) -> bool:
    return torch.equal(weight, torch.full_like(weight, _BEFORE))


def _a_new_one_has_these_weights(dcgan: Any) -> Iterator[Claim]:
    new = type(dcgan)()
    spreads = [m.weight.std().item() for m in new.modules() if isinstance(m, _CONVOLUTIONS)]
    yield claim(
        "a new DCGAN has these weights from the start",
        all(abs(spread / 0.02 - 1) < 0.15 for spread in spreads),
        f"In a new one the weights of convolutions spread by {numbers(spreads)}.",
        "The method gives good weights. When is it called, and are the nets there by then?",
        "First there are nets, then their weights can be set: where does that belong?",
    )


_LOGITS, _LABELS = (2.0, -1.0, 0.5, -3.0, 1.5), (1.0, 0.0, 0.0, 1.0, 1.0)
_LOSS = 0.932854  # of these, averaged

_SQUASHED = "Do the logits become probabilities once here, or twice?"
_LOSS_SLIPS = (
    (_LOSS * 5, "What happens to the loss when the batch is twice as large, and what should?"),
    (0.654164, _SQUASHED),
    (0.965216, "Which argument is the prediction, and which one the label?"),
    (3.700000, "Is this a regression, or a decision between two?"),
    (0.282934, "Is this a regression, or a decision between two?"),
    (-_LOSS, "Is this a number to be made small, or large?"),
    (_LOSS / math.log(2), "Which logarithm does the cross entropy take?"),
)


def _classification_loss_is_right(dcgan: Any) -> Iterator[Claim]:
    device = dcgan.tracked_noise.device
    logits = torch.tensor(_LOGITS, device=device).reshape(-1, 1).requires_grad_()
    labels = torch.tensor(_LABELS, device=device).reshape(-1, 1)
    with trying("`_classification_loss(logits, labels)`, both of shape (5, 1)"):
        loss = dcgan._classification_loss(logits * 1, labels.clone())
        reverse = dcgan._classification_loss(logits * 1, 1 - labels)
    yield claim(
        "`_classification_loss` gives a tensor with a single number",
        is_tensor(loss) and loss.numel() == 1,
        f"It gives {'a tensor of shape ' if is_tensor(loss) else ''}{shape_of(loss)}.",
        "What does `backward` start from?",
        "One number for the whole batch, and still a tensor, so that its gradient can be taken.",
    )
    yield claim(
        "it depends on the labels",
        not close(loss, reverse),
        "With all labels turned round the loss is the same.",
        "Where in your loss do the labels come in?",
        "The same logit is a good answer for label 1 and a bad one for label 0.",
    )
    yield claim(
        f"it is the cross entropy, averaged: {_LOSS:.4f} for the five logits of this check",
        abs(loss.item() / _LOSS - 1) < 1e-3,
        f"It is {loss.item():.4f}.",
        question_for(loss.item(), _LOSS_SLIPS)
        or "What does one logit of 0 cost, whatever its label? (Right: log 2 = 0.6931.)",
        "A logit is no probability yet. PyTorch has a cross entropy that starts from logits, and "
        "one that starts from probabilities; which argument is the prediction?",
    )
    far = torch.tensor([[300.0], [-300.0]], device=device)
    worst = dcgan._classification_loss(far, torch.tensor([[0.0], [1.0]], device=device))
    yield claim(
        "it stays right for logits of 300 and -300",
        is_number(worst) and abs(worst.item() - 300) < 1,
        f"For two wrong answers of that size it is {float(worst):.4f}, where 300 is right.",
        "What is the sigmoid of -300 in a computer, and what is its logarithm?",
        "Leave sigmoid and logarithm to the one function that does both at once.",
    )
    yield claim(
        "a gradient flows back to the logits",
        loss.requires_grad,
        "There is none.",
        "What in your function turns a tensor into a plain number, or cuts the graph?",
        "Leave everything a tensor, from the arguments to what you return.",
    )


# --- train ------------------------------------------------------------------------------------

STEPS_EACH, EPOCHS, BATCH = 3, 2, 8
STEPS = STEPS_EACH * EPOCHS
CODES = 64  # numbers in a code: 6 batches of 8 codes have 3,072 of them


@dataclass(frozen=True)
class _Painted:
    """A call of the generator."""

    code: Tensor
    images: Tensor
    training: bool


@dataclass(frozen=True)
class _Judged:
    """A call of the discriminator."""

    images: Tensor
    training: bool


@dataclass(frozen=True)
class _Step:
    """A step of an optimizer: what was there just before it."""

    optimizer: torch.optim.Optimizer
    weights: dict[str, dict[str, Tensor]]  # of both nets
    grads: dict[str, list[Tensor | None]]  # likewise
    events: list[_Painted | _Judged]  # since the step before
    net: str  # whose parameters it moves: "generator", "discriminator", "both" or "none"


@dataclass
class _Log:
    """What happened while the student's `train` ran."""

    steps: list[_Step] = field(default_factory=list)
    events: list[_Painted | _Judged] = field(default_factory=list)  # since the last step
    painted: list[_Painted] = field(default_factory=list)

    def judged_paintings(self) -> list[_Painted]:
        """The generator's calls whose images went into the discriminator."""
        everything = [event for step in self.steps for event in step.events]
        judged = torch.cat([e.images.flatten(1) for e in everything if isinstance(e, _Judged)])
        return [p for p in self.painted if (judged == p.images[:1].flatten(1)).all(1).any()]


def _as_images(rows: Tensor) -> Tensor:
    """(N, 3, 32, 32), between 0 and 1, of rows (N, 48): squares of 8 x 8 pixels."""
    squares = torch.sigmoid(rows).reshape(-1, 3, 4, 4)
    return squares.repeat_interleave(8, dim=2).repeat_interleave(8, dim=3)


def _small_nets(log: _Log) -> dict[str, Any]:
    """A generator and a discriminator without layers that draw lots or know their neighbours."""

    class Painter(nn.Module):
        def __init__(self, starting_shape: int) -> None:
            super().__init__()
            self.linear = nn.Linear(starting_shape, 3 * 4 * 4)
            nn.init.normal_(self.linear.weight, 0.0, 0.3)

        def forward(self, code: Tensor) -> Tensor:
            images = _as_images(self.linear(code))
            painted = _Painted(code.detach().clone(), images.detach().clone(), self.training)
            log.events.append(painted)
            log.painted.append(painted)
            return images

    class Judge(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(3 * 32 * 32, 6)
            self.linear = nn.Linear(6, 1)

        def forward(self, images: Tensor) -> Tensor:
            log.events.append(_Judged(images.detach().clone(), self.training))
            return self.linear(torch.tanh(self.hidden(images.flatten(1))))

    return {"Generator": Painter, "Discriminator": Judge}


@contextlib.contextmanager
def _noting_steps(dcgan: Any, log: _Log) -> Iterator[None]:
    nets = {"generator": dcgan._generator, "discriminator": dcgan._discriminator}

    def note(optimizer: torch.optim.Optimizer, _args: Any, _kwargs: Any) -> None:
        moves = [name for name, net in nets.items() if _of(optimizer, net)]
        log.steps.append(
            _Step(
                optimizer,
                {name: _copies(net) for name, net in nets.items()},
                {name: [_copy(p.grad) for p in net.parameters()] for name, net in nets.items()},
                list(log.events),
                moves[0] if len(moves) == 1 else "both" if moves else "none",
            )
        )
        log.events.clear()

    handle = register_optimizer_step_pre_hook(note)
    try:
        yield
    finally:
        handle.remove()


def _copies(net: nn.Module) -> dict[str, Tensor]:
    return {name: p.detach().clone() for name, p in net.named_parameters()}


def _copy(grad: Tensor | None) -> Tensor | None:
    return None if grad is None else grad.detach().clone()


@lab.exercise("train")
def train(DCGAN: type[nn.Module]) -> Iterator[Claim]:
    _is_the_class(DCGAN)
    broken = next((found for found in init(DCGAN) if not found.holds), None)
    yield claim(
        "what `train` builds on passes the check of `init`",
        broken is None,
        f"There this does not hold: {broken.says}." if broken else "",
        "What does the check of `init` say?",
        "Get that one right first, then run its cell and this one again.",
    )
    log = _Log()
    settings = {"num_epoch": EPOCHS, "batch_size": BATCH, "code_size": CODES}
    dcgan = _make(DCGAN, _small_nets(log), **settings, log_step=10_000, visualize_step=10_000)
    yield from _mode_switches(dcgan)

    reals = torch.rand(STEPS_EACH * BATCH, 3, 32, 32).to(dcgan.tracked_noise.device)
    what = f"`train(train_samples)`, {len(reals)} images in {STEPS_EACH} batches, {EPOCHS} epochs"
    nn.Module.train(dcgan, False)
    log.events.clear()
    with trying(what), silenced(), _noting_steps(dcgan, log):
        losses = dcgan.train(reals)
    yield from _both_take_turns(log, dcgan)
    yield from _fed_apart(log, reals)
    yield from _noise_is_fresh(log, dcgan)
    yield from _in_training_mode(log)
    recount = _Recount(dcgan, log, reals)
    yield from recount.discriminator_learns()
    yield from recount.generator_learns()
    yield from recount.losses_are_told(losses)


def _mode_switches(dcgan: Any) -> Iterator[Claim]:
    modes = []
    # Without the lines that tell the two apart it stops somewhere, or trains on a truth value.
    with contextlib.suppress(Exception), silenced():
        for switch in (dcgan.eval, dcgan.train, lambda: dcgan.train(False)):
            switch()
            modes.append(dcgan._generator.training)
    yield claim(
        "`dcgan.eval()`, `dcgan.train()` and `dcgan.train(False)` switch the mode",
        modes == [False, True, False],
        "They do not: your `train` hides the one that every module has.",
        "What stood at the top of `train` when you were given it?",
        "`train` without images has to do what it does in any other module.",
    )


def _both_take_turns(log: _Log, dcgan: Any) -> Iterator[Claim]:
    nets = [step.net for step in log.steps]
    counts = {name: nets.count(name) for name in ("discriminator", "generator")}
    strange = [net for net in nets if net not in counts]
    yield claim(
        "each step of an optimizer moves one of the two nets",
        not strange,
        "One moves both." if "both" in strange else "One moves neither of the DCGAN's nets.",
        "Which optimizer takes its step here, and whose parameters does it hold?",
        "Train with the two optimizers that `__init__` has made.",
    )
    yield claim(
        f"in {STEPS} steps each net is updated {STEPS} times",
        counts == {"discriminator": STEPS, "generator": STEPS},
        f"{EPOCHS} epochs of {STEPS_EACH} batches: the discriminator was updated "
        f"{counts['discriminator']} times, the generator {counts['generator']} times.",
        first_case(
            (not nets, "Who moves the weights along their gradients?"),
            (0 in counts.values(), "Who of the two never takes a step?"),
            (counts["discriminator"] != counts["generator"], "How often is each one's turn?"),
            (len(nets) == 2 * EPOCHS, "Once per batch, or once per epoch?"),
            otherwise="How many epochs and batches are there, and what happens for each?",
        ),
        "For each batch: one update of the discriminator, then one of the generator.",
    )
    yield claim(
        "first the discriminator is updated, then the generator",
        nets == STEPS * ["discriminator", "generator"],
        f"The first updates are those of the {', the '.join(nets[:4])}.",
        "Who learns first, and who answers to that?",
        "The generator is to be told by the discriminator as it is after its update.",
    )
    counts = {name: len({id(s.optimizer) for s in log.steps if s.net == name}) for name in counts}
    yield claim(
        "each net has one optimizer, the whole training through",
        all(count == 1 for count in counts.values())
        and {id(step.optimizer) for step in log.steps} == set(map(id, _optimizers(dcgan))),
        "Some steps are taken by an optimizer that is not one of the DCGAN's two.",
        "Adam remembers the gradients that it has seen. How long does yours live?",
        "`__init__` has made the two already.",
    )


def _kind(images: Tensor, reals: Tensor, fakes: Tensor) -> str:
    """What a batch holds: "real", "fake", "mixed", or "other" things."""
    rows = images.flatten(1) if images.dim() == 4 else images[:0].reshape(0, 1)
    if rows.shape[1] != reals[0].numel() or not len(rows):
        return "other"

    def among(those: Tensor) -> Tensor:
        some = slice(None, None, 31)  # of the pixels: a hundred are enough
        return (rows[:, None, some] == those.flatten(1)[None, :, some]).all(-1).any(1)

    real, fake = among(reals), among(fakes)
    if not bool((real | fake).all()):
        return "other"
    return "real" if bool(real.all()) else "fake" if bool(fake.all()) else "mixed"


def _batches(step: _Step, reals: Tensor, fakes: Tensor) -> list[tuple[str, Tensor]]:
    """What the discriminator was fed before this step: what kind of images, and these."""
    fed = [event.images for event in step.events if isinstance(event, _Judged)]
    return [(_kind(images, reals, fakes), images) for images in fed]


def _fed_apart(log: _Log, reals: Tensor) -> Iterator[Claim]:
    fakes = torch.cat([painted.images for painted in log.painted] or [reals[:0]])
    first = [_batches(step, reals, fakes) for step in log.steps if step.net == "discriminator"]
    kinds = [[kind for kind, _ in fed] for fed in first]
    everything = [kind for step in log.steps for kind, _ in _batches(step, reals, fakes)]
    yield claim(
        "real images and fakes are fed to the discriminator apart",
        "mixed" not in everything,
        "It got both in one batch.",
        "BatchNorm takes mean and spread from the batch that it sees. Whose are they, if real "
        "images and fakes sit in one?",
        "Two batches, one after the other, each with its own scores.",
    )
    yield claim(
        "all that it is fed is images: real ones as they come, or what the generator made",
        "other" not in everything,
        "It got something else.",
        "What exactly goes into the discriminator in each line?",
        "A real image is fed as it comes from the batch, a fake as the generator made it.",
    )
    yield claim(
        "before each of its updates it judges the batch of real images, and fakes",
        all("real" in fed and "fake" in fed for fed in kinds),
        f"Before its first update it judged: {', '.join(kinds[0]) or 'nothing'}.",
        first_case(
            (any("fake" not in fed for fed in kinds), "How does it come to know what a fake is?"),
            otherwise="How does it come to know what a real image is?",
        ),
        "It learns from both: that these are real, and that those are not.",
    )
    yield claim(
        "before each of the generator's updates it judges fakes, and nothing else",
        all(
            {kind for kind, _ in _batches(step, reals, fakes)} == {"fake"}
            for step in log.steps
            if step.net == "generator"
        ),
        "After its own update it judged something else, or nothing.",
        "On whose images does the generator want to hear a judgement, and from which "
        "discriminator: the one before its update, or after?",
        "What the generator can change is its fakes. Have them judged by the discriminator that "
        "has just learned.",
    )
    yield claim(
        "there are as many fakes as real images in each batch",
        all(len(images) == BATCH for fed in first for _, images in fed),
        f"With batch_size = {BATCH} some batch has another size.",
        "How many codes do you draw?",
        "As many fakes as there are real images in the batch.",
    )


def _noise_is_fresh(log: _Log, dcgan: Any) -> Iterator[Claim]:
    codes = [painted.code for painted in log.judged_paintings()]
    yield claim(
        "codes have the shape (batch size, `code_size`)",
        all(code.shape == (BATCH, CODES) for code in codes),
        f"With batch_size = {BATCH} and code_size = {CODES} there is one of another shape.",
        "How many codes are there, and how many numbers are in each?",
        "One row for each fake.",
    )
    tracked = any(
        bool((code[:, None] == dcgan.tracked_noise[None]).all(-1).any()) for code in codes
    )
    per_step = len(codes) // STEPS
    again = not per_step or any(torch.equal(codes[0], code) for code in codes[per_step:])
    alone = all(len(code.unique(dim=0)) == BATCH for code in codes)
    yield claim(
        "each step draws new codes, a different one for each fake",
        alone and not (tracked or again),
        first_case(
            (tracked, "They are those of `tracked_noise`."),
            (again, "The same codes come again and again."),
            otherwise="In one batch some fakes have the same code.",
        ),
        "If the generator meets only a few codes, what does it have to learn about all the others?",
        "Where in the loop are the codes drawn, and how often is that line reached?",
    )
    drawn = torch.cat(codes[::per_step]).flatten()
    mean, spread = drawn.mean().item(), drawn.std().item()
    n = len(drawn)
    inside = ((drawn.abs() < 1).float().mean() - 0.6827).abs().item()  # of a normal law
    yield claim(
        "the codes are drawn from the standard normal distribution",
        abs(mean) < 5 / math.sqrt(n)
        and abs(spread - 1) < 5 / math.sqrt(2 * n)
        and inside < 5 * 0.4654 / math.sqrt(n),
        f"Their mean is {mean:.2f}, their standard deviation {spread:.2f}.",
        "Which law do your codes follow: a bell around 0, or equal chances on an interval?",
        "torch draws from many laws. Later, codes are looked for around 0, with spread 1.",
    )


def _in_training_mode(log: _Log) -> Iterator[Claim]:
    judged = [e for step in log.steps for e in step.events if isinstance(e, _Judged)]
    yield claim(
        "both nets are in training mode at each step",
        all(e.training for e in judged) and all(p.training for p in log.judged_paintings()),
        "The check had them in evaluation mode before, and at some step one still is.",
        "In evaluation mode BatchNorm uses old statistics and gathers no new ones. Who switches "
        "back, after somebody has looked at samples?",
        "See to the mode where you train, before anything is fed to the nets.",
    )


Grads = list[Tensor]


class _Recount:
    """The right gradients and losses of each step, from the weights and batches that were there."""

    def __init__(self, dcgan: Any, log: _Log, reals: Tensor) -> None:
        self.nets = {"generator": dcgan._generator, "discriminator": dcgan._discriminator}
        self.painted = list(log.painted)
        fakes = torch.cat([painted.images for painted in log.painted])
        self.turns: list[tuple[_Step, _Step, Tensor, Tensor, Tensor]] = []
        for first, second in zip(log.steps[::2], log.steps[1::2], strict=True):
            fed = dict(_batches(first, reals, fakes))
            judged = _batches(second, reals, fakes)[-1][1]
            self.turns.append((first, second, fed["real"], fed["fake"], self._code_of(judged)))

    def _code_of(self, fakes: Tensor) -> Tensor:
        return next(p.code for p in self.painted if torch.equal(p.images, fakes))

    def _loss(self, logits: Tensor, label: float) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))

    def _set(self, step: _Step) -> None:
        """The nets as they were at this step."""
        for name, net in self.nets.items():
            net.load_state_dict(step.weights[name])

    def _grads(self, name: str, images: Tensor, label: float, squash: bool = False) -> Grads:
        """The gradient for a net where the discriminator is to say `label` of these images."""
        logits = self.nets["discriminator"](images)
        loss = self._loss(torch.sigmoid(logits) if squash else logits, label)
        return list(torch.autograd.grad(loss, list(self.nets[name].parameters())))

    def discriminator_learns(self) -> Iterator[Claim]:
        """Its gradient is that of both losses: real images are called real, fakes fake."""
        me, seen = "discriminator", []
        for step, _, real, fake, _ in self.turns:
            self._set(step)
            of_real = {label: self._grads(me, real, label) for label in (REAL, FAKE)}
            of_fake = {label: self._grads(me, fake, label) for label in (REAL, FAKE)}
            squashed = self._grads(me, real, REAL, True), self._grads(me, fake, FAKE, True)
            right = _sum(of_real[REAL], of_fake[FAKE])
            slips = {
                "swapped": _sum(of_real[FAKE], of_fake[REAL]),
                "all real": _sum(of_real[REAL], of_fake[REAL]),
                "all fake": _sum(of_real[FAKE], of_fake[FAKE]),
                "real alone": of_real[REAL],
                "fake alone": of_fake[FAKE],
                "uphill": [-grad for grad in right],
                "squashed": _sum(*squashed),
            }
            seen.append(_case(step.grads[me], right, slips))
        yield claim(
            "the discriminator learns to call real images real, and fakes fake",
            all(case == "right" for case in seen),
            _SEEN[_worst(seen)],
            _QUESTIONS["discriminator"][_worst(seen)],
            "Its loss is a sum of two: what it says of the real batch against the label for real, "
            "and what it says of the fakes against the label for fake. Its gradients are cleared "
            "before they are computed, and between that and its step nothing else flows into them.",
        )

    def generator_learns(self) -> Iterator[Claim]:
        """Its gradient is that of one loss: the discriminator, after its update, says "real"."""
        me, painter, seen = "generator", self.nets["generator"], []
        for first, step, _, fake, code in self.turns:
            self._set(first)
            old_judge = self._grads(me, painter(code), REAL)
            leaked = self._grads(me, painter(self._code_of(fake)), FAKE)
            self._set(step)
            right = self._grads(me, painter(code), REAL)
            wrong = self._grads(me, painter(code), FAKE)
            slips = {
                "towards fake": wrong,
                "away from fake": [-grad for grad in wrong],
                "leak": _sum(right, leaked),
                "old judge": old_judge,
                "squashed": self._grads(me, painter(code), REAL, True),
                "uphill": [-grad for grad in right],
            }
            seen.append(_case(step.grads[me], right, slips))
        yield claim(
            "the generator learns to have its fakes called real",
            all(case == "right" for case in seen),
            _SEEN[_worst(seen)],
            _QUESTIONS["generator"][_worst(seen)],
            "The generator's loss is what the discriminator, as it is after its update, says of "
            "the fakes, against the label for real. Its gradients hold that and nothing else.",
        )

    def losses_are_told(self, losses: Any) -> Iterator[Claim]:
        names = ["discriminator", "generator"]
        is_dict = isinstance(losses, dict)
        yield claim(
            'it returns {"discriminator": [...], "generator": [...]}',
            is_dict and sorted(losses) == names,
            f"It returns {type_of(losses)}"
            + (f" with {', '.join(map(repr, losses))}." if is_dict else "."),
            "What stood in the last line when you were given the function?",
            "A dictionary of two lists, one for each net.",
        )
        told = {name: list(losses[name]) for name in names}
        yield claim(
            f"each list has a plain number for each of the {STEPS} steps",
            all(len(values) == STEPS and all(map(is_number, values)) for values in told.values()),
            f"They have {len(told['discriminator'])} and {len(told['generator'])} entries.",
            "How many steps are there, and what do you keep of each of them?",
            "A step leaves two numbers behind, the loss of either net.",
        )
        alive = [v for values in told.values() for v in values if is_tensor(v) and v.requires_grad]
        yield claim(
            "they hold on to nothing",
            not alive,
            "They are tensors that still hang on the graph from which they were computed.",
            "What does each loss in your list keep alive, and for how long?",
            "A tensor with a gradient holds on to all that it was computed from. Take out the "
            "number.",
        )
        right = self._right_losses()
        for name in names:
            found = [float(v) for v in told[name]]
            ratio = found[0] / right[name][0]
            yield claim(
                f"those of the {name} are right"
                + (": the sum for real images and for fakes" if name == names[0] else ""),
                all(
                    math.isclose(a, b, rel_tol=1e-3)
                    for a, b in zip(found, right[name], strict=True)
                ),
                f"They are {numbers(found)}; {numbers(right[name])} is right.",
                "Is it the sum of the two losses, or their mean?"
                if abs(ratio - 0.5) < 1e-3
                else "Which loss do you keep, and is it that of this very step?",
                "What is kept is what the step's gradients were computed from.",
            )

    def _right_losses(self) -> dict[str, list[float]]:
        judge, painter = self.nets["discriminator"], self.nets["generator"]
        found: dict[str, list[float]] = {"discriminator": [], "generator": []}
        with torch.no_grad():
            for first, second, real, fake, code in self.turns:
                self._set(first)
                both = self._loss(judge(real), REAL) + self._loss(judge(fake), FAKE)
                found["discriminator"].append(both.item())
                self._set(second)
                found["generator"].append(self._loss(judge(painter(code)), REAL).item())
        return found


_SEEN = {
    "none": "It has no gradients when its optimizer steps.",
    "left over": "The first step is right. In later ones its gradients hold more than they should.",
    "swapped": "It learns to call real images fake, and fakes real.",
    "all real": "It learns to call everything real.",
    "all fake": "It learns to call everything fake.",
    "real alone": "It learns from real images alone.",
    "fake alone": "It learns from fakes alone.",
    "uphill": "It is moved to where its loss is larger.",
    "squashed": "Its gradients are those of logits that were squashed before the loss.",
    "towards fake": "It learns to have its fakes called fake.",
    "away from fake": "It learns to have its fakes not called fake, which is another loss.",
    "leak": "Its gradients hold what the discriminator's loss has left there.",
    "old judge": "It listens to the discriminator from before its update.",
    "other": "Its gradients are others.",
    "right": "",
}
_LEFT_OVER = "What does `backward` do with gradients that are there already, and who clears these?"
_QUESTIONS = {
    "discriminator": {
        "none": "Between which two lines do the discriminator's gradients come to be, or get lost?",
        "left over": _LEFT_OVER + " (The generator's `backward` passes through here as well.)",
        "swapped": "Which label stands for real, and which images get it?",
        "all real": "Which label do the fakes get here?",
        "all fake": "Which label do real images get here?",
        "real alone": "Which of the two losses does it learn from?",
        "fake alone": "Which of the two losses does it learn from?",
        "uphill": "Is its loss to be made small, or large?",
        "squashed": "The loss starts from logits. What happens to them before?",
        "other": "What is its loss a sum of, and is each part computed once?",
        "right": "",
    },
    "generator": {
        "none": "On the way from the loss back to the generator: where is the graph cut, and for "
        "whose step should it be?",
        "left over": _LEFT_OVER,
        "towards fake": "What does the generator want to hear about its fakes?",
        "away from fake": "Early on, all fakes are found out. What is the slope of log(1 - p) at "
        "p = 0, and what is that of -log p?",
        "leak": "Does the discriminator's loss flow on into the generator, and who clears up?",
        "old judge": "By which discriminator are the fakes judged: before its update, or after?",
        "squashed": "The loss starts from logits. What happens to them before?",
        "uphill": "Is its loss to be made small, or large?",
        "other": "Which one loss does the generator learn from, and is it computed once?",
        "right": "",
    },
}


def _sum(a: Grads, b: Grads) -> Grads:
    return [x + y for x, y in zip(a, b, strict=True)]


def _case(found: Sequence[Tensor | None], right: Grads, slips: Mapping[str, Grads]) -> str:
    """Which of these the gradients that were found are, but for rounding and for one factor.

    The factor 1/2 is that of a mean of the two losses: Adam does not see it.
    """
    if all(grad is None or not grad.any() for grad in found):
        return "none"
    pairs = zip(found, right, strict=True)
    row = torch.cat([(torch.zeros_like(r) if g is None else g).flatten() for g, r in pairs])
    for name, grads in {"right": right, **slips}.items():
        wanted = torch.cat([grad.flatten() for grad in grads])
        if any((row - f * wanted).norm() < 1e-3 * (f * wanted).norm() for f in (1.0, 0.5)):
            return name
    return "other"


def _worst(cases: Sequence[str]) -> str:
    """What to speak of: what is wrong from the first step on, or else what comes later."""
    if cases[0] != "right":
        return cases[0]
    return "left over" if any(case != "right" for case in cases) else "right"


# --- spectral_norm ----------------------------------------------------------------------------


@lab.exercise("spectral_norm")
def spectral_norm(SpectralDiscriminator: type[nn.Module]) -> Iterator[Claim]:
    if not isinstance(SpectralDiscriminator, type):
        raise WrongUsage("The check wants the class itself: `SpectralDiscriminator`, uncalled.")
    device = device_of(SpectralDiscriminator)
    with trying("`SpectralDiscriminator()`"):
        judge = SpectralDiscriminator().to(device)
    images = torch.rand(2, 3, 32, 32, device=device)
    with trying("`SpectralDiscriminator()(images)`, images of shape (2, 3, 32, 32)"):
        logits = judge(images)
    yield claim(
        "it gives a logit for each image",
        is_tensor(logits) and logits.shape == (2, 1),
        f"For 2 images it gives {shape_of(logits)}.",
        "What does the `Discriminator` above give, and what have you changed of it?",
        "Only the weights of its convolutions are to be treated. Layers and `forward` stay.",
    )
    layers = [module for module in judge.modules() if isinstance(module, nn.Conv2d)]
    norms = [module for module in judge.modules() if isinstance(module, nn.BatchNorm2d)]
    yield claim(
        "it has the layers of `Discriminator`: three convolutions, two BatchNorm",
        (len(layers), len(norms)) == (3, 2),
        f"It has {len(layers)} convolutions and {len(norms)} BatchNorm layers.",
        "Which layers has the `Discriminator` above?",
        "Take its layers as they are, and treat the weights of the convolutions.",
    )
    _run(judge, images)
    found = [_largest(layer) for layer in layers]
    treated = [_is_one(value) for value in found]
    yield claim(
        "the largest singular value of each convolution is 1",
        all(treated),
        f"Those of the three are {numbers(found)}.",
        first_case(
            (not any(treated), "Has the norm been put around the layers that `forward` uses?"),
            (not all(treated), "Which convolutions are left out?"),
            otherwise="What is it that should be 1?",
        ),
        "PyTorch can do it to a layer, so that it holds at each step. Walk through all modules of "
        "the discriminator: which of them are convolutions?",
    )
    with torch.no_grad():
        for layer in layers:
            for parameter in layer.parameters():
                parameter.mul_(5)
    _run(judge, images)
    found = [_largest(layer) for layer in layers]
    yield claim(
        "and it stays 1 when training moves the weights",
        all(map(_is_one, found)),
        f"With weights five times as large they are {numbers(found)}.",
        "Was the weight divided by its norm once, or is that done at each use?",
        "The norm has to be part of the layer: an optimizer moves the weights at every step.",
    )
    yield claim(
        "BatchNorm is left as it is",
        all(sum(1 for _ in layer.parameters()) == 2 and _is_plain(layer) for layer in norms),
        "Some BatchNorm layer has got a norm of its own.",
        "Which layers does the text speak of?",
        "A BatchNorm has one number for each channel, and no matrix whose norm would mean much.",
    )


def _run(judge: nn.Module, images: Tensor) -> None:
    """Often enough for a power iteration to settle, as in training."""
    judge.train()
    layers = [module for module in judge.modules() if isinstance(module, nn.Conv2d)]
    with torch.no_grad():
        for _ in range(20):
            judge(images)
        for layer in layers * 100:
            layer(images.new_zeros(1, layer.in_channels, 4, 4))


def _is_one(norm: float) -> bool:
    """A power iteration comes from below: what is divided by its result is rather too large."""
    return 0.98 < norm < 1.1


def _largest(layer: nn.Module) -> float:
    weight: Any = layer.weight
    return float(torch.linalg.matrix_norm(weight.detach().flatten(1), 2))


def _is_plain(layer: nn.Module) -> bool:
    return {name for name, _ in layer.named_parameters()} == {"weight", "bias"}


# --- reconstruct ------------------------------------------------------------------------------

VIS_RATE = 0.02  # where the notebook has 0.01
VIS_STEPS = 80  # where it has 500
COUNT = 5  # images


@dataclass
class _Search:
    """What the generator was asked while the student's `reconstruct` ran."""

    codes: list[Tensor] = field(default_factory=list)  # those of which a gradient can be taken
    trained: list[bool] = field(default_factory=list)  # the mode at each call
    last: list[Tensor] = field(default_factory=list)  # the last two answers


def _searched_net(search: _Search) -> type[nn.Module]:
    class Painter(nn.Module):
        """With a BatchNorm, so that its mode makes a difference."""

        def __init__(self, starting_shape: int) -> None:
            super().__init__()
            self.linear = nn.Linear(starting_shape, 16)
            self.norm = nn.BatchNorm1d(16)
            self.out = nn.Linear(16, 3 * 4 * 4)
            nn.init.normal_(self.out.weight, 0.0, 0.5)
            nn.init.constant_(self.norm.get_buffer("running_mean"), 0.3)

        def forward(self, code: Tensor) -> Tensor:
            h = torch.tanh(self.norm(self.linear(code)))
            images = _as_images(self.out(h))
            search.trained.append(self.training)
            if torch.is_grad_enabled():
                search.codes.append(code.detach().clone())
            search.last = [*search.last[-1:], images.detach()]
            return images

    return Painter


@lab.exercise("reconstruct")
def reconstruct(DCGAN: type[nn.Module]) -> Iterator[Claim]:
    _is_the_class(DCGAN)
    search = _Search()
    nets = {**_small_nets(_Log()), "Generator": _searched_net(search)}
    dcgan = _make(DCGAN, nets, code_size=CODE, vis_learning_rate=VIS_RATE, vis_steps=VIS_STEPS)
    device = dcgan.tracked_noise.device
    yield from _reconstruction_loss_is_right(dcgan)

    nn.Module.train(dcgan, False)
    code = torch.linspace(-1.5, 1.5, COUNT * CODE, device=device).reshape(COUNT, CODE)
    with torch.no_grad():
        samples = dcgan._generator(code)  # which can be reached
    nn.Module.train(dcgan, True)
    search.codes.clear()
    search.trained.clear()
    before = {name: value.clone() for name, value in dcgan.state_dict().items()}
    with trying(f"`reconstruct(samples)`, samples of shape {tuple(samples.shape)}"), silenced():
        found = dcgan.reconstruct(samples.clone())
    seen = _Search(list(search.codes), list(search.trained), list(search.last))
    yield from _is_a_pair(found)
    yield from _generator_is_left_alone(dcgan, before, seen)
    yield from _codes_are_searched(seen, dcgan)
    yield from _search_succeeds(found, seen, samples, dcgan)
    of_array: Any = None
    with silenced():
        try:
            of_array = float(dcgan.reconstruct(samples.cpu().double().numpy())[0])
            told = f"Of an array with the same images the loss is {of_array:.4f}."
        except Exception as error:
            told = f"With an array it stops: {type(error).__name__}: {error}."
    yield claim(
        "`samples` may be an array of NumPy as well",
        of_array is not None and abs(of_array - float(found[0])) < 1e-3,
        told,
        "What is made of `samples` before anything is computed with it?",
        "A tensor of float32, on the device of the nets.",
    )


def _reconstruction_loss_is_right(dcgan: Any) -> Iterator[Claim]:
    device = dcgan.tracked_noise.device
    x = torch.linspace(0, 1, 2 * 3 * 32 * 32, device=device).reshape(2, 3, 32, 32)
    guess = (x.flip(0) * 0.6).requires_grad_()
    with trying("`_reconstruction_loss(reconstruction, x)`, both of shape (2, 3, 32, 32)"):
        loss = dcgan._reconstruction_loss(guess * 1, x.clone())
    right = (guess - x).square().mean().item()
    yield claim(
        "`_reconstruction_loss` gives a tensor with a single number",
        is_tensor(loss) and loss.numel() == 1,
        f"It gives {'a tensor of shape ' if is_tensor(loss) else ''}{shape_of(loss)}.",
        "How far from the images is the whole batch, in one number?",
        "One number, and still a tensor, so that its gradient can be taken.",
    )
    slips = (
        (right * x.numel(), "What happens to your loss when there are twice as many images?"),
        (right * x[0].numel(), "How many pixels are summed over, and should they be?"),
        (right * x.numel() / 2 / 2, "How many pixels are summed over, and should they be?"),
        (math.sqrt(right), "Is there a root in a mean of squares?"),
        ((guess - x).abs().mean().item(), "Is the difference squared?"),
        (right / 2, "By what is your mean divided?"),
    )
    yield claim(
        f"it is the mean of the squared differences: {right:.4f} for the check's images",
        abs(loss.item() / right - 1) < 1e-3,
        f"It is {loss.item():.4f}.",
        question_for(loss.item(), slips)
        or "What is the loss of a plain grey image against a plain white one? (Right: 0.25.)",
        "Subtract, square, and average over everything there is.",
    )


def _is_a_pair(found: Any) -> Iterator[Claim]:
    pair = isinstance(found, tuple | list) and len(found) == 2
    yield claim(
        "it returns two things: the loss and the images",
        pair,
        f"It returns {type_of(found)}"
        + (f" of {len(found)}." if isinstance(found, tuple) else "."),
        "What does the last line return?",
        "A number that says how near the images come, and the images.",
    )
    loss, images = found
    yield claim(
        f"the loss is one number, the images have the shape of the samples, ({COUNT}, 3, 32, 32)",
        is_number(loss) and is_tensor(images) and images.shape == (COUNT, 3, 32, 32),
        f"It returns {type_of(loss)} and {shape_of(images)}.",
        first_case(
            (is_tensor(loss) and loss.dim() == 4, "Which of the two comes first?"),
            (
                is_tensor(images) and images.shape[:1] == (1,),
                "How many images are to be found, and how many codes do you look for?",
            ),
            otherwise="What is averaged here, and what is left as it is?",
        ),
        "The loss is averaged over all images; of the images there is one for each sample.",
    )
    alive = [thing for thing in found if is_tensor(thing) and thing.requires_grad]
    yield claim(
        "neither of them carries a graph",
        not alive,
        "What is returned still hangs on the graph from which it was computed.",
        "Who will ever differentiate what you return, and what does its graph keep alive?",
        "Take the number out of the loss; and the last images can be made where no graph is kept.",
    )


def _generator_is_left_alone(
    dcgan: Any, before: Mapping[str, Tensor], seen: _Search
) -> Iterator[Claim]:
    now = dcgan.state_dict()
    weights = [
        name for name, _ in dcgan.named_parameters() if not torch.equal(now[name], before[name])
    ]
    yield claim(
        "the nets keep their weights",
        not weights,
        f"Others afterwards: `{weights[0]}`." if weights else "",
        "Whose parameters does your optimizer move?",
        "What is looked for is a code. The generator only says what it would look like.",
    )
    yield claim(
        "the generator is asked at all",
        bool(seen.trained),
        "It was not called once.",
        "Who makes an image of a code?",
        "Images that are found are images that the generator makes.",
    )
    yield claim(
        "the generator is in evaluation mode",
        not any(seen.trained),
        f"At {sum(seen.trained)} of {len(seen.trained)} calls it was in training mode.",
        "In training mode the image of one code depends on the other codes in the batch. Does "
        "that make sense here?",
        "See to the mode before the first step, as `actmax` does.",
    )
    yield claim(
        "its BatchNorm statistics stay as well",
        all(torch.equal(now[name], value) for name, value in before.items()),
        "They are others afterwards.",
        "What does BatchNorm gather in training mode?",
        "See to the mode before the first step, as `actmax` does.",
    )


def _codes_are_searched(seen: _Search, dcgan: Any) -> Iterator[Claim]:
    codes = seen.codes
    shape = (COUNT, CODE)
    yield claim(
        f"there is a code for each sample, {shape} here",
        bool(codes) and all(code.shape == shape for code in codes),
        f"The generator got codes of shape {tuple(codes[0].shape)}."
        if codes
        else "With gradients on, the generator was never called.",
        "How many codes are looked for, and how many numbers does each have?",
        "One row for each sample, of `code_size` numbers.",
    )
    yield claim(
        "the codes start at zero",
        not codes[0].any(),
        f"At first they go from {codes[0].min():.3f} to {codes[0].max():.3f}.",
        "Where does the text say that the search begins?",
        "In the middle of all codes that the generator has ever met.",
    )
    moved = len(codes) > 1 and not torch.equal(codes[0], codes[1])
    yield claim(
        "the codes move",
        moved,
        "After the first step they are where they were.",
        "What does the optimizer hold, and who gives that thing its gradient? And is it made anew "
        "in each step?",
        "One tensor of codes for the whole search; it needs a gradient, and the optimizer must "
        "know it.",
    )
    first = (codes[1] - codes[0]).abs()
    yield claim(
        "the optimizer is Adam with learning rate `vis_learning_rate`",
        abs(first.max().item() / VIS_RATE - 1) < 0.02,
        f"With `vis_learning_rate` = {VIS_RATE} the codes moved by at most {first.max():.4f} in "
        "the first step, where Adam moves by its learning rate.",
        first_case(
            (
                abs(first.max().item() - 1e-3) < 1e-4,
                "Which learning rate does Adam take if nobody tells it one?",
            ),
            (
                abs(first.max().item() - 1e-2) < 1e-3,
                "Is the rate written there as a number, or taken from the class?",
            ),
            otherwise="Which optimizer, and which rate?",
        ),
        "The worked example above does the same for another aim.",
    )
    yield claim(
        "`vis_steps` steps are taken",
        len(codes) in {n + last for n in (VIS_STEPS, 500) for last in (0, 1)},
        f"With `vis_steps` = {VIS_STEPS} the generator was called {len(codes)} times.",
        "How many steps does the text ask for?",
        "One call of the generator for each step, and one for the images in the end.",
    )


def _search_succeeds(found: Any, seen: _Search, samples: Tensor, dcgan: Any) -> Iterator[Claim]:
    loss, images = float(found[0]), found[1].detach()
    yield claim(
        "the images are what the generator makes of the codes in the end",
        any(close(images, last) for last in seen.last),
        "They are none of its last images.",
        "Of which codes do you return the images?",
        "After the last step the generator draws what the search has found.",
    )
    right = (images.to(samples) - samples).square().mean().item()
    start = (_images_of(dcgan, torch.zeros_like(seen.codes[0])) - samples).square().mean().item()
    yield claim(
        "the loss is that of these images, averaged over pixels and images",
        abs(loss - right) < 0.05 * right + 1e-5,
        f"It is {loss:.5f}; these images have {right:.5f}.",
        question_for(
            loss / right,
            (
                (samples.numel(), "Is the loss that you return a sum, or a mean?"),
                (len(samples), "Is the loss that you return a sum, or a mean?"),
            ),
        )
        or "Which loss do you return, and of which moment of the search?",
        "The loss of the images that you return, or of those one step before.",
    )
    goal = _reference_search(dcgan, samples)
    yield claim(
        "the search comes as near as it can",
        right < 1.1 * goal + 1e-5,
        f"It begins with a loss of {start:.4f} and ends at {right:.5f}; {goal:.5f} can be reached.",
        first_case(
            (
                right > 0.9 * start,
                "Does the loss become smaller from step to step? And are the "
                "old gradients gone before the new ones come?",
            ),
            otherwise="What happens in one step, and are the gradients of the step before gone by "
            "then?",
        ),
        "Draw the images, compare, clear the old gradients, compute the new ones, step.",
    )


def _images_of(dcgan: Any, code: Tensor) -> Tensor:
    nn.Module.train(dcgan, False)
    with torch.no_grad():
        return dcgan._generator(code)  # type: ignore[no-any-return]


def _reference_search(dcgan: Any, samples: Tensor) -> float:
    """The loss that the right search ends with."""
    nn.Module.train(dcgan, False)
    code = torch.zeros(len(samples), CODE, device=samples.device, requires_grad=True)
    optimizer = torch.optim.Adam([code], lr=VIS_RATE)
    for _ in range(dcgan.vis_steps):
        loss = F.mse_loss(dcgan._generator(code), samples)
        (code.grad,) = torch.autograd.grad(loss, [code])
        optimizer.step()
    return F.mse_loss(_images_of(dcgan, code), samples).item()
