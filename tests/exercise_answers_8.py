"""Answers to the exercises of chapter 8, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_8 import (
    alike,
    alike_by_rows,
    alike_in_place,
    beside,
    falling,
    lead,
    leash,
    nearest,
    nearest_by_rows,
    nearest_example,
    sure,
)
from scipy.spatial.distance import cdist

with_ = functools.partial

OTHER_ANSWERS = [
    ("8.3", nearest),
    ("8.4", falling),
    ("8.5", beside),
    ("8.8", leash),
    ("8.9", alike),
    ("8.11", sure),
    ("8.13", lead),
]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "8.3": [
        ("sums", with_(nearest, middle="sum"), "these are sums"),
        ("divided by all", with_(nearest, middle="all"), "not by that of its class"),
        ("inner products", lambda x, y, new: (new @ np.array([x[y == k].mean(0) for k in np.unique(y)]).T).argmax(1),
         "not the smallest distance"),
        ("nearest example", nearest_example, "asked is the nearest mean"),
        ("sizes", with_(nearest, metric="cityblock"), "the sum of sizes"),
        ("farthest", with_(nearest, which=np.argmax), "the farthest mean"),
        ("distances", with_(nearest, which=lambda d, axis: d), "shape"),
    ],
    "8.4": [
        ("head first", with_(falling, down=True), "asked is from the input up"),
        ("no head", lambda lr, q, n: falling(lr, q, n)[:-1], "the head's own rate is missing"),
        ("head slowed", with_(falling, first=1), "the head itself has the rate lr"),
        ("growing", lambda lr, q, n: falling(lr, 1 / q, n, down=True), "the rates grow above lr"),
        ("too few", with_(falling, count=lambda n: n - 1), "one rate more"),
        ("equal", lambda lr, q, n: np.full(n + 1, lr), "all rates are the same"),
    ],
    "8.5": [
        ("no rank", with_(beside, rank=lambda W: 1), "the division by the rank"),
        ("no scale", lambda x, W, b, A, B, s: beside(x, W, b, A, B, 1), "the scale s is missing"),
        ("neither", lambda x, W, b, A, B, s: beside(x, W, b, A, B, len(A)), "the factor s / r"),
        ("two biases", with_(beside, bias=2), "the bias counts once"),
        ("no bias", with_(beside, bias=0), "the bias is missing"),
        ("minus", with_(beside, sign=-1), "the change is added"),
        ("no layer", with_(beside, frozen=0), "the frozen matrix is missing"),
        ("no adapter", with_(beside, change=0), "the adapter is missing"),
        ("the change", lambda x, W, b, A, B, s: (beside(x, W, b, A, B, s)[0], s / len(A) * B @ A),
         "this is the change"),
        ("old matrix", lambda x, W, b, A, B, s: (beside(x, W, b, A, B, s)[0], W), "has to be added to W"),
        ("inputs for rank", with_(beside, rank=lambda W: W.shape[1]), "divided by the number of inputs"),
        ("exchanged", lambda *given: beside(*given)[::-1], "expected output, merged"),
    ],
    "8.8": [
        ("to zero", lambda X, y, start, a: leash(X, y, 0 * start, a), "pulled to zero"),
        ("the change", with_(leash, add=False), "the start has to be added"),
        ("fits y", lambda X, y, start, a: leash(X, y, start, a, left=y), "what the start leaves over"),
        ("sign", with_(leash, sign=-1), "the sign"),
        ("mean", lambda X, y, start, a: leash(X, y, start, a, pull=len(X)), "a sum over the rows, not a mean"),
        ("pull divided", lambda X, y, start, a: leash(X, y, start, a, pull=1 / len(X)), "the pull is not divided"),
        ("two", with_(leash, pull=2), "both terms have a half"),
        ("half", with_(leash, pull=0.5), "both terms have a half"),
        ("no pull", with_(leash, pull=0), "the strength is missing"),
        ("start", lambda X, y, start, a: start.copy(), "nothing was fitted"),
    ],
    "8.9": [
        ("not centered", with_(alike, center=False), "the means were not taken away"),
        ("sizes", with_(alike, over=np.abs), "a negative is no copy"),
        ("training pictures", with_(alike, axis=0), "asked is for those of the test"),
        ("least", with_(alike, which=np.min), "least like"),
        ("mean", with_(alike, which=np.mean), "the mean over the training pictures"),
        ("by pixel", lambda a, b: alike(a - a.mean(0), b - a.mean(0), center=False), "each pixel lost its mean"),
        ("distances", lambda a, b: cdist(b, a).min(axis=1), "compare angles, not distances"),
        ("one minus", lambda a, b: 1 - alike(a, b), "1 minus the cosine"),
        ("angles", lambda a, b: np.arccos(alike(a, b)), "these are the angles"),
        ("which", with_(alike, which=np.argmax), "which picture"),
        ("all pairs", with_(alike, which=lambda c, axis: c), "the largest for each test picture"),
    ],
    "8.11": [
        ("no cap", with_(sure, cap=""), "the cap is missing"),
        ("first rows", with_(sure, key=lambda row: row), "the first rows of each class"),
        ("least sure", lambda p, t, m: sure(p, t, m, key=lambda row: p[row].max()), "the least sure"),
        ("cap for all", with_(sure, cap="all"), "for each class, not for all"),
        ("no threshold", with_(sure, limit=False), "the threshold is missing"),
        ("by sureness", lambda p, t, m: sure(p, t, m, order=lambda row: -p[row].max()), "the order of the rows"),
        ("by class", with_(sure, order="class"), "class by class"),
        ("probabilities", with_(sure, give="p"), "asked are the classes"),
        ("exchanged", lambda *given: sure(*given)[::-1], "expected rows, labels"),
    ],
    "8.13": [
        ("all runs", with_(lead, runs=True), "all runs count as independent"),
        ("all runs, n", with_(lead, runs=True, ddof=0), "all runs count as independent"),
        ("n", with_(lead, ddof=0), "n - 1 in the variance"),
        ("spread", with_(lead, divide=False), "this is the spread of a draw"),
        ("square", with_(lead, root=False), "the square of the standard error"),
        ("not paired", with_(lead, paired=False), "take the differences first"),
        ("over draws first", with_(lead, axis=0), "the draws are what scatters"),
        ("sign", with_(lead, sign=-1), "first - second"),
        ("exchanged", lambda *given: lead(*given)[::-1], "expected mean, error"),
        ("one of them", lambda *given: lead(*given)[0], "expected 2 values: mean, error"),
    ],
}  # fmt: skip

RIGHT_VALUES_ONLY = {
    "8.3": [("row by row", nearest_by_rows, "loops over the examples")],
    "8.9": [("picture by picture", alike_by_rows, "loops over the examples"),
            ("in place", alike_in_place, "changed its input")],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "8.2": (
        [0.25, 0.26, np.float32(0.24)],
        [(0.75, "the share that is gone"), (0, "do not decide 40 weights"), (1, "the examples fix some directions"),
         (0.7, "only how many directions are left"), (0.3, "only how many directions are left"),
         (10, "asked is the share"), (0.5, "in how many of 40 directions"), ("0.25", "numbers in quotes are text"),
         (np.nan, "a finite number")],
    ),
    "8.7": (
        ["B", "b", "(b)"],
        [("A", "the mean of 32 equal rows"), ("C", "without normalizing"), ("D", "a small number stands beside it"),
         (2, "one of the letters A, B, C, D")],
    ),
    "8.10": (
        [9.3, 9, np.array(10)],
        [(0, "the largest of 20"), (5, "one standard deviation"), (100, "results do not add up"),
         (1.1, "the error of the mean of 20"), (22.4, "the scatter of a sum"), (15, "one of 740"),
         (0.25, "do not become more exact"), (7, "5 % of the distribution"), ("9", "numbers in quotes are text"),
         (np.inf, "a finite number")],
    ),
}  # fmt: skip
