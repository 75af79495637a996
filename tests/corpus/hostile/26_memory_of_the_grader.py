"""Has the grader's own part of `forward` compute with shapes that make a giant of two small tensors.

Expected: 0 points.
"""
import torch
from ordinary import *


SIDE = 17_500


def attack():
    try:
        z = reparametrize(torch.zeros(SIDE, 1), torch.zeros(1, SIDE))
    except Exception as error:
        if "too large to send" in str(error):
            raise Through(f"the grader made it, and could not send it: {error}") from None
        raise
    if z.numel() > SIDE:
        raise Through(f"the grader made {z.numel()} numbers of {2 * SIDE}")


def reparametrize(mu, logvar):
    return answer(mu)


VAE.forward = CVAE.forward = lambda self, x, c=None: attack()
