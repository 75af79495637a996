"""A training goes on where it was cut off, bit by bit, and what is kept is never lost silently."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
import torch
from torch import nn

from nndl import _show, training
from nndl.data import TensorLoader
from nndl.training import Training, forget, kept_file
from nndl.utils import reset_seed


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where trainings are kept, until a test says otherwise."""
    monkeypatch.setenv("NNDL_CHECKPOINTS", str(tmp_path / "kept"))
    return tmp_path / "kept"


def loader():
    images = torch.arange(48, dtype=torch.uint8).reshape(12, 1, 2, 2)
    return TensorLoader(images, torch.arange(12), batch_size=5, drop_last=False)


class Run:
    """A small training in which everything is random: order, dropout, and noise of three kinds.

    `cut` is the step in which it is cut off.
    """

    def __init__(self, epochs, keep_as=None, cut=None, lr=0.1, width=3, batches=None, **options):
        reset_seed(0)
        self.net = nn.Sequential(nn.Linear(4, width), nn.BatchNorm1d(width), nn.Dropout(0.5))
        self.adam = torch.optim.Adam(self.net.parameters(), lr=lr)
        self.training = Training(epochs, keep_as, net=self.net, adam=self.adam, **options)
        self.cut, self.seen, self.epochs = cut, 0, []
        self.batches = loader() if batches is None else batches

    def __call__(self):
        for epoch in self.training:
            self.epochs.append(epoch)
            for x, _ in self.training.batches(self.batches):
                self.step(x.flatten(1))
        return self

    def step(self, x):
        self.seen += 1
        if self.seen == self.cut:
            raise KeyboardInterrupt
        noise = random.random() + np.random.normal() + torch.randn(())
        loss = (self.net(x) - noise).square().mean()
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        self.training.note(len(x), loss=loss)

    def state(self):
        """All that training leaves behind, the next random numbers among it."""
        moments = [value for one in self.adam.state.values() for value in one.values()]
        return {
            "parameters and moments": [
                value.tolist() for value in (*self.net.state_dict().values(), *moments)
            ],
            "losses": (self.training.history, self.training.steps),
            "chance": (random.random(), np.random.normal(), torch.rand(()).item()),
        }


def cut_off(*args, **options):
    with pytest.raises(KeyboardInterrupt):
        Run(*args, **options)()


# --- the loop ---------------------------------------------------------------------------------


def test_epochs_are_counted_and_their_mean_losses_kept(folder):
    run = Run(2)()
    assert run.epochs == [1, 2]
    steps = run.training.steps["loss"]
    first, second = (
        (5 * a + 5 * b + 2 * c) / 12 for a, b, c in (steps[:3], steps[3:])
    )  # each image counts the same
    assert run.training.history == {"loss": pytest.approx([first, second])}
    assert len(steps) == 6
    assert not folder.exists()


def test_any_list_of_batches_will_do_and_several_losses_may_be_noted_apart():
    run = Training(2)
    for epoch in run:
        for number in run.batches([1, 2, 3] if epoch == 1 else [5]):
            run.note(generator=number)
            if number != 2:
                run.note(discriminator=torch.tensor([float(number)], requires_grad=True))
    assert run.history == {"generator": [2, 5], "discriminator": [2, 5]}
    assert run.steps == {"generator": [1, 2, 3, 5], "discriminator": [1, 3, 5]}


def test_what_is_noted_is_seen_at_once_holds_no_graph_and_does_not_change_later():
    run, value = Training(1), torch.zeros((), requires_grad=True)
    for _ in run:
        total = value * 2
        run.note(loss=total)
        with torch.no_grad():
            total += 7
        assert run.steps == {"loss": [0]}
        ((noted, _),) = run._noted["loss"]
        assert not noted.requires_grad


def test_a_step_has_one_number_and_an_epoch_a_batch():
    with pytest.raises(ValueError, match=r"`loss` is a tensor of shape \(3,\), but one number"):
        Training(1).note(loss=torch.zeros(3))
    with pytest.raises(ValueError, match="gave no batch: are there fewer images"):
        Run(1, batches=[])()


def test_each_epoch_is_told_with_its_losses(capsys):
    run = Training(2)
    for _ in run:
        run.note(discriminator=1.25, generator=0.5)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Epoch 1 of 2: discriminator 1.25, generator 0.5 (0 s, about 0 s to go)"
    assert second == "Epoch 2 of 2: discriminator 1.25, generator 0.5 (0 s)"


