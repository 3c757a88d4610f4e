"""Why this file exists: a language model says how likely each next character is; from that follow bits, and new text.

Two kinds: one counts what followed the last few characters, the other keeps a state. Both are judged in bits for each
character, as compressors are.
"""

import bz2
import lzma
import math
import zlib
from collections import Counter, defaultdict

import numpy as np

from . import functional as F
from . import nn
from .tensor import no_grad

KINDS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
SMOOTHINGS = ("kneser-ney", "witten-bell")
COMPRESSORS = {
    "zlib": lambda text: zlib.compress(text, 9),
    "bz2": lambda text: bz2.compress(text, 9),
    "xz": lambda text: lzma.compress(text, preset=9 | lzma.PRESET_EXTREME),
}


class CharacterModel(nn.Module):
    """A vector for each character, a recurrent layer, and a linear layer that says what may come next.

    In training a share `dropout` of the hidden states that the linear layer reads is set to 0.

    Shapes:  x (N, T), whole numbers, state as the recurrent layer has it  ->  logits (N, T, vocabulary), last state
    Raises:  ValueError for a kind that is not RNN, LSTM or GRU.
    Source:  Graves 2013, sec. 2, with one layer; dropout: Zaremba et al. 2014.   Chapter: 7.
    """

    def __init__(self, vocabulary, hidden=144, embedding=32, kind="LSTM", dropout=0.0, *, rng=None):
        if kind not in KINDS:
            raise ValueError(f"CharacterModel expected a kind of {', '.join(KINDS)}, got {kind!r}")
        self.kind = kind
        self.embed = nn.Embedding(vocabulary, embedding, rng=rng)
        self.rnn = KINDS[kind](embedding, hidden, batch_first=True, rng=rng)
        self.dropout = nn.Dropout(dropout, rng=rng)
        self.out = nn.Linear(hidden, vocabulary, rng=rng)

    def forward(self, x, state=None):
        hidden, state = self.rnn(self.embed(x), state)  # (N, T, H)
        return self.out(self.dropout(hidden)), state  # (N, T, V)


