"""Networks with layers of their own instead of the earlier classes; one-hot rows by `F.one_hot` and
by the rows of an identity matrix; the ReLU as a function; the loss written out."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class CVAEEncoder(nn.Module):
    def __init__(self, nz, input_size, conditional, num_labels):
        super(CVAEEncoder, self).__init__()
        self.conditional = conditional
        self.num_labels = num_labels
        if conditional:
            input_size += num_labels
        self.fc1 = nn.Linear(input_size, 256)
        self.fc2 = nn.Linear(256, 64)
        self.fc3 = nn.Linear(64, nz)

    def forward(self, x, c=None):
        x = x.reshape(x.shape[0], -1)
        if self.conditional:
            x = torch.cat((x, F.one_hot(c.view(-1).long(), self.num_labels).to(x.dtype)), -1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class CVAEDecoder(nn.Module):
    def __init__(self, nz, output_size, conditional, num_labels):
        super(CVAEDecoder, self).__init__()
        self.conditional = conditional
        self.num_labels = num_labels
        self.out = nn.Linear(256, output_size)
        self.hidden = nn.ModuleList([nn.Linear(nz + num_labels * conditional, 64), nn.Linear(64, 256)])

    def forward(self, z, c=None):
        if self.conditional:
            z = torch.hstack([z, torch.eye(self.num_labels, device=z.device)[c.flatten()]])
        for layer in self.hidden:
            z = torch.relu(layer(z))
        return torch.sigmoid(self.out(z))[:, None]


class CVAE(nn.Module):
    def __init__(self, nz, beta=1.0, conditional=False, num_labels=0):
        super().__init__()
        self.nz, self.beta = nz, beta
        self.conditional, self.num_labels = conditional, num_labels
        self.decoder = CVAEDecoder(nz, 784, conditional, num_labels)
        self.encoder = CVAEEncoder(2 * nz, 784, conditional, num_labels)

    def forward(self, x, c=None):
        q = self.encoder(x, c)
        mu, log_sigma = torch.split(q, self.nz, dim=1)
        eps = torch.randn_like(log_sigma)
        return {"q": q, "rec": self.decoder(eps * torch.exp(log_sigma) + mu, c), "c": c}

    def loss(self, x, outputs):
        mu, log_sigma = outputs["q"].split(self.nz, -1)
        rec = outputs["rec"].reshape(x.shape[0], -1)
        rec_loss = nn.BCELoss(reduction="sum")(rec, x.reshape(x.shape[0], -1)) / rec.numel()
        kl = 0.5 * (mu.pow(2) + (2 * log_sigma).exp() - 1 - 2 * log_sigma)
        kl_loss = kl.sum() / len(x)
        return rec_loss + self.beta * kl_loss, dict(rec_loss=rec_loss, kl_loss=kl_loss)

    def reconstruct(self, x, c=None):
        self.eval()
        with torch.no_grad():
            if x.dim() == 1:
                x = x.unsqueeze(0)
            mu = self.encoder(x, c)[..., : self.nz]
            rec = self.decoder(mu, c).squeeze(1).unflatten(-1, (28, 28))
        self.train()
        return rec
