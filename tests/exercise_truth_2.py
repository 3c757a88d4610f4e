"""Judges the answers to the exercises of chapter 2 by other means: by hand, by PyTorch, by counting, by integrals."""

import itertools

import numpy as np
import scipy.integrate
import scipy.special
import scipy.stats
import torch

from dlcourse import cost, nn


def truth_2_1(answer):
    """The zigzag between its corners, which NumPy draws."""
    for m in (1, 2, 3, 4, 7):
        c, v = map(np.asarray, answer(m))
        assert c.shape == v.shape == (m,)
        x = np.linspace(0, 1, 10 * m + 1)
        corners = np.linspace(0, 1, m + 1), np.arange(m + 1) % 2
        np.testing.assert_allclose(np.maximum(x[:, None] - c, 0) @ v, np.interp(x, *corners), atol=1e-9)


def truth_2_4(answer):
    """SciPy's integral over the normal distribution."""
    for phi in (lambda z: np.maximum(z, 0), lambda z: np.maximum(z, z / 5), np.tanh, np.square, scipy.special.expit):
        square, _ = scipy.integrate.quad(lambda z, phi=phi: scipy.stats.norm.pdf(z) * phi(z) ** 2, -9, 9, points=[0])
        np.testing.assert_allclose(answer(phi), square**-0.5, rtol=1e-4)


def truth_2_5(answer):
    """Block by block."""
    for blocks, growth in ((4, 16.0), (3, 8.0), (32, 2.5), (7, 1.3)):
        a, size = answer(blocks, growth), 1.0
        assert np.shape(a) == () and a > 0
        for _ in range(blocks):
            size += a**2 * size
        np.testing.assert_allclose(size, growth, rtol=1e-6)


class Block(nn.Module):
    """The chapter's residual block."""

    def __init__(self, width):
        super().__init__()
        self.branch = nn.Sequential(*(part for _ in range(2) for part in
                                      (nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, width))))  # fmt: skip

    def forward(self, x):
        """The input and what the branch makes of it."""
        return x + self.branch(x)


def truth_2_6(answer):
    """The network itself, counted by its record."""
    for inputs, width, blocks, outputs, rows in ((5, 4, 2, 3, 6), (2, 3, 1, 1, 2), (64, 16, 3, 10, 20)):
        middle = [Block(width) for _ in range(blocks)]
        end = [nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, outputs)]
        model = nn.Sequential(nn.Linear(inputs, width), *middle, *end)
        counted = cost.count(model, np.random.default_rng(0).normal(size=(rows, inputs)))
        assert tuple(answer(inputs, width, blocks, outputs, rows)) == (
            counted.parameters, counted.forward, counted.backward)  # fmt: skip


def cells(W, b, radius):
    """The regions of a disk: every one has a corner, and from each corner one step is made into all that meet there."""
    points, H = [np.zeros(2)], len(b)
    along = np.stack([-W[:, 1], W[:, 0]], axis=1) / np.linalg.norm(W, axis=1, keepdims=True)
    for i in range(H):
        foot = -b[i] * W[i] / (W[i] @ W[i])
        if foot @ foot < radius**2:
            end = (1 - 1e-7) * np.sqrt(radius**2 - foot @ foot) * along[i]
            points += [foot + way * end + side * 1e-10 * W[i] for way in (1, -1) for side in (1, -1)]
    for i, j in itertools.combinations(range(H), 2):
        if np.linalg.matrix_rank(W[[i, j]]) == 2:
            corner = np.linalg.solve(W[[i, j]], -b[[i, j]])
            points += [corner + 1e-7 * (s * along[i] + t * along[j]) for s in (1, -1) for t in (1, -1)
                       if np.linalg.norm(corner) < radius]  # fmt: skip
    return len(np.unique(np.array(points) @ W.T + b > 0, axis=0))


def truth_2_7(answer):
    """A chessboard by hand, and random lines by collecting the patterns."""
    rows = np.array([[0.0, 1.0]] * 3 + [[2.0, 0.0]] * 2)
    assert answer(rows, np.array([-0.5, 0.0, 0.5, 0.3, 1.0]), 5.0) == 4 * 3
    assert answer(rows, np.array([-0.5, 0.0, 9.0, 0.3, 1.0]), 5.0) == 3 * 3
    rng = np.random.default_rng(8)
    for radius in (0.3, 1.0, 4.0):
        W, b = rng.normal(size=(9, 2)), rng.normal(size=9)
        assert answer(W, b, radius) == cells(W, b, radius)


def truth_2_9(answer):
    """With the factors in place every layer is measured anew."""
    rng = np.random.default_rng(9)
    weights = [rng.normal(0.2, 3, shape) for shape in ((6, 4), (5, 6), (5, 5), (2, 5))]
    h = X = rng.normal(1, 1, (30, 4))
    factors = np.asarray(answer(given := [W.copy() for W in weights], X.copy()))
    assert all(np.array_equal(W, kept) for W, kept in zip(given, weights, strict=True))
    assert factors.shape == (4,) and (factors > 0).all()
    for W, factor in zip(weights, factors, strict=True):
        z = h @ (factor * W).T
        np.testing.assert_allclose(np.mean(z**2), 1, rtol=1e-9)
        h = np.maximum(z, 0)


def truth_2_12(answer):
    """PyTorch's batch norm in evaluation."""
    rng = np.random.default_rng(12)
    W, b, x = rng.normal(size=(4, 4)), rng.normal(size=4), rng.normal(size=(9, 4))
    mean, variance, gamma, beta, eps = *rng.normal(size=(1, 4)), *rng.uniform(0.2, 2, (2, 4)), rng.normal(size=4), 0.2
    numbers = map(torch.tensor, (x @ W.T + b, mean, variance, gamma, beta))
    expected = torch.nn.functional.batch_norm(*numbers, training=False, eps=eps).numpy()
    W2, b2 = answer(W, b, mean, variance, gamma, beta, eps)
    assert np.shape(W2) == (4, 4) and np.shape(b2) == (4,)
    np.testing.assert_allclose(x @ np.asarray(W2).T + b2, expected, rtol=1e-9)


def truth_2_13(answer):
    """PyTorch's group norm."""
    x = np.random.default_rng(13).normal(2, 3, (5, 12))
    for groups, eps in ((1, 1e-5), (3, 0.5), (4, 0.1), (12, 0.1)):
        expected = torch.nn.functional.group_norm(torch.tensor(x), groups, eps=eps).numpy()
        np.testing.assert_allclose(answer(given := x.copy(), groups, eps), expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(given, x)


def arc_cosine(c):
    """What ReLU makes of a cosine: Cho and Saul 2009, their kernel of degree 1."""
    return (np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / np.pi


def truth_2_16(answer):
    """The closed form for ReLU; for x^2 the moments of normal numbers; for no bend nothing changes."""
    expected = 0.1
    for layers in range(5):
        np.testing.assert_allclose(answer(lambda z: np.maximum(z, 0), 0.1, layers), expected, atol=2e-3)
        expected = arc_cosine(expected)
    np.testing.assert_allclose(answer(lambda z: z**2, 0.6, 1), (1 + 2 * 0.6**2) / 3, atol=2e-3)
    np.testing.assert_allclose(answer(lambda z: 3 * z, -0.4, 4), -0.4, atol=2e-3)


TRUTH = {
    "2.1": truth_2_1, "2.4": truth_2_4, "2.5": truth_2_5, "2.6": truth_2_6, "2.7": truth_2_7, "2.9": truth_2_9,
    "2.12": truth_2_12, "2.13": truth_2_13, "2.16": truth_2_16,
}  # fmt: skip
