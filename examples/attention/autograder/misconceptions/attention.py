# ruff: noqa: F811
# (one name is defined again and again here: every definition is one wrong variant of it)
# mypy: ignore-errors
"""Wrong variants of attention, each with the hint that helps; sorted by item.

A variant's source is run after the solution's, and takes the place of the definition of the same
name. Its docstring is what a student reads whose outputs equal the variant's.
"""

import math

import torch

from autograder.misconceptions import misconception, reference

(MultiHeadAttention,) = reference("attention", "MultiHeadAttention")

# --- attention ------------------------------------------------------------------------------------


@misconception("not-scaled", item="attention")
def attention(q, k, v, mask=None):
    """The scores are the bare dot products. These grow with the length of the vectors: what stands
    below the fraction bar, and which axis tells its size?"""
    scores = q @ k.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


@misconception("scaled-by-d", item="attention")
def attention(q, k, v, mask=None):
    """You divide the scores by d, which makes the weights nearly equal. A sum of d independent
    products has the variance d; so what is its standard deviation?"""
    scores = q @ k.transpose(-2, -1) / q.shape[-1]
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


@misconception("scaled-by-the-number-of-keys", item="attention")
def attention(q, k, v, mask=None):
    """You scale by how many keys there are. A single score does not know how many others there
    are: it is a sum over the numbers of one query and one key. How many are these?"""
    scores = q @ k.transpose(-2, -1) / math.sqrt(k.shape[-2])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


@misconception("softmax-over-queries", item="attention")
def attention(q, k, v, mask=None):
    """Your weights sum to one over the queries: who asks has to share a key with all others. It is
    the other way round: each query shares its attention out among the keys."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-2)
    return weights @ v, weights


@misconception("axis-counted-from-the-front", item="attention")
def attention(q, k, v, mask=None):
    """It is right for one example alone, but not for a batch: your softmax runs over an axis that
    is counted from the front, and there axes may be added. From which end do the keys keep their
    place?"""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=1)
    return weights @ v, weights


@misconception("all-axes-transposed", item="attention")
def attention(q, k, v, mask=None):
    """`.T` turns all axes of a tensor round, the one of the batch too. Only two of them are to be
    swapped, and which, is best said from the end."""
    scores = q @ k.T / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


@misconception("mask-inverted", item="attention")
def attention(q, k, v, mask=None):
    """You hide what may be seen, and show what is hidden. Here True means: this query may look at
    this key. Which of the two does `masked_fill` fill?"""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(mask, -torch.inf)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


@misconception("masked-after-the-softmax", item="attention")
def attention(q, k, v, mask=None):
    """Weights that are struck out after the softmax are missing from the sum: the others do not
    share what was taken away. Forbid the key before the weights are made."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0)
    return weights @ v, weights


@misconception("masked-with-a-zero-score", item="attention")
def attention(q, k, v, mask=None):
    """A forbidden key gets the score zero from you, and so a weight: the exponential of zero is
    one. For which score is the exponential zero?"""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, 0)
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


@misconception("mask-ignored", item="attention")
def attention(q, k, v, mask=None):
    """The mask changes nothing in your answers. What should happen to the scores of the keys at
    which a query may not look?"""
    weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    return weights @ v, weights


@misconception("exponentials-overflow", item="attention")
def attention(q, k, v, mask=None):
    """The exponential of a score of some hundreds is infinite in float32, and infinity divided by
    infinity is no number. Weights stay the same when all scores of a query are lowered by the same
    amount: by which, so that no exponential is large?"""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.exp() / scores.exp().sum(dim=-1, keepdim=True)
    return weights @ v, weights


