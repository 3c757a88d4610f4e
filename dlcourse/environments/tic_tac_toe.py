"""Why this file exists: a game so small that every position can be visited, so that a learned player can be judged
exactly.

Cells are numbered row by row from the top left, and the cell's number is its bit and its move. Of nine stones there are
only 512 sets, so whether one wins, and what becomes of it under a symmetry, is looked up.
"""

import numpy as np

from .game import Game

CELLS = np.arange(9).reshape(3, 3)
LINES = [*CELLS.tolist(), *CELLS.T.tolist(), CELLS.diagonal().tolist(), CELLS[:, ::-1].diagonal().tolist()]


def _eight_symmetries():
    """Where each cell goes under the four turns of the board and of its mirror image."""
    boards = [np.rot90(board, turns) for board in (CELLS, CELLS[:, ::-1]) for turns in range(4)]
    return np.array(boards).reshape(8, 9)


BITS = tuple(1 << cell for cell in range(9))
SYMMETRIES = _eight_symmetries()
SETS = np.arange(512)[:, None] >> np.arange(9) & 1  # (512, 9): which cells belong to each set of stones
WINS = tuple((SETS[:, LINES].sum(axis=2) == 3).any(axis=1).tolist())
MOVED = tuple(tuple((SETS << to).sum(axis=1).tolist()) for to in SYMMETRIES)  # 8 of 512


class TicTacToe(Game):
    """Three in a row on a board of 3 x 3.

    `has_line(stones)` looks the set of stones up, `transform(state, k)` both sets; `legal_moves` are the empty cells.

    Shapes:  planes (2, 3, 3), symmetries (8, 9)   Chapter: 5f.
    """

    rows, columns, moves = 3, 3, 9
    cells, full, symmetries = CELLS, 0b111111111, SYMMETRIES

    def has_line(self, stones):
        return WINS[stones]

    def legal_moves(self, state):
        mover, other = state
        if WINS[other]:
            return []
        occupied = mover | other
        return [move for move, bit in enumerate(BITS) if not occupied & bit]

    def play(self, state, move):
        """The position after a stone in this cell, seen by the other player.

        Raises:  ValueError for an occupied cell, a number that is no cell, and a game that is over.   Chapter: 5f.
        """
        mover, other = state
        if not 0 <= move < 9 or (mover | other) & BITS[move] or WINS[other]:
            self._refuse(state, move)
        return other, mover | BITS[move]

    def transform(self, state, k):
        mover, other = state
        return MOVED[k][mover], MOVED[k][other]

    def reason_against(self, move):
        """What is wrong with a cell that is not legal, in words.   Chapter: 5f."""
        return f"cell {move} is occupied" if 0 <= move < 9 else f"the cells are 0 to 8, there is no cell {move}"
