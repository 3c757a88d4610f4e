"""Answers to the exercises of chapter 1, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools
import itertools

import numpy as np
import scipy.special
from exercise_mistakes_1 import (
    around_the_share,
    backward,
    clipped_loss,
    cold_softmax,
    counter,
    covered,
    cross,
    divided_backward,
    looping_backward,
    one_by_one,
    parts_as,
    plain_softmax,
    pocket_that_leaks,
    pocketed,
    ridge,
    shifted_cross,
    sigmoid,
    slopes,
    softmax_in_place,
    softmax_of_integers,
    stable_loss,
    transposed_backward,
    unshared_softmax,
    vectorized_tower,
    wide_tower,
)

with_ = functools.partial

OTHER_ANSWERS = [
    ("1.1", lambda k, n: [[3] * n, 1 - 3 * k]),
    ("1.2", lambda sizes: np.sum([(a + 1) * b for a, b in itertools.pairwise(sizes)])),
    ("1.8", pocketed),
    ("1.10", lambda n: (3 * np.ones((n, n)), np.arange(-1, -3 * n, -3), [[2, -2] * (n // 2) + [2] * (n % 2)], [-1])),
    ("1.11", wide_tower),
    ("1.12", cold_softmax),
    ("1.13", stable_loss),
    ("1.18", backward),
    ("1.20", covered),
]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "1.1": [
        ("on the boundary", lambda k, n: (np.ones(n), -float(k)), "on the boundary"),
        ("always all", lambda k, n: (np.ones(n), 0.5 - n), "the bias"),
        ("sign of the bias", lambda k, n: (np.ones(n), k - 0.5), "the bias"),
        ("one array for two", lambda k, n: np.ones(n) * np.nan, "expected 2 values: w, b"),
        ("a weight too many", lambda k, n: (np.ones(n + 1), 0.5 - k), "got shape (2,), expected shape (1,)"),
        ("bias in an array", lambda k, n: (np.ones(n), np.array([0.5 - k])), "expected a single number"),
        ("weights as a column", lambda k, n: (np.ones((n, 1)), 0.5 - k), "an axis too many"),
        ("arguments exchanged", lambda n, k: (np.ones(n), 0.5 - k), "the order of the arguments"),
        ("b before w", lambda k, n: (0.5 - k, np.ones(n)), "the order of the results: `return w, b`"),
        ("always two votes", lambda k, n: (np.ones(2), 0.5 - k), "one weight for each input"),
        ("one weight for all", lambda k, n: (1.0, 0.5 - k), "expected shape (1,)"),
    ],
    "1.2": [
        ("no biases", lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)), "biases are missing"),
        ("biases for inputs", lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)) + sum(sizes),
         "inputs have none"),
        ("bias per input", lambda sizes: sum(a * (b + 1) for a, b in itertools.pairwise(sizes)), "one per output"),
        ("bias per layer", lambda sizes: sum(a * b + 1 for a, b in itertools.pairwise(sizes)), "one bias per layer"),
        ("text", lambda sizes: str(sizes), "numbers in quotes are text"),
        ("takes from the list", lambda sizes: sizes.pop() * (sizes[0] + 1), "changed its input"),
    ],
    "1.8": [
        ("no pocket", with_(pocketed, keep=False), "these are the last weights"),
        ("replaced by equals", with_(pocketed, better=np.less_equal), "these are the latest"),
        ("counts after a pass", with_(pocketed, when="pass"), "after each pass"),
        ("start not counted", with_(pocketed, start=False), "the weights at the start count too"),
        ("bias not learned", with_(pocketed, bias=0), "the bias stays 0; it learns too"),
        ("learning rate 0.5", with_(pocketed, rate=0.5), "every value is 0.5 times"),
        ("pocket that leaks", pocket_that_leaks, "write `w = w + ...` or keep `w.copy()`"),
        ("mistakes not returned", lambda *a: pocketed(*a)[:2], "expected 3 values: w, b, mistakes"),
        ("parts exchanged", lambda *a: pocketed(*a)[::-1], "the order of the results"),
    ],
    "1.10": [
        ("all weights +1", with_(counter, alternate=False), "what the hidden neurons say"),
        ("output on the boundary", with_(counter, threshold=0.0), "what the hidden neurons say"),
        ("output always fires", with_(counter, threshold=0.5), "what the hidden neurons say"),
        ("hidden on the boundary", with_(counter, bias=1), "on its boundary"),
        ("works for n = 2 only", lambda n: counter(2), "the network must grow with n"),
        ("only the first two parts", lambda n: counter(n)[:2], "expected 4 values: W1, b1, W2, b2"),
        ("layers exchanged", lambda n: (*counter(n)[2:], *counter(n)[:2]), "the order of the results"),
        ("W2 as a column", lambda n: (*counter(n)[:2], counter(n)[2].T, counter(n)[3]), "it is transposed"),
    ],
    "1.11": [
        ("the cross", cross, "the cross of two ridges"),
        ("product of bumps", lambda a, c, x, y, z, t, s: ridge(a, x, y, s) * ridge(c, z, t, s),
         "a product of two bumps"),
        ("threshold 0.5", lambda *a: sigmoid(a[-1] * (cross(*a) - 0.5)), "it takes both"),
        ("no threshold", lambda *a: sigmoid(a[-1] * cross(*a)), "no threshold"),
        ("threshold 1", lambda *a: sigmoid(a[-1] * (cross(*a) - 1)), "with 1 the arms"),
        ("threshold 2", lambda *a: sigmoid(a[-1] * (cross(*a) - 2)), "with 2 the roof"),
        ("threshold not steep", lambda *a: sigmoid(a[-1] * cross(*a) - 1.5), "multiplies the threshold too"),
        ("hard on top", lambda *a: (cross(*a) > 1.5).astype(float), "the neuron on top is a sigmoid too"),
        ("top not steep", lambda *a: sigmoid(cross(*a) - 1.5), "is not steep"),
        ("steepness misplaced", lambda *a: sigmoid(a[-1] * (shifted_cross(*a) - 1.5)), "multiply all of"),
        ("steps exchanged", lambda *a: sigmoid(a[-1] * (-cross(*a) - 1.5)), "wrong way round"),
        ("no neurons at all", lambda a, c, x, y, z, t, s: ((a > x) & (a < y) & (c > z) & (c < t)) * 1.0,
         "sharp edges"),
    ],
    "1.12": [
        ("overflow", plain_softmax, "subtract each row's own maximum"),
        ("one maximum for all rows", with_(plain_softmax, largest=np.max), "subtract each row's own maximum"),
        ("columns sum to 1", with_(plain_softmax, axis=0), "use axis=1"),
        ("all rows together", with_(plain_softmax, axis=None), "all rows together"),
        ("times T", lambda logits, T: scipy.special.softmax(logits * T, axis=1), "divide by it"),
        ("T unused", lambda logits, T: scipy.special.softmax(logits, axis=1), "temperature is not used"),
        ("writes into the logits", softmax_in_place, "changed its input"),
        ("integers", softmax_of_integers, "the result has dtype int64, expected float64"),
        ("transposed", lambda logits, T: scipy.special.softmax(logits / T, axis=1).T, "it is transposed"),
        ("divided after", lambda logits, T: scipy.special.softmax(logits, axis=1) / T, "after the softmax"),
        ("no word on T = 0", lambda logits, T: scipy.special.softmax(logits / T, axis=1), "T = 0 needs an answer"),
        ("the first of equals", with_(cold_softmax, coldest=lambda z: np.eye(z.shape[1])[z.argmax(axis=1)]),
         "`argmax` knows only the first"),
        ("all of the equals", unshared_softmax, "so that each row still sums to 1"),
    ],
    "1.13": [
        ("as in the book", lambda z, y: np.mean(-y * np.log(sigmoid(z)) - (1 - y) * np.log(1 - sigmoid(z))),
         "rounds to exactly 0 or 1"),
        ("clipped", clipped_loss, "clipping it hides the true loss"),
        ("sum", with_(stable_loss, reduce=np.sum), "3 is the number of examples: a sum where the mean is asked?"),
        ("no mean", with_(stable_loss, reduce=lambda loss: loss), "is the mean or the sum missing?"),
        ("labels exchanged", lambda z, y: stable_loss(z, 1 - y), "exchanged"),
        ("sign", lambda z, y: -stable_loss(z, y), "the sign"),
        ("base 2", lambda z, y: stable_loss(z, y) / np.log(2), "natural logarithms"),
    ],
    "1.18": [
        ("path past the layer", with_(backward, direct=0), "the path past the layer is missing"),
        ("no slope", with_(backward, slope=lambda X, Z: 1), "derivative of tanh is missing"),
        ("1 - A**2", with_(backward, slope=lambda X, Z: 1 - (X + np.tanh(Z)) ** 2), "A is not the tanh alone"),
        ("1 - Z**2", with_(backward, slope=lambda X, Z: 1 - Z**2), "1 - tanh(Z)**2"),
        ("slope of the sigmoid", with_(backward, slope=lambda X, Z: np.tanh(Z) * (1 - np.tanh(Z))),
         "the sigmoid's derivative"),
        ("sign", with_(backward, scale=-1), "the sign"),
        ("mean", lambda X, W, b, G: backward(X, W, b, G, scale=1 / len(X)), "divided by N"),
        ("mean once more", divided_backward, "divided by N"),
        ("W.T", transposed_backward, "back goes with W itself"),
        ("db over the outputs", lambda *layer: (*backward(*layer)[:2], slopes(*layer).sum(axis=1)), "over the outputs"),
        ("db over everything", lambda *layer: (*backward(*layer)[:2], slopes(*layer).sum()), "everything was summed"),
        ("times N", lambda X, W, b, G: backward(X, W, b, G, scale=len(X)), "4 is the number of examples"),
        ("writes into G", with_(backward, in_place=True), "changed its input"),
        ("dW transposed", lambda *layer: [g.T if i == 1 else g for i, g in enumerate(backward(*layer))], "transposed"),
        ("db as a row", lambda *layer: [g[None] if g.ndim == 1 else g for g in backward(*layer)], "an axis too many"),
        ("db forgotten", lambda X, W, b, G: backward(X, W, b, G)[:2], "expected 3 values: dX, dW, db"),
        ("parts exchanged", lambda *layer: backward(*layer)[::-1], "got db, dW, dX, expected dX, dW, db"),
    ],
    "1.20": [
        ("no binomial", with_(covered, ways=lambda n, k: 1), "number of orders is missing"),
        ("without n", with_(covered, counts=range), "`range(n + 1)`"),
        ("without 0", with_(covered, counts=lambda n: range(1, n + 1)), "`right = 0` is left out"),
        ("one interval around the share", around_the_share, "each count has its own"),
        ("misses counted", lambda interval, share, n: 1 - covered(interval, share, n), "missing the share"),
        ("counts not weighed", lambda f, share, n: np.mean([f(k, n)[0] <= share <= f(k, n)[1] for k in range(n + 1)]),
         "not equally likely"),
        ("the promise itself", lambda interval, share, n: 0.95, "the promise; what is asked is what it holds"),
    ],
}  # fmt: skip

# The values are right, and yet something that the exercise asks for is not there.
RIGHT_VALUES_ONLY = {
    "1.8": [("float32", parts_as(np.float32, pocketed), "got dtype float32, expected float64")],
    "1.11": [
        ("np.vectorize", vectorized_tower, "loops over the examples"),
        ("float32", parts_as(np.float32, wide_tower), "got dtype float32, expected float64"),
    ],
    "1.12": [
        ("a loop", lambda logits, T: one_by_one(with_(cold_softmax, temperature=T), [logits]),
         "loops over the examples"),
        ("float32", parts_as(np.float32, cold_softmax), "got dtype float32, expected float64"),
    ],
    "1.13": [
        ("a comprehension", lambda z, y: np.mean([stable_loss(a, c) for a, c in zip(z, y, strict=True)]),
         "loops over the examples"),
        ("float32", parts_as(np.float32, stable_loss), "got dtype float32, expected float64"),
    ],
    "1.18": [
        ("while", looping_backward, "loops over the examples"),
        ("float32", parts_as(np.float32, backward), "got dtype float32, expected float64"),
    ],
    "1.20": [("float32", parts_as(np.float32, covered), "got dtype float32, expected float64")],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "1.4": (
        [4.6, 4.61, np.log(100), np.float32(4.6), np.array(4.6)],
        [(2.3, "for 10 classes"), (2, "base 10"), (6.6, "base 2"), (0.01, "the probability of the right class"),
         (100, "the number of classes"), (-4.6, "the sign"), (0, "the probability 1"),
         (3.3, "which probability does the right one of 100 equal classes get"),
         ("4.6", "numbers in quotes are text"), ([4.6], "expected a single number"), (np.nan, "a finite number")],
    ),
    "1.7": (
        ["C", "c", " C.", "(c)"],
        [("A", "a line that separates"), ("B", "make long weights longer"), ("D", "one of the letters A, B, C"),
         (0, "one of the letters A, B, C")],
    ),
    "1.15": (
        ["C", "c"],
        [("A", "through to the first layer"), ("B", "the outputs A of the hidden layer"),
         ("D", "the bias of the output"), (None, "one of the letters A, B, C, D")],
    ),
    "1.16": (
        [1e-2, 1e-3, 10**-2, 6e-3, np.float32(1e-3)],
        [(1e-1, "the bend of the curve"), (1e-4, "rounding is divided by h"), (1e-5, "rounding is divided by h"),
         (1e-10, "rounding is divided by h"), (-5, "an exponent"), (10 ^ -3, "`^` is no power"),
         (0, "one of the steps"), ("small", "numbers in quotes are text")],
    ),
}  # fmt: skip
