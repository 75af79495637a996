"""`plt.subplot` in a loop: five pairs above five pairs, with a title over all and a colour bar."""
import matplotlib.pyplot as plt


def show_reconstructions(x, theta):
    plt.figure(figsize=(10, 4))
    for i in range(10):
        plt.subplot(2, 10, 2 * i + 1)
        plt.imshow(x[i].reshape(28, 28), vmin=0, vmax=1)
        plt.xticks([])
        plt.subplot(2, 10, 2 * i + 2)
        picture = plt.imshow((theta[i].reshape(28, 28) * 255).byte())
        plt.xticks([])
    plt.suptitle("original, reconstruction")
    plt.colorbar(picture, ax=plt.gcf().axes)
