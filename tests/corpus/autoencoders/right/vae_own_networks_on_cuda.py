"""Networks as plain Sequentials; `.cuda()` where noise is drawn; totals of shape (1,)."""


class VAE(nn.Module):
    def __init__(self, nz, beta=1.0):
        super().__init__()
        self.beta = beta
        self.nz = nz
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(784, 256),
            nn.ReLU(),
            nn.Linear(256, 64),
            nn.ReLU(),
            nn.Linear(64, 2 * nz),
        )
        self.decoder = nn.Sequential(
            nn.Linear(nz, 64),
            nn.ReLU(),
            nn.Linear(64, 256),
            nn.ReLU(),
            nn.Linear(256, 784),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, 784)),
        )

    def forward(self, x, verbose=False):
        q = self.encoder(x)
        mu, log_sigma = q[:, : self.nz], q[:, -self.nz :]
        noise = torch.randn(mu.shape).cuda()
        return {"q": q, "rec": self.decoder(mu - noise * torch.exp(log_sigma))}

    def loss(self, x, outputs):
        q, rec = outputs["q"], outputs["rec"]
        rec_loss = F.binary_cross_entropy(rec.flatten(), x.flatten())
        mu, log_sigma = q[:, : self.nz], q[:, self.nz :]
        prior_mu = torch.zeros(mu.shape).cuda()
        prior_log_sigma = torch.zeros(mu.shape).cuda()
        kl = kl_divergence(mu, log_sigma, prior_mu, prior_log_sigma)
        kl_loss = kl.sum(axis=1).mean(axis=0)
        total = (rec_loss + self.beta * kl_loss).reshape(1)
        return total, {"rec_loss": rec_loss, "kl_loss": kl_loss}

    def reconstruct(self, x):
        single = x.dim() == 1
        mu = self.encoder(x[None] if single else x)[:, : self.nz]
        images = self.decoder(mu).reshape(-1, 28, 28)
        return images[0] if single else images
