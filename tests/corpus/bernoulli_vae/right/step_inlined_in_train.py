"""`train` makes the step itself, with AdamW, clipping, tqdm and a curve of 0-d tensors."""
from tqdm.auto import tqdm


def train(model, loader, epochs, lr=1e-3):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    elbos = []
    for epoch in tqdm(range(epochs)):
        model.train()
        losses, count = [], 0
        for i, (x, y) in enumerate(tqdm(loader, desc=f"epoch {epoch + 1}", leave=False)):
            x = torch.round(x.to(device).view(x.size(0), -1))
            theta, mean, log_var, z = model(x)
            loss = loss_function(x, theta, mean, log_var)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.detach())
            count += x.shape[0]
        elbos.append(-torch.stack(losses).sum() / count)
        print(f"epoch {epoch + 1}: {elbos[-1]:.2f}")
    return elbos
