"""Answers to the exercises of lab 5d, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_5d import (
    expect,
    forgets_repetitions,
    likeliest,
    peek,
    peek_by_sentences,
    peek_in_place,
    short,
    widen,
)

with_ = functools.partial

OTHER_ANSWERS = [("5d.1", short), ("5d.3", peek), ("5d.5", widen), ("5d.6", expect)]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "5d.1": [
        ("text by text", with_(short, sums=False), "the mean of the penalties of single texts"),
        ("no limit", with_(short, most=np.inf), "at most 1"),
        ("upside down", with_(short, invert=True), "right over written"),
        ("ratio", lambda written, right: min(1, written.sum() / right.sum()), "this is the ratio"),
        ("mean of ratios", lambda written, right: np.exp(min(0, 1 - (right / written).mean())),
         "the mean of the ratios"),
        ("exponent", lambda written, right: min(0, 1 - right.sum() / written.sum()), "this is the exponent"),
    ],
    "5d.3": [
        ("no mask", with_(peek, hide="never"), "filling still gets weight"),
        ("after", with_(peek, hide="after"), "before the softmax, not after it"),
        ("zero", with_(peek, value=0.0), "a score of 0 is no score"),
        ("steps", with_(peek, axis=1), "over the places of the source"),
        ("flipped", with_(peek, flip=True), "only filling is looked at"),
        ("not divided", with_(peek, divide=False), "not divided by their sum"),
        ("overflow", lambda scores, source: (e := np.exp(scores) * (source != 0)[:, None]) / e.sum(-1, keepdims=True),
         "`np.exp` of a large number gives inf"),
    ],
    "5d.5": [
        ("without the beginning", with_(widen, add=False), "how likely the beginning is was left out"),
        ("least likely", with_(widen, largest=False), "these are the least likely"),
        ("multiplied", lambda total, log_p, width: widen(0 * total, total[:, None] * log_p, width),
         "added, not multiplied"),
        ("own logarithms", with_(widen, own=True), "the new totals are sums"),
        ("worst first", with_(widen, order=lambda one: one[0]), "the best comes first"),
        ("by rows", with_(widen, order=lambda one: one[1:]), "in the order of rows and tokens"),
        ("flat places", with_(widen, flat=True), "the rest of the division by V"),
        ("exchanged", lambda *given: widen(*given)[::-1], "expected rows, tokens, totals"),
        ("two parts", lambda *given: widen(*given)[:2], "expected 3 values: rows, tokens, totals"),
    ],
    "5d.6": [
        ("not shared", with_(expect, over="nothing"), "not divided by their sum over the source words"),
        ("other way", with_(expect, over="target"), "not the other way"),
        ("equal shares", with_(expect, shares=lambda t, words, word, other: 1 / len(words)),
         "the shares are all alike"),
        ("counts", with_(expect, rows=False), "these are counts"),
        ("columns", with_(expect, columns=True), "asked are the rows"),
        ("repetitions", forgets_repetitions, "adds only once"),
        ("unchanged", lambda t, source, target: t.copy(), "the table did not change"),
        ("likeliest", with_(expect, over="nothing", shares=likeliest), "went to its likeliest source word"),
    ],
}  # fmt: skip

RIGHT_VALUES_ONLY = {
    "5d.3": [("sentence by sentence", peek_by_sentences, "loops over the examples"),
             ("in place", peek_in_place, "changed its input")],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "5d.2": (
        [0.54, 0.55, np.float32(0.53)],
        [(0.95, "a sentence needs all twelve"), (0.05, "the share of wrong words"), (0.4, "counts sentences with two"),
         (0.6, "asked are those without any"), (0.46, "the sentences with a mistake"), (54, "not a percentage"),
         (0.8, "what do independent probabilities do"), ("0.54", "numbers in quotes are text"),
         (np.inf, "a finite number")],
    ),
}  # fmt: skip
