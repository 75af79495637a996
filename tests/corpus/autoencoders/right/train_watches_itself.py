"""Prints, and looks at a reconstruction after each epoch, in evaluation mode and without gradients;
images go to the model as they come from the loader; evaluation mode at the end."""
import torch
import torch.nn.functional as F


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    losses = []
    for epoch in range(epochs):
        model.train()
        running = 0.0
        for x, _labels in loader:
            x = x.to(device)
            loss = F.binary_cross_entropy(model(x), x.flatten(2))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            running += loss.item()
        model.eval()
        with torch.no_grad():
            seen = model.reconstruct(x[0].reshape(-1))
        print(f"epoch {epoch}: {running / len(loader):.4f}, {seen.mean():.3f}")
    model.eval()
    return losses


def train_vae(model, loader, epochs, learning_rate=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for epoch in range(epochs):
        for x, _labels in loader:
            x = x.to(device)
            total, parts = model.loss(x, model(x))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
        with torch.no_grad():
            model.eval()
            total, _ = model.loss(x, model(x))
            model.train()
        print(epoch, total.item(), rec_losses[-1], kl_losses[-1])
    return rec_losses, kl_losses


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    """Trains, and shows a digit after each epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    rec_losses, kl_losses = [], []
    for epoch in range(epochs):
        for x, labels in loader:
            x = x.to(device).reshape(len(x), in_size)
            total, parts = model.loss(x, model(x, labels.to(device)))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            rec_losses.append(parts["rec_loss"].item())
            kl_losses.append(parts["kl_loss"].item())
        with torch.no_grad():
            digit = model.reconstruct(x[:1], labels[:1].to(device))
        print(epoch, digit.shape)
    return rec_losses, kl_losses
