"""Why this file exists: it holds the code of lab 5f's exercises.

Worked answers, and an experiment whose outcome is to be predicted. The learner sees this source: the docstring of an
answer is the task's contract and stands in the stub, its body stands in the worked solution.
"""

import numpy as np


def shares(visits, tau):
    """Return equation (5f.5) for each row: the shares of n^(1 / tau), (G, A).

    visits (G, A) are counts from 0 on, with at least one visit in each row; the temperature tau is above 0. Counts may
    be as large as 10,000 and tau as small as 0.01.
    """
    powers = (visits / visits.max(axis=1, keepdims=True)) ** (1 / tau)
    return powers / powers.sum(axis=1, keepdims=True)


def visits_without_prior(walks=100, noise=0.0):
    """Two moves: A always pays 0.1 and has all of the prior, B always pays 1 and has none. Who is visited how often?

    With `noise`, that share of the priors is spread evenly over both. Returns the visits of B.
    """
    pays, n, W = np.array([0.1, 1.0]), np.zeros(2), np.zeros(2)
    P = (1 - noise) * np.array([1.0, 0.0]) + noise * 0.5
    for _ in range(walks):
        scores = W / np.maximum(n, 1) + 1.5 * P * np.sqrt(1 + n.sum()) / (1 + n)  # equation (5f.4)
        a = scores.argmax()
        n[a], W[a] = n[a] + 1, W[a] + pays[a]
    return int(n[1])


def walked(visits, totals, path, value):
    """Return the visits and the sums of results after one walk has gone up, both (S, A).

    visits and totals (S, A) belong to S positions with A moves each. path (T, 2) has a row for each step of the walk
    from the root down: the position and the move that was taken there. `value` is what the last move led to, seen by
    the player who is to move then. A sum belongs to the player who moves in its position.
    """
    visits, totals = visits.copy(), totals.copy()
    for position, move in path[::-1]:
        value = -value
        visits[position, move] += 1
        totals[position, move] += value
    return visits, totals


def chosen(n, W, P, legal, c):
    """Return the move that equation (5f.4) takes in each position, (G,).

    n, W and P (G, A) are visits, sums of results and priors; Q is 0 for a move without visits. legal (G, A) has 1 for
    a move that can be played and 0 for one that cannot.
    """
    Q = W / np.maximum(n, 1)
    bonus = c * P * np.sqrt(1 + n.sum(axis=1, keepdims=True)) / (1 + n)
    return np.where(legal == 1, Q + bonus, -np.inf).argmax(axis=1)


def cut(tree, alpha, beta):
    """Return what a position is worth to its mover, and how many finished games were looked at; both are numbers.

    A tree is a number, the result of a finished game for the one who would move, or a list of trees, one for each
    move. The worth is exact if it lies between alpha and beta. Moves are looked at in their order, and no more once
    one of them is worth beta or more.
    """
    if not isinstance(tree, list):
        return tree, 1
    best, looked = -np.inf, 0
    for after in tree:
        value, count = cut(after, -beta, -max(alpha, best))
        best, looked = max(best, -value), looked + count
        if best >= beta:
            break
    return best, looked
