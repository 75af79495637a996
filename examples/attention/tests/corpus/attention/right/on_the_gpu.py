"""Written on a GPU."""


def attention(q, k, v, mask=None):
    q, k, v = q.cuda(), k.cuda(), v.cuda()
    scores = (q @ k.transpose(-1, -2)) / torch.sqrt(torch.tensor(k.shape[-1], device="cuda"))
    if mask is not None:
        scores = scores.masked_fill(mask.cuda().logical_not(), float("-inf"))
    weights = torch.nn.Softmax(dim=-1)(scores)
    return torch.matmul(weights, v), weights


def causal_mask(length):
    return torch.ones(length, length, device="cuda").tril().bool()
