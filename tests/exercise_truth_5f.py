"""Judges the answers to the exercises of lab 5f without the worked solutions: by logarithms, by minimax, by hand."""

import numpy as np

from dlcourse.apps import tree_search
from dlcourse.environments import TicTacToe, minimax


def truth_5f_1(answer):
    """Ratios of shares are powers of ratios of visits; each row sums to 1."""
    rng = np.random.default_rng(0)
    for tau in (0.3, 1.0, 3.0):
        visits = rng.integers(1, 50, (6, 5)).astype(float)
        found = np.asarray(answer(visits.copy(), tau))
        np.testing.assert_allclose(found.sum(axis=1), 1)
        np.testing.assert_allclose(np.log(found / found[:, :1]), np.log(visits / visits[:, :1]) / tau)
    found = np.asarray(answer(np.array([[10_000.0, 0, 10_000], [3, 0, 1]]), 0.01))
    np.testing.assert_allclose(found, [[0.5, 0, 0.5], [1, 0, 0]], atol=1e-6)


def truth_5f_3(answer):
    """The results by who moved: even and odd steps before the end."""
    rng = np.random.default_rng(1)
    for steps in (1, 2, 5):
        visits, totals = rng.integers(0, 5, (6, 4)).astype(float), rng.normal(size=(6, 4))
        path = np.column_stack([np.arange(steps), rng.integers(4, size=steps)])
        new, sums = answer(visits.copy(), totals.copy(), path.copy(), 0.7)
        counted, added = np.asarray(new) - visits, np.asarray(sums) - totals
        for step, (position, move) in enumerate(path):
            assert counted[position, move] == 1
            np.testing.assert_allclose(added[position, move], -0.7 if (steps - step) % 2 else 0.7)
        assert counted.sum() == steps and np.count_nonzero(np.abs(added) > 1e-12) == steps


def truth_5f_4(answer):
    """The package's score, and all legal moves one by one."""
    rng = np.random.default_rng(2)
    n = rng.integers(0, 9, (80, 6)).astype(float)
    W, P = n * rng.uniform(-1, 1, n.shape), rng.dirichlet(np.ones(6), size=80)
    legal = (rng.random(n.shape) < 0.6).astype(int)
    legal[:, 0] = 1
    P = P * legal
    scores = tree_search.puct(n, W, P, c=2.3)
    expected = [max(np.flatnonzero(row), key=lambda a, at=at: scores[at, a]) for at, row in enumerate(legal)]
    assert np.array_equal(answer(n, W, P, legal, 2.3), expected)


def truth_5f_6(answer):
    """Minimax of tic-tac-toe from some positions, written out as trees; and counts by hand."""
    game = TicTacToe()
    worth = minimax(game)

    def written(state):
        outcome = game.outcome(state)
        return outcome if outcome is not None else [written(game.play(state, a)) for a in game.legal_moves(state)]

    for state in [s for s in worth if sum(s).bit_count() >= 4][::150]:
        tree = written(state)
        if isinstance(tree, list):
            assert answer(tree, -np.inf, np.inf)[0] == worth[state]
    assert tuple(answer([[1, -1], [0, 1], [-1, 0]], -np.inf, np.inf)) == (0, 5)
    assert tuple(answer([[-1, 1], [-1, 0]], -np.inf, np.inf)) == (-1, 3)  # the second answer cannot change a thing
    assert tuple(answer([[0, 1], [1, -1, 0], [1, 0]], -1, 0)) == (0, 2)  # 0 is all that is asked for


TRUTH = {"5f.1": truth_5f_1, "5f.3": truth_5f_3, "5f.4": truth_5f_4, "5f.6": truth_5f_6}
