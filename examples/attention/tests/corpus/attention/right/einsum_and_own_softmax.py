"""Sums with named axes, a softmax by hand, and a forbidden score that is only very small."""


def attention(q, k, v, mask=None):
    s = torch.einsum("...td,...sd->...ts", q, k).div(q.size(-1) ** 0.5)
    if mask is not None:
        s = s.masked_fill(mask == 0, torch.finfo(s.dtype).min)
    e = torch.exp(s - s.amax(-1, keepdim=True))
    w = e / e.sum(-1, keepdim=True)
    return torch.einsum("...ts,...sv->...tv", w, v), w


def causal_mask(length):
    i = torch.arange(length)
    return i.unsqueeze(1) >= i.unsqueeze(0)
