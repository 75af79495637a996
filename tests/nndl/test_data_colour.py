"""CIFAR-10 and SVHN from a cache, from a server, or not at all; and what stands in for them.

Nothing leaves the machine: the tests write small files in the forms of both, and serve them.
"""

from __future__ import annotations

import hashlib
import pickle
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import torch

from nndl import _stand_ins, _torchvision
from nndl.data import Dataset, TensorLoader, cifar10, colour_digits, photo_patches, svhn


def md5(path):
    return hashlib.md5(path.read_bytes()).hexdigest()


def images(n, seed):
    return np.random.RandomState(seed).randint(0, 256, (n, 3, 32, 32)).astype(np.uint8)


@dataclass
class Source:
    """A data set with few images: 20 to train or validate, all but `validation` of them to train,
    and 6 to test.

    files: as they lie in a cache. first: the first image to train. served: what a server has.
    """

    name: str
    get: Callable[..., Dataset]
    files: list[Path]
    served: Path
    first: np.ndarray
    validation: int
    labels: list[int]


def write_cifar10(folder, monkeypatch):
    CIFAR10 = _torchvision.load("torchvision.datasets").CIFAR10
    extracted = folder / "files" / "cifar-10-batches-py"
    extracted.mkdir(parents=True)
    contents = {
        **{
            f"data_batch_{i}": {"data": images(4, i).reshape(4, 3072), "labels": [i, 7, 8, 9]}
            for i in range(1, 6)
        },
        "test_batch": {"data": images(6, 6).reshape(6, 3072), "labels": [0, 1, 2, 3, 4, 5]},
        "batches.meta": {"label_names": list("abcdefghij")},
    }
    for name, content in contents.items():
        (extracted / name).write_bytes(pickle.dumps(content, protocol=2))
    (folder / "served").mkdir()
    archive = folder / "served" / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(extracted, extracted.name)
    sums = [[name, md5(extracted / name)] for name in contents]
    monkeypatch.setattr(CIFAR10, "train_list", sums[:5])
    monkeypatch.setattr(CIFAR10, "test_list", sums[5:6])
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": sums[6][1]})
    monkeypatch.setattr(CIFAR10, "tgz_md5", md5(archive))
    files = sorted(extracted.iterdir())
    return Source("CIFAR-10", cifar10, files, archive, images(4, 1)[0], 2, [0, 1, 2, 3, 4, 5])


def write_svhn(folder, monkeypatch):
    SVHN = _torchvision.load("torchvision.datasets").SVHN
    extracted = folder / "files" / "SVHN"
    extracted.mkdir(parents=True)
    for name, n, labels in (
        ("train", 20, [[1]] * 20),
        ("test", 6, [[10], [1], [2], [3], [4], [10]]),
    ):
        x = images(n, n).transpose(2, 3, 1, 0)
        scipy.io.savemat(extracted / f"{name}_32x32.mat", {"X": x, "y": np.array(labels, np.uint8)})
    shutil.copytree(extracted, folder / "served")
    files = sorted(extracted.iterdir(), reverse=True)
    splits = {
        path.name.split("_")[0]: ["http://127.0.0.1:9/", path.name, md5(path)] for path in files
    }
    monkeypatch.setattr(SVHN, "split_list", splits)
    return Source("SVHN", svhn, files, folder / "served", images(20, 20)[0], 2, [0, 1, 2, 3, 4, 0])


@pytest.fixture(params=[write_cifar10, write_svhn], ids=["CIFAR-10", "SVHN"])
def source(request, tmp_path, monkeypatch):
    return request.param(tmp_path, monkeypatch)


@pytest.fixture
def server(source, serve, monkeypatch):
    """torchvision's download, from a server of our own."""
    datasets = _torchvision.load("torchvision.datasets")
    if source.name == "SVHN":
        address = serve(source.served)
        for split in datasets.SVHN.split_list.values():
            split[0] = address + split[1]
    else:
        address = serve(source.served.parent)
        monkeypatch.setattr(datasets.CIFAR10, "url", address + source.served.name)


