"""Public checks of autoencoders: auto-encoder, beta-VAE, interpolation, conditional VAE.

Everything is judged by what it does on inputs drawn here, never by how it is written, nor by one
stream of random numbers. Training loops run on a tiny model that notes what is done to it. Students
work in the notebook with a global `device`, so the checks hand out everything on that device.
Checks of random numbers give a false alarm less than once in a million runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nndl import _recording
from nndl._loops import (
    EPOCHS,
    RATE,
    SLIPS,
    Slip,
    agree,
    every_batch_is_used,
    is_a_record,
    labels_go_along,
    numbers_are_right,
    parameters_are_right,
)
from nndl._probes import (
    ERROR_HINTS,
    close,
    device_of,
    first_case,
    global_of,
    has_layers,
    has_relus,
    is_number,
    is_tensor,
    known_answer,
    numbers,
    overhear,
    question_for,
    set_known_weights,
    shape_of,
    silenced,
    type_of,
)
from nndl._recording import Parts, RecordedAutoEncoder, RecordedVAE
from nndl.check import Claim, Lab, Unanswered, WrongUsage, claim, trying
from nndl.data import Split
from nndl.grad import rel_error

D, NZ, C = 784, 32, 10
RELUS = (1, 2)  # after these Linear layers; the third is the last

lab = Lab("autoencoders", error_hints=ERROR_HINTS)

lab.written("observe_samples")
lab.written("beta_extremes")
lab.written("good_result")
lab.written("compare_interpolations")


# --- the loader and the networks --------------------------------------------------------------


@lab.exercise("encoder_decoder")
def encoder_decoder(
    Encoder: type[nn.Module],
    Decoder: type[nn.Module],
    mnist_data_loader: Callable[[Split], Iterable[tuple[Tensor, Tensor]]],
) -> Iterator[Claim]:
    _needs_classes(Encoder, Decoder)
    _needs_functions(mnist_data_loader)
    yield from _loader_is_right(mnist_data_loader)
    yield from _encoder_is_right(Encoder)
    yield from _decoder_is_right(Decoder)


def _loader_is_right(
    mnist_data_loader: Callable[[Split], Iterable[tuple[Tensor, Tensor]]],
) -> Iterator[Claim]:
    size = global_of(mnist_data_loader, "batch_size", 64)
    split = _counted_images(3 * size + size // 3, device_of(mnist_data_loader))
    with trying(f"`mnist_data_loader(split)`, for a split of {len(split.images)} images"):
        loader = mnist_data_loader(split)
        batches = list(loader)
    pairs = bool(batches) and all(
        isinstance(batch, tuple | list) and len(batch) == 2 and all(map(is_tensor, batch))
        for batch in batches
    )
    yield claim(
        "the loader yields batches of two tensors: images, and labels",
        pairs,
        f"The first batch is {type_of(batches[0])}." if batches else "It yields nothing.",
        "What does one turn of a loop over your loader give?",
        "Two tensors of N rows: the images, and what they show.",
    )
    sizes = [len(x) for x, _ in batches]
    yield claim(
        f"{len(split.images)} images make 3 full batches of {size}, and the rest is left out",
        sizes == [size] * 3,
        f"The batches have {', '.join(map(str, sizes))} images.",
        "How many images are in a batch, and what becomes of the last, smaller one?",
        "`batch_size` says how many. A batch that can't be filled is dropped: loaders have a "
        "switch for that.",
    )
    x, labels = batches[0]
    yield claim(
        f"images have shape ({size}, 1, 28, 28), labels ({size},)",
        all(x.shape == (size, 1, 28, 28) and c.shape == (size,) for x, c in batches),
        f"They have {shape_of(x)} and {shape_of(labels)}.",
        "Which axes does a batch of grey images have?",
        "Batch, channel, height, width, as the images come. Rows of pixels are made later.",
    )
    low, high = x.min().item(), x.max().item()
    yield claim(
        "pixels are float32 between 0 and 1",
        x.dtype == torch.float32 and low >= 0 and 0.5 < high <= 1,
        f"They are {x.dtype} from {low:.3g} to {high:.3g}.",
        "Which range have the pixels in `split.images`, and which one should they have?",
        "0 is background and 1 is ink: nothing but the scale changes, no mean is subtracted.",
    )
    seen = torch.cat([x for x, _ in batches])
    places = _places_of(seen)
    yield claim(
        "each is an image of the split as it was, with its own label, at most once",
        len(places.unique()) == len(places)
        and close(seen, split.images[places].to(seen) / 255)
        and torch.equal(torch.cat([c for _, c in batches]), split.labels[places].to(labels)),
        "Some image comes twice, has other pixels, or has the label of another one.",
        "What has to happen to the labels when the images are shuffled?",
        "Image and label stay together; every image of the split is drawn once per pass.",
    )
    yield claim(
        "they are shuffled",
        not torch.equal(places, places.sort().values),
        "They come in the order of the split.",
        "Should every epoch show the images in the order in which they lie in the file?",
        "Loaders have a switch for that too.",
    )
    yield claim(
        "the loader can be passed over again, once per epoch",
        [len(x) for x, _ in loader] == sizes,
        "The second pass does not yield the same number of batches.",
        "What is left of a generator, or an iterator, after one loop over it?",
        "Return something over which a loop can start anew.",
    )


def _counted_images(count: int, device: torch.device) -> Split:
    """Images whose first three pixels say their place in the split, in base 250; the label is its
    last digit.

    The first pixel of all is the brightest that there is.
    """
    places = torch.arange(count, device=device)
    images = torch.zeros(count, 1, 28, 28, dtype=torch.uint8, device=device)
    images[:, 0, 0, 0] = 255
    images[:, 0, 0, 1] = places // 250
    images[:, 0, 0, 2] = places % 250
    return Split(images, places % 10)


def _places_of(images: Tensor) -> Tensor:
    pixels = (images[:, 0, 0, 1:3] * 255).round().long()
    return pixels[:, 0] * 250 + pixels[:, 1]


def _encoder_is_right(Encoder: type[nn.Module]) -> Iterator[Claim]:
    device = device_of(Encoder)
    with trying(f"`Encoder({NZ}, {D})`"):
        encoder = Encoder(NZ, D).to(device)
    sizes = [D, 256, 64, NZ]
    yield from has_layers("encoder", encoder, sizes)
    rows = torch.randn(64, D)
    set_known_weights(encoder)
    with trying(f"`encoder(x)`, with x of shape (64, {D})"):
        codes = encoder(rows.to(device))
    yield claim(
        f"the encoder makes a code of {NZ} numbers of each image",
        is_tensor(codes) and codes.shape == (64, NZ),
        f"64 rows of {D} pixels became {shape_of(codes)}.",
        "What should come out of the encoder for N images?",
        "N rows of `nz` numbers.",
    )
    yield from has_relus("encoder", codes.detach(), rows, sizes, RELUS, lambda h: h)
    with trying(f"`encoder(x)`, with x of shape (64, 1, {D})"):
        again = encoder(rows.to(device).unsqueeze(1))
    yield claim(
        f"images of shape (N, 1, {D}) give the same codes (N, {NZ})",
        is_tensor(again) and close(again, codes),
        f"(64, 1, {D}) became {shape_of(again)}.",
        "What is left of the axis in the middle?",
        "Bring both shapes to one row per image first; the batch axis stays.",
    )
    with trying("`Encoder(6, 50)`, and x of shape (5, 50)"):
        small = Encoder(6, 50).to(device)(torch.randn(5, 50, device=device))
    yield claim(
        "other sizes work as well: `Encoder(6, 50)`",
        is_tensor(small) and small.shape == (5, 6),
        f"5 rows of 50 numbers became {shape_of(small)}.",
        "Is a size written as a number, or taken from the notebook, where an argument has it?",
        "`__init__` is given the number of pixels and the length of a code.",
    )


def _decoder_is_right(Decoder: type[nn.Module]) -> Iterator[Claim]:
    device = device_of(Decoder)
    with trying(f"`Decoder({NZ}, {D})`"):
        decoder = Decoder(NZ, D).to(device)
    sizes = [NZ, 64, 256, D]
    yield from has_layers("decoder", decoder, sizes)
    rows = torch.randn(64, NZ)
    set_known_weights(decoder)
    with trying(f"`decoder(z)`, with z of shape (64, {NZ})"):
        images = decoder(rows.to(device))
    yield claim(
        f"the decoder makes images of shape (N, 1, {D})",
        is_tensor(images) and images.shape == (64, 1, D),
        f"64 codes became {shape_of(images)}.",
        "Which axis is missing, or one too many?",
        "The batch first, then a channel of size 1, then the pixels.",
    )
    with trying("`decoder(z)`, with large numbers in z"):
        extreme = decoder(1e4 * torch.randn(200, NZ, device=device))
    low, high = extreme.min().item(), extreme.max().item()
    yield claim(
        "its pixels reach from 0 to 1, and no further",
        0 <= low < 0.01 and 0.99 < high <= 1,
        f"Over many codes they reach from {low:.3g} to {high:.3g}.",
        first_case(
            (low < 0 or high > 1, "What brings a number of any size between 0 and 1?"),
            (low > 0.49 and high < 0.74, "Is there one sigmoid at the end, or are there two?"),
            (low > 0.49, "What does a sigmoid make of numbers that can't be negative?"),
            otherwise="What does the decoder end with?",
        ),
        "Exactly one thing stands between the last Linear layer and the pixels.",
    )
    found = images.detach().reshape(64, D)
    yield from has_relus("decoder", found, rows, sizes, RELUS, torch.sigmoid)
    with trying("`Decoder(6, 50)`, and z of shape (5, 6)"):
        small = Decoder(6, 50).to(device)(torch.randn(5, 6, device=device))
    yield claim(
        "other sizes work as well: `Decoder(6, 50)`",
        is_tensor(small) and small.shape == (5, 1, 50),
        f"5 codes became {shape_of(small)}.",
        "Is a size written as a number, or taken from the notebook, where an argument has it?",
        "`__init__` is given the length of a code and the number of pixels.",
    )


# --- training ---------------------------------------------------------------------------------

_OWN_LOSS = "Who computes the loss that `backward` starts from, the model or your loop?"


@lab.exercise("train_autoencoder")
def train_autoencoder(train_autoencoder: Callable[..., Sequence[float]]) -> Iterator[Claim]:
    _needs_functions(train_autoencoder)
    device = device_of(train_autoencoder)
    model, batches = RecordedAutoEncoder().to(device), _recording.loader(device)
    with trying("training a tiny auto-encoder, 2 epochs of 3 batches"), silenced():
        losses = train_autoencoder(model, batches, epochs=EPOCHS, learning_rate=RATE)
    yield from is_a_record("it returns", losses)
    yield from every_batch_is_used(model, batches)

    def loss(model: Any, x: Tensor, labels: Tensor) -> tuple[Tensor, Parts]:
        x = x.flatten(1)
        value = F.binary_cross_entropy(model(x).flatten(1), x)
        return value, {"loss": value}

    right = RecordedAutoEncoder().to(device)
    steps = _recording.train(right, batches, EPOCHS, RATE, loss)
    x = next(iter(batches))[0].flatten(1)
    rec = RecordedAutoEncoder().to(device)(x).detach().flatten(1)
    yield from _cross_entropy_is_right(float(losses[0]), x, rec)
    yield from parameters_are_right(model, right, batches, [(loss, slip) for slip in SLIPS])
    yield from numbers_are_right("losses", losses, [step["loss"] for step in steps])


def _cross_entropy_is_right(first: float, x: Tensor, rec: Tensor) -> Iterator[Claim]:
    """`first`: what the student's loop says of its first batch x, reconstructed as rec, (N, D)."""
    mean = float(F.binary_cross_entropy(rec, x))
    slips = (
        (mean * x.numel(), "Is your loss a sum, or a mean, over pixels and over images?"),
        (mean * D, "Is your loss a sum, or a mean, over the pixels of an image?"),
        (mean * D / len(x), "By what do you divide, and is it done once?"),
        (mean / len(x), "By what do you divide, and is it done once?"),
        (float(F.mse_loss(rec, x)), "Squared error, or binary cross entropy?"),
        (
            float(F.binary_cross_entropy(x, rec)),
            "Which argument is the prediction, and which one the target?",
        ),
        (
            float(F.binary_cross_entropy_with_logits(rec, x)),
            "Does the cross entropy that you call apply a sigmoid of its own?",
        ),
    )
    yield claim(
        "the loss is the binary cross entropy, averaged over pixels and images",
        math.isclose(first, mean, rel_tol=1e-4),
        f"On the first batch of the check it is {mean:.4f}; your loop says {first:.4f}.",
        question_for(first, slips) or "Which two things does your loss compare, and how?",
        "A pixel whose reconstruction is 0.5 costs log 2 = 0.6931, whatever x is. The loss is the "
        "mean of what all pixels of the batch cost.",
    )


