"""The ten digits are decoded one after the other, each with a label tensor of its own."""
import torch


def sample_digits(model):
    digits = []
    model.eval()
    with torch.no_grad():
        for digit in range(10):
            z = torch.randn(1, model.nz).to(device)
            image = model.decoder(z, torch.tensor([digit], device=device))
            digits.append(image.view(28, 28))
    model.train()
    return torch.stack(digits)
