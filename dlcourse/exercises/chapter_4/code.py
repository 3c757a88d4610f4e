"""Why this file exists: it holds the code of chapter 4's exercises.

Worked answers, helpers that a learner is given, and experiments whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what chapters 1 to 4 teach, and NumPy, and nothing else.
"""

import numpy as np


def directions_needed(s, share):
    """Return the smallest k for which the first k principal directions keep at least this share of the variance.

    s (D,) are the singular values of the centered data, the largest first; share lies between 0 and 1.
    """
    kept = np.cumsum(s**2) / np.sum(s**2)
    return int(np.argmax(kept >= share)) + 1


def white_pictures(X, eps):
    """Return the rows of X (N, D) whitened, as pictures: (N, D).

    The centered rows are divided by sqrt(variance + eps) along each principal direction and then written in pixels
    again. Variances are sums over the rows divided by N - 1.
    """
    centered = X - X.mean(axis=0)
    variances, V = np.linalg.eigh(centered.T @ centered / (len(X) - 1))
    return centered @ V / np.sqrt(variances + eps) @ V.T


def kl_of_clouds(m1, log_var1, m2, log_var2):
    """Return KL(q1 || q2) of two normal clouds for each row: (N,). All arguments are (N, k).

    The coordinates of a cloud are independent, with the means m and the logarithms of the variances log_var.
    """
    ratio = np.exp(log_var1 - log_var2)  # (N, k)
    distance = (m1 - m2) ** 2 / np.exp(log_var2)
    return (ratio + distance - 1 - (log_var1 - log_var2)).sum(axis=1) / 2


def caption_loss(a, b, tau):
    """Return the loss of N pictures with embeddings a (N, d) and their captions with embeddings b (N, d).

    Row i of a belongs to row i of b. The embeddings may have any length but 0.
    """
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b = b / np.linalg.norm(b, axis=1, keepdims=True)
    scores, terms = a @ b.T / tau, []  # (N, N)
    for S in (scores, scores.T):  # pictures ask, then captions
        top = S.max(axis=1)
        terms.append(top + np.log(np.exp(S - top[:, None]).sum(axis=1)) - np.diag(S))
    return np.mean(terms)


def word_step(V, U, c, words, labels, rate):
    """Return both tables after one step of gradient descent on the loss of one center c and its contexts.

    V and U (W, d) hold the vector of each word as a center and as a context. words (K + 1,) are the numbers of the
    contexts, and a number may occur several times; labels (K + 1,) are 1 where a context is true and 0 for noise.
    """
    v, u = V[c], U[words]  # (d,), (K + 1, d)
    error = 1 / (1 + np.exp(-u @ v)) - labels
    V, U = V.copy(), U.copy()
    V[c] -= rate * error @ u
    np.subtract.at(U, words, rate * np.outer(error, v))
    return V, U