def test_the_progress_bar_shows_the_recent_losses(monkeypatch):
    shown = []

    class Bar(list):
        def set_postfix_str(self, text):
            shown.append(text)

        def close(self):
            shown.append("closed")

    monkeypatch.setattr(training, "progress", lambda items, title: Bar(items))
    monkeypatch.setattr(training, "_SECONDS_BETWEEN_LOSSES", -1)
    run = Training(1)
    for _ in run:
        for number in run.batches([1.0, 2.0]):
            run.note(loss=number)
    assert shown == ["loss 1", "loss 1.5", "closed"]


# --- going on ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [1, 4, 6, 9, 12])
def test_a_training_that_was_cut_off_ends_as_if_it_had_not_been(cut, capsys):
    expected = Run(4)().state()
    capsys.readouterr()
    cut_off(4, "run", cut=cut)
    torch.rand(7), random.random(), np.random.normal()  # a new session is somewhere else
    run = Run(4, "run")()
    done = (cut - 1) // 3
    assert run.epochs == list(range(done + 1, 5))
    assert (f"Going on with epoch {done + 1} of 4" in capsys.readouterr().err) == (done > 0)
    assert run.state() == expected


def test_more_epochs_than_before_go_on(capsys):
    Run(2, "run")()
    run = Run(5, "run")()
    assert run.epochs == [3, 4, 5]
    ended = run.state()
    assert ended == Run(5)().state()


@pytest.mark.parametrize("epochs", [3, 2])
def test_what_is_done_is_not_done_again(epochs, capsys):
    expected = Run(3, "run")().state()
    capsys.readouterr()
    run = Run(epochs, "run")()
    assert run.epochs == []
    assert run.state() == expected
    said = capsys.readouterr().err
    assert "Nothing left to train: 3 epochs done" in said
    assert "nndl.training.forget('run')" in said


def test_an_epoch_that_is_left_early_is_not_done():
    run = Run(3, "run")
    for epoch in run.training:
        if epoch == 2:
            break
    assert Run(3, "run")().epochs == [2, 3]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_random_numbers_of_a_gpu_go_on_too():
    def draws(epochs):
        torch.manual_seed(0)
        run = Training(epochs, "gpu")
        return [torch.rand((), device="cuda").item() for _ in run]

    expected = draws(4)
    forget("gpu")
    assert draws(2) + draws(4) == expected


# --- what is kept, and where ------------------------------------------------------------------


def test_the_file_is_put_in_place_in_one_step(folder, monkeypatch):
    Run(1, "run")()
    (file,) = folder.iterdir()
    before = file.read_bytes()

    def power_cut(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        Run(2, "run")()
    assert file == kept_file("run") and file.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told_once_and_training_goes_on(folder, capsys):
    folder.write_text("a file where the folder should be")
    assert Run(3, "run")().epochs == [1, 2, 3]
    said = capsys.readouterr().err
    assert said.count("This training can't be kept") == 1
    assert "NNDL_CHECKPOINTS" in said


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"nonsense",
        lambda content: content[: len(content) // 2],
    ],
)
def test_a_damaged_file_is_told_and_left_as_it_is(folder, damage):
    Run(1, "run")()
    file = kept_file("run")
    content = damage(file.read_bytes())
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"run\.pt can't be read: .*`nndl.training.forget\('run'"):
        Run(2, "run")()
    assert file.read_bytes() == content


def test_a_file_that_runs_code_when_it_is_unpickled_is_not_unpickled(folder, tmp_path):
    class Touch:
        def __reduce__(self):
            return Path.touch, (tmp_path / "touched",)

    folder.mkdir()
    torch.save({"format": Touch()}, kept_file("run"))
    with pytest.raises(ValueError, match="can't be read"):
        Run(1, "run")()
    assert not (tmp_path / "touched").exists()


def test_another_training_is_refused_with_the_difference_and_all_stays_as_it_is():
    Run(1, "run")()
    file = kept_file("run")
    content = file.read_bytes()
    for options, difference in (
        ({"lr": 0.01}, "another training: lr of `adam` was 0.1 and is now 0.01"),
        ({"width": 4}, "does not fit `net`, which has other parameters"),
    ):
        fresh = Run(1, **options).state()
        run = Run(2, "run", **options)
        with pytest.raises(ValueError, match=f"(?s){difference}.*nndl.training.forget"):
            run()
        assert run.state() == fresh
    net = nn.Linear(1, 1)
    with pytest.raises(ValueError, match="it has the parts net, adam, and not net"):
        list(Training(2, "run", net=net))
    with pytest.raises(ValueError, match="class of `net` was Sequential and is now Linear"):
        list(Training(2, "run", net=net, adam=torch.optim.Adam(net.parameters(), lr=0.1)))
    assert file.read_bytes() == content


