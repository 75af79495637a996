"""Hidden checks of dcgan: two nets that play against each other, and what can be done with them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from itertools import product
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.assignment import reference
from autograder.checks import assert_close, assert_number, assert_tensor, item, observe
from autograder.checks.adversaries import (
    NETS,
    Enough,
    Game,
    assert_epochs,
    assert_fresh_noise,
    assert_game_losses,
    assert_modes,
    assert_order,
    assert_own_gradients,
    assert_standard_noise,
    assert_told_apart,
    assert_wants_real,
    draw_images,
)
from autograder.errors import StudentError
from autograder.student import Handle, Name, Seen, Student
from nndl import generators

RIGHT = reference("dcgan")
CODE_SIZE, IMAGE = 64, (3, 32, 32)
LEARNING_RATE, BETAS, VIS_LEARNING_RATE = 2e-4, (0.5, 0.999), 1e-2
# Where `init` failed, a loop is not judged by how its optimizers were set.
OTHER_BETAS = [(0.9, 0.999), (0.5, 0.99), (0.5, 0.9), (0.999, 0.5), (0.0, 0.999)]

GRADIENTS = ((10.0, 1), (-1.0, 1), (-1.0, 19))  # and for how many steps: they tell both betas
PASSES = 12
HIDDEN = 32  # numbers between the layers of the small generator
ENOUGH = 200  # steps with the small generator: then its codes are where they go
STEPS, FEW = 6, 60  # where they need not be
PATIENCE = 30.0  # seconds for those who always take 500

# --- init -----------------------------------------------------------------------------------------


@item("init", weight=1)
def test_the_two_nets_are_there(student: Student) -> None:
    """`DCGAN()` has a `_generator`, which makes images (N, 3, 32, 32) of codes (N, code_size), and
    a `_discriminator`, which gives logits (N, 1) for images."""
    model = student.build("DCGAN")
    right = RIGHT.DCGAN()
    for net in NETS:
        shapes = sorted(model.at(f"_{net}").shapes().values())
        observe([0, *(size for shape in shapes for size in shape)])
        wanted = [list(value.shape) for value in getattr(right, f"_{net}").parameters()]
        assert shapes == sorted(wanted), f"`_{net}` has other layers than `{net.title()}`."
    images = model.at("_generator")(torch.randn(3, CODE_SIZE))
    images = assert_tensor(images, (3, 3, 32, 32), "What the generator makes")
    inside = observe(float(images.min() >= 0 and images.max() <= 1))
    assert inside, "What the generator makes does not lie between 0 and 1."
    assert_tensor(model.at("_discriminator")(images), (3, 1), "What the discriminator gives")


@item("init", weight=0.5)
def test_another_discriminator_is_taken(student: Student) -> None:
    """A discriminator that is handed to `DCGAN` becomes its `_discriminator`."""
    torch_nn = student.kit("torch.nn")
    layers = [torch_nn.Conv2d(3, 2, 4, stride=8), torch_nn.Flatten(), torch_nn.Linear(32, 1)]
    model = student.build("DCGAN", torch_nn.Sequential(*layers))
    shapes = sorted(model.at("_discriminator").shapes().values())
    own = observe(float(shapes == [[1], [1, 32], [2], [2, 3, 4, 4]]))
    assert own, "The `_discriminator` is not the one that was handed over."


@item("init", weight=1.25)
def test_convolutions_start_at_small_normal_weights(student: Student) -> None:
    """The weights of all convolutions, transposed ones too, are drawn from N(0, 0.02)."""
    model = student.build("DCGAN")
    for net in NETS:
        for weight in values_of(model, net, dims=4):
            assert_normal(weight, 0, 0.02, f"The weights of a convolution of the {net}")


@item("init", weight=1)
def test_batch_norm_starts_around_one(student: Student) -> None:
    """The weights of all BatchNorm layers are drawn from N(1, 0.02), and their biases are 0."""
    model = student.build("DCGAN")
    for net in NETS:
        weights, biases = batch_norms(student, model, net)
        assert_normal(weights, 1, 0.02, f"The weights of BatchNorm in the {net}")
        observe(biases.abs().max(), atol=1e-3, rtol=0.5)
        assert not biases.any(), f"The biases of BatchNorm in the {net} are not 0."


@item("init", weight=0.5)
def test_all_other_parameters_stay_as_they_are(student: Student) -> None:
    """Nothing else gets other weights: the Linear layers keep those that PyTorch gave them."""
    model = student.build("DCGAN")
    for net in NETS:
        (weight,) = values_of(model, net, dims=2)
        bound = 1 / math.sqrt(weight.shape[1])  # of the uniform distribution that Linear draws from
        got = observe(weight.std() / (bound / math.sqrt(3)), rtol=0.2)
        # Five standard errors: of n uniform draws, 0.447 / sqrt(n) of the standard deviation.
        assert abs(got - 1) < 2.24 / math.sqrt(weight.numel()), (
            f"The weights of the {net}'s Linear layer are not those that it had at first."
        )


@item("init", weight=0.5)
def test_weight_initialization_can_be_called_again(student: Student) -> None:
    """`_weight_initialization()` gives both nets new first weights whenever it is called."""
    model = student.build("DCGAN")
    for net in NETS:
        part = model.at(f"_{net}")
        part.load({name: torch.full(shape, 0.5) for name, shape in part.shapes().items()})
    model.at("_weight_initialization")()
    for net in NETS:
        for weight in values_of(model, net, dims=4):
            assert_normal(weight, 0, 0.02, f"The weights of a convolution of the {net}")


@item("init", weight=1)
def test_classification_loss_is_the_mean_cross_entropy(student: Student) -> None:
    """`_classification_loss` is the binary cross entropy of logits and labels, averaged, and the
    gradient comes back to the logits."""
    model = student.build("DCGAN")
    for count in (6, 1):
        logits = (3 * torch.randn(count, 1)).requires_grad_()
        labels = torch.randint(2, (count, 1)).float()
        loss = assert_number(model.at("_classification_loss")(logits, labels), "The loss")
        right = F.binary_cross_entropy_with_logits(logits, labels)
        assert_close(loss, right, "The loss is not the averaged binary cross entropy.")
        assert observe(float(loss.requires_grad)), "No gradient comes back to the logits."
        got, wanted = (torch.autograd.grad(value, logits)[0] for value in (loss, right))
        assert_close(got, wanted, "The gradient that comes back to the logits is not right.")


@item("init", weight=0.5)
def test_classification_loss_stands_large_logits(student: Student) -> None:
    """The loss and its gradient are right for large logits too, where a sigmoid is 0 or 1."""
    model = student.build("DCGAN")
    logits = torch.tensor([[300.0], [-300.0], [200.0], [-150.0]]).requires_grad_()
    labels = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    loss = assert_number(model.at("_classification_loss")(logits, labels), "The loss")
    assert_close(loss, 150.0, "The loss of logits of 150 and more is not right.")
    (gradient,) = torch.autograd.grad(loss, logits)
    wanted = torch.tensor([[0.25], [-0.25], [0.0], [0.0]])
    assert_close(gradient, wanted, "The gradient of logits of 150 and more is not right.")


@item("init", weight=1)
def test_each_optimizer_has_a_net_of_its_own(student: Student) -> None:
    """There are two optimizers: a step of the one moves all of the generator's parameters and
    nothing else, a step of the other all of the discriminator's."""
    model = student.build("DCGAN")
    moved = [moved_by(model, optimizer) for optimizer in optimizers_of(student, model)]
    observe([len(moved), *(share for pair in sorted(moved) for share in pair)])
    assert len(moved) == 2, (
        f"`DCGAN()` has {len(moved)} optimizers among its attributes where two are expected."
    )
    assert sorted(moved) == [(0.0, 1.0), (1.0, 0.0)], (
        "The optimizers do not have a net each: one for all of the generator's parameters and one "
        "for all of the discriminator's."
    )


