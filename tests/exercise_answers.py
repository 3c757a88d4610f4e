"""Answers to the exercises of chapter 1: right ones of another kind, wrong ones with the cause that must be named.

`TRUTH` judges an answer without the worked solution: by hand, by SciPy, by finite differences.
"""

import functools
import itertools
import math

import numpy as np
import scipy.special
import scipy.stats

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


# ------------------------------------------------------------------------------------------------ the truth


def truth_1_1(answer):
    """Every possible vote, counted."""
    for n, k in [(6, 1), (6, 4), (6, 6), (4, 2), (3, 2), (2, 1), (1, 1)]:
        w, b = answer(k, n)
        for x in itertools.product((0, 1), repeat=n):
            assert np.dot(w, x) + b != 0 and (np.dot(w, x) + b > 0) == (sum(x) >= k)


def truth_1_2(answer):
    """Counted by hand."""
    assert answer([64, 10]) == 650 and answer([64, 32, 10]) == 2410 and answer([1, 1, 1, 1]) == 6


def truth_1_8(answer):
    """Two gates as they were traced by hand; points of which a line gets all right but one."""
    w, b, mistakes = answer(CORNERS, np.array([0, 0, 0, 1]), 20)
    assert (list(w), b, mistakes) == ([2, 1], -2, 0)
    w, b, mistakes = answer(CORNERS, np.array([0, 1, 1, 0]), 50)
    assert (list(w), b, mistakes) == ([0, 0], 0, 2)
    X, y = np.array([[1.0], [2.0], [3.0], [-1.0], [-2.0], [4.0]]), np.array([1, 1, 1, 0, 0, 0])
    w, b, mistakes = answer(X, y, 50)
    assert (w[0], b, mistakes) == (1, 1, 1)


def truth_1_10(answer):
    """All inputs of up to five neurons."""
    for n in range(1, 6):
        X = np.array(list(itertools.product((0, 1), repeat=n)))
        W1, b1, W2, b2 = map(np.asarray, answer(n))
        assert W1.shape == (n, n) and W2.shape == (1, n)
        Z1 = X @ W1.T + b1
        Z2 = ((Z1 > 0) @ W2.T + b2)[:, 0]
        assert ((Z2 > 0) == X.sum(axis=1) % 2).all() and (Z1 != 0).all() and (Z2 != 0).all()


def truth_1_11(answer):
    """SciPy's sigmoid, and the look of a tower."""
    x1, x2, expit = np.linspace(-3, 3, 61), np.linspace(2, -1, 61), scipy.special.expit
    ridges = expit(6 * (x1 + 1)) - expit(6 * (x1 - 0.5)) + expit(6 * x2) - expit(6 * (x2 - 1.2))
    np.testing.assert_allclose(answer(x1, x2, -1, 0.5, 0, 1.2, 6), expit(6 * (ridges - 1.5)), rtol=1e-9)
    middle, arm, outside = answer(np.array([0.0, 0.0, 9.0]), np.array([0.0, 9.0, 9.0]), -1, 1, -1, 1, 20)
    assert middle > 0.999 and arm < 0.001 and outside < 0.001


def truth_1_12(answer):
    """SciPy's softmax."""
    logits = np.array([[2.0, -1.0, 0.5], [900.0, 901.0, 0.0], [-900.0, -901.0, -2000.0]])
    expected = scipy.special.softmax(logits / 1.7, axis=1)
    np.testing.assert_allclose(answer(given := logits.copy(), 1.7), expected, rtol=1e-9)
    np.testing.assert_array_equal(given, logits)
    np.testing.assert_allclose(answer(np.array([[0, 2]]), 2.0), [[1 / (1 + np.e), np.e / (1 + np.e)]], rtol=1e-9)


def truth_1_13(answer):
    """SciPy's logarithm of the sigmoid."""
    z, y = np.array([-800.0, -2.0, 0.3, 5.0, 700.0]), np.array([1, 0, 1, 1, 0])
    expected = -np.mean(np.where(y == 1, scipy.special.log_expit(z), scipy.special.log_expit(-z)))
    np.testing.assert_allclose(answer(z, y), expected, rtol=1e-9)


