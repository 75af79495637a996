"""ConvVAE takes `reparameterize` and `forward` from VAE, but none of its layers."""


class ConvVAE(VAE):
    def __init__(self, latent_dim=256):
        nn.Module.__init__(self)
        self.latent_dim = latent_dim
        channels = [3, 16, 32, 128]
        self.down = nn.ModuleList(
            nn.Conv2d(a, b, kernel_size=4, stride=2, padding=1)
            for a, b in zip(channels, channels[1:])
        )
        self.fc_mu, self.fc_logvar = (nn.Linear(2048, latent_dim) for _ in range(2))
        self.fc_decode = nn.Linear(latent_dim, 2048)
        channels = [128, 64, 32, 3]
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(a, b, kernel_size=4, stride=2, padding=1)
            for a, b in zip(channels, channels[1:])
        )

    def encode(self, x):
        for layer in self.down:
            x = layer(x).relu()
        x = x.flatten(-3)
        return self.fc_mu(x), self.fc_logvar(x)

    def decode(self, z):
        x = self.fc_decode(z).unflatten(-1, (128, 4, 4))
        for layer in self.up:
            x = layer(x.relu())
        return x.sigmoid()
