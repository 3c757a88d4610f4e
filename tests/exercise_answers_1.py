"""Answers to the exercises of chapter 1, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools
import itertools
import math

import numpy as np
import scipy.special


def sigmoid(z):
    """The plain form, which overflows."""
    return 1 / (1 + np.exp(-z))


def pocketed(X, y, epochs, better=np.less, when="update", keep=True, rate=1, bias=1):
    """The pocket algorithm with a choice of faults."""
    w, b = np.zeros(X.shape[1]), 0.0
    best = w, b, np.sum((X @ w + b > 0) != y)
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


def counter(n, bias=0.5, alternate=True, threshold=-0.5):
    """The parity network with a choice of faults."""
    signs = (-1.0) ** np.arange(n) if alternate else np.ones(n)
    return np.ones((n, n)), bias - np.arange(1, n + 1), signs[None], np.array([threshold])


with_ = functools.partial


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


with_ = functools.partial


# ------------------------------------------------------------------------------------------------ planted answers

OTHER_ANSWERS = [
    ("1.1", lambda k, n: [[3] * n, 1 - 3 * k]),
    ("1.2", lambda sizes: np.sum([(a + 1) * b for a, b in itertools.pairwise(sizes)])),
    ("1.8", pocketed),
    ("1.10", lambda n: (3 * np.ones((n, n)), np.arange(-1, -3 * n, -3), [[2, -2] * (n // 2) + [2] * (n % 2)], [-1])),
    ("1.11", wide_tower),
    ("1.12", lambda logits, T: scipy.special.softmax(logits / T, axis=1)),
    ("1.13", stable_loss),
    ("1.18", backward),
    ("1.20", covered),
]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "1.1": [
        ("on the boundary", lambda k, n: (np.ones(n), -float(k)), "on the boundary"),
        ("always all", lambda k, n: (np.ones(n), 0.5 - n), "the bias"),
        ("sign of the bias", lambda k, n: (np.ones(n), k - 0.5), "the bias"),
        ("one array for two", lambda k, n: np.ones(n) * np.nan, "expected 2 values: w, b"),
        ("a weight too many", lambda k, n: (np.ones(n + 1), 0.5 - k), "got shape (2,), expected shape (1,)"),
        ("bias in an array", lambda k, n: (np.ones(n), np.array([0.5 - k])), "expected a single number"),
        ("weights as a column", lambda k, n: (np.ones((n, 1)), 0.5 - k), "an axis too many"),
        ("arguments exchanged", lambda n, k: (np.ones(n), 0.5 - k), "the order of the arguments"),
    ],
    "1.2": [
        ("no biases", lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)), "biases are missing"),
        ("biases for inputs", lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes),
         "inputs have none"),
        ("bias per input", lambda sizes: sum(a * (b + 1) for a, b in itertools.pairwise(sizes)), "one per output"),
        ("bias per layer", lambda sizes: sum(a * b + 1 for a, b in itertools.pairwise(sizes)), "one bias per layer"),
        ("text", lambda sizes: str(sizes), "numbers in quotes are text"),
        ("takes from the list", lambda sizes: sizes.pop() * (sizes[0] + 1), "changed its input"),
    ],
    "1.8": [
        ("no pocket", with_(pocketed, keep=False), "these are the last weights"),
        ("replaced by equals", with_(pocketed, better=np.less_equal), "these are the latest"),
        ("counts after a pass", with_(pocketed, when="pass"), "after each pass"),
        ("bias not learned", with_(pocketed, bias=0), "the bias stays 0; it learns too"),
        ("learning rate 0.5", with_(pocketed, rate=0.5), "every value is 0.5 times"),
        ("pocket that leaks", pocket_that_leaks, "these are the last weights"),
        ("mistakes not returned", lambda *a: pocketed(*a)[:2], "expected 3 values: w, b, mistakes"),
        ("parts exchanged", lambda *a: pocketed(*a)[::-1], "the order of the results"),
    ],
    "1.10": [
        ("all weights +1", with_(counter, alternate=False), "what the hidden neurons say"),
        ("output on the boundary", with_(counter, threshold=0.0), "what the hidden neurons say"),
        ("output always fires", with_(counter, threshold=0.5), "what the hidden neurons say"),
        ("hidden on the boundary", with_(counter, bias=1), "on its boundary"),
        ("works for n = 2 only", lambda n: counter(2), "n=3: W1: got shape (2, 2), expected shape (3, 3)"),
        ("W2 as a column", lambda n: (*counter(n)[:2], counter(n)[2].T, counter(n)[3]), "it is transposed"),
    ],
    "1.11": [
        ("the cross", cross, "the cross of two ridges"),
        ("product of bumps", lambda a, c, x, y, z, t, s: ridge(a, x, y, s) * ridge(c, z, t, s),
         "a product of two bumps"),
        ("threshold 0.5", lambda *a: sigmoid(a[-1] * (cross(*a) - 0.5)), "it takes both"),
        ("no threshold", lambda *a: sigmoid(a[-1] * cross(*a)), "no threshold"),
        ("top not steep", lambda *a: sigmoid(cross(*a) - 1.5), "is not steep"),
        ("steepness misplaced", lambda *a: sigmoid(a[-1] * (shifted_cross(*a) - 1.5)), "multiply all of"),
        ("steps exchanged", lambda *a: sigmoid(a[-1] * (-cross(*a) - 1.5)), "wrong way round"),
        ("no neurons at all", lambda a, c, x, y, z, t, s: ((a > x) & (a < y) & (c > z) & (c < t)) * 1.0,
         "a rectangle with sharp edges"),
    ],
    "1.12": [
        ("overflow", plain_softmax, "subtract each row's own maximum"),
        ("one maximum for all rows", with_(plain_softmax, largest=np.max), "subtract each row's own maximum"),
        ("columns sum to 1", with_(plain_softmax, axis=0), "use axis=1"),
        ("all rows together", with_(plain_softmax, axis=None), "all rows together"),
        ("times T", lambda logits, T: scipy.special.softmax(logits * T, axis=1), "divide by it"),
        ("T unused", lambda logits, T: scipy.special.softmax(logits, axis=1), "temperature is not used"),
        ("writes into the logits", softmax_in_place, "changed its input"),
        ("integers", softmax_of_integers, "the result has dtype int64, expected float64"),
        ("transposed", lambda logits, T: scipy.special.softmax(logits / T, axis=1).T, "it is transposed"),
    ],
    "1.13": [
        ("as in the book", lambda z, y: np.mean(-y * np.log(sigmoid(z)) - (1 - y) * np.log(1 - sigmoid(z))),
         "rounds to exactly 0 or 1"),
        ("clipped", clipped_loss, "clipping it hides the true loss"),
        ("sum", with_(stable_loss, reduce=np.sum), "3 is the number of examples: a sum where the mean is asked?"),
        ("no mean", with_(stable_loss, reduce=lambda loss: loss), "is the mean or the sum missing?"),
        ("labels exchanged", lambda z, y: stable_loss(z, 1 - y), "exchanged"),
        ("sign", lambda z, y: -stable_loss(z, y), "the sign"),
        ("base 2", lambda z, y: stable_loss(z, y) / np.log(2), "natural logarithms"),
    ],
    "1.18": [
        ("path past the layer", with_(backward, direct=0), "the path past the layer is missing"),
        ("no slope", with_(backward, slope=lambda X, Z: 1), "derivative of tanh is missing"),
        ("1 - A**2", with_(backward, slope=lambda X, Z: 1 - (X + np.tanh(Z)) ** 2), "A is not the tanh alone"),
        ("1 - Z**2", with_(backward, slope=lambda X, Z: 1 - Z**2), "1 - tanh(Z)**2"),
        ("slope of the sigmoid", with_(backward, slope=lambda X, Z: np.tanh(Z) * (1 - np.tanh(Z))),
         "the sigmoid's derivative"),
        ("sign", with_(backward, scale=-1), "the sign"),
        ("mean", lambda X, W, b, G: backward(X, W, b, G, scale=1 / len(X)), "divided by N"),
        ("times N", lambda X, W, b, G: backward(X, W, b, G, scale=len(X)), "4 is the number of examples"),
        ("writes into G", with_(backward, in_place=True), "changed its input"),
        ("dW transposed", lambda *layer: [g.T if i == 1 else g for i, g in enumerate(backward(*layer))], "transposed"),
        ("db as a row", lambda *layer: [g[None] if g.ndim == 1 else g for g in backward(*layer)], "an axis too many"),
        ("db forgotten", lambda X, W, b, G: backward(X, W, b, G)[:2], "expected 3 values: dX, dW, db"),
        ("parts exchanged", lambda *layer: backward(*layer)[::-1], "got db, dW, dX, expected dX, dW, db"),
    ],
    "1.20": [
        ("no binomial", with_(covered, ways=lambda n, k: 1), "number of orders is missing"),
        ("without n", with_(covered, counts=range), "`range(n + 1)`"),
        ("without 0", with_(covered, counts=lambda n: range(1, n + 1)), "`right = 0` is left out"),
        ("misses counted", lambda interval, share, n: 1 - covered(interval, share, n), "missing the share"),
        ("counts not weighed", lambda f, share, n: np.mean([f(k, n)[0] <= share <= f(k, n)[1] for k in range(n + 1)]),
         "not equally likely"),
        ("the promise itself", lambda interval, share, n: 0.95, "the promise; what is asked is what it holds"),
    ],
}  # fmt: skip

# The values are right, and yet something that the exercise asks for is not there.
RIGHT_VALUES_ONLY = {
    "1.8": [("float32", parts_as(np.float32, pocketed), "got dtype float32, expected float64")],
    "1.11": [
        ("np.vectorize", vectorized_tower, "loops over the examples"),
        ("float32", parts_as(np.float32, wide_tower), "got dtype float32, expected float64"),
    ],
    "1.12": [
        ("a loop", lambda logits, T: one_by_one(lambda row: scipy.special.softmax(row / T, axis=1), [logits]),
         "loops over the examples"),
        ("float32", parts_as(np.float32, OTHER_ANSWERS[5][1]), "got dtype float32, expected float64"),
    ],
    "1.13": [
        ("a comprehension", lambda z, y: np.mean([stable_loss(a, c) for a, c in zip(z, y, strict=True)]),
         "loops over the examples"),
        ("float32", parts_as(np.float32, stable_loss), "got dtype float32, expected float64"),
    ],
    "1.18": [
        ("while", looping_backward, "loops over the examples"),
        ("float32", parts_as(np.float32, backward), "got dtype float32, expected float64"),
    ],
    "1.20": [("float32", parts_as(np.float32, covered), "got dtype float32, expected float64")],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "1.4": (
        [4.6, 4.61, np.log(100), np.float32(4.6), np.array(4.6)],
        [(2.3, "for 10 classes"), (2, "base 10"), (6.6, "base 2"), (0.01, "the probability of the right class"),
         (100, "the number of classes"), (-4.6, "the sign"), (0, "the probability 1"),
         (3.3, "which probability does the right one of 100 equal classes get"),
         ("4.6", "numbers in quotes are text"), ([4.6], "expected a single number"), (np.nan, "a finite number")],
    ),
    "1.7": (
        ["C", "c", " C.", "(c)"],
        [("A", "a line that separates"), ("B", "make long weights longer"), ("D", "one of the letters A, B, C"),
         (0, "one of the letters A, B, C")],
    ),
    "1.15": (
        ["C", "c"],
        [("A", "through to the first layer"), ("B", "the outputs H of the hidden layer"),
         ("D", "the bias of the output"), (None, "one of the letters A, B, C, D")],
    ),
    "1.16": (
        [1e-5, 1e-6, 3e-6],
        [(1e-2, "the bend of the curve"), (1e-4, "the bend of the curve"), (1e-8, "rounding is divided by h"),
         (1e-12, "rounding is divided by h"), (-5, "an exponent"), (0, "one of the steps"),
         ("small", "numbers in quotes are text")],
    ),
}  # fmt: skip
