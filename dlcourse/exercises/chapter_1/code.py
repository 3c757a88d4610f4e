"""Why this file exists: it holds the code of chapter 1's exercises.

Worked answers, helpers that a learner is given, and experiments whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what chapter 1 teaches, and NumPy, and nothing else.
"""

from math import comb

import numpy as np

from ... import functional as F
from ... import manual_seed, nn, optim
from ...train import Batches, fit


def at_least(k, n):
    """Return weights (n,) and bias of a neuron that fires (z > 0) when at least k of its n inputs are 1."""
    w = np.ones(n)
    b = 0.5 - k
    return w, b


def count_parameters(sizes):
    """Count the weights and biases of the network with these layer sizes, from inputs to outputs."""
    return sum(n_out * n_in + n_out for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True))


def pocket(X, y, epochs):
    """Train a perceptron on X (N, D) with labels y (N,) of 0 and 1; return the best w (D,), b and their mistakes.

    Start from zeros. The best are those with the fewest wrong rows of X among the weights at the start and after
    every update; among equals, the earliest.
    """
    w, b = np.zeros(X.shape[1]), 0.0
    best = w, b, np.sum((X @ w + b > 0) != y)
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            error = target - int(w @ x + b > 0)
            if error != 0:
                w, b = w + error * x, b + error
                mistakes = np.sum((X @ w + b > 0) != y)
                if mistakes < best[2]:
                    best = w, b, mistakes
    return best


def parity_network(n):
    """Return W1 (n, n), b1 (n,), W2 (1, n), b2 (1,) of a threshold network that fires for an odd number of ones."""
    W1 = np.ones((n, n))
    b1 = 0.5 - np.arange(1, n + 1)  # hidden neuron k fires for "at least k"
    W2 = np.ones((1, n))
    W2[0, 1::2] = -1  # "at least 1" adds 1, "at least 2" takes it back, ...
    b2 = np.array([-0.5])
    return W1, b1, W2, b2


def sigmoid(z):
    """1 / (1 + exp(-z)), written so that no z overflows."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def tower(x1, x2, left, right, bottom, top, steepness):
    """Evaluate at each point (x1, x2) a tower: about 1 in the rectangle, about 0 elsewhere, made of five sigmoids."""
    across = sigmoid(steepness * (x1 - left)) - sigmoid(steepness * (x1 - right))
    along = sigmoid(steepness * (x2 - bottom)) - sigmoid(steepness * (x2 - top))
    return sigmoid(steepness * (across + along - 1.5))


def tempered_softmax(logits, temperature):
    """Turn each row of logits (N, K), divided by the temperature (which may be 0), into probabilities (N, K)."""
    z = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(z / temperature) if temperature > 0 else z == 0
    return e / e.sum(axis=1, keepdims=True)


def binary_loss(z, y):
    """Return the mean cross-entropy of logits z (N,) for labels y (N,), each 0 or 1, for logits of any size."""
    loss = np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return loss.mean()


def residual_backward(X, W, b, G):
    """Return dX, dW, db for A = X + tanh(X W^T + b), where G (N, D) holds dL/dA.

    Shapes: X (N, D), W (D, D), b (D,); each result has the shape of what it is the gradient of.
    """
    T = np.tanh(X @ W.T + b)
    dZ = G * (1 - T**2)  # (N, D)
    return G + dZ @ W, dZ.T @ X, dZ.sum(axis=0)


def simple_interval(right, n):
    """The textbook interval for a share, of which `right` of n were seen: share +- 1.96 standard errors."""
    share = right / n
    half = 1.96 * (share * (1 - share) / n) ** 0.5
    return share - half, share + half


def coverage(interval, share, n):
    """Return the probability that interval(right, n), with ends (low, high), contains the true share.

    `right` is the number of right answers among n independent ones, each right with probability `share`.
    """
    total = 0.0
    for right in range(n + 1):
        low, high = interval(right, n)
        if low <= share <= high:
            total += comb(n, right) * share**right * (1 - share) ** (n - right)
    return total


def trained_reader(rows, hidden, seed):
    """Train on some digits an MLP with one hidden layer, or logistic regression if hidden is 0; return the model."""
    manual_seed(seed)
    layers = [nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10)] if hidden else [nn.Linear(64, 10)]
    model = nn.Sequential(*layers)
    batches = Batches(rows.x, rows.y, batch_size=32, seed=seed)
    fit(model, batches, F.cross_entropy, optim.SGD(model.parameters(), lr=0.1, momentum=0.9), epochs=40, progress=False)
    return model


def nearest_labels(digits, row, count=5):
    """Return the labels of the training images that differ least from the given row, the nearest first."""
    distance = np.linalg.norm(digits.train.x - digits.x[row], axis=1)
    return digits.train.y[np.argsort(distance)[:count]]


def surest_mistake(P, labels):
    """Return the largest probability that a wrong answer got: above this threshold, no row of P (N, K) is wrong."""
    confidence = P.max(axis=1)
    wrong = P.argmax(axis=1) != labels
    return confidence[wrong].max()


def untrained_loss(classes=100, scale=0.01):
    """Return the cross-entropy of a linear classifier whose weights are random numbers of size `scale`."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1000, 64))
    labels = rng.integers(classes, size=1000)
    Z = X @ rng.normal(scale=scale, size=(classes, 64)).T
    Z = Z - Z.max(axis=1, keepdims=True)
    log_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    return -log_P[np.arange(1000), labels].mean()


