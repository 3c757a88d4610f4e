"""What the planted answers of chapter 7 are made of: solutions with a choice of faults, and faulty ones."""

import math
from collections import Counter

import numpy as np
from scipy.special import expit, log_softmax, softmax


def paid(p, tokens, unit=2.0, base=None, mean=True, sign=1):
    """The price of a text, summed up in a Python loop, with a choice of faults."""
    bits = 0.0
    for row, token in zip(p, tokens, strict=True):
        bits -= sign * math.log(row[token], unit)
    bits = bits / len(tokens) if mean else bits
    return bits, (unit if base is None else base) ** bits


def paid_by_arrays(p, tokens):
    """The price of a text by `take_along_axis`."""
    bits = float(-np.log2(np.take_along_axis(p, tokens[:, None], axis=1)).mean())
    return bits, float(np.exp2(bits))


def clipped(dW, db, largest, norm=None, both=True, always=False):
    """One factor for both gradients, with a choice of faults."""
    whole = np.concatenate([dW.ravel(), db])
    length = np.linalg.norm(whole) if norm is None else norm(whole)
    if length <= largest and not always:
        return dW.copy(), db.copy()
    return dW * (largest / length), db * (largest / length) if both else db.copy()


def clipped_each(dW, db, largest):
    """Each array by its own norm."""
    return tuple(g * min(1.0, largest / max(np.linalg.norm(g), 1e-300)) for g in (dW, db))


def clipped_in_place(dW, db, largest):
    """The right values, written into the caller's arrays."""
    length = np.hypot(np.linalg.norm(dW), np.linalg.norm(db))
    if length > largest:
        dW *= largest / length
        db *= largest / length
    return dW, db


def gru(x, h, W_ih, W_hh, b_ih, b_hh, order="run", reset="state", mix="old", bend=np.tanh, biases=(1, 1)):
    """A step with named blocks, with a choice of faults."""
    H = h.shape[1]
    rows = {name: slice(H * at, H * at + H) for at, name in enumerate(order)}
    inputs = {name: x @ W_ih[where].T + biases[0] * b_ih[where] for name, where in rows.items()}
    states = {name: h @ W_hh[where].T + biases[1] * b_hh[where] for name, where in rows.items()}
    r, u = expit(inputs["r"] + states["r"]), expit(inputs["u"] + states["u"])
    if reset == "state":
        n = bend(inputs["n"] + r * states["n"])
    elif reset == "h":
        n = bend(inputs["n"] + (r * h) @ W_hh[rows["n"]].T + b_hh[rows["n"]])
    elif reset == "weights":
        n = bend(inputs["n"] + r * (states["n"] - b_hh[rows["n"]]) + b_hh[rows["n"]])
    else:
        n = bend((r if reset == "all" else 1) * (inputs["n"] + states["n"]))
    return h + (1 - u) * (n - h) if mix == "old" else h + u * (n - h)


def gru_by_rows(x, h, W_ih, W_hh, b_ih, b_hh):
    """The right values, row by row."""
    return np.array([gru(x[i : i + 1], h[i : i + 1], W_ih, W_hh, b_ih, b_hh)[0] for i in range(len(x))])


def attended(Q, K, V, divide=math.sqrt, hidden=-np.inf, ahead=1, late=False, axis=-1):
    """Attention by SciPy's softmax, with a choice of faults."""
    T = len(Q)
    mask = np.triu(np.ones((T, T), bool), k=ahead)  # True: may not look there
    scores = Q @ K.T / divide(Q.shape[1])
    if late:
        return np.where(mask, 0, softmax(scores, axis=axis)) @ V
    return softmax(np.where(mask, hidden, scores), axis=axis) @ V


def attended_by_places(Q, K, V):
    """The right values, place by place."""
    return np.array([softmax(K[: t + 1] @ q / math.sqrt(len(q))) @ V[: t + 1] for t, q in enumerate(Q)])


def attended_without_care(Q, K, V):
    """Without the largest score taken away: overflows."""
    weights = np.exp(Q @ K.T / math.sqrt(Q.shape[1])) * np.tri(len(Q))
    return weights / weights.sum(axis=1, keepdims=True) @ V


def core(logits, share, cross=True, divide=True, rising=False, back=True):
    """The nucleus, character by character, with a choice of faults."""
    p = np.exp(log_softmax(logits))
    order = sorted(range(len(p)), key=lambda k: p[k] if rising else -p[k])
    kept, total = [], 0.0
    for k in order:
        if total >= share or (not cross and total + p[k] > share):
            break
        kept.append(k)
        total += p[k]
    chosen = np.zeros_like(p)
    chosen[kept] = p[kept] / (total if divide and kept else 1)
    return chosen if back else chosen[order]


def core_by_search(logits, share):
    """The nucleus by a search for the place where the line is crossed."""
    p = softmax(logits)
    order = p.argsort()[::-1]
    count = min(int(np.searchsorted(p[order].cumsum(), share)) + 1, len(p))
    return np.where(p >= p[order[count - 1]], p, 0) / p[order[:count]].sum()


def doubted(text, before, character, vocabulary, types=True, middle=True, below=True, first=True, follow=1):
    """Witten and Bell by counters, with a choice of faults."""
    pairs = Counter(zip(text, text[1:], strict=False))
    after = {pair[follow]: n for pair, n in pairs.items() if pair[1 - follow] == before}
    single = Counter(text)
    p = 1 / vocabulary if first else 0.0
    for at, seen in enumerate((single, after)):
        if (at == 0 and not middle) or not seen:
            continue
        total, d = sum(seen.values()), len(seen) if types else sum(seen.values())
        p = (seen.get(character, 0) + d * p) / (total + d if below else total)
    return p


def way_back(w, x, y, steps, after=False, shift=0, half=True, sign=1, stay=True, whole=False):
    """The gradient step by step from the end, with a choice of faults."""
    states = [0.0]
    for value in x:
        states.append(states[-1] * w + value)
    g, terms = sign * (states[-1] - y) * (1 if half else 2), []
    for t in range(len(x), 0, -1):
        terms.append(g * states[t if after else t - 1])
        g *= w
    if not stay:
        terms = terms[::-1]
    return sum(terms), sum(terms if whole else terms[: steps + shift])


def way_back_by_difference(w, x, y, steps):
    """Both gradients by central differences, the second with the early state held."""
    def loss(w, start, value):
        for more in x[start:]:
            value = value * w + more
        return (value - y) ** 2 / 2

    held, T, h = 0.0, len(x), 1e-6
    for value in x[: T - steps]:
        held = held * w + value
    return tuple((loss(w + h, start, m) - loss(w - h, start, m)) / (2 * h)
                 for start, m in ((0, 0.0), (T - steps, held)))
