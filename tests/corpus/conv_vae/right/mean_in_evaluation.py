"""In evaluation mode the mean takes the place of a draw, by a module that both models share."""


class Sampling(nn.Module):
    def forward(self, mu, logvar):
        if not self.training:
            return mu
        return mu + (0.5 * logvar).exp() * torch.randn_like(logvar)


class VAE(VAE):
    def __init__(self, input_dim, hidden_dim, latent_dim):
        super().__init__(input_dim, hidden_dim, latent_dim)
        self.sampling = Sampling()

    def reparameterize(self, mu, logvar):
        return self.sampling(mu, logvar)


class ConvVAE(ConvVAE):
    def __init__(self, latent_dim=256):
        super().__init__(latent_dim)
        self.sampling = Sampling()

    def reparameterize(self, mu, logvar):
        return self.sampling(mu, logvar)
