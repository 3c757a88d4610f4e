"""Judges the answers to the exercises of chapter 1 without the worked solutions: by hand, by SciPy, by differences."""

import functools
import itertools

import numpy as np
import scipy.special
import scipy.stats

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def truth_1_1(answer):
    """Every possible vote, counted."""
    for n, k in [(6, 1), (6, 4), (6, 6), (4, 2), (3, 2), (2, 1), (1, 1)]:
        w, b = answer(k, n)
        assert np.shape(w) == (n,) and np.shape(b) == ()
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
    ties = np.array([[5.0, 5.0, -1.0], [0.0, 7.0, 2.0], [3.0, 3.0, 3.0]])
    np.testing.assert_allclose(answer(ties, 0.0), [[1 / 2, 1 / 2, 0], [0, 1, 0], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-9)


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