def truth_1_18(answer):
    """Central differences of sum(G * A)."""
    rng = np.random.default_rng(7)
    X, W, b, G = (rng.normal(size=shape) for shape in ((4, 3), (3, 3), (3,), (4, 3)))
    gradients = answer(X.copy(), W.copy(), b.copy(), given := G.copy())
    for array, gradient in zip((X, W, b), gradients, strict=True):
        assert np.shape(gradient) == array.shape
        for i in np.ndindex(array.shape):
            kept, ends = array[i], []
            for array[i] in (kept + 1e-6, kept - 1e-6):
                ends.append(np.sum(G * (X + np.tanh(X @ W.T + b))))
            array[i] = kept
            np.testing.assert_allclose(gradient[i], (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(given, G)


def truth_1_20(answer):
    """SciPy's binomial distribution, for an interval that holds exactly two counts."""
    for counts in ((0, 3), (3, 5), (4, 8)):
        chance = scipy.stats.binom.pmf(counts, 8, 0.3).sum()
        inside = functools.partial(lambda counts, right, n: (0.3, 0.3) if right in counts else (0.9, 1), counts)
        np.testing.assert_allclose(answer(inside, 0.3, 8), chance, rtol=1e-9)


TRUTH = {
    "1.1": truth_1_1, "1.2": truth_1_2, "1.8": truth_1_8, "1.10": truth_1_10, "1.11": truth_1_11, "1.12": truth_1_12,
    "1.13": truth_1_13, "1.18": truth_1_18, "1.20": truth_1_20,
}  # fmt: skip


# ------------------------------------------------------------------------------------------------ pieces of answers


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


# ------------------------------------------------------------------------------------------------ planted answers

OTHER_ANSWERS = [
    ("1.1", lambda k, n: [[3] * n, 1 - 3 * k]),
    ("1.2", lambda sizes: np.sum([(a + 1) * b for a, b in itertools.pairwise(sizes)])),
    ("1.8", pocketed),
    ("1.10", lambda n: (3 * np.ones((n, n)), np.arange(-1, -3 * n, -3), [[2, -2] * (n // 2) + [2] * (n % 2)], [-1])),
    ("1.11", lambda *a: 0.5 + 0.5 * np.tanh(a[-1] / 2 * (cross(*a) - 1.5))),
    ("1.12", lambda logits, T: scipy.special.softmax(logits / T, axis=1)),
    ("1.13", stable_loss),
    ("1.18", backward),
    ("1.20", covered),
]

# number: [(answer, part of the message)]
WRONG_ANSWERS = {
    "1.1": [
        (lambda k, n: (np.ones(n), -float(k)), "on the boundary"),
        (lambda k, n: (np.ones(n), 0.5 - n), "the bias"),
        (lambda k, n: (np.ones(n), k - 0.5), "the bias"),
        (lambda k, n: np.ones(n) * np.nan, "expected 2 values: w, b"),
        (lambda k, n: (np.ones(n + 1), 0.5 - k), "expected (1,)"),
        (lambda k, n: None, "is a `return` missing?"),
        ((np.ones(2), -1.5), "hand over the function itself"),
    ],
    "1.2": [
        (lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)), "biases are missing"),
        (lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes), "inputs have none"),
        (lambda sizes: sum(a * (b + 1) for a, b in itertools.pairwise(sizes)), "one per output"),
        (lambda sizes: sum(a * b + 1 for a, b in itertools.pairwise(sizes)), "one bias per layer"),
        (lambda sizes: str(sizes), "expected real numbers"),
        (lambda sizes: sizes.pop() * (sizes[0] + 1), "changed its input"),
    ],
    "1.8": [
        (with_(pocketed, keep=False), "these are the last weights"),
        (with_(pocketed, better=np.less_equal), "these are the latest"),
        (with_(pocketed, when="pass"), "after each pass"),
        (with_(pocketed, bias=0), "w[0]"),
        (with_(pocketed, rate=0.5), "every value is 0.5 times"),
        (pocket_that_leaks, "these are the last weights"),
        (lambda X, y, epochs: pocketed(X, y, epochs)[:2], "expected 3 values: w, b, mistakes"),
    ],
    "1.10": [
        (with_(counter, alternate=False), "what the hidden neurons say"),
        (with_(counter, threshold=0.0), "what the hidden neurons say"),
        (with_(counter, threshold=0.5), "what the hidden neurons say"),
        (with_(counter, bias=1), "on its boundary"),
        (lambda n: counter(2), "n=3: W1: got shape (2, 2), expected (3, 3)"),
        (lambda n: (*counter(n)[:2], counter(n)[2].T, counter(n)[3]), "W2: got shape (2, 1), expected (1, 2)"),
    ],
    "1.11": [
        (cross, "the cross of two ridges"),
        (lambda a, c, x, y, z, t, s: ridge(a, x, y, s) * ridge(c, z, t, s), "a product of two bumps"),
        (lambda *a: sigmoid(a[-1] * (cross(*a) - 0.5)), "it takes both"),
        (lambda *a: sigmoid(a[-1] * cross(*a)), "no threshold"),
        (lambda *a: sigmoid(cross(*a) - 1.5), "is not steep"),
        (lambda *a: sigmoid(a[-1] * (shifted_cross(*a) - 1.5)), "multiply all of"),
        (lambda *a: sigmoid(a[-1] * (-cross(*a) - 1.5)), "wrong way round"),
        (lambda a, c, x, y, z, t, s: ((a > x) & (a < y) & (c > z) & (c < t)) * 1.0, "expected"),
    ],
    "1.12": [
        (plain_softmax, "subtract each row's own maximum"),
        (with_(plain_softmax, largest=np.max), "subtract each row's own maximum"),
        (with_(plain_softmax, axis=0), "use axis=1"),
        (with_(plain_softmax, axis=None), "all rows together"),
        (lambda logits, T: scipy.special.softmax(logits * T, axis=1), "divide by it"),
        (lambda logits, T: scipy.special.softmax(logits, axis=1), "temperature is not used"),
        (softmax_in_place, "changed its input"),
        (softmax_of_integers, "integer type"),
        (lambda logits, T: None, "is a `return` missing?"),
    ],
    "1.13": [
        (lambda z, y: np.mean(-y * np.log(sigmoid(z)) - (1 - y) * np.log(1 - sigmoid(z))), "rounds to exactly 0 or 1"),
        (clipped_loss, "clipping it hides the true loss"),
        (with_(stable_loss, reduce=np.sum), "the mean is asked"),
        (with_(stable_loss, reduce=lambda loss: loss), "got shape (3,), expected ()"),
        (lambda z, y: stable_loss(z, 1 - y), "exchanged"),
        (lambda z, y: -stable_loss(z, y), "the sign"),
        (lambda z, y: stable_loss(z, y) / np.log(2), "natural logarithms"),
    ],
    "1.18": [
        (with_(backward, direct=0), "the path past the layer is missing"),
        (with_(backward, slope=lambda X, Z: 1), "derivative of tanh is missing"),
        (with_(backward, slope=lambda X, Z: 1 - (X + np.tanh(Z)) ** 2), "A is not the tanh alone"),
        (with_(backward, slope=lambda X, Z: 1 - Z**2), "1 - tanh(Z)**2"),
        (with_(backward, slope=lambda X, Z: np.tanh(Z) * (1 - np.tanh(Z))), "the sigmoid's derivative"),
        (with_(backward, scale=-1), "the sign"),
        (lambda X, W, b, G: backward(X, W, b, G, scale=1 / len(X)), "divided by N"),
        (with_(backward, in_place=True), "changed its input"),
        (lambda *layer: [g.T if i == 1 else g for i, g in enumerate(backward(*layer))], "transposed"),
        (lambda X, W, b, G: backward(X, W, b, G)[:2], "expected 3 values: dX, dW, db"),
    ],
    "1.20": [
        (with_(covered, ways=lambda n, k: 1), "number of orders is missing"),
        (with_(covered, counts=range), "`range(n + 1)`"),
        (with_(covered, counts=lambda n: range(1, n + 1)), "`right = 0` is left out"),
        (lambda interval, share, n: 1 - covered(interval, share, n), "missing the share"),
        (lambda f, share, n: np.mean([f(k, n)[0] <= share <= f(k, n)[1] for k in range(n + 1)]), "not equally likely"),
        (lambda interval, share, n: 0.95, "expected"),
    ],
}

PREDICTIONS = {  # number: (right ones, wrong ones)
    "1.4": ([4.6, 4.61, np.log(100)], [2.3, 1.0, 100, "4.6", -4.6]),
    "1.7": (["C", "c"], ["A", "B", 0]),
    "1.15": (["C", "c"], ["A", "B", "D", 1]),
    "1.16": ([1e-5, 1e-6, 3e-6], [1e-2, 1e-4, 1e-8, 1e-12, "small"]),
}
