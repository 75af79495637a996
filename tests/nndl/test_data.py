"""MNIST from a cache, from a server, or not at all; and the loader. Nothing leaves the machine:
the tests write small IDX files, and serve them themselves."""

from __future__ import annotations

import gzip
import hashlib
import struct

import numpy as np
import pytest
import torch

from nndl import _torchvision
from nndl.data import TensorLoader, mnist, stand_in


def idx(array):
    header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_files(folder, compress=True):
    """24 images to train and 12 to test, in torchvision's layout."""
    folder.mkdir(parents=True)
    random = np.random.RandomState(0)
    for name, n in (("train", 24), ("t10k", 12)):
        for kind, array in (
            ("images-idx3", random.randint(0, 256, (n, 28, 28))),
            ("labels-idx1", np.arange(n) % 10),
        ):
            content = idx(array)
            path = folder / f"{name}-{kind}-ubyte{'.gz' if compress else ''}"
            path.write_bytes(gzip.compress(content, mtime=0) if compress else content)


@pytest.fixture
def server(tmp_path, monkeypatch, serve):
    """torchvision's download, from a server of our own with files of our own."""
    write_files(tmp_path / "served")
    sums = [
        (path.name, hashlib.md5(path.read_bytes()).hexdigest())
        for path in sorted((tmp_path / "served").iterdir())
    ]
    MNIST = _torchvision.load("torchvision.datasets").MNIST
    monkeypatch.setattr(MNIST, "mirrors", [serve(tmp_path / "served")])
    monkeypatch.setattr(MNIST, "resources", sums)


@pytest.mark.parametrize("compress", [True, False], ids=["archives", "extracted"])
def test_files_in_the_cache_are_read_and_nothing_is_written_beside_them(
    tmp_path, offline, compress
):
    raw = tmp_path / "MNIST" / "raw"
    write_files(raw, compress)
    before = sorted(raw.iterdir())
    data = mnist(tmp_path, device="cpu")
    assert (data.name, data.stand_in) == ("MNIST", False)
    assert [len(split.labels) for split in (data.train, data.validation, data.test)] == [22, 2, 12]
    first = np.random.RandomState(0).randint(0, 256, (24, 28, 28))[0]
    assert np.array_equal(data.train.images[0, 0].numpy(), first)
    assert data.validation.labels.tolist() == [2, 3]
    assert sorted(raw.iterdir()) == before


def test_the_cache_can_be_named_by_an_environment_variable(tmp_path, offline, monkeypatch):
    write_files(tmp_path / "MNIST" / "raw")
    monkeypatch.setenv("NNDL_DATA", str(tmp_path))
    assert mnist().name == "MNIST"


def test_what_is_not_there_is_downloaded_once(tmp_path, server, monkeypatch):
    assert not mnist(tmp_path / "cache").stand_in
    monkeypatch.setattr(_torchvision.load("torchvision.datasets").MNIST, "mirrors", [])
    assert not mnist(tmp_path / "cache").stand_in


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "train-images-idx3-ubyte"])
def test_an_interrupted_download_is_done_again(tmp_path, server, capsys, name):
    raw = tmp_path / "cache" / "MNIST" / "raw"
    write_files(raw, compress=name.endswith(".gz"))
    (raw / name).write_bytes((raw / name).read_bytes()[:500])
    data = mnist(tmp_path / "cache")
    assert (data.stand_in, len(data.train.labels)) == (False, 22)
    assert f"{name} is damaged (an interrupted download?). It is fetched" in capsys.readouterr().err


def test_without_network_and_files_the_stand_in_is_announced(tmp_path, offline, capsys):
    data = mnist(tmp_path)
    said = capsys.readouterr().err
    assert data.stand_in
    assert "THIS IS NOT MNIST" in said
    assert "1,797 real handwritten digits" in said
    assert str(tmp_path / "MNIST" / "raw") in said


@pytest.mark.parametrize("damage", [b"", b"nonsense", gzip.compress(b"too short", mtime=0)])
def test_a_damaged_file_is_named(tmp_path, offline, capsys, damage):
    raw = tmp_path / "MNIST" / "raw"
    write_files(raw)
    (raw / "train-labels-idx1-ubyte.gz").write_bytes(damage)
    assert mnist(tmp_path).stand_in
    assert "train-labels-idx1-ubyte.gz is damaged" in capsys.readouterr().err


def test_the_stand_in_is_real_handwriting_in_the_form_of_mnist():
    data = stand_in()
    assert data.stand_in
    assert data.train.images.shape == (14_080, 1, 28, 28)
    assert data.train.images.dtype == torch.uint8
    assert [len(split.labels) for split in (data.validation, data.test)] == [189, 200]
    assert len(torch.unique(data.train.images.flatten(1), dim=0)) == 1408
    assert set(data.test.labels.tolist()) == set(range(10))
    assert data.train.images[..., :4].max() == 0  # a margin, as in MNIST
    assert torch.equal(data.train.images, stand_in().train.images)


IMAGES = torch.arange(10, dtype=torch.uint8).mul(25)[:, None, None, None].expand(10, 1, 28, 28)
LABELS = torch.arange(10)


def test_batches_are_images_between_0_and_1_and_labels():
    x, y = next(iter(TensorLoader(IMAGES, LABELS, batch_size=4, shuffle=False)))
    assert (x.shape, x.dtype) == ((4, 1, 28, 28), torch.float32)
    assert (y.tolist(), y.dtype) == ([0, 1, 2, 3], torch.int64)
    assert x[:, 0, 0, 0].tolist() == pytest.approx([0, 25 / 255, 50 / 255, 75 / 255])


@pytest.mark.parametrize(("drop_last", "sizes"), [(True, [4, 4]), (False, [4, 4, 2])])
def test_the_last_partial_batch_is_dropped_or_kept(drop_last, sizes):
    loader = TensorLoader(IMAGES, LABELS, batch_size=4, drop_last=drop_last)
    assert [len(y) for _, y in loader] == sizes
    assert len(loader) == len(sizes)


def test_each_pass_shuffles_afresh_and_keeps_image_and_label_together():
    loader = TensorLoader(IMAGES, LABELS, batch_size=10)
    torch.manual_seed(0)
    (x, first), (_, second) = next(iter(loader)), next(iter(loader))
    assert sorted(first.tolist()) == list(range(10))
    assert first.tolist() != second.tolist()
    assert torch.equal((x[:, 0, 0, 0] * 255 / 25).round().long(), first)
    torch.manual_seed(0)
    assert next(iter(loader))[1].tolist() == first.tolist()


def test_a_loader_refuses_what_it_would_get_wrong():
    with pytest.raises(ValueError, match="9 labels"):
        TensorLoader(IMAGES, LABELS[:9])
    with pytest.raises(ValueError, match="uint8"):
        TensorLoader(IMAGES.float(), LABELS)
