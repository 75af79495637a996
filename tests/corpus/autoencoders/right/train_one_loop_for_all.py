"""One helper trains the VAE and the CVAE; steps are counted over epochs and batches together; the
device is the model's own."""
import itertools

import torch
from torch.nn import functional as F


def device_of(model):
    return next(model.parameters()).device


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses, here = [], device_of(model)
    for x, _ in itertools.chain.from_iterable(itertools.repeat(loader, epochs)):
        x = x.to(here).squeeze(1).flatten(1)
        loss = F.binary_cross_entropy(model(x).squeeze(1), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses += [loss.item()]
    return losses


def _train(model, loader, epochs, learning_rate, outputs_of):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history, here = {"rec_loss": [], "kl_loss": []}, device_of(model)
    for _ in range(epochs):
        iterator = iter(loader)
        for _ in range(len(loader)):
            x, labels = next(iterator)
            x = x.to(here).flatten(start_dim=1)
            total, parts = model.loss(x, outputs_of(x, labels.to(here)))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            for name, values in history.items():
                values.append(parts[name].item())
    return history["rec_loss"], history["kl_loss"]


def train_vae(model, loader, epochs, learning_rate=1e-3):
    return _train(model, loader, epochs, learning_rate, lambda x, labels: model(x))


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    return _train(model, loader, epochs, learning_rate, lambda x, labels: model(x, labels))
