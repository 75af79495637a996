"""Pairs side by side, ten rows of two with titles, shown and closed; the figure is returned."""
import matplotlib.pyplot as plt


def show_reconstructions(x, theta):
    fig, ax = plt.subplots(nrows=10, ncols=2, figsize=(3, 14))
    for i in range(10):
        for j, (name, image) in enumerate((("original", x), ("reconstruction", theta))):
            ax[i][j].imshow(image[i].view(28, 28).cpu().numpy(), cmap="gray")
            ax[i][j].axis("off")
            ax[i][j].set_title(name)
    plt.tight_layout()
    plt.show()
    plt.close(fig)
    return fig, ax
