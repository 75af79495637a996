"""A grid of the course's own, with labels: all originals above all reconstructions."""


def show_reconstructions(x, theta):
    plots.image_grid(torch.cat((x[:10], theta[:10])), title="x above theta", labels=range(20))
