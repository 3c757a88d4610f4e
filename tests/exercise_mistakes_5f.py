"""What the planted answers of lab 5f are made of: solutions with a choice of faults, and faulty ones."""

import math

import numpy as np


def powers(visits, tau, exponent=None, axis=1, divide=True, add=0):
    """Shares by logarithms, with a choice of faults."""
    with np.errstate(divide="ignore"):
        logs = np.log(visits + add) * (1 / tau if exponent is None else exponent(tau))
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    if axis != 1:
        raised = np.exp(logs)
    return raised / raised.sum(axis=axis, keepdims=True) if divide else np.exp(logs)


def softmax(visits, tau):
    """A softmax of the visits in place of powers."""
    raised = np.exp((visits - visits.max(axis=1, keepdims=True)) / tau)
    return raised / raised.sum(axis=1, keepdims=True)


def overflowing(visits, tau):
    """Powers of large numbers."""
    raised = visits ** (1 / tau)
    return raised / raised.sum(axis=1, keepdims=True)


def by_rows(visits, tau):
    """The right values, row by row."""
    return np.array([powers(row[None], tau)[0] for row in visits])


def up(visits, totals, path, value, start=-1, flip=-1, only_last=False, count=1, weigh=False):
    """A walk from its end to the root, with a choice of faults."""
    visits, totals = visits.copy(), totals.copy()
    sign = start
    for step in range(len(path) - 1, -1, -1):
        at = tuple(path[step])
        visits[at] += count
        totals[at] += sign * value * ((1 + visits[at] - count) if weigh else 1)
        sign *= flip
        if only_last:
            break
    return visits, totals


def from_the_root(visits, totals, path, value, start=1):
    """Signs that are counted from the root."""
    visits, totals = visits.copy(), totals.copy()
    for step, at in enumerate(map(tuple, path)):
        visits[at] += 1
        totals[at] += start * (-1) ** step * value
    return visits, totals


def down(n, W, P, legal, c, mean=True, together="row", inner=1.0, root="above", which=max, mask=True, terms="QU"):
    """One position after the other with the scores in plain Python, with a choice of faults."""
    moves = []
    for row in range(len(n)):
        everything = {"row": n[row].sum(), "all": n.sum(), "own": None}[together]
        scores = {}
        for a in range(n.shape[1]):
            if mask and legal[row, a] != 1:
                continue
            visits = n[row, a]
            Q = (W[row, a] / visits if visits else 0) if mean else W[row, a]
            N = visits if everything is None else everything
            below = max(visits, 1) if inner == 0 else 1 + visits
            U = c * P[row, a] * (math.sqrt(1 + N) / below if root == "above" else math.sqrt((1 + N) / below))
            scores[a] = ("Q" in terms) * Q + ("U" in terms) * U
        moves.append(which(scores, key=scores.get))
    return np.array(moves)


def at_once(n, W, P, legal, c):
    """The right scores for all positions, with a masked array."""
    Q = np.divide(W, n, out=np.zeros_like(W), where=n > 0)
    U = (c * P.T * np.sqrt(1 + n.sum(axis=1)) / (1 + n.T)).T
    return np.ma.array(Q + U, mask=legal == 0).argmax(axis=1)


def sure(tree, alpha, beta):
    """Alpha-beta that returns what it is sure of, written in another way: fail-hard at the bounds inside."""
    if not isinstance(tree, list):
        return tree, 1
    values, looked = [], 0
    for after in tree:
        value, count = sure(after, -beta, -max([alpha, *values]))
        values.append(-value)
        looked += count
        if values[-1] >= beta:
            break
    return max(values), looked


def plain(tree, alpha, beta):
    """Minimax without cutting."""
    if not isinstance(tree, list):
        return tree, 1
    found = [plain(after, alpha, beta) for after in tree]
    return max(-value for value, _ in found), sum(count for _, count in found)


def same_side(tree, alpha, beta):
    """Both players want the same."""
    if not isinstance(tree, list):
        return tree, 1
    found = [same_side(after, alpha, beta) for after in tree]
    return max(value for value, _ in found), sum(count for _, count in found)


def faulty(tree, alpha, beta, swap=True, hand_down=True, strict=False):
    """Alpha-beta with a choice of faults."""
    if not isinstance(tree, list):
        return tree, 1
    best, looked = -math.inf, 0
    for after in tree:
        low = max(alpha, best) if hand_down else alpha
        value, count = faulty(after, *((-beta, -low) if swap else (low, beta)), swap, hand_down, strict)
        looked += count
        best = max(best, -value)
        if best > beta or best == beta and not strict:
            break
    return best, looked
