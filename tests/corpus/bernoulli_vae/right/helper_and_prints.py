"""A helper that both loops share, with type hints and prints; plots the curve while it trains."""
import matplotlib.pyplot as plt


def binarized(loader):
    """Rows of zeros and ones, batch by batch."""
    for x, _ in loader:
        yield nn.Flatten()(x).round().to(device)


def train(model: nn.Module, loader, epochs: int, lr: float = 1e-3) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr)
    curve: list[float] = []
    for epoch in range(1, epochs + 1):
        sums = [(training_step(model, x, optimizer), len(x)) for x in binarized(loader)]
        curve.append(-sum(s for s, _ in sums) / sum(n for _, n in sums))
        print(f"{epoch:3d} {curve[-1]:8.2f} nats")
    plt.figure()
    plt.plot(curve)
    plt.show()
    return curve


@torch.inference_mode()
def encode_test_set(model: nn.Module, loader):
    results = [model(x) for x in binarized(loader)]
    return torch.vstack([z for *_, z in results]), results[-1][0]
