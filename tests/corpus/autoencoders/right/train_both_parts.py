"""Loops that give Adam the encoder's and the decoder's parameters, and ask those for the device."""
import itertools

import torch
import torch.nn.functional as F


def both(model):
    return itertools.chain(model.encoder.parameters(), model.decoder.parameters())


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(both(model), lr=learning_rate)
    place = next(model.encoder.parameters()).device
    model.encoder.train()
    model.decoder.train()
    losses = []
    for _ in range(epochs):
        for x, _ in loader:
            x = x.to(place).flatten(1)
            rec = model.decoder(model.encoder(x))
            loss = F.binary_cross_entropy(rec.squeeze(1), x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def train(model, loader, epochs, learning_rate, labelled):
    optimizer = torch.optim.Adam(list(both(model)), lr=learning_rate)
    place = next(model.decoder.parameters()).device
    history = []
    for _ in range(epochs):
        for x, c in loader:
            x = x.to(place).flatten(1)
            outputs = model(x, c.to(place)) if labelled else model(x)
            total, parts = model.loss(x, outputs)
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            history.append((parts["rec_loss"].item(), parts["kl_loss"].item()))
    return [rec for rec, _ in history], [kl for _, kl in history]


def train_vae(model, loader, epochs, learning_rate=1e-3):
    return train(model, loader, epochs, learning_rate, labelled=False)


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    return train(model, loader, epochs, learning_rate, labelled=True)
