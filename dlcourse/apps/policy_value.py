"""Why this file exists: one network answers both questions of a player: which moves to look at, and who is ahead.

It sees the board as two pictures, the mover's stones and the other's, so it never has to know which color it plays.
"""

import numpy as np

from .. import functional as F
from .. import nn
from ..environments import ConnectFour
from ..tensor import no_grad

FEATURES = 64


class PolicyValue(nn.Module):
    """A body that describes a position, and two linear heads: one score for each move, and one number for its worth.

    logits = W_p h + b_p,   value = tanh(w_v . h + b_v),   h = body(planes)

    Shapes:  planes (N, 2, rows, columns)  ->  logits (N, moves), values (N,) between -1 and 1, for the mover
    Source:  Silver et al. 2017, with far smaller bodies.   Chapter: 5f.
    """

    def __init__(self, body, features, moves, *, rng=None):
        self.body = body
        self.policy = nn.Linear(features, moves, rng=rng)
        self.value = nn.Linear(features, 1, rng=rng)

    def forward(self, planes):
        features = self.body(planes)  # (N, features)
        return self.policy(features), self.value(features).tanh().squeeze(-1)


def tic_tac_toe_network(*, rng=None):
    """Two layers of 64 for the nine cells: 6,026 parameters.   Returns: PolicyValue.   Chapter: 5f."""
    body = nn.Sequential(nn.Flatten(), nn.Linear(18, FEATURES, rng=rng), nn.ReLU(),
                         nn.Linear(FEATURES, FEATURES, rng=rng), nn.ReLU())
    return PolicyValue(body, FEATURES, 9, rng=rng)


def connect_four_network(*, rng=None):
    """Two convolutions of 32 channels and a layer of 64: 96,456 parameters.   Returns: PolicyValue.   Chapter: 5f."""
    body = nn.Sequential(nn.Conv2d(2, 32, 3, padding=1, rng=rng), nn.ReLU(),
                         nn.Conv2d(32, 32, 3, padding=1, rng=rng), nn.ReLU(),
                         nn.Flatten(), nn.Linear(32 * 42, FEATURES, rng=rng), nn.ReLU())
    return PolicyValue(body, FEATURES, 7, rng=rng)


def network_for(game, *, rng=None):
    """The network that fits the game.   Returns: PolicyValue.   Chapter: 5f."""
    return (connect_four_network if isinstance(game, ConnectFour) else tic_tac_toe_network)(rng=rng)


def masked(logits, legal):
    """Scores of which no illegal one survives the softmax: minus a billion stands for minus infinity.

    Shapes:  logits (N, moves), legal (N, moves) of True and False  ->  (N, moves)   Chapter: 5f.
    """
    return logits + np.where(legal, 0.0, -1e9).astype(logits.dtype)


def assess(network, planes, legal):
    """What the network thinks of some positions: how likely each legal move is, and what the mover may expect.

    Shapes:  planes (N, 2, rows, columns), legal (N, moves)  ->  probabilities (N, moves), values (N,), arrays
    Chapter: 5f.
    """
    with no_grad():
        logits, values = network(planes)
        return F.softmax(masked(logits, legal), dim=1).data, values.data
