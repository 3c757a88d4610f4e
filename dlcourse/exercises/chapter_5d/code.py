"""Why this file exists: it holds the code of lab 5d's exercises.

Worked answers, and the experiment whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what the chapters and the lab teach, and NumPy, and nothing else.
"""

import numpy as np


def penalty(written, right):
    """Return the brevity penalty of a set of translations, one number.

    written (M,) and right (M,) are the numbers of words of each translation and of its reference, each at least 1.
    """
    return np.exp(min(0.0, 1 - right.sum() / written.sum()))


def looks(scores, source):
    """Return the attention weights (N, T, S) for scores (N, T, S), so that nobody looks at filling.

    source (N, S) holds the words of the sentences as numbers, 0 where one is filled up; none is all filling. Scores may
    be as large as 1000.
    """
    open_scores = np.where(source[:, None] == 0, -np.inf, scores)
    weights = np.exp(open_scores - open_scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def grow(total, log_p, width):
    """Return one step of a beam search for one sentence: rows, tokens and new totals, each (width,), the best first.

    total (B,) is the sum of the logarithms of each beginning, log_p (B, V) the logarithm of the probability of each
    next token after it. A row says which beginning is extended, a token by what. No two new totals are equal, and
    width is at most B V.
    """
    grown = (total[:, None] + log_p).ravel()
    best = np.argsort(-grown)[:width]
    return best // log_p.shape[1], best % log_p.shape[1], grown[best]


def one_round(t, source, target):
    """Return the table (V, W) after one round of IBM model 1, each row of sum 1.

    t (V, W) holds how likely each of V source words stands for each of W target words, all above 0. source (M, S) and
    target (M, T) are the pairs, as word numbers; there is no filling, and each source word occurs.
    """
    counts = np.zeros_like(t)
    for words, others in zip(source, target, strict=True):
        chances = t[np.ix_(words, others)]  # (S, T)
        np.add.at(counts, np.ix_(words, others), chances / chances.sum(axis=0))
    return counts / counts.sum(axis=1, keepdims=True)


def whole_sentences(words=12, right=0.95):
    """Write 20,000 sentences of so many words, each word right with this probability: how many have no mistake?"""
    rng = np.random.default_rng(0)
    return round(float((rng.random((20_000, words)) < right).all(axis=1).mean()), 2)
