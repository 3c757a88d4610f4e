"""Why this file exists: one sequence read, another one written; what stands between them decides how long they may be.

An encoder-decoder squeezes what it has read into one state. With attention it looks back at every step. A transformer
has nothing but the looking.
"""

import math

import numpy as np

from . import functional as F
from . import nn
from .modules import Parameter
from .ops import cat
from .tensor import default_generator, get_default_dtype, no_grad

SCORES = ("additive", "dot", "scaled")


def reversed_strings(n, length, symbols=10, *, rng):
    """Random strings and the same from the end; the task of the chapter. Token 0 is the sign to begin.

    Returns: source (n, length) of tokens 1 to `symbols`, target (n, length)
    """
    source = rng.integers(1, symbols + 1, (n, length))
    return source, source[:, ::-1].copy()


def shifted(target):
    """What the decoder reads while it writes: the sign to begin, then all but the last token.   (N, T)  ->  (N, T)."""
    return np.column_stack([np.zeros(len(target), int), target[:, :-1]])


class Attention(nn.Module):
    """Each query looks at all keys and gets the mean of what it looks at, weighted by a softmax of scores.

    additive  v . tanh(W q + U k)                                     Bahdanau et al. 2015
    dot       q . k                                                   Luong et al. 2015
    scaled    q . k / sqrt(H)                                         Vaswani et al. 2017

    Shapes:  queries (N, T, H), keys (N, S, H)  ->  contexts (N, T, H), weights (N, T, S)
    Raises:  ValueError for another score.
    Source:  the papers named above, eqs. in their sec. 3.1, 3.1 and 3.2.1.   Chapter: 7.
    """

    def __init__(self, hidden, score="dot", *, rng=None):
        if score not in SCORES:
            raise ValueError(f"Attention expected a score of {', '.join(SCORES)}, got {score!r}")
        self.score = score
        if score == "additive":
            self.query = nn.Linear(hidden, hidden, bias=False, rng=rng)
            self.key = nn.Linear(hidden, hidden, bias=False, rng=rng)
            self.v = nn.Linear(hidden, 1, bias=False, rng=rng)

    def scores(self, queries, keys):
        """How well each query fits each key.   (N, T, H), (N, S, H)  ->  (N, T, S)."""
        if self.score == "additive":
            pairs = self.query(queries).unsqueeze(2) + self.key(keys).unsqueeze(1)  # (N, T, S, H)
            return self.v(pairs.tanh()).squeeze(-1)
        fits = queries @ keys.transpose(-1, -2)
        return fits if self.score == "dot" else fits / math.sqrt(queries.shape[-1])

    def forward(self, queries, keys):
        weights = F.softmax(self.scores(queries, keys), dim=-1)  # (N, T, S)
        return weights @ keys, weights


class EncoderDecoder(nn.Module):
    """A GRU reads the source; another begins with its last state and writes. With a `score` it also looks back.

    The context is joined to the state after the recurrent step, as Luong et al. 2015 do it, so that training needs no
    loop over time.

    Shapes:  source (N, S), target (N, T), what was written so far  ->  logits (N, T, tokens)
    Raises:  ValueError as Attention.
    Source:  Sutskever et al. 2014; Cho et al. 2014; with a score: Luong et al. 2015, sec. 3.   Chapter: 7.
    """

    def __init__(self, tokens, hidden=48, score=None, *, rng=None):
        self.embed = nn.Embedding(tokens, hidden, rng=rng)
        self.encoder = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.decoder = nn.GRU(hidden, hidden, batch_first=True, rng=rng)
        self.attention = None if score is None else Attention(hidden, score, rng=rng)
        self.mix = nn.Linear(hidden if score is None else 2 * hidden, hidden, rng=rng)
        self.out = nn.Linear(hidden, tokens, rng=rng)

    def read(self, source):
        """The states after each token, and the last one.   (N, S)  ->  (N, S, H), (1, N, H)."""
        return self.encoder(self.embed(source))

    def write(self, target, keys, state):
        """What comes next after each written token; also the last state, and where the model looked."""
        hidden, state = self.decoder(self.embed(target), state)  # (N, T, H)
        weights = None
        if self.attention is not None:
            context, weights = self.attention(hidden, keys)
            hidden = cat(hidden, context, dim=-1)
        return self.out(self.mix(hidden).tanh()), state, weights

    def forward(self, source, target):
        return self.write(target, *self.read(source))[0]


