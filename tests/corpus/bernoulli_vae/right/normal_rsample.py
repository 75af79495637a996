"""Samples from torch.distributions, and a static method; the loss from distributions too."""
from torch.distributions import Bernoulli, Normal, kl_divergence


class Model(nn.Module):
    def __init__(self, Encoder, Decoder):
        super(Model, self).__init__()
        self.Encoder = Encoder
        self.Decoder = Decoder

    @staticmethod
    def reparameterization(mean, std):
        return Normal(mean, std).rsample()

    def forward(self, x):
        mean, log_var = self.Encoder(x)
        z = self.reparameterization(mean, torch.exp(0.5 * log_var))
        return self.Decoder(z), mean, log_var, z


def loss_function(x, theta, mean, log_var):
    likelihood = Bernoulli(probs=theta).log_prob(x).sum()
    posterior = Normal(mean, torch.exp(log_var) ** 0.5)
    return kl_divergence(posterior, Normal(0.0, 1.0)).sum() - likelihood
