"""The figures have a title, labels, and all the images."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from nndl import plots
from nndl.helper import show_images

ONES = torch.ones(5, 3, 8, 8)


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


def means(side: int) -> list[list[float]]:
    """The mean of each picture of that many pixels a side, row by row, on the one large picture."""
    (axis,) = shown()
    large = np.asarray(axis.images[0].get_array())
    rows, columns = (range(0, length, side + 1) for length in large.shape[:2])
    return [[float(large[i : i + side, j : j + side].mean()) for j in columns] for i in rows]


def names(side: int, along: str) -> dict[int, str]:
    """What stands beside which row, along "y", or beneath which column, along "x"."""
    (axis,) = shown()
    ticks = (axis.yaxis if along == "y" else axis.xaxis).get_major_ticks()
    return {int((t.get_loc() + 0.5) // (side + 1)): t.label1.get_text() for t in ticks}


def test_reconstructions_stand_below_their_originals():
    plots.reconstructions(torch.zeros(6, 1, 28, 28), torch.ones(6, 784), title="Epoch 10")
    assert means(28) == [[0] * 6, [1] * 6]
    assert names(28, "y") == {0: "original", 1: "reconstructed"}
    assert names(28, "x") == {}
    with pytest.raises(ValueError, match="6 originals and 5"):
        plots.reconstructions(torch.zeros(6, 784), torch.ones(5, 784))


def test_reconstructions_of_several_models_have_a_row_each():
    plots.reconstructions(torch.zeros(5, 3, 8, 8), {"VAE": ONES / 4, "GAN": ONES})
    assert means(8) == [[0] * 5, [0.25] * 5, [1] * 5]
    assert names(8, "y") == {0: "original", 1: "VAE", 2: "GAN"}
    with pytest.raises(ValueError, match="6 originals and 5 GAN"):
        plots.reconstructions(torch.zeros(6, 3, 8, 8), {"GAN": ONES})


def test_images_of_another_size_or_without_colour_are_refused():
    with pytest.raises(ValueError, match=r"one size, not .*'VAE': \(9, 9, 3\)"):
        plots.reconstructions(ONES, {"VAE": torch.ones(5, 3, 9, 9)})
    with pytest.raises(ValueError, match=r"one size, not .*'VAE': \(8, 8\)"):
        plots.reconstructions(ONES, {"VAE": torch.ones(5, 8, 8)})


@pytest.mark.parametrize(("shape", "line"), [((2, 4, 4), 0.5), ((2, 3, 4, 4), 1.0)])
def test_between_pictures_is_a_line_of_grey_or_in_colour_of_paper(shape, line):
    plots.reconstructions(torch.zeros(shape), torch.full(shape, 0.25))
    large = shown()[0].images[0].get_array()
    assert large.shape[:2] == (9, 9)
    assert (large[4] == line).all() and (large[:, 4] == line).all()
    assert (large == line).sum() == (9 + 9 - 1) * large[0, 0].size


def test_a_traversal_names_its_dimensions_and_values():
    brightness = torch.linspace(0, 1, 4)[:, None, None, None].expand(4, 3, 8, 8)
    plots.traversal({7: brightness, 12: brightness.flip(0)}, torch.linspace(-3, 3, 4))
    rising, falling = means(8)
    assert rising == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert falling == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert names(8, "y") == {0: "dimension 7", 1: "dimension 12"}
    assert names(8, "x") == {0: "-3", 1: "-1", 2: "1", 3: "3"}
    with pytest.raises(ValueError, match="3 values, but 4 images of dimension 7"):
        plots.traversal({7: brightness}, [-1, 0, 1])


@pytest.mark.parametrize("images", [2 * torch.rand(3, 3, 8, 8) - 1, 3 * torch.ones(1, 784)])
def test_values_that_no_image_has_are_told_when_they_are_cut_off(images):
    with pytest.warns(UserWarning, match=r"images from .* to .* are drawn as if they ended at 0"):
        plots.image_grid(images)
    values = plots.drawn()[0].picture
    assert values.min() >= 0 and values.max() <= 1


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


def test_rows_of_an_interpolation_are_named_and_lead_from_start_to_end():
    path = torch.linspace(0, 1, 5)[:, None, None].expand(5, 28, 28)
    plots.interpolation_rows({"auto-encoder": path, "VAE": path.flip(0)}, title="From 3 to 8")
    there, back = means(28)
    assert there == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert back == pytest.approx([1, 0.75, 0.5, 0.25, 0])
    assert names(28, "y") == {0: "auto-encoder", 1: "VAE"}
    assert names(28, "x") == {0: "start", 1: "", 2: "", 3: "", 4: "end"}
    assert plt.gcf().get_suptitle() == "From 3 to 8"


def test_rows_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="there are auto-encoder: 5, VAE: 4"):
        plots.interpolation_rows({"auto-encoder": torch.rand(5, 784), "VAE": torch.rand(4, 784)})
    with pytest.raises(ValueError, match="there are none"):
        plots.interpolation_rows({})


def test_the_title_of_a_single_image_is_not_cut_off():
    plots.image_grid(torch.rand(1, 28, 28), title="The mean of all of them")
    figure = plt.gcf()
    title = figure._suptitle.get_window_extent()
    assert title.x0 >= 0 and title.x1 <= figure.bbox.x1


def test_losses_of_steps_are_a_faint_line_and_a_strong_one_of_their_running_mean():
    plots.losses({"VAE": [torch.tensor(1.0)] * 100 + [0.0] * 300}, per="step", log=True)
    (axis,) = shown()
    faint, mean = axis.lines
    assert faint.get_alpha() < 0.5 and mean.get_alpha() is None
    assert faint.get_ydata().tolist() == [1] * 100 + [0] * 300
    assert mean.get_ydata()[[0, 99, 149, 199, 399]].tolist() == pytest.approx([1, 1, 1 / 3, 0, 0])
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["VAE"]
    assert axis.get_legend().get_title().get_text() == "mean of the last 100 steps"
    assert (axis.get_xlabel(), axis.get_yscale()) == ("step", "log")
    assert plt.gcf().get_suptitle() == "Loss of each step"


@pytest.mark.parametrize("per", ["epoch", "step"])
def test_curves_differ_in_more_than_their_colour(per):
    plots.losses({name: [1.0, 2.0] for name in "abcd"}, per=per)
    named = [line for line in shown()[0].lines if not line.get_label().startswith("_")]
    assert len({line.get_linestyle() for line in named}) == 4


def test_a_scatter_shows_each_code_where_it_is_as_its_label():
    codes = torch.tensor([[0.0, 1.0], [2.0, 3.0], [-1.0, 5.0]])
    plots.latent_scatter(codes.requires_grad_(), torch.tensor([7, 7, 3]), title="Codes")
    (axis,) = shown()
    assert [points.get_offsets().tolist() for points in axis.collections] == [
        [[-1, 5]],
        [[0, 1], [2, 3]],
    ]
    assert [(text.get_text(), text.xy) for text in axis.texts] == [("3", (-1, 5)), ("7", (1, 2))]
    assert (axis.get_xlabel(), axis.get_ylabel()) == (
        "first latent dimension",
        "second latent dimension",
    )


def test_codes_of_many_dimensions_are_shown_along_those_in_which_they_vary_most():
    codes = torch.zeros(200, 8)
    codes[:, 5], codes[:, 2] = 3 * torch.randn(200), torch.randn(200)
    plots.latent_scatter(codes + 10, torch.zeros(200, dtype=torch.long))
    (axis,) = shown()
    x, y = torch.tensor(axis.collections[0].get_offsets().tolist()).T
    variances = codes[:, [5, 2]].double().var(dim=0)
    assert (x.var() + y.var()).item() == pytest.approx(variances.sum().item(), rel=1e-4)
    assert x.var() > 4 * y.var()
    assert axis.get_xlabel().startswith("first principal component (")


@pytest.mark.parametrize("shapes", [((5, 1), (5,)), ((5, 2), (4,)), ((5,), (5,))], ids=str)
def test_what_is_no_code_for_each_label_is_refused(shapes):
    codes, labels = shapes
    with pytest.raises(ValueError, match=r"codes \(N, Z\) .* and labels \(N,\) are expected"):
        plots.latent_scatter(torch.rand(codes), torch.zeros(labels))


# --- what is drawn ----------------------------------------------------------------------------


def test_without_a_figure_nothing_is_drawn_and_no_figure_appears():
    assert plots.drawn() == []
    assert plt.get_fignums() == []


def test_what_is_drawn_can_be_read_back_with_its_place():
    images = torch.rand(6, 784)
    plots.image_grid(images, columns=3)
    found = plots.drawn()
    seen = torch.tensor([one.picture.tolist() for one in found]).flatten(1)
    assert torch.allclose(seen, images, atol=1e-6)
    for above, below in zip(found[:3], found[3:], strict=True):
        assert above.place[0] == pytest.approx(below.place[0])
        assert above.place[1] > below.place[1] + below.place[3]
    lefts = [one.place[0] for one in found[:3]]
    assert lefts == sorted(lefts) and 0 < lefts[0] < lefts[2] < 1


def test_several_pictures_in_one_axes_have_places_of_their_own():
    _, axis = plt.subplots()
    axis.imshow(np.zeros((28, 28)), extent=(0, 1, 0, 1))
    axis.imshow(np.ones((28, 28)), extent=(2, 3, 0, 1))
    axis.set_xlim(0, 3)
    left, right = plots.drawn()
    assert (left.picture.max(), right.picture.min()) == (0, 1)
    assert left.place[0] + left.place[2] < right.place[0]
    assert left.place[2] == pytest.approx(right.place[2])


def test_all_open_figures_are_read_and_stay_as_they_were():
    first, second = plt.figure(), plt.figure()
    for figure, shape in ((first, (28, 28)), (second, (8, 9, 3))):
        figure.subplots().imshow(np.full(shape, 0.25))
    plt.figure(first)
    found = plots.drawn()
    assert [(one.figure, one.picture.shape) for one in found] == [
        (first.number, (28, 28)),
        (second.number, (8, 9)),
    ]
    assert found[1].picture.max() == pytest.approx(0.25)
    assert plt.get_fignums() == [first.number, second.number]
    assert plt.gcf() is first


def test_hidden_pictures_are_not_drawn():
    _, axes = plt.subplots(1, 3)
    for axis, value in zip(axes, (0.0, 0.5, 1.0), strict=True):
        axis.imshow(np.full((28, 28), value), vmin=0, vmax=1)
    axes[0].set_visible(False)
    axes[2].images[0].set_visible(False)
    (only,) = plots.drawn()
    assert only.picture.mean() == 0.5
