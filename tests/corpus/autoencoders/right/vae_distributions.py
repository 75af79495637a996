"""Distributions draw and give the KL divergence; rec is (N, 784), and losses are means of rows."""
from torch.distributions import Normal, kl


class VAE(nn.Module):
    def __init__(self, nz, beta=1.0):
        super().__init__()
        self.nz, self.beta = nz, beta
        self.decoder = Decoder(nz, out_size)
        self.encoder = Encoder(nz * 2, in_size)

    def posterior(self, q):
        return Normal(q[:, : self.nz], q[:, self.nz :].exp())

    def forward(self, x):
        q = self.encoder(x)
        z = self.posterior(q).rsample()
        return {"q": q, "rec": self.decoder(z).squeeze(1), "z": z}

    def loss(self, x, outputs):
        x = x.reshape(len(x), -1)
        bce = nn.BCELoss(reduction="none")(outputs["rec"], x)
        rec_loss = bce.mean(dim=1).mean()
        divergence = kl.kl_divergence(self.posterior(outputs["q"]), Normal(0.0, 1.0))
        kl_loss = divergence.sum(-1).mean(0)
        total = self.beta * kl_loss
        total += rec_loss
        return total, {"rec_loss": rec_loss, "kl_loss": kl_loss}

    def reconstruct(self, x):
        q = self.encoder(x.view(-1, 784))
        return self.decoder(self.posterior(q).mean).view(-1, 28, 28)


class CVAE(CVAE):
    posterior = VAE.posterior

    def forward(self, x, c=None):
        outputs = super().forward(x, c)
        outputs["rec"] = outputs["rec"].squeeze(1)
        return outputs
