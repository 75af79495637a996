"""ConvVAE is a VAE: draw and `forward` are inherited, and small fully connected layers stay behind
unused."""


class ConvVAE(VAE):
    def __init__(self, latent_dim=256):
        super().__init__(input_dim, 4, latent_dim)
        self.features = nn.Sequential(
            *[nn.Conv2d(3, 16, 4, 2, 1), nn.ReLU()],
            *[nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU()],
            *[nn.Conv2d(32, 128, 4, 2, 1), nn.ReLU(), nn.Flatten()],
        )
        self.fc_mu = nn.Linear(2048, latent_dim)
        self.fc_logvar = nn.Linear(2048, latent_dim)
        self.fc_decode = nn.Linear(latent_dim, 2048)
        self.picture = nn.Sequential(
            *[nn.ReLU(), nn.Unflatten(1, (128, 4, 4))],
            *[nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU()],
            *[nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU()],
            *[nn.ConvTranspose2d(32, 3, 4, 2, 1), nn.Sigmoid()],
        )

    def encode(self, x):
        h = self.features(x)
        return self.fc_mu(h), self.fc_logvar(h)

    def decode(self, z):
        return self.picture(self.fc_decode(z))