@lab.exercise("train_vae")
def train_vae(train_vae: Callable[..., Any]) -> Iterator[Claim]:
    yield from _vae_is_trained(train_vae, labelled=False)


def _vae_is_trained(train: Callable[..., Any], labelled: bool) -> Iterator[Claim]:
    """The claims about `train_vae`, and about `train_cvae`, whose model is told the labels."""
    _needs_functions(train)
    device = device_of(train)
    model, batches = RecordedVAE().to(device), _recording.loader(device)
    with trying("training a tiny VAE, 2 epochs of 3 batches"), silenced():
        losses = train(model, batches, epochs=EPOCHS, learning_rate=RATE)
    two = isinstance(losses, tuple | list) and len(losses) == 2
    yield claim(
        "it returns two lists: the reconstruction losses, and the KL losses",
        two,
        f"It returns {type_of(losses)}"
        + (f" of {len(losses)}." if isinstance(losses, tuple | list) else "."),
        "What does the last line of your function return?",
        "Two lists with a number for each step: first reconstruction, then KL.",
    )
    rec_losses, kl_losses = losses
    yield from is_a_record("the first list has", rec_losses)
    yield from is_a_record("the second list has", kl_losses)
    yield from every_batch_is_used(model, batches)
    if labelled:
        yield from labels_go_along(model, batches)

    def own(model: Any, x: Tensor, labels: Tensor) -> tuple[Tensor, Parts]:
        total, parts = model.loss(x, model(x, labels if labelled else None))
        return total, parts

    def without_beta(model: Any, x: Tensor, labels: Tensor) -> tuple[Tensor, Parts]:
        _, parts = own(model, x, labels)
        return parts["rec_loss"] + parts["kl_loss"], parts

    def without_kl(model: Any, x: Tensor, labels: Tensor) -> tuple[Tensor, Parts]:
        _, parts = own(model, x, labels)
        return parts["rec_loss"], parts

    right = RecordedVAE().to(device)
    steps = _recording.train(right, batches, EPOCHS, RATE, own)
    slips = [(own, slip) for slip in SLIPS]
    slips += [(wrong, Slip({}, _OWN_LOSS)) for wrong in (without_beta, without_kl)]
    yield from parameters_are_right(model, right, batches, slips)
    right_rec, right_kl = ([step[name] for step in steps] for name in ("rec_loss", "kl_loss"))
    swapped = agree(rec_losses, right_kl) and agree(kl_losses, right_rec)
    yield claim(
        "first come the reconstruction losses, then the KL losses",
        not swapped,
        "They are swapped.",
        "In which order does the text name the two lists?",
        "Look at the last line of your function, and at where each list is filled.",
    )
    yield from numbers_are_right("reconstruction losses", rec_losses, right_rec)
    yield from numbers_are_right("KL losses", kl_losses, right_kl)


