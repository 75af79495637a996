"""The training loop of two adversaries, judged by what it does to nets that record it.

    game = Game(model, images, steps=3)
    returned = model.train(images)
    game.end()
    assert_told_apart(game)

`model` is the student's DCGAN with nets and optimizers of its own, but what the nets compute is
computed here, by call-back, from a few of their own parameters. So we see everything in its order:
each call and what it was given, each gradient that comes back, and what either net was like at that
moment, hence when which of them was updated, and by whose gradient.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.checks import assert_tensor, observe
from autograder.checks.loops import assert_losses
from autograder.student import Handle, Name, Seen

Net = Literal["generator", "discriminator"]
NETS: tuple[Net, Net] = ("generator", "discriminator")
SHAPE = (3, 32, 32)
SHADES = 8  # parts of an image, interleaved
PATTERN = torch.linspace(-1, 1, 3 * 32 * 32 // SHADES).repeat_interleave(SHADES)
MOST_CALLS = 15  # of the nets in one iteration; four are needed
EVERY = 61  # a pixel out of so many tells which image it is


# --- what the nets compute ------------------------------------------------------------------------


def paint(codes: Tensor, weights: Tensor, push: Tensor) -> Tensor:
    """The recording generator: an image (3, 32, 32) in (0, 1) of each code, (N, Z)."""
    shades = codes[:, :SHADES] / 2 + push * weights
    return torch.sigmoid(PATTERN + shades.repeat(1, len(PATTERN) // SHADES)).reshape(-1, *SHAPE)


def shades_of(images: Tensor) -> Tensor:
    """How bright each of the eight parts of the images is, around zero: (N, 8)."""
    return images.reshape(len(images), -1, SHADES).mean(dim=1) - 0.5


def judge(images: Tensor, weights: Tensor) -> Tensor:
    """The recording discriminator: logits (N, 1), spread in the same way for any batch."""
    base = torch.linspace(-1, 1, len(images)) if len(images) > 1 else torch.zeros(1)
    return (base + shades_of(images) @ weights).unsqueeze(1)


def draw_images(count: int) -> Tensor:
    """Images (count, 3, 32, 32), each with shades of its own well off the middle, and grain."""
    side = torch.randint(2, (count, SHADES)) * 2 - 1
    brightness = 0.5 + side * (0.1 + 0.2 * torch.rand(count, SHADES))
    grain = torch.rand(count, len(PATTERN)) * 0.4 - 0.2
    shaded = brightness.repeat(1, len(PATTERN) // SHADES) + grain
    return shaded.clamp(0, 1).reshape(-1, *SHAPE)


# --- what is recorded -----------------------------------------------------------------------------


@dataclass
class Call:
    """One call of a net: what it got and gave, and what it was like at that moment."""

    net: Net
    given: Tensor
    gave: Tensor
    training: bool
    attached: bool  # whether a gradient can go on to what made its input
    weights: Tensor
    push: Tensor  # of the generator: how its weights enter


@dataclass
class Event:
    """A call, or a gradient that came back to it; and both nets' weights just then."""

    call: Call
    gradient: Tensor | None
    weights: dict[Net, Tensor]
    kind: str = ""  # of a gradient: see Game.story


@dataclass
class Segment:
    """The gradients that came back before an update, and which nets were updated then."""

    events: list[Event] = field(default_factory=list)
    updated: set[Net] = field(default_factory=set)

    def of_generator(self) -> list[Event]:
        """The gradients that came back to logits of fakes for the generator's sake."""
        return [event for event in self.events if self._whose(event) == "generator"]

    def of_discriminator(self) -> list[Event]:
        """The gradients that came back to logits for the discriminator's sake.

        What pulls fakes towards "real" beside others that pull them towards "fake" is not: that
        is the generator's loss, which was to go on to the generator and did not.
        """
        own = [event for event in self.events if self._whose(event) == "discriminator"]
        if any(event.kind == "F0" for event in own):
            return [event for event in own if event.kind != "F1"]
        return own

    def _whose(self, event: Event) -> Net | None:
        if event.call.net == "generator":
            return None
        if not event.kind.startswith("F") or not event.call.attached:
            return "discriminator"
        if len(self.updated) == 1:
            return next(iter(self.updated))
        return "generator" if event.kind == "F1" else "discriminator"


class Enough(Exception):
    """More was seen than a right loop does; there is no need to go on."""


