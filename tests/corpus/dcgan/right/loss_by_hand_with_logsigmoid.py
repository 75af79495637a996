"""The cross entropy by hand, from logsigmoid; the squared error by its norm."""
import torch
import torch.nn.functional as F


def _classification_loss(self, logits, labels):
    return -(labels * F.logsigmoid(logits) + (1 - labels) * F.logsigmoid(-logits)).mean()


def _reconstruction_loss(self, reconstruction, x):
    return torch.linalg.vector_norm(reconstruction - x) ** 2 / x.numel()


DCGAN._classification_loss = _classification_loss
DCGAN._reconstruction_loss = _reconstruction_loss
