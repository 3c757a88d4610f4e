"""Answers to the exercises of lab 5b, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_5b import joined, looked, overlapping, paid, present, text_by_text, unstable, witness

with_ = functools.partial

OTHER_ANSWERS = [("5b.2", joined), ("5b.3", witness), ("5b.5", looked), ("5b.6", paid)]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "5b.2": [
        ("first only", with_(joined, most=1), "only the first pair"),
        ("second token stays", with_(joined, keep=True), "has to go"),
        ("nothing", lambda tokens, *rest: tokens.copy(), "nothing was merged"),
        ("overlapping", overlapping, "a token that was merged is used up"),
        ("from the right", lambda t, a, b, n: joined(t[::-1], b, a, n)[::-1], "from right to left"),
        ("other order", lambda t, a, b, n: joined(t, b, a, n), "left, then right"),
        ("too short", lambda t, a, b, n: joined(t, a, b, n)[:-1], "the last token is missing"),
    ],
    "5b.3": [
        ("no logarithm", with_(witness, log=lambda p: p), "asked are their logarithms"),
        ("numbers of texts", with_(witness, prior="counts"), "the logarithm of their share"),
        ("share of words", with_(witness, prior="words"), "the share of the words"),
        ("equal", with_(witness, prior="equal"), "not equally frequent"),
        ("sum without smoothing", with_(witness, over="plain"), "do not have the sum 1"),
        ("smoothing once", with_(witness, once=True), "the smoothing of all V words"),
        ("no smoothing", with_(witness, less=1.0), "the smoothing is missing"),
        ("over classes", with_(witness, over="word"), "the sum 1 over the classes"),
        ("all together", with_(witness, over="all"), "each class has its own"),
        ("by texts", with_(witness, over="texts"), "divided by the number of texts"),
        ("once per text", with_(witness, binary=True), "counts twice"),
        ("transposed", lambda *given: (witness(*given)[0], witness(*given)[1].T), "a row for each class"),
        ("one of them", lambda *given: witness(*given)[1], "expected 2 values"),
    ],
    "5b.5": [
        ("no mask", with_(looked, mask=False), "places without a word get weights"),
        ("mask afterwards", with_(looked, mask=False, gone=True), "must have the sum 1"),
        ("score 0", with_(looked, fill=0.0), "its exponential is 1"),
        ("score 0, then gone", with_(looked, fill=0.0, gone=True), "still counts in the sum"),
        ("mean", with_(looked, scale=0.0), "this is the plain mean"),
        ("over texts", with_(looked, axis=0), "not over the texts"),
        ("not divided", lambda v, q, n: np.einsum("nt,ntd->nd", np.exp(v @ q) * present(v, n), v),
         "not divided by their sum"),
        ("scores", lambda v, q, n: np.einsum("nt,ntd->nd", (v @ q) * present(v, n), v), "a softmax is missing"),
        ("the best", with_(looked, scale=1e6), "the softmax shares"),
        ("scaled", lambda v, q, n: looked(v, q / np.sqrt(len(q)), n), "the root of D"),
        ("sign", with_(looked, scale=-1.0), "the sign of the scores"),
        ("overflow", unstable, "of a large number gives inf"),
    ],
    "5b.6": [
        ("nats", with_(paid, unit=1.0), "these are nats"),
        ("multiplied", with_(paid, unit=1 / np.log(2)), "so divide"),
        ("each token", with_(paid, divide="tokens"), "bits for each token"),
        ("all bits", with_(paid, divide="nothing"), "divide by its characters"),
        ("first counted", with_(paid, divide="all"), "of the first token do not count"),
        ("vocabulary", with_(paid, divide="vocabulary"), "the lengths of the vocabulary"),
        ("not shifted", with_(paid, shift=0), "it was asked about token t"),
        ("sign", with_(paid, sign=1), "a negative logarithm"),
        ("logits", lambda g, t, n: -g[np.arange(len(t) - 1), t[1:]].sum() / np.log(2) / n[t[1:]].sum(),
         "the log-softmax is missing"),
        ("overflow", lambda g, t, n: -np.log((np.exp(g) / np.exp(g).sum(axis=1, keepdims=True))[
            np.arange(len(t) - 1), t[1:]]).sum() / np.log(2) / n[t[1:]].sum(), "of a large number gives inf"),
    ],
}  # fmt: skip

RIGHT_VALUES_ONLY = {"5b.5": [("text by text", text_by_text, "loops over the examples")]}

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "5b.1": (
        [0.17, 0.169, np.float32(0.18)],
        [(0.01, "without a score"), (0.03, "scores are not weights"), (20.0855 / 100, "counts in the sum"),
         (3 / 102, "takes exponentials"), (0.9526, "here are 99"), (1, "a softmax is not a maximum"),
         (0.5, "how many of each"), ("0.17", "numbers in quotes are text"), (np.nan, "a finite number")],
    ),
}  # fmt: skip
