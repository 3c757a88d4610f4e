"""Why this file exists: tree search should not know which game it plays, so both games answer the same few questions.

A position is a pair of whole numbers, the stones of the player to move and those of the other, one bit for each cell.
So positions are immutable, equal ones are one key of a dictionary, and always seen from the mover's side.
"""

from typing import NamedTuple

import numpy as np

from ..tensor import get_default_dtype


class Game:
    """What a game for two players tells a search or a network.

        rows, columns    of the board
        moves            how many moves there are; a move is a whole number below
        cells            (rows, columns): the bit of each cell, as the board is drawn
        full             the bits of all cells
        symmetries       (K, moves): under the k-th symmetry of the board, move m becomes symmetries[k, m]; the first
                         changes nothing

    A game defines `legal_moves(state)`, none when it is over; `play(state, move)`, the next position, seen by the
    player who moves then; `has_line(stones)`, whether these stones win; `transform(state, k)`, the position under the
    k-th symmetry; and `reason_against(move)`, in words for an error.

    Chapter: 5f.
    """

    start = (0, 0)

    def outcome(self, state):
        """None while the game goes on, -1 if the player to move has lost, 0 if the board is full.   Chapter: 5f."""
        mover, other = state
        if self.has_line(other):
            return -1
        return 0 if mover | other == self.full else None

    def after(self, moves):
        """The position after these moves from the start.   Raises: ValueError for an illegal one.   Chapter: 5f."""
        state = self.start
        for move in moves:
            state = self.play(state, move)
        return state

    def planes(self, states):
        """Positions as pictures for a network: 1 where the mover has a stone, then 1 where the other has one.

        Shapes:  a state, or (M, 2) of them  ->  (2, rows, columns) or (M, 2, rows, columns)   Chapter: 5f.
        """
        stones = np.asarray(states, np.int64)[..., None, None]
        return (stones >> self.cells & 1).astype(get_default_dtype())

    def canonical(self, state):
        """The same position for all that are its rotations or mirror images: the smallest of them.   Chapter: 5f."""
        return min(self.transform(state, k) for k in range(len(self.symmetries)))

    def draw(self, state):
        """The board as text: X moved first, O second, and a point is empty.   Chapter: 5f."""
        mover, other = state
        x, o = (mover, other) if self.first_moves(state) else (other, mover)
        marks = [["X" if x >> bit & 1 else "O" if o >> bit & 1 else "." for bit in row] for row in self.cells.tolist()]
        return "\n".join(" ".join(row) for row in marks)

    def first_moves(self, state):
        """Whether the player who began is the one to move: both have equally many stones.   Chapter: 5f."""
        mover, other = state
        return int(mover).bit_count() == int(other).bit_count()

    def _refuse(self, state, move):
        """Say why a move cannot be played, and what to do instead."""
        outcome = self.outcome(state)
        if outcome is None:
            why = f"{self.reason_against(move)}: choose one of {self.legal_moves(state)}"
        else:
            winner = "O" if self.first_moves(state) else "X"
            why = f"the game is over, {'a draw' if outcome == 0 else winner + ' has won'}: begin again at game.start"
        raise ValueError(f"play expected a legal move, got {move}; {why}")


class Record(NamedTuple):
    """One game: all its positions from the first to the last, the moves between them, and what it was worth to the
    player who began, 1, 0 or -1."""

    states: list
    moves: list
    result: int


class Score(NamedTuple):
    """How many games of a match were won, drawn and lost."""

    won: int
    drawn: int
    lost: int


def play_game(game, first, second):
    """One game between two players; a player is a function from a position to a move.

    Returns: Record.   Raises:  ValueError for an illegal move.   Chapter: 5f.
    """
    states, moves, players = [game.start], [], (first, second)
    while (outcome := game.outcome(states[-1])) is None:
        moves.append(players[len(moves) % 2](states[-1]))
        states.append(game.play(states[-1], moves[-1]))
    return Record(states, moves, outcome if len(moves) % 2 == 0 else -outcome)


def match(game, player, opponent, games=100):
    """Many games, in every second of which the player begins, since who begins has the better chances.

    Returns: Score of the player.   Raises:  ValueError for an odd number of games.   Chapter: 5f.
    """
    if games < 2 or games % 2:
        raise ValueError(f"match expected an even number of games, so that both begin equally often, got {games}")
    results = [play_game(game, player, opponent).result for _ in range(games // 2)]
    results += [-play_game(game, opponent, player).result for _ in range(games // 2)]
    return Score(results.count(1), results.count(0), results.count(-1))


def random_player(game, seed=0):
    """A player who takes every legal move with equal chance.

    Returns: a function from a position to a move.   Chapter: 5f.
    """
    rng = np.random.default_rng(seed)

    def player(state):
        moves = game.legal_moves(state)
        return moves[int(rng.random() * len(moves))]

    return player


def minimax(game, state=None):
    """What each position that can come after this one (or after the start) is worth to its mover, if both play best.

    value(s) = outcome(s) at the end, else max over moves of -value(play(s, move))

    It visits them all: 5,478 for tic-tac-toe, and for Connect Four 4,531,985,219,092.

    Returns: {position: -1, 0 or 1}.   Source:  for the numbers of positions OEIS A212693 and the tests.   Chapter: 5f.
    """
    values = {}

    def value(state):
        if state not in values:
            outcome = game.outcome(state)
            if outcome is None:
                outcome = max(-value(game.play(state, move)) for move in game.legal_moves(state))
            values[state] = outcome
        return values[state]

    value(game.start if state is None else state)
    return values
