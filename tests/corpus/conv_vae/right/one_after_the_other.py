"""Interpolation, samples and traversal decode one image at a time, and the mode of the model is put
back."""
import contextlib

import numpy as np


@contextlib.contextmanager
def evaluating(model):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        yield
    model.train(was_training)


def interpolate(model, img1, img2, steps=10):
    images = []
    with evaluating(model):
        start, end = (model.encode(img.unsqueeze(0))[0] for img in (img1, img2))
        for i in range(steps):
            images.append(model.decode(torch.lerp(start, end, i / (steps - 1)))[0])
    return torch.stack(images)


def sample(model, n):
    with evaluating(model):
        images = [model.decode(torch.randn(1, model.latent_dim)).squeeze(0) for _ in range(n)]
    return torch.stack(images)


def traverse(model, img, dim, values):
    with evaluating(model):
        base = model.encode(img.unsqueeze(0))[0]
        pictures = []
        for v in np.asarray(values):
            z = base.clone()
            z[0, dim] = float(v)
            pictures.append(model.decode(z))
    return torch.vstack(pictures)
