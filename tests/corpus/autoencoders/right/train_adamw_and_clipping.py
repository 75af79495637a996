"""AdamW with its small default decay, or Adam with gradients clipped at a norm of 1."""
import torch
import torch.nn.functional as F


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate)
    losses = []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.reshape(len(x), 1, -1)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
    return losses


def train_vae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate, weight_decay=1e-5)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.reshape(len(x), -1)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.AdamW(model.parameters(), lr=learning_rate, weight_decay=0)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, labels in loader:
            x = x.reshape(len(x), -1)
            total, parts = model.loss(x, model(x, labels))
            optimizer.zero_grad()
            total.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1)
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
    return rec_losses, kl_losses
