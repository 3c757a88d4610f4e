"""Answers to the exercises of chapter 2, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools
import math

import numpy as np
from exercise_mistakes_2 import (
    by_quotients,
    by_rows,
    by_slices,
    cosines,
    drawn_cosine,
    drawn_gain,
    folded,
    gained,
    grouped,
    in_place_factors,
    in_place_norm,
    measured,
    normed,
    parts_as,
    regions,
    residual,
    two_layers,
)

with_ = functools.partial

OTHER_ANSWERS = [
    ("2.1", lambda m: (np.arange(m)[::-1] / m, folded(m)[1][::-1])),
    ("2.4", gained),
    ("2.5", lambda blocks, growth: math.sqrt(math.expm1(math.log(growth) / blocks))),
    ("2.6", residual),
    ("2.7", regions),
    ("2.9", by_quotients),
    ("2.12", normed),
    ("2.13", by_slices),
    ("2.16", cosines),
]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "2.1": [
        ("changes by m", with_(folded, other=1), "gives a flat piece; to turn round takes 2m"),
        ("first too steep", with_(folded, first=2), "the first unit only sets the slope m"),
        ("never up again", with_(folded, turn=1), "the signs alternate"),
        ("slope of the tent", with_(folded, slope=2), "the tent's slope"),
        ("right ends", with_(folded, c=lambda m: np.arange(1, m + 1) / m), "these are the right ends"),
        ("biases", with_(folded, c=lambda m: -np.arange(m) / m), "-j/m is a bias"),
        ("linspace", with_(folded, c=lambda m: np.linspace(0, 1, m)), "the joints lie 1/m apart"),
        ("exchanged", lambda m: folded(m)[::-1], "`return c, v`"),
        ("only the tent", lambda m: folded(2), "one unit for each piece"),
        ("a joint too many", lambda m: folded(m + 1), "got shape (3,), expected shape (2,)"),
    ],
    "2.4": [
        ("the square", with_(gained, of=lambda y, mean: 1 / mean(y**2)), "the square of the gain"),
        ("upside down", with_(gained, of=lambda y, mean: mean(y**2) ** 0.5), "upside down"),
        ("the mean square", with_(gained, of=lambda y, mean: mean(y**2)), "the gain makes up for it"),
        ("variance", with_(gained, of=lambda y, mean: (mean(y**2) - mean(y) ** 2) ** -0.5), "the mean was subtracted"),
        ("mean", with_(gained, of=lambda y, mean: 1 / mean(y)), "take the mean of its square"),
        ("mean of the size", with_(gained, z=np.linspace(-8, 8, 40001), of=lambda y, mean: 1 / mean(abs(y))), "square"),
        ("no bell", with_(gained, z=np.linspace(-9, 9, 6001), weigh=np.ones_like), "all z counted alike"),
        ("always ReLU", lambda phi: math.sqrt(2), "the root of 2 is for ReLU"),
        ("coarse", with_(gained, z=np.linspace(-3, 3, 61)), "close; more and finer z"),
        ("drawn", drawn_gain, "close; more and finer z"),
        ("an array", lambda phi: phi(np.linspace(-1, 1, 5)), "is the mean or the sum missing?"),
    ],
    "2.5": [
        ("no root", lambda k, growth: growth ** (1 / k) - 1, "this is a^2"),
        ("no way around", lambda k, growth: growth ** (1 / k), "the way around brings 1"),
        ("no way around, root", lambda k, growth: growth ** (0.5 / k), "the way around brings 1"),
        ("a sum", lambda k, growth: math.sqrt((growth - 1) / k), "the factors of the blocks are multiplied"),
        ("shared out", lambda k, growth: math.sqrt(growth / k), "multiplied, not added"),
        ("lengths add", lambda k, growth: growth ** (0.5 / k) - 1, "their mean squares add"),
        ("the chapter's", lambda k, growth: k**-0.5, "whatever was asked"),
        ("growth of the length", lambda k, growth: math.sqrt(growth ** (0.5 / k) - 1), "the mean square already"),
    ],
    "2.6": [
        ("no norms", with_(residual, norms=lambda k: 0), "the norms are missing"),
        ("scale only", with_(residual, trained=1), "two numbers for each unit"),
        ("no norm at the end", with_(residual, norms=lambda k: 2 * k), "behind the last block is missing"),
        ("one norm a block", with_(residual, norms=lambda k: k + 1), "a block has two norms"),
        ("one norm a block, none at the end", with_(residual, norms=lambda k: k), "two norms, and one follows"),
        ("running numbers", with_(residual, trained=4), "kept, not trained"),
        ("no biases", with_(residual, biases=False), "the biases are missing"),
        ("one layer a block", with_(residual, linear=1), "a block has two linear layers"),
        ("gradient by the data", with_(residual, saved=0), "one product less"),
        ("back as forward", with_(residual, saved=0, twice=1), "two products for each weight matrix"),
        ("one example", lambda a, b, c, d, rows: residual(a, b, c, d, 1), "this is for one example"),
        ("FLOPs", lambda *sizes: (residual(*sizes)[0], *(2 * n for n in residual(*sizes)[1:])), "these are FLOPs"),
        ("biases multiplied", lambda *sizes: (residual(*sizes)[0], sizes[-1] * residual(*sizes)[0],
                                              residual(*sizes)[2]), "no part of a matrix product"),
        ("parts exchanged", lambda *sizes: residual(*sizes)[::-1], "the order of the results"),
        ("only parameters", lambda *sizes: residual(*sizes)[0], "expected 3 values: parameters, forward, backward"),
    ],
    "2.7": [
        ("the most there can be", lambda W, b, radius: 1 + len(b) + math.comb(len(b), 2), "the most that H lines"),
        ("all lines", with_(regions, line=lambda w, b, radius: True), "a line that misses the disk cuts nothing"),
        ("all crossings", with_(regions, reach=np.inf), "may cross outside the disk"),
        ("all over the plane", with_(regions, line=lambda w, b, radius: True, reach=np.inf), "all over the plane"),
        ("from 0", with_(regions, first=0), "there is one region already"),
        ("no crossings", with_(regions, cross=0), "the crossings are missing"),
        ("no lines", with_(regions, lines=0), "the lines are missing"),
        ("|b|", with_(regions, line=lambda w, b, radius: abs(b) < radius), "not |b|"),
        ("patterns", lambda W, b, radius: 2 ** len(b), "patterns occur nowhere"),
    ],
    "2.9": [
        ("unscaled signal", with_(measured, carry=False), "send it on scaled"),
        ("no root", with_(measured, size=lambda z: np.mean(z**2)), "its root"),
        ("upside down", with_(measured, power=1, carry=False), "expected"),
        ("standard deviation", with_(measured, size=np.std), "the mean was subtracted"),
        ("no ReLU", with_(measured, bend=lambda z: z), "the ReLU between the layers is missing"),
        ("behind the ReLU", with_(measured, look=lambda z: np.maximum(z, 0)), "measured behind the ReLU"),
        ("He", lambda weights, X: [math.sqrt(2 / W[0].size) / W.std() for W in weights], "He's formula"),
        ("no batch", lambda weights, X: [np.mean((W**2).sum(axis=1)) ** -0.5 for W in weights], "X is not used"),
        ("products", lambda weights, X: np.cumprod(measured(weights, X)), "the product of all factors so far"),
        ("inverse", lambda weights, X: 1 / measured(weights, X), "upside down"),
        ("changes the weights", in_place_factors, "changed its input"),
    ],
    "2.12": [
        ("no eps", with_(normed, root=lambda v, eps: np.sqrt(v)), "eps is missing"),
        ("eps outside", with_(normed, root=lambda v, eps: np.sqrt(v) + eps), "eps belongs under the root"),
        ("no root", with_(normed, root=lambda v, eps: v + eps), "divide by its root"),
        ("multiplied", with_(normed, root=lambda v, eps: (v + eps) ** -0.5), "batch norm divides by it"),
        ("no gamma", lambda W, b, mean, variance, gamma, *rest: normed(W, b, mean, variance, gamma**0, *rest), "gamma"),
        ("bias forgotten", with_(normed, bias=lambda a, b, mean, beta: beta - a * mean), "own bias is missing"),
        ("bias not scaled", with_(normed, bias=lambda a, b, mean, beta: b + beta - a * mean), "b goes through"),
        ("mean not scaled", with_(normed, bias=lambda a, b, mean, beta: a * b - mean + beta), "so it is scaled, too"),
        ("beta scaled", with_(normed, bias=lambda a, b, mean, beta: a * (b - mean + beta)), "added behind the scaling"),
        ("mean added", with_(normed, bias=lambda a, b, mean, beta: a * (b + mean) + beta), "the mean was added"),
        ("no mean", with_(normed, bias=lambda a, b, mean, beta: a * b + beta), "the mean is missing"),
        ("no beta", with_(normed, bias=lambda a, b, mean, beta: a * (b - mean)), "beta is missing"),
        ("weights as they were", lambda W, *rest: (W, normed(W, *rest)[1]), "the weights have to be scaled"),
        ("columns", two_layers, "belongs to row j"),
        ("parts exchanged", lambda *given: normed(*given)[::-1], "the order of the results"),
    ],
    "2.13": [
        ("layer norm", lambda x, groups, eps: grouped(x, 1, eps), "layer norm"),
        ("batch norm", with_(grouped, shape=lambda x, G: (len(x), -1), axis=0), "batch norm"),
        ("number for size", lambda x, groups, eps: grouped(x, x.shape[1] // groups, eps), "the number of groups"),
        ("every G-th unit", with_(grouped, shape=lambda x, G: (len(x), -1, G), axis=1), "of neighboring units"),
        ("no size", with_(grouped, root=lambda v, eps: 1), "not divided by the root"),
        ("no root", with_(grouped, root=lambda v, eps: v + eps), "divide by its root"),
        ("eps outside", with_(grouped, root=lambda v, eps: np.sqrt(v) + eps), "eps belongs under the root"),
        ("no eps", with_(grouped, root=lambda v, eps: np.sqrt(v)), "eps is missing"),
        ("not centered", with_(grouped, center=False), "the mean is not subtracted"),
        ("N - 1", with_(grouped, ddof=1), "one less than there are values"),
        ("whole batch", with_(grouped, shape=lambda x, G: x.shape, axis=None), "each row has its own"),
        ("three axes", lambda x, G, eps: grouped(x, G, eps).reshape(len(x), G, -1), "expected shape (3, 6)"),
        ("writes into x", in_place_norm, "changed its input"),
    ],
    "2.16": [
        ("one too many", with_(cosines, times=lambda n: n + 1), "one layer too many"),
        ("one too few", with_(cosines, times=lambda n: max(n - 1, 0)), "one layer too few"),
        ("a single layer", with_(cosines, times=lambda n: 1), "one layer only"),
        ("correlation", with_(cosines, center=1), "the means were subtracted"),
        ("not divided", with_(cosines, divide=0), "not divided by the mean square"),
        ("shares", with_(cosines, other=lambda c: 1 - c), "v is too small"),
        ("v too large", with_(cosines, other=lambda c: 1), "v is too large"),
        ("angle", lambda *given: math.acos(cosines(*given)), "this is the angle"),
        ("nothing happens", lambda phi, cosine, layers: cosine, "nothing happened"),
        ("drawn", drawn_cosine, "close; more and finer u and v"),
    ],
}  # fmt: skip

# The values are right, and yet something that the exercise asks for is not there.
RIGHT_VALUES_ONLY = {
    "2.5": [("float32", parts_as(np.float32, lambda k, growth: np.sqrt(growth ** (1 / k) - 1)),
             "got dtype float32, expected float64")],
    "2.12": [("float32", parts_as(np.float32, normed), "got dtype float32, expected float64")],
    "2.13": [
        ("a comprehension", by_rows, "loops over the examples"),
        ("float32", parts_as(np.float32, grouped), "got dtype float32, expected float64"),
    ],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "2.2": (
        ["D", "d", " D."],
        [("A", "keeps all of the mean square"), ("B", "is the standard deviation"), ("C", "have the variance a^2 / 3"),
         ("E", "one of the letters A, B, C, D"), (4, "one of the letters A, B, C, D")],
    ),
    "2.10": (
        [100, 100.0, 99, np.float32(100), np.array(101)],
        [(10, "the gradient is 10 times smaller, but a share is asked"), (1, "but its gradient is not"),
         (0.01, "upside down"), (0.1, "upside down"), (1000, "is there a third?"), (50, "how much smaller"),
         ("100", "numbers in quotes are text"), ([100], "expected a single number"), (np.inf, "a finite number")],
    ),
    "2.15": (
        ["C", "(c)"],
        [("A", "which of them grow when 20 matrices"), ("B", "loses a third in each"), ("D", "stays near 1"),
         (None, "one of the letters A, B, C, D")],
    ),
}  # fmt: skip