@item("init", weight=0.75)
def test_the_optimizers_are_adam_as_the_text_sets_it(student: Student) -> None:
    """Both optimizers are Adam with the learning rate 2e-4 and the betas 0.5 and 0.999."""
    model = student.build("DCGAN")
    found = optimizers_of(student, model)
    observe(len(found))
    assert found, "`DCGAN()` has no optimizer among its attributes."
    ways = torch.stack([way_of(model, optimizer) for optimizer in found])
    first = ways[:, 0]
    observe(first, rtol=0.01)
    assert (first / LEARNING_RATE - 1).abs().max() < 0.01, (
        "A first step of Adam is as large as the learning rate, 0.0002; yours is not."
    )
    right = adam_way(LEARNING_RATE, BETAS)
    assert_close(
        ways / LEARNING_RATE,
        (right / LEARNING_RATE).expand_as(ways),
        "The steps after the first are not those of Adam with the betas 0.5 and 0.999.",
        rtol=0.01,
        atol=0.01,
    )


# --- train ----------------------------------------------------------------------------------------


@item("train", weight=1)
def test_every_epoch_goes_through_all_images(student: Student) -> None:
    """There are `num_epoch` epochs, and in each all images come once, in batches of
    `batch_size`."""
    game, _ = play(student, count=15, epochs=2, batch_size=5)
    assert_epochs(game, epochs=2, batch_size=5)


