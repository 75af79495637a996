"""`Normal` draws z, as `rsample`, and tells the divergence; the posterior is held as pair of halves;
rec is reshaped to (N, 784) and the loss does without any flattening."""
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence as divergence
from torch.nn import functional as F


class CVAE(nn.Module):
    def __init__(self, nz, beta=1.0, conditional=False, num_labels=0):
        super().__init__()
        self.nz = nz
        self.beta = beta
        self.conditional = conditional
        self.num_labels = num_labels
        self.encoder = CVAEEncoder(nz + nz, in_size, conditional, num_labels)
        self.decoder = CVAEDecoder(nz, out_size, conditional, num_labels)

    def posterior(self, q):
        halves = q.view(-1, 2, self.nz)
        return Normal(halves[:, 0], halves[:, 1].exp())

    def forward(self, x, c=None):
        if self.conditional:
            q = self.encoder(x, c)
            rec = self.decoder(self.posterior(q).rsample(), c)
        else:
            q = self.encoder(x)
            rec = self.decoder(self.posterior(q).rsample())
        return {"q": q, "rec": rec.reshape(len(rec), -1), "c": c}

    def loss(self, x, outputs):
        x = x.reshape(-1, in_size)
        rec_loss = F.binary_cross_entropy(outputs["rec"], x)
        kl = divergence(self.posterior(outputs["q"]), Normal(0.0, 1.0))
        kl_loss = kl.sum(-1).mean(0)
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}

    def reconstruct(self, x, c=None):
        images = torch.atleast_2d(x).reshape(-1, in_size)
        if c is not None:
            c = c.reshape(-1)
        return self.decoder(self.posterior(self.encoder(images, c)).mean, c).reshape(-1, 28, 28)
