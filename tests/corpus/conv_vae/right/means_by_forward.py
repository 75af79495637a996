"""Means from what `forward` returns; no block without gradients, but `detach` at the end."""
import numpy as np


def interpolate(model, img1, img2, steps=10):
    _, mu, _ = model(torch.stack((img1, img2), dim=0))
    points = [mu[0] + float(t) * (mu[1] - mu[0]) for t in np.linspace(0.0, 1.0, num=steps)]
    return model.decode(torch.stack(points)).detach()


def traverse(model, img, dim, values):
    _, mu, _ = model(img.reshape(1, 3, 32, 32))
    one = F.one_hot(torch.tensor(dim), mu.shape[1]).to(mu)
    z = mu * (1 - one) + values.reshape(-1, 1) * one
    return model.decode(z).detach()