@item("train", weight=3)
def test_the_discriminator_learns_to_tell_real_from_fake(student: Student) -> None:
    """A step of the discriminator is made with a batch of real images, which it is to call real, 1,
    and with a batch of fakes by itself, which it is to call fake, 0."""
    game, _ = play(student)
    assert_told_apart(game)


@item("train", weight=2)
def test_the_discriminator_moves_by_its_own_loss(student: Student) -> None:
    """The discriminator moves once per iteration, as Adam moves it with the gradient of its own
    loss on that iteration's images alone."""
    game, _ = play(student)
    assert_own_gradients(game, "discriminator", 3, betas(student))


@item("train", weight=2)
def test_the_generator_wants_its_fakes_called_real(student: Student) -> None:
    """A step of the generator is made with a batch of its fakes, which the discriminator, after its
    own step, is to call real, 1; the gradient goes through the discriminator to the generator."""
    game, _ = play(student)
    assert_wants_real(game)


@item("train", weight=1.75)
def test_the_generator_moves_by_its_own_loss(student: Student) -> None:
    """The generator moves once per iteration, as Adam moves it with the gradient of its own loss
    alone, and not in the discriminator's step."""
    game, _ = play(student)
    assert_own_gradients(game, "generator", 3, betas(student))


@item("train", weight=0.75)
def test_the_nets_are_updated_in_turn(student: Student) -> None:
    """In each iteration the discriminator makes one step, and after it the generator one."""
    game, _ = play(student)
    assert_order(game, 3)


@item("train", weight=0.75)
def test_noise_is_standard_normal(student: Student) -> None:
    """The codes of the fakes follow the standard normal distribution."""
    game, _ = play(student, count=24, batch_size=8)
    assert_standard_noise(game)


@item("train", weight=0.75)
def test_noise_is_fresh_in_each_iteration(student: Student) -> None:
    """Each iteration draws codes of its own, one for each fake, as many as there are real
    images."""
    game, _ = play(student)
    assert_fresh_noise(game, 4)


@item("train", weight=0.5)
def test_both_nets_learn_in_training_mode(student: Student) -> None:
    """Both nets are in training mode while they are trained, in whichever mode they were before."""
    game, _ = play(student, evaluating=True)
    assert_modes(game)


@item("train", weight=0.5)
def test_losses_are_returned(student: Student) -> None:
    """What is returned are the losses of each step, as numbers: of the discriminator the sum of
    those on the real batch and on the fakes, and of the generator."""
    game, returned = play(student)
    assert_game_losses(game, returned)


# --- spectral_norm --------------------------------------------------------------------------------


@item("spectral_norm", weight=3)
def test_every_convolution_has_spectral_norm_one(student: Student) -> None:
    """After some passes in training mode each convolution works with its weights divided by their
    largest singular value, whatever weights were loaded; all else is as in `Discriminator`."""
    net, raw = spectral_discriminator(student)
    with torch.no_grad():
        for _ in range(PASSES):
            net(torch.rand(2, *IMAGE))
    for layer in layers_of(student, net, "BatchNorm2d"):
        layer.reset_running_stats()
    net.eval()
    x = torch.rand(4, *IMAGE)
    logits = assert_tensor(net(x), (4, 1), "What it gives")
    observe(logits, rtol=0.01)
    if any(torch.allclose(logits, with_norms(raw, x, line=line), atol=1e-4) for line in (0, 1)):
        return
    for convs in list(product((1, 0), repeat=3))[1:]:
        left = " and ".join(str(i) for i, one in enumerate(convs, start=1) if not one)
        assert not torch.allclose(logits, with_norms(raw, x, convs), atol=1e-4), (
            f"Of the three convolutions, number {left} works with other weights."
        )
    raise AssertionError("It does not compute what `Discriminator` would with such weights.")