@pytest.fixture
def small_stand_ins(monkeypatch):
    """A tenth of their images, or fewer: made in a tenth of a second."""
    monkeypatch.setattr(_stand_ins, "_VIEWS", (1, 1, 1))
    parts = [(part, n // 10) for part, n in _stand_ins._PARTS]
    monkeypatch.setattr(_stand_ins, "_PARTS", parts)


def assert_right(data, source):
    assert (data.name, data.stand_in) == (source.name, False)
    splits = (data.train, data.validation, data.test)
    sizes = [20 - source.validation, source.validation, 6]
    assert [tuple(split.images.shape) for split in splits] == [(n, 3, 32, 32) for n in sizes]
    assert {split.images.dtype for split in splits} == {torch.uint8}
    assert np.array_equal(data.train.images[0].numpy(), source.first)
    assert data.test.labels.tolist() == source.labels
    assert data.test.labels.dtype == torch.int64


def test_files_in_the_cache_are_read_and_nothing_is_written_beside_them(source, offline, capsys):
    cache = source.files[0].parents[1]
    before = sorted(cache.rglob("*"))
    assert_right(source.get(cache, device="cpu"), source)
    assert sorted(cache.rglob("*")) == before
    said = capsys.readouterr()
    assert said.out + said.err == ""


def test_the_splits_have_the_sizes_that_are_told():
    """As many as the real files hold, which are too large to be here."""
    assert (50_000 * 45_000 // 50_000, 73_257 * 68_257 // 73_257) == (45_000, 68_257)


def test_the_cache_can_be_named_by_an_environment_variable(source, offline, monkeypatch):
    monkeypatch.setenv("NNDL_DATA", str(source.files[0].parents[1]))
    assert_right(source.get(device="cpu"), source)


def test_what_is_not_there_is_downloaded_once(source, server, tmp_path, monkeypatch, request):
    assert_right(source.get(tmp_path / "cache", device="cpu"), source)
    request.getfixturevalue("offline")
    assert_right(source.get(tmp_path / "cache", device="cpu"), source)


@pytest.mark.parametrize("damage", [b"", b"nonsense"])
def test_a_damaged_file_is_told_and_fetched_anew(source, server, capsys, damage):
    source.files[0].write_bytes(damage)
    assert_right(source.get(source.files[0].parents[1], device="cpu"), source)
    said = capsys.readouterr().err
    assert f"{source.files[0]} is damaged (an interrupted download?). It is fetched anew" in said


def test_an_archive_that_was_not_downloaded_to_its_end_is_fetched_anew(source, server, tmp_path):
    archive = tmp_path / "cache" / source.served.name
    if source.name == "CIFAR-10":
        archive.parent.mkdir()
        archive.write_bytes(source.served.read_bytes()[:100])
    assert_right(source.get(tmp_path / "cache", device="cpu"), source)


def test_what_a_server_gives_is_read_only_if_it_is_the_right_thing(
    source, server, small_stand_ins, tmp_path, capsys
):
    class Touch:
        def __reduce__(self):
            return Path.touch, (tmp_path / "touched",)

    served = source.served if source.served.is_file() else source.served / "train_32x32.mat"
    served.write_bytes(pickle.dumps(Touch()))
    assert source.get(tmp_path / "cache", device="cpu").stand_in
    assert "File not found or corrupted" in capsys.readouterr().err
    assert not (tmp_path / "touched").exists()


def test_a_pickle_that_is_not_the_authors_is_not_unpickled(
    tmp_path, offline, small_stand_ins, monkeypatch
):
    class Touch:
        def __reduce__(self):
            return Path.touch, (tmp_path / "touched",)

    source = write_cifar10(tmp_path, monkeypatch)
    source.files[1].write_bytes(pickle.dumps(Touch()))
    assert cifar10(source.files[1].parents[1], device="cpu").stand_in
    assert not (tmp_path / "touched").exists()


def test_without_network_and_files_the_stand_in_is_announced(
    tmp_path, offline, small_stand_ins, capsys
):
    for get, name, place, what in (
        (cifar10, "CIFAR-10", "cifar-10-batches-py", "two photographs that come with scikit-learn"),
        (svhn, "SVHN", "SVHN", "painted in colours on uneven backgrounds"),
    ):
        data = get(tmp_path, device="cpu")
        said = capsys.readouterr().err
        assert data.stand_in and data.name.startswith("stand-in: ")
        assert f"*** THIS IS NOT {name} ***" in said
        assert f"no server that has {name} answers" in said
        assert what in said
        assert str(tmp_path / place) in said


def test_a_damaged_file_is_named_where_it_cannot_be_fetched(
    source, offline, small_stand_ins, capsys
):
    source.files[0].write_bytes(b"half of it")
    assert source.get(source.files[0].parents[1], device="cpu").stand_in
    assert f"{source.files[0]} is damaged (an interrupted download?)." in capsys.readouterr().err


# --- what stands in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("get", "sizes", "labels"),
    [(photo_patches, (10_000, 1_000, 2_000), 2), (colour_digits, (11_264, 945, 1_000), 10)],
)
def test_stand_ins_have_the_form_of_the_real_thing(get, sizes, labels):
    data = get()
    assert data.stand_in
    for split, n in zip(data_splits(data), sizes, strict=True):
        assert (split.images.shape, split.images.dtype) == ((n, 3, 32, 32), torch.uint8)
        assert (split.labels.shape, split.labels.dtype) == ((n,), torch.int64)
        assert set(split.labels.tolist()) == set(range(labels))
        # no image is all of one colour, and together they use most of the range
        assert split.images.flatten(1).float().std(dim=1).min() > 2
        assert split.images.min() < 20 and split.images.max() > 235
    x, _ = next(iter(TensorLoader(*data.train)))
    assert x.shape == (128, 3, 32, 32) and x.min() >= 0 and x.max() <= 1


def data_splits(data):
    return data.train, data.validation, data.test


@pytest.mark.parametrize("get", [photo_patches, colour_digits])
def test_stand_ins_are_the_same_every_time_and_take_no_random_number(get, small_stand_ins):
    state = torch.get_rng_state()
    for split, again in zip(data_splits(get()), data_splits(get()), strict=True):
        assert torch.equal(split.images, again.images)
        assert torch.equal(split.labels, again.labels)
    assert torch.equal(state, torch.get_rng_state())


def test_no_pixel_of_a_photograph_is_in_two_splits():
    seen = torch.zeros(427, 640)
    for (rows, columns), _ in _stand_ins._PARTS:
        seen[rows, columns] += 1
    assert seen.max() == 1


def test_patches_of_one_split_show_nothing_of_another(monkeypatch, small_stand_ins):
    """Where a photograph is white in one part and black elsewhere, so is each patch."""
    from sklearn import datasets

    for chosen, ((rows, columns), _) in enumerate(_stand_ins._PARTS):
        photo = np.zeros((427, 640, 3), np.uint8)
        photo[rows, columns] = 255
        bunch = type("Bunch", (), {"images": [photo, photo]})
        monkeypatch.setattr(datasets, "load_sample_images", lambda bunch=bunch: bunch)
        for number, split in enumerate(data_splits(photo_patches())):
            if number == chosen:
                assert split.images.min() > 200
            else:
                assert split.images.max() == 0


def test_digits_of_one_split_are_in_no_other():
    splits = _stand_ins._handwritten()
    together = torch.cat([small.flatten(1) for small, _ in splits])
    assert len(together) == len(torch.unique(together, dim=0)) == 1797


def test_each_digit_can_be_told_from_its_background():
    """It is lighter everywhere, or darker everywhere, by a seventh of the range or more."""
    paint, background = _stand_ins._colours(1000, torch.Generator().manual_seed(0))
    difference = (paint - background).mean(dim=1).flatten(1)
    assert difference.abs().min() > 1 / 7
    assert (difference.sign() == difference[:, :1].sign()).all()