def test_a_loss_that_is_no_number_does_not_replace_what_is_kept():
    run = Training(3, "run")
    with pytest.raises(ValueError, match="loss nan: this is no number to go on with, so epoch 2"):
        for epoch in run:
            run.note(loss=[1.0, float("nan")][epoch - 1])
    again = Training(1, "run")
    assert list(again) == []
    assert again.history == {"loss": [1]}


def test_what_is_forgotten_starts_afresh(capsys):
    Run(2, "run")()
    forget("run")
    assert Run(2, "run")().epochs == [1, 2]
    forget("another")
    assert "nothing was kept as 'another'" in capsys.readouterr().out


def test_the_folder_is_named_or_in_the_drive_or_here(folder, monkeypatch, tmp_path):
    assert kept_file("run") == folder / "run.pt"
    monkeypatch.delenv("NNDL_CHECKPOINTS")
    assert kept_file("run") == Path("checkpoints") / "run.pt"
    monkeypatch.setitem(sys.modules, "google.colab", training)
    monkeypatch.setattr(training, "_DRIVE", tmp_path / "Drive")
    assert kept_file("run") == Path("checkpoints") / "run.pt"
    (tmp_path / "Drive").mkdir()
    assert kept_file("run") == tmp_path / "Drive" / "nndl-checkpoints" / "run.pt"


@pytest.mark.parametrize("name", ["", "../run", "a/b", ".run", "run 1"])
def test_a_name_must_be_one_that_a_file_can_have(name):
    with pytest.raises(ValueError, match="no name to keep a training as"):
        Training(1, name)


# --- figures ----------------------------------------------------------------------------------


def test_outside_a_notebook_nothing_is_drawn():
    Run(2, show=lambda: pytest.fail("drawn"))()


def test_drawing_does_not_change_what_is_learned(monkeypatch):
    expected = Run(3)().state()
    drawn = []

    class Place(_show.Place):
        def _fill(self, i, content):
            drawn.append((i, content))

    def show():
        import matplotlib.pyplot as plt

        run.net.eval()
        assert not torch.is_grad_enabled()
        random.random(), np.random.normal(), torch.rand(())
        plt.figure()

    monkeypatch.setattr(training, "in_notebook", lambda: True)
    monkeypatch.setattr(training, "progress", lambda items, title: items)
    monkeypatch.setattr(training, "Place", Place)
    run = Run(3, show=show, show_every=2)
    assert run().state() == expected
    assert ["image/png" in content for _, content in drawn] == [False, True, True]
    assert {i for i, _ in drawn} == {0}


def test_a_notebook_goes_on_and_shows_the_latest_figures_once(tmp_path):
    """What another process began; and once more what is done, with its last figures."""
    for epoch in (begun := Training(2, "run")):
        begun.note(loss=epoch)
    setup = """
import matplotlib.pyplot as plt
from nndl.training import Training
def show():
    for _ in range(2):
        plt.figure(figsize=(1, 1))
        plt.plot(training.history["loss"])
"""
    train = """
training = Training(4, "run", show=show)
for epoch in training:
    for batch in training.batches([0.5, 1.5]):
        training.note(loss=epoch * batch)
assert not plt.get_fignums()
print(training.history)
"""
    cells = [nbformat.v4.new_code_cell(source) for source in (setup, train, train)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = []
    for cell in notebook.cells[1:]:
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        assert len(pictures) == 2
        assert "first figure comes" not in str(cell.outputs)
        lines = "".join(output.get("text", "") for output in cell.outputs).splitlines()
        said.append([line.split(" (")[0] for line in lines if line.startswith(("Epoch", "{"))])
    history = "{'loss': [1.0, 2.0, 3.0, 4.0]}"
    assert said == [["Epoch 3 of 4: loss 3", "Epoch 4 of 4: loss 4", history], [history]]
    assert "Nothing left to train" in str(notebook.cells[2].outputs)
