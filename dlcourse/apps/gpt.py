"""Why this file exists: lab 5b ends with a language model of today's kind, small enough to be read and trained here.

A stack of transformer blocks in which nobody looks ahead learns to say what comes next. It is judged in bits for each
character, so that models with other tokens can be compared with it.
"""

import math

import numpy as np

from .. import functional as F
from .. import nn, optim
from ..language import next_probabilities
from ..lr_scheduler import OneCycleLR
from ..modules import Parameter
from ..tensor import default_generator, get_default_dtype, no_grad


class TinyGPT(nn.Module):
    """Vectors of the tokens and their places, blocks of causal attention, and the same vectors to say what comes next.

    h = norm(blocks(E[x] + P)),     logits = h E^T

    Block and norm are those of chapter 7, norm first. E (V, D) is used twice, so a token that is likely to come has a
    vector in the direction of h.

    Shapes:  x (N, T), whole numbers, T at most `context`  ->  logits (N, T, V)
    Raises:  ValueError for longer rows.
    Source:  Radford et al. 2018; norm first: Radford et al. 2019, sec. 2.3; E used twice: Press and Wolf 2017.
    Chapter: 5b.
    """

    def __init__(self, tokens, dim=64, depth=2, heads=4, inner=256, context=64, *, rng=None):
        rng = rng or default_generator()
        self.context = context
        self.embed = nn.Embedding(tokens, dim, rng=rng)
        self.embed.weight.data *= 0.05  # the first logits are small: all tokens are about equally likely
        self.place = Parameter((0.05 * rng.normal(size=(context, dim))).astype(get_default_dtype()))
        self.blocks = nn.ModuleList(nn.TransformerEncoderLayer(dim, heads, inner, 0.0, "gelu", batch_first=True,
                                                               norm_first=True, rng=rng) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)

    def trunk(self, x):
        """What is known after each token, before anything is said.   Shapes:  x (N, T)  ->  (N, T, D)."""
        length = x.shape[1]
        if length > self.context:
            raise ValueError(f"TinyGPT expected at most {self.context} tokens in a row, got {length}: cut the text")
        hidden = self.embed(x) + self.place[:length]  # (N, T, D)
        for block in self.blocks:
            hidden = block(hidden, is_causal=True)
        return self.norm(hidden)

    def forward(self, x):
        return F.linear(self.trunk(x), self.embed.weight)  # (N, T, V)


def joined(tokenizer, texts):
    """All texts in a row, with the sign of the end before the first and behind each.   Returns: (M,).   Chapter: 5b."""
    end = np.array([tokenizer.eos])
    return np.concatenate([end, *(part for text in texts for part in (tokenizer.encode(text), end))])


def train_gpt(model, tokens, updates, rate=0.003, batch_size=16, seed=0, after_update=None):
    """Teach a model the next token of random windows of a text, by AdamW with one cycle of the rate.

    `after_update(update, loss)` is called after each one, with the mean loss of its tokens in nats.

    Shapes:  tokens (M,), M larger than the model's context; the model comes back in evaluation mode
    Source:  Loshchilov and Hutter 2019 (AdamW); clipping: Pascanu et al. 2013.   Chapter: 5b.
    """
    rng, reach = np.random.default_rng(seed), np.arange(model.context + 1)
    matrices = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim == 1]  # a scale of a norm is not pulled to 0
    optimizer = optim.AdamW([{"params": matrices}, {"params": others, "weight_decay": 0.0}], lr=rate, weight_decay=0.1)
    cycle = OneCycleLR(optimizer, rate, total_steps=updates, pct_start=0.1)
    model.train()
    for update in range(updates):
        rows = tokens[rng.integers(len(tokens) - model.context, size=batch_size)[:, None] + reach]  # (N, T + 1)
        logits = model(rows[:, :-1])
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), rows[:, 1:].ravel())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        cycle.step()
        if after_update is not None:
            after_update(update, loss.item())
    return model.eval()


def surprises(model, tokens, batch_size=32):
    """The bits that each token but the first costs, given up to `context` tokens before it: -log2 of its probability.

    Windows overlap by half, and of each but the first only the second half counts, so that no token is judged after
    fewer than half a context.

    Shapes:  tokens (M,)  ->  (M - 1,)
    Source:  Shannon 1948.   Chapter: 5b.
    """
    tokens, half = np.asarray(tokens), model.context // 2
    bits = np.empty(len(tokens) - 1)
    starts = np.arange(0, max(1, len(tokens) - 1 - half), half)
    with no_grad():
        for at in range(0, len(starts), batch_size):
            for rows, first in _rows(tokens, starts[at : at + batch_size], model.context):
                logits = model(rows[:, :-1])
                found = np.take_along_axis(F.log_softmax(logits).data, rows[:, 1:, None], axis=2)[:, :, 0]
                for row, start in zip(found, first, strict=True):
                    new = half if start else 0
                    bits[start + new : start + len(row)] = -row[new:] / math.log(2)
    return bits


def _rows(tokens, starts, context):
    """Windows of one length together: all that are whole, and the last one of a text, which is shorter."""
    whole = starts[starts + context < len(tokens)]
    if len(whole):
        yield tokens[whole[:, None] + np.arange(context + 1)], whole
    for start in starts[len(whole) :]:
        yield tokens[None, start : start + context + 1], [start]


def bits_per_character(bits, texts):
    """All bits of some joined texts, their ends included, for each of their characters.

    Tokens differ in length, so bits for each token cannot be compared between tokenizers; characters are the same.

    Shapes:  bits (M - 1,) of the M joined tokens  ->  number.   Chapter: 5b.
    """
    return float(np.sum(bits) / sum(map(len, texts)))


def continued(model, tokens, length, temperature=1.0, top_k=None, seed=0, end=None):
    """Write on: draw a token, read it with what is still in reach, draw the next, up to `length` or to the token `end`.

    Shapes:  tokens (M,) with at least one  ->  the new ones, (length,) or fewer.   Chapter: 5b.
    """
    rng, text = np.random.default_rng(seed), list(tokens)
    with no_grad():
        for _ in range(length):
            logits = model(np.array(text[-model.context :])[None]).data[0, -1]
            text.append(int(rng.choice(len(logits), p=next_probabilities(logits, temperature, top_k))))
            if text[-1] == end:
                break
    return np.array(text[len(tokens) :], int)


def text_vectors(model, tokenizer, texts, longest=192, batch_size=32):
    """The mean over a text of what the trunk knows after each token: a description that no label has shaped.

    A text is cut after `longest` tokens, and what is longer than the context is read in pieces.

    Shapes:  N texts  ->  (N, D).   Chapter: 5b.
    """
    sums, counts = np.zeros((len(texts), model.norm.weight.shape[0])), np.zeros(len(texts))
    pieces = [(number, row[at : at + model.context])
              for number, row in enumerate(tokenizer.encode(text)[:longest] for text in texts)
              for at in range(0, len(row), model.context)]
    pieces.sort(key=lambda piece: len(piece[1]))  # pieces of like length together: less filling
    with no_grad():
        for at in range(0, len(pieces), batch_size):
            group = pieces[at : at + batch_size]
            rows = np.full((len(group), len(group[-1][1])), tokenizer.pad)
            for row, (_, piece) in zip(rows, group, strict=True):
                row[: len(piece)] = piece
            hidden = model.trunk(rows).data  # what fills up stands behind, where nobody sees it
            for (number, piece), known in zip(group, hidden, strict=True):
                sums[number] += known[: len(piece)].sum(axis=0)
                counts[number] += len(piece)
    return sums / np.maximum(counts, 1)[:, None]
