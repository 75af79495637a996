"""Labels by `F.one_hot`, which takes (N,) as the docstrings say; arguments passed by their names."""
import torch
from torch import nn
from torch.nn import functional as F


class CVAEEncoder(nn.Module):
    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__()
        self.conditional, self.num_labels = conditional, num_labels
        self.net = nn.Sequential(
            nn.Linear(input_size + num_labels * conditional, 256),
            nn.ReLU(),
            nn.Linear(256, 64),
            nn.ReLU(),
            nn.Linear(64, nz),
        )

    def forward(self, x, c=None):
        x = x.flatten(1)
        if self.conditional:
            x = torch.cat((x, F.one_hot(c, self.num_labels).float()), -1)
        return self.net(x)


class CVAEDecoder(nn.Module):
    def __init__(self, nz, output_size, conditional, num_labels):
        super().__init__()
        self.conditional, self.num_labels = conditional, num_labels
        self.net = nn.Sequential(
            nn.Linear(nz + num_labels * conditional, 64),
            nn.ReLU(),
            nn.Linear(64, 256),
            nn.ReLU(),
            nn.Linear(256, output_size),
            nn.Sigmoid(),
        )

    def forward(self, z, c=None):
        if self.conditional:
            z = torch.cat((z, F.one_hot(c, self.num_labels).float()), -1)
        return self.net(z).unsqueeze(1)


class CVAE(nn.Module):
    def __init__(self, nz, beta=1.0, conditional=False, num_labels=0):
        super().__init__()
        self.nz, self.beta = nz, beta
        self.conditional, self.num_labels = conditional, num_labels
        self.encoder = CVAEEncoder(2 * nz, in_size, conditional, num_labels)
        self.decoder = CVAEDecoder(nz=nz, output_size=out_size, conditional=conditional,
                                   num_labels=num_labels)

    def forward(self, x, c=None):
        q = self.encoder(c=c, x=x)
        mu, log_sigma = q[:, : self.nz], q[:, self.nz :]
        z = mu + log_sigma.exp() * torch.randn_like(log_sigma)
        return {"q": q, "rec": self.decoder(z=z, c=c), "c": c}

    def loss(self, x, outputs):
        rec_loss = F.binary_cross_entropy(outputs["rec"].flatten(1), x.flatten(1))
        mu, log_sigma = outputs["q"].chunk(2, dim=1)
        zero = torch.zeros_like(mu)
        kl_loss = kl_divergence(mu, log_sigma, zero, zero).sum(1).mean()
        return rec_loss + self.beta * kl_loss, {"rec_loss": rec_loss, "kl_loss": kl_loss}

    def reconstruct(self, x, c=None):
        if c is not None:
            c = c.reshape(-1)
        q = self.encoder(x=x.reshape(-1, in_size), c=c)
        return self.decoder(z=q[:, : self.nz], c=c).reshape(-1, 28, 28)