@item("spectral_norm", weight=1)
def test_weights_behind_the_norm_are_trained(student: Student) -> None:
    """The gradient comes back to the weights of all convolutions and of the other layers."""
    net, _ = spectral_discriminator(student)
    (net(torch.rand(4, *IMAGE)) * torch.tensor([[1.0], [-2.0], [3.0], [1.0]])).sum().backward()
    gradients = net.gradients().values()
    sizes = sorted(list(g.shape) for g in gradients if g is not None and g.dim() > 1 and g.any())
    observe([0, *(size for shape in sizes for size in shape)])
    wanted = sorted(list(p.shape) for p in RIGHT.Discriminator().parameters() if p.dim() > 1)
    assert [size for size in wanted if size not in sizes] == [], (
        "Not every convolution and Linear layer is reached by a gradient."
    )


# --- reconstruct ----------------------------------------------------------------------------------


@item("reconstruct", weight=1)
def test_reconstruction_loss_is_the_mean_squared_error(student: Student) -> None:
    """`_reconstruction_loss` is the squared difference, averaged over all pixels and images, and
    the gradient comes back to the reconstruction."""
    model = dcgan(student)
    for count in (5, 1):
        images, x = torch.rand(2, count, *IMAGE)
        images.requires_grad_()
        loss = assert_number(model.at("_reconstruction_loss")(images, x), "The loss")
        assert_close(loss, F.mse_loss(images, x), "The loss is not the mean squared error.")
        assert observe(float(loss.requires_grad)), "No gradient comes back to the reconstruction."
        (gradient,) = torch.autograd.grad(loss, images)
        assert_close(
            gradient * images.numel(),
            2 * (images - x),
            "The gradient that comes back to the reconstruction is not right.",
        )


@item("reconstruct", weight=3)
def test_reconstructions_are_as_near_as_the_generator_can_come(student: Student) -> None:
    """The images are those that the generator makes of the codes that were found, and as near to
    the samples as `vis_steps` steps of Adam bring them."""
    model, right = with_small_generator(student)
    samples = some_samples(right, 4)
    _, images = reconstructed(model, right, samples)
    _, best = right.reconstruct(samples)
    got, wanted = ((part - samples).square().mean(dim=(1, 2, 3)) for part in (images, best))
    observe((got / wanted.max()).mean(), rtol=0.3, atol=0.3)
    assert got[1::2].max() < 1e-4, (
        "Samples that the generator made itself can be found again, and are not."
    )
    far = (got / wanted)[::2].max()
    assert far < 1.03, "The images are not as near to the samples as they could be."
    away = observe((images - best).square().mean() / best.var(), rtol=0.5, atol=0.01)
    assert away < 0.03, "The images are not those of the best codes."


@item("reconstruct", weight=2)
def test_images_of_a_trained_generator_are_found_again(student: Student) -> None:
    """With a generator that was trained on photographs, too, the images come near to others that it
    made, and not to noise that was added to these."""
    model, right = dcgan(student), RIGHT.DCGAN().eval()
    for net in (model.at("_generator"), right._generator):
        net.load_state_dict(generators.cifar10())
    right.vis_steps = FEW
    model.vis_steps.set(FEW)
    with torch.no_grad():
        made = right._generator(0.5 * torch.randn(2, CODE_SIZE))
    noise = 0.1 * torch.randn(2, *IMAGE)
    samples = made + noise
    with student.within(PATIENCE):
        _, images = pair_of(model.reconstruct(samples.numpy()), 2)
    _, best = right.reconstruct(samples)
    left = observe(F.mse_loss(images, samples) / F.mse_loss(best, samples), rtol=0.3)
    # Those who always take 500 steps come nearer. Other betas of Adam make no such difference.
    assert left < 1.2, "The images are not as near to the samples as they could be."
    kept = observe(F.mse_loss(images - made, noise) / noise.var(), rtol=0.2)
    assert kept > 0.7, "The images show noise that this generator can't have made."
    weights = dict(right._generator.named_parameters())
    after = model.at("_generator").parameters()
    same = observe(float(all(torch.equal(after[name], value) for name, value in weights.items())))
    assert same, "It is another generator by now: its weights have changed."


@item("reconstruct", weight=1)
def test_the_loss_is_that_of_the_images(student: Student) -> None:
    """The loss that is returned is a number: the mean squared error of the images that are
    returned, averaged over pixels and images."""
    model, right = with_small_generator(student)
    samples = some_samples(right, 3)
    loss, images = reconstructed(model, right, samples)
    expected = F.mse_loss(images, samples)
    assert_close(loss, expected, "The loss is not the mean squared error of the images.", rtol=0.02)


