"""Why this file exists: it holds the code of chapter 6's exercises.

Worked answers, helpers that a learner is given, and experiments whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what chapters 1 to 6 teach, and NumPy, and nothing else.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def fitting_sizes(layers, n):
    """Return the smallest and the largest number of rows of an image that comes out of all layers with n rows.

    layers is a list of (k, s, p) from the image on: kernel size, stride and padding of convolutions or poolings.
    """
    smallest = largest = n
    for k, s, p in reversed(layers):
        smallest = (smallest - 1) * s + k - 2 * p
        largest = (largest - 1) * s + k - 2 * p + s - 1
    return smallest, largest


def separable_cost(c_in, c_out, k, s, n):
    """Count the weights of a depthwise separable block, and its multiplications for one image; return both.

    First k x k on each of the c_in channels (k odd, padding (k - 1) / 2, stride s), then 1 x 1 from c_in to c_out
    channels with stride 1. The image is (c_in, n, n). There are no biases.
    """
    places = ((n - 1) // s + 1) ** 2
    weights = c_in * k * k + c_in * c_out
    return weights, places * weights


def one_kernel(V, W):
    """Return the kernel (O, C, k + m - 1, k + m - 1) of the one layer that does what V and then W do.

    Shapes: V (B, C, k, k), W (O, B, m, m). Stride 1, no padding, no biases, and nothing between the two.
    """
    k, m = V.shape[2], W.shape[2]
    U = np.zeros((len(W), V.shape[1], k + m - 1, k + m - 1))
    for a, b in np.ndindex(m, m):
        U[:, :, a : a + k, b : b + k] += np.tensordot(W[:, :, a, b], V, axes=1)
    return U


def follows(f, X):
    """Return E (h, w): E[u, v] says how well the map f(X) follows when X moves by u rows and v columns.

    X (h, w) moves down and to the right, around the border. f(X) (h', w') may move around its own border as it likes:
    E[u, v] is the largest difference between f(moved X) and the moved f(X), for the move of f(X) that fits best.
    """
    Y, E = f(X), np.empty(X.shape)
    for u, v in np.ndindex(X.shape):
        found = f(np.roll(X, (u, v), axis=(0, 1)))
        fits = [np.abs(found - np.roll(Y, move, axis=(0, 1))).max() for move in np.ndindex(Y.shape)]
        E[u, v] = min(fits)
    return E


def confidence_gap(p, labels, bins):
    """Return the expected calibration error of the probabilities p (N, K), judged with `labels` (N,) in `bins` bins.

    Bin b = 0, 1, ... holds the confidences from b / bins on and below (b + 1) / bins; the last one holds 1 as well.
    """
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    bin_of = np.minimum((bins * confidence).astype(int), bins - 1)
    excess = np.bincount(bin_of, weights=confidence - right, minlength=bins)  # n_b (confidence_b - right_b)
    return np.abs(excess).sum() / len(labels)


def pool_rule(X, G, k, s):
    """Return what max pooling hands back to X (N, h, w), dL/dX, when G (N, h', w') comes in, dL/dY.

    Windows of k x k with stride s, no padding; they may overlap, and rows and columns at the end may be in none. Of
    equal pixels the first one of the window counts as the largest, row by row.
    """
    windows = sliding_window_view(X, (k, k), axis=(1, 2))[:, ::s, ::s]  # (N, h', w', k, k)
    winner = windows.reshape(*G.shape, k * k).argmax(axis=3)
    a, b = np.divmod(winner, k)  # its row and column in the window
    image, i, j = np.indices(G.shape)
    back = np.zeros(X.shape)
    np.add.at(back, (image, i * s + a, j * s + b), G)
    return back


def smallest_change(W, b, x, labels):
    """Return for each row the smallest epsilon, (N,), at which another class can catch up with the right one.

    The logits of the rows x (N, D) are x @ W.T + b, with W (K, D) and b (K,); labels (N,) are the right classes. Each
    pixel may move by at most epsilon, to any value. 0 for a row that is read wrongly. No two rows of W are equal.
    """
    logits, rows = x @ W.T + b, np.arange(len(x))
    lead = logits[rows, labels][:, None] - logits  # (N, K)
    pace = np.abs(W[:, None] - W).sum(axis=2)[labels]  # (N, K), by which a unit of change can shorten it
    pace[rows, labels] = 1
    needed = lead / pace
    needed[rows, labels] = np.inf  # the class itself is no rival
    return np.maximum(needed.min(axis=1), 0)


def stripes(stride=2):
    """Look for edges in stripes of one pixel, as they are and moved by one column: the first row of both maps."""
    picture = np.tile([0, 1], (4, 5))  # 4 rows of 0 1 0 1 0 1 0 1 0 1
    found = {}
    for name, X in (("as it is", picture), ("moved", np.roll(picture, 1, axis=1))):
        Y = X[:, 1:] - X[:, :-1]  # the kernel (-1, 1)
        found[name] = Y[0, ::stride].tolist()
    return found


def still_blank(layers=5, size=16):
    """Send a blank sheet, all 1, through means of 3 x 3 with zeros around it: how many pixels are still 1?"""
    image = np.ones((size, size))
    for _ in range(layers):
        padded = np.pad(image, 1)
        image = sum(padded[a : a + size, b : b + size] for a in range(3) for b in range(3)) / 9
    return int((image == 1).sum())


def one_loud_kernel(times=16, bits=8):
    """Round 1,000 kernels with one scale for all, one of them `times` as large: how much larger the others' error is.

    Compared with the same kernels when each has a scale of its own.
    """
    W = np.random.default_rng(0).uniform(-1, 1, size=(1000, 9))
    W /= np.abs(W).max(axis=1, keepdims=True)  # the largest weight of each kernel has the size 1
    W[0] *= times
    sizes, errors = np.abs(W).max(axis=1, keepdims=True), []
    for scale in (sizes.max() / (2 ** (bits - 1) - 1), sizes / (2 ** (bits - 1) - 1)):
        lost = W - scale * np.round(W / scale)
        errors.append(np.sqrt((lost[1:] ** 2).mean()))
    return round(float(errors[0] / errors[1]))


def enlarged(times=4, epsilon=0.01):
    """Write each pixel of a picture times x times, and spread its weight over the copies: what moves the score now?

    Returns for both sizes by how much the worst change of size epsilon moves the score, and how much random signs do.
    """
    rng = np.random.default_rng(0)
    w, found = rng.normal(size=(8, 8)), {}
    for factor in (1, times):
        large = np.kron(w, np.ones((factor, factor))) / factor**2  # the same score for the picture and its enlargement
        noise = epsilon * rng.choice([-1, 1], size=(1000, large.size)) @ large.ravel()
        worst = epsilon * np.abs(large).sum()
        found[f"{8 * factor} x {8 * factor}"] = {"worst": round(float(worst), 3), "noise": round(float(noise.std()), 3)}
    return found


def other_pen(x, share):
    """Return the pictures x (N, 1, h, w) as a broader pen (share from 0 to 1) or a finer one (0 to -1) writes them."""
    windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
    end = windows.max(axis=(4, 5)) if share > 0 else windows.min(axis=(4, 5))
    return x + abs(share) * (end - x)
