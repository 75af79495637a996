"""The losses are gathered in a tensor or an array and come back as one; labels as (N, 1)."""
import numpy as np
import torch
import torch.nn.functional as F


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = np.zeros(epochs * len(loader))
    step = 0
    for _ in range(epochs):
        for x, _labels in loader:
            x = x.to(device).reshape(-1, 1, 784)
            loss = F.binary_cross_entropy(model(x), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses[step] = loss.item()
            step += 1
    return losses.tolist()


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    kept = []
    for _ in range(epochs):
        for x, labels in loader:
            x = x.to(device).reshape(-1, 784)
            total, parts = model.loss(x, model(x, labels.to(device).unsqueeze(1)))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            kept.append(torch.stack([parts["rec_loss"], parts["kl_loss"]]).detach())
    rec_losses, kl_losses = torch.stack(kept).unbind(dim=1)
    return rec_losses, kl_losses
