"""Its modules have names that are no text in any encoding.

Expected: 0 points.
"""
def loss_function(x_hat, x, mu, logvar):
    return x.sum()
