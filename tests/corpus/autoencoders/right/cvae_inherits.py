"""`CVAE` is a `VAE`, with networks of its own; its loss is inherited."""
import torch


class CVAE(VAE):
    def __init__(self, nz, beta=1.0, conditional=False, num_labels=0):
        super().__init__(nz, beta)
        self.conditional = conditional
        self.num_labels = num_labels
        self.encoder = CVAEEncoder(nz * 2, in_size, conditional, num_labels)
        self.decoder = CVAEDecoder(nz, out_size, conditional, num_labels)

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = q[:, : self.nz], q[:, self.nz :]
        z = mu + torch.randn(mu.shape, device=mu.device) * log_sigma.exp()
        return {"q": q, "rec": self.decoder(z, c=c), "c": c}

    def reconstruct(self, x, c=None):
        q = self.encoder(x.view(-1, in_size), c=c)
        return self.decoder(q[:, : self.nz], c).view(-1, 28, 28)
