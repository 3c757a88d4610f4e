"""Why this file exists: it holds the code of chapter 7's exercises.

Worked answers, helpers that a learner is given, and experiments whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what chapters 1 to 7 teach, and NumPy, and nothing else.
"""

import numpy as np


def price(p, tokens):
    """Return what a text costs in bits for each character, and its perplexity; both are numbers.

    p (T, V) are the probabilities that a model gave before each step, tokens (T,) the characters that came.
    """
    bits = -np.log2(p[np.arange(len(tokens)), tokens]).mean()
    return bits, 2**bits


def clip_both(dW, db, largest):
    """Return dW (H, D) and db (H,), scaled by one factor so that the norm of all entries together is at most `largest`.

    Gradients that are small enough, or all 0, come back as they are.
    """
    norm = np.sqrt((dW**2).sum() + (db**2).sum())
    factor = largest / norm if norm > largest else 1.0
    return factor * dW, factor * db


def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    """Return the state (N, H) of a GRU after one step: x (N, D) comes in, h (N, H) is the state before.

    W_ih (3H, D), W_hh (3H, H), b_ih (3H,), b_hh (3H,) hold the rows of r, u and n, in this order.
    """
    r_x, u_x, n_x = np.split(x @ W_ih.T + b_ih, 3, axis=1)  # (N, H) each
    r_h, u_h, n_h = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    r, u = 1 / (1 + np.exp(-r_x - r_h)), 1 / (1 + np.exp(-u_x - u_h))
    n = np.tanh(n_x + r * n_h)
    return (1 - u) * n + u * h


def look_back(Q, K, V):
    """Return the contexts (T, O) of scaled dot-product attention in which no place looks at later ones.

    Q (T, d) are the queries, K (T, d) the keys and V (T, O) the values of the same T places.
    """
    scores = Q @ K.T / np.sqrt(Q.shape[1])  # (T, T): row t is who looks
    scores = np.where(np.tri(len(Q), dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True) @ V


def nucleus(logits, share):
    """Return the probabilities (V,) of sampling from the smallest set of likeliest characters that has this share.

    logits (V,) give the probabilities by a softmax; no two are equal. Characters are taken in the order of their
    probability until these add up to at least `share` (above 0, at most 1); the rest gets 0.
    """
    p = np.exp(logits - logits.max())
    p = p / p.sum()
    order = np.argsort(-p)
    before = np.cumsum(p[order]) - p[order]  # what the likelier ones have
    kept = order[before < share]
    chosen = np.zeros_like(p)
    chosen[kept] = p[kept] / p[kept].sum()
    return chosen


def mixed(text, before, character, vocabulary):
    """Return the probability of `character` after the character `before`, by counts in `text`, mixed three times.

    By Witten and Bell: 1 / vocabulary, mixed with how often each character stands in the text, mixed with how often
    each one follows `before`. Where `before` is never followed by anything, the second mixture is the answer.
    """
    p = 1 / vocabulary
    for seen in (text, [b for a, b in zip(text, text[1:], strict=False) if a == before]):
        different = len(set(seen))
        if different:
            p = (list(seen).count(character) + different * p) / (len(seen) + different)
    return p


def cut_short(w, x, y, steps):
    """Return the gradient by w of (m_T - y)^2 / 2, and what is left of it if the way back ends after `steps` steps.

    The memory is m_t = w m_(t-1) + x_t, with m_0 = 0; x (T,), and 1 <= steps <= T. With a cut, the state `steps` steps
    before the end counts as a constant.
    """
    m = [0.0]
    for value in x:
        m.append(w * m[-1] + value)
    back = (m[-1] - y) * w ** np.arange(len(x))  # dL/dm_T, dL/dm_(T-1), ...
    terms = back * np.array(m[-2::-1])  # dL/dm_t times m_(t-1), the last step first
    return terms.sum(), terms[:steps].sum()


def cooled(temperature=0.5):
    """Three characters have the probabilities 0.6, 0.3 and 0.1: what is the first one's at another temperature?"""
    logits = np.log([0.6, 0.3, 0.1]) / temperature
    p = np.exp(logits)
    return round(float(p[0] / p.sum()), 3)


def enough(loop=3.0, inward=5.0):
    """Set a latch, h = tanh(loop h + inward x), and disturb it once: from which size on does it change sides?"""
    rest = 1.0
    for _ in range(2000):  # with a loop of little more than 1 it comes to rest slowly
        rest = np.tanh(loop * rest)
    for size in np.arange(1, 2000) / 1000:
        h = np.tanh(loop * rest - inward * size)  # one input of -size
        for _ in range(50):
            h = np.tanh(loop * h)
        if h < 0:
            return round(float(size), 2)


def break_even(H=64):
    """Find the length from which on looking at all pairs takes more multiplications than the products of a GRU."""
    T = 1
    while 2 * T * T * H <= T * 3 * (H * H + H * H):
        T += 1
    return T - 1
