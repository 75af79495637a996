"""The cross entropy written out, or averaged in two steps; the auto-encoder used by its parts; the
total put together again from what `model.loss` tells, with the model's beta."""
import torch


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).flatten(1)
            rec = model.decoder(model.encoder(x)).flatten(1)
            per_pixel = -(x * torch.log(rec + 1e-8) + (1 - x) * torch.log(1 - rec + 1e-8))
            loss = per_pixel.mean(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def train_vae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(-1, in_size)
            _, parts = model.loss(x, model(x))
            loss = parts["rec_loss"] + model.beta * parts["kl_loss"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses
