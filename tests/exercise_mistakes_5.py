"""What the planted answers of chapter 5 are made of: solutions with a choice of faults, and faulty ones."""

import numpy as np


def found(score, true, threshold, over=np.greater, of_claims="said", of_things="true"):
    """Precision and recall, with a choice of faults."""
    said, there = over(score, threshold), true.astype(bool)
    sizes = {"said": said.sum(), "true": there.sum(), "no": (~said).sum(), "all": len(score)}
    hits = np.logical_and(said, there).sum()
    return hits / sizes[of_claims], hits / sizes[of_things]


def found_one_by_one(score, true, threshold):
    """The right values, example by example."""
    hits = claimed = there = 0
    for s, t in zip(score, true, strict=True):
        claimed += s > threshold
        there += t == 1
        hits += s > threshold and t == 1
    return hits / claimed, hits / there


def cost(p, threshold, alarm, miss, yes=lambda p: 1 - p, no=lambda p: p, above=True, mean=np.mean):
    """The mean price of decisions, with a choice of faults."""
    said = (p > threshold) == above
    return mean(np.concatenate([alarm * yes(p[said]), miss * no(p[~said])]))


def cost_one_by_one(p, threshold, alarm, miss):
    """The right value, case by case."""
    total = 0.0
    for each in p:
        total += (1 - each) * alarm if each > threshold else each * miss
    return total / len(p)


def class_scores(said, true, classes, twice=2, less=0):
    """The F1 of each class, with a choice of faults."""
    Y, S = np.eye(classes)[true], np.eye(classes)[said]
    hits = (Y * S).sum(axis=0)
    below = Y.sum(axis=0) + S.sum(axis=0) - less * hits
    return twice * hits / np.where(below == 0, 1, below)


def later(rewards, gamma, start=0, reverse=False):
    """Returns by a matrix of powers: row t holds gamma^(s - t) for s from t + start on."""
    steps = np.arange(len(rewards))
    ahead = steps[None] - steps[:, None]
    result = np.where(ahead >= start, float(gamma) ** np.maximum(ahead, 0), 0) @ rewards
    return result[::-1] if reverse else result


def policy(logits):
    """The probabilities of a policy."""
    pi = np.exp(logits - logits.max())
    return pi / pi.sum()


def by_jacobian(logits, worth):
    """The right gradient, by the whole Jacobian of the softmax."""
    pi = policy(logits)
    return (np.diag(pi) - np.outer(pi, pi)) @ worth


def by_actions(logits, worth):
    """The right gradient, action by action."""
    pi, mean = policy(logits), 0.0
    for k in range(len(pi)):
        mean += pi[k] * worth[k]
    return np.array([pi[k] * (worth[k] - mean) for k in range(len(pi))])


def repaired(a, b, replace, delete, insert, borders=None):
    """The cheapest repair by the whole table."""
    first, left = borders or (insert, delete)
    d = np.zeros((len(a) + 1, len(b) + 1))
    d[0], d[:, 0] = first * np.arange(len(b) + 1), left * np.arange(len(a) + 1)
    for i, j in np.ndindex(len(a), len(b)):
        corner = d[i, j] + replace * (a[i] != b[j])
        d[i + 1, j + 1] = min(d[i, j + 1] + delete, d[i + 1, j] + insert, corner)
    return float(d[-1, -1])
