"""A notebook with deleted, doubled and renamed cells that give themselves 1,000 points each, and a module alike.

Expected: 0 points.
"""
from ordinary import *


def reparameterize(mu, logvar):
    return mu


def reparametrize(mu, logvar):
    return logvar


del loss_function, CVAE
