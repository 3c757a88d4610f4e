"""What the planted answers of lab 5d are made of: solutions with a choice of faults, and faulty ones."""

import heapq

import numpy as np
from scipy.special import softmax


def short(written, right, sums=True, most=1.0, invert=False, ends=np.exp):
    """The brevity penalty, with a choice of faults."""
    pairs = [(sum(written), sum(right))] if sums else list(zip(written, right, strict=True))
    ratios = [w / r if invert else r / w for w, r in pairs]
    return float(np.mean([min(most, ends(1 - ratio)) for ratio in ratios]))


def peek(scores, source, hide="before", axis=-1, flip=False, value=-np.inf, divide=True):
    """Masked weights by SciPy's softmax, with a choice of faults."""
    where = np.broadcast_to(((source != 0) if flip else (source == 0))[:, None], scores.shape)
    if hide == "after":
        return np.where(where, 0, softmax(scores, axis=axis))
    if hide == "never":
        return softmax(scores, axis=axis)
    hidden = np.where(where, value, scores)
    if not divide:
        return np.exp(hidden - scores.max(axis=-1, keepdims=True))
    return np.nan_to_num(softmax(hidden, axis=axis))


def peek_by_sentences(scores, source):
    """The right values, sentence by sentence."""
    return np.stack([peek(s[None], row[None])[0] for s, row in zip(scores, source, strict=True)])


def peek_in_place(scores, source):
    """The right values; the scores of the filling are gone for good."""
    scores.swapaxes(1, 2)[source == 0] = -np.inf
    return softmax(scores, axis=-1)


def widen(total, log_p, width, add=True, largest=True, flat=False, order=None, own=False):
    """One step of a beam by a heap, with a choice of faults."""
    B, V = log_p.shape
    found = [((total[b] if add else 0.0) + log_p[b, v], b, v) for b in range(B) for v in range(V)]
    best = (heapq.nlargest if largest else heapq.nsmallest)(width, found)
    best = sorted(best, key=order) if order else best
    rows, tokens, totals = (np.array([one[k] for one in best]) for k in (1, 2, 0))
    if own:
        totals = log_p[rows, tokens]
    return rows, rows * V + tokens if flat else tokens, totals


def expect(t, source, target, over="source", shares=None, rows=True, columns=False):
    """A round of expectation maximization by dictionaries, with a choice of faults."""
    counts = np.zeros_like(t)
    for words, others in zip(source, target, strict=True):
        for other in others:
            for word in words:
                if over == "source":
                    total = sum(t[w, other] for w in words)
                elif over == "target":
                    total = sum(t[word, o] for o in others)
                else:
                    total = 1.0
                share = t[word, other] / total if shares is None else shares(t, words, word, other)
                counts[word, other] += share
    if columns:
        return counts / np.maximum(counts.sum(axis=0), 1e-300)
    return counts / counts.sum(axis=1, keepdims=True) if rows else counts


def likeliest(t, words, word, other):
    """All for the likeliest source word; if it stands twice, for the first of them."""
    best = max(words, key=lambda w: t[w, other])
    return float(word == best) / list(words).count(best)


def forgets_repetitions(t, source, target):
    """`+=` with arrays of indices: of what stands twice only the last is added."""
    counts = np.zeros_like(t)
    for words, others in zip(source, target, strict=True):
        part = t[np.ix_(words, others)]
        counts[np.ix_(words, others)] += part / part.sum(axis=0)
    return counts / counts.sum(axis=1, keepdims=True)
