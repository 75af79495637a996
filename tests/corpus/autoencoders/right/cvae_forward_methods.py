"""Networks called by their `forward`; labels turned into one-hot rows by scattering; conditional
networks that extend the plain ones; one image stays one image (28, 28)."""
import torch
from torch import nn


def scattered(idx, n):
    idx = idx.reshape(-1, 1).long()
    return torch.zeros(len(idx), n, device=idx.device).scatter_(1, idx, 1.0)


class CVAEEncoder(Encoder):
    def __init__(self, nz, input_size, conditional, num_labels):
        super().__init__(nz, input_size + num_labels if conditional else input_size)
        self.conditional, self.num_labels = conditional, num_labels

    def forward(self, x, c=None):
        x = x.flatten(1)
        return super().forward(torch.cat([x, scattered(c, self.num_labels)], 1) if self.conditional else x)


class CVAEDecoder(Decoder):
    def __init__(self, nz, output_size, conditional, num_labels):
        super().__init__(nz + num_labels if conditional else nz, output_size)
        self.conditional, self.num_labels = conditional, num_labels

    def forward(self, z, c=None):
        return super().forward(torch.cat([z, scattered(c, self.num_labels)], 1) if self.conditional else z)


class CVAE(nn.Module):
    def __init__(self, nz, beta=1.0, conditional=False, num_labels=0):
        super().__init__()
        self.nz, self.beta, self.conditional, self.num_labels = nz, beta, conditional, num_labels
        self.encoder = CVAEEncoder(2 * nz, in_size, conditional, num_labels)
        self.decoder = CVAEDecoder(nz, out_size, conditional, num_labels)

    def forward(self, x, c=None):
        outputs = {"c": c, "q": self.encoder.forward(x, c)}
        mu, log_sigma = outputs["q"].tensor_split(2, dim=-1)
        z = torch.addcmul(mu, torch.empty_like(mu).normal_(), log_sigma.exp())
        outputs["rec"] = self.decoder.forward(z, c)
        return outputs

    def loss(self, x, outputs):
        return VAE.loss(self, x, outputs)

    def reconstruct(self, x, c=None):
        alone = x.dim() == 1
        mu, _ = self.encoder.forward(x[None] if alone else x, c).chunk(2, dim=1)
        images = self.decoder.forward(mu, c).view(-1, 28, 28)
        return images[0] if alone else images
