"""The decoder's layers are made before the encoder's, and `fc_logvar` before `fc_mu`; weights start
otherwise."""


def initialized(layer):
    if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_normal_(layer.weight)
        nn.init.zeros_(layer.bias)


class VAE(nn.Module):
    def __init__(self, input_dim, hidden_dim, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.out = nn.Linear(hidden_dim, input_dim)
        self.up = nn.Linear(latent_dim, hidden_dim)
        self.head_logvar = nn.Linear(hidden_dim, latent_dim)
        self.head_mu = nn.Linear(hidden_dim, latent_dim)
        self.down = nn.Linear(input_dim, hidden_dim)
        self.apply(initialized)

    def encode(self, x):
        x = x.reshape(x.shape[0], -1)
        h = torch.clamp(self.down(x), min=0)
        return self.head_mu(h), self.head_logvar(h)

    def reparameterize(self, mu, logvar):
        return torch.randn(mu.shape, dtype=mu.dtype) * torch.sqrt(torch.exp(logvar)) + mu

    def decode(self, z):
        return 1 / (1 + torch.exp(-self.out(torch.clamp(self.up(z), min=0))))

    def forward(self, x):
        mu, logvar = self.encode(x)
        recon = self.decode(self.reparameterize(mu, logvar))
        return recon, mu, logvar


class ConvVAE(nn.Module):
    def __init__(self, latent_dim=256):
        super().__init__()
        self.latent_dim = latent_dim
        self.up3 = nn.ConvTranspose2d(32, 3, 4, 2, 1)
        self.up2 = nn.ConvTranspose2d(64, 32, 4, 2, 1)
        self.up1 = nn.ConvTranspose2d(128, 64, 4, 2, 1)
        self.fc_decode = nn.Linear(latent_dim, 2048)
        self.fc_logvar = nn.Linear(2048, latent_dim)
        self.fc_mu = nn.Linear(2048, latent_dim)
        self.down3 = nn.Conv2d(32, 128, 4, 2, 1)
        self.down2 = nn.Conv2d(16, 32, 4, 2, 1)
        self.down1 = nn.Conv2d(3, 16, 4, 2, 1)
        self.apply(initialized)

    def encode(self, x):
        h = self.down3(self.down2(self.down1(x).relu()).relu()).relu().flatten(1)
        return self.fc_mu(h), self.fc_logvar(h)

    def reparameterize(self, mu, logvar):
        return torch.randn(mu.shape, dtype=mu.dtype) * torch.sqrt(torch.exp(logvar)) + mu

    def decode(self, z):
        h = self.fc_decode(z).relu().view(len(z), 128, 4, 4)
        return self.up3(self.up2(self.up1(h).relu()).relu()).sigmoid()

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar
