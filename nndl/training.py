"""Training that shows how it goes, and that goes on where it was cut off.

    training = Training(10, keep_as="conv_vae", model=model, optimizer=optimizer)
    for epoch in training:                      # 1, 2, ..., 10, or from where it was cut off
        for x, _ in training.batches(loader):   # behind a progress bar that shows the losses
            loss = ...
            training.note(loss=loss)
    training.history["loss"]                    # the mean of each epoch

For pictures of what the model can do so far, give a function that draws them:

    def pictures():
        plots.image_grid(sample(model, 20), title="Samples of the prior")

    training = Training(10, keep_as="conv_vae", show=pictures, model=model, optimizer=optimizer)

In a notebook they are drawn after each epoch (`show_every=2`: after each second), in the place of
those before. Elsewhere nothing is drawn.
"""

from __future__ import annotations

import copy
import io
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch

from nndl._show import Place, announce, in_notebook, progress

_DRIVE = Path("/content/drive/MyDrive")  # where Colab mounts Google Drive
_FORMAT = 1  # of the files; goes up when older ones can no longer be read
_RECENT = 100  # steps whose mean the progress bar shows
_SECONDS_BETWEEN_LOSSES = 0.5  # in the progress bar: reading a loss makes a GPU wait

Batch = TypeVar("Batch")


class Part(Protocol):
    """What can be kept and loaded: a module, an optimizer, a learning-rate schedule."""

    def state_dict(self) -> Any: ...
    def load_state_dict(self, state: Any) -> Any: ...


