"""Why this file exists: a player who looks ahead has to choose where to look, and this is how the choice is made.

One search is many short walks from the position down a tree that grows by one position a walk. `ucb` and `puct` say
where a walk goes, `Rollouts` and `Advice` what is said at its end. Many trees grow in lock step, so that what is said
of their new positions is said in one batch. `alpha_beta` looks at everything, to a fixed depth.
"""

from functools import partial

import numpy as np

from .boards import Boards, random_moves
from .policy_value import assess

FIRST = 1e3  # more than any score: a move that was never tried goes first


def ucb(visits, totals, priors, c=1.4):
    """How promising each move is: its mean result, and a bonus for being rarely tried.

    Q_a + c sqrt(ln N / n_a),   N = sum of n_a; untried moves go first, in the order of their priors

    Shapes:  (G, moves) each  ->  (G, moves)
    Source:  Auer et al. 2002, fig. 1 (c = sqrt 2, results from 0 to 1); in a tree: Kocsis and Szepesvari 2006.
    Chapter: 5f.
    """
    tried = np.maximum(visits, 1)
    together = np.log(np.maximum(visits.sum(axis=1, keepdims=True), 1))
    return np.where(visits > 0, totals / tried + c * np.sqrt(together / tried), FIRST + priors)


def puct(visits, totals, priors, c=1.5):
    """How promising each move is: its mean result, and a bonus in proportion to its prior that fades with its visits.

    Q_a + c P_a sqrt(1 + N) / (1 + n_a),   Q_a = 0 for an untried move

    Shapes:  (G, moves) each  ->  (G, moves)
    Source:  Silver et al. 2017, Methods; after Rosin 2011. 1 + N counts the visit in which the position was new.
    Chapter: 5f.
    """
    together = np.sqrt(1 + visits.sum(axis=1, keepdims=True))
    return totals / np.maximum(visits, 1) + c * priors * together / (1 + visits)


class Rollouts:
    """What is said of a position without any knowledge: the result of one game played on at random.

    The priors are a random order of the legal moves; the scores are those of `ucb`.

    Shapes:  states (M, 2), none of them over  ->  priors (M, moves), values (M,)
    Source:  Coulom 2006; Kocsis and Szepesvari 2006.   Chapter: 5f.
    """

    def __init__(self, game, seed=0, c=1.4):
        self.boards, self.rng, self.score = Boards(game), np.random.default_rng(seed), partial(ucb, c=c)

    def __call__(self, states):
        priors = self.rng.random((len(states), self.boards.game.moves))
        values, going, sign = np.zeros(len(states)), np.arange(len(states)), 1.0
        while len(going):
            states = self.boards.put(states, random_moves(self.boards.legal(states), self.rng))
            sign = -sign
            ends = self.boards.outcomes(states)
            over = ~np.isnan(ends)
            values[going[over]] = sign * ends[over]
            states, going = states[~over], going[~over]
        return priors, values


class Advice:
    """What is said of a position by a network; what was said once is kept, so make a new one when weights change.

    The scores are those of `puct`.

    Shapes:  states (M, 2), none of them over  ->  priors (M, moves), values (M,)   Chapter: 5f.
    """

    def __init__(self, game, network, c=1.5):
        self.boards, self.network, self.known, self.score = Boards(game), network, {}, partial(puct, c=c)

    def __call__(self, states):
        keys = list(map(tuple, states.tolist()))
        if new := [key for key in dict.fromkeys(keys) if key not in self.known]:
            fresh = np.array(new)
            found = assess(self.network, self.boards.game.planes(fresh), self.boards.legal(fresh))
            self.known.update(zip(new, zip(*found, strict=True), strict=True))
        priors, values = zip(*map(self.known.__getitem__, keys), strict=True)
        return np.array(priors, float), np.array(values, float)


