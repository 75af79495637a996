"""One code after the other, drawn by NumPy, through the layers of the decoder themselves."""
import numpy as np


def sample_prior(model, n):
    images = []
    for _ in range(n):
        code = torch.from_numpy(np.random.randn(1, model.nz)).float()
        images.append(model.decoder.net(code).detach().reshape(1, 1, 28, 28))
    return torch.cat(images)
