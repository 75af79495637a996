"""Gradients are cleared after the step, on the model, and set to zero instead of None."""


def training_step(model, x, optimizer):
    theta, mean, log_var, z = model(x)
    loss = loss_function(x, theta, mean, log_var)
    loss.backward()
    optimizer.step()
    model.zero_grad(set_to_none=False)
    return float(loss)


def encode_test_set(model, loader):
    was_training = model.training
    model.eval()
    zs, theta = [], None
    for batch in loader:
        x = (batch[0] > 0.5).float().view(len(batch[0]), -1)
        with torch.no_grad():
            theta, _, _, z = model(x)
        zs += list(z)
    model.train(was_training)
    return torch.stack(zs), theta
