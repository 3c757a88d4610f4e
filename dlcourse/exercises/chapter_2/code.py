"""Why this file exists: it holds the code of chapter 2's exercises.

Worked answers, helpers that a learner is given, experiments whose outcome is to be predicted, and networks to diagnose.

The learner sees this source, but for the sick networks: the docstring of an answer is the task's contract and stands in
the stub, its body stands in the worked solution. So these functions use what chapters 1 and 2 teach, and NumPy.
"""

from itertools import combinations

import numpy as np

from ... import functional as F
from ... import nn, optim
from ...train import Batches, fit


def fold_in(m):
    """Return c (m,) and v (m,), for which the sum of v[j] * ReLU(x - c[j]) folds [0, 1] into m equal pieces.

    From x = 0 to x = 1 it goes 0, 1, 0, 1, ..., straight in between, one piece after the other.
    """
    c = np.arange(m) / m
    v = 2.0 * m * (-1.0) ** np.arange(m)
    v[0] = m
    return c, v


def gain(phi):
    """Return the gain for which Var[w] = gain^2 / n_in keeps the mean square of z at 1, to at least four digits.

    phi is the activation, a function of an array; z is normal, with mean 0 and mean square 1.
    """
    z = np.linspace(-10, 10, 20001)
    bell = np.exp(-0.5 * z**2)
    return np.sqrt(bell.sum() / (bell * phi(z) ** 2).sum())


def branch_scale(blocks, growth):
    """Return a > 0, for which `blocks` blocks h + a f(h) in a row multiply the mean square by `growth` in all."""
    return np.sqrt(growth ** (1 / blocks) - 1)


def residual_cost(inputs, width, blocks, outputs, rows):
    """Count parameters, and multiplications forward and backward for a batch of `rows`; return the three numbers."""
    first, inside, last = inputs * width, 2 * blocks * width * width, width * outputs
    biases = width + 2 * blocks * width + outputs
    norms = (2 * blocks + 1) * 2 * width
    forward = rows * (first + inside + last)
    return first + inside + last + biases + norms, forward, 2 * forward - rows * first


def regions_in_disk(W, b, radius):
    """Count the regions into which the H lines W[i] @ x + b[i] = 0 cut the disk of this radius around 0.

    Shapes: W (H, 2), b (H,). Lines may be parallel, but no two are the same; no three meet in one point, and no line
    just touches the disk.
    """
    distances = np.abs(b) / np.linalg.norm(W, axis=1)
    count = 1 + np.sum(distances < radius)
    for i, j in combinations(range(len(b)), 2):
        if W[i, 0] * W[j, 1] != W[i, 1] * W[j, 0]:  # not parallel
            crossing = np.linalg.solve(W[[i, j]], -b[[i, j]])
            count += np.linalg.norm(crossing) < radius
    return count


def start_factors(weights, X):
    """Return one factor for each matrix, (d,): with all of them, each layer's z has mean square 1 for this batch.

    weights is the list of matrices (outputs, inputs), from the first layer on, with ReLU between them and no biases.
    The layers are started one after the other: what reaches a layer has come through those before it as they are then.
    """
    factors, h = [], X
    for W in weights:
        z = h @ W.T
        factors.append(1 / np.sqrt((z**2).mean()))
        h = np.maximum(factors[-1] * z, 0)
    return np.array(factors)


def fold_norm(W, b, mean, variance, gamma, beta, eps):
    """Return the weights (O, I) and the bias (O,) of one layer that does what W, b and then batch norm do.

    Batch norm is in evaluation: mean and variance are its running ones. Shapes: W (O, I), all others (O,).
    """
    scale = gamma / np.sqrt(variance + eps)
    return scale[:, None] * W, scale * (b - mean) + beta