class Game:
    """The two nets of a student's DCGAN from now on, and all that happens to them."""

    def __init__(self, model: Handle, real: Tensor, steps: int) -> None:
        """real: the images that the loop gets; steps: how many iterations it is to make."""
        self.real = real
        self._enough = MOST_CALLS * steps
        self.tracked = assert_tensor(model.tracked_noise.read(), what="tracked_noise").detach()
        self.code_size = self.tracked.shape[1]
        self._where: dict[Net, Name] = {}
        self._events: list[Event] = []
        self._calls: list[Call] = []
        self._last: dict[Net, Tensor] = {}
        starts = (torch.zeros(SHADES), 0.1 + 0.1 * torch.rand(SHADES))
        for net, start in zip(NETS, starts, strict=True):
            self._set_up(model.at(f"_{net}"), net, start)

    def _set_up(self, module: Name, net: Net, start: Tensor) -> None:
        """Let a net compute here, from eight numbers of one of its parameters, set to `start`."""
        lists = {name: shape[0] for name, shape in module.shapes().items() if len(shape) == 1}
        name = min((n for n, size in lists.items() if size >= SHADES), key=lists.__getitem__)
        self._where[net] = module.at(name)
        with torch.no_grad():
            values = self._where[net].read().detach().clone()
            values[:SHADES] = start * (torch.randint(2, (SHADES,)) * 2 - 1)
            self._where[net].data.copy_(values)
        module.compute(self._generate if net == "generator" else self._judge, [name])

    def weights(self, net: Net) -> Tensor:
        """A net's eight weights, as they are now."""
        value = self._where[net].read()
        assert isinstance(value, Tensor) and value.numel() >= SHADES, f"The {net} is gone."
        return value.detach().flatten()[:SHADES].clone()

    # --- the nets -----------------------------------------------------------------------------

    def _generate(self, seen: Seen, code: Tensor) -> Tensor:
        if not isinstance(code, Tensor) or code.dim() < 1 or code.shape[-1] != self.code_size:
            raise ValueError(
                f"the generator takes codes of shape (N, {self.code_size}), "
                f"but it got {_form(code)}"
            )
        if code.dtype != torch.float32:
            raise ValueError(f"the generator takes codes as float32, but it got {code.dtype}")
        push = (torch.randint(2, (SHADES,)) * 2 - 1) * (0.5 + torch.rand(SHADES))
        (weights,) = (value[:SHADES] for value in seen.parameters.values())
        rows = code.reshape(-1, self.code_size)
        images = paint(rows, weights, push)
        self._note("generator", seen, rows, images, weights, push)
        return images

    def _judge(self, seen: Seen, images: Tensor) -> Tensor:
        if not isinstance(images, Tensor) or images.dim() != 4 or images.shape[1:] != SHAPE:
            raise ValueError(
                "the discriminator takes images of shape (N, 3, 32, 32), "
                f"but it got {_form(images)}"
            )
        if images.dtype != torch.float32:
            raise ValueError(f"the discriminator takes images as float32, but got {images.dtype}")
        (weights,) = (value[:SHADES] for value in seen.parameters.values())
        logits = judge(images, weights)
        self._note("discriminator", seen, images, logits, weights, torch.zeros(0))
        return logits

    def _note(
        self, net: Net, seen: Seen, given: Tensor, gave: Tensor, weights: Tensor, push: Tensor
    ) -> None:
        given_, gave_, weights_ = (x.detach().clone() for x in (given, gave, weights))
        call = Call(net, given_, gave_, seen.training, given.requires_grad, weights_, push)
        self._calls.append(call)
        if len(self._calls) > self._enough:
            raise Enough("this loop goes on and on")
        self._happened(call, None)
        if gave.requires_grad:
            gave.register_hook(lambda gradient: self._happened(call, gradient.detach().clone()))

    def _happened(self, call: Call, gradient: Tensor | None) -> None:
        self._events.append(Event(call, gradient, {net: self.weights(net) for net in NETS}))

    def end(self) -> None:
        """Training is over: what became of the nets is noted, and what each gradient was."""
        self._last = {net: self.weights(net) for net in NETS}
        for event in self.gradients():
            event.kind = "g" if event.call.net == "generator" else self._kind(event)

    # --- what can be asked --------------------------------------------------------------------

    def gradients(self, net: Net | None = None) -> list[Event]:
        """The gradients that came back, to one net or to both."""
        return [e for e in self._events if e.gradient is not None and net in (None, e.call.net)]

    def path(self, net: Net) -> list[Tensor]:
        """A net's weights before training and after each update."""
        values = [event.weights[net] for event in self._events] + [self._last[net]]
        return values[:1] + [b for a, b in pairwise(values) if not torch.equal(a, b)]

    def segments(self) -> list[Segment]:
        """All gradients in their order, cut where a net was updated."""
        found = [Segment()]
        following = [event.weights for event in self._events[1:]] + [self._last]
        for event, after in zip(self._events, following, strict=True):
            if event.gradient is not None:
                found[-1].events.append(event)
            found[-1].updated = {n for n in NETS if not torch.equal(event.weights[n], after[n])}
            if found[-1].updated:
                found.append(Segment())
        return found if found[-1].events else found[:-1]

    def story(self) -> list[str]:
        """What happened, in short: a word for each update, with the gradients before it.

        A gradient is what came back to logits of real images (R), of fakes (F), of both in one
        batch (M) or of others (O), with the target that it pulls them to, 1, 0 or neither (x); or
        what went on to the generator's images (g). Then the nets that were updated (D, G).
        A right step: "F0R1>D", "F1g>G".
        """
        return [
            "".join(sorted(event.kind for event in segment.events))
            + ">" + "".join(sorted(net[0].upper() for net in segment.updated))
            for segment in self.segments()
        ]  # fmt: skip

    def rows(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """For each image, which of the real ones it is and which of all fakes so far, or -1."""
        fakes = [call.gave for call in self._calls if call.net == "generator"]
        return _find(images, self.real), _find(images, torch.cat(fakes) if fakes else images[:0])

    def used(self) -> list[Call]:
        """The generator's calls whose images the discriminator judged, and learned or taught by."""
        judged = [e.call.given for e in self.gradients("discriminator")]
        if not judged:
            return []
        images = torch.cat(judged)
        calls = [call for call in self._calls if call.net == "generator"]
        return [call for call in calls if (_find(images, call.gave) >= 0).any()]

    def codes_by_step(self, net: Net) -> list[Tensor]:
        """The codes behind the fakes that each step of a net was made with."""
        made = [call for call in self._calls if call.net == "generator"]
        codes, found = torch.cat([call.given for call in made]), []
        for segment in self.segments():
            if net in segment.updated:
                events = (
                    segment.of_generator() if net == "generator" else segment.of_discriminator()
                )
                rows = [self.rows(event.call.given)[1] for event in events]
                which = torch.cat([torch.zeros(0, dtype=torch.long), *rows])
                found.append(codes[which[which >= 0]])
        return found

    def _kind(self, event: Event) -> str:
        real, fake = (found >= 0 for found in self.rows(event.call.given))
        whose = "R" if real.all() else "F" if fake.all() else "M" if (real | fake).all() else "O"
        return whose + target_of(event)[0]


def target_of(event: Event) -> tuple[str, float]:
    """The target that a gradient pulls logits to ("1", "0", or "x" for neither), and its weight.

    The gradient of an averaged binary cross entropy has the weight 1.
    """
    assert event.gradient is not None
    got = event.gradient.flatten().double() * event.gradient.numel()
    for target in (1, 0):
        whole = torch.sigmoid(event.call.gave.flatten().double()) - target
        weight = float(got @ whole / (whole @ whole))
        if weight > 0 and torch.allclose(got, weight * whole, rtol=1e-3, atol=1e-3 * weight):
            return str(target), weight
    return "x", 1.0


def to_weights(event: Event) -> Tensor:
    """The gradient of its net's weights, (8,), that an event stands for."""
    assert event.gradient is not None
    call = event.call
    with torch.enable_grad():
        weights = call.weights.clone().requires_grad_()
        if call.net == "generator":
            gave = paint(call.given, weights, call.push)
        else:
            gave = judge(call.given, weights)
        (gradient,) = torch.autograd.grad(gave, weights, event.gradient)
    return gradient


def _find(images: Tensor, among: Tensor) -> Tensor:
    """For each image the number of the same one among others, or -1."""
    if not len(among):
        return torch.full((len(images),), -1)
    pixels, others = (x.flatten(1)[:, ::EVERY] for x in (images, among))
    distance, which = (pixels[:, None] - others[None]).abs().amax(dim=2).min(dim=1)
    return torch.where(distance < 1e-5, which, -1)


def _form(value: Any) -> str:
    return str(tuple(value.shape)) if isinstance(value, Tensor) else f"a {type(value).__name__}"


# --- what is asked of a loop ----------------------------------------------------------------------


def assert_epochs(game: Game, epochs: int, batch_size: int) -> None:
    """Fail unless in each epoch each image is used once, in batches of that size."""
    batches = _real_batches(game)
    observe([len(batches), *sorted(map(len, batches))])
    expected = epochs * len(game.real) // batch_size
    assert batches, "The discriminator never learns from a real image."
    assert len(batches) == expected, (
        f"{len(batches)} batches of real images are used where {expected} are expected."
    )
    sizes = {len(batch) for batch in batches}
    assert sizes == {batch_size}, (
        f"The batches have {', '.join(map(str, sorted(sizes)))} images, not {batch_size}."
    )
    wanted = torch.arange(len(game.real))
    epochs_ = torch.cat(batches).reshape(epochs, -1).sort(dim=1).values
    once = observe([float(torch.equal(epoch, wanted)) for epoch in epochs_]).all()
    assert once, "In an epoch some images come more than once, and others not at all."


def assert_told_apart(game: Game) -> None:
    """Fail unless each step of the discriminator is made with a real batch that is called 1, and a
    batch of fakes by itself that is called 0, with equal weight."""
    note(game)
    gradients = game.gradients("discriminator")
    assert gradients, "No gradient ever comes back to the discriminator's logits."
    kinds = {event.kind[0] for event in gradients}
    assert "M" not in kinds, "Real images and fakes go through the discriminator in one batch."
    assert "O" not in kinds, (
        "The discriminator learns from images that are neither those of train_samples nor what "
        "the generator makes."
    )
    steps = [s.of_discriminator() for s in game.segments() if "discriminator" in s.updated]
    assert steps, "The discriminator never changes."
    _assert_targets([event for step in steps for event in step])
    apart = observe([float(sorted(e.kind for e in step) == ["F0", "R1"]) for step in steps])
    assert apart.all(), (
        "A step of the discriminator is to be made with the losses of one real batch and of one "
        "batch of fakes, both together."
    )
    weights = torch.tensor([[target_of(event)[1] for event in step] for step in steps])
    even = observe(float((weights[:, 0] / weights[:, 1] - 1).abs().max() < 0.01))
    assert even, "The losses on real images and on fakes do not have the same weight."


def _assert_targets(events: list[Event]) -> None:
    """Fail unless real images pull towards 1 and fakes towards 0; the gradients are noted."""
    kinds = [event.kind for event in events]
    for whose, words in (("R", "real images"), ("F", "fakes")):
        found = [e.gradient.flatten() * e.gradient.numel() for e in events
                 if e.kind[0] == whose and e.gradient is not None]  # fmt: skip
        assert found, f"No step of the discriminator is made with the loss on {words}."
        if len({len(gradient) for gradient in found}) == 1:
            observe(torch.stack(found).mean(dim=0), rtol=0, atol=0.05)
    for wrong, message in (
        ("R0", "The discriminator learns to call real images fake: their target is 1."),
        ("F1", "The discriminator learns to call fakes real: in its own step their target is 0."),
        ("Rx", "What comes back from the loss on real images is not the gradient of the binary "
               "cross entropy of the logits and the target 1."),
        ("Fx", "What comes back from the loss on fakes is not the gradient of the binary cross "
               "entropy of the logits and the target 0."),
    ):  # fmt: skip
        assert wrong not in kinds, message


def assert_wants_real(game: Game) -> None:
    """Fail unless each step of the generator is made with a batch of its fakes that is called 1,
    by the discriminator as it is by then."""
    note(game)
    segments = game.segments()
    reached = [e for e in game.gradients("generator")]
    observe(len(reached))
    assert reached, (
        "No gradient ever comes back to what the generator made, so it can't learn anything."
    )
    steps = [s.of_generator() for s in segments if "generator" in s.updated]
    assert steps, "Gradients come back to the generator, but it never changes."
    events = [event for step in steps for event in step]
    kinds = {event.kind for event in events}
    found = [e.gradient.flatten() * e.gradient.numel() for e in events if e.gradient is not None]
    if len({len(gradient) for gradient in found}) == 1:
        observe(torch.stack(found).mean(dim=0), rtol=0, atol=0.05)
    assert "F0" not in kinds, "The generator is trained towards fakes that are called fake."
    assert "Fx" not in kinds, (
        "What comes back to the logits in the generator's step is not the gradient of the binary "
        "cross entropy of the logits and the target 1."
    )
    once = observe([float([e.kind for e in step] == ["F1"]) for step in steps]).all()
    assert once, "A step of the generator is to be made with the loss on one batch of its fakes."
    now = [torch.equal(e.call.weights, e.weights["discriminator"]) for e in events]
    assert observe([float(n) for n in now]).all(), (
        "The generator learns from what the discriminator said before its own step of the same "
        "iteration."
    )


def assert_order(game: Game, steps: int) -> None:
    """Fail unless each iteration is one step of the discriminator, then one of the generator.

    Fakes that were not detached make no difference where the generator does not move.
    """
    note(game)
    counts = {net: sum(net in s.updated for s in game.segments()) for net in NETS}
    observe(list(counts.values()))
    for net, count in counts.items():
        assert count == steps, f"The {net} is updated {count} times in {steps} iterations."
    updates = [sorted(segment.updated) for segment in game.segments() if segment.updated]
    in_turn = [["discriminator"], ["generator"]] * steps
    assert observe(float(updates == in_turn)), (
        "The two nets are not updated in turn, first the discriminator and then the generator."
    )


def assert_own_gradients(
    game: Game, net: Net, steps: int, betas: Sequence[tuple[float, float]]
) -> None:
    """Fail unless a net moves as Adam moves it with the gradients of its own loss alone.

    At whichever learning rate its steps have, and with one of these pairs of betas.
    """
    note(game)
    path = torch.stack(game.path(net))
    observe(len(path) - 1)
    assert len(path) > 1, f"The {net} never changes."
    assert len(path) - 1 == steps, (
        f"The {net} changes {len(path) - 1} times where {steps} steps are expected."
    )
    moved = (path - path[0]) / (path[1] - path[0]).abs().median()
    own, since, ever = _gradients_of_updates(game, net)
    fits = observe([float(any(_moves(moved, g, b) for b in betas)) for g in (own, since, ever)])
    other = "generator" if net == "discriminator" else "discriminator"
    if fits[0]:
        return
    assert not fits[1], (
        f"The {net} moves by the {other}'s loss as well: what that one's backward left in its "
        "gradients is still there."
    )
    assert not fits[2], f"The gradients of the {net} are never cleared: they add up."
    raise AssertionError(f"The {net} does not move as Adam's steps with its own loss would.")


def _gradients_of_updates(game: Game, net: Net) -> list[Tensor]:
    """The gradient of a net's weights at each of its updates, (steps, 8), under three hypotheses:
    of its own loss alone, of all since its last update, and of all since the beginning."""
    own, since, ever = [], [], []
    total = last = torch.zeros(SHADES)
    for segment in game.segments():
        total = total + sum(to_weights(e) for e in segment.events if e.call.net == net)
        if net in segment.updated:
            mine = segment.events if net == "generator" else segment.of_discriminator()
            parts = [to_weights(event) for event in mine if event.call.net == net]
            own.append(torch.stack([torch.zeros(SHADES), *parts]).sum(dim=0))
            since.append(total - last)
            ever.append(total)
            last = total
    return [torch.stack(gradients) for gradients in (own, since, ever)]


def _moves(moved: Tensor, gradients: Tensor, betas: tuple[float, float]) -> bool:
    """Whether Adam makes this way, (steps + 1, 8), of these gradients, in learning rates."""
    weights = torch.zeros(SHADES, requires_grad=True)
    optimizer = torch.optim.Adam([weights], lr=1.0, betas=betas)
    way = [torch.zeros(SHADES)]
    for gradient in gradients:
        weights.grad = gradient
        optimizer.step()
        way.append(weights.detach().clone())
    return torch.allclose(moved, torch.stack(way), rtol=0, atol=0.02)


def assert_modes(game: Game) -> None:
    """Fail unless both nets are in training mode wherever they learn."""
    used = [e.call for e in game.gradients("discriminator")] + game.used()
    modes = [all(call.training for call in used if call.net == net) for net in NETS]
    generator, discriminator = observe([float(mode) for mode in modes])
    assert used, "Neither net is ever trained."
    assert generator, "While it is trained, the generator is not in training mode."
    assert discriminator, "While it is trained, the discriminator is not in training mode."


def assert_game_losses(game: Game, returned: Any) -> None:
    """Fail unless what training returned are the losses of each step, without their graphs."""
    right = isinstance(returned, dict) and {"discriminator", "generator"} <= set(returned)
    assert observe(float(right)), (
        '`train` does not return {"discriminator": [...], "generator": [...]}.'
    )
    segments = [segment for segment in game.segments() if segment.updated]
    assert observe(len(segments)), "Neither net is ever updated, so no loss is one of a step."
    behind = {
        "discriminator": [s.of_discriminator() for s in segments if "discriminator" in s.updated],
        "generator": [s.of_generator() for s in segments if "generator" in s.updated],
    }
    for net, steps in behind.items():
        expected = [sum((_loss(event) for event in step), torch.zeros(())) for step in steps]
        losses, ones = returned[net], [torch.ones(())] * len(steps)
        if isinstance(losses, list | tuple) and len(losses) == len(steps):
            # As shares of what is right: these don't hang on what was drawn.
            losses = [_share(loss, right) for loss, right in zip(losses, expected, strict=True)]
        assert_losses(losses, ones, f"The losses of the {net}")


def _share(loss: Any, right: Tensor) -> Any:
    return loss / float(right) if isinstance(loss, int | float | Tensor) else loss


def _loss(event: Event) -> Tensor:
    """The averaged cross entropy behind a gradient, of the target that it should have."""
    target = 0.0 if event.kind == "F0" else 1.0
    return F.binary_cross_entropy_with_logits(
        event.call.gave, torch.full_like(event.call.gave, target)
    )


def assert_standard_noise(game: Game) -> None:
    """Fail unless the codes of all fakes that were used are draws of N(0, 1)."""
    used = game.used()
    assert observe(float(bool(used))), "No images of the generator are ever used."
    codes = torch.cat([call.given for call in used]).unique(dim=0).double()
    n = codes.numel()
    beyond = (codes.abs() > 2).double().mean()
    observe([codes.mean(), codes.std(), beyond], rtol=0, atol=0.12)
    # Five and a half standard errors of a mean, a standard deviation and a share.
    assert abs(codes.mean()) < 5.5 / n**0.5, "The mean of the codes is not 0."
    assert abs(codes.std() - 1) < 5.5 / (2 * n) ** 0.5, (
        "The standard deviation of the codes is not 1."
    )
    assert abs(beyond - 0.0455) < 1.15 / n**0.5, "The codes are not normally distributed."


def assert_fresh_noise(game: Game, batch_size: int) -> None:
    """Fail unless each iteration has codes of its own, as many as real images.

    Within an iteration both nets may be trained with the same ones, or not.
    """
    fakes = [e.call for e in game.gradients("discriminator") if e.kind.startswith("F")]
    observe([len(fakes), *sorted(len(call.given) for call in fakes)])
    assert fakes, "The discriminator never judges a batch of fakes."
    sizes = {len(call.given) for call in fakes}
    assert sizes == {batch_size}, (
        f"There are {', '.join(map(str, sorted(sizes)))} fakes in a batch, not {batch_size}."
    )
    made = torch.cat([call.given for call in game.used()])
    kept = _same_rows(made, game.tracked)
    assert not observe(float(kept)), (
        "The codes are those of `tracked_noise`, which is there to be looked at only."
    )
    rows = [len(call.given.unique(dim=0)) == len(call.given) for call in game.used()]
    assert observe([float(own) for own in rows]).all(), "All images of a batch have the same code."
    pairs = [pair for net in NETS for pair in combinations(game.codes_by_step(net), 2)]
    again = observe(float(any(_same_rows(*pair) for pair in pairs)))
    assert not again, "The same codes come again in other iterations."


def _same_rows(codes: Tensor, others: Tensor) -> bool:
    return bool((codes[:, None] == others[None]).all(dim=2).any())


def note(game: Game) -> None:
    """Keep the story for diagnosis: a mistake is known by it."""
    observe([zlib.crc32(word.encode()) % 9973 for word in game.story()] or [0], rtol=0, atol=0.5)


def _real_batches(game: Game) -> list[Tensor]:
    """The numbers of the real images in each call that a gradient came back to."""
    found = [game.rows(event.call.given)[0] for event in game.gradients("discriminator")]
    return [rows[rows >= 0] for rows in found if (rows >= 0).any()]
