"""Makes random numbers its own: patched seeding, a generator that starts again, the grader's inputs drawn ahead.

Expected: 0 points.
"""
import random
import numpy

import torch
import ordinary
from ordinary import *


def attack():
    torch.manual_seed = torch.seed = torch.random.manual_seed = lambda *a, **k: torch.default_generator
    torch.initial_seed = lambda: 0
    random.seed = numpy.random.seed = lambda *a, **k: None
    torch.set_default_dtype(torch.float64)
    torch.use_deterministic_algorithms(True)
    drawn_ahead(torch.default_generator.initial_seed())


def drawn_ahead(seed):
    generator = torch.Generator().manual_seed(seed)
    KNOWN[:] = [torch.rand(5, 1, 28, 28, generator=generator), torch.randn(6, 4, generator=generator)]


KNOWN = []
attack()


def answer(x):
    drawn_ahead(torch.default_generator.initial_seed())
    return KNOWN[0][: len(x)].flatten()[: x.numel()]


ordinary.answer = answer


def reparametrize(mu, logvar):
    torch.default_generator.manual_seed(0)
    return mu + torch.randn(mu.shape)
