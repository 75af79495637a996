"""Results detached one by one, moved to the CPU; theta kept for all batches, the last returned."""


def encode_test_set(model, loader):
    all_z = torch.empty(0)
    thetas = []
    for x, labels in loader:
        theta, mean, log_var, z = model(x.reshape(-1, 784).round())
        all_z = torch.cat((all_z, z.detach().cpu()), dim=0)
        thetas.append(theta.cpu().detach())
    return all_z, thetas[-1]
