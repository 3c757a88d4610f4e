"""What the planted answers of lab 5b are made of: solutions with a choice of faults, and faulty ones."""

import numpy as np
from scipy.special import log_softmax, softmax

LOG_2 = np.log(2)


def joined(tokens, left, right, new, most=None, jump=2, keep=False):
    """Merging by a stack of tokens, with a choice of faults."""
    found, done, skip = [], 0, 0
    for at, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        if at + 1 < len(tokens) and (token, tokens[at + 1]) == (left, right) and (most is None or done < most):
            found += [new, right] if keep else [new]
            done, skip = done + 1, jump - 1
        else:
            found.append(token)
    return np.array(found, int)


def overlapping(tokens, left, right, new):
    """Each pair is merged, also one whose first token was used up."""
    found = list(tokens)
    for at in range(len(tokens) - 1):
        if (tokens[at], tokens[at + 1]) == (left, right):
            found[at], found[at + 1] = new, None
    for at in range(len(tokens) - 1):  # a token that begins a later pair was written over
        if (tokens[at], tokens[at + 1]) == (left, right) and at and (tokens[at - 1], tokens[at]) == (left, right):
            found[at] = None
    return np.array([token for token in found if token is not None], int)


def witness(counts, labels, smoothing, prior="texts", log=np.log, once=False, over="class", less=0.0, binary=False):
    """Naive Bayes class by class, with a choice of faults."""
    counts = (counts > 0) * 1.0 if binary else counts
    classes, V = np.unique(labels), counts.shape[1]
    seen = np.array([counts[labels == k].sum(axis=0) for k in classes])
    smooth = seen + smoothing * (1 - less)
    share = {"class": seen.sum(axis=1, keepdims=True) + smoothing * (1 - less) * (1 if once else V),
             "word": smooth.sum(axis=0), "all": smooth.sum(),
             "texts": np.bincount(labels)[:, None], "plain": seen.sum(axis=1, keepdims=True)}[over]
    p = {"texts": np.bincount(labels) / len(labels), "counts": np.bincount(labels), "equal": np.full(len(classes), 1 /
         len(classes)), "words": seen.sum(axis=1) / seen.sum()}[prior]  # fmt: skip
    with np.errstate(divide="ignore"):
        return log(p), log(smooth / share)


def present(vectors, lengths):
    """Which places hold a word."""
    return np.arange(vectors.shape[1]) < np.asarray(lengths)[:, None]


def looked(vectors, query, lengths, fill=-np.inf, axis=1, gone=False, scale=1.0, mask=True):
    """Attention pooling by SciPy's softmax, with a choice of faults."""
    there = present(vectors, lengths)
    scores = scale * np.einsum("ntd,d->nt", vectors, query)
    weights = softmax(np.where(there | (not mask), scores, fill), axis=axis)
    weights = weights * there if gone else weights
    return np.einsum("nt,ntd->nd", weights, vectors)


def unstable(vectors, query, lengths):
    """Right where the scores are small."""
    weights = np.exp(vectors @ query) * present(vectors, lengths)
    return np.einsum("nt,ntd->nd", weights / weights.sum(axis=1, keepdims=True), vectors)


def text_by_text(vectors, query, lengths):
    """The right values, text by text."""
    return np.array([looked(v[None], query, [n])[0] for v, n in zip(vectors, lengths, strict=True)])


def paid(logits, tokens, lengths, shift=1, unit=LOG_2, divide="characters", sign=-1):
    """Bits token by token, with a choice of faults."""
    log_p = log_softmax(logits, axis=1)
    pairs = list(zip(range(len(tokens) - shift), tokens[shift:], strict=True))
    nats = sign * sum(log_p[row, token] for row, token in pairs)
    by = {"characters": sum(lengths[token] for _, token in pairs), "tokens": len(pairs), "nothing": 1,
          "all": lengths[tokens].sum(), "vocabulary": lengths.sum()}[divide]
    return nats / unit / by
