"""What the planted answers of chapter 1 are made of: solutions with a choice of faults, and faulty ones."""

import math

import numpy as np
import scipy.special


def sigmoid(z):
    """The plain form, which overflows."""
    return 1 / (1 + np.exp(-z))


def pocketed(X, y, epochs, better=np.less, when="update", keep=True, rate=1, bias=1, start=True):
    """The pocket algorithm with a choice of faults."""
    w, b = np.zeros(X.shape[1]), 0.0
    best = w, b, np.sum((X @ w + b > 0) != y) if start else len(y) + 1
    for _ in range(epochs):
        for i, (x, target) in enumerate(zip(X, y, strict=True)):
            error = target - int(w @ x + b > 0)
            w, b = w + rate * error * x, b + bias * rate * error
            mistakes = np.sum((X @ w + b > 0) != y)
            looks = error if when == "update" else i == len(X) - 1
            if looks and (better(mistakes, best[2]) or not keep):
                best = w, b, mistakes
    return best


def pocket_that_leaks(X, y, epochs):
    """What is stored changes with the weights."""
    w, b = np.zeros(X.shape[1]), 0.0
    best = w, b, np.sum((X @ w + b > 0) != y)
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            error = target - int(w @ x + b > 0)
            w += error * x
            b += error
            mistakes = np.sum((X @ w + b > 0) != y)
            if mistakes < best[2]:
                best = w, b, mistakes
    return best


def plain_softmax(logits, temperature, axis=1, largest=None):
    """Softmax with a choice of faults."""
    e = np.exp((logits if largest is None else logits - largest(logits)) / temperature)
    return e / e.sum(axis=axis, keepdims=True)


def softmax_in_place(logits, temperature):
    """The right value, and a changed argument."""
    logits -= logits.max(axis=1, keepdims=True)
    return plain_softmax(logits, temperature)


def softmax_of_integers(logits, temperature):
    """The type of the logits decides that of the probabilities."""
    P = np.zeros_like(logits)
    P[...] = scipy.special.softmax(logits / temperature, axis=1)
    return P


def cold_softmax(logits, temperature, coldest=lambda z: (z == z.max(axis=1, keepdims=True)) * 1.0):
    """Softmax with a choice of what it does at temperature 0."""
    if temperature == 0:
        P = coldest(logits)
        return P / P.sum(axis=1, keepdims=True)
    return scipy.special.softmax(logits / temperature, axis=1)


def unshared_softmax(logits, temperature):
    """At temperature 0 each of the equally large logits gets all."""
    if temperature == 0:
        return 1.0 * (logits == logits.max(axis=1, keepdims=True))
    return scipy.special.softmax(logits / temperature, axis=1)


def clipped_loss(z, y):
    """Probabilities kept away from 0 and 1."""
    p = np.clip(sigmoid(z), 1e-12, 1 - 1e-12)
    return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))


def stable_loss(z, y, reduce=np.mean):
    """The stable form with a choice of the reduction."""
    return reduce(np.logaddexp(0, z) - y * z)


def backward(X, W, b, G, slope=lambda X, Z: 1 - np.tanh(Z) ** 2, scale=1.0, direct=1, in_place=False):
    """The layer's backward pass with a choice of faults."""
    s = slope(X, X @ W.T + b)
    if in_place:
        G *= s
    dZ = G if in_place else G * s
    return scale * (direct * G + dZ @ W), scale * dZ.T @ X, scale * dZ.sum(axis=0)


def slopes(X, W, b, G):
    """The gradient by what goes into the bend."""
    return G * (1 - np.tanh(X @ W.T + b) ** 2)


def divided_backward(X, W, b, G):
    """Divided by the number of examples once more, on one of the two paths."""
    dZ = slopes(X, W, b, G) / len(X)
    return G + dZ @ W, dZ.T @ X, dZ.sum(axis=0)


def transposed_backward(X, W, b, G):
    """The weights the wrong way round."""
    dZ = slopes(X, W, b, G)
    return G + dZ @ W.T, dZ.T @ X, dZ.sum(axis=0)


def ridge(x, low, high, s):
    """A step up and a step down."""
    return sigmoid(s * (x - low)) - sigmoid(s * (x - high))


def cross(a, c, left, right, bottom, top, s):
    """The sum of two ridges."""
    return ridge(a, left, right, s) + ridge(c, bottom, top, s)


def shifted_cross(a, c, left, right, bottom, top, s):
    """The steepness in the wrong place."""
    across = sigmoid(s * a - left) - sigmoid(s * a - right)
    return across + sigmoid(s * c - bottom) - sigmoid(s * c - top)


def covered(interval, share, n, counts=lambda n: range(n + 1), ways=math.comb):
    """The coverage with a choice of faults."""
    inside = [k for k in counts(n) if interval(k, n)[0] <= share <= interval(k, n)[1]]
    return sum(ways(n, k) * share**k * (1 - share) ** (n - k) for k in inside)


def around_the_share(interval, share, n):
    """One interval for all counts."""
    low, high = interval(share * n, n)
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1) if low <= k / n <= high)


def counter(n, bias=0.5, alternate=True, threshold=-0.5):
    """The parity network with a choice of faults."""
    signs = (-1.0) ** np.arange(n) if alternate else np.ones(n)
    return np.ones((n, n)), bias - np.arange(1, n + 1), signs[None], np.array([threshold])


def one_by_one(answer, batch, *arguments):
    """Right values, by a Python loop over the examples: the first `batch` arguments and the result are split."""
    rows = [answer(*(part[None] for part in row), *arguments) for row in zip(*batch, strict=True)]
    return np.concatenate([np.atleast_1d(row) for row in rows])


def looping_backward(X, W, b, G):
    """Right values, example by example."""
    dX, dW, db = np.zeros_like(X), np.zeros_like(W), np.zeros_like(b)
    i = 0
    while i < len(X):
        one, weights, bias = backward(X[i : i + 1], W, b, G[i : i + 1])
        dX[i], dW, db, i = one[0], dW + weights, db + bias, i + 1
    return dX, dW, db


def vectorized_tower(x1, x2, *sides):
    """NumPy's np.vectorize is a loop in disguise."""
    return np.vectorize(lambda a, c: wide_tower(a, c, *sides))(x1, x2)


def wide_tower(*a):
    """The tower by tanh, which does not overflow."""
    bump = [np.tanh(a[-1] / 2 * (a[i] - a[j])) / 2 for i, j in ((0, 2), (0, 3), (1, 4), (1, 5))]
    return 0.5 + 0.5 * np.tanh(a[-1] / 2 * (bump[0] - bump[1] + bump[2] - bump[3] - 1.5))


def parts_as(dtype, answer):
    """The answer with its result, or each part of it, converted."""

    def converted(*arguments):
        result = answer(*arguments)
        return tuple(np.asarray(r, dtype) for r in result) if isinstance(result, tuple) else np.asarray(result, dtype)

    return converted