# --- draws from the prior ---------------------------------------------------------------------


@lab.exercise("sample_prior")
def sample_prior(sample_prior: Callable[[Any, int], Tensor]) -> Iterator[Claim]:
    _needs_functions(sample_prior)
    nz, n = 12, 2000
    model = RecordedAutoEncoder(nz).to(device_of(sample_prior))
    given = overhear(model.decoder.net, _image_of)
    with trying(f"`sample_prior(model, {n})`, of a model with `nz` = {nz}"), silenced():
        images = sample_prior(model, n)
    yield claim(
        "the model's decoder makes the images",
        bool(given),
        "It is never called.",
        "What turns a code into an image?",
        "Every model here has a `decoder`; the model is the one that the function is given.",
    )
    z = torch.cat([inputs[0].detach().reshape(-1, inputs[0].shape[-1]) for inputs in given])
    yield claim(
        "it gets n codes, of `model.nz` numbers each",
        z.shape == (n, nz),
        f"For n = {n} and a model with `nz` = {nz} it got codes of shape {shape_of(z)}.",
        "How long is a code of this very model, and how many codes are asked for?"
        if z.shape[-1] != nz
        else "How many images are asked for, and how many codes do you draw?",
        "Sizes come from the arguments: the model knows the length of its codes.",
    )
    yield claim(
        "the images have shape (n, 1, 28, 28)",
        is_tensor(images) and images.shape == (n, 1, 28, 28),
        f"For n = {n} they have {shape_of(images)}.",
        "The decoder's answer is (N, 1, 784). What is the shape of an image?",
        "Batch, channel, height, width.",
    )
    with silenced():
        sample_prior(model, n)
    again = torch.cat([inputs[0].detach().reshape(-1, nz) for inputs in given])[n:]
    yield from _is_standard_normal(z, again)
    yield claim(
        "each image is the decoder's answer to its code, as it is",
        close(images.detach().reshape(n, D), _image_of(z)),
        "The pixels are not those that the decoder gave.",
        "What is done to the decoder's answer before it is returned?",
        "Its shape changes, and nothing else.",
    )


def _image_of(z: Tensor) -> Tensor:
    """A decoder for codes of any length, whose images tell them apart."""
    places = torch.linspace(1, 2, z.shape[-1], device=z.device)
    pixels = torch.linspace(-2, 2, D, device=z.device)
    return torch.sigmoid((z * places).sum(dim=-1, keepdim=True) * pixels)


def _is_standard_normal(z: Tensor, again: Tensor) -> Iterator[Claim]:
    """`z` and `again`: two draws of 20,000 numbers or more, (N, nz) each."""
    nothing_random = bool((z == z[0, 0]).all())
    yield claim(
        "the codes are drawn by chance, afresh at each call",
        not (nothing_random or torch.equal(z, again)),
        f"They are all {z[0, 0].item():.3g}."
        if nothing_random
        else "Two calls draw the very same codes.",
        "Where does chance come into a code?"
        if nothing_random
        else "What makes random numbers repeat themselves?",
        "Each call draws new numbers. Seeds are for the notebook to set.",
    )
    yield claim(
        "no two of them are the same",
        len(z.unique(dim=0)) == len(z),
        f"Among {len(z):,} there are {len(z.unique(dim=0)):,} different ones.",
        "How many codes do you draw, and how many images do you make of them?",
        "Every image needs a code of its own.",
    )
    yield claim(
        "every number of a code is drawn on its own",
        not bool((z == z[:, :1]).all()),
        "All numbers of a code are equal.",
        "How many numbers must be drawn for N codes of length nz?",
        "N times nz of them.",
    )
    # The standard errors are below 0.0065, 0.0046 and 0.0014: all limits are six or more.
    mean, spread = z.mean().item(), z.std().item()
    beyond = (z.abs() > 2).float().mean().item()
    yield claim(
        "they follow the standard normal distribution, with mean 0 and spread 1",
        abs(mean) < 0.04 and abs(spread - 1) < 0.03 and abs(beyond - 0.0455) < 0.0085,
        f"Mean {mean:.2f} and spread {spread:.2f}; {beyond:.1%} are beyond two, not 4.6 %.",
        "Are your numbers as often negative as positive?"
        if z.min() >= 0
        else "Which law does the prior have, and which law do your numbers follow?",
        "torch draws from many laws. The prior is normal, with mean 0 and spread 1 in each "
        "dimension.",
    )


# --- the VAE ----------------------------------------------------------------------------------


@lab.exercise("vae")
def vae(VAE: type[nn.Module]) -> Iterator[Claim]:
    _needs_classes(VAE)

    def make(nz: int, beta: float = 1.0) -> Any:
        with trying(f"`VAE({nz}, beta={beta})`"):
            return VAE(nz, beta=beta).to(device_of(VAE))

    model = make(NZ)
    yield from _has_networks(model)
    yield from _encoder_gives_q(model, ())
    yield from has_layers("encoder", model.encoder, [D, 256, 64, 2 * NZ])
    yield from has_layers("decoder", model.decoder, [NZ, 64, 256, D])
    small = make(7)
    yield from _broken(has_layers("encoder of `VAE(7)`", small.encoder, [D, 256, 64, 14]))
    yield from _broken(has_layers("decoder of `VAE(7)`", small.decoder, [7, 64, 256, D]))
    yield from _model_is_right(make, lambda n: ())


def _has_networks(model: Any) -> Iterator[Claim]:
    names = ("encoder", "decoder")
    missing = [name for name in names if not isinstance(getattr(model, name, None), nn.Module)]
    yield claim(
        "it has two networks: `encoder` and `decoder`",
        not missing,
        f"There is no module `self.{' and no '.join(missing)}`.",
        "Where does `__init__` build the two networks, and what are they called?",
        "As in `AutoEncoder`, which you were given: `sample_prior` and `interpolate` look for "
        "them by these names.",
    )


def _encoder_gives_q(model: Any, given: tuple[Tensor, ...]) -> Iterator[Claim]:
    """`given`: what goes into the encoder beside 5 images."""
    with trying(f"`encoder`, with x of shape (5, {D})"):
        q = model.encoder(_images(5, model), *given)
    yield claim(
        f"its encoder gives {2 * NZ} = 2 nz numbers for each image",
        is_tensor(q) and q.shape == (5, 2 * NZ),
        f"5 images became {shape_of(q)}; `nz` is {NZ}.",
        "How many numbers say where the codes of one image lie, and how wide they spread?",
        "A mean and a log_sigma for each of the nz latent dimensions; a label changes nothing "
        "about that.",
    )