def one_wrong_label(epochs=1000):
    """Train a perceptron with one wrong label; return (pass, mistakes in it, length of w and b after it)."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(40, 2)), np.ones(40)])  # the last column turns the bias into a weight
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    y[np.argmax(X[:, 0] + X[:, 1])] = 0  # the row farthest from the line gets the wrong label
    w, log = np.zeros(3), []
    for epoch in range(1, epochs + 1):
        mistakes = 0
        for x, target in zip(X, y, strict=True):
            error = target - int(w @ x > 0)
            w, mistakes = w + error * x, mistakes + abs(error)
        log.append((epoch, int(mistakes), round(float(np.linalg.norm(w)), 2)))
    return [log[0], log[9], log[99], log[-1]]


def train_from_zero(start=0.0, steps=2000):
    """Train 4 tanh neurons and a sigmoid on AND, all weights equal; return how far they move, and the loss."""
    X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [0], [0], [1]])
    W1, b1, W2, b2 = first = [np.full((4, 2), start), np.zeros(4), np.full((1, 4), start), np.zeros(1)]
    for _ in range(steps):
        A = np.tanh(X @ W1.T + b1)
        P = 1 / (1 + np.exp(-(A @ W2.T + b2)))
        G2 = (P - y) / 4
        G1 = (G2 @ W2) * (1 - A * A)
        W1, b1 = W1 - G1.T @ X, b1 - G1.sum(axis=0)
        W2, b2 = W2 - G2.T @ A, b2 - G2.sum(axis=0)
    loss = -np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))
    moved = [round(float(np.abs(now - then).max()), 3) for now, then in zip((W1, b1, W2, b2), first, strict=True)]
    return dict(zip(("W1", "b1", "W2", "b2"), moved, strict=True)), round(float(loss), 4)


def difference_errors(dtype=np.float32):
    """Return, for h = 10^-1 ... 10^-10, the largest error of the central difference of tanh on [-2, 2]."""
    x = np.linspace(-2, 2, 401)
    right, x, errors = 1 - np.tanh(x) ** 2, x.astype(dtype), {}
    for k in range(1, 11):
        h = dtype(10.0**-k)
        slope = (np.tanh(x + h) - np.tanh(x - h)) / (2 * h)
        errors[10.0**-k] = float(f"{np.abs(slope - right).max():.1e}")
    return errors
