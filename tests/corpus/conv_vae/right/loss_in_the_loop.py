"""The loop computes the loss of an image, with names of its own, and clears gradients after the
step; what is noted are plain floats."""


def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    training = Training(epochs, keep_as, show=show, model=model, optimizer=optimizer)
    for _epoch in training:
        model.train()
        for batch in training.batches(loader):
            images = batch[0].to(device, non_blocking=True)
            n = images.shape[0]
            outputs = model(images)
            per_image = loss_function(outputs[0], images, *outputs[1:]) / n
            per_image.backward()
            optimizer.step()
            for p in model.parameters():
                p.grad = None
            training.note(n, loss=per_image.item())
    return training.history["loss"]


def loss_function(recon, x, mu, logvar):
    loss = torch.dist(recon.reshape(-1), x.reshape(-1)) ** 2
    loss += 0.5 * torch.einsum("nz,nz->", mu, mu)
    loss += 0.5 * (torch.expm1(logvar) - logvar).sum()
    return loss
