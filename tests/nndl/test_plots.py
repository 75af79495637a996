"""The figures have a title, labels, and all the images."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
import torch

from nndl import plots
from nndl.helper import show_images


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def shown() -> list:
    return [axis for axis in plt.gcf().axes if axis.get_visible()]


@pytest.mark.parametrize(
    "shape", [(12, 1, 28, 28), (12, 28, 28), (12, 784), (12, 3, 8, 8)], ids=str
)
def test_a_grid_shows_every_image_in_any_of_its_shapes(shape):
    show_images(torch.rand(shape), title="Digits")
    assert len(shown()) == 12
    assert plt.gcf().get_suptitle() == "Digits"


def test_a_grid_has_labels_and_as_many_columns_as_asked_for():
    show_images(torch.rand(10, 784), columns=5, labels=range(10))
    assert [axis.get_xlabel() for axis in shown()] == [str(digit) for digit in range(10)]
    assert shown()[0].get_subplotspec().get_gridspec().ncols == 5


def test_brightness_means_the_same_in_every_image():
    show_images(torch.stack([torch.zeros(28, 28), torch.ones(28, 28)]).requires_grad_())
    assert {axis.images[0].get_clim() for axis in shown()} == {(0, 1)}


def test_what_is_no_batch_of_images_is_refused():
    with pytest.raises(ValueError, match="no images in a tensor of shape"):
        show_images(torch.rand(5))
    with pytest.raises(ValueError, match="no image to draw"):
        show_images(torch.rand(0, 1, 28, 28))


def test_reconstructions_stand_below_their_originals():
    plots.reconstructions(torch.zeros(6, 1, 28, 28), torch.ones(6, 784), title="Epoch 10")
    assert [axis.images[0].get_array().mean() for axis in shown()] == [0] * 6 + [1] * 6
    assert [shown()[0].get_ylabel(), shown()[6].get_ylabel()] == ["original", "reconstructed"]
    with pytest.raises(ValueError, match="6 originals and 5"):
        plots.reconstructions(torch.zeros(6, 784), torch.ones(5, 784))


def test_an_interpolation_is_one_picture_row_by_row():
    plots.interpolation(torch.arange(9)[:, None, None].expand(9, 4, 4) / 8)
    picture = shown()[0].images[0].get_array()
    assert picture.shape == (12, 12)
    assert picture[::4, ::4].flatten().tolist() == [i / 8 for i in range(9)]
    with pytest.raises(ValueError, match="do not fill a square"):
        plots.interpolation(torch.rand(8, 4, 4))


def test_loss_curves_start_at_epoch_one_and_are_named():
    plots.losses({"VAE": [193.0, 152.0], "CVAE": [182.0, torch.tensor(138.0)]})
    (axis,) = shown()
    assert [line.get_label() for line in axis.lines] == ["VAE", "CVAE"]
    assert list(axis.lines[1].get_xdata()) == [1, 2]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("epoch", "loss")
