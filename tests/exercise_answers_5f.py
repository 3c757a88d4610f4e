"""Answers to the exercises of lab 5f, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools
import math

import numpy as np
from exercise_mistakes_5f import (
    at_once,
    by_rows,
    down,
    faulty,
    from_the_root,
    overflowing,
    plain,
    powers,
    same_side,
    softmax,
    sure,
    up,
)

with_ = functools.partial

OTHER_ANSWERS = [("5f.1", powers), ("5f.3", up), ("5f.4", at_once), ("5f.6", sure)]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "5f.1": [
        ("tau above", with_(powers, exponent=lambda tau: tau), "the exponent is 1 / tau"),
        ("no temperature", with_(powers, exponent=lambda tau: 1), "the temperature is missing"),
        ("over positions", with_(powers, axis=0), "the moves of one position, axis 1"),
        ("over all", with_(powers, axis=None), "shares of all positions"),
        ("softmax", softmax, "the softmax of the visits"),
        ("not divided", with_(powers, divide=False), "the division by the sum is missing"),
        ("shares first", lambda n, tau: (n / n.sum(1, keepdims=True)) ** (1 / tau), "do not sum to 1"),
        ("one more", with_(powers, add=1), "without visits has the share 0"),
        ("overflow", overflowing, "gives inf"),
    ],
    "5f.3": [
        ("wrong side", with_(up, start=1), "for the one who made it"),
        ("never changes", with_(up, flip=1), "the sign changes from each position"),
        ("never changes, wrong side", with_(up, start=1, flip=1), "the sign has to change"),
        ("only the last", with_(up, only_last=True), "not only the last"),
        ("no visits", with_(up, count=0), "the visits grow by 1"),
        ("from the root", with_(from_the_root, start=-1), "from the end of the walk"),
        ("from the root, other side", from_the_root, "from the end of the walk"),
        ("for each visit", with_(up, weigh=True), "not once for each visit"),
        ("exchanged", lambda *given: up(*given)[::-1], "expected visits, totals"),
    ],
    "5f.4": [
        ("illegal", with_(down, mask=False), "cannot be played"),
        ("sums", with_(down, mean=False), "divided by the visits"),
        ("no c", lambda n, W, P, legal, c: down(n, W, P, legal, 1), "the factor c is missing"),
        ("own visits", with_(down, together="own"), "the visits of all moves"),
        ("all positions", with_(down, together="all"), "the moves of one position"),
        ("no one", with_(down, inner=0), "divided by 1 + n"),
        ("root over all", with_(down, root="whole"), "the root is over 1 + N alone"),
        ("no prior", lambda n, W, P, legal, c: down(n, W, np.ones_like(P), legal, c), "the prior is missing"),
        ("no bonus", with_(down, terms="Q"), "the bonus is missing"),
        ("no mean", with_(down, terms="U"), "the mean result is missing"),
        ("lowest", with_(down, which=min), "the lowest score"),
        ("most visited", lambda n, W, P, legal, c: np.where(legal == 1, n, -1).argmax(1), "the most visited"),
    ],
    "5f.6": [
        ("no cuts", plain, "everything was looked at"),
        ("same side", same_side, "the sign"),
        ("bounds not turned", with_(faulty, swap=False), "does the next player get -beta, -alpha"),
        ("alpha not raised", with_(faulty, hand_down=False), "does a better move raise alpha"),
        ("strict", with_(faulty, strict=True), "exactly beta"),
        ("own bounds", lambda tree, alpha, beta: sure(tree, -math.inf, math.inf), "alpha and beta are given"),
        ("exchanged", lambda *given: sure(*given)[::-1], "worth"),
    ],
}  # fmt: skip

RIGHT_VALUES_ONLY = {
    "5f.1": [("row by row", by_rows, "loops over the examples")],
    "5f.4": [("position by position", down, "loops over the examples")],
}  # fmt: skip

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "5f.2": (
        [0, 0.0, np.array(0)],
        [(100, "somebody has to look first"), (99, "somebody has to look first"), (50, "in proportion to the prior"),
         (1, "UCB tries each move once"), (10, "0 times a root"), (30, "in the first walk"),
         ("0", "numbers in quotes are text"), (np.nan, "a finite number")],
    ),
}  # fmt: skip
