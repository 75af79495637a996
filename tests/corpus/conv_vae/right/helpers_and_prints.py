"""Factories for layers, type hints, prints, assertions, names in another language, and everything
that `forward` does written out in it."""


def block(kind, inputs: int, outputs: int, activation=nn.ReLU) -> nn.Sequential:
    return nn.Sequential(kind(inputs, outputs, kernel_size=4, stride=2, padding=1), activation())


class ConvVAE(nn.Module):
    def __init__(self, latent_dim: int = 256) -> None:
        super().__init__()
        print("Neues Netz, Länge des Codes:", latent_dim)
        self.latent_dim = latent_dim
        self.äste = nn.Sequential(*(block(nn.Conv2d, a, b) for a, b in [(3, 16), (16, 32), (32, 128)]))
        größe = 128 * 4 * 4
        self.fc_mu = nn.Linear(größe, latent_dim)
        self.fc_logvar = nn.Linear(größe, latent_dim)
        self.fc_decode = nn.Linear(latent_dim, größe)
        self.zurück = nn.Sequential(
            block(nn.ConvTranspose2d, 128, 64),
            block(nn.ConvTranspose2d, 64, 32),
            block(nn.ConvTranspose2d, 32, 3, nn.Sigmoid),
        )

    def encode(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        assert x.shape[1:] == (3, 32, 32), x.shape
        h = torch.flatten(self.äste(x), start_dim=1)
        return self.fc_mu(h), self.fc_logvar(h)

    def reparameterize(self, mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
        ε = torch.randn_like(mu)
        return mu + ε * torch.exp(logvar / 2)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        h = self.fc_decode(z).relu()
        return self.zurück(h.reshape(h.shape[0], 128, 4, 4))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        h = torch.flatten(self.äste(x), start_dim=1)
        μ = self.fc_mu(h)
        logσ2 = self.fc_logvar(h)
        z = μ + torch.randn(len(x), self.latent_dim) * torch.exp(0.5 * logσ2)
        return self.zurück(self.fc_decode(z).relu().view(-1, 128, 4, 4)), μ, logσ2
