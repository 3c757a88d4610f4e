"""Why this file exists: it judges the answers to chapter 2's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import itertools
import math

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all, in_shape, numbers
from ..predictions import choice, near
from . import code


def relu(z):
    """The larger of z and 0."""
    return np.maximum(z, 0)


def sigmoid(z):
    """1 / (1 + exp(-z))."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def identity(z):
    """No bend at all."""
    return z


def fold_in(answer):
    for m in (2, 3, 1, 5):
        names = ("c", "v")
        got = in_shape(names, parts(answer, names, m), ((m,), (m,)), f"fold_in({m}): ", "one unit for each piece")
        x = np.arange(4 * m + 1) / (4 * m)
        right = np.interp(x, np.arange(m + 1) / m, np.arange(m + 1) % 2)
        j, signs = np.arange(m), (-1.0) ** np.arange(m)
        first = np.where(j == 0, 1, 0)
        traps = (
            (j / m, m * signs, "after a slope of m, taking m away gives a flat piece; to turn round takes 2m"),
            (j / m, 2 * m * signs, "the first unit only sets the slope m; those that turn it round have 2m"),
            (j / m, np.where(j == 0, m, -2 * m * signs), "the first joint turns down: its weight is -2m, the next 2m"),
            (j / m, np.where(j == 0, m, -2 * m), "every second joint turns up again, so the signs alternate"),
            (j / m, 4 * signs - 2 * first, "the tent's slope; a piece of the width 1/m needs the slope m to reach 1"),
            ((j + 1) / m, 2 * m * signs - m * first, "the first unit starts at 0; these are the right ends"),
            (-j / m, 2 * m * signs - m * first, "-j/m is a bias; the joint of ReLU(x - c) is at c"),
            (j / max(m - 1, 1), 2 * m * signs - m * first, "the joints lie 1/m apart; at x = 1 there is none"),
        )
        traps = [(_joined(x, c, v), cause) for c, v, cause in traps]
        if np.allclose(_joined(x, *got[::-1]), right):
            traps.insert(0, (_joined(x, *got), "c and v are exchanged; `return c, v`"))
        compare(f"fold_in({m})", _joined(x, *got), right, traps, where=lambda index, x=x: f" at x = {x[index]:g}",
                atol=1e-6)


def _joined(x, c, v):
    """The weighted sum of ReLUs with these joints and weights."""
    return np.maximum(x[:, None] - c, 0) @ v


def gain(answer):
    z = np.linspace(-9, 9, 6001)
    bell = np.exp(-z * z / 2)
    bell /= bell.sum()
    for phi in (relu, np.tanh, np.abs, sigmoid, identity):
        value, right = phi(z), code.gain(phi)
        square, mean = bell @ value**2, bell @ value
        slope = bell @ np.gradient(value, z) ** 2
        traps = (
            (right**2, "this is the square of the gain, the variance times n_in"),
            (1 / right, "upside down: what the activation takes, the weights have to give"),
            (square, "this is the mean square behind the activation; the gain makes up for it, and is a root"),
            (1 / np.sqrt(square - mean**2), "the mean was subtracted; weights see the mean square, not the variance"),
            (1 / np.abs(mean) if mean > 1e-9 else np.inf, "the mean of phi(z); take the mean of its square"),
            (1 / (bell @ np.abs(value)), "the mean of |phi(z)|; square before you take the mean"),
            (1 / np.sqrt((value**2).mean()), "all z counted alike; a normal number is rarely far from 0"),
            (1 / np.sqrt(slope), "the slope of phi; that keeps the gradient, and asked is the signal"),
            (np.sqrt(2), "the root of 2 is for ReLU; other activations keep another share of the mean square"),
        )
        got = numbers(f"gain({phi.__name__})", call(answer, phi), ())
        if 1e-4 * right < abs(got - right) < 0.02 * right:
            traps = ((got, "close; more and finer z, out to 8 or so, and no drawing of random numbers"), )
        compare(f"gain({phi.__name__})", got, right, traps, rtol=1e-4)


