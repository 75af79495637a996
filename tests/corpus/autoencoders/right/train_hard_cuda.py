"""Written for Colab's GPU and nothing else: `.cuda()` and `device="cuda"` throughout."""
import torch
import torch.nn.functional as F


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    model = model.cuda()
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.cuda().reshape(-1, 1, 784)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.cpu().item())
    return losses


def train_vae(model, loader, epochs, learning_rate=1e-3):
    model.to("cuda")
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to("cuda").reshape(-1, 784)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    model.to(torch.device("cuda:0"))
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x, labels = x.to("cuda").reshape(-1, 784), labels.cuda()
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


def sample_digits(model):
    with torch.no_grad():
        z = torch.randn(10, model.nz).cuda()
        c = torch.arange(10).cuda()
        return model.decoder(z, c).view(10, 28, 28).cpu()
