"""What the planted answers of chapter 8 are made of: solutions with a choice of faults, and faulty ones."""

import numpy as np
from scipy.spatial.distance import cdist


def nearest(x, labels, new, middle="mean", metric="sqeuclidean", which=np.argmin):
    """The nearest middle of a class, by SciPy's distances, with a choice of faults."""
    classes = np.unique(labels)
    sums = np.array([x[labels == k].sum(axis=0) for k in classes])
    counts = {"mean": np.bincount(labels), "sum": np.ones(len(classes)), "all": np.full(len(classes), len(x))}[middle]
    return which(cdist(new, sums / counts[:, None], metric), axis=1)


def nearest_by_rows(x, labels, new):
    """The right values, row by row."""
    return np.array([nearest(x, labels, row[None])[0] for row in new])


def nearest_example(x, labels, new):
    """The label of the nearest example."""
    return labels[cdist(new, x).argmin(axis=1)]


def falling(lr, q, layers, first=0, count=None, down=False):
    """Rates one by one from the head down, with a choice of faults."""
    rates = [lr * q**first]
    for _ in range(layers if count is None else count(layers)):
        rates.append(rates[-1] * q)
    return np.array(rates if down else rates[::-1])


def beside(x, W, b, A, B, s, rank=None, bias=1, sign=1, frozen=1, change=1):
    """The adapter computed beside the layer, with a choice of faults."""
    r = A.shape[0] if rank is None else rank(W)
    c = change * sign * s / r
    merged = frozen * W + c * (B @ A)
    return frozen * (x @ W.T) + c * ((x @ A.T) @ B.T) + bias * b, merged


def leash(X, y, start, strength, pull=1.0, left=None, add=True, sign=1):
    """L2-SP as least squares with further rows, with a choice of faults."""
    D = X.shape[1]
    target = (y - X @ start) * sign if left is None else left
    rows = np.concatenate([X, np.sqrt(pull * strength) * np.eye(D)])
    change = np.linalg.lstsq(rows, np.concatenate([target, np.zeros(D)]), rcond=None)[0]
    return start + change if add else change


def alike(train, test, axis=1, center=True, which=np.max, over=None):
    """The largest correlation coefficient, with a choice of faults."""
    if center:
        both = np.corrcoef(test, train)[: len(test), len(test) :]
    else:
        both = 1 - cdist(test, train, "cosine")
    both = over(both) if over else both
    return which(both, axis=axis)


def alike_by_rows(train, test):
    """The right values, picture by picture."""
    return np.array([alike(train, picture[None])[0] for picture in test])


def alike_in_place(train, test):
    """The right values; the pictures lose their means for good."""
    train -= train.mean(axis=1, keepdims=True)
    test -= test.mean(axis=1, keepdims=True)
    return (1 - cdist(test, train, "cosine")).max(axis=1)


def sure(p, threshold, most, key=None, cap="class", limit=True, order=None, give="class"):
    """Pseudo-labels by Python's sorting, with a choice of faults."""
    key = key or (lambda row: -p[row].max())
    rows, said = [], p.argmax(axis=1)
    for k in range(p.shape[1]):
        mine = [row for row in range(len(p)) if said[row] == k and (not limit or p[row].max() >= threshold)]
        mine.sort(key=key)
        rows += mine[:most] if cap == "class" else mine
    if cap == "all":
        rows = sorted(rows, key=key)[:most]
    rows = np.array(rows if order == "class" else sorted(rows, key=order), int)
    return rows, said[rows] if give == "class" else p.max(axis=1)[rows]


def lead(first, second, runs=False, ddof=1, root=True, divide=True, sign=1, paired=True, axis=1):
    """Mean difference and standard error, with a choice of faults."""
    d = sign * (np.asarray(first) - np.asarray(second))
    by = d.ravel() if runs else d.mean(axis=axis)
    variance = by.var(ddof=ddof)
    if not paired:
        variance = first.mean(axis=1).var(ddof=1) + second.mean(axis=1).var(ddof=1)
    n = len(by) if divide else 1
    return d.mean(), (variance / n) ** 0.5 if root else variance / n
