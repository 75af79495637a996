"""The transform is done in NumPy; sizes of codes come from a layer of the model."""
import numpy as np


def svhn_transform(image):
    pixels = np.transpose(np.asarray(image), (2, 0, 1)).astype(np.float32) / 255.0
    return torch.tensor(np.clip(pixels, 0.0, 1.0))


def sample(model, n):
    model.eval()
    with torch.no_grad():
        z = torch.from_numpy(np.random.default_rng().standard_normal((n, model.latent_dim)))
        return model.decode(z.float().to(device))