Make = Callable[..., Any]  # (nz, beta=1.0) -> a model on the notebook's device
Labels = Callable[[int], tuple[Tensor, ...]]  # what a model gets beside n images: nothing, or c


def _model_is_right(make: Make, labels: Labels) -> Iterator[Claim]:
    """What VAE and CVAE have in common. Another `nz` than the notebook's shows what is global."""
    yield from _draw_is_right(make(NZ), labels)
    yield from _outputs_are_right(make(NZ), labels)
    yield from _loss_is_right(lambda beta: make(4, beta), labels)
    yield from _reconstruct_is_right(lambda: make(NZ), labels)
    yield from _broken(_outputs_are_right(make(7), labels, "with `nz` = 7, "))
    yield from _broken(_reconstruct_is_right(lambda: make(7), labels, "with `nz` = 7, "))
    yield claim("`forward` and `reconstruct` do the same with another `nz`", True)


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _enliven(model: nn.Module) -> None:
    """Weights so large that different codes give clearly different images."""
    chance = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for p in model.parameters():
            scale = math.sqrt(2 / p.shape[-1]) if p.dim() > 1 else 0.2
            p.copy_(scale * torch.randn(p.shape, generator=chance))


def _images(n: int, model: nn.Module) -> Tensor:
    """n images (n, D) of grey pixels, drawn afresh."""
    return torch.rand(n, D, device=_device(model))


def _outputs_are_right(model: Any, labels: Labels, where: str = "") -> Iterator[Claim]:
    nz = model.nz
    _enliven(model)
    x, given = _images(5, model), labels(5)
    heard = overhear(model.decoder)
    with trying(f"`forward`, {where}with x of shape (5, {D})"):
        out = model(x, *given)
    keys = {"q", "rec", "c"} if given else {"q", "rec"}
    named = isinstance(out, dict) and keys <= set(out) and is_tensor(out["q"])
    yield claim(
        f"{where}`forward` returns a dictionary with {', '.join(f'`{k}`' for k in sorted(keys))}",
        named and is_tensor(out["rec"]),
        f"It returns {type_of(out)}"
        + (f" with {', '.join(map(repr, out))}." if isinstance(out, dict) else "."),
        "What is `loss` given, and under which names does it look for it?",
        "q is what the encoder gave, a tensor with both halves; rec is the reconstruction.",
    )
    q, rec = out["q"], out["rec"]
    yield claim(
        f"{where}for 5 images q has shape (5, {2 * nz}), and rec has {D} pixels for each",
        q.shape == (5, 2 * nz) and rec.shape[:1] == (5,) and rec.numel() == 5 * D,
        f"q has {shape_of(q)}, rec has {shape_of(rec)}.",
        "How many numbers does the encoder give for one image, and what do they mean?"
        if q.shape != (5, 2 * nz)
        else "What does the decoder give for one code?",
        "nz means and nz logs of standard deviations make one row of q. The code z is only half "
        "as long, and q stays what the encoder gave.",
    )
    yield claim(
        f"{where}q is what the encoder gave",
        close(q, model.encoder(x, *given)),
        "It has other numbers.",
        "Does something between the encoder and `return` change q, or put another thing in its "
        "place?",
        "`loss` needs the encoder's own numbers: means and logs of standard deviations.",
    )
    with trying(f"`forward`, {where}with x of shape (5, 1, {D})"):
        wide = model(x.unsqueeze(1), *given)
    yield claim(
        f"{where}images of shape (N, 1, {D}) give the same q",
        is_tensor(wide["q"]) and close(wide["q"], q),
        f"q has shape {shape_of(wide['q'])}.",
        "What becomes of the axis in the middle?",
        "Bring both shapes to one row per image first.",
    )
    yield claim(
        f"{where}rec is the decoder's answer to z, as it is",
        bool(heard)
        and close(rec.reshape(5, D), _answer_again(model.decoder, heard[0]).reshape(5, D)),
        "The decoder was not called." if not heard else "It has other numbers.",
        "What is the decoder given, and what is done to its answer?",
        "z goes into the decoder, and what comes out is `rec`.",
    )


def _answer_again(decoder: nn.Module, inputs: tuple[Any, ...]) -> Tensor:
    with torch.no_grad():
        return decoder(*inputs)


def _draw_is_right(model: Any, labels: Labels) -> Iterator[Claim]:
    """z, as the decoder gets it, for a q that is put in the encoder's place."""
    n, nz, device = 1000, model.nz, _device(model)
    x, given = torch.zeros(n, D, device=device), labels(n)
    q = torch.zeros(n, 2 * nz, device=device)
    overhear(model.encoder, lambda *_, **__: q * 1)
    heard = overhear(model.decoder, lambda z, *_, **__: torch.zeros(n, 1, D, device=device))

    def draw(mu: float, log_sigma: float, seed: int | None = None) -> Tensor:
        q[:, :nz], q[:, nz:] = mu, log_sigma
        if seed is not None:
            torch.manual_seed(seed)
        with trying(f"`forward`, with mean {mu} and log_sigma {log_sigma} from the encoder"):
            model(x, *given)
        z: Tensor = heard[-1][0].detach()
        return z

    z = draw(0.0, 0.0)
    yield claim(
        "the decoder gets one z for each image, as long as one half of q",
        z.shape == (n, nz),
        f"For {n} images and `nz` = {nz} it gets {shape_of(z)}.",
        "Along which axis is q cut in two, and which axis counts the images?",
        "Rows are images. Of each row the first half is the mean, the second the log_sigma.",
    )
    certain = bool((z == z[0, 0]).all())
    if certain:
        yield claim(
            "z is drawn by chance",
            False,
            "Where the mean is 0 and log_sigma is 0, z is always the same.",
            "Which standard deviation belongs to log_sigma = 0, and does your z have it there?",
            "A log of 0 is no spread of 0. And what the decoder gets is a draw, not the mean.",
        )
    yield from _is_standard_normal(z, draw(0.0, 0.0))
    noise = draw(0.0, 0.0, seed=1)
    yield claim(
        "the noise comes from torch's random numbers",
        torch.equal(noise, draw(0.0, 0.0, seed=1)),
        "With torch's random numbers set back, z comes out different.",
        "Which library draws the noise, and would `torch.manual_seed` make it repeatable?",
        "Noise from NumPy or from Python knows nothing of torch's seed, nor of the device.",
    )
    yield from _draw_follows_q(draw, noise, nz)
    yield from _gradients_reach_q(model, x, given, q, heard, noise)


def _draw_follows_q(
    draw: Callable[[float, float, int], Tensor], noise: Tensor, nz: int
) -> Iterator[Claim]:
    """With the noise known there is no chance left in what z must be."""
    z = draw(3.0, -30.0, 1)
    other_half = bool((z.mean() < -20).item())
    yield claim(
        "the mean of z is the first half of q",
        close(z, torch.full_like(z, 3.0)),
        "It is the second half: the halves are swapped."
        if other_half
        else f"With mean 3 and log_sigma -30, which leaves no noise, z is {numbers(z[0, :3])}.",
        "Which half of q is the mean, and which the log of the standard deviation?",
        "q is a row for each image: first all nz means, then all nz logs.",
    )
    z = draw(3.0, 0.7, 1)
    factor = ((z - 3) / noise).median().item()
    slips = (
        (math.exp(0.35), "Is `log_sigma` the log of the variance, or of the standard deviation?"),
        (math.exp(1.4), "Is this the variance, where the standard deviation belongs?"),
        (math.exp(-0.7), "Should a larger log_sigma make the spread larger, or smaller?"),
        (2**0.7, "The log here is the natural one. Which base does your power have?"),
        (1.0, "What does your z do with log_sigma?"),
    )
    narrow = draw(3.0, -1.2, 1)
    yield claim(
        "the spread of z follows log_sigma: 2.01 where log_sigma = 0.7, 0.30 where it is -1.2",
        close(z, 3 + 2.0137527 * noise) and close(narrow, 3 + 0.3011942 * noise),
        f"Where log_sigma = 0.7 the spread is {factor:.2f}: it does not follow log_sigma.",
        question_for(factor, slips) or "How do you get from a log_sigma to a standard deviation?",
        "Work it through on paper for a standard deviation of 2: what is its log, and which step "
        "leads back?",
    )


