"""Why this file exists: a search plays better than the network that guides it, so the network can learn from it.

A round: the network plays games against itself, each move chosen by a search; then it learns what the searches tried
and who won. The next round searches with the better network. Nobody else is asked.
"""

from typing import NamedTuple

import numpy as np

from .. import functional as F
from .. import optim
from .boards import Boards
from .policy_value import masked
from .tree_search import Advice, search


class Positions(NamedTuple):
    """What a round of games teaches: positions (M, 2), the shares of visits of the search there (M, moves), and who
    won in the end, for who moves there (M,): 1, 0 or -1."""

    states: np.ndarray
    policies: np.ndarray
    results: np.ndarray


class Settings(NamedTuple):
    """How self-play trains; the defaults are those of tic-tac-toe.

        rounds, games, walks   rounds, games in each, walks of the search for each move
        warm                   moves at the start of a game that are drawn in proportion to the visits; then the best
        noise                  (share, alpha) of the Dirichlet noise at the root
        window                 positions that are kept to learn from, the latest
        updates, batch_size    steps of the optimizer in each round, and positions in each step
        rate, decay            of AdamW; the rate falls to zero along a cosine
        value_weight           of the squared error of the value in the loss
    """

    rounds: int = 25
    games: int = 80
    walks: int = 40
    warm: int = 6
    noise: tuple | None = (0.25, 1.0)
    window: int = 10_000
    updates: int = 100
    batch_size: int = 256
    rate: float = 3e-3
    decay: float = 1e-4
    value_weight: float = 1.0


def tempered(visits, temperature=1.0):
    """Visits as probabilities: in proportion to n^(1 / temperature); at 0 all goes to the most visited.

    Shapes:  (G, moves)  ->  (G, moves)   Source:  Silver et al. 2017, Methods.   Chapter: 5f.
    """
    if temperature == 0:
        return np.eye(visits.shape[1])[visits.argmax(axis=1)]
    powers = (visits / visits.max(axis=1, keepdims=True)) ** (1 / temperature)  # at most 1: nothing overflows
    return powers / powers.sum(axis=1, keepdims=True)


def drawn(probabilities, rng):
    """One move of each row by its probability.   (G, moves)  ->  (G,)."""
    steps = probabilities.cumsum(axis=1)
    return (steps < rng.random((len(steps), 1)) * steps[:, -1:]).sum(axis=1)


def play_itself(game, evaluate, settings, *, rng, opponent=None):
    """Games of the search against itself, side by side, and what they teach.

    With an `opponent`, a function from positions to moves, it plays against that, and learns from its own moves alone.

    Returns: Positions.   Source:  Silver et al. 2017, Methods.   Chapter: 5f.
    """
    boards = Boards(game)
    states, going = boards.start(settings.games), np.arange(settings.games)
    seats = np.arange(settings.games) % 2  # where there is an opponent, it begins every second game
    seen, results, depth = [], np.zeros(settings.games), 0
    while len(going):
        moves = np.zeros(len(going), int)
        mine = np.ones(len(going), bool) if opponent is None else (seats[going] + depth) % 2 == 0
        if mine.any():
            forest = search(game, states[mine], evaluate, settings.walks, settings.noise, rng)
            visits = forest.visits[:, 0]
            moves[mine] = drawn(tempered(visits, 1.0 if depth < settings.warm else 0), rng)
            seen.append((states[mine], tempered(visits), going[mine], depth))
        if not mine.all():
            moves[~mine] = opponent(states[~mine])
        states, depth = boards.play(states, moves), depth + 1
        ends = boards.outcomes(states)
        over = ~np.isnan(ends)
        results[going[over]] = ends[over] * (-1) ** depth  # for the player who began
        states, going = states[~over], going[~over]
    states, shares, games, depths = zip(*seen, strict=True)
    won = [results[rows] * (-1) ** depth for rows, depth in zip(games, depths, strict=True)]  # for who moved there
    return Positions(*map(np.concatenate, (states, shares, won)))


def loss_of(network, game, batch, value_weight=1.0):
    """How far the network is from what the search tried and from what happened.

    L = -sum_a pi_a log p_a + (z - v)^2, the mean over the batch

    Shapes:  batch of Positions  ->  ()   Source:  Silver et al. 2017, eq. 1.   Chapter: 5f.
    """
    logits, values = network(game.planes(batch.states))
    policies, results = (array.astype(logits.dtype) for array in batch[1:])
    learned = F.cross_entropy(masked(logits, Boards(game).legal(batch.states)), policies)
    return learned + value_weight * F.mse_loss(values, results)


def turned(game, batch, rng):
    """Each position under a random symmetry of the board, and its policy with it.   Chapter: 5f."""
    ks = rng.integers(len(game.symmetries), size=len(batch.states))
    policies = np.empty_like(batch.policies)
    np.put_along_axis(policies, game.symmetries[ks], batch.policies, axis=1)
    return Positions(Boards(game).transform(batch.states, ks), policies, batch.results)


def learn(network, game, positions, optimizer, settings, *, rng):
    """Steps of the optimizer on random positions, each turned at random.   Returns: the mean loss.   Chapter: 5f."""
    losses = []
    for _ in range(settings.updates):
        chosen = rng.integers(len(positions.states), size=settings.batch_size)
        batch = turned(game, Positions(*(array[chosen] for array in positions)), rng)
        loss = loss_of(network, game, batch, settings.value_weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def train(game, network, settings, *, rng, opponent=None, advice=Advice, after_round=None):
    """Rounds of play and learning; the network learns in place.

    `advice(game, network)` makes what is said at the end of a walk, anew in each round, and `after_round(number, loss)`
    is called after each, from 1 on.

    Returns: the mean loss of each round, (rounds,).   Source:  Silver et al. 2017; Anthony et al. 2017.   Chapter: 5f.
    """
    optimizer = optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.decay)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.rounds)
    kept, losses = None, []
    for number in range(1, settings.rounds + 1):
        fresh = play_itself(game, advice(game, network), settings, rng=rng, opponent=opponent)
        kept = fresh if kept is None else Positions(*map(np.concatenate, zip(kept, fresh, strict=True)))
        kept = Positions(*(array[-settings.window :] for array in kept))
        losses.append(learn(network, game, kept, optimizer, settings, rng=rng))
        schedule.step()
        if after_round:
            after_round(number, losses[-1])
    return np.array(losses)