@item("reconstruct", weight=2)
def test_codes_start_at_zero_and_are_moved_by_adam(student: Student) -> None:
    """The codes, one for each sample, start at zero and are what Adam moves, at the learning rate
    `vis_learning_rate`."""
    model, right = with_small_generator(student)
    samples = some_samples(right, 2)
    codes = codes_of(model, right, samples)
    observe([len(codes) > 0, len(codes) > 1])
    assert codes, "The generator is never called."
    shape = observe([0, *codes[0].shape])[1:].tolist()
    assert shape == [2, CODE_SIZE], f"The codes of two samples have the shape {tuple(shape)}."
    start = observe(codes[0].abs().mean(), rtol=0.2, atol=1e-3)
    assert start == 0, "The codes do not start at zero."
    assert len(codes) > 1, "The codes that the generator gets never change."
    moved = observe((codes[1] - codes[0]).abs().median(), rtol=0.05)
    assert abs(moved / VIS_LEARNING_RATE - 1) < 0.02, (
        "The first step of Adam moves each number by the learning rate, "
        f"{VIS_LEARNING_RATE:g}; yours does not."
    )
    code = codes[0].clone().requires_grad_()
    F.mse_loss(right._generator(code), samples).backward()
    assert code.grad is not None
    down = ((codes[1] - codes[0]).sign() == -code.grad.sign()).double().mean()
    assert observe(down, atol=0.1) > 0.95, "The codes do not move to where the loss is smaller."


@item("reconstruct", weight=1.5)
def test_the_generator_stays_as_it_is(student: Student) -> None:
    """The generator works in evaluation mode, whichever mode it was in, and neither its weights nor
    the statistics of its BatchNorm layers change."""
    model, right = with_small_generator(student, steps=STEPS)
    model.at("_generator").train()
    net = model.at("_generator")
    before = net.state_dict()
    reconstructed(model, right, some_samples(right, 3))
    after = net.state_dict()
    changed = [name for name, value in before.items() if not torch.equal(value, after[name])]
    weights = {name for name, _ in right._generator.named_parameters()}
    observe([float(bool(weights & set(changed))), float(bool(set(changed) - weights))])
    assert not weights & set(changed), "The weights of the generator change."
    assert not changed, "The statistics of the generator's BatchNorm layers change."


@item("reconstruct", weight=0.75)
def test_nothing_holds_on_to_a_graph(student: Student) -> None:
    """Neither the images nor the loss that are returned hold on to a graph."""
    model, right = with_small_generator(student, steps=STEPS)
    live = observe([
        float(isinstance(part, Tensor) and part.requires_grad)
        for part in reconstructed(model, right, some_samples(right, 2))
    ])  # fmt: skip
    assert not live[1], "The images still hold on to the graph of the generator."
    assert not live[0], "The loss still holds on to its graph."


@item("reconstruct", weight=0.75)
def test_samples_may_be_arrays_or_tensors_of_any_number(student: Student) -> None:
    """Samples are taken as arrays, of float32 or float64, and as tensors, however many they are."""
    model, right = with_small_generator(student, steps=STEPS)
    samples = some_samples(right, 3)
    _, whole = reconstructed(model, right, samples)
    for some in (samples.double().numpy(), samples[:1]):
        with student.within(PATIENCE):
            _, images = pair_of(model.reconstruct(some), len(some))
        away = observe((images - whole[: len(some)]).abs().max(), rtol=0.5, atol=0.05)
        assert away < 0.02, "Other images come of the same samples as an array, or of one alone."


# --- the student's DCGAN --------------------------------------------------------------------------


