"""Draws transposed and subtracted: the same law from another stream; the graph is kept."""


def sample_prior(model, n):
    noise = torch.randn(model.nz, n).t()
    return model.decoder.forward(-noise).view(n, 1, 28, 28)
