"""Why this file exists: a game with too many positions to visit, on which search has to be guided by what was learned.

A column takes seven bits from the bottom up, six for its cells and one on top that is always 0. This guard keeps the
columns apart: a line of four is found by shifting, and none can run over the top of one column into the next.

     6 13 20 27 34 41 48    guard
     5 12 19 26 33 40 47
     4 11 18 25 32 39 46
     3 10 17 24 31 38 45
     2  9 16 23 30 37 44
     1  8 15 22 29 36 43
     0  7 14 21 28 35 42
"""

import numpy as np

from .game import Game

ROWS, COLUMNS = 6, 7
HEIGHT = ROWS + 1  # with the guard
BOTTOMS = tuple(1 << HEIGHT * column for column in range(COLUMNS))
TOPS = tuple(bottom << ROWS - 1 for bottom in BOTTOMS)
WHOLE_COLUMNS = tuple(bottom * (2**ROWS - 1) for bottom in BOTTOMS)
DIRECTIONS = (1, HEIGHT, HEIGHT - 1, HEIGHT + 1)  # how far the bits of neighbors are apart: up, right, down, up right


class ConnectFour(Game):
    """Four in a row on a board of six rows and seven columns, into which stones fall; a move is a column, 0 to 6.

    `legal_moves` are the columns with room; the second of the two symmetries of `transform` is the mirror image.

    Shapes:  planes (2, 6, 7) with the top row first, symmetries (2, 7)
    Source:  the layout of the bits is that of Tromp 2008, table 1.   Chapter: 5f.
    """

    rows, columns, moves = ROWS, COLUMNS, COLUMNS
    cells = np.arange(COLUMNS) * HEIGHT + np.arange(ROWS)[::-1, None]
    full = sum(WHOLE_COLUMNS)
    symmetries = np.array([range(COLUMNS), range(COLUMNS)[::-1]])

    def has_line(self, stones):
        """Whether four stones stand in a line: pairs of neighbors, then pairs of such pairs, in each direction.

        Shapes:  one set of stones, or an array of them  ->  the same, True or False   Chapter: 5f.
        """
        found = 0
        for step in DIRECTIONS:
            pairs = stones & (stones >> step)
            found = found | (pairs & (pairs >> 2 * step))
        return found != 0

    def legal_moves(self, state):
        mover, other = state
        if self.has_line(other):
            return []
        occupied = mover | other
        return [column for column, top in enumerate(TOPS) if not occupied & top]

    def play(self, state, move):
        """The position after a stone fell into this column, seen by the other player.

        Adding 1 at the bottom of a column carries past all its stones to the lowest empty cell, or, in a full column,
        into the guard, which belongs to no cell.

        Raises:  ValueError for a full column, a number that is no column, and a game that is over.   Chapter: 5f.
        """
        mover, other = state
        stone = ((mover | other) + BOTTOMS[move]) & WHOLE_COLUMNS[move] if 0 <= move < COLUMNS else 0
        if not stone or self.has_line(other):
            self._refuse(state, move)
        return other, mover | stone

    def transform(self, state, k):
        if k == 0:
            return state
        mover, other = state
        return _mirror(mover), _mirror(other)

    def draw(self, state):
        """The board as text, above the numbers of its columns.   Chapter: 5f."""
        return f"{super().draw(state)}\n{' '.join(map(str, range(COLUMNS)))}"

    def reason_against(self, move):
        """What is wrong with a column that is not legal, in words.   Chapter: 5f."""
        return f"column {move} is full" if 0 <= move < COLUMNS else f"the columns are 0 to 6, there is no column {move}"


def _mirror(stones):
    columns = (stones >> HEIGHT * column & 2**HEIGHT - 1 for column in range(COLUMNS))
    return sum(column << HEIGHT * to for column, to in zip(columns, reversed(range(COLUMNS)), strict=True))
