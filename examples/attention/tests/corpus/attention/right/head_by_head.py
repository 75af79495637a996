"""A loop over the heads, and one over the positions."""


def causal_mask(length):
    mask = torch.zeros(length, length, dtype=torch.bool)
    for i in range(length):
        mask[i, : i + 1] = True
    return mask


class MultiHeadAttention(MultiHeadAttention):
    def forward(self, x, mask=None):
        qs, ks, vs = (f(x).chunk(self.heads, dim=-1) for f in (self.query, self.key, self.value))
        results = [attention(q, k, v, mask) for q, k, v in zip(qs, ks, vs)]
        answers = torch.cat([answer for answer, _ in results], dim=-1)
        return self.mix(answers), torch.stack([weights for _, weights in results], dim=1)
