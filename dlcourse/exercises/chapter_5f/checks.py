"""Why this file exists: it judges the answers to lab 5f's exercises.

Each check takes what the learner hands over and raises `CheckFailed` if it is wrong. Wherever a mistake is common, the
check computes the wrong value as well (a "trap"), so that the message can say which mistake it was.
"""

import numpy as np

from ..calls import call, parts, without_loop
from ..checks import compare, compare_all
from ..predictions import near
from . import code


def shares(answer):
    visits = np.array([[8.0, 4, 0, 4], [1, 30, 5, 0], [2, 2, 1, 7]])
    for tau in (1.0, 0.5, 2.0):
        def of(powers, axis=1):
            return powers / powers.sum(axis=axis, keepdims=True)

        exponent = np.exp((visits - visits.max(axis=1, keepdims=True)) / tau)
        traps = [
            (of(visits**tau), "the exponent is 1 / tau"),
            (of(visits), "the temperature is missing"),
            (of(visits ** (1 / tau), axis=0), "the sum goes over the moves of one position, axis 1"),
            (of(visits ** (1 / tau), axis=None), "each row has a sum of its own; these are shares of all positions"),
            (of(exponent), "this is the softmax of the visits; asked are powers, and no visit stays 0"),
            (of(exponent * (visits > 0)), "this is a softmax of the visits; asked are powers"),
            (visits ** (1 / tau), "the division by the sum is missing"),
            (of(visits) ** (1 / tau), "the power comes first and the shares after it; these do not sum to 1"),
            (of((visits + 1) ** (1 / tau)), "a move without visits has the share 0"),
        ]
        traps = [trap for trap in traps if not np.allclose(trap[0], code.shares(visits, tau))]
        compare(f"shares, tau = {tau}", call(answer, visits, tau), code.shares(visits, tau), traps)
    large = np.array([[9000.0, 10_000, 1]])
    compare("shares, 10,000 visits and tau = 0.01", call(answer, large, 0.01), code.shares(large, 0.01))
    without_loop(answer, lambda N: (np.tile(visits, (N, 1))[:N], 0.5))


def walked(answer):
    rng, names = np.random.default_rng(1), ("visits", "totals")
    paths = [[0, 0], [1, 2], [4, 1], [3, 1]], [[0, 1], [2, 0], [3, 2]], [[0, 2]]
    for path, value in zip(paths, (0.3, -0.6, 1.0), strict=True):  # short ones cannot tell the mistakes apart
        visits, path = rng.integers(1, 9, (5, 3)).astype(float), np.array(path)
        totals = visits * rng.uniform(-1, 1, (5, 3))
        right, steps = code.walked(visits, totals, path, value), np.arange(len(path))
        up = value * (-1.0) ** steps[::-1]

        def of(added, counted=1, visits=visits, totals=totals, path=path):
            new, sums = visits.copy(), totals.copy()
            new[path[:, 0], path[:, 1]] += counted
            sums[path[:, 0], path[:, 1]] += added
            return new, sums

        last = (steps == len(path) - 1).astype(float)
        traps = [
            (of(up), "the value is seen by the player who moves after the last step; for the one who made it, it is "
             "the opposite. Count the signs from the end of the walk"),
            (of(-np.full(len(path), value)), "the sign changes from each position to the one above it"),
            (of(np.full(len(path), value)), "the sign has to change from position to position"),
            (of(-value * last, last), "all positions of the walk learn of it, not only the last"),
            (of(-up, 0), "the visits grow by 1 along the walk"),
            (of(-up * (1 + visits[path[:, 0], path[:, 1]])), "the result counts once, not once for each visit"),
        ]
        traps = [trap for trap in traps if not np.allclose(trap[0], right)]
        compare_all(names, parts(answer, names, visits, totals, path, value), right, traps,
                    f"walked, {len(path)} step{'s' * (len(path) > 1)}: ")


