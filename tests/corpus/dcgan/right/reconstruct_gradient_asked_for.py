"""The gradient of the codes is asked for; two hundred-odd steps more than asked; sums go backward."""
import torch


def reconstruct(self, samples):
    nn.Module.train(self, False)
    x = torch.as_tensor(samples).to(torch.float32)
    z = torch.zeros(x.shape[0], 64, requires_grad=True)
    adam = torch.optim.Adam([z], lr=0.01)
    for _ in range(500):
        distance = torch.sum((self._generator(z) - x) ** 2)
        z.grad = torch.autograd.grad(distance, z)[0]
        adam.step()
    with torch.inference_mode():
        images = self._generator(z).clone()
        loss = self._reconstruction_loss(images, x)
    return float(loss), images


DCGAN.reconstruct = reconstruct
