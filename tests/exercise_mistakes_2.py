"""What the planted answers of chapter 2 are made of: solutions with a choice of faults, and faulty ones."""

import itertools
import math

import numpy as np


def relu(z):
    """The larger of z and 0."""
    return np.maximum(z, 0)


def folded(m, c=lambda m: np.arange(m) / m, first=1, other=2, turn=-1, slope=None):
    """Joints and weights of a zigzag with a choice of faults."""
    v = (slope or m) * other * float(turn) ** np.arange(m)
    if turn == 1:
        v = -v
    v[0] = first * (slope or m)
    return c(m), v


FINE = np.linspace(-8, 8, 4001)


def gained(phi, z=FINE, weigh=lambda z: np.exp(-z * z / 2), of=lambda y, mean: mean(y**2) ** -0.5):
    """The gain with a choice of faults: of(values of phi, how to take their mean)."""
    weight = weigh(z)
    return of(phi(z), lambda y: (weight * y).sum() / weight.sum())


def drawn_gain(phi):
    """Random numbers of its own: close, not right."""
    return np.mean(phi(np.random.default_rng(1).normal(size=20000)) ** 2) ** -0.5


def residual(inputs, width, blocks, outputs, rows, norms=None, linear=2, biases=True, trained=2, saved=1, twice=2):
    """The cost of a residual network, layer by layer, with a choice of faults."""
    sizes = [(inputs, width), *[(width, width)] * (linear * blocks), (width, outputs)]
    parameters = sum(n_in * n_out + biases * n_out for n_in, n_out in sizes)
    parameters += trained * width * (2 * blocks + 1 if norms is None else norms(blocks))
    forward = sum(rows * n_in * n_out for n_in, n_out in sizes)
    return parameters, forward, twice * forward - saved * rows * inputs * width


def enters(w, b, radius):
    """Whether a line meets the disk."""
    return abs(b) < radius * np.hypot(*w)


def regions(W, b, radius, first=1, line=enters, reach=1.0, lines=1, cross=1):
    """The regions of a disk with a choice of faults."""
    count = first + lines * sum(bool(line(w, bias, radius)) for w, bias in zip(W, b, strict=True))
    for i, j in itertools.combinations(range(len(b)), 2):
        det = W[i, 0] * W[j, 1] - W[i, 1] * W[j, 0]
        if det:
            x = np.array([b[j] * W[i, 1] - b[i] * W[j, 1], b[i] * W[j, 0] - b[j] * W[i, 0]]) / det
            count += cross * bool(np.hypot(*x) < reach * radius)
    return count


def parallel_forgotten(W, b, radius):
    """Every two lines are thought to cross."""
    count = 1 + sum(bool(enters(w, bias, radius)) for w, bias in zip(W, b, strict=True))
    for pair in itertools.combinations(range(len(b)), 2):
        crossing = np.linalg.solve(W[list(pair)], -b[list(pair)])
        count += bool(np.hypot(*crossing) < radius)
    return count


def measured(weights, X, carry=True, size=lambda z: np.sqrt(np.mean(z**2)), bend=relu, look=lambda z: z, power=-1):
    """Factors for each layer with a choice of faults."""
    factors, h = np.zeros(len(weights)), X
    for i, W in enumerate(weights):
        z = h @ W.T
        factors[i] = size(look(z)) ** power
        h = bend(z * factors[i] if carry else z)
    return factors


def by_quotients(weights, X):
    """One pass with the unscaled weights: the roots of quotients of neighboring mean squares."""
    sizes, h = [1.0], X
    for W in weights:
        z = h @ W.T
        sizes.append(np.mean(z**2))
        h = relu(z)
    return [math.sqrt(before / after) for before, after in itertools.pairwise(sizes)]


def in_place_factors(weights, X):
    """The right factors, and the matrices of the caller are changed."""
    factors = measured(weights, X)
    for W, factor in zip(weights, factors, strict=True):
        W *= factor
    return factors


