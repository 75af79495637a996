"""Logarithms and KL divergence written out; images rec (N, 1, 28, 28); detached, extra parts."""


class VAE(nn.Module):
    def __init__(self, nz, beta=1.0):
        super().__init__()
        self.nz = nz
        self.beta = beta
        self.encoder = Encoder(2 * nz, in_size)
        self.decoder = Decoder(nz, out_size)

    @staticmethod
    def split(q):
        return q.view(len(q), 2, -1).unbind(dim=1)

    def forward(self, x):
        q = self.encoder.forward(x)
        mu, log_sigma = self.split(q)
        eps = torch.empty_like(mu).normal_()
        z = torch.addcmul(mu, log_sigma.exp(), eps)
        return dict(rec=self.decoder(z).view(-1, 1, 28, 28), q=q, mu=mu, log_sigma=log_sigma)

    def loss(self, x, outputs):
        n = x.size(0)
        rec, x = outputs["rec"].reshape(n, -1), x.reshape(n, -1)
        eps = 1e-10
        bce = -(x * torch.log(rec + eps) + (1 - x) * torch.log(1 - rec + eps))
        rec_loss = bce.sum() / (n * 784)
        mu, log_sigma = self.split(outputs["q"])
        sigma_squared = torch.exp(log_sigma) ** 2
        kl = -0.5 * torch.sum(1 + 2 * log_sigma - mu.pow(2) - sigma_squared, dim=1)
        kl_loss = torch.mean(kl)
        total = rec_loss + self.beta * kl_loss
        parts = {"rec_loss": rec_loss.detach(), "kl_loss": kl_loss.detach(), "loss": total.detach()}
        return total, parts

    def reconstruct(self, x):
        with torch.no_grad():
            if x.dim() == 1:
                x = x.unsqueeze(0)
            mu, _ = self.split(self.encoder(x))
            return self.decoder(mu).view(x.shape[0], 28, 28)


class CVAE(CVAE):
    split = staticmethod(VAE.split)