class Training:
    """Goes through the epochs, shows the losses, and keeps what a later run needs to go on.

    `epochs`: how many in all. `parts`: modules and optimizers, each under a name.

    With `keep_as`, a name, all parts, the losses and the state of the random numbers (of Python,
    NumPy and torch, on the CPU and on GPUs) are kept on disk after each epoch. The same call goes
    on from there, in a new kernel too, and ends as if nothing had happened. So does a call with
    more epochs. Where all epochs are done, nothing is trained and the parts are as they were at
    the end. Without `keep_as` nothing is read or written.

    Kept is what was trained with the code as it then was. After a change in a model, a loss or
    the data, start afresh: `nndl.training.forget(name)`. An optimizer with other settings, or a
    model with other shapes, is noticed and raises ValueError; so does a file that is damaged. The
    file stays as it is then.

    `show` draws figures and is called after each `show_every`-th epoch and after the last one,
    without gradients; the random numbers and the modes (training or evaluation) of the parts are
    afterwards what they were before, so drawing does not change what is learned.
    """

    history: dict[str, list[float]]  # of each name that is noted, the mean of each epoch

    def __init__(
        self,
        epochs: int,
        keep_as: str | None = None,
        *,
        show: Callable[[], object] | None = None,
        show_every: int = 1,
        **parts: Part,
    ) -> None:
        self.epochs = epochs
        self.done = 0  # epochs that are behind us, in earlier runs too
        self.history = {}
        self._file = None if keep_as is None else kept_file(keep_as)
        self._parts = parts
        self._settings = _settings(parts)
        self._steps: dict[str, list[float]] = {}
        self._noted: dict[str, list[tuple[float | torch.Tensor, int]]] = {}  # in this epoch
        self._show, self._show_every = show, show_every
        self._could_keep = True

    @property
    def steps(self) -> dict[str, list[float]]:
        """Of each name that is noted, the value at each step so far."""
        noted = {name: [float(value) for value, _ in kept] for name, kept in self._noted.items()}
        return {
            name: self._steps.get(name, []) + noted.get(name, [])
            for name in {**self._steps, **noted}
        }

    def __iter__(self) -> Iterator[int]:
        """Numbers of the epochs that are still to be trained.

        An epoch is done, and kept, when the loop comes round for the next one: one that is left by
        `break`, or by an interruption, is trained again.
        """
        if self._file is not None and self._file.exists():
            self._load(self._file)
        place = Place() if self._show and in_notebook() else None
        if place and self.done < self.epochs:
            place.reserve("The first figure comes after the first epoch.")
        while self.done < self.epochs:
            start, self._noted = time.monotonic(), {}
            yield self.done + 1
            self._end_epoch(time.monotonic() - start)
            if place and (self.done % self._show_every == 0 or self.done == self.epochs):
                self._draw(place)
        if place and place.empty:
            self._draw(place)

    def batches(self, loader: Iterable[Batch]) -> Iterator[Batch]:
        """The batches of `loader`, behind a progress bar where someone can see it.

        Raises ValueError when there is none.
        """
        bar: Any = progress(loader, f"Epoch {self.done + 1} of {self.epochs}")
        visible = bar is not loader
        shown_at, empty = time.monotonic(), True
        try:
            for batch in bar:
                yield batch
                empty = False
                if visible and time.monotonic() - shown_at > _SECONDS_BETWEEN_LOSSES:
                    bar.set_postfix_str(self._recent())
                    shown_at = time.monotonic()
        finally:
            if visible:
                bar.close()
        if empty:
            raise ValueError(
                "The loader gave no batch: are there fewer images than one batch holds?"
            )

    def note(self, weight: int = 1, /, **values: float | torch.Tensor) -> None:
        """Notes values of this step, one number each, such as `note(loss=loss)`.

        Tensors are detached here. Where batches differ in size, say how many images this one has:
        in `note(len(x), loss=loss)` each image counts the same for the mean of the epoch.
        """
        for name, value in values.items():
            if isinstance(value, torch.Tensor):
                if value.numel() != 1:
                    raise ValueError(
                        f"`{name}` is a tensor of shape {tuple(value.shape)}, but one number is "
                        "expected for each step: take a sum or a mean."
                    )
                # Not read yet, for which a GPU would have to wait; a copy, since `loss += ...`
                # after this would change it.
                value = value.detach().clone()
            self._noted.setdefault(name, []).append((value, weight))

    def _recent(self) -> str:
        """The means over the last steps of this epoch, for the progress bar."""
        means = []
        for name, noted in self._noted.items():
            values = [float(value) for value, _ in noted[-_RECENT:]]
            means.append(f"{name} {sum(values) / len(values):.4g}")
        return ", ".join(means)

    def _end_epoch(self, seconds: float) -> None:
        self._steps = self.steps
        for name, noted in self._noted.items():
            total = sum(float(value) * weight for value, weight in noted)
            images = sum(weight for _, weight in noted)
            self.history.setdefault(name, []).append(total / images)
        means = {name: self.history[name][-1] for name in self._noted}
        self._noted = {}
        if self._file is not None and not all(np.isfinite(mean) for mean in means.values()):
            raise ValueError(
                f"{_list(means)}: this is no number to go on with, so epoch {self.done + 1} is not "
                "kept. Look for a logarithm of zero, an exponential of a large number, or a "
                f"learning rate that is too large. In {self._file} is the epoch before, if there "
                "was one."
            )
        self.done += 1
        left = (self.epochs - self.done) * seconds
        to_go = f", about {_duration(left)} to go" if left else ""
        said = f": {_list(means)}" if means else ""
        print(f"Epoch {self.done} of {self.epochs}{said} ({_duration(seconds)}{to_go})")
        if self._file is not None:
            self._keep(self._file)

    def _draw(self, place: Place) -> None:
        assert self._show is not None
        with torch.no_grad(), _undisturbed(self._parts.values()):
            place.draw(self._show)

    # --- what is kept -------------------------------------------------------------------------

    def _keep(self, file: Path) -> None:
        """Writes all of it beside the file, then puts it in the file's place in one step."""
        buffer = io.BytesIO()
        torch.save(
            {
                "format": _FORMAT,
                "done": self.done,
                "history": self.history,
                "steps": self._steps,
                "settings": self._settings,
                "parts": {name: part.state_dict() for name, part in self._parts.items()},
                "random": _random_state(),
            },
            buffer,
        )
        beside = file.with_name(file.name + ".new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as written:
                written.write(buffer.getbuffer())
                written.flush()
                os.fsync(written.fileno())
            os.replace(beside, file)
        except OSError as error:
            if self._could_keep:  # once is enough
                announce(
                    "This training can't be kept",
                    [
                        f"{error}.",
                        "It goes on, but if it is cut off, it has to start from "
                        f"{'epoch 1' if not file.exists() else 'what was kept before'}. The "
                        "environment variable NNDL_CHECKPOINTS names another folder.",
                    ],
                )
            self._could_keep = False

    def _load(self, file: Path) -> None:
        """Takes all up from the file, or raises ValueError and leaves all as it was."""
        again = (
            f"{file} is left as it is. To train afresh, `nndl.training.forget({file.stem!r})` "
            "removes it; or choose another name to keep this training as."
        )
        try:
            kept = torch.load(file, map_location="cpu", weights_only=True)
            if kept["format"] != _FORMAT:
                raise ValueError(f"format {kept['format']}")
        except Exception as error:  # whatever is in it: torch raises many types
            raise ValueError(
                f"{file} can't be read: it is damaged, or was written by something else or by "
                f"another version of nndl. {again}"
            ) from error
        differences = _differences(kept["settings"], self._settings)
        if differences:
            raise ValueError(
                f"What is kept as {file.stem!r} is another training: {'; '.join(differences)}. "
                f"{again}"
            )
        before = {name: copy.deepcopy(part.state_dict()) for name, part in self._parts.items()}
        for name, part in self._parts.items():
            try:
                part.load_state_dict(kept["parts"][name])
            except (RuntimeError, ValueError, KeyError) as error:
                for loaded, state in before.items():
                    self._parts[loaded].load_state_dict(state)
                raise ValueError(
                    f"What is kept as {file.stem!r} does not fit `{name}`, which has other "
                    f"parameters, or other shapes. {again}"
                ) from error
        self.done, self.history, self._steps = kept["done"], kept["history"], kept["steps"]
        _set_random_state(kept["random"])
        if self.done:
            self._tell(file)

    def _tell(self, file: Path) -> None:
        done = f"{self.done} epoch{'s' if self.done != 1 else ''}"
        if self.done < self.epochs:
            title = f"Going on with epoch {self.done + 1} of {self.epochs}"
        else:
            title = f"Nothing left to train: {done} done"
        announce(
            title,
            [
                f"Trained before, and kept in {file}: {done}.",
                "Did you change your code, or the data, since then? What was kept does not know "
                f"of it. `nndl.training.forget({file.stem!r})` removes it, and training starts "
                "afresh.",
            ],
        )


def kept_file(name: str) -> Path:
    """Where a training is kept: NAME.pt in the folder for checkpoints.

    The folder is what the environment variable NNDL_CHECKPOINTS names; else, in Colab with Google
    Drive mounted, `nndl-checkpoints` in the Drive, which outlives the session; else `checkpoints`
    beside the notebook. Raises ValueError for a name that could not be a file's.
    """
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ValueError(
            f"{name!r} is no name to keep a training as: letters, digits, '_', '-' and '.' make one"
        )
    if os.environ.get("NNDL_CHECKPOINTS"):
        folder = Path(os.environ["NNDL_CHECKPOINTS"]).expanduser()
    elif "google.colab" in sys.modules and _DRIVE.is_dir():
        folder = _DRIVE / "nndl-checkpoints"
    else:
        folder = Path("checkpoints")
    return folder / f"{name}.pt"


def forget(name: str) -> None:
    """Removes what is kept under this name, so that its training starts afresh."""
    file = kept_file(name)
    try:
        file.unlink()
        print(f"Removed {file}.")
    except FileNotFoundError:
        print(f"There is no {file}: nothing was kept as {name!r}.")


Settings = dict[str, dict[str, str]]


def _settings(parts: dict[str, Part]) -> Settings:
    """What each part is, as its user set it up: its class, and an optimizer's settings."""
    settings = {}
    for name, part in parts.items():
        settings[name] = {"class": type(part).__name__}
        groups = part.param_groups if isinstance(part, torch.optim.Optimizer) else []
        for i, group in enumerate(groups):
            of_group = f" of group {i}" if i else ""
            for key, value in group.items():
                if key != "params":
                    settings[name][key + of_group] = str(value)
    return settings


def _differences(kept: Settings, now: Settings) -> list[str]:
    """In words. Settings that only one of the two has are another release's of torch."""
    if kept.keys() != now.keys():
        return [f"it has the parts {', '.join(kept)}, and not {', '.join(now)}"]
    return [
        f"{key} of `{name}` was {kept[name][key]} and is now {now[name][key]}"
        for name in now
        for key in now[name].keys() & kept[name].keys()
        if kept[name][key] != now[name][key]
    ]


def _random_state() -> dict[str, Any]:
    """The state of all random numbers, in what `torch.load` reads with `weights_only`."""
    name, keys, *rest = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": (str(name), np.asarray(keys).tolist(), *rest),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
    }


def _set_random_state(state: dict[str, Any]) -> None:
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])
    if torch.cuda.is_available() and len(state["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])


@contextmanager
def _undisturbed(parts: Iterable[Part]) -> Iterator[None]:
    """Afterwards the random numbers, and the modes of all modules, are what they were before."""
    state = _random_state()
    modules = [m for part in parts if isinstance(part, torch.nn.Module) for m in part.modules()]
    modes = [module.training for module in modules]
    try:
        yield
    finally:
        _set_random_state(state)
        for module, mode in zip(modules, modes, strict=True):
            module.training = mode


def _list(means: dict[str, float]) -> str:
    return ", ".join(f"{name} {mean:.4g}" for name, mean in means.items())


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