def chosen(answer):
    rng = np.random.default_rng(2)
    for G, A, c in ((40, 5, 1.5), (60, 3, 0.7)):
        n = rng.integers(0, 8, (G, A)).astype(float)
        W, P = n * rng.uniform(-1, 1, (G, A)), rng.dirichlet(np.ones(A), size=G)
        legal = (rng.random((G, A)) < 0.7).astype(int)
        legal[np.arange(G), rng.integers(A, size=G)] = 1
        n, W, P = n * legal, W * legal, P * legal
        right, N, Q = code.chosen(n, W, P, legal, c), n.sum(axis=1, keepdims=True), W / np.maximum(n, 1)

        def of(scores, which=np.argmax, legal=legal):
            worst = -np.inf if which is np.argmax else np.inf
            return which(np.where(legal == 1, scores, worst), axis=1)

        traps = [
            ((Q + c * P * np.sqrt(1 + N) / (1 + n)).argmax(axis=1), "a move that cannot be played was taken: a "
             "score of 0 may be the highest"),
            (of(W + c * P * np.sqrt(1 + N) / (1 + n)), "the sum of results has to be divided by the visits"),
            (of(Q + P * np.sqrt(1 + N) / (1 + n)), "the factor c is missing"),
            (of(Q + c * P * np.sqrt(1 + n) / (1 + n)), "N is the sum of the visits of all moves"),
            (of(Q + c * P * np.sqrt(1 + n.sum()) / (1 + n)), "N is the sum over the moves of one position"),
            (of(Q + c * P * np.sqrt(1 + N) / np.maximum(n, 1)), "the bonus is divided by 1 + n"),
            (of(Q + c * P * np.sqrt((1 + N) / (1 + n))), "the root is over 1 + N alone"),
            (of(Q + c * np.sqrt(1 + N) / (1 + n)), "the prior is missing"),
            (of(Q), "the bonus is missing"),
            (of(c * P * np.sqrt(1 + N) / (1 + n)), "the mean result is missing"),
            (of(Q + c * P * np.sqrt(1 + N) / (1 + n), np.argmin), "this is the lowest score"),
            (of(n), "these are the most visited; asked is the move that the walk takes next"),
        ]
        traps = [trap for trap in traps if not np.array_equal(trap[0], right)]
        compare(f"chosen, {A} moves", call(answer, n, W, P, legal, c), right, traps)
    without_loop(answer, lambda N: (*(np.tile(a[0], (N, 1)) for a in (n, W, P, legal)), 1.5))


def cut(answer):
    names = ("worth", "looked")
    trees = ([[[1, 1], [-1, 1]], [[1, 1], [1, 0, 1]]], [[1, -1], [0, 1], [-1, 0]], [0, [1, [0, -1]], -1])
    for tree in trees:
        right = code.cut(tree, -np.inf, np.inf)
        worth, every = code.cut(tree, -np.inf, np.inf)[0], _leaves(tree)
        traps = [
            ((_same_side(tree), right[1]), "what is good for the next player is bad for this one: the sign"),
            ((_same_side(tree), every), "what is good for the next player is bad for this one: the sign"),
            ((-worth, right[1]), "the sign of the whole"),
            ((worth, every), "everything was looked at: does a better move raise alpha, does the next player get "
             "-beta, -alpha, and does a move worth beta or more end the looking?"),
            (_only_above(tree), "a move that is worth exactly beta is enough to stop"),
        ]
        traps = [trap for trap in traps if trap[0] != right]
        compare_all(names, parts(answer, names, tree, -np.inf, np.inf), right, traps, f"cut({tree}): ")
    tree = [[0, 1], [1, -1, 0], [1, 0]]
    compare_all(names, parts(answer, names, tree, -1, 0), code.cut(tree, -1, 0),
                [(code.cut(tree, -np.inf, np.inf), "alpha and beta are given; they need not be infinite")],
                f"cut({tree}, -1, 0): ")


def _leaves(tree):
    return sum(map(_leaves, tree)) if isinstance(tree, list) else 1


def _same_side(tree):
    return max(map(_same_side, tree)) if isinstance(tree, list) else tree


def _only_above(tree, alpha=-np.inf, beta=np.inf):
    """The worked answer, but it stops only above beta."""
    if not isinstance(tree, list):
        return tree, 1
    best, looked = -np.inf, 0
    for after in tree:
        value, count = _only_above(after, -beta, -max(alpha, best))
        best, looked = max(best, -value), looked + count
        if best > beta:
            break
    return best, looked


def visits_without_prior(prediction):
    traps = (
        (100, "B pays most; but somebody has to look first. What is its score before the first visit?"),
        (99, "B pays most; but somebody has to look first. What is its score before the first visit?"),
        (50, "the bonus is in proportion to the prior, and that is 0"),
        (1, "UCB tries each move once; what does (5f.4) say of a move with n = 0 and P = 0?"),
        (10, "the bonus of B does not grow with the walks: it is 0 times a root"),
    )
    near("the visits of B", prediction, code.visits_without_prior(), 0.5, traps,
         "what are the scores of A and of B in the first walk, and what changes in the second?")
