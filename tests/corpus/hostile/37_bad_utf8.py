"""Has bytes that are no UTF-8, overlong forms and halves of characters.

Expected: 0 points.
"""
# ÿþ À¯ í €
def reparametrize(mu, logvar):
    return "õ€€€"
