"""Every answer is of the wrong kind: quantized tensors.

Expected: 0 points.
"""
import torch
import ordinary
from ordinary import *


def answer(x):
    return torch.quantize_per_tensor(x.detach().float(), 0.1, 0, torch.quint8)


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return answer(x)