def branch_scale(answer):
    for blocks, growth in ((5, 16.0), (32, math.e), (10, 2.0), (1, 5.0)):
        each = growth ** (1 / blocks)
        traps = (
            (each - 1, "this is a^2: the mean square of a f(h) is a^2 times that of f(h)"),
            (math.sqrt(each), "the way around brings 1 already; the branch adds the rest of the factor"),
            (each, "the way around brings 1 already; the branch adds the rest of the factor"),
            (math.sqrt(growth / blocks), "growth / blocks; the factors of the blocks are multiplied, not added"),
            (math.sqrt((growth - 1) / blocks), "(growth - 1) / blocks; the factors of the blocks are multiplied"),
            (math.sqrt(each) - 1, "(1 + a)^2; h and its branch are independent, so their mean squares add: 1 + a^2"),
            (1 / math.sqrt(blocks), "1 / sqrt(blocks) gives a growth near e, whatever was asked"),
            (math.sqrt(growth ** (1 / (2 * blocks)) - 1), "growth is that of the mean square already"),
        )
        what = f"branch_scale({blocks}, {growth:.6g})"
        compare(what, call(answer, blocks, growth), code.branch_scale(blocks, growth), traps)


def residual_cost(answer):
    names = ("parameters", "forward", "backward")
    for case in ((3, 2, 3, 4, 5), (64, 32, 6, 10, 100), (7, 5, 2, 3, 1)):
        inputs, width, blocks, outputs, rows = case
        parameters, forward, backward = right = code.residual_cost(*case)
        norms, biases = (2 * blocks + 1) * 2 * width, width * (1 + 2 * blocks) + outputs
        one = 2 * blocks * width**2
        traps = (
            ((parameters - norms, forward, backward), "the norms are missing: a scale and a shift for each unit"),
            ((parameters - norms // 2, forward, backward), "a norm has two numbers for each unit, scale and shift"),
            ((parameters - 2 * width, forward, backward), "the norm behind the last block is missing"),
            ((parameters - 2 * width * blocks, forward, backward), "a block has two norms"),
            ((parameters - 2 * width * (blocks + 1), forward, backward), "a block has two norms, and one follows"),
            ((parameters + norms, forward, backward), "running means and variances are kept, not trained"),
            ((parameters - biases, forward, backward), "the biases are missing: each linear layer has one per output"),
            ((parameters - one // 2 - blocks * width, forward - rows * one // 2, backward - rows * one),
             "a block has two linear layers"),
            ((parameters, forward, 2 * forward), "nobody asks for the gradient by the data: one product less"),
            ((parameters, forward, forward), "the way back has two products for each weight matrix"),
            ((parameters, forward // rows, backward // rows), "this is for one example; a batch has `rows` of them"),
            ((parameters, 2 * forward, 2 * backward), "these are FLOPs; asked are multiplications"),
            ((parameters, rows * parameters, backward), "biases and scales are no part of a matrix product"),
        )
        compare_all(names, parts(answer, names, *case), right, traps, case=f"residual_cost{case}: ")


def regions_in_disk(answer):
    rng = np.random.default_rng(4)
    five = np.array([[-3.0, 1.0], [1.0, 0.0], [2.0, 3.0], [-1.0, 2.0], [3.0, 0.0]])
    for name, W, b, radius in (
        ("five lines", five, np.array([2.0, 3.0, 2.0, 0.0, 3.0]), 1.5),
        ("a cross", np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0.0, 1.0]), 1.0),
        ("one line inside, one outside", np.array([[3.0, 4.0], [3.0, 4.0]]), np.array([2.0, 10.0]), 1.0),
        ("two that cross outside", np.array([[1.0, 0.1], [1.0, -0.1]]), np.array([0.5, -0.5]), 1.0),
        ("no line", np.zeros((0, 2)), np.zeros(0), 2.0),
        ("eight random lines", rng.normal(size=(8, 2)), rng.normal(size=8), 1.5),
    ):
        H, right = len(b), code.regions_in_disk(W, b, radius)
        inside = int(np.sum(np.abs(b) < radius * np.linalg.norm(W, axis=1)))
        pairs = map(list, itertools.combinations(range(H), 2))
        crossings = [np.linalg.norm(np.linalg.solve(W[p], b[p])) for p in pairs if abs(np.linalg.det(W[p])) > 1e-9]
        within = sum(size < radius for size in crossings)
        traps = (
            (1 + H + math.comb(H, 2), "the most that H lines can make anywhere; not all of this happens in this disk"),
            (1 + H + within, "a line that misses the disk cuts nothing; its distance from 0 is |b| / |w|"),
            (1 + inside + len(crossings), "two lines may cross outside the disk"),
            (1 + H + len(crossings), "all over the plane; count only what lies in the disk"),
            (inside + within, "without any line there is one region already"),
            (1 + inside, "the crossings are missing: each cuts one more region in two"),
            (1 + within, "the lines are missing: each that enters the disk cuts a region in two"),
            (1 + int(np.sum(np.abs(b) < radius)) + within, "the distance of a line from 0 is |b| / |w|, not |b|"),
            (2**H, "some of these on-off patterns occur nowhere"),
        )  # fmt: skip
        named = traps if name == "five lines" else ()  # there all of them differ; elsewhere some are equal by chance
        singular = {np.linalg.LinAlgError: "parallel lines never cross: for them there is nothing to solve"}
        compare(f"regions_in_disk for {name}", call(answer, W, b, radius, causes=singular), right, named)


def start_factors(answer):
    rng = np.random.default_rng(2)
    cases = (("three layers", (4, 6, 5, 3), 20), ("two layers", (3, 8, 2), 7), ("one layer", (5, 4), 9))
    for name, sizes, rows in cases:
        weights = [rng.normal(0.3, 1, (n_out, n_in)) for n_in, n_out in itertools.pairwise(sizes)]
        X = rng.normal(0.5, 2, (rows, sizes[0]))
        traps = (
            (_factors(weights, X, carry=False), "the product of all factors so far; send it on scaled"),
            (_factors(weights, X, root=False), "the factor of the mean square; that of the weights is its root"),
            (1 / _factors(weights, X), "upside down: a signal that is too large needs a factor below 1"),
            (_factors(weights, X, size=np.std), "the mean was subtracted; asked is the mean square"),
            (_factors(weights, X, bend=identity), "the ReLU between the layers is missing"),
            (_factors(weights, X, behind=True), "measured behind the ReLU; z is what comes before it"),
            (np.array([1 / np.sqrt((W**2).sum(axis=1).mean()) for W in weights]), "the batch X is not used"),
            (np.array([np.sqrt(2 / (W.shape[1] * W.var())) for W in weights]),
             "He's formula, right on average; here the batch is there to be measured"),
        )
        compare(f"start_factors for {name}", call(answer, weights, X), code.start_factors(weights, X), traps)


def _factors(weights, X, carry=True, root=True, size=lambda z: np.sqrt((z**2).mean()), bend=relu, behind=False):
    """The factors with a choice of faults."""
    factors, h = [], X
    for W in weights:
        z = h @ W.T
        factor = 1 / size(bend(z) if behind else z)
        factors.append(factor if root else factor**2)
        h = bend(factors[-1] * z if carry else z)
    return np.array(factors)


def fold_norm(answer):
    rng = np.random.default_rng(3)
    for n_in, n_out in ((8, 8), (2, 7), (5, 9)):
        W, b, mean, beta = rng.normal(size=(n_out, n_in)), *rng.normal(size=(3, n_out))
        variance, gamma, eps = *rng.uniform(0.5, 3, (2, n_out)), 0.1
        s = np.sqrt(variance + eps)
        scale = gamma / s
        right = code.fold_norm(W, b, mean, variance, gamma, beta, eps)

        def with_(scale, W=W, b=b, mean=mean, beta=beta):
            return scale[:, None] * W, scale * (b - mean) + beta

        traps = [
            (with_(gamma / np.sqrt(variance)), "eps is missing under the root"),
            (with_(gamma / (np.sqrt(variance) + eps)), "eps belongs under the root"),
            (with_(gamma / (variance + eps)), "divided by the variance; divide by its root"),
            (with_(1 / s), "gamma is missing"),
            (with_(gamma * s), "multiplied by the root of the variance; batch norm divides by it"),
            ((right[0], beta - scale * mean), "the layer's own bias is missing"),
            ((right[0], b + beta - scale * mean), "b goes through the norm, too: it is scaled"),
            ((right[0], scale * b + beta - mean), "the mean is subtracted before the scaling, so it is scaled, too"),
            ((right[0], scale * (b - mean + beta)), "beta is added behind the scaling"),
            ((right[0], scale * (b + mean) + beta), "the mean was added; it is subtracted"),
            ((right[0], scale * b + beta), "the mean is missing"),
            ((right[0], scale * (b - mean)), "beta is missing"),
            ((W, right[1]), "the weights have to be scaled, too"),
        ]
        if n_out == n_in:
            traps.append(((W * scale, right[1]), "the scale of output j belongs to row j: `scale[:, None] * W`"))
        got = parts(answer, ("W", "b"), W, b, mean, variance, gamma, beta, eps)
        compare_all(("W", "b"), got, right, traps, case=f"{n_in} inputs, {n_out} outputs: ")


def group_norm(answer):
    rng = np.random.default_rng(5)
    for N, H, groups, eps in ((3, 6, 2, 0.3), (4, 6, 3, 1e-5), (2, 4, 1, 0.1), (5, 4, 2, 0.0)):
        x = rng.normal(1, 2, (N, H))
        size, by = H // groups, np.arange(H).reshape(-1, groups).T.ravel()  # units 0, G, 2G, ... first
        strided = np.empty_like(x)
        strided[:, by] = code.group_norm(x[:, by], groups, eps)
        centered = _centered(x, groups)
        variance = np.repeat((centered.reshape(N, groups, -1) ** 2).mean(axis=2), size, axis=1)
        traps = [
            (code.group_norm(x, 1, eps), "layer norm: one mean for the whole row; each group has its own"),
            (code.group_norm(x.T, 1, eps).T, "batch norm: over the examples; a group lies in one row"),
            (code.group_norm(x, size, eps), f"{groups} is the number of groups, not the number of units in one"),
            (strided, "the groups are of neighboring units: reshape to (N, groups, H // groups)"),
            (centered, "not divided by the root of the variance"),
            (centered / (variance + eps), "divided by the variance; divide by its root"),
            (centered / (np.sqrt(variance) + eps), "eps belongs under the root"),
            (x / np.sqrt(variance + eps), "the mean is not subtracted"),
            (centered / np.sqrt(variance), "eps is missing"),
        ]
        if size > 1:
            larger = variance * size / (size - 1)
            traps.append((centered / np.sqrt(larger + eps), "divided by one less than there are values in a group"))
        everything = code.group_norm(x.reshape(1, -1), 1, eps).reshape(N, H)
        traps.append((everything, "one mean for the whole batch; each row has its own"))
        grouped = x.reshape(N, groups, size)
        off = grouped - grouped.mean(axis=(0, 2), keepdims=True)
        for squares in ((off**2).mean(axis=(0, 2), keepdims=True), (off**2).mean(axis=2, keepdims=True),
                        grouped.var(axis=2, keepdims=True)):  # fmt: skip
            together = (off / np.sqrt(squares + eps)).reshape(N, H)
            traps.append((together, "one mean for a group in all examples; in each row the group has its own"))
        compare(f"group_norm of {N} rows and {H} units, groups={groups}, eps={eps:g}", call(answer, x, groups, eps),
                code.group_norm(x, groups, eps), traps)
    without_loop(answer, lambda N: (np.arange(4.0 * N).reshape(N, 4) ** 2, 2, 1e-5))


def _centered(x, groups):
    """The rows without the means of their groups."""
    grouped = x.reshape(len(x), groups, -1)
    return (grouped - grouped.mean(axis=2, keepdims=True)).reshape(x.shape)


def alike(answer):
    for phi, cosine, layers in ((relu, 0.3, 3), (np.tanh, 0.9, 3), (sigmoid, -0.5, 1), (relu, 0.0, 1), (relu, 0.2, 0)):
        right = code.alike(phi, cosine, layers)
        traps = [
            (code.alike(phi, cosine, layers + 1), "one layer too many"),
            (code.alike(phi, cosine, 1), "one layer only; what comes out of a layer goes into the next"),
            (_alike(phi, cosine, layers, center=True), "the means were subtracted; a cosine is taken from 0"),
            (_alike(phi, cosine, layers, divide="no"), "not divided by the mean square behind the activation"),
            *((_alike(phi, cosine, layers, other=other, divide=divide), f"v is too {size}; it needs the mean square 1")
              for other, size in ((lambda c: 1 - c, "small"), (lambda c: 1, "large")) for divide in ("both", "u")),
            (np.arccos(right), "this is the angle; asked is its cosine"),
            (cosine, "nothing happened; the activation changes the angle"),
        ]
        if layers > 1:
            traps.append((code.alike(phi, cosine, layers - 1), "one layer too few"))
        what = f"alike({phi.__name__}, {cosine}, {layers})"
        got = numbers(what, call(answer, phi, cosine, layers), ())
        if 1e-3 < abs(got - right) < 0.02 and not any(abs(got - value) < 2e-3 for value, _ in traps):
            traps = [(got, "close; more and finer u and v, and no drawing of random numbers")]
        compare(what, got, right, traps, rtol=2e-3, atol=1e-3)


def _alike(phi, cosine, layers, center=False, divide="both", other=lambda c: np.sqrt(max(1 - c * c, 0))):
    """The cosine with a choice of faults."""
    u = np.linspace(-7, 7, 281)
    weight = np.outer(np.exp(-u * u / 2), np.exp(-u * u / 2))
    weight /= weight.sum()
    for _ in range(layers):
        a, b = phi(u)[:, None] + 0 * u, phi(cosine * u[:, None] + other(cosine) * u)
        if center:
            a, b = a - (weight * a).sum(), b - (weight * b).sum()
        cosine = (weight * a * b).sum()
        if divide != "no":
            cosine /= np.sqrt((weight * a * a).sum() * (weight * (b * b if divide == "both" else a * a)).sum())
    return cosine


def four_starts(prediction):
    sizes = code.four_starts()
    questions = {
        "A": "the absolute value keeps all of the mean square, not half of it; what do weights for ReLU do to it?",
        "B": "the second argument of `rng.normal` is the standard deviation; what is the variance of these weights?",
        "C": "numbers between -a and a have the variance a^2 / 3; what is it for these?",
    }
    choice(prediction, "D", f"the mean squares in layer 20 are {sizes}", questions)


def times_less(prediction):
    traps = (
        (10, "the gradient is 10 times smaller, but a share is asked, and the weights are 10 times as long besides"),
        (1, "the loss is the same for both, but its gradient is not"),
        (0.01, "upside down: larger weights turn less"),
        (0.1, "upside down: larger weights turn less"),
        (1000, "one factor 10 from the gradient, one from the length of the weights; is there a third?"),
    )
    question = "how much smaller is the gradient, and how much longer are the weights that it is compared with?"
    near("the factor", prediction, code.times_less(), 3, traps, question)


def stretches(prediction):
    largest, middle, smallest = code.stretches()
    questions = {
        "A": "a mean of 1 may be made of very different numbers; which of them grow when 20 matrices are multiplied?",
        "B": "each factor stretches some directions more than others; what do 20 factors do to a direction that loses "
             "a third in each?",
        "D": "the mean of the squares stays near 1; can it, if all of them are small?",
    }  # fmt: skip
    outcome = f"the largest is {largest:g}, the middle one {middle:g}, the smallest {smallest:g}"
    choice(prediction, "C", outcome, questions)
