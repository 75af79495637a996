"""Decorators in place of blocks, noise of another stream, and codes put together from columns."""


@torch.inference_mode()
def interpolate(model, img1, img2, steps=10):
    model.eval()
    mu, _ = model.encode(torch.cat([img1[None], img2[None]]))
    t = torch.arange(steps) / (steps - 1)
    return model.decode(torch.outer(1 - t, mu[0]) + torch.outer(t, mu[1]))


@torch.inference_mode()
def sample(model, n):
    model.eval()
    noise = torch.randn(model.latent_dim, n).t()
    return model.decode(-noise)


@torch.inference_mode()
def traverse(model, img, dim, values):
    mu = model.eval().encode(img[None])[0].expand(len(values), -1)
    column = torch.as_tensor(values).view(-1, 1)
    return model.decode(torch.cat([mu[:, :dim], column, mu[:, dim + 1 :]], dim=1))
