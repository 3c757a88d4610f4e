"""Answers to the exercises of lab 5a, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_5a import corners, corners_by_rows, giou, giou_by_rows, levels, softly

with_ = functools.partial

OTHER_ANSWERS = [("5a.1", corners), ("5a.3", giou), ("5a.5", levels), ("5a.6", softly)]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "5a.1": [
        ("not cut", with_(corners, low=-np.inf, high=lambda size: np.inf), "reach out of the picture"),
        ("cut below", with_(corners, high=lambda size: np.inf), "right and bottom must not reach out"),
        ("cut above", with_(corners, low=-np.inf), "left and top must not be below 0"),
        ("last pixel", with_(corners, high=lambda size: size - 1), "right and bottom are exclusive"),
        ("whole width", with_(corners, half=1), "half its width"),
        ("corner", with_(corners, upper_left=True), "not the left upper corner"),
        ("exchanged sides", with_(corners, swap=True), "width belongs to across"),
        ("rows first", with_(corners, order=(1, 0, 3, 2)), "the order is left, top, right, bottom"),
        ("left right", with_(corners, order=(0, 2, 1, 3)), "the order is left, top, right, bottom"),
        ("sides", lambda c, size: np.c_[corners(c, size)[:, :2], np.ptp(corners(c, size).reshape(-1, 2, 2), axis=1)],
         "not width and height"),
    ],
    "5a.3": [
        ("IoU", with_(giou, sign=0), "this is the IoU"),
        ("not cut", with_(giou, cut=False), "no negative overlap"),
        ("added", with_(giou, sign=1), "taken off, not added"),
        ("twice", with_(giou, twice=True), "counts the common pixels once"),
        ("part of union", with_(giou, over="union"), "a part of C, not of the union"),
        ("union of C", with_(giou, empty="union"), "|C| minus the union"),
        ("not common", with_(giou, empty="common"), "lies in neither box"),
    ],
    "5a.5": [
        ("eleven", with_(levels, count=11), "these are 11 recalls"),
        ("first", with_(levels, which=lambda some: some[0]), "a better one may come further on"),
        ("reached", with_(levels, reached_only=True), "count with precision 0"),
        ("no more", with_(levels, at_least=False), "at no less recall"),
        ("area", lambda p, r: np.sum(np.diff(np.r_[0, r]) * [max(p[k:]) for k in range(len(p))]),
         "the area under the curve"),
        ("mean", lambda p, r: p.mean(), "the mean over the answers"),
        ("without 0", with_(levels, start=1), "the recall 0 is one of the 101"),
    ],
    "5a.6": [
        ("not squared", with_(softly, power=1), "the IoU enters squared"),
        ("two sigma", with_(softly, scale=2.0), "not by 2 sigma"),
        ("sigma squared", lambda u, s, sigma: softly(u, s, sigma**2), "sigma is not squared"),
        ("old order", with_(softly, now=False), "the largest score now"),
        ("itself", with_(softly, own=True), "keeps its score"),
        ("sorted", with_(softly, give=lambda s: np.sort(s)[::-1]), "in the order of the boxes"),
        ("first only", with_(softly, once=True), "not only the first"),
        ("nothing", lambda u, s, sigma: s.copy(), "nothing was lowered"),
        ("hard", lambda u, s, sigma: np.array([softly(100 * (u > 0.5), s, 1.0)[k] for k in range(len(s))]),
         "this drops boxes"),
    ],
}

RIGHT_VALUES_ONLY = {
    "5a.1": [("box by box", corners_by_rows, "loops over the examples")],
    "5a.3": [("pair by pair", giou_by_rows, "loops over the examples")],
}

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "5a.2": (
        [0.68, 0.681, np.float32(0.68)],
        [(0.9, "both directions count"), (0.81, "a part of one box"), (0.82, "one direction only"),
         (0.8, "do not add up"), (0.32, "1 minus the IoU"), (324, "the common pixels"), (68, "from 0 to 1"),
         (0.5, "how many of the 400 pixels"), ("0.68", "numbers in quotes are text")],
    ),
}
