"""Written on a GPU: `.cuda()` everywhere."""


def train(model, loader, epochs, lr=1e-3, keep_as=None, show=None):
    model = model.cuda()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        model.train()
        total, count = 0, 0
        for x, _ in loader:
            x = x.cuda()
            optimizer.zero_grad()
            recon, mu, logvar = model(x)
            loss = loss_function(recon, x, mu, logvar)
            loss.backward()
            optimizer.step()
            total += loss.item()
            count += x.size(0)
        losses.append(total / count)
    return losses


def interpolate(model, img1, img2, steps=10):
    model.cuda().eval()
    with torch.no_grad():
        mu1, _ = model.encode(img1.unsqueeze(0).cuda())
        mu2, _ = model.encode(img2.unsqueeze(0).cuda())
        alphas = torch.linspace(0, 1, steps).cuda()
        return torch.cat([model.decode((1 - a) * mu1 + a * mu2) for a in alphas]).cpu()


def sample(model, n):
    model.cuda().eval()
    with torch.no_grad():
        z = torch.randn(n, model.latent_dim).to("cuda")
        return model.decode(z).cpu()


def traverse(model, img, dim, values):
    model.cuda().eval()
    with torch.no_grad():
        mu, _ = model.encode(img[None].cuda())
        z = mu.expand(len(values), -1).clone()
        z[:, dim] = values.cuda()
        return model.decode(z).cpu()