def group_norm(x, groups, eps):
    """Normalize each row of x (N, H) in `groups` groups of neighboring units, each with its own mean and variance."""
    N, H = x.shape
    grouped = x.reshape(N, groups, H // groups)
    centered = grouped - grouped.mean(axis=2, keepdims=True)
    variance = (centered**2).mean(axis=2, keepdims=True)
    return (centered / np.sqrt(variance + eps)).reshape(N, H)


def alike(phi, cosine, layers):
    """Return the cosine between the z of two inputs, `layers` layers after one in which it was `cosine`, to 3 digits.

    A layer is the activation phi and a wide matrix of random weights that keeps the mean square of z at 1.
    """
    u = np.linspace(-7, 7, 281)
    bell = np.exp(-0.5 * u**2)
    weight = np.outer(bell, bell)  # of a pair of independent normal numbers
    for _ in range(layers):
        a = phi(u)[:, None]
        b = phi(cosine * u[:, None] + np.sqrt(max(1 - cosine**2, 0)) * u)
        cosine = (weight * a * b).sum() / np.sqrt((weight * a**2).sum() * (weight * b**2).sum())
    return cosine


def four_starts(depth=20, width=256):
    """Send inputs of mean square 1 through 20 layers; return the mean square of z in the last, for four starts."""
    rng = np.random.default_rng(0)
    n, shape = width, (width, width)
    kinds = {
        "A": (np.abs, lambda: rng.normal(0, np.sqrt(2 / n), shape)),
        "B": (lambda z: np.maximum(z, 0), lambda: rng.normal(0, 2 / n, shape)),
        "C": (lambda z: np.maximum(z, 0), lambda: rng.uniform(-np.sqrt(2 / n), np.sqrt(2 / n), shape)),
        "D": (lambda z: np.maximum(z, 0), lambda: rng.uniform(-np.sqrt(6 / n), np.sqrt(6 / n), shape)),
    }
    sizes = {}
    for letter, (phi, weights) in kinds.items():
        z = rng.normal(size=(100, n)) @ weights().T
        for _ in range(depth - 1):
            z = phi(z) @ weights().T
        sizes[letter] = float(f"{(z**2).mean():.1e}")
    return sizes


def relative_step(scale):
    """How far one step moves weights `scale * w` before a batch norm, as a share of their length; the rate is 0.1."""
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(50, 4)), rng.normal(size=50), scale * rng.normal(size=4)

    def loss(w):
        z = X @ w
        x_hat = (z - z.mean()) / z.std()
        return ((np.maximum(x_hat, 0) - y) ** 2).mean()

    h = 1e-5 * scale
    slope = np.array([(loss(w + h * e) - loss(w - h * e)) / (2 * h) for e in np.eye(4)])
    return 0.1 * np.linalg.norm(slope) / np.linalg.norm(w)


def times_less(factor=10):
    """By which factor the share gets smaller if the first weights are `factor` times as large."""
    return round(relative_step(1) / relative_step(factor), 3)


def stretches(kind="normal", depth=20, width=100):
    """Multiply 20 random matrices; return the largest, the middle and the smallest of the product's singular values."""
    rng = np.random.default_rng(0)
    product = np.eye(width)
    for _ in range(depth):
        W = rng.normal(0, np.sqrt(1 / width), (width, width))
        if kind == "orthogonal":
            W = np.linalg.qr(W)[0]  # its columns have length 1 and are at right angles
        product = W @ product
    s = np.linalg.svd(product, compute_uv=False)
    return [float(f"{value:.1e}") for value in (s[0], s[width // 2], s[-1])]


class Plus(nn.Module):
    """A residual block whose branch is ReLU and a linear layer."""

    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        """The input and what the branch makes of it."""
        return x + self.linear(x.relu())


def patient(name, seed=0):
    """One of the networks "A" to "E", from 64 inputs to 10 outputs through 20 layers of weights; some are sick."""
    rng = np.random.default_rng(seed)
    bend = nn.Sigmoid if name == "B" else nn.ReLU
    layers = [nn.Linear(64, 64)]
    for _ in range(18):
        layers += [Plus(64)] if name == "E" else [bend(), nn.Linear(64, 64)]
    model = nn.Sequential(*layers, bend(), nn.Linear(64, 10))
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    for layer in linear:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", rng=rng)
        nn.init.zeros_(layer.bias)
    if name == "A":
        linear[8].weight.data[...] *= 0.001
    if name == "D":
        linear[11].bias.data[...] = -10
    return model


def trained_net(rows, sizes, rate, seed):
    """Train a plain ReLU network with these layer sizes on some rows; return the model."""
    rng = np.random.default_rng(seed)
    layers = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(n_in, n_out, rng=rng), nn.ReLU()]
        nn.init.kaiming_normal_(layers[-2].weight, nonlinearity="relu", rng=rng)
    model = nn.Sequential(*layers[:-1])
    batches = Batches(rows.x, rows.y, batch_size=50, seed=seed)
    fit(model, batches, F.cross_entropy, optim.Adam(model.parameters(), lr=rate), epochs=20, progress=False)
    return model


def width_for(inputs, outputs, hidden, budget):
    """Return the width of `hidden` equal hidden layers whose number of parameters comes closest to the budget."""

    def distance(H):
        parameters = (inputs + 1) * H + (hidden - 1) * (H + 1) * H + (H + 1) * outputs
        return abs(parameters - budget)

    return min(range(1, budget), key=distance)
