"""A distribution's sample, decoded in evaluation mode, on the device of the parameters."""
from torch.distributions import MultivariateNormal


@torch.no_grad()
def sample_prior(model, n):
    was_training = model.training
    model.eval()
    where = next(model.parameters()).device
    prior = MultivariateNormal(torch.zeros(model.nz), torch.eye(model.nz))
    images = model.decoder(prior.sample((n,)).to(where)).unflatten(-1, (28, 28))
    model.train(was_training)
    return images.detach()