def play(
    student: Student,
    count: int = 12,
    epochs: int = 1,
    batch_size: int = 4,
    evaluating: bool = False,
) -> tuple[Game, Any]:
    """Train the student's DCGAN on `count` images: what was seen, and what was returned."""
    model = dcgan(student)
    settings = {"num_epoch": epochs, "batch_size": batch_size}
    for name, value in {**settings, "visualize_step": 10**6, "log_step": 10**6}.items():
        model.at(name).set(value)
    images = draw_images(count)
    game = Game(model, images, steps=epochs * (count // batch_size))
    if evaluating:
        for net in NETS:
            model.at(f"_{net}").eval()
        model.training.set(False)
    returned = None
    with student.within(PATIENCE), seen_enough():
        returned = model.train(images.numpy())
    game.end()
    return game, returned


@contextmanager
def seen_enough() -> Iterator[None]:
    """In this block one of our stand-ins may break the student's code off, by `Enough`."""
    try:
        yield
    except StudentError as error:
        if error.type != Enough.__name__:
            raise


def dcgan(student: Student) -> Handle:
    """The student's DCGAN; what of it failed in an earlier exercise is the reference's."""
    model = with_what_init_makes(student) if student.failed("init") else student.build("DCGAN")
    if student.failed("train"):  # whose mistakes are not to keep `eval` from switching the mode
        model.train.replace(
            lambda mode=True: [model.at(f"_{n}").train(mode) for n in NETS] and None
        )
        student.note_carried("train")
    return model


def with_what_init_makes(student: Student) -> Handle:
    """The student's DCGAN with the reference's loss, and with nets and optimizers as they should
    be: the student's own where they are there, and under other names than the notebook's."""
    student.note_carried("init")
    try:
        model = student.build("DCGAN")
    except StudentError as error:
        if not (error.is_gap or error.kind == "raised"):
            raise
        model = student.bare("DCGAN")
        model.tracked_noise.set(torch.randn(64, CODE_SIZE))
    for net, kind in zip(NETS, ("Generator", "Discriminator"), strict=True):
        wanted = sorted(list(p.shape) for p in getattr(RIGHT.DCGAN(), f"_{net}").parameters())
        try:
            there = sorted(model.at(f"_{net}").shapes().values()) == wanted
        except StudentError:
            there = False
        if not there:
            own = student.build(kind, *([CODE_SIZE] if net == "generator" else []))
            model.at(f"_{net}").set(own)
        adam = student.optimizer("Adam", model.at(f"_{net}").read(), lr=LEARNING_RATE, betas=BETAS)
        model.at(f"_{net}_optimizer").set(adam)
    model.at("_classification_loss").replace(F.binary_cross_entropy_with_logits)
    return model


def betas(student: Student) -> list[tuple[float, float]]:
    return [BETAS, *OTHER_BETAS] if student.failed("init") else [BETAS]


# --- weights and optimizers -----------------------------------------------------------------------


def values_of(model: Handle, net: str, dims: int) -> list[Tensor]:
    """A net's parameters with so many dimensions."""
    found = [p for p in model.at(f"_{net}").parameters().values() if p.dim() == dims]
    observe(len(found))
    assert found, f"The {net} has no layers of that kind."
    return found


def batch_norms(student: Student, model: Handle, net: str) -> tuple[Tensor, Tensor]:
    """The weights of all BatchNorm layers of a net, in one row, and their biases."""
    found = layers_of(student, model.at(f"_{net}"), "BatchNorm2d")
    weights, biases = (
        [getattr(layer, part).read() for layer in found] for part in ("weight", "bias")
    )
    return torch.cat(weights).detach(), torch.cat(biases).detach()


def assert_normal(values: Tensor, mean: float, std: float, what: str) -> None:
    """Fail unless these are draws of N(mean, std): to six standard errors, as layers are many."""
    values = values.detach().double().flatten()
    n = values.numel()
    off, size = observe([(values.mean() - mean) / std, values.std() / std], rtol=0.2, atol=0.5)
    assert abs(off) < 6 / math.sqrt(n), f"{what} have another mean than {mean}."
    assert abs(size - 1) < 6 / math.sqrt(2 * n), (
        f"{what} have another standard deviation than {std}."
    )
    beyond = observe(((values - mean).abs() > 2 * std).double().mean(), rtol=0, atol=0.03)
    assert abs(beyond - 0.0455) < 1.25 / math.sqrt(n), f"{what} are not normally distributed."


def optimizers_of(student: Student, model: Handle) -> list[Handle]:
    """The optimizers among the attributes of an object, also those in lists and dicts there."""
    kind, builtins = student.kit("torch.optim").Optimizer.read(), student.kit("builtins")
    found: list[Handle] = []

    def look(value: Any) -> None:
        if isinstance(value, Handle):
            if builtins.isinstance(value, kind):
                found.append(value)
        elif isinstance(value, dict | list | tuple):
            for part in value.values() if isinstance(value, dict) else value:
                look(part)

    look(builtins.vars(model))
    if not found:  # is anything of `__init__` written?
        for net in NETS:
            model.at(f"_{net}").shapes()
    return found


def moved_by(model: Handle, optimizer: Handle) -> tuple[float, float]:
    """Which share of the generator's parameters a step moves, and of the discriminator's."""
    parts = [model.at(f"_{net}") for net in NETS]
    before = [part.parameters() for part in parts]
    for part, values in zip(parts, before, strict=True):
        for name, value in values.items():
            part.at(f"{name}.grad").set(torch.full_like(value, 0.5))
    optimizer.step()
    shares = []
    for part, values in zip(parts, before, strict=True):
        after = part.parameters()
        shares.append([float(bool(after[name].ne(value).all())) for name, value in values.items()])
    generator, discriminator = (sum(share) / len(share) for share in shares)
    return generator, discriminator


def way_of(model: Handle, optimizer: Handle) -> Tensor:
    """How far an optimizer has moved numbers, at some points of a way with known gradients."""
    bias = [model.at("_generator.linear.bias"), model.at("_discriminator.linear.bias")]
    starts = [part.read().detach() for part in bias]
    way = []
    for gradient, steps in GRADIENTS:
        for part, start in zip(bias, starts, strict=True):
            part.at("grad").set(torch.full_like(start, gradient))
        for _ in range(steps):
            optimizer.step()
        moved = [(s - part.read().detach()).mean() for part, s in zip(bias, starts, strict=True)]
        way.append(max(moved, key=abs))
    return torch.stack(way)


def adam_way(lr: float, betas: tuple[float, float]) -> Tensor:
    """As `way_of`, of torch's own Adam."""
    number = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.Adam([number], lr=lr, betas=betas)
    way = []
    for gradient, steps in GRADIENTS:
        number.grad = torch.tensor(gradient)
        for _ in range(steps):
            optimizer.step()
        way.append(-number.detach().clone())
    return torch.stack(way)


# --- spectral norm --------------------------------------------------------------------------------


def spectral_discriminator(student: Student) -> tuple[Handle, Any]:
    """The student's, and a plain discriminator with the same weights.

    The weights of each convolution have one singular value that is much larger than the others, so
    that few power iterations find it. All else but the Linear weights is one and the same number,
    whatever it is called: so no names are needed.
    """
    net: Handle = student.SpectralDiscriminator()  # whole: what is inherited is no answer
    plain, weights = RIGHT.Discriminator().eval(), {}
    with torch.no_grad():
        for parameter in plain.parameters():
            shape = tuple(parameter.shape)
            if len(shape) == 4:
                out, rest = shape[0], math.prod(shape[1:])
                first = torch.randn(out, 1) @ torch.randn(1, rest) / math.sqrt(out * rest)
                noise = torch.randn(out, rest) / (math.sqrt(out) + math.sqrt(rest))
                parameter.copy_((3 * first + 0.4 * noise).reshape(shape))
            elif len(shape) == 2:
                parameter.normal_(std=0.3)
            else:
                parameter.fill_(0.3)
            weights[shape] = parameter.detach().clone()
    own = net.parameters()
    norms = [torch.linalg.matrix_norm(p.flatten(1), 2) for p in own.values() if p.dim() == 4]
    observe([0.0, *norms], rtol=0.1)  # of the first weights: who divides these alone is known by it
    shapes = {name: tuple(value.shape) for name, value in own.items()}
    large = sorted(shape for shape in set(shapes.values()) if len(shape) > 1)
    observe([0, *(size for shape in large for size in shape)])
    missing = [shape for shape in weights if shape not in shapes.values()]
    assert not missing, f"There are no weights of the shape {missing[0]}, as `Discriminator` has."
    net.load({name: weights.get(s, torch.full(s, 0.3)) for name, s in shapes.items()})
    return net, plain


def with_norms(plain: Any, x: Tensor, convs: Sequence[int] = (1, 1, 1), line: int = 0) -> Tensor:
    """What the plain discriminator gives for x, with those layers divided by their norms."""
    net = deepcopy(plain)
    layers = [layer for layer in net.modules() if isinstance(layer, nn.Conv2d)] + [net.linear]
    with torch.no_grad():
        for layer, one in zip(layers, (*convs, line), strict=True):
            if one:
                layer.weight /= torch.linalg.matrix_norm(layer.weight.flatten(1), 2)
        logits: Tensor = net(x)
    return logits


def layers_of(student: Student, net: Name, kind: str) -> list[Handle]:
    """All layers of a net that are of that kind of torch.nn."""
    builtins, wanted = student.kit("builtins"), getattr(student.kit("torch.nn"), kind).read()
    return [layer for layer in builtins.list(net.modules()) if builtins.isinstance(layer, wanted)]


# --- reconstruction -------------------------------------------------------------------------------


def with_small_generator(student: Student, steps: int = ENOUGH) -> tuple[Handle, Any]:
    """The student's DCGAN and the reference's, both with the same small and fast generator."""
    model, right = dcgan(student), RIGHT.DCGAN()
    right._generator = small_generator(nn)
    linear, norm, last = right._generator[:3]
    with torch.no_grad():
        nn.init.orthogonal_(linear.weight)
        linear.bias.normal_(std=0.3)
        norm.running_mean.normal_(std=0.3)
        norm.running_var.uniform_(0.5, 2)
        last.weight.normal_(std=0.4)
        last.bias.normal_(std=0.5)
    right.eval()
    theirs = small_generator(student.kit("torch.nn"))
    theirs.load_state_dict(right._generator.state_dict())
    model.at("_generator").set(theirs)
    model.vis_steps.set(steps)
    right.vis_steps = steps
    return model, right


def small_generator(layers: Any) -> Any:
    """A generator of few layers, of torch.nn here or in the student's process."""
    return layers.Sequential(
        layers.Linear(CODE_SIZE, HIDDEN),
        layers.BatchNorm1d(HIDDEN),
        layers.Linear(HIDDEN, math.prod(IMAGE)),
        layers.Sigmoid(),
        layers.Unflatten(1, IMAGE),
    )


def some_samples(right: Any, count: int) -> Tensor:
    """Images that the generator makes of random codes, and every other one noisy: (count, ...)."""
    with torch.no_grad():
        images: Tensor = right._generator(0.3 * torch.randn(count, CODE_SIZE))
    images[::2] += 0.1 * (2 * torch.rand(images[::2].shape) - 1)
    return images


def reconstructed(model: Handle, right: Any, samples: Tensor) -> tuple[Any, Tensor]:
    """Loss and images for samples. Fails unless the small generator can have made the images."""
    with model._student.within(PATIENCE):
        loss, images = pair_of(model.reconstruct(samples), len(samples))
    observe(float(images.std() < 1e-6))
    last = right._generator[2]
    with torch.no_grad():
        logits = (torch.logit(images.flatten(1).double(), eps=1e-7) - last.bias).T
        basis = torch.linalg.qr(last.weight.double()).Q
        beyond = (logits - basis @ (basis.T @ logits)).square().mean() / logits.square().mean()
    observe(beyond, rtol=0.3, atol=1e-3)
    assert beyond < 1e-3, "The images are not what the generator makes of any codes."
    return loss, images


def pair_of(returned: Any, count: int) -> tuple[Any, Tensor]:
    """Loss and images, as they were returned. Fails unless they have their forms."""
    pair = isinstance(returned, tuple | list) and len(returned) == 2
    assert observe(float(pair)), "`reconstruct` does not return the pair (loss, images)."
    loss, images = returned
    single = isinstance(loss, int | float) or (
        isinstance(loss, Tensor | np.ndarray | np.generic) and math.prod(loss.shape) == 1
    )
    assert observe(float(single)), "The loss that `reconstruct` returns is not a single number."
    if isinstance(images, np.ndarray):
        images = torch.from_numpy(images)
    return loss, assert_tensor(images, (count, *IMAGE), "What `reconstruct` returns as images")


def codes_of(model: Handle, right: Any, samples: Tensor) -> list[Tensor]:
    """The codes that the generator gets, one after the other, until they have changed often
    enough."""
    codes: list[Tensor] = []
    followed: list[float] = []

    def generate(_: Seen, code: Tensor) -> Tensor:
        followed.append(float(code.requires_grad))
        if not codes or not _equal(codes[-1], code):
            codes.append(code.detach().clone())
        if len(codes) > STEPS:
            raise Enough("the codes were seen often enough")
        return right._generator(code)

    model.at("_generator").compute(generate, [])
    model.vis_steps.set(STEPS)
    with seen_enough():
        model.reconstruct(samples)
    observe([1.0, *followed[:1]])
    return codes


def _equal(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.equal(a, b)
