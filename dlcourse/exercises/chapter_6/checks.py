"""Why this file exists: it judges the answers to chapter 6's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import choice, near
from . import code


def fitting_sizes(answer):
    names = ("smallest", "largest")
    for layers, n in (
        ([(3, 1, 0)], 5),
        ([(3, 2, 1)], 4),
        ([(4, 3, 1)], 3),
        ([(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)], 4),
        ([(5, 2, 1), (3, 3, 0)], 2),
    ):
        right, out = code.fitting_sizes(layers, n), n
        for k, s, p in layers:
            out = (out + 2 * p - k) // s + 1
        traps = (
            ((out, out), "this is what comes out of an image of n rows; asked is which images n rows come out of"),
            (_sizes(layers, n, order=1), "the way back begins with the last layer"),
            (_sizes(layers, n, rings=1), "the padding stands on both sides: 2 p"),
            (_sizes(layers, n, rings=0), "the padding is missing"),
            (_sizes(layers, n, rings=-2), "the sign of the padding: with it, a smaller image is enough"),
            (_sizes(layers, n, less=0), "n places lie n - 1 strides apart"),
            (_sizes(layers, n, spare=lambda s, i: 0), "the floor: up to s - 1 rows may be left over"),
            (_sizes(layers, n, spare=lambda s, i: s), "s rows left over would be one more place: at most s - 1"),
            (_sizes(layers, n, spare=lambda s, i: (s - 1) * (i == 0)), "rows may be left over in every layer, not only "
             "in the last"),
        )
        compare_all(names, parts(answer, names, layers, n), right, traps, case=f"fitting_sizes({layers}, {n}): ")


def _sizes(layers, n, order=-1, rings=2, less=1, spare=lambda s, i: s - 1):
    """The way back through the layers with a choice of mistakes."""
    smallest = largest = n
    for i, (k, s, p) in enumerate(layers[::order]):
        smallest = (smallest - less) * s + k - rings * p
        largest = (largest - less) * s + k - rings * p + spare(s, i)
    return smallest, largest


def separable_cost(answer):
    names = ("weights", "multiplications")
    for c_in, c_out, k, s, n in ((16, 32, 3, 1, 8), (8, 24, 5, 2, 7), (6, 10, 3, 3, 10)):
        right = weights, products = code.separable_cost(c_in, c_out, k, s, n)
        m, deep, point = (n - 1) // s + 1, c_in * k * k, c_in * c_out
        both_deep = c_in * c_in * k * k + point
        traps = (
            ((k * k * point, m * m * k * k * point), "this is the full convolution, where every output sees all "
             "channels through k x k"),
            ((both_deep, m * m * both_deep), "depthwise: each channel has one kernel of k x k and sees no other"),
            ((k * k + point, m * m * (k * k + point)), "each channel has a k x k of its own"),
            ((c_in * k + point, m * m * (c_in * k + point)), "a kernel of k x k has k * k weights"),
            ((deep, m * m * deep), "only the first step; the 1 x 1 is missing"),
            ((point, m * m * point), "only the 1 x 1; the first step is missing"),
            ((deep + c_out, m * m * (deep + c_out)), "the 1 x 1 joins every channel to every output: c_in * c_out"),
            ((deep * point, m * m * deep * point), "two steps one after the other: their costs add up"),
            ((weights + c_in + c_out, products), "there are no biases"),
            ((weights, weights), "each weight is used at every place of the output"),
            ((weights, m * weights), "the places fill a square, not a side"),
            ((weights, n * n * weights), "the stride: only the places that are computed cost anything"),
            ((weights, n * n * deep + m * m * point), "the first step has the stride: it works at fewer places"),
            ((weights, m * m * deep + n * n * point), "the 1 x 1 works on the map that the stride has made smaller"),
            ((weights, (n // s) ** 2 * weights), "how many places are there for this n? n / s is not whole; the first "
             "place always counts"),
            ((weights, ((n - k) // s + 1) ** 2 * weights), "the padding of (k - 1) / 2 on each side is missing"),
        )
        case = f"separable_cost({c_in}, {c_out}, {k}, {s}, {n}): "
        compare_all(names, parts(answer, names, c_in, c_out, k, s, n), right, traps, case=case)


def one_kernel(answer):
    rng = np.random.default_rng(6)
    for B, C, k, O_, m in ((1, 1, 3, 1, 2), (1, 1, 2, 1, 3), (3, 2, 3, 4, 3), (2, 3, 1, 2, 3)):
        V, W = rng.normal(size=(B, C, k, k)), rng.normal(size=(O_, B, m, m))
        right, turned = code.one_kernel(V, W), (slice(None), slice(None), slice(None, None, -1), slice(None, None, -1))
        last = np.zeros_like(right)
        for a, b in np.ndindex(m, m):
            last[:, :, a : a + k, b : b + k] = np.tensordot(W[:, :, a, b], V, axes=1)
        first = np.tensordot(W[:, 0], V[0], axes=0)  # (O, m, m, C, k, k)
        traps = (
            (code.one_kernel(V, W[turned]), "W enters turned: the definition has no minus sign, so distances add up. "
             "(With `F.conv2d` on the padded V, W must be turned first.)"),
            (code.one_kernel(V[turned], W), "V is turned; the definition has no minus sign, so distances add up"),
            (right[turned], "both kernels are turned; the definition of the chapter has no minus sign"),
            (right.swapaxes(2, 3), "rows and columns are exchanged"),
            (last, "where copies of V overlap they add up; here the last one wins"),
            (right / B, "a mean over the channels between; they add up"),
            (sum(np.pad(first[:, a, b], ((0, 0), (0, 0), (a, m - 1 - a), (b, m - 1 - b))) for a, b in np.ndindex(m, m)),
             "only the first of the channels between; the sum runs over all of them"),
        )
        compare(f"one_kernel, V {V.shape}, W {W.shape}", call(answer, V, W), right, traps)


def follows(answer):
    rng = np.random.default_rng(9)
    W = rng.normal(size=(3, 3))

    def around(X):
        return sum(W[a, b] * np.roll(X, (-a, -b), axis=(0, 1)) for a, b in np.ndindex(3, 3))

    def every_second(X):
        return around(X)[::2, ::2]

    def zeros_around(X):
        padded = np.pad(X, 1)
        return sum(W[a, b] * padded[a : a + X.shape[0], b : b + X.shape[1]] for a, b in np.ndindex(3, 3))

    for f, shape in ((around, (3, 4)), (every_second, (4, 6)), (zeros_around, (4, 5))):
        X = rng.normal(size=shape)
        right = code.follows(f, X)
        traps = (
            (_followed(f, X, moves="same"), "f(X) was moved by (u, v) only; try all its moves, since a stride makes "
             "it move by less"),
            (_followed(f, X, moves="none"), "f(X) was not moved; it may follow in its own way"),
            (_followed(f, X, moves="diagonal"), "f(X) moved only along the diagonal; try every pair of rows and "
             "columns"),
            (right[::-1, ::-1], "the moves are in reverse order: E[0, 0] belongs to no move at all"),
            (_followed(f, X, best=np.max), "the move that fits worst was kept"),
            (_followed(f, X, best=np.mean), "the mean over the moves of f(X); keep the one that fits best"),
            (_followed(f, X, size=np.mean), "the mean difference; a single wrong number is enough to fail"),
            (_followed(f, X, size=np.sum), "the sum of the differences; asked is the largest"),
            (_followed(f, X, size=np.linalg.norm), "the root of the sum of squares; asked is the largest difference"),
            (_followed(f, X, size=np.min), "the smallest difference of two numbers; asked is the largest that is left"),
            (_followed(f, X, sign=-1), "X moves down and to the right; here it moves up and to the left"),
            (_followed(f, X, axes=(1, 0)), "u counts rows and v columns; they are exchanged"),
            (_followed(f, X, signed=True), "the sign: take the size of the differences before the largest"),
            (np.zeros(shape), "X itself has to move before f sees it"),
            (right < 1e-9, "the verdict, not the difference"),
        )
        compare(f"follows({f.__name__}, X)", call(answer, f, X), right, traps)


def _followed(f, X, moves="all", best=np.min, size=np.max, sign=1, axes=(0, 1), signed=False):
    """The test of all moves with a choice of mistakes."""
    Y, E = f(X), np.empty(X.shape)
    for u, v in np.ndindex(X.shape):
        found = f(np.roll(X, (sign * u, sign * v), axis=axes))
        diagonal = [(step, step) for step in range(max(Y.shape))]
        tried = {"all": np.ndindex(Y.shape), "same": [(u, v)], "none": [(0, 0)], "diagonal": diagonal}[moves]
        differences = (found - np.roll(Y, move, axis=(0, 1)) for move in tried)
        E[u, v] = best([size(d if signed else np.abs(d)) for d in differences])
    return E


def confidence_gap(answer):
    rng = np.random.default_rng(2)
    sure = np.array([[8, 0, 0], [0, 8, 0], [6, 2, 0], [0, 7, 1], [0, 1, 7], [2, 2, 4]]) / 8  # 1, and edges of bins
    drawn = rng.dirichlet([0.6, 0.6, 0.6], size=40)
    certain = np.array([[1, 0], [0.9, 0.1]])  # a confidence of 1 beside another one of the last bin
    cases = (
        ("6 pictures", sure, np.array([0, 2, 0, 2, 2, 0]), 4),
        ("2 pictures", certain, np.array([1, 0]), 4),
        ("40 pictures", drawn, rng.integers(3, size=40), 8),
        ("40 pictures in one bin", drawn, drawn.argmax(axis=1) * (np.arange(40) % 4 > 0), 1),
    )
    for name, p, labels, bins in cases:
        right, N = code.confidence_gap(p, labels, bins), len(p)
        top, hit = p.max(axis=1), p.argmax(axis=1) == labels
        of_label = p[np.arange(N), labels]
        gaps, counts = _bins(top, hit, bins)
        filled, below = counts > 0, top < 1
        apart = np.abs(gaps[filled]) / counts[filled]
        of_labels = _bins(of_label, hit, bins)
        without_ones = _bins(top[below], hit[below], bins)
        bin_of = np.minimum((bins * top).astype(int), bins - 1)
        ones_apart = np.bincount((bins * top).astype(int), top - hit, bins + 1)
        in_middle = np.bincount(bin_of, (bin_of + 0.5) / bins - hit, bins)
        closed_above = np.bincount(np.ceil(bins * top).astype(int) - 1, top - hit, bins)
        traps = (
            (np.abs(ones_apart).sum() / N, "a confidence of exactly 1 has a bin of its own; it belongs to the last "
             "one"),
            (abs((top - hit).mean()), "one sum over all bins: too sure in one cancels too unsure in another. Take the "
             "size bin by bin"),
            ((top - hit).mean(), "one sum over all bins, with its sign; take the size bin by bin"),
            (np.abs(top - hit).mean(), "the size was taken for every picture; first add up inside a bin, with signs"),
            (apart.mean(), "the mean over the bins; each counts by its number of pictures"),
            (apart.sum() / bins, "the mean over all bins; each counts by its number of pictures"),
            (apart.sum(), "the sum over the bins; each counts by its share of pictures"),
            (apart.max(), "the largest gap of a bin; asked is the mean, weighted"),
            ((counts[filled] * apart**2).sum() / N, "the gaps are squared; take their size"),
            (gaps.sum() / N, "the gaps of the bins have signs; take their size"),
            (np.abs(of_labels[0]).sum() / N, "the probability of the right class; asked is that of the answer"),
            (np.abs(closed_above).sum() / N, "a confidence of exactly b / bins belongs to bin b, not to the one below"),
            (np.abs(in_middle).sum() / N, "the middle of the bin; asked is the mean confidence in it"),
            (np.abs(without_ones[0]).sum() / N, "a confidence of exactly 1 belongs to the last bin"),
            (np.abs(without_ones[0]).sum() / max(below.sum(), 1), "a confidence of exactly 1 belongs to the last bin"),
        )
        sizes = {"pictures": N, "bins": bins}
        compare(f"confidence_gap, {name}, bins={bins}", call(answer, p, labels, bins), right, traps, sizes)
    without_loop(answer, lambda N: (np.tile([[0.7, 0.3], [0.1, 0.9]], (N // 2, 1)), np.arange(N) % 2, 5))


def _bins(confidence, hit, bins):
    """The sum of confidence minus right for each bin, and the number of pictures."""
    bin_of = np.minimum((bins * confidence).astype(int), bins - 1)
    return np.bincount(bin_of, confidence - hit, bins), np.bincount(bin_of, minlength=bins)


def pool_rule(answer):
    rng = np.random.default_rng(8)
    for k, s, shape in ((2, 2, (2, 4, 6)), (3, 2, (2, 5, 7)), (3, 1, (1, 5, 4)), (2, 3, (2, 6, 5))):
        X = rng.integers(0, 5, size=shape).astype(float)  # with equal pixels
        G = rng.normal(size=(shape[0], *((n - k) // s + 1 for n in shape[1:])))
        traps = (
            (_pooled(X, G, k, s, add=False), "a pixel that wins in several windows gets all of their gradients; "
             "`back[i, j] += g` keeps one of them, `np.add.at` adds them up"),
            (_pooled(X, G, k, s, to="all"), "all equal pixels get the whole gradient; only the first is to have it"),
            (_pooled(X, G, k, s, to="shared"), "equal pixels share the gradient; the first one is to have it"),
            (_pooled(X, G, k, s, to="last"), "of equal pixels the last one got it, asked is the first"),
            (_pooled(X, G, k, s, to="mean"), "this is the mean pooling; only the largest pixel gets anything"),
            (_pooled(X, G, k, s, to="swapped"), "row and column in the window are exchanged"),
            (_pooled(X, G, k, s, to="corner"), "all of it went to the first corner of the window; where is its largest "
             "pixel?"),
            (_pooled(X, G, k, s, to="smallest"), "it went to the smallest pixel"),
            (_pooled(X, G, k, s, step=1), "the window (i, j) begins at (i s, j s); the stride is missing"),
            (_pooled(X, G, k, s, step=k), "windows lie s apart, not k"),
            (_pooled(X, np.ones_like(G), k, s), "the gradient that comes in is missing; this counts who won how often"),
        )
        what = f"pool_rule, k={k}, s={s}, X {shape}"
        compare(what, call(answer, X, G, k, s), code.pool_rule(X, G, k, s), traps, {"pixels of a window": k * k})
    without_loop(answer, lambda N: (np.arange(16.0 * N).reshape(N, 4, 4) % 7, np.ones((N, 2, 2)), 2, 2))


def _pooled(X, G, k, s, to="first", step=None, add=True):
    """Max pooling backward by loops with a choice of mistakes."""
    back, step = np.zeros(X.shape), step or s
    for n, i, j in np.ndindex(G.shape):
        window = X[n, i * s : i * s + k, j * s : j * s + k]
        equal = window == window.max()
        first = np.zeros((k, k))
        first.flat[equal.argmax()] = 1
        last = np.zeros((k, k))
        last.flat[k * k - 1 - equal.ravel()[::-1].argmax()] = 1
        smallest = np.zeros((k, k))
        smallest.flat[window.argmin()] = 1
        corner = np.eye(k)[0][:, None] * np.eye(k)[0]
        share = {"first": first, "all": equal, "shared": equal / equal.sum(), "last": last, "swapped": first.T,
                 "mean": np.full((k, k), 1 / k**2), "corner": corner, "smallest": smallest}[to]
        for a, b in np.argwhere(share):
            place = n, i * step + a, j * step + b
            if place[1] < X.shape[1] and place[2] < X.shape[2]:
                back[place] = back[place] * add + G[n, i, j] * share[a, b]
    return back


def smallest_change(answer):
    rng = np.random.default_rng(4)
    for K, D, N in ((2, 3, 4), (4, 5, 12)):
        W, b = rng.uniform(0.2, 3, size=(K, 1)) * rng.normal(size=(K, D)), rng.normal(size=K)
        x = rng.normal(size=(N, D))
        labels = (x @ W.T + b).argmax(axis=1)
        labels[0] = (labels[0] + 1) % K  # one is read wrongly
        traps = [
            (_needed(W, b, x, labels, pace=lambda d, k, m: np.linalg.norm(d)), "the length of w_k - w_m belongs to "
             "changes of limited length; here each pixel has a limit of its own: add up the sizes"),
            (_needed(W, b, x, labels, pace=lambda d, k, m: np.abs(d).max()), "only the largest difference; all pixels "
             "may change at once: add up the sizes"),
            (_needed(W, b, x, labels, pace=lambda d, k, m: abs(d.sum())), "the size of the sum; each pixel has a "
             "direction of its own, so add up the sizes"),
            (_needed(W, b, x, labels, pace=lambda d, k, m: np.abs(k).sum()), "only the weights of the right class; the "
             "rival's logit moves, too"),
            (_needed(W, b, x, labels, pace=lambda d, k, m: np.abs(m).sum()), "only the weights of the rival; the right "
             "class's logit moves, too"),
            (_needed(W, b, x, labels, pace=lambda d, k, m: np.abs(k).sum() + np.abs(m).sum()), "one change moves both "
             "logits: |w_k - w_m|, not |w_k| + |w_m|"),
            (_needed(W, b, x, labels, pace=lambda d, k, m: 1), "this is the lead; by how much can a change of size 1 "
             "shorten it?"),
            (_needed(W, 0 * b, x, labels), "the bias is missing"),
            (_needed(W, b, x, labels, choose=np.max), "the farthest rival; the first to catch up is enough"),
            (_needed(W, b, x, labels, choose=np.mean), "the mean over the rivals; the first to catch up is enough"),
            (_needed(W, b, x, labels, runner_up=True), "only the second in the logits; a rival farther behind may "
             "catch up with a smaller change"),
            (_needed(W, b, x, labels, least=-np.inf), "0 for a row that is read wrongly already"),
            (np.abs(_needed(W, b, x, labels, least=-np.inf)), "0 for a row that is read wrongly already"),
            (np.zeros(N), "the class itself was taken for a rival: its lead over itself is 0"),
            (np.full(N, np.nan), "0 / 0: the class itself was taken for a rival, and its lead over itself is 0"),
        ]
        what, sizes = f"smallest_change, {N} rows, {K} classes", {"pixels": D}
        compare(what, call(answer, W, b, x, labels), code.smallest_change(W, b, x, labels), traps, sizes)
    W, b = np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 0.25]]), np.zeros(3)
    without_loop(answer, lambda N: (W, b, np.arange(2.0 * N).reshape(N, 2) % 5, np.arange(N) % 3))


def _needed(W, b, x, labels, pace=lambda d, k, m: np.abs(d).sum(), choose=np.min, runner_up=False, least=0.0):
    """The smallest change, row by row and rival by rival, with a choice of mistakes."""
    found = []
    for row, k in zip(x, labels, strict=True):
        z = W @ row + b
        rivals = [m for m in range(len(W)) if m != k]
        if runner_up:
            rivals = [max(rivals, key=lambda m: z[m])]
        found.append(choose([(z[k] - z[m]) / pace(W[k] - W[m], W[k], W[m]) for m in rivals]))
    return np.maximum(found, least)


def stripes(prediction):
    outcome = "; ".join(f"{name} {answers}" for name, answers in code.stripes().items())
    questions = {
        "A": "that is what happens without a stride; which of these answers does a stride of 2 keep?",
        "C": "after the move the places that are kept see the other edges; does it get brighter there?",
        "D": "a rise gives 1 and a fall -1; are there both among every second one?",
    }
    choice(prediction, "B", outcome, questions)


def still_blank(prediction):
    traps = (
        (256, "the means near the border take in zeros; which pixels never meet them, in five layers?"),
        (0, "that would need a frame of 8 pixels; how far has it come after five layers?"),
        (196, "this is what one layer leaves, 14 x 14; each further layer spoils one more frame"),
        (121, "16 - 5 = 11 along each axis: the frame grows on both sides"),
        (220, "this is how many are spoiled; asked are those that are left"),
        (6, "this is one side; how many pixels has the square?"),
        (4, "this is what seven layers leave"),
        (64, "this is what four layers leave"),
    )
    question = "by how many pixels does the spoiled frame grow in each layer, and on how many sides?"
    near("the number of pixels", prediction, code.still_blank(), 0.5, traps, question)


def one_loud_kernel(prediction):
    traps = (
        (1, "the others are rounded with the loud kernel's step; how large is it?"),
        (4, "these are the bits that are lost; each of them doubles the error"),
        (256, "the mean square grows by this; its root is asked"),
        (8, "a step 16 times as large, and what is rounded lies anywhere in it: is the error not in proportion?"),
        (1 / 16, "this is the ratio the other way round"),
        (999, "the number of kernels does not matter, only how large the step is"),
    )
    near("the factor", prediction, code.one_loud_kernel(), 1.0, traps,
         "how large is a step in both cases, and how does the error of rounding depend on it?")


def enlarged(prediction):
    questions = {
        "A": "there are 16 times as many terms, and by how much is each of them smaller?",
        "B": "that is how the ratio of the two grows; what becomes of each of them?",
        "D": "16 random signs add up to about 4; how large is a weight now?",
    }
    choice(prediction, "C", "; ".join(f"{name} {moved}" for name, moved in code.enlarged().items()), questions)