def leaps(x, guess, alpha_bars, steps):
    """Return the points (N, D) to which the noise x (N, D) is led by one leap from each of these steps to the next.

    guess(x, t) is the noise (N, D) that the network sees in points x at step t. steps lists whole numbers, the largest
    first; alpha_bars[t] belongs to step t. The last leap leads to points without any noise.
    """
    levels = [*alpha_bars[steps], 1.0]
    for t, now, then in zip(steps, levels[:-1], levels[1:], strict=True):
        noise = guess(x, t)
        clean = (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
        x = np.sqrt(then) * clean + np.sqrt(1 - then) * noise
    return x


def bound_and_slopes(x, m, log_var, noise, A, sigma):
    """Return the bound of each row (N,) for one draw, and its slopes by m and by log_var, each (N, k).

    The decoder is the matrix A (D, k), its noise has the standard deviation sigma. x (N, D) are the rows, m and
    log_var (N, k) the clouds that the encoder returned for them, noise (N, k) what was drawn.
    """
    s = np.exp(log_var / 2)
    z = m + s * noise
    miss = x - z @ A.T  # (N, D)
    log_p = -(miss**2).sum(axis=1) / (2 * sigma**2) - x.shape[1] * np.log(sigma * np.sqrt(2 * np.pi))
    bound = log_p - (s**2 + m**2 - 1 - log_var).sum(axis=1) / 2
    to_z = miss @ A / sigma**2  # (N, k)
    to_m = to_z - m
    to_log_var = to_z * s * noise / 2 - (s**2 - 1) / 2
    return bound, to_m, to_log_var


def smallest_vae(beta, steps, sigma=0.2, rate=0.01):
    """Train the smallest VAE on numbers x of variance 1; return the width s of its clouds, and b.

    The cloud of x has the mean b x and the deviation s, the decoder draws a z. All means are taken without chance.
    """
    a, b, s = 0.5, 0.5, 1.0
    for _ in range(steps):
        to_a = (a * s**2 - (1 - a * b) * b) / sigma**2
        to_b = -(1 - a * b) * a / sigma**2 + beta * b
        to_log_s = a**2 * s**2 / sigma**2 + beta * (s**2 - 1)
        a, b, s = a - rate * to_a, b - rate * to_b, s * np.exp(-rate * to_log_s)
    return s, b


def without_a_price():
    """The width of the clouds and the spread of their means after 100, 1,000 and 10,000 steps, with and without KL."""
    return {f"beta {beta}, {steps} steps": tuple(round(float(v), 3) for v in smallest_vae(beta, steps))
            for beta in (1, 0) for steps in (100, 1000, 10_000)}  # fmt: skip


def sum_of_strangers(dim=300, words=1000, questions=200):
    """Ask analogies of random vectors: the mean cosine of b - a + c with c, and with the best of all other words."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(words, dim))
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = []
    for _ in range(questions):
        a, b, c = rng.choice(words, 3, replace=False)
        step = vectors[b] - vectors[a] + vectors[c]
        cosines = vectors @ step / np.linalg.norm(step)
        others = np.delete(cosines, [a, b, c])
        found.append((cosines[c], others.max(), max(cosines[b], cosines[c]) > others.max()))
    with_c, best_other, own_first = np.round(np.mean(found, axis=0), 2).tolist()
    return {"with c": with_c, "best other word": best_other, "share in which b or c comes first": own_first}


def only_the_class(pictures=200, classes=10, tau=0.1):
    """NT-Xent of an encoder that sees the class and nothing else; the classes' embeddings are at right angles."""
    e = np.repeat(np.eye(classes), 2 * pictures // classes, axis=0)  # of all views, class after class
    weights = np.exp(e @ e.T / tau)
    np.fill_diagonal(weights, 0)  # no view is its own partner
    partners = np.exp(1 / tau)  # both views of a picture are the same vector
    return round(float(-np.log(partners / weights.sum(axis=1)).mean()), 2)


def half_forgotten(steps=50, first=0.001, last=0.2):
    """The first step after which less than half of the variance of x_t comes from the data, counted from 1."""
    betas = np.linspace(first, last, steps)
    return int(np.argmax(np.cumprod(1 - betas) < 0.5)) + 1


def few_labels(describe, rows, judged, labels, draws):
    """How many of the pictures `judged` the nearest class mean reads, with so many labels per class: one share a draw.

    describe(x) makes an array (N, D) of pictures x (N, 1, 28, 28).
    """
    known, new, shares = describe(rows.x), describe(judged.x), []
    for draw in draws:
        order = np.random.default_rng(draw).permutation(len(known))
        means = [known[order[rows.y[order] == c][:labels]].mean(axis=0) for c in range(10)]
        distances = ((new[:, None] - np.array(means)) ** 2).sum(axis=2)  # (M, 10)
        shares.append(np.mean(distances.argmin(axis=1) == judged.y))
    return np.array(shares)


def pixels(x):
    """Pictures (N, 1, 28, 28) as they are, in squares of 2 x 2: (N, 196)."""
    return x.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


def stroke_directions(x, cells=7, directions=8):
    """Return for each cell of the pictures x (N, 1, 28, 28) how much edge runs in which direction: (N, D)."""
    down, right = np.gradient(x.reshape(-1, 28, 28), axis=(1, 2))
    angle = np.arctan2(down, right) % np.pi / np.pi  # in 0 .. 1; bright on the left or on the right is the same
    of = np.minimum((directions * angle).astype(int), directions - 1)
    strength, side = np.hypot(down, right), 28 // cells
    each = [(strength * (of == d)).reshape(-1, cells, side, cells, side).sum(axis=(2, 4)) for d in range(directions)]
    edges = np.stack(each, axis=-1).reshape(len(x), -1)
    return edges / np.linalg.norm(edges, axis=1, keepdims=True)
