"""Answers to the exercises of chapter 3, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_3 import (
    back_through_softmax,
    largest_by_rows,
    lion_in_place,
    lion_steps,
    of_the_whole_list,
    parts_as,
    power_iteration,
    quotient,
    shard,
    shard_alone,
    shard_in_place,
    shard_in_sums,
    shard_of_averages,
    shard_row_by_row,
    shard_that_leaves,
    softmax_by_jacobians,
    softmax_by_three_axes,
    softmax_in_place,
    softmax_that_overflows,
    stopped,
)

with_ = functools.partial

OTHER_ANSWERS = [
    ("3.1", lambda a, b, g: [g / b, -(a / b) * (g / b)]),
    ("3.4", stopped),
    ("3.5", softmax_by_three_axes),
    ("3.8", lion_steps),
    ("3.13", power_iteration),
    ("3.13", largest_by_rows),
    ("3.13", with_(power_iteration, h=1e-5)),
    ("3.14", shard),
    ("3.14", with_(shard, variance="squares")),
]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "3.1": [
        ("rule of the product", lambda a, b, g: (g * b, g * a), "the rule of the product"),
        ("sign", with_(quotient, sign=1), "the sign for b"),
        ("no square", with_(quotient, power=1), "with a square"),
        ("no numerator", with_(quotient, times=False), "the numerator"),
        ("local slopes", lambda a, b, g: quotient(a, b, 1), "multiply each by the slope g"),
        ("g missing for b", lambda a, b, g: (g / b, -a / b**2), "is missing for b"),
        ("g missing for a", lambda a, b, g: (1 / b, -g * a / b**2), "is missing for a"),
        ("b is a constant", lambda a, b, g: (g / b, 0.0), "what if only b moves"),
        ("exchanged", lambda a, b, g: quotient(a, b, g)[::-1], "got to_b, to_a, expected to_a, to_b"),
        ("the value too", lambda a, b, g: (a / b, *quotient(a, b, g)), "expected 2 values: to_a, to_b"),
        ("an array", lambda a, b, g: (np.array([g / b]), quotient(a, b, g)[1]), "takes it out"),
    ],
    "3.4": [
        ("counted from the start", with_(stopped, in_a_row=False), "begins the count anew"),
        ("equal is better", with_(stopped, better=lambda loss, least: loss <= least), "is not better"),
        ("against the epoch before", with_(stopped, last=True), "compare with the best so far"),
        ("NaN is better", with_(stopped, better=lambda loss, least: not loss >= least), "NaN is never better"),
        ("one too late", lambda losses, patience: stopped(losses, patience + 1), "one epoch too late"),
        ("one too early", lambda losses, patience: stopped(losses, max(patience - 1, 1)), "one epoch too early"),
        ("last epoch", with_(stopped, fewer=1), "asked is how many epochs are made"),
        ("counted from 1", with_(stopped, first=1), "counted from 0"),
        ("the last as the best", lambda *a: (stopped(*a)[1] - 1, stopped(*a)[1]), "not the best"),
        ("minimum of the whole list", of_the_whole_list, "later epochs are never made"),
        ("never stops", lambda losses, patience: (stopped(losses, patience)[0], len(losses)), "before its end"),
        ("only the epoch", lambda losses, patience: stopped(losses, patience)[0], "expected 2 values: best, made"),
    ],
    "3.5": [
        ("one path", lambda z, g: back_through_softmax(z, g, sign=0), "only the first of two paths"),
        ("diagonal", lambda z, g: back_through_softmax(z, g, sign=0) * (1 - back_through_softmax(z, 1 + 0 * g, sign=0)),
         "only the diagonal"),
        ("sum without weights", with_(back_through_softmax, weigh=lambda g, p: g), "weighs each g"),
        ("mean without weights", with_(back_through_softmax, weigh=lambda g, p: g / g.shape[1]), "weighs each g"),
        ("over the rows", with_(back_through_softmax, axis=0), "sum over the classes"),
        ("all rows", with_(back_through_softmax, whole=True), "all rows together"),
        ("sign of the second part", with_(back_through_softmax, sign=1), "the sign of the second part"),
        ("sign", lambda z, g: -back_through_softmax(z, g), "the sign"),
        ("p - y", lambda z, g: back_through_softmax(z, 1 + 0 * g, sign=0) - g, "the gradient of the cross-entropy"),
        ("without g", lambda z, g: (p := back_through_softmax(z, 1 + 0 * g, sign=0)) * (1 - p), "comes in is missing"),
        ("no p in front", lambda z, g: g - (g * back_through_softmax(z, 1 + 0 * g, sign=0)).sum(1, keepdims=True),
         "the factor p in front"),
        ("overflow", softmax_that_overflows, "gives inf"),
        ("mean over the batch", lambda z, g: back_through_softmax(z, g) / len(z), "is the number of rows"),
        ("writes into the logits", softmax_in_place, "changed its input"),
        ("transposed", lambda z, g: back_through_softmax(z, g).T, "it is transposed"),
    ],
    "3.8": [
        ("m moves first", with_(lion_steps, early=True), "needs the m of the step before"),
        ("betas exchanged", lambda w, g, r, b1, b2, d: lion_steps(w, g, r, b2, b1, d), "are exchanged"),
        ("sign of m", with_(lion_steps, keep="no c"), "the sign is taken of m"),
        ("sign of g", lambda w, g, r, b1, b2, d: lion_steps(w, g, r, 0.0, b2, d), "the gradient alone"),
        ("c is kept", with_(lion_steps, keep="c"), "a mean of its own"),
        ("no sign", with_(lion_steps, sign=lambda c: c), "the sign is missing"),
        ("direction of c", with_(lion_steps, sign=lambda c: c / np.linalg.norm(c)), "of each entry"),
        ("decay in the gradient", with_(lion_steps, decayed="in the gradient"), "added to the gradient"),
        ("decay inside the sign", with_(lion_steps, decayed="inside"), "inside the sign"),
        ("no decay", with_(lion_steps, decayed="no"), "the decay is missing"),
        ("decay after the step", with_(lion_steps, decayed="after"), "the w of before the step"),
        ("decay without the rate", with_(lion_steps, decayed="without the rate"), "multiplies the decay too"),
        ("uphill", lambda w, g, r, b1, b2, d: lion_steps(w, g, -r, b1, b2, -d), "uphill"),
        ("last gradient first", lambda w, g, *a: lion_steps(w, g[::-1], *a), "from last to first"),
        ("m begins at g", with_(lion_steps, start=1), "begins at 0"),
        ("one step", lambda w, g, *a: lion_steps(w, g[:1], *a), "only one step"),
        ("in place", lion_in_place, "changed its input"),
        ("all weights on the way", lambda w, g, *a: np.array([lion_steps(w, g[:i], *a) for i in range(1, len(g) + 1)]),
         "an axis too many"),
    ],
    "3.13": [
        ("length", with_(power_iteration, size=np.linalg.norm), "a length has no sign"),
        ("divided by h", with_(power_iteration, divide=1), "divide by 2 h"),
        ("not divided", with_(power_iteration, divide=0), "must be divided by 2 h"),
        ("q never shortened", with_(power_iteration, unit=False), "is never cut to length 1"),
        ("one-sided", with_(power_iteration, sides=1, divide=1), "nudge to both sides"),
        ("one-sided over 2 h", with_(power_iteration, sides=1), "half"),
        ("first direction", with_(power_iteration, rounds=False), "go on with q = Hq"),
        ("the vector", with_(power_iteration, size=lambda Hq: Hq), "expected a single number"),
        ("the limit for the rate", lambda *a: 2 / power_iteration(*a), "the limit for the rate"),
    ],
    "3.14": [
        ("alone", shard_alone, "this machine's rows alone"),
        ("moments alone", with_(shard, mean=False, variance="own"), "this machine's rows alone"),
        ("mean alone", with_(shard, mean=False, variance="of variances"), "this machine's rows alone"),
        ("average of variances", with_(shard, variance="of variances"), "how far the machines' means lie apart"),
        ("average of deviations", with_(shard, variance="of deviations"), "averages standard deviations"),
        ("own variance", with_(shard, variance="own"), "average it, too"),
        ("only forward", with_(shard, back=(False, False)), "forward is right"),
        ("own mean of g", with_(shard, back=(False, True)), "the mean of g has to be averaged"),
        ("own mean of g x_hat", with_(shard, back=(True, False)), "the mean of g x_hat"),
        ("dx averaged", shard_of_averages, "each row has a gradient of its own"),
        ("straight path", with_(shard, parts=(0, 0)), "only the straight path"),
        ("no path through the variance", with_(shard, parts=(1, 0)), "the path through the variance"),
        ("no path through the mean", with_(shard, parts=(0, 1)), "the path through the mean"),
        ("sums", shard_in_sums, "needs their means"),
        ("not divided by r", with_(shard, scale=False), "divided by r"),
        ("one row less", with_(shard, ddof=1), "divided by one row less"),
        ("no epsilon", with_(shard, eps=0), "the epsilon"),
        ("a machine that leaves", shard_that_leaves, "the same calls from all"),
        ("for ever", shard_row_by_row, "a handful"),
        ("in place", shard_in_place, "changed its input"),
        ("exchanged", lambda *a: shard(*a)[::-1], "got dx, x_hat, expected x_hat, dx"),
        ("x_hat alone", lambda *a: shard(*a)[0], "expected 2 values: x_hat, dx"),
    ],
}  # fmt: skip

# The values are right, and yet something that the exercise asks for is not there.
RIGHT_VALUES_ONLY = {
    "3.5": [
        ("row by row", softmax_by_jacobians, "loops over the examples"),
        ("float32", parts_as(np.float32, back_through_softmax), "got dtype float32, expected float64"),
    ],
    "3.8": [("float32", parts_as(np.float32, lion_steps), "got dtype float32, expected float64")],
    "3.14": [("float32", parts_as(np.float32, shard), "got dtype float32, expected float64")],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "3.3": (
        ["C", "c", "(c)"],
        [("A", "what does the larger rate do"), ("B", "that is the batch alone"), ("D", "that is the rate alone"),
         (0.2, "one of the letters A, B, C, D")],
    ),
    "3.6": (
        [0.94, 0.95, 0.945, np.float32(0.95)],
        [(0.5, "without momentum"), (0.49, "without momentum"), (0.05, "at the limit they alternate"),
         (5, "by how much does it"), (0.25, "where one step"), (0.45, "0.9 times the limit"), (1.2, "slopes alternate"),
         (0.55, "1.1 times the limit"), ("0.95", "numbers in quotes are text"), (np.inf, "a finite number")],
    ),
    "3.7": (
        [10, 10.3, 11, np.array(10.0)],
        [(100, "gradient descent does that"), (1, "each step has the length"), (0.1, "the other way round"),
         (10_000, "its root is taken"), (1000, "how far back v looks"), (50, "how large is v"),
         ("ten", "numbers in quotes are text"), ([10], "expected a single number")],
    ),
    "3.11": (
        ["C", "c."],
        [("A", "before or after the first loss"), ("B", "which rows are the next batch"),
         ("D", "what decides which rows"), (None, "one of the letters A, B, C, D")],
    ),
}  # fmt: skip
