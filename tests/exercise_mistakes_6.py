"""What the planted answers of chapter 6 are made of: solutions with a choice of faults, and faulty ones."""

import itertools
import math

import numpy as np


def sizes_by_trying(layers, n):
    """All images up to 400 rows are sent through the layers; no formula is turned around."""
    fit = []
    for start in range(1, 400):
        rows = start
        for k, s, p in layers:
            rows = (rows + 2 * p - k) // s + 1 if rows + 2 * p >= k else -10_000
        if rows == n:
            fit.append(start)
    return min(fit), max(fit)


def sizes_back(layers, n, backward=True, padding=2, gaps=1, rest=1, where="all"):
    """The way back with a choice of faults."""
    low = high = n
    for count, (k, s, p) in enumerate(reversed(layers) if backward else layers):
        low = s * (low - gaps) + k - padding * p
        high = s * (high - gaps) + k - padding * p
        if where == "all" or (where == "last" and count == 0):
            high += s - rest
    return low, high


def sizes_forward(layers, n):
    """What comes out of an image of n rows."""
    for k, s, p in layers:
        n = math.floor((n + 2 * p - k) / s) + 1
    return n, n


def block(c_in, c_out, k, s, n, deep=None, point=None, places=None):
    """The cost of a separable block, with other costs of its steps or other places."""
    m = -(-n // s)  # rounded up
    deep = c_in * k**2 if deep is None else deep
    point = c_in * c_out if point is None else point
    return deep + point, (m * m if places is None else places) * (deep + point)


def block_by_steps(c_in, c_out, k, s, n, first=True, second=True):
    """Each step counted at places of its own: with the stride, or as if there were none."""
    weights, few = block(c_in, c_out, k, s, n)[0], len(range(0, n, s)) ** 2
    return weights, c_in * k * k * (few if first else n * n) + c_in * c_out * (few if second else n * n)


def one_by_sums(V, W, sign=1, start=None, keep=False, over=slice(None)):
    """The kernel of two layers, product by product, with a choice of faults."""
    O_, B, m, _ = W.shape
    C, k = V.shape[1], V.shape[2]
    U = np.zeros((O_, C, k + m - 1, k + m - 1))
    for a, b, c, d in itertools.product(range(m), range(m), range(k), range(k)):
        e, f = (a, b) if sign == 1 else (m - 1 - a, m - 1 - b)
        part = W[:, over, a, b] @ V[over, :, c, d]
        U[:, :, e + c, f + d] = part if keep else U[:, :, e + c, f + d] + part
    return U


def one_by_library(V, W):
    """The library's convolution of the padded V by W as it is: W would have to be turned first."""
    m = W.shape[-1]
    around = np.pad(V.swapaxes(0, 1), ((0, 0), (0, 0), (m - 1, m - 1), (m - 1, m - 1)))  # (C, B, ...)
    places = np.lib.stride_tricks.sliding_window_view(around, (m, m), (2, 3))
    return np.einsum("cbijef,obef->ocij", places, W)


def one_by_unit_image(V, W):
    """A unit image goes through both layers; what comes out is the kernel, turned."""
    C, size = V.shape[1], V.shape[2] + W.shape[2] - 1
    kernels = []
    for c in range(C):
        image = np.zeros((C, 2 * size - 1, 2 * size - 1))
        image[c, size - 1, size - 1] = 1
        for weight in (V, W):
            k = weight.shape[-1]
            places = np.lib.stride_tricks.sliding_window_view(image, (k, k), (1, 2))
            image = np.einsum("cijab,ocab->oij", places, weight)
        kernels.append(image[:, ::-1, ::-1])
    return np.stack(kernels, axis=1)


def tried(f, X, best=np.min, size=np.max, sign=1, own=True, axes=(0, 1), same=False, absolute=True):
    """The test of all moves with a choice of faults."""
    first, table = f(X), []
    for u, v in itertools.product(*map(range, X.shape)):
        now = f(np.roll(np.roll(X, sign * u, axes[0]), sign * v, axes[1]))
        moves = itertools.product(*map(range, first.shape)) if own else [(0, 0)]
        if same:
            moves = [(u, v)]
        gaps = [now - np.roll(first, move, (0, 1)) for move in moves]
        table.append(best([size(np.abs(gap) if absolute else gap) for gap in gaps]))
    return np.array(table).reshape(X.shape)


def along_the_diagonal(f, X):
    """f(X) is moved by as many rows as columns."""
    Y, E = f(X), np.zeros(X.shape)
    for u, v in np.ndindex(X.shape):
        now = f(np.roll(X, (u, v), (0, 1)))
        E[u, v] = min(np.abs(now - np.roll(Y, (d, d), (0, 1))).max() for d in range(max(Y.shape)))
    return E


def stays(f, X):
    """The image is moved after the map has seen it."""
    E = np.zeros(X.shape)
    for u, v in np.ndindex(X.shape):
        Y = f(X)
        np.roll(X, (u, v), axis=(0, 1))  # the result is thrown away
        E[u, v] = np.abs(f(X) - Y).max()
    return E


def moves_in_place(f, X):
    """The right value, and a changed argument."""
    E = tried(f, X)
    X[:] = np.roll(X, 1, axis=0)
    return E


def gap_by_bins(p, labels, bins, weigh="count", size=np.abs, of="answer", last=True, power=1):
    """The calibration error bin by bin, with a choice of faults."""
    confidence = p.max(axis=1) if of == "answer" else p[np.arange(len(p)), labels]
    right, found, counts = p.argmax(axis=1) == labels, [], []
    for b in range(bins):
        inside = (confidence >= b / bins) & ((confidence < (b + 1) / bins) | (last and b == bins - 1))
        if inside.any():
            found.append(size(confidence[inside].mean() - right[inside].mean()) ** power)
            counts.append(inside.sum())
    found, counts = np.array(found), np.array(counts)
    return {"count": (found * counts).sum() / len(p), "mean": found.mean(), "bins": found.sum() / bins,
            "sum": found.sum(), "max": found.max()}[weigh]


def gap_closed_above(p, labels, bins):
    """A confidence on an edge is counted in the bin below it."""
    confidence, right = p.max(axis=1), p.argmax(axis=1) == labels
    bin_of = np.ceil(confidence * bins).astype(int) - 1
    return sum(abs((confidence - right)[bin_of == b].sum()) for b in range(bins)) / len(p)


def gap_of_middles(p, labels, bins):
    """The middle of the bin stands for the confidences in it."""
    bin_of = np.minimum((p.max(axis=1) * bins).astype(int), bins - 1)
    right = p.argmax(axis=1) == labels
    return sum(abs(((b + 0.5) / bins - right[bin_of == b]).sum()) for b in range(bins)) / len(p)


def gap_with_a_bin_for_1(p, labels, bins):
    """One bin more, which holds the confidences of exactly 1."""
    bin_of, right = (p.max(axis=1) * bins).astype(int), p.argmax(axis=1) == labels
    return sum(abs((p.max(axis=1) - right)[bin_of == b].sum()) for b in range(bins + 1)) / len(p)


def gap_by_loop(p, labels, bins):
    """The right value, picture by picture."""
    excess = np.zeros(bins)
    for row, label in zip(p, labels, strict=True):
        b = min(int(bins * row.max()), bins - 1)
        excess[b] += row.max() - (row.argmax() == label)
    return np.abs(excess).sum() / len(p)


def gap_in_place(p, labels, bins):
    """The right value, and a changed argument."""
    value = gap_by_bins(p, labels, bins)
    p.sort(axis=1)
    return value


def pool_back(X, G, k, s, add=True, equal="first", begin=None, swap=False, lowest=False):
    """Max pooling backward, one place of the output after the other for all images, with a choice of faults."""
    back, begin, rows = np.zeros_like(X), s if begin is None else begin, np.arange(len(X))
    for i, j in np.ndindex(G.shape[1:]):
        flat = X[:, i * s : i * s + k, j * s : j * s + k].reshape(len(X), -1)
        flat = -flat if lowest else flat
        if equal in ("all", "share"):
            hit = flat == flat.max(axis=1, keepdims=True)
            hit = hit / hit.sum(axis=1, keepdims=True) if equal == "share" else hit
            back[:, i * s : i * s + k, j * s : j * s + k] += (hit * G[:, i, j, None]).reshape(len(X), k, k)
            continue
        place = flat.argmax(axis=1) if equal == "first" else k * k - 1 - flat[:, ::-1].argmax(axis=1)
        a, b = np.divmod(place, k)
        a, b = (b, a) if swap else (a, b)
        a, b = np.minimum(i * begin + a, X.shape[1] - 1), np.minimum(j * begin + b, X.shape[2] - 1)
        back[rows, a, b] = back[rows, a, b] * add + G[:, i, j]
    return back


def pool_buffered(X, G, k, s):
    """All at once, with `+=` at indices that occur twice."""
    windows = np.lib.stride_tricks.sliding_window_view(X, (k, k), axis=(1, 2))[:, ::s, ::s]
    a, b = np.divmod(windows.reshape(*G.shape, -1).argmax(axis=-1), k)
    n, i, j = np.indices(G.shape)
    back = np.zeros_like(X)
    back[n, i * s + a, j * s + b] += G
    return back


def pool_means(X, G, k, s):
    """Mean pooling."""
    back = np.zeros_like(X)
    for a, b in np.ndindex(k, k):
        back[:, a : a + s * G.shape[1] : s, b : b + s * G.shape[2] : s][:, : G.shape[1], : G.shape[2]] += G / k**2
    return back


def pool_by_loops(X, G, k, s):
    """Right values, image by image."""
    return np.concatenate([pool_back(X[n : n + 1], G[n : n + 1], k, s) for n in range(len(X))])


def pool_in_place(X, G, k, s):
    """The right value, and a changed argument."""
    back = pool_back(X, G, k, s)
    G *= 2
    return back


def least_change(W, b, x, labels, size=lambda d: np.abs(d).sum(axis=-1), choose=None, floor=0.0, itself=False):
    """The smallest change by a loop over the classes, with a choice of faults."""
    z, rows, found = x @ W.T + b, np.arange(len(x)), []
    for rival in range(len(W)):
        lead, pace = z[rows, labels] - z[:, rival], size(W[labels] - W[rival])
        own = labels == rival
        needed = lead / np.where(own, 1, pace)
        found.append(needed if itself else np.where(own, np.nan, needed))
    return np.maximum((choose or np.nanmin)(np.array(found), axis=0), floor)


def second_only(W, b, x, labels):
    """The rival with the largest logit, whatever its weights."""
    z, rows = x @ W.T + b, np.arange(len(x))
    others = z.copy()
    others[rows, labels] = -np.inf
    rival = others.argmax(axis=1)
    lead = z[rows, labels] - z[rows, rival]
    return np.maximum(lead / np.abs(W[labels] - W[rival]).sum(axis=1), 0)


def least_by_rows(W, b, x, labels):
    """Right values, row by row."""
    return np.array([least_change(W, b, x[n : n + 1], labels[n : n + 1])[0] for n in range(len(x))])


def least_of(weights):
    """A rival's pace taken from other weights than the difference: weights(right class, rival)."""

    def answer(W, b, x, labels):
        z, rows = x @ W.T + b, np.arange(len(x))
        found = np.full(z.shape, np.inf)
        for rival in range(len(W)):
            other = labels != rival
            pace = weights(np.abs(W[labels]).sum(axis=1), np.abs(W[rival]).sum())
            found[other, rival] = ((z[rows, labels] - z[:, rival]) / pace)[other]
        return np.maximum(found.min(axis=1), 0)

    return answer


def least_in_place(W, b, x, labels):
    """The right value, and a changed argument."""
    found = least_change(W, b, x, labels)
    x -= x.mean(axis=0)
    return found


def parts_as(dtype, answer):
    """The answer with its result converted."""
    return lambda *arguments: np.asarray(answer(*arguments), dtype)
