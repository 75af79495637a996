"""Layers with names in an OrderedDict; heads and `fc_decode` wrapped in nn.Sequential; ReLUs in
place."""
from collections import OrderedDict


class ConvVAE(nn.Module):
    def __init__(self, latent_dim=256):
        super().__init__()
        self.latent_dim = latent_dim
        self.encoder = nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(3, 16, (4, 4), (2, 2), (1, 1)),
                relu1=nn.ReLU(inplace=True),
                conv2=nn.Conv2d(16, 32, (4, 4), (2, 2), (1, 1)),
                relu2=nn.ReLU(inplace=True),
                conv3=nn.Conv2d(32, 128, (4, 4), (2, 2), (1, 1)),
                relu3=nn.ReLU(inplace=True),
                flatten=nn.Flatten(),
            )
        )
        self.fc_mu = nn.Sequential(nn.Linear(128 * 4 * 4, latent_dim))
        self.fc_logvar = nn.Sequential(nn.Linear(128 * 4 * 4, latent_dim))
        self.fc_decode = nn.Sequential(
            nn.Linear(latent_dim, 128 * 4 * 4), nn.ReLU(inplace=True), nn.Unflatten(1, (128, 4, 4))
        )
        self.decoder = nn.Sequential()
        self.decoder.add_module("up1", nn.ConvTranspose2d(128, 64, 4, 2, 1))
        self.decoder.add_module("relu1", nn.ReLU(True))
        self.decoder.add_module("up2", nn.ConvTranspose2d(64, 32, 4, 2, 1))
        self.decoder.add_module("relu2", nn.ReLU(True))
        self.decoder.add_module("up3", nn.ConvTranspose2d(32, 3, 4, 2, 1))
        self.decoder.add_module("sigmoid", nn.Sigmoid())

    def encode(self, x):
        x = self.encoder(x)
        return self.fc_mu(x), self.fc_logvar(x)

    def reparameterize(self, mu, logvar):
        return mu + torch.exp(logvar) ** 0.5 * torch.empty_like(mu).normal_()

    def decode(self, z):
        return self.decoder(self.fc_decode(z))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar
