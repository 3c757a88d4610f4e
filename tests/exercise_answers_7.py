"""Answers to the exercises of chapter 7, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_7 import (
    attended,
    attended_by_places,
    attended_without_care,
    clipped,
    clipped_each,
    clipped_in_place,
    core,
    core_by_search,
    doubted,
    gru,
    gru_by_rows,
    paid,
    paid_by_arrays,
    way_back,
)

with_ = functools.partial

OTHER_ANSWERS = [
    ("7.3", paid_by_arrays),
    ("7.5", clipped),
    ("7.6", gru),
    ("7.9", attended),
    ("7.10", core_by_search),
    ("7.11", doubted),
    ("7.13", way_back),
]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "7.3": [
        ("nats", lambda p, tokens: paid(p, tokens, unit=np.e), "in nats"),
        ("nats, power of 2", lambda p, tokens: paid(p, tokens, unit=np.e, base=2), "in nats"),
        ("mean first", lambda p, y: ((b := -np.log2(p[range(len(y)), y].mean())), 2**b), "the mean of the logarithms"),
        ("sum", lambda p, tokens: paid(p, tokens, mean=False), "the sum over the text"),
        ("sign", lambda p, tokens: paid(p, tokens, sign=-1), "the sign"),
        ("power of e", lambda p, tokens: paid(p, tokens, base=np.e), "bits belong to powers of 2"),
        ("square", lambda p, tokens: (paid(p, tokens)[0], paid(p, tokens)[0] ** 2), "not their square"),
        ("entropy", lambda p, y: ((b := -(p * np.log2(p)).sum(1).mean()), 2**b), "the model's own probabilities"),
        ("likeliest", lambda p, y: ((b := -np.log2(p.max(1)).mean()), 2**b), "the one that came"),
        ("exchanged", lambda p, tokens: paid(p, tokens)[::-1], "expected bits, perplexity"),
        ("bits only", lambda p, tokens: paid(p, tokens)[0], "expected 2 values: bits, perplexity"),
    ],
    "7.5": [
        ("each array", clipped_each, "one norm and one factor"),
        ("each entry", lambda dW, db, m: (dW.clip(-m, m), db.clip(-m, m)), "changes the direction"),
        ("always", with_(clipped, always=True), "short enough stay"),
        ("no root", with_(clipped, norm=lambda g: (g**2).sum()), "the root of the sum"),
        ("sizes", with_(clipped, norm=lambda g: np.abs(g).sum()), "the sum of sizes"),
        ("largest entry", with_(clipped, norm=lambda g: np.abs(g).max()), "not the norm"),
        ("norms added", lambda W, b, m: clipped(W, b, m, lambda g: np.linalg.norm(W) + np.linalg.norm(b)),
         "their squares do"),
        ("db stays", with_(clipped, both=False), "db has to be scaled"),
        ("nothing", lambda dW, db, largest: (dW, db), "nothing was clipped"),
        ("exchanged", lambda *given: clipped(*given)[::-1], "expected dW, db"),
    ],
    "7.6": [
        ("u turned around", with_(gru, mix="new"), "u and 1 - u are exchanged"),
        ("r before the weights", with_(gru, reset="h"), "r multiplies h before"),
        ("bias outside", with_(gru, reset="weights"), "inside what r multiplies"),
        ("r on all", with_(gru, reset="all"), "not the input"),
        ("no r", with_(gru, reset=""), "the reset gate is missing"),
        ("order u r n", with_(gru, order="urn"), "r and u are exchanged"),
        ("order n r u", with_(gru, order="nru"), "in the order r, u, n"),
        ("order n u r", with_(gru, order="nur"), "in the order r, u, n"),
        ("sigmoid", with_(gru, bend=lambda z: 1 / (1 + np.exp(-z))), "not by a sigmoid"),
        ("no bend", with_(gru, bend=lambda z: z), "tanh is missing"),
        ("no b_ih", with_(gru, biases=(0, 1)), "b_ih is missing"),
        ("no b_hh", with_(gru, biases=(1, 0)), "b_hh is missing"),
        ("one state", lambda *given: gru(*given)[0], "an axis is missing"),
    ],
    "7.9": [
        ("no scale", with_(attended, divide=lambda d: 1), "the root of d is missing"),
        ("divided by d", with_(attended, divide=lambda d: d), "divided by d"),
        ("no mask", with_(attended, ahead=100), "the mask is missing"),
        ("mask turned", lambda Q, K, V: attended(Q[::-1], K[::-1], V[::-1])[::-1], "turned around"),
        ("late", with_(attended, late=True), "came after the softmax"),
        ("score 0", with_(attended, hidden=0), "a score of 0"),
        ("queries and keys", lambda Q, K, V: attended(K, Q, V), "exchanged"),
        ("no care", attended_without_care, "of a large number"),
        ("itself not seen", lambda Q, K, V: np.nan_to_num(attended(Q, K, V, ahead=0), nan=1.0), ""),
        ("weights", lambda Q, K, V: attended(Q, K, np.eye(len(V))), "shape"),
    ],
    "7.10": [
        ("not divided", with_(core, divide=False), "divide by its sum"),
        ("stops before the line", with_(core, cross=False), "belongs to the nucleus"),
        ("wrong way", with_(core, rising=True), "begin with the likeliest"),
        ("sorted", with_(core, back=False), "came back sorted"),
        ("everything", lambda logits, share: core(logits, 1.0), "nothing was left out"),
        ("a threshold", lambda z, s: np.where((p := core(z, 1.0)) >= s, p, 0) / max(p[p >= s].sum(), 1e-9),
         "not for each character"),
        ("largest only", lambda z, s: (z == z.max()).astype(float), ""),
    ],
    "7.11": [
        ("bare count", lambda t, b, c, V: sum(pair == (b, c) for pair in zip(t, t[1:], strict=False)) / t[:-1].count(b),
         "the bare count"),
        ("tokens", with_(doubted, types=False), "d counts the different characters"),
        ("no middle", with_(doubted, middle=False), "the middle mixture is missing"),
        ("no p_0", with_(doubted, first=False), ""),
        ("no d below", with_(doubted, below=False), "the denominator needs d"),
        ("what precedes", with_(doubted, follow=0), "asked is what follows"),
        ("only the first mixture", lambda t, b, c, V: doubted(t, "~", c, V), "p_1"),
        ("add one", lambda t, b, c, V: (sum(a + d == b + c for a, d in zip(t, t[1:], strict=False)) + 1)
         / (t[:-1].count(b) + V), "raised by one"),
    ],
    "7.13": [
        ("the state after", with_(way_back, after=True), "m_(t-1), not m_t"),
        ("first steps", with_(way_back, stay=False), "begins at the end"),
        ("one too many", with_(way_back, shift=1), "one step too many"),
        ("one too few", with_(way_back, shift=-1), "one step too few"),
        ("no half", with_(way_back, half=False), "half of the square"),
        ("sign", with_(way_back, sign=-1), "the sign"),
        ("not cut", with_(way_back, whole=True), "nothing was cut"),
        ("a share", lambda w, x, y, s: (f := way_back(w, x, y, s)[0], f * s / len(x)), "not all of them made smaller"),
        ("exchanged", lambda *given: way_back(*given)[::-1], "expected full, cut"),
        ("one of them", lambda *given: way_back(*given)[0], "expected 2 values: full, cut"),
    ],
}  # fmt: skip

RIGHT_VALUES_ONLY = {
    "7.3": [("in a loop", paid, "loops over the examples")],
    "7.5": [("in place", clipped_in_place, "changed its input")],
    "7.6": [("row by row", gru_by_rows, "loops over the examples")],
    "7.9": [("place by place", attended_by_places, "loops over the examples")],
    "7.10": [("one by one", core, "loops over the examples")],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "7.2": (
        [0.78, 0.783, np.float32(0.79)],
        [(0.6, "nothing has changed"), (0.3, "the logit that is divided"), (1.2, "a probability is at most 1"),
         (0.36, "divided by their sum"), (0.473, "warmer, and flatter"), (1.0, "a temperature of 0"),
         (0.7, "if its logarithm is doubled"), ("0.78", "numbers in quotes are text"), (np.nan, "a finite number")],
    ),
    "7.4": (
        [0.6, 0.597, np.float32(0.605)],
        [(1, "with much to spare"), (0.2, "the state enters three times"),
         (2.985, "the input is multiplied by 5"), (1.67, "the other way round"), (0.01, "is repaired"),
         (5, "more than all inputs"), (-0.6, "the size is asked"), (0.4, "which sum inside the tanh"),
         ("0.6", "numbers in quotes are text"), (np.nan, "a finite number")],
    ),
    "7.8": (
        [192, 192.0, np.array(191)],
        [(64, "that is H"), (96, "three products with the input and three"), (384, "looking costs twice"),
         (128, "three gates, not two"), (576, "one T cancels"), (32, "on the GRU's side"),
         (100, "divide by what both have"), ("192", "numbers in quotes are text"), (np.inf, "a finite number")],
    ),
}  # fmt: skip