@misconception("scores-returned", item="attention")
def attention(q, k, v, mask=None):
    """The second thing that you return are the scores. Weights are what the softmax makes of them:
    between zero and one, and one in sum."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(dim=-1) @ v, scores


@misconception("graph-cut", item="attention")
def attention(q, k, v, mask=None):
    """The numbers are right, but nothing can be learned through them: on their way, something cuts
    the graph. Look for what turns a tensor into mere numbers, or switches gradients off."""
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    weights = scores.softmax(dim=-1).detach()
    return weights @ v, weights


# --- causal_mask ----------------------------------------------------------------------------------


@misconception("sees-the-future", item="causal_mask")
def causal_mask(length):
    """Your positions see themselves and what comes later. Row i says where position i may look: on
    which side of the diagonal does the past lie?"""
    return torch.ones(length, length, dtype=torch.bool).triu()


@misconception("blind-to-itself", item="causal_mask")
def causal_mask(length):
    """A position may look at itself too. In your mask it can't, and the first one has nothing to
    look at: its weights are no numbers."""
    return torch.ones(length, length, dtype=torch.bool).tril(diagonal=-1)


@misconception("sees-one-ahead", item="causal_mask")
def causal_mask(length):
    """Each position sees the next one, which is what it is to foretell. Where does the past end:
    on the diagonal, or beside it?"""
    return torch.ones(length, length, dtype=torch.bool).tril(diagonal=1)


@misconception("true-where-forbidden", item="causal_mask")
def causal_mask(length):
    """Your mask is True where one may not look, as some libraries have it. Here it is the other way
    round: what does the text of `attention` say that True means?"""
    return torch.ones(length, length, dtype=torch.bool).triu(diagonal=1)


@misconception("numbers-for-booleans", item="causal_mask")
def causal_mask(length):
    """The ones and zeros are in the right places, but they are numbers, and `attention` wants
    booleans: what would "not" be of a one?"""
    return torch.ones(length, length).tril()


@misconception("to-be-added-to-scores", item="causal_mask")
def causal_mask(length):
    """That is a mask to be added to scores: zero, or minus infinity. The one that is asked for says
    True or False, and leaves to `attention` what to do with it."""
    return torch.full((length, length), -torch.inf).triu(diagonal=1)


# --- multi_head -----------------------------------------------------------------------------------


@misconception("split-without-transposing", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """Your heads are cut out of the wrong axis: with one `view` to the final shape, a head gets all
    numbers of a few positions, and not a few numbers of all positions. First split the last axis,
    then ask which two axes have to change places."""

    def forward(self, x, mask=None):
        n, t, width = x.shape
        shape = (n, self.heads, t, width // self.heads)
        q, k, v = (layer(x).view(shape) for layer in (self.query, self.key, self.value))
        answers, weights = attention(q, k, v, mask)
        return self.mix(answers.transpose(1, 2).reshape(n, t, width)), weights


@misconception("merged-without-transposing", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """The heads are split rightly, but put together wrongly: a position's row is filled with what
    one head says of several positions. Which two axes were swapped when the heads were split, and
    where are they swapped back?"""

    def forward(self, x, mask=None):
        projected = (layer(x) for layer in (self.query, self.key, self.value))
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in projected)
        answers, weights = attention(q, k, v, mask)
        return self.mix(answers.reshape(x.shape)), weights


@misconception("heads-interleaved", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """Your heads take turns: head 0 gets every third number, if there are three. The text gives
    each head numbers that lie side by side. In which order do the two sizes stand when the last
    axis is split?"""

    def forward(self, x, mask=None):
        projected = (layer(x) for layer in (self.query, self.key, self.value))
        q, k, v = (part.unflatten(-1, (-1, self.heads)).permute(0, 3, 1, 2) for part in projected)
        answers, weights = attention(q, k, v, mask)
        return self.mix(answers.permute(0, 2, 3, 1).flatten(2)), weights


@misconception("one-head", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """All numbers attend together, as one head, and the number of heads is not used. Where do the
    heads become an axis of their own?"""

    def forward(self, x, mask=None):
        answers, weights = attention(self.query(x), self.key(x), self.value(x), mask)
        return self.mix(answers), weights[:, None].expand(-1, self.heads, -1, -1)


@misconception("not-mixed", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """The answers of the heads lie side by side, but nothing mixes them. Which of the four layers
    is not used yet?"""

    def forward(self, x, mask=None):
        projected = (layer(x) for layer in (self.query, self.key, self.value))
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in projected)
        answers, weights = attention(q, k, v, mask)
        return answers.transpose(1, 2).flatten(2), weights


@misconception("mask-not-passed-on", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """Without a mask all is right; with one, your heads see the future all the same. What becomes
    of the mask that `forward` is given?"""

    def forward(self, x, mask=None):
        projected = (layer(x) for layer in (self.query, self.key, self.value))
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in projected)
        answers, weights = attention(q, k, v)
        return self.mix(answers.transpose(1, 2).flatten(2)), weights


@misconception("keys-are-queries", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """Queries and keys come from the same layer, so everything looks for its like. What one asks
    for and what one offers are two things: which layer makes the keys?"""

    def forward(self, x, mask=None):
        projected = (layer(x) for layer in (self.query, self.query, self.value))
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in projected)
        answers, weights = attention(q, k, v, mask)
        return self.mix(answers.transpose(1, 2).flatten(2)), weights


@misconception("values-not-projected", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """The values are the inputs themselves. What a position is looked up for need not be what it
    says then: which layer decides on that?"""

    def forward(self, x, mask=None):
        projected = (self.query(x), self.key(x), x)
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in projected)
        answers, weights = attention(q, k, v, mask)
        return self.mix(answers.transpose(1, 2).flatten(2)), weights


@misconception("scaled-twice", item="multi_head")
class MultiHeadAttention(MultiHeadAttention):
    """The scores are scaled twice: once here, and once more in `attention`, which does it by
    itself. So all weights are too much alike."""

    def forward(self, x, mask=None):
        projected = (layer(x) for layer in (self.query, self.key, self.value))
        q, k, v = (part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in projected)
        answers, weights = attention(q / math.sqrt(q.shape[-1]), k, v, mask)
        return self.mix(answers.transpose(1, 2).flatten(2)), weights
