"""VAE extends AutoEncoder, whose encoder it replaces; the mean is decoded in evaluation mode."""


class VAE(AutoEncoder):
    def __init__(self, nz, beta=1.0):
        super().__init__(nz)
        self.encoder = Encoder(2 * nz, in_size)
        self.beta = beta

    def reparametrize(self, mu, log_sigma):
        if not self.training:
            return mu
        std = torch.exp(log_sigma)
        return torch.randn(std.shape, device=std.device).mul(std).add_(mu)

    def forward(self, x):
        q = self.encoder(x)
        mu, log_sigma = torch.split(q, self.nz, dim=-1)
        return {"q": q, "rec": self.decoder(self.reparametrize(mu, log_sigma))}

    def loss(self, x, outputs):
        rec = outputs["rec"]
        rec_loss = F.binary_cross_entropy(rec, x.reshape(rec.shape))
        mu, log_sigma = torch.split(outputs["q"], self.nz, dim=-1)
        zeros = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, zeros, zeros).sum() / len(x)
        parts = {"kl_loss": kl_loss, "rec_loss": rec_loss}
        return parts["rec_loss"] + self.beta * parts["kl_loss"], parts

    def reconstruct(self, x):
        mu = self.encoder(x.reshape(-1, in_size))[..., : self.nz]
        return self.decoder(mu).squeeze(1).reshape(-1, 28, 28)
