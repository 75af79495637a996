"""Puts controls, line breaks and bytes that are no text into the names of its files.

Expected: 0 points.
"""
def loss_function(x_hat, x, mu, logvar):
    return x.sum()
