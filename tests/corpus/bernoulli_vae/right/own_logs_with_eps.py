"""The cross entropy with its own logarithms, kept from zero; the KL element by element."""


def loss_function(x, theta, mean, log_var):
    eps = 1e-8
    likelihood = (x * torch.log(theta + eps) + (1 - x) * torch.log(1 - theta + eps)).sum()
    var = log_var.exp()
    kl = 0.0
    for k in range(mean.size(1)):
        kl = kl + 0.5 * torch.sum(mean[:, k] ** 2 + var[:, k] - 1 - torch.log(var[:, k]))
    return -(likelihood - kl)
