"""`p.grad = None` by hand before `backward`, gradients clipped at a norm of 1, a NumPy number."""
import numpy as np


def training_step(model, x, optimizer):
    theta, mean, log_var, _ = model(x)
    loss = loss_function(x, theta, mean, log_var)
    for p in model.parameters():
        p.grad = None
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return np.float32(loss.detach().cpu().numpy())