def normed(W, b, mean, variance, gamma, beta, eps, root=lambda v, eps: np.sqrt(v + eps), bias=None):
    """A folded batch norm with a choice of faults."""
    a = gamma / root(variance, eps)
    return W * a[:, None], (b - mean) * a + beta if bias is None else bias(a, b, mean, beta)


def two_layers(W, b, mean, variance, gamma, beta, eps):
    """Column-wise: the scale of an output on an input."""
    a = gamma / np.sqrt(variance + eps)
    return W * np.resize(a, W.shape[1]), (b - mean) * a + beta


def grouped(x, groups, eps, shape=None, axis=-1, root=lambda v, eps: np.sqrt(v + eps), ddof=0, center=True,
            means=None):  # fmt: skip
    """Group norm with a choice of faults."""
    parts = x.reshape(shape(x, groups) if shape else (len(x), groups, -1))
    mean = parts.mean(axis=axis if means is None else means, keepdims=True)
    with np.errstate(all="ignore"):
        size = root(parts.var(axis=axis, keepdims=True, ddof=ddof), eps)
    return ((parts - center * mean) / size).reshape(x.shape)


def mean_of_all_rows(x, groups, eps):
    """The mean runs over the examples, too, and the squares around it do not."""
    parts = x.reshape(len(x), groups, -1)
    parts = parts - parts.mean(axis=(0, 2), keepdims=True)
    return (parts / np.sqrt((parts**2).mean(axis=2, keepdims=True) + eps)).reshape(x.shape)


def by_slices(x, groups, eps):
    """A loop over the groups, which is allowed."""
    result, size = np.zeros(x.shape), x.shape[1] // groups
    for start in range(0, x.shape[1], size):
        part = x[:, start : start + size]
        mean, var = part.mean(axis=1)[:, None], part.var(axis=1)[:, None]
        result[:, start : start + size] = (part - mean) / np.sqrt(var + eps)
    return result


def by_rows(x, groups, eps):
    """A loop over the examples."""
    return np.array([grouped(row[None], groups, eps)[0] for row in x])


def in_place_norm(x, groups, eps):
    """The right values in the caller's array."""
    x[...] = grouped(x, groups, eps)
    return x


NODES = np.linspace(-8, 8, 400)
WEIGHTS = np.exp(-(NODES**2) / 2)


def cosines(phi, cosine, layers, other=lambda c: math.sqrt(max(0, 1 - c * c)), times=lambda n: n, center=0, divide=1,
            by_u=False):  # fmt: skip
    """The cosine by a double sum, with a choice of faults."""
    weight = np.outer(WEIGHTS, WEIGHTS) / WEIGHTS.sum() ** 2
    for _ in range(times(layers)):
        a, b = np.broadcast_arrays(phi(NODES)[:, None], phi(cosine * NODES[:, None] + other(cosine) * NODES))
        a, b = (part - center * np.sum(weight * part) for part in (a, b))
        cosine = np.sum(weight * a * b)
        if divide:
            cosine /= math.sqrt(np.sum(weight * a**2) * np.sum(weight * (a if by_u else b) ** 2))
    return cosine


def drawn_cosine(phi, cosine, layers):
    """Random numbers of its own: close, not right."""
    rng = np.random.default_rng(1)
    for _ in range(layers):
        u, w = rng.normal(size=(2, 3000))
        a, b = phi(u), phi(cosine * u + np.sqrt(max(0, 1 - cosine**2)) * w)
        cosine = a @ b / np.sqrt((a @ a) * (b @ b))
    return cosine


def parts_as(dtype, answer):
    """The answer with its result, or each part of it, converted."""

    def converted(*arguments):
        result = answer(*arguments)
        return tuple(np.asarray(r, dtype) for r in result) if isinstance(result, tuple) else np.asarray(result, dtype)

    return converted