def forgotten(state):
    """The same numbers without their history, so that `backward` stops here: truncated backpropagation through time."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def streams(tokens, batch_size):
    """Cut one long text into `batch_size` texts of equal length, to be read side by side; the rest is left out.

    Shapes:  tokens (M,)  ->  (batch_size, M // batch_size)
    Raises:  ValueError for a text with fewer than two tokens a stream.
    """
    length = len(tokens) // batch_size
    if length < 2:
        raise ValueError(f"streams expected at least {2 * batch_size} tokens for {batch_size} streams, got "
                         f"{len(tokens)}")
    return np.asarray(tokens)[: batch_size * length].reshape(batch_size, length)


def train_epoch(model, rows, optimizer, steps=64, clip=1.0, scheduler=None, start=0, updates=None):
    """Read streams once, `steps` characters at a time, carrying the state and cutting its history.

    `start` says how many characters are left out at the beginning, `updates` after how many updates it stops.

    Shapes:  rows (N, M)  ->  the mean loss of the pass, nats for each character
    Source:  Williams and Peng 1990, truncated backpropagation; clipping: Pascanu et al. 2013.   Chapter: 7.
    """
    state, losses = None, []
    for at in range(start, rows.shape[1] - 1, steps)[:updates]:
        x, y = rows[:, at : at + steps], rows[:, at + 1 : at + steps + 1]
        logits, state = model(x[:, : y.shape[1]], state)
        state = forgotten(state)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def surprises(model, tokens, steps=512):
    """The bits that each token but the first costs, given all before it: -log2 of its probability.

    Shapes:  tokens (M,)  ->  (M - 1,)
    Source:  Shannon 1948.   Chapter: 7.
    """
    tokens, state, bits = np.asarray(tokens), None, []
    with no_grad():
        for at in range(0, len(tokens) - 1, steps):
            y = tokens[at + 1 : at + steps + 1]
            logits, state = model(tokens[None, at : at + len(y)], state)
            bits.append(-F.log_softmax(logits[0], dim=-1).data[np.arange(len(y)), y] / math.log(2))
    return np.concatenate(bits)


def bits_per_character(model, tokens):
    """Mean bits for each character of a text after the first.   Shapes:  tokens (M,)  ->  a float.   Chapter: 7."""
    return float(surprises(model, tokens).mean())


def next_probabilities(logits, temperature=1.0, top_k=None):
    """Softmax of logits / temperature, with all but the `top_k` likeliest set to 0.

    Shapes:  logits (..., V)  ->  the same
    Raises:  ValueError for a temperature that is not positive, or a top_k below 1.
    Source:  Ackley et al. 1985 (temperature); Fan et al. 2018 (top-k).   Chapter: 7.
    """
    if not temperature > 0 or (top_k is not None and top_k < 1):
        raise ValueError(f"expected a temperature above 0 and a top_k of at least 1, got {temperature} and {top_k}: "
                         "for the likeliest character alone, top_k=1")
    scaled = np.asarray(logits, float) / temperature
    if top_k is not None and top_k < scaled.shape[-1]:
        order = np.argsort(-scaled, axis=-1, kind="stable")
        np.put_along_axis(scaled, order[..., top_k:], -np.inf, axis=-1)
    likely = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return likely / likely.sum(axis=-1, keepdims=True)


def sample(model, tokens, length, temperature=1.0, top_k=None, draws=None, seed=0):
    """Continue a text: draw a token, read it, draw the next.

    `draws`, numbers from 0 to 1, decide what is drawn (the first token whose cumulated probability exceeds it); without
    them a generator of this `seed` does. With N rows of draws, N texts are written side by side.

    Shapes:  tokens (M,) with at least one, draws (length,) or (N, length)  ->  the same
    """
    draws = np.random.default_rng(seed).random(length) if draws is None else np.array(list(draws), float)[..., :length]
    rows = np.atleast_2d(draws)
    text = np.empty(rows.shape, int)
    with no_grad():
        logits, state = model(np.tile(tokens, (len(rows), 1)))
        for at, draw in enumerate(rows.T):  # (N,)
            up_to = next_probabilities(logits.data[:, -1], temperature, top_k).cumsum(axis=1)  # (N, V)
            text[:, at] = np.minimum((up_to <= draw[:, None]).sum(axis=1), up_to.shape[1] - 1)
            logits, state = model(text[:, at : at + 1], state)
    return text.reshape(draws.shape)


class NGram:
    """What followed the last n - 1 tokens, mixed with shorter memories as far as the long one has seen little.

    p_k(c) = (count(c) - D(count(c)) + w p_(k-1)(c)) / total,  and p_0 = 1 / vocabulary.

    Witten and Bell: D = 0, w is the number of different tokens seen after this context, and total counts them once
    more. Kneser and Ney: three discounts D, for counts of 1, 2 and more, are estimated from the counts for each length
    of memory, w is what they take away, and a shorter memory counts in how many different contexts a token was seen
    instead of how often.

    Raises:  ValueError for another smoothing, or an order below 1.
    Source:  Witten and Bell 1991, method C; Chen and Goodman 1999, modified Kneser-Ney; both interpolated.  Chapter: 7.
    """

    def __init__(self, tokens, order, vocabulary, smoothing="kneser-ney"):
        if smoothing not in SMOOTHINGS or order < 1:
            raise ValueError(f"NGram expected an order of at least 1 and one of {SMOOTHINGS}, got {order} and "
                             f"{smoothing!r}")
        self.order, self.vocabulary, self.smoothing = order, vocabulary, smoothing
        text, kneser = _as_text(tokens), smoothing == "kneser-ney"
        self.counts = [Counter(text[at : at + n] for at in range(len(text) - n + 1)) for n in range(1, order + 1)]
        if kneser:  # from the shortest on, so that each is made of counts that are not yet replaced
            for n in range(order - 1):
                self.counts[n] = Counter(gram[1:] for gram in self.counts[n + 1])
        self.discounts = [_discounts(counts) if kneser else (0, 0, 0, 0) for counts in self.counts]
        self.contexts = [self._contexts(*pair) for pair in zip(self.counts, self.discounts, strict=True)]

    def _contexts(self, counts, discounts):
        """For each context what the counts are divided by, and the weight w of the shorter memory."""
        totals, weights, kneser = defaultdict(int), defaultdict(float), self.smoothing == "kneser-ney"
        for gram, count in counts.items():
            totals[gram[:-1]] += count
            weights[gram[:-1]] += discounts[min(count, 3)] if kneser else 1
        return {context: (total + (0 if kneser else weights[context]), weights[context])
                for context, total in totals.items()}

    def probability(self, context, token):
        """Of a token after a context, of which the last n - 1 tokens count."""
        return self._probability(_as_text(context), chr(token))

    def _probability(self, context, character):
        p = 1 / self.vocabulary
        for memory in range(min(self.order, len(context) + 1)):
            known = context[len(context) - memory :]
            if known not in self.contexts[memory]:
                break
            total, weight = self.contexts[memory][known]
            count = self.counts[memory][known + character]
            p = (count - self.discounts[memory][min(count, 3)] + weight * p) / total
        return p

    def surprises(self, tokens, start=1):
        """The bits that each token from `start` on costs.   Shapes:  tokens (M,)  ->  (M - start,)."""
        text, memory = _as_text(tokens), self.order - 1
        return np.array([-math.log2(self._probability(text[max(0, at - memory) : at], text[at]))
                         for at in range(start, len(text))])


def _as_text(tokens):
    """Whole numbers as a text, which is cut and looked up faster than a tuple."""
    return "".join(map(chr, tokens))


def _discounts(counts):
    """What is taken from counts of 0, 1, 2 and more: D_i = i - (i + 1) Y m_(i+1) / m_i, Y = m_1 / (m_1 + 2 m_2).

    m_i says how many counts are i. Where that estimate fails, as it can with few tokens, something is taken all the
    same: what was never seen must stay possible.
    """
    m = Counter(counts.values())
    y = m[1] / (m[1] + 2 * m[2]) if m[1] else 0.5
    return 0, *(min(max(i - (i + 1) * y * m[i + 1] / m[i], 0.1), i) if m[i] else 0.5 for i in (1, 2, 3))


def compressed_bits(name, text, known=""):
    """The bits for each character of a text that a compressor writes; how many more, if it has read `known` before.

    Raises:  ValueError for a compressor that is not in COMPRESSORS.   Chapter: 7.
    """
    if name not in COMPRESSORS:
        raise ValueError(f"compressed_bits expected one of {', '.join(COMPRESSORS)}, got {name!r}")
    before, after = ((len(COMPRESSORS[name](part.encode())) if part else 0) for part in (known, known + text))
    return 8 * (after - before) / len(text)


def repeated(text, source, length=30):
    """Which characters lie in a stretch of at least `length` that also stands in `source`.

    >>> repeated("xabcdx", "abcd", 3).astype(int).tolist()
    [0, 1, 1, 1, 1, 0]

    Shapes:  ->  booleans (len(text),).   Chapter: 7.
    """
    known = {source[at : at + length] for at in range(len(source) - length + 1)}
    found = np.zeros(len(text), bool)
    for at in range(len(text) - length + 1):
        if text[at : at + length] in known:
            found[at : at + length] = True
    return found


def states(model, tokens, steps=2048):
    """What a model holds after each token: h, and for an LSTM the cell c, the gates i, f, o and the proposal g.

    Only h needs a step after the other. Given h, all gates are one matrix product.

    Shapes:  tokens (M,)  ->  {name: (M, H)}.   Chapter: 7.
    """
    tokens, state, found = np.asarray(tokens), None, []
    names = ("h", "i", "f", "g", "o", "c") if model.kind == "LSTM" else ("h",)
    with no_grad():
        for at in range(0, len(tokens), steps):
            x = model.embed(tokens[None, at : at + steps])
            before, (h, state) = state, model.rnn(x, state)
            h = h.data[0]
            if model.kind == "LSTM":
                zeros = np.zeros(h.shape[1:], h.dtype)
                h0, c0 = (zeros, zeros) if before is None else (part.data[0, 0] for part in before)
                found.append((h, *_gates(model.rnn, x.data[0], h, h0, c0)))
            else:
                found.append((h,))
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*found, strict=True), strict=True)}


def _gates(lstm, x, h, h0, c0):
    """i, f, g, o and c of all steps, from the inputs (T, D) and the states (T, H) that they led to."""
    a = F.linear(x, lstm.weight_ih_l0, lstm.bias_ih_l0) + F.linear(np.vstack([h0, h[:-1]]), lstm.weight_hh_l0,
                                                                   lstm.bias_hh_l0)  # (T, 4H)
    i, f, g, o = np.split(a.data, 4, axis=1)
    i, f, o = (0.5 + 0.5 * np.tanh(gate / 2) for gate in (i, f, o))
    g, c = np.tanh(g), np.empty_like(h)
    for t in range(len(h)):
        c[t] = f[t] * (c[t - 1] if t else c0) + i[t] * g[t]
    return i, f, g, o, c
