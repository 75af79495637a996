"""Means from what `forward` returns for a VAE, shares from NumPy; the graph is kept."""
import numpy as np


def interpolate(model, start_img, end_img, steps=5):
    x = torch.cat([start_img.reshape(1, 784), end_img.reshape(1, 784)])
    if hasattr(model, "beta"):
        codes = model(x)["q"][:, : model.nz]
    else:
        codes = model.encoder(x)
    points = [codes[0] + float(t) * (codes[1] - codes[0]) for t in np.linspace(0.0, 1.0, steps)]
    return model.decoder(torch.stack(points)).squeeze(1).unflatten(1, (28, 28))
