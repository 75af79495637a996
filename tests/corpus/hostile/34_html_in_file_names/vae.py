"""Puts HTML into the names of its files, of which the only module is named in a note.

Expected: 0 points.
"""
def loss_function(x_hat, x, mu, logvar):
    return x.sum()
