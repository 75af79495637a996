"""The VAE's mean and log variance come from one layer and are split; the loss is PyTorch's own,
with the textbook's -1/2 before the divergence."""


class VAE(nn.Module):
    def __init__(self, input_dim, hidden_dim, latent_dim):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(input_dim, hidden_dim),
            nn.ReLU(),
            nn.Linear(hidden_dim, 2 * latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, input_dim)
        )

    def encode(self, x):
        return self.encoder(x).chunk(2, dim=-1)

    def reparameterize(self, mu, logvar):
        return torch.addcmul(mu, logvar.mul(0.5).exp_(), torch.randn(mu.shape).to(mu))

    def decode(self, z):
        return self.decoder(z).sigmoid()

    def forward(self, x):
        mu, logvar = self.encode(x)
        return [self.decode(self.reparameterize(mu, logvar)), mu, logvar]


def loss_function(recon, x, mu, logvar):
    if recon.dim() == 2:
        x = x.view(x.size(0), -1)
    mse = F.mse_loss(recon, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return mse + kld
