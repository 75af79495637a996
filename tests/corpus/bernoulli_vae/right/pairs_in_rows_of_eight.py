"""Originals and reconstructions take turns in one tiled picture, eight to a row, inverted."""
import matplotlib.pyplot as plt
import numpy as np


def show_reconstructions(x, theta):
    pairs = torch.stack([x[:10], theta[:10]], dim=1).reshape(20, 28, 28)
    canvas = np.zeros((3 * 28, 8 * 28))
    for k, image in enumerate(pairs):
        row, column = divmod(k, 8)
        canvas[28 * row : 28 * row + 28, 28 * column : 28 * column + 28] = image
    plt.close("all")
    plt.matshow(255 * (1 - canvas), cmap="gray")
    plt.savefig("reconstructions.png")
