"""Gradients cleared after the step, with a progress bar; images go to the model as (N, 1, 784);
0-d tensors without a graph, NumPy numbers and a tuple come back."""
import numpy as np
import torch
from torch import nn
from tqdm import tqdm


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    criterion = nn.BCELoss()
    optimizer = torch.optim.Adam(params=model.parameters(), lr=learning_rate, betas=(0.9, 0.999))
    losses = []
    model.train()
    for epoch in range(1, epochs + 1):
        bar = tqdm(loader, desc=f"epoch {epoch}")
        for x, y in bar:
            x = x.to(device).flatten(2)
            loss = criterion(model(x), x)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses.append(loss.detach())
            bar.set_postfix(loss=loss.item())
    return losses


def train_vae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    model.train(True)
    for _ in tqdm(range(epochs)):
        for x, y in tqdm(loader, total=len(loader), leave=False):
            x = x.to(device).flatten(2)
            total, parts = model.loss(x, model(x))
            total.backward()
            optimizer.step()
            optimizer.zero_grad()
            rec_losses.append(np.float32(parts["rec_loss"].item()))
            kl_losses.append(parts["kl_loss"].detach().cpu().numpy())
    return rec_losses, kl_losses


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for _ in range(epochs):
        for x, y in tqdm(loader):
            x, y = x.to(device).flatten(2), y.to(device)
            total, parts = model.loss(x=x, outputs=model(x, c=y))
            total.backward()
            optimizer.step()
            optimizer.zero_grad()
            rec_losses.append(parts["rec_loss"].data)
            kl_losses.append(parts["kl_loss"].data)
    return [tuple(rec_losses), tuple(kl_losses)]
