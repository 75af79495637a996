"""One picture of two rows of tiles with padding, in three colours, made by torchvision."""
import matplotlib.pyplot as plt
from torchvision.utils import make_grid


def show_reconstructions(x, theta):
    both = torch.cat([x[:10], theta[:10]]).view(-1, 1, 28, 28)
    grid = make_grid(both, nrow=10, padding=4, pad_value=0.5)
    plt.figure(figsize=(12, 3))
    plt.imshow(grid.permute(1, 2, 0))
    plt.axis("off")
    plt.show()
