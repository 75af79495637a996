"""The reconstruction through logits of the probabilities; helpers and the given KL divergence."""


def halves(q):
    return q.tensor_split(2, dim=1)


def sample(mu, log_sigma):
    noise = torch.normal(torch.zeros_like(mu), torch.ones_like(mu))
    return mu + noise * log_sigma.exp()


class VAE(nn.Module):
    def __init__(self, nz, beta=1.0, **options):
        super().__init__()
        self.nz = int(nz)
        self.beta = float(beta)
        self.encoder = Encoder(nz=2 * self.nz, input_size=in_size)
        self.decoder = Decoder(nz=self.nz, output_size=out_size)

    def encode(self, x):
        return self.encoder(x.reshape(-1, 1, in_size))

    def forward(self, x):
        q = self.encode(x)
        return {"q": q, "rec": self.decoder(sample(*halves(q)))}

    def loss(self, x, outputs):
        logits = torch.logit(outputs["rec"].reshape(len(x), -1))
        rec_loss = F.binary_cross_entropy_with_logits(logits, x.reshape(len(x), -1))
        mu, log_sigma = halves(outputs["q"])
        kl_loss = kl_divergence(mu, log_sigma, mu * 0, log_sigma * 0).sum(1).mean()
        return [rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}]

    def reconstruct(self, x):
        return self.decoder(halves(self.encode(x))[0]).reshape(-1, 28, 28)
