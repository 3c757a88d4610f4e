"""Answers to the exercises of lab 5e, right ones of another kind and planted wrong ones.

A planted answer has a name, which says what its author got wrong, and the part of the message that has to name it.
"""

import functools

import numpy as np
from exercise_mistakes_5e import exploring, exploring_by_rows, judged, judged_by_steps, slopes, slopes_by_steps, stream
from scipy.special import softmax

with_ = functools.partial

OTHER_ANSWERS = [("5e.1", stream), ("5e.2", exploring), ("5e.4", judged), ("5e.5", slopes)]

# number: [(what its author got wrong, the answer, a part of the message)]
WRONG_ANSWERS = {
    "5e.1": [
        ("leak", with_(stream, leak=True), "belongs to that episode alone"),
        ("one step off", with_(stream, shift=1), "one step off"),
        ("no discount", lambda r, over, gamma: stream(r, over, 1.0), "the discount is missing"),
        ("not the own reward", with_(stream, own=0), "the reward of the step itself is missing"),
        ("discounted too early", lambda r, over, gamma: stream(r, over, gamma, first=gamma), "is not discounted"),
        ("last reward lost", with_(stream, last=False), "the last reward of an episode is lost"),
        ("past", lambda r, over, gamma: np.array([r[: t + 1] @ gamma ** np.arange(t, -1, -1) for t in range(len(r))]),
         "asked is what came after"),
    ],
    "5e.2": [
        ("only the others", with_(exploring, others=True), "is one of those that are drawn at random, too"),
        ("exchanged", with_(exploring, exchange=True), "the shares are exchanged"),
        ("not shared", with_(exploring, share="whole"), "sum to more than 1"),
        ("greedy", lambda q, epsilon: exploring(q, 0.0), "the random actions are missing"),
        ("no rest", with_(exploring, rest=False), "sum to less than 1"),
        ("worst", with_(exploring, pick=np.argmin), "the worst action"),
        ("softmax", lambda q, epsilon: softmax(q, axis=1), "a softmax of the values"),
        ("softmax for the best", lambda q, epsilon: (1 - epsilon) * softmax(q, axis=1) + epsilon / q.shape[1],
         "a softmax in place of the best"),
    ],
    "5e.4": [
        ("limit as end", with_(judged, ends="both"), "an end by the limit is no end"),
        ("limit only", with_(judged, ends="limit"), "are exchanged"),
        ("fall not at the limit", with_(judged, ends="fall alone"), "terminated alone decides"),
        ("no end", with_(judged, ends="never"), "nothing comes after a fall"),
        ("slow alone", with_(judged, choose="slow"), "the maximum of one network"),
        ("online alone", with_(judged, judge="online"), "the maximum of one network"),
        ("roles", with_(judged, choose="slow", judge="online"), "the roles are exchanged"),
        ("no discount", lambda *given: judged(*given[:-1], 1.0), "the discount is missing"),
        ("no reward at the end", with_(judged, keep="inside"), "the reward of the last step counts"),
        ("no reward", with_(judged, keep=False), "the reward is missing"),
    ],
    "5e.5": [
        ("one-hot", with_(slopes, others="one-hot"), "minus the probability of each"),
        ("taken only", with_(slopes, others="taken"), "the other actions of the same state"),
        ("sign", with_(slopes, sign=-1), "is to become likelier"),
        ("no credit", with_(slopes, credit=False), "the advantages are missing"),
        ("slope of pi", with_(slopes, of="p"), "asked is that of log pi"),
        ("sum", with_(slopes, mean="sum"), "a sum over the steps"),
        ("by state", with_(slopes, mean="states"), "a mean for each state"),
        ("added once", with_(slopes, add=False), "only one is counted"),
    ],
}  # fmt: skip

RIGHT_VALUES_ONLY = {
    "5e.2": [("row by row", exploring_by_rows, "loops over the examples")],
    "5e.4": [("step by step", judged_by_steps, "loops over the examples")],
    "5e.5": [("step by step", slopes_by_steps, "loops over the examples")],
}

PREDICTIONS = {  # number: (right ones, [(wrong one, a part of the message)])
    "5e.3": (
        [0.69, 0.7, np.float64(0.6)],
        [(0, "you look at the largest of ten"), (1, "the spread of a single reward"), (1.54, "after one try each"),
         (0.45, "the spread of one mean"), (0.31, "divided by the root of the tries"), (10, "nothing here is of that"),
         (0.2, "how far scatters a mean of five"), ("0.7", "numbers in quotes are text"), (np.nan, "a finite number")],
    ),
}  # fmt: skip
