"""`torch.distributions` draws z, as `rsample`, and tells the divergence."""
from torch.distributions import Independent, Normal, kl_divergence


def posterior(mu, logvar):
    return Independent(Normal(mu, (logvar / 2).exp()), 1)


class VAE(VAE):
    def reparameterize(self, mu, logvar):
        return posterior(mu, logvar).rsample()


class ConvVAE(ConvVAE):
    @staticmethod
    def reparameterize(mu, logvar):
        return posterior(mu, logvar).rsample()


def loss_function(recon, x, mu, logvar):
    prior = Independent(Normal(torch.zeros_like(mu), torch.ones_like(mu)), 1)
    kl = kl_divergence(posterior(mu, logvar), prior)
    return ((recon - x.view_as(recon)) ** 2).flatten(1).sum(1).add(kl).sum()


def sample(model, n):
    model.train(False)
    prior = Normal(torch.zeros(n, model.latent_dim), 1.0)
    return model.decode(prior.sample().to(device)).detach()
