"""Written on a GPU: `.cuda()` everywhere."""


def train(model, loader, epochs, lr=1e-3):
    model.cuda()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    curve = []
    for _ in range(epochs):
        total, n = 0, 0
        for x, _labels in loader:
            x = x.cuda().view(-1, 784).round()
            total += training_step(model, x, optimizer)
            n += x.size(0)
        curve.append(-total / n)
    return curve


def encode_test_set(model, loader):
    z_all = []
    with torch.no_grad():
        for x, _ in loader:
            x = x.to("cuda").view(-1, 784).round()
            theta, _, _, z = model(x)
            z_all.append(z.cpu())
    return torch.cat(z_all), theta.cpu()
