"""Why this file exists: it holds the code of chapter 8's exercises.

Worked answers, helpers that a learner is given, and experiments whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what chapters 1 to 8 teach, and NumPy, and nothing else.
"""

import numpy as np


def nearest_mean(x, labels, new):
    """Return for each row of `new` (N, D) the class whose mean is nearest, (N,).

    x (M, D) are the features of the labeled examples, `labels` (M,) their classes, 0 to K - 1, each at least once.
    """
    one_hot = np.eye(labels.max() + 1)[labels]  # (M, K)
    means = one_hot.T @ x / one_hot.sum(axis=0)[:, None]  # (K, D)
    squared = ((new[:, None] - means) ** 2).sum(axis=2)  # (N, K)
    return squared.argmin(axis=1)


def layer_rates(lr, q, layers):
    """Return the learning rates (layers + 1,) of a network, from the layer at the input up to the head.

    The head, which stands on top of `layers` layers, has the rate lr; each layer below has q times the rate of the one
    above it.
    """
    return lr * q ** np.arange(layers, -1, -1)


def adapted(x, W, b, A, B, s):
    """Return what a linear layer with an adapter makes of x (N, D), (N, O), and the one matrix (O, D) that does the
    same.

    W (O, D) and b (O,) are the frozen layer, A (r, D) and B (O, r) the adapter, s its scale: the change is (s / r) B A.
    """
    merged = W + s / len(A) * B @ A
    return x @ merged.T + b, merged


def held(X, y, start, strength):
    """Return the weights (D,) that fit the rows X (N, D) to y (N,), pulled to `start` (D,) with a strength above 0.

    They minimize |X theta - y|^2 / 2 + strength |theta - start|^2 / 2.
    """
    left = y - X @ start
    return start + np.linalg.solve(X.T @ X + strength * np.eye(X.shape[1]), X.T @ left)


def likeness(train, test):
    """Return how much each test picture is like the training picture that it is most like, cosines (N,).

    Pictures are rows, (M, D) and (N, D), none of one color. What is compared is the angle between two pictures after
    each has had its own mean taken away: brightness and contrast do not count.
    """
    train, test = train - train.mean(axis=1, keepdims=True), test - test.mean(axis=1, keepdims=True)
    train = train / np.linalg.norm(train, axis=1, keepdims=True)
    test = test / np.linalg.norm(test, axis=1, keepdims=True)
    return (test @ train.T).max(axis=1)


def sure_ones(p, threshold, most):
    """Return the rows to learn from, (R,), in increasing order, and the class to learn for each, (R,).

    p (N, K) are probabilities for unlabeled rows. A row is taken if its largest probability is at least `threshold`; of
    each class at most `most` rows are, the surest ones. No two largest probabilities are equal.
    """
    sure, answer, taken = p.max(axis=1), p.argmax(axis=1), []
    for k in range(p.shape[1]):
        rows = np.flatnonzero((answer == k) & (sure >= threshold))
        taken.append(rows[np.argsort(-sure[rows])[:most]])
    rows = np.sort(np.concatenate(taken))
    return rows, answer[rows]


def gain(first, second):
    """Return the mean of first - second, and its standard error; both are numbers.

    Both are shares of right answers, (draws, seeds): the same draws of labels for both, and for each draw several
    seeds. Draws are independent of each other; runs with the same draw are not, so they count as one.
    """
    by_draw = (first - second).mean(axis=1)
    return by_draw.mean(), by_draw.std(ddof=1) / np.sqrt(len(by_draw))


def gain_left(N=30, D=40):
    """Fit N exact examples of D weights from a start near the truth and from zero: what is left of the start's lead?

    1 would say that it is as large as before any example.
    """
    rng, lead = np.random.default_rng(0), []
    for _ in range(400):
        truth, X = rng.normal(size=D), rng.normal(size=(N, D))
        start, errors = truth + 0.3 * rng.normal(size=D), []
        for theta in (np.zeros(D), start):
            end = theta + np.linalg.pinv(X) @ (X @ truth - X @ theta)  # where gradient descent ends
            errors.append(((end - truth) ** 2).sum())
        lead.append((errors[0] - errors[1]) / ((truth**2).sum() - ((start - truth) ** 2).sum()))
    return round(float(np.mean(lead)), 2)


def one_face(copies=32):
    """Send a batch of equal rows through a batch normalization in training mode: what comes out for the first row?"""
    row = np.array([0.7, -2.0, 5.0])
    batch = np.tile(row, (copies, 1))
    normal = (batch - batch.mean(axis=0)) / np.sqrt(batch.var(axis=0) + 1e-5)
    return (np.array([1.0, 2.0, 3.0]) * normal + np.array([0.5, 0.5, 0.5]))[0].round(3).tolist()


def best_of(methods=20, spread=5.0):
    """Try methods that are all equally good, each on one draw of labels of its own: how far above the truth is the
    best?

    `spread` is the standard deviation of a result over draws, in points; the mean of 2,000 such contests.
    """
    results = np.random.default_rng(0).normal(0, spread, size=(2000, methods))
    return round(float(results.max(axis=1).mean()), 1)
