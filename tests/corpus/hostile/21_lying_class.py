"""Returns objects whose `__class__` says that they are tensors, numbers or modules.

Expected: 0 points.
"""
import itertools

import torch
from torch import nn
import ordinary
from ordinary import *


def liar(kind):
    class Liar:
        __class__ = property(lambda self: kind)
        dtype, layout, device, shape = torch.float32, torch.strided, torch.device("cpu"), (5, 400)
        requires_grad = True

        def __getattr__(self, name):
            return lambda *a, **k: self

        def __eq__(self, other):
            return True

        __hash__ = object.__hash__

        def __iter__(self):
            return iter(())

        def __len__(self):
            return 3

    return Liar()


KINDS = itertools.cycle([torch.Tensor, float, bool, nn.Module, tuple, dict, str, int, list])


def answer(x):
    return liar(next(KINDS))


ordinary.answer = answer


def loss_function(x_hat, x, mu, logvar):
    return liar(torch.Tensor)