def _gradients_reach_q(
    model: Any, x: Tensor, given: tuple[Tensor, ...], q: Tensor, heard: list[Any], noise: Tensor
) -> Iterator[Claim]:
    q.fill_(0.0)
    q.requires_grad_()
    torch.manual_seed(1)
    model(x, *given)
    z = heard[-1][0]
    grad = torch.autograd.grad(z.sum(), q, allow_unused=True)[0] if z.requires_grad else None
    right = torch.cat([torch.ones_like(noise), noise], dim=1)
    yield claim(
        "gradients flow through z to both halves of q",
        grad is not None and close(grad, right),
        "None reaches q." if grad is None else "They have other values than they should.",
        "A draw alone has no derivative. How did the lecture get around that?",
        "Keep the chance apart: draw noise that depends on nothing, then let the mean and the "
        "spread act on it by plain arithmetic, with nothing that cuts the graph.",
    )


# --- the loss of the VAE ----------------------------------------------------------------------


def _batch(device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """x (3, D), rec (3, 1, D) and q (3, 8), all of many values, q of both signs."""
    x = (torch.arange(3 * D) * 577 % (3 * D)).div(3 * D - 1).reshape(3, D)
    rec = torch.sigmoid((torch.arange(3 * D) * 1201 % (3 * D)).div(3 * D) * 4 - 2)
    q = (torch.arange(24) * 7 % 24 - 10).div(9).reshape(3, 8)
    return x.to(device), rec.reshape(3, 1, D).to(device), q.to(device)


_BCE, _KL = 0.846283, 4.607861  # of this batch

_AVERAGE = "What happens to it when the batch holds every image twice, and what should?"
_BCE_SLIPS = (
    (_BCE * D, "Is it summed or averaged over the pixels of an image?"),
    (_BCE * D * 3, "Is it summed or averaged over pixels, and over images?"),
    (_BCE * 3, _AVERAGE),
    (_BCE / 3, "By what do you divide, and is it done once?"),
    (1.029521, "Which argument is the prediction, and which one the target?"),
    (0.143223, "Squared error, or binary cross entropy?"),
    (0.731146, "Does the cross entropy that you call apply a sigmoid of its own?"),
    (0.423294, "What does yours cost where x = 0 and the reconstruction is 0.9?"),
    (0.422989, "What does yours cost where x = 1 and the reconstruction is 0.1?"),
    (-_BCE, "Is the loss to be made small, or large?"),
)
_KL_SLIPS = (
    (
        _KL / 4,
        "Is it summed or averaged over the latent dimensions? (Averaging makes a consistent model "
        "too, with beta scaled by nz: it takes one nz times as large to do what the text's does. "
        "All numbers of this lesson are for the sum.)",
    ),
    (_KL * 3, _AVERAGE),
    (_KL / 12, "What is averaged over the latent dimensions, and what should be?"),
    (_KL * 3 / 4, "Which axis is the batch, and which one counts the latent dimensions?"),
    (_KL / 3, "By what do you divide, and is it done once?"),
    (-_KL, "A divergence is never negative. What sign has yours?"),
    (2 * _KL, "What is it for one dimension with mean 2 and log_sigma 0? (Right: 2.)"),
    (8.743393, "The divergence of what from what? Which of the two comes first?"),
    (7.496794, "Which half of q is the mean, and which the log of the standard deviation?"),
    (6.620810, "Which half of q is the mean, and which the log of the standard deviation?"),
    (2.005405, "Is `log_sigma` the log of the variance, or of the standard deviation?"),
    (1.894294, "Is exp(log_sigma) the variance, or the standard deviation?"),
    (3.221030, "Where in your divergence is the mean?"),
)


def _loss_is_right(make: Callable[[float], Any], labels: Labels) -> Iterator[Claim]:
    """`make(beta)` gives a model with 4 latent dimensions."""
    model = make(1.0)
    x, rec, q = _batch(_device(model))
    also = dict(zip("c", labels(3), strict=False))

    def lose(model: Any, x: Tensor, rec: Tensor, q: Tensor) -> tuple[Any, Any]:
        with trying(f"`loss(x, outputs)`, with x {shape_of(x)}, rec {shape_of(rec)}, q (3, 8)"):
            said = model.loss(x, {"rec": rec, "q": q} | also)
        pair = isinstance(said, tuple | list) and len(said) == 2
        return (said[0], said[1]) if pair else (said, None)

    leaves = rec.clone().requires_grad_(), q.clone().requires_grad_()
    given = x.clone(), leaves[0] * 1, leaves[1] * 1
    total, parts = lose(model, *given)
    names = {"rec_loss", "kl_loss"}
    yield claim(
        "`loss` returns the total, and a dictionary with `rec_loss` and `kl_loss`",
        is_tensor(total) and isinstance(parts, dict) and names <= set(parts),
        f"It returns {type_of(total)} and {type_of(parts)}"
        + (f" with {', '.join(map(repr, parts))}." if isinstance(parts, dict) else "."),
        "What is trained on, and what is only looked at?",
        "Two things, in this order: the total, a tensor, and its parts by name.",
    )
    sizes = {name: v for name, v in {"total": total, **parts}.items() if not is_number(v)}
    yield claim(
        "each of them is a single finite number",
        not sizes,
        f"But {', '.join(f'{name} is {_brief(v)}' for name, v in sizes.items())}.",
        "Over which axes do you sum, over which do you average, and is one left over?",
        "One number for the whole batch. A nan comes from the log of a number that may be "
        "negative: log_sigma is a log already.",
    )
    yield claim(
        "x, rec and q are left as they were",
        all(close(a.detach(), b) for a, b in zip(given, (x, rec, q), strict=True)),
        "After the call they hold other numbers.",
        "Does some operation write into a tensor that you were given?",
        "In PyTorch a trailing underscore means: this overwrites its tensor.",
    )
    yield from _parts_are_right(parts, lose(model, x, rec, torch.zeros_like(q))[1])
    yield from _beta_is_right(make, lambda m: float(lose(m, x, rec, q)[0]))
    wide = float(lose(model, x.unsqueeze(1), rec, q)[0])
    yield claim(
        f"images of shape (N, 1, {D}) cost the same",
        math.isclose(wide, float(total), rel_tol=1e-4),
        f"They cost {wide:.4f}, and as (N, {D}) {float(total):.4f}.",
        "Which shapes have x and rec when they meet, and what does PyTorch make of the two?",
        "Bring both to one row per image before you compare them.",
    )
    grads = (
        torch.autograd.grad(total.sum(), leaves, allow_unused=True) if total.requires_grad else ()
    )
    yield claim(
        "gradients flow from the total to rec and to q",
        len(grads) == 2 and all(grad is not None for grad in grads),
        "At least one of the two gets none.",
        "What in your function turns a tensor into a plain number, or cuts the graph?",
        "Leave everything a tensor, from the arguments to what you return.",
    )


def _parts_are_right(parts: Parts, at_prior: Parts) -> Iterator[Claim]:
    """`parts` of the check's batch, and of one whose q is the prior."""
    bce, kl, none = float(parts["rec_loss"]), float(parts["kl_loss"]), float(at_prior["kl_loss"])
    yield claim(
        f"rec_loss is the binary cross entropy, averaged over pixels and images: {_BCE:.4f} on the "
        "check's batch",
        math.isclose(bce, _BCE, rel_tol=1e-4),
        f"It is {bce:.4f}.",
        question_for(bce, _BCE_SLIPS)
        or "What does a single pixel with rec = 0.5 cost in yours? "
        "(Right: log 2 = 0.6931, whatever x is.)",
        "Do one image by hand: one number per pixel, then the mean of them all.",
    )
    yield claim(
        "kl_loss is 0 where q is the prior",
        abs(none) < 1e-5,
        f"With mean 0 and log_sigma 0 it is {none:.4f}.",
        "How far is the standard normal distribution from itself, and what does yours say?",
        "The prior has mean 0 and standard deviation 1. What is the log of that?",
    )
    yield claim(
        "kl_loss is the divergence of q from the prior, summed over latent dimensions and averaged "
        f"over images: {_KL:.4f} on the check's batch",
        math.isclose(kl, _KL, rel_tol=2e-4),
        f"It is {kl:.4f}.",
        question_for(kl, _KL_SLIPS)
        or "What is it in yours for one dimension with mean 0 and log_sigma 1? (Right: 2.1945.)",
        "Check anchors for one dimension by hand: (mean, log_sigma) = (0, 0) gives 0, (2, 0) gives "
        "2, (0, 1) gives 2.1945, (0, -1) gives 0.5677. Then sum over nz, average over images.",
    )


def _beta_is_right(make: Callable[[float], Any], total: Callable[[Any], float]) -> Iterator[Claim]:
    tripled = total(make(3.0))
    later = make(1.0)
    later.beta = 3.0
    slips = (
        (_BCE + _KL, "Where does beta come into your total, and which beta is it?"),
        (3 * _BCE + _KL, "Which of the two terms does beta weigh?"),
        (3 * (_BCE + _KL), "Which of the two terms does beta weigh?"),
        (_BCE - 3 * _KL, "Should a large divergence make the total larger, or smaller?"),
        (_BCE, "Which of the two terms of the loss is left out?"),
        (_KL, "Which of the two terms of the loss is left out?"),
        (3 * _KL, "Which of the two terms of the loss is left out?"),
        (_BCE + _KL / 3, "Does a larger beta give the divergence more weight in yours, or less?"),
    )
    yield claim(
        "the total is rec_loss + beta * kl_loss",
        math.isclose(tripled, _BCE + 3 * _KL, rel_tol=2e-4),
        f"For beta = 3 it is {tripled:.4f}; {_BCE + 3 * _KL:.4f} is right.",
        question_for(tripled, slips) or "How do the two parts make up the total?",
        "beta weighs the divergence alone, and it is the model's own: `__init__` has kept it.",
    )
    yield claim(
        "beta is the model's own, `self.beta`",
        math.isclose(total(later), tripled, rel_tol=1e-4),
        "When `model.beta` is set to another number, the total does not follow.",
        "Where does `loss` take beta from?",
        "`__init__` has kept it in the model.",
    )


def _brief(value: Any) -> str:
    several = is_tensor(value) and value.numel() != 1
    return f"of shape {shape_of(value)}" if several else str(float(value))


# --- reconstructions and interpolations -------------------------------------------------------


def _reconstruct_is_right(
    make: Callable[[], Any], labels: Labels, where: str = ""
) -> Iterator[Claim]:
    model = make()
    nz, x, given = model.nz, _images(5, model), labels(5)
    heard = overhear(model.decoder, lambda z, *_, **__: torch.zeros(len(z), 1, D, device=z.device))
    with trying(f"`reconstruct`, {where}with x of shape (5, {D})"):
        model.reconstruct(x, *given)
    shape = shape_of(heard[-1][0]) if heard else "nothing"
    yield claim(
        f"{where}`reconstruct` hands the decoder one code for each image",
        shape == f"(5, {nz})",
        f"For 5 images and `nz` = {nz} it hands it {shape}.",
        first_case(
            (not heard, "What turns a code into an image?"),
            (len(heard[-1][0]) == 10, "What is decoded besides the mean?"),
            (bool(where), "Whose length of a code do you cut at: this model's, or a global one?"),
            otherwise="Which axis of q counts the images, and along which one do you cut?",
        ),
        "Rows of q are images, also when there are fewer images than latent dimensions. The mean "
        "is the first half of each row.",
    )
    model = make()
    _enliven(model)
    with trying(f"`reconstruct`, {where}with x of shape (5, {D})"):
        images, again = model.reconstruct(x, *given), model.reconstruct(x, *given)
    yield claim(
        f"{where}`reconstruct` gives images (N, 28, 28)",
        is_tensor(images) and images.shape == (5, 28, 28),
        f"For 5 images it gives {shape_of(images)}.",
        "The decoder's answer is (N, 1, 784). What is the shape of an image?",
        "Batch, height, width; no axis for the channel.",
    )
    mean, log_sigma = model.encoder(x, *given).detach().split(nz, dim=1)
    yield claim(
        f"{where}`reconstruct` decodes the posterior mean",
        close(images, model.decoder(mean, *given).reshape(5, 28, 28)),
        "Two calls give different images." if not torch.equal(images, again) else "It does not.",
        first_case(
            (not torch.equal(images, again), "Where does chance come in, and is it wanted here?"),
            (
                close(images, model.decoder(log_sigma, *given).reshape(5, 28, 28)),
                "Which half of q is the mean?",
            ),
            otherwise="Which part of q is decoded, and what is done to the decoder's answer?",
        ),
        "The same image gives the same reconstruction, always: the decoder gets the mean itself"
        + (", and both networks are told the label." if given else "."),
    )
    with trying(f"`reconstruct`, {where}with a single image x of shape ({D},)"):
        single = model.reconstruct(x[1], *(c[1] for c in given))
    yield claim(
        f"{where}a single image ({D},) gives its reconstruction too",
        is_tensor(single) and close(single.reshape(-1), images[1].reshape(-1)),
        f"It gives {shape_of(single)}, or other pixels than in a batch.",
        "Which axis is the batch when there is only one image?",
        "Make it a batch of one first, whatever shape has come in.",
    )


@lab.exercise("interpolate")
def interpolate(
    interpolate: Callable[..., Tensor], AutoEncoder: type[nn.Module], VAE: type[nn.Module]
) -> Iterator[Claim]:
    _needs_functions(interpolate)
    _needs_classes(AutoEncoder, VAE)
    for cls in (AutoEncoder, VAE):
        for nz in (NZ, 7):
            with trying(f"`{cls.__name__}({nz})`"):
                model: Any = cls(nz).to(device_of(interpolate))
            yield from _broken(_path_is_right(interpolate, model, f"{cls.__name__}({nz})"))
        yield claim(f"{cls.__name__}: equally spaced points from one mean to the other", True)
        yield claim(f"{cls.__name__}: 2, 5 and 8 steps, images of any shape, any `nz`", True)


def _path_is_right(interpolate: Callable[..., Tensor], model: Any, name: str) -> Iterator[Claim]:
    _enliven(model)
    start, end = pair = _images(2, model)
    with trying(f"`interpolate(model, start_img, end_img)` of `{name}`, with images ({D},)"):
        images = interpolate(model, start, end)
    yield claim(
        f"{name}: five images (5, 28, 28), unless another number of steps is asked for",
        is_tensor(images) and images.shape == (5, 28, 28),
        f"Without `steps` there are {shape_of(images)}.",
        "How many images does the path have, and what is the shape of one?",
        "`steps` images of 28 x 28 pixels; the two ends are counted.",
    )
    for steps in (5, 8, 2):
        with trying(f"`interpolate(model, start_img, end_img, steps={steps})` of `{name}`"):
            images = interpolate(model, start, end, steps=steps).detach()
            again = interpolate(model, start, end, steps=steps).detach()
        right = _path(model, pair, steps)
        yield claim(
            f"{name}: {steps} equally spaced points from one mean to the other, decoded",
            close(images, right),
            *_what_is_wrong_on(images, again, right, model, pair),
        )
    with trying(f"`interpolate` of `{name}`, with images (1, 28, 28)"):
        shaped = interpolate(model, start.reshape(1, 28, 28), end.reshape(1, 28, 28)).detach()
    yield claim(
        f"{name}: images of another shape are welcome",
        close(shaped, _path(model, pair, 5)),
        "Images (1, 28, 28) give another path than the same ones as (784,).",
        "Which shapes may the two images have?",
        "Bring them to rows of pixels first.",
    )


def _path(model: Any, pair: Tensor, steps: int) -> Tensor:
    """The right images, (steps, 28, 28), between a pair (2, D)."""
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    with torch.no_grad():
        start, end = model.encoder(pair)[:, : model.nz]
        return model.decoder(start + share * (end - start)).reshape(steps, 28, 28)


def _what_is_wrong_on(
    images: Tensor, again: Tensor, right: Tensor, model: Any, pair: Tensor
) -> tuple[str, str, str]:
    """What is seen on a path that is not the right one, a question, and a hint."""
    if images.shape != right.shape:
        return (
            f"There are {shape_of(images)}.",
            "How many points does the path have, with both ends?",
            "`steps` points, the two ends counted.",
        )
    steps = len(right)
    share = torch.linspace(0, 1, steps, device=pair.device).unsqueeze(1)
    mixed = torch.lerp(pair[0], pair[1], share)
    with torch.no_grad():
        decoded = model.decoder(model.encoder(mixed)[:, : model.nz]).reshape(steps, 28, 28)
    starts, ends = close(images[0], right[0]), close(images[-1], right[-1])
    seen, question = (
        ("Two calls give different images.", "Where does chance come in, and is it wanted here?")
        if not torch.equal(images, again)
        else (
            "It is the way between the images, pixel by pixel.",
            "What is being mixed, pixels or codes?",
        )
        if close(images, mixed.reshape(steps, 28, 28)) or close(images, decoded)
        else ("It leads from the end to the start.", "Where should the path be at its first step?")
        if close(images, right.flip(0))
        else (
            "It begins at the start, but does not reach the end.",
            "What share of the way is left at your last step?",
        )
        if starts and not ends
        else (
            "It does not begin at the start.",
            "What share of the way is gone at your first step?",
        )
        if ends and not starts
        else ("The points in between are not equally spaced.", "How far apart are two points?")
        if starts and ends
        else ("It begins and ends elsewhere.", "What is the code of an image, for this model?")
    )
    return (
        seen,
        question,
        (
            "Both ends count as points, so n points leave n - 1 gaps. Each point is decoded once. "
            "The code of an image is what the encoder gives; of a VAE it is the mean, half of that."
        ),
    )


# --- beta -------------------------------------------------------------------------------------

# With these, and those between, the solution both reconstructs digits that `nndl.digits` reads as
# what they are, and draws new ones: the figures of benchmarks/calibrate_digits.py. Good are 0.0005
# to 0.01; at 0.02 only 37 of 100 reconstructions are read right, at 0.0001 only 7 of 100 samples
# with confidence.
BETA_BAND = (2e-4, 1.5e-2)


@lab.exercise("tuned_beta")
def tuned_beta(TUNED_BETA: float) -> Iterator[Claim]:
    if TUNED_BETA is None:
        raise Unanswered("TUNED_BETA is None")
    number = not isinstance(TUNED_BETA, bool | str) and is_number(TUNED_BETA)
    yield claim(
        "TUNED_BETA is a number",
        number,
        f"It is {str(TUNED_BETA)[:100]!r}, {type_of(TUNED_BETA)}.",
        "Which single number have you found?",
        "One plain number: the beta of the run that you liked best.",
    )
    beta = float(TUNED_BETA)
    yield claim(
        "it is positive",
        beta > 0,
        f"It is {beta:g}.",
        "What did beta = 0 do to the samples?",
        "A negative beta would reward the model for leaving the prior.",
    )
    yield claim(
        "it is small enough for the codes to carry something",
        beta <= BETA_BAND[1],
        f"With beta = {beta:g}, and losses reduced as the text says, the divergence costs more "
        "than any reconstruction is worth: the posterior collapses, and all look alike.",
        "How large was the KL loss at the end of your run, and what did reconstructions look like?",
        "rec_loss is a mean over 784 pixels, kl_loss a sum over latent dimensions: which of the "
        "two is the larger number? Go down in steps of ten.",
    )
    yield claim(
        "it is large enough for the prior to matter",
        beta >= BETA_BAND[0],
        f"With beta = {beta:g} the divergence costs next to nothing: the codes lie where they "
        "like, and samples of the prior show hardly a digit.",
        "How large was the KL loss at the end of your run, and what did samples look like?",
        "Look at samples and at reconstructions, not at the reconstruction loss alone. Go up in "
        "steps of ten.",
    )
    yield claim(f"beta = {beta:g} is between a free model and a collapsed one", True)


# --- the conditional VAE ----------------------------------------------------------------------


@lab.exercise("cvae")
def cvae(CVAE: type[nn.Module]) -> Iterator[Claim]:
    _needs_classes(CVAE)
    device = device_of(CVAE)

    def make(nz: int, beta: float = 1.0, num_labels: int = C) -> Any:
        with trying(f"`CVAE({nz}, beta={beta}, conditional=True, num_labels={num_labels})`"):
            model = CVAE(nz, beta=beta, conditional=True, num_labels=num_labels)
            return model.to(device)

    def labels(n: int, num_labels: int = C) -> tuple[Tensor, ...]:
        return (torch.arange(n, device=device) * 7 % num_labels,)

    model = make(NZ)
    yield from _has_networks(model)
    encoder, decoder = [D + C, 256, 64, 2 * NZ], [NZ + C, 64, 256, D]
    yield from has_layers("encoder", model.encoder, encoder, " (the pixels, and what else)")
    yield from has_layers("decoder", model.decoder, decoder, " (the code, and what else)")
    yield from _encoder_gives_q(model, labels(5))
    yield from _label_is_appended("encoder", model.encoder, encoder)
    yield from _label_is_appended("decoder", model.decoder, decoder)
    four = make(7, num_labels=4)
    encoder, decoder = [D + 4, 256, 64, 14], [7 + 4, 64, 256, D]
    yield from _broken(has_layers("encoder for `nz` = 7 and 4 labels", four.encoder, encoder))
    yield from _broken(has_layers("decoder for `nz` = 7 and 4 labels", four.decoder, decoder))
    yield from _forward_tells_the_label(make(NZ), labels(5)[0])
    yield from _model_is_right(make, labels)
    yield from _broken(_outputs_are_right(four, lambda n: labels(n, 4), "with 4 labels, "))
    yield claim("four labels instead of ten are welcome", True)
    yield from _works_without_labels(CVAE, labels(5))


def _label_is_appended(name: str, part: nn.Module, sizes: list[int]) -> Iterator[Claim]:
    """With known weights: what a part makes of rows of numbers, each beside its one-hot label."""
    device = _device(part)
    set_known_weights(part)
    rows, c = torch.randn(64, sizes[0] - C), torch.arange(64) % C
    with trying(f"`{name}`, with 64 rows of {sizes[0] - C} numbers and c of shape (64,)"):
        found = part(rows.to(device), c.to(device)).detach().reshape(64, -1).cpu()
        others = part(rows.to(device), (c + 1).remainder(C).to(device)).detach().reshape(64, -1)
    yield claim(
        f"the {name} listens to the label",
        not close(found, others.cpu()),
        "With other labels its answer is the same.",
        "Which of the two networks is told the label?",
        "Both: the encoder reads pixels and label, the decoder code and label.",
    )
    end = torch.sigmoid if name == "decoder" else torch.nn.Identity()
    one_hot = torch.eye(C)[c]
    both = min(
        (torch.cat([rows, one_hot], dim=1), torch.cat([one_hot, rows], dim=1)),
        key=lambda both: rel_error(found, end(known_answer(both, sizes, RELUS))),
    )
    yield from has_relus(name, found, both, sizes, RELUS, end)


def _forward_tells_the_label(model: Any, c: Tensor) -> Iterator[Claim]:
    heard = {name: overhear(getattr(model, name)) for name in ("encoder", "decoder")}
    with trying(f"`forward(x, c)`, with x of shape (5, {D}) and c of shape (5,)"):
        out = model(_images(5, model), c)
    deaf = [name for name, calls in heard.items() if not any(_is_told(c, call) for call in calls)]
    yield claim(
        "`forward` tells both networks the label",
        not deaf,
        f"The {' and the '.join(deaf)} did not get c.",
        "Which of the two networks is told the label?",
        "Both take it as their second argument.",
    )
    same = isinstance(out, dict) and is_tensor(out.get("c"))
    yield claim(
        "its answer has the labels too, as `c`",
        same and (_is_told(c, (out["c"],)) or torch.equal(out["c"].to(c), torch.eye(C).to(c)[c])),
        f"It is {type_of(out.get('c')) if isinstance(out, dict) else type_of(out)}, "
        "or holds other labels.",
        "What is in the dictionary that `forward` returns?",
        "The labels that came in go out again, under the name of c.",
    )


def _is_told(c: Tensor, inputs: tuple[Any, ...]) -> bool:
    return any(is_tensor(given) and torch.equal(given.reshape(-1), c) for given in inputs)


def _works_without_labels(CVAE: type[nn.Module], labels: tuple[Tensor, ...]) -> Iterator[Claim]:
    with trying("`CVAE(7)`, which is not conditional"):
        model: Any = CVAE(7).to(device_of(CVAE))
    yield from _broken(has_layers("unconditional encoder", model.encoder, [D, 256, 64, 14]))
    yield from _broken(has_layers("unconditional decoder", model.decoder, [7, 64, 256, D]))
    _enliven(model)
    x = _images(5, model)
    with trying("`forward(x)`, `loss` and `reconstruct(x)` of `CVAE(7)`, which gets no label"):
        out = model(x)
        total, _ = model.loss(x, out)
        images = model.reconstruct(x)
    yield claim(
        "where it is not conditional, it works without labels",
        out["q"].shape == (5, 14) and images.shape == (5, 28, 28) and is_number(total),
        f"q has {shape_of(out['q'])}, reconstructions have {shape_of(images)}.",
        "What should the networks do with c when the model is not conditional?",
        "Nothing: there may be none.",
    )
    with trying("`reconstruct(x, c)` of `CVAE(7)`, which is not conditional"):
        told = model.reconstruct(x, *labels)
    yield claim(
        "where it is not conditional, a label changes nothing",
        close(told, images),
        "With labels its reconstructions are others.",
        "What should the networks do with c when the model is not conditional?",
        "Nothing: both of them look at `self.conditional` first.",
    )


@lab.exercise("sample_digits")
def sample_digits(
    train_cvae: Callable[..., Any], sample_digits: Callable[[Any], Tensor]
) -> Iterator[Claim]:
    _needs_functions(sample_digits)
    yield from _vae_is_trained(train_cvae, labelled=True)
    nz, device = 12, device_of(sample_digits)
    model = RecordedVAE(nz).to(device)
    heard = overhear(model.decoder, lambda z, *_, **__: _image_of(z).unsqueeze(1))
    with trying(f"`sample_digits(model)`, of a model with `nz` = {nz}"), silenced():
        images = sample_digits(model)
    yield claim(
        "there are ten images (10, 28, 28)",
        is_tensor(images) and images.shape == (10, 28, 28),
        f"There are {shape_of(images)}.",
        "How many digits are there, and what is the shape of an image?",
        "Place, height, width; no axis for the channel.",
    )
    z, labels = _told(heard)
    yield claim(
        "the decoder gets ten codes of `model.nz` numbers, and each label from 0 to 9 once",
        z.shape == (10, nz) and sorted(labels) == list(range(10)),
        f"It got codes of shape {shape_of(z)} and the labels {labels}.",
        "What does the decoder need for a digit, and how often is it asked?",
        "A code for each label. The model knows the length of its codes.",
    )
    order = torch.tensor(labels, device=device).argsort()
    yield claim(
        "digit i stands on place i",
        close(images.detach().reshape(10, D), _image_of(z)[order]),
        f"With the labels {labels} the images are not in the order of the digits, or have other "
        "pixels than the decoder gave.",
        "Which image belongs to which label, and in which order do you return them?",
        "The first image is of a 0, the last of a 9; nothing but the shape is changed.",
    )
    heard.clear()
    with silenced():
        for _ in range(400):
            sample_digits(model)
    z = _told(heard)[0]
    yield from _is_standard_normal(z[:2000], z[2000:])


def _told(heard: list[tuple[Any, ...]]) -> tuple[Tensor, list[int]]:
    """The codes (N, nz) that a decoder was given in all its calls, and the labels beside them."""
    codes = torch.cat([inputs[0].detach().reshape(-1, inputs[0].shape[-1]) for inputs in heard])
    labels = [
        c for _, *also in heard for given in also if is_tensor(given) for c in given.flatten()
    ]
    return codes, [int(c) for c in labels]


# --- small helpers ----------------------------------------------------------------------------


def _broken(claims: Iterator[Claim]) -> Iterator[Claim]:
    """Only what does not hold: what was shown to be right before is not told a second time."""
    return (found for found in claims if not found.holds)


def _needs_classes(*classes: Any) -> None:
    for cls in classes:
        if not isinstance(cls, type):
            name = type(cls).__name__
            raise WrongUsage(f"The check wants the class itself: `{name}`, not `{name}(...)`.")


def _needs_functions(*functions: Any) -> None:
    for function in functions:
        if not callable(function) or isinstance(function, type):
            raise WrongUsage(
                "The check wants the function itself, by its name and without a call. "
                f"It got {type_of(function)}."
            )
