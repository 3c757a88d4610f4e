"""Why this file exists: a network wants positions by the hundred, so hundreds of games are played side by side.

`Boards` asks of an array of positions what `Game` asks of one; a player is then a function from positions to moves.
"""

import numpy as np

from ..environments import ConnectFour, Score
from ..environments.connect_four import BOTTOMS, WHOLE_COLUMNS
from ..environments.tic_tac_toe import BITS, MOVED, WINS


class Boards:
    """The rules of a game for many positions at once; positions are rows (mover's stones, the other's).

    A stone falls by an addition: 1 at the bottom of a column carries past its stones to the lowest empty cell. A cell
    of tic-tac-toe is a column of one cell, so the same line serves both games.

    Shapes:  states (M, 2), moves (M,)   Source:  as `ConnectFour` and `TicTacToe`.   Chapter: 5f.
    """

    def __init__(self, game):
        falls = isinstance(game, ConnectFour)
        self.game = game
        self.bottoms = np.array(BOTTOMS if falls else BITS, np.int64)
        self.columns = np.array(WHOLE_COLUMNS if falls else BITS, np.int64)
        self.has_line = game.has_line if falls else np.array(WINS).__getitem__

    def start(self, games):
        """Many empty boards.   Returns: (games, 2)."""
        return np.tile(np.array(self.game.start, np.int64), (games, 1))

    def stones(self, states):
        """The bit that each move would add, 0 where there is no room.   (M, 2)  ->  (M, moves)."""
        occupied = states[:, 0] | states[:, 1]
        return (occupied[:, None] + self.bottoms) & self.columns

    def legal(self, states):
        """Which moves can be played, none where the game is over.   (M, 2)  ->  (M, moves) of True and False."""
        return (self.stones(states) != 0) & ~self.has_line(states[:, 1])[:, None]

    def play(self, states, moves):
        """The positions after these moves, each seen by the other player.   (M, 2), (M,)  ->  (M, 2).

        Raises:  ValueError for a move that is not legal, with its position.
        """
        if not (fine := self.legal(states)[np.arange(len(states)), moves]).all():
            wrong = int(np.argmin(fine))
            raise ValueError(f"play expected legal moves, got {moves[wrong]} in row {wrong}:\n"
                             f"{self.game.draw(tuple(states[wrong].tolist()))}")
        return self.put(states, moves)

    def put(self, states, moves):
        """`play` for moves that are known to be legal.   (M, 2), (M,)  ->  (M, 2)."""
        added = self.stones(states)[np.arange(len(states)), moves]
        return np.stack([states[:, 1], states[:, 0] | added], axis=1)

    def outcomes(self, states):
        """What each finished game is worth to its mover, -1 or 0, and NaN where it goes on.   (M, 2)  ->  (M,)."""
        full = (states[:, 0] | states[:, 1]) == self.game.full
        return np.where(self.has_line(states[:, 1]), -1.0, np.where(full, 0.0, np.nan))

    def transform(self, states, ks):
        """Each position under its own symmetry of the board.   (M, 2), (M,)  ->  (M, 2)."""
        if isinstance(self.game, ConnectFour):
            mirrored = np.stack(self.game.transform((states[:, 0], states[:, 1]), 1), axis=1)
            return np.where(ks[:, None] == 1, mirrored, states)
        return np.array(MOVED)[ks[:, None], states]


def random_moves(legal, rng):
    """One of the legal moves of each row, all with equal chance.   (M, moves)  ->  (M,)."""
    return np.where(legal, rng.random(legal.shape), -1.0).argmax(axis=1)


def random_mover(game, seed=0):
    """`random_player` for many positions at once.   Returns: a function (M, 2) -> (M,).   Chapter: 5f."""
    boards, rng = Boards(game), np.random.default_rng(seed)
    return lambda states: random_moves(boards.legal(states), rng)


def play_many(game, first, second, games):
    """Many games side by side.   Returns: results (games,) for the player who began, 1, 0 or -1.   Chapter: 5f."""
    boards, results = Boards(game), np.zeros(games)
    states, going, sign = boards.start(games), np.arange(games), 1
    players = [first, second]
    while len(going):
        states = boards.play(states, players[0](states))
        players.reverse()
        sign = -sign
        ends = boards.outcomes(states)
        over = ~np.isnan(ends)
        results[going[over]] = sign * ends[over]
        states, going = states[~over], going[~over]
    return results


def match_many(game, player, opponent, games=100):
    """`match` with all games side by side; the player begins in half of them.

    Returns: Score of the player.   Raises:  ValueError for an odd number of games.   Chapter: 5f.
    """
    if games < 2 or games % 2:
        raise ValueError(f"match_many expected an even number of games, so that both begin equally often, got {games}")
    results = np.concatenate([play_many(game, player, opponent, games // 2),
                              -play_many(game, opponent, player, games // 2)])
    return Score(*(int((results == result).sum()) for result in (1, 0, -1)))


def against_every_line(game, player):
    """What becomes of all games in which the opponent tries every move and the player does what it does.

    Both ways of beginning count. A line is one whole game: two that meet in one position remain two.

    Returns: Score of the player, in lines.   Chapter: 5f.
    """
    boards, counts = Boards(game), {1: 0, 0: 0, -1: 0}
    for players_turn in (True, False):
        states = boards.start(1)
        while len(states):
            if players_turn:
                states = boards.play(states, player(states))
            else:
                rows, moves = np.nonzero(boards.legal(states))
                states = boards.play(states[rows], moves)
            players_turn = not players_turn
            ends = boards.outcomes(states)
            counts[0] += int((ends == 0).sum())
            counts[-1 if players_turn else 1] += int((ends == -1).sum())  # the one to move has lost
            states = states[np.isnan(ends)]
    return Score(counts[1], counts[0], counts[-1])