class SmallTransformer(nn.Module):
    """Source and target as one sequence through blocks of attention, in which nobody may look ahead.

    Each token is the sum of two learned vectors, for what it is and for where it stands.

    Shapes:  source (N, S), target (N, T), what was written so far  ->  logits (N, T, tokens)
    Raises:  ValueError if source and target together are longer than `longest`.
    Source:  Vaswani et al. 2017; as one causal stack: Radford et al. 2018; norm first: Xiong et al. 2020.   Chapter: 7.
    """

    def __init__(self, tokens, dim=48, depth=2, heads=4, longest=64, *, rng=None):
        rng = rng or default_generator()
        self.embed = nn.Embedding(tokens, dim, rng=rng)
        self.place = Parameter((0.1 * rng.normal(size=(longest, dim))).astype(get_default_dtype()))
        block = nn.TransformerEncoderLayer(dim, heads, 2 * dim, dropout=0.0, batch_first=True, norm_first=True, rng=rng)
        self.blocks = nn.TransformerEncoder(block, depth, norm=nn.LayerNorm(dim))
        self.out = nn.Linear(dim, tokens, rng=rng)

    def forward(self, source, target):
        text = np.concatenate([source, target], axis=1)
        length, longest = text.shape[1], self.place.shape[0]
        if length > longest:
            raise ValueError(f"SmallTransformer expected at most {longest} tokens in source and target, got {length}")
        ahead = np.triu(np.ones((length, length), bool), k=1)  # True: may not look there
        hidden = self.blocks(self.embed(text) + self.place[:length], mask=ahead, is_causal=True)
        return self.out(hidden[:, source.shape[1] :])  # (N, T, tokens)


def greedy(model, source, length):
    """Write the likeliest token, read it, write the next.   Shapes:  source (N, S)  ->  (N, length)."""
    written = np.zeros((len(source), 1), int)
    with no_grad():
        if isinstance(model, EncoderDecoder):
            keys, state = model.read(source)
        for _ in range(length):
            if isinstance(model, EncoderDecoder):
                logits, state, _ = model.write(written[:, -1:], keys, state)
            else:
                logits = model(source, written)
            written = np.column_stack([written, logits.data[:, -1].argmax(axis=-1)])
    return written[:, 1:]


def train(model, optimizer, lengths, updates, batch_size=64, scheduler=None, *, rng, task=reversed_strings):
    """Teach a model strings of random lengths, one length to a batch; the losses.   Returns: (updates,)."""
    losses = np.empty(updates)
    for update in range(updates):
        source, target = task(batch_size, int(rng.choice(lengths)), rng=rng)
        logits = model(source, shifted(target))
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target.ravel())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses[update] = loss.item()
    return losses


def solved(model, length, n=200, *, rng, task=reversed_strings):
    """Shares of right symbols and of strings without a mistake, written greedily.   Returns: two floats."""
    source, target = task(n, length, rng=rng)
    right = greedy(model, source, length) == target
    return float(right.mean()), float(right.all(axis=1).mean())


def alignment(model, source, target):
    """Where an encoder-decoder looks while it writes the target.   (N, S), (N, T)  ->  (N, T, S)."""
    with no_grad():
        return model.write(shifted(target), *model.read(source))[2].data


def positions(length, dim, base=10_000.0):
    """Sines and cosines of many wavelengths that say where a token stands, without a parameter.

    p_(t, 2i) = sin(t / base^(2i / dim)),  p_(t, 2i+1) = cos(t / base^(2i / dim))

    Shapes:  ->  (length, dim)
    Raises:  ValueError for an odd `dim`.
    Source:  Vaswani et al. 2017, sec. 3.5.   Chapter: 7.
    """
    if dim % 2:
        raise ValueError(f"positions expected an even dim, sines and cosines in pairs, got {dim}")
    angle = np.arange(length)[:, None] / base ** (np.arange(0, dim, 2) / dim)
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(length, dim)
