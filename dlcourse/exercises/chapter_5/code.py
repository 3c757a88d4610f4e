"""Why this file exists: it holds the code of chapter 5's exercises.

Worked answers and experiments whose outcome is to be predicted.

The learner sees this source: the docstring of an answer is the task's contract and stands in the stub, its body stands
in the worked solution. So these functions use what chapters 1 to 5 teach, and NumPy, and nothing else.
"""

import numpy as np


def precision_recall(score, true, threshold):
    """Return precision and recall of saying yes where the score (N,) is above the threshold.

    true (N,) is 1 where there is something and 0 where there is nothing. Some scores are above the threshold, and there
    is something somewhere.
    """
    said = score > threshold
    hits = (said & (true == 1)).sum()
    return hits / said.sum(), hits / (true == 1).sum()


def expected_cost(p, threshold, alarm, miss):
    """Return what a decision costs on average, if one says yes where p (N,) is above the threshold.

    p are calibrated probabilities that there is something. A yes where nothing is costs `alarm`, a no where something
    is costs `miss`, and what is right costs nothing.
    """
    return np.where(p > threshold, (1 - p) * alarm, p * miss).mean()


def rarer_by(factor=50):
    """A test finds 90 % of the sick and alarms 10 % of the healthy. Half of all people are sick, later half / factor.

    What is its precision then?
    """
    rng = np.random.default_rng(0)
    sick = rng.random(4_000_000) < 0.5 / factor
    alarm = rng.random(sick.size) < np.where(sick, 0.9, 0.1)
    return round(float(sick[alarm].mean()), 2)


def macro_f1(said, true, classes):
    """Return the mean of the F1 scores of the classes, 0 to `classes` - 1, each of which counts once.

    said, true (N,) are classes. A class that occurs neither in `said` nor in `true` has the score 0.
    """
    scores = []
    for k in range(classes):
        hits = ((said == k) & (true == k)).sum()
        both = (said == k).sum() + (true == k).sum()  # hits and false alarms, hits and misses
        scores.append(2 * hits / both if both else 0.0)
    return np.mean(scores)


def discounted(rewards, gamma):
    """Return for each step of an episode the return from there on, (T,).

    rewards (T,) are those of the steps. The return of a step is its reward and gamma times the return of the next step.
    """
    returns, later = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        later = rewards[t] + gamma * later
        returns[t] = later
    return returns


def random_strings(length=10, pairs=2000):
    """Two random strings of digits: how large is their edit distance on average, divided by the length?"""
    rng, total = np.random.default_rng(0), 0
    for a, b in rng.integers(0, 10, (pairs, 2, length)):
        row = np.arange(length + 1)
        for i, digit in enumerate(a, start=1):
            corner, row[0] = row[0], i
            for j in range(1, length + 1):
                corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (digit != b[j - 1]))
        total += row[-1]
    return round(float(total / pairs / length), 2)


def return_gradient(logits, worth):
    """Return the gradient of the mean return by the logits, (K,).

    The policy takes action a with the probability softmax(logits)_a, and the action brings worth[a]. logits, worth (K,)
    are floats.
    """
    pi = np.exp(logits - logits.max())
    pi = pi / pi.sum()
    return pi * (worth - pi @ worth)


def costly_distance(a, b, replace, delete, insert):
    """Return what it costs at least to turn the string a into the string b.

    Replacing a symbol of a by another one costs `replace`, deleting one costs `delete`, and inserting one costs
    `insert`. The three prices are positive.
    """
    row = [j * insert for j in range(len(b) + 1)]
    for symbol in a:
        above, row = row, [row[0] + delete]
        for j, other in enumerate(b, start=1):
            kept = above[j - 1] + (symbol != other) * replace
            row.append(min(above[j] + delete, row[j - 1] + insert, kept))
    return row[-1]


def copies_on_both_sides(copies=3, test=0.25):
    """Each text is there three times. A quarter of all rows becomes the test, at random.

    What share of the test rows has a copy among the training rows?
    """
    rng = np.random.default_rng(0)
    text = np.repeat(np.arange(20_000), copies)
    in_test = rng.random(text.size) < test
    known = np.isin(text[in_test], text[~in_test])
    return round(float(known.mean()), 2)