class Forest:
    """One search tree for each of G positions, all grown by one walk at a time.

    Arrays of G trees, up to S nodes in each, and A moves from each node; node 0 is the root.

        visits, totals   (G, S, A)   how often a move was tried there, and the sum of what came of it for the mover
        priors, legal    (G, S, A)
        children         (G, S, A)   the node a move leads to, 0 while it was not tried
        states, ends     (G, S, 2), (G, S)   positions, and what a finished one is worth to its mover, else NaN

    Raises:  ValueError if a game is over.   Source:  Coulom 2006; Silver et al. 2017.   Chapter: 5f.
    """

    def __init__(self, game, roots, evaluate, capacity):
        roots = np.array(roots, np.int64).reshape(-1, 2)
        self.boards, self.evaluate = Boards(game), evaluate
        shape = len(roots), capacity + 1, game.moves
        self.visits, self.totals, self.priors = (np.zeros(shape) for _ in range(3))
        self.children, self.legal = np.zeros(shape, int), np.zeros(shape, bool)
        self.states, self.ends = np.zeros((*shape[:2], 2), np.int64), np.full(shape[:2], np.nan)
        self.size = np.zeros(len(roots), int)
        self._add(np.arange(len(roots)), roots)
        if not np.isnan(self.ends[:, 0]).all():
            raise ValueError("a search expected positions in which somebody can move, got one whose game is over")

    def _add(self, trees, states):
        """New nodes, one in each of these trees; what they are worth to their movers."""
        nodes = self.size[trees]
        self.size[trees] += 1
        self.states[trees, nodes] = states
        self.ends[trees, nodes] = values = self.boards.outcomes(states)
        if (on := np.isnan(values)).any():
            self.legal[trees[on], nodes[on]] = self.boards.legal(states[on])
            self.priors[trees[on], nodes[on]], values[on] = self.evaluate(states[on])
        return values

    def shake(self, share, alpha, rng):
        """Mix Dirichlet noise into the priors of the roots: (1 - share) P + share D, D ~ Dirichlet(alpha).

        Source:  Silver et al. 2017, Methods (share 0.25, alpha 0.03 for Go).
        """
        noise = rng.gamma(alpha, size=self.priors[:, 0].shape) * self.legal[:, 0]  # gammas, divided by their sum
        noise /= noise.sum(axis=1, keepdims=True)
        self.priors[:, 0] = (1 - share) * self.priors[:, 0] + share * noise

    def walk(self):
        """One walk in every tree: down by the best scores, one new node, and back up with what it is worth."""
        trees, nodes, path = np.arange(len(self.size)), np.zeros(len(self.size), int), []
        values = np.zeros(len(trees))
        new, new_states = [], []
        while len(trees):
            moves = self.best(trees, nodes)
            path.append((trees, nodes, moves))
            below = self.children[trees, nodes, moves]
            if (fresh := below == 0).any():
                new.append(trees[fresh])
                new_states.append(self.boards.put(self.states[trees[fresh], nodes[fresh]], moves[fresh]))
                self.children[trees[fresh], nodes[fresh], moves[fresh]] = self.size[trees[fresh]]
            ends = self.ends[trees, below]
            ended = ~fresh & ~np.isnan(ends)
            values[trees[ended]] = ends[ended]
            on = ~fresh & ~ended
            trees, nodes = trees[on], below[on]
        if new:
            new = np.concatenate(new)
            values[new] = self._add(new, np.concatenate(new_states))
        for trees, nodes, moves in reversed(path):
            values[trees] = -values[trees]  # what is good for one is bad for the other
            self.visits[trees, nodes, moves] += 1
            self.totals[trees, nodes, moves] += values[trees]

    def best(self, trees, nodes):
        """The legal move with the highest score at one node of each tree.   (K,), (K,)  ->  (K,)."""
        at = trees, nodes
        scores = self.evaluate.score(self.visits[at], self.totals[at], self.priors[at])
        return np.where(self.legal[at], scores, -np.inf).argmax(axis=1)


def search(game, roots, evaluate, walks, noise=None, rng=None):
    """Grow one tree for each position by so many walks; the visits of the roots are what was learned.

    `evaluate` is Rollouts(game) or Advice(game, network); `noise` is (share, alpha) for the roots.

    Shapes:  roots (G, 2)  ->  Forest; its visits[:, 0] are (G, moves) and sum to `walks`
    Raises:  ValueError if a game is over.   Chapter: 5f.
    """
    forest = Forest(game, roots, evaluate, walks)
    if noise:
        forest.shake(*noise, rng)
    for _ in range(walks):
        forest.walk()
    return forest


def network_player(game, network):
    """The likeliest legal move, without looking ahead.   Returns: a function (M, 2) -> (M,).   Chapter: 5f."""
    advice = Advice(game, network)
    return lambda states: advice(states)[0].argmax(axis=1)


def search_player(game, evaluate, walks):
    """The move that a search tried most often.   Returns: a function (M, 2) -> (M,).   Chapter: 5f."""
    return lambda states: search(game, states, evaluate, walks).visits[:, 0].argmax(axis=1)


def alpha_beta(game, state, depth, alpha=-np.inf, beta=np.inf):
    """What a position is worth by looking at everything `depth` moves deep; 0 where nothing is decided by then.

    A win counts 1 + the depth that is left, so the sooner the better. Whatever cannot change the result is cut off: a
    move is not looked at any further once the opponent has a better choice elsewhere.

    Source:  Knuth and Moore 1975.   Chapter: 5f.
    """
    outcome = game.outcome(state)
    if outcome is not None or depth == 0:
        return (outcome or 0) * (1 + depth)
    moves = game.legal_moves(state)
    for move in sorted(moves, key=lambda move: abs(2 * move + 1 - game.moves)):  # the middle first: it cuts more
        alpha = max(alpha, -alpha_beta(game, game.play(state, move), depth - 1, -beta, -alpha))
        if alpha >= beta:
            break
    return alpha


def alpha_beta_player(game, depth, seed=0):
    """The best move, `depth` moves deep; of equal ones any.   Returns: a function (M, 2) -> (M,).   Chapter: 5f."""
    rng = np.random.default_rng(seed)

    def one(state):
        moves = game.legal_moves(state)
        worth = np.array([-alpha_beta(game, game.play(state, move), depth - 1) for move in moves])
        return moves[rng.choice(np.flatnonzero(worth == worth.max()))]

    return lambda states: np.array([one(tuple(state)) for state in states.tolist()])
