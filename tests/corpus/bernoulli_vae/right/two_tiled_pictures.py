"""All originals in one tiled picture, all reconstructions in another one below it."""
import matplotlib.pyplot as plt


def show_reconstructions(x, theta):
    def tiles(images):
        return images[:10].reshape(10, 28, 28).permute(1, 0, 2).reshape(28, 280)

    fig, (above, below) = plt.subplots(2, 1, figsize=(10, 3))
    above.imshow(tiles(x), cmap="Greys")
    above.set_title("x")
    below.imshow(tiles(theta), cmap="Greys")
    below.set_title("theta")
    return fig
