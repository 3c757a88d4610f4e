"""Answers to the exercises of chapter 5, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import numpy as np
from exercise_mistakes_5 import (
    by_actions,
    by_jacobian,
    class_scores,
    cost,
    cost_one_by_one,
    found,
    found_one_by_one,
    later,
    policy,
    repaired,
)

OTHER_ANSWERS = [
    ("5.1", lambda score, true, threshold: found(score, true, threshold)),
    ("5.2", lambda p, threshold, alarm, miss: cost(p, threshold, alarm, miss)),
    ("5.5", lambda said, true, classes: class_scores(said, true, classes).mean()),
    ("5.6", lambda rewards, gamma: later(rewards, gamma)),
    ("5.9", by_jacobian),
    ("5.10", lambda a, b, replace, delete, insert: repaired(a, b, replace, delete, insert)),
]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "5.1": [
        ("recall of the nos", lambda s, t, c: found(s, t, c, of_things="no"), "not by all that got a no"),
        ("of all", lambda s, t, c: found(s, t, c, of_claims="all", of_things="all"), "divided by all examples"),
        ("accuracy", lambda s, t, c: (((s > c) == (t == 1)).mean(),) * 2, "this is accuracy"),
        ("also equal", lambda s, t, c: found(s, t, c, over=np.greater_equal), "is not above it"),
        ("exchanged", lambda s, t, c: found(s, t, c)[::-1], "the order of the results"),
        ("missed", lambda s, t, c: (found(s, t, c)[0], 1 - found(s, t, c)[1]), "the share that was missed"),
        ("false claims", lambda s, t, c: (1 - found(s, t, c)[0], found(s, t, c)[1]), "the share of false claims"),
        ("one of them", lambda s, t, c: found(s, t, c)[0], "expected 2 values"),
    ],
    "5.2": [
        ("prices exchanged", lambda p, t, alarm, miss: cost(p, t, miss, alarm), "the prices are exchanged"),
        ("p and 1 - p", lambda p, t, alarm, miss: cost(p, t, alarm, miss, lambda p: p, lambda p: 1 - p),
         "wrong with probability 1 - p"),
        ("always wrong", lambda p, t, alarm, miss: cost(p, t, alarm, miss, np.ones_like, np.ones_like), "how often"),
        ("below", lambda p, t, alarm, miss: cost(p, t, alarm, miss, above=False), "yes is said above the threshold"),
        ("mistakes", lambda p, t, alarm, miss: cost(p, t, 1, 1), "what do they cost"),
        ("sum", lambda p, t, alarm, miss: cost(p, t, alarm, miss, mean=np.sum), "a sum where the mean is asked"),
        ("each", lambda p, t, alarm, miss: np.where(p > t, (1 - p) * alarm, p * miss), "a single number"),
    ],
    "5.5": [
        ("micro", lambda said, true, K: (said == true).mean(), "this is micro F1"),
        ("only those present", lambda said, true, K: class_scores(said, true, K)[np.unique([said, true])].mean(),
         "with the score 0"),
        ("weighted", lambda said, true, K: class_scores(said, true, K) @ np.bincount(true, minlength=K) / len(true),
         "each class counts once"),
        ("once above", lambda said, true, K: class_scores(said, true, K, twice=1).mean(), "hits count twice"),
        ("IoU", lambda said, true, K: class_scores(said, true, K, twice=1, less=1).mean(), "the mean IoU"),
        ("each class", class_scores, "a single number"),
    ],
    "5.6": [
        ("before", lambda r, gamma: later(r[::-1], gamma)[::-1], "this adds what came before"),
        ("no gamma", lambda r, gamma: later(r, 1.0), "gamma is missing"),
        ("not added", lambda r, gamma: r * gamma ** np.arange(len(r)), "nothing is added up"),
        ("from the first step", lambda r, gamma: later(r, gamma) * gamma ** np.arange(len(r)), "counts from itself"),
        ("without its own", lambda r, gamma: later(r, gamma, start=1), "belongs to its return"),
        ("one too many", lambda r, gamma: gamma * later(r, gamma), "is not discounted"),
        ("reversed", lambda r, gamma: later(r, gamma, reverse=True), "from the last step to the first"),
        ("only the first", lambda r, gamma: later(r, gamma)[0], "shape"),
    ],
    "5.9": [
        ("no mean", lambda z, R: policy(z) * R, "the mean return is taken off"),
        ("no factor", lambda z, R: R - policy(z) @ R, "the factor pi_k is missing"),
        ("sign", lambda z, R: -by_jacobian(z, R), "the sign"),
        ("plain mean", lambda z, R: policy(z) * (R - R.mean()), "by its probability"),
        ("diagonal", lambda z, R: policy(z) * (1 - policy(z)) * R, "only action k itself"),
        ("mean without factor", lambda z, R: policy(z) * R - policy(z) @ R, "has the factor pi_k as well"),
        ("overflow", lambda z, R: (lambda e: e / e.sum() * (R - e @ R / e.sum()))(np.exp(z)), "large number"),
    ],
    "5.10": [
        ("prices of 1", lambda a, b, replace, delete, insert: repaired(a, b, 1, 1, 1), "where are the prices"),
        ("exchanged", lambda a, b, replace, delete, insert: repaired(a, b, replace, insert, delete),
         "deleting and inserting are exchanged"),
        ("never replaced", lambda a, b, replace, delete, insert: repaired(a, b, 1e9, delete, insert),
         "replacing is never used"),
        ("everything anew", lambda a, b, replace, delete, insert: delete * len(a) + insert * len(b),
         "costs nothing"),
        ("another exchange", lambda a, b, replace, delete, insert: repaired(a, b, insert, delete, replace),
         "replacing and inserting are exchanged"),
    ],
}

RIGHT_VALUES_ONLY = {
    "5.1": [("one by one", found_one_by_one, "loops over the examples")],
    "5.2": [("one by one", cost_one_by_one, "loops over the examples")],
    "5.9": [("one by one", by_actions, "loops over the examples")],
}

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "5.3": (
        [0.08, 0.083, np.float32(0.09)],
        [(0.9, "where half are sick"), (0.01, "among all people"), (0.018, "not proportional"), (0.5, "as many sick"),
         (0.3, "how many alarms are true"), ("0.08", "numbers in quotes are text"), (np.nan, "a finite number")],
    ),
    "5.7": (
        [0.86, 0.87, np.float32(0.85)],
        [(0.9, "place by place"), (0.1, "places that agree"), (1, "agrees by chance"),
         (0.5, "so much cannot be gained"), (0.7, "how many more digits"), (np.inf, "a finite number")],
    ),
    "5.11": (
        [0.94, 0.9375, 15 / 16],
        [(0.75, "one certain copy"), (0.25, "the share of the test"), (0.5625, "one is enough"),
         (0.0625, "has no copy"), (1, "can be in the test as well"), (0.66, "not by thirds"),
         (0.8, "when has a row"), (np.nan, "a finite number")],
    ),
}  # fmt: skip
