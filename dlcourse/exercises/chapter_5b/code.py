"""Why this file exists: it holds the code of lab 5b's exercises.

Worked answers, and an experiment whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what the lab teaches, and NumPy, and nothing else.
"""

import numpy as np


def telling_word(words=100, ahead=3.0):
    """Pool a text of many words, of which one has a score that is higher than all others: what is its weight?"""
    scores = np.zeros(words)
    scores[0] = ahead
    weights = np.exp(scores) / np.exp(scores).sum()
    return round(float(weights[0]), 3)


def merged(tokens, left, right, new):
    """Return the tokens with each pair (left, right) made one token `new`, from left to right, as an array.

    tokens (T,) are whole numbers. What was merged once is not merged again, so three equal tokens hold one pair.
    """
    found = []
    at = 0
    while at < len(tokens):
        if at + 1 < len(tokens) and tokens[at] == left and tokens[at + 1] == right:
            found.append(new)
            at += 2
        else:
            found.append(tokens[at])
            at += 1
    return np.array(found, int)


def naive_bayes(counts, labels, smoothing):
    """Return log p(y) of each class, (K,), and log p(w | y) of each word in it, (K, V).

    counts (N, V) says how often each word stands in each text, labels (N,) are the classes, 0 to K - 1, each at least
    once. `smoothing` is added to the count of every word in every class.
    """
    one_hot = np.eye(labels.max() + 1)[labels]  # (N, K)
    of_class = one_hot.T @ counts + smoothing  # (K, V)
    log_prior = np.log(one_hot.mean(axis=0))
    return log_prior, np.log(of_class / of_class.sum(axis=1, keepdims=True))


def pooled(vectors, query, lengths):
    """Return the mean of the vectors of each text, (N, D), weighted by attention.

    vectors (N, T, D) are those of its words, query (D,) scores them by an inner product, and lengths (N,) says how many
    words each text has, at least one. The places behind them get the weight 0, whatever stands there.
    """
    there = np.arange(vectors.shape[1]) < lengths[:, None]  # (N, T)
    scores = np.where(there, vectors @ query, -np.inf)  # (N, T)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return (weights[:, :, None] * vectors).sum(axis=1)


def bits_per_character(logits, tokens, lengths):
    """Return how many bits a model pays for each character of a text, a number.

    tokens (T,) is the text. Row t of logits (T, V) is what the model says after reading tokens 0 to t about what comes
    next. lengths (V,) says how many characters each token has. The first token is given: it costs nothing, and its
    characters do not count.
    """
    ahead, said = tokens[1:], logits[:-1]
    said = said - said.max(axis=1, keepdims=True)
    log_p = said - np.log(np.exp(said).sum(axis=1, keepdims=True))
    nats = -log_p[np.arange(len(ahead)), ahead]
    return nats.sum() / np.log(2) / lengths[ahead].sum()
