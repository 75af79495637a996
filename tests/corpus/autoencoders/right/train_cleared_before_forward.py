"""Gradients cleared at the top of the loop, by the model in one loop and by hand in another; the
loader enumerated; labels left alone; x flattened by view."""
import torch
import torch.nn.functional as F


def train_autoencoder(model, loader, epochs, learning_rate=1e-3):
    opt = torch.optim.Adam(model.parameters(), learning_rate)
    history = []
    for epoch in range(epochs):
        for i, (x, _) in enumerate(loader):
            model.zero_grad()
            x = x.view(-1, 1, 784)
            rec = model(x)
            loss = F.binary_cross_entropy(rec, x, reduction="mean")
            loss.backward()
            opt.step()
            history.append(float(loss))
    return history


def train_vae(model, loader, epochs, learning_rate=1e-3):
    opt = torch.optim.Adam(model.parameters(), lr=learning_rate)
    recs, kls = [], []
    for epoch in range(epochs):
        for i, batch in enumerate(loader):
            for p in model.parameters():
                p.grad = None
            images = torch.flatten(batch[0], 1)
            out = model(images)
            loss, info = model.loss(images, out)
            loss.backward()
            opt.step()
            recs.append(info["rec_loss"].detach().item())
            kls.append(info["kl_loss"].detach().item())
    return recs, kls


def train_cvae(model, loader, epochs, learning_rate=1e-3):
    opt = torch.optim.Adam(model.parameters(), lr=learning_rate)
    recs, kls = [], []
    for epoch in range(epochs):
        for i, (x, y) in enumerate(loader):
            opt.zero_grad(set_to_none=False)
            x = x.view(x.size(0), -1)
            loss, info = model.loss(x, model.forward(x, y))
            loss.backward()
            opt.step()
            recs.append(info["rec_loss"].item())
            kls.append(info["kl_loss"].item())
    return recs, kls
