"""Why this file exists: a search that believes in a wrong win learns a wrong game, so both games are tried
exhaustively.

Beside the bitboards stands a slow referee who knows nothing of bits: he looks along lines on an array.
"""

import functools
import itertools
from collections import Counter

import numpy as np
import pytest

from dlcourse import set_default_dtype
from dlcourse.environments import ConnectFour, TicTacToe, match, minimax, play_game, random_player

THREE, FOUR = TicTacToe(), ConnectFour()


@functools.cache
def lines(rows, columns, length):
    """All lines on a board, as lists of (row, column)."""
    starts = itertools.product(range(rows), range(columns), [(0, 1), (1, 0), (1, 1), (1, -1)])
    ends = [[(r + i * down, c + i * right) for i in range(length)] for r, c, (down, right) in starts]
    return [line for line in ends if all(0 <= r < rows and 0 <= c < columns for r, c in line)]


def referee(boards, length):
    """Whether there is a line of that length on each board of zeros and ones; (M, rows, columns) -> (M,)."""
    found = np.zeros(len(boards), bool)
    for line in lines(*boards.shape[1:], length):
        found |= np.all([boards[:, r, c] == 1 for r, c in line], axis=0)
    return found


# ------------------------------------------------------------------------------------------------ tic-tac-toe


def slow_positions():
    """All boards that can come up in tic-tac-toe, by a referee without bits: {text: (moves, outcome for the mover)}."""
    known, open_boards = {}, ["." * 9]
    while open_boards:
        board = open_boards.pop()
        if board in known:
            continue
        mover, other = ("X", "O") if board.count("X") == board.count("O") else ("O", "X")
        lost = any(all(board[3 * r + c] == other for r, c in line) for line in lines(3, 3, 3))
        empty = [] if lost else [cell for cell in range(9) if board[cell] == "."]
        known[board] = (empty, -1 if lost else None if empty else 0)
        open_boards += [board[:cell] + mover + board[cell + 1:] for cell in empty]
    return known


@functools.cache
def solved():
    return minimax(THREE)


def test_all_5478_positions_agree_with_the_slow_referee():
    positions = solved()
    assert len(positions) == 5478
    ours = {THREE.draw(state).replace("\n", "").replace(" ", ""): (THREE.legal_moves(state), THREE.outcome(state))
            for state in positions}
    assert ours == slow_positions()
    assert Counter(outcome for _, outcome in ours.values()) == {None: 4520, -1: 626 + 316, 0: 16}
    boards = np.array(list(itertools.product([0, 1], repeat=9))).reshape(-1, 3, 3)
    assert [THREE.has_line(int(b.ravel() @ 2 ** np.arange(9))) for b in boards] == referee(boards, 3).tolist()


def test_the_numbers_of_games_are_the_known_ones():
    @functools.cache
    def games(state):
        """How many games go on from here: won by X, won by O, drawn."""
        outcome = THREE.outcome(state)
        if outcome is None:
            return tuple(map(sum, zip(*(games(THREE.play(state, m)) for m in THREE.legal_moves(state)), strict=True)))
        return (0, 0, 1) if outcome == 0 else (0, 1, 0) if THREE.first_moves(state) else (1, 0, 0)

    assert games(THREE.start) == (131_184, 77_904, 46_080) and sum(games(THREE.start)) == 255_168


def test_there_are_765_positions_up_to_symmetry():
    values = solved()
    classes = {}
    for state in values:
        classes.setdefault(THREE.canonical(state), set()).add(state)
    assert len(classes) == 765 and all(canonical in members for canonical, members in classes.items())
    assert all(len({values[state] for state in members}) == 1 for members in classes.values()), "and of equal worth"


def test_best_play_is_a_draw():
    values = solved()
    assert values[THREE.start] == 0
    assert [values[THREE.after([first])] for first in range(9)] == [0] * 9
    corner_then_edge, corner_then_center = THREE.after([0, 1]), THREE.after([0, 4])
    assert (values[corner_then_edge], values[corner_then_center]) == (1, 0)
    assert minimax(THREE, corner_then_edge)[corner_then_edge] == 1


# ------------------------------------------------------------------------------------------------ Connect Four


def stones_of(boards):
    """The bits of boards (M, 6, 7), by the definition in the file: seven for a column, from the bottom up."""
    rows, columns = np.indices((6, 7))
    return (boards.astype(np.int64) << (7 * columns + 5 - rows)).sum(axis=(1, 2))


def test_each_of_the_69_lines_wins_alone():
    all_lines = lines(6, 7, 4)
    assert len(all_lines) == 69
    for line in all_lines:
        board = np.zeros((1, 6, 7))
        board[0][tuple(zip(*line, strict=True))] = 1
        stones = int(stones_of(board)[0])
        assert FOUR.has_line(stones) is True
        assert not any(FOUR.has_line(stones & ~(1 << bit)) for bit in range(49) if stones >> bit & 1), "only three"


def test_of_all_111930_placements_of_four_stones_only_the_69_lines_win():
    places = np.array(list(itertools.combinations(range(42), 4)))
    boards = np.zeros((len(places), 42), np.int8)
    np.put_along_axis(boards, places, 1, axis=1)
    boards = boards.reshape(-1, 6, 7)
    wins = FOUR.has_line(stones_of(boards))
    assert len(places) == 111_930 and wins.sum() == 69
    assert np.array_equal(wins, referee(boards, 4))


def test_wins_on_random_boards_are_those_of_the_referee():
    rng = np.random.default_rng(0)
    boards = (rng.random((20_000, 6, 7)) < rng.uniform(0.1, 0.9, (20_000, 1, 1))).astype(np.int8)
    wins = referee(boards, 4)
    assert np.array_equal(FOUR.has_line(stones_of(boards)), wins) and 0.3 < wins.mean() < 0.7
    assert [FOUR.has_line(int(stones)) for stones in stones_of(boards[:500])] == wins[:500].tolist()


def test_random_games_are_those_of_the_referee():
    """Every position of 12 games beside an array on which stones fall by themselves."""
    rng = np.random.default_rng(1)
    for _ in range(12):
        board, state, ply = np.zeros((2, 6, 7)), FOUR.start, 0
        while (moves := FOUR.legal_moves(state)):
            assert moves == np.flatnonzero(board.sum(axis=0)[0] == 0).tolist()
            move = int(rng.choice(moves))
            row = 5 - int(board[:, :, move].sum())
            board[ply % 2, row, move] = 1
            state, ply = FOUR.play(state, move), ply + 1
            assert np.array_equal(FOUR.planes(state), board if ply % 2 == 0 else board[::-1])
            won = bool(referee(board[None, (ply - 1) % 2], 4)[0])
            assert FOUR.outcome(state) == (-1 if won else 0 if ply == 42 else None)


# Distinct positions after so many stones: OEIS A212693 (Tromp).
POSITIONS = (1, 7, 49, 238, 1120, 4263, 16422, 54859, 184275, 558186)


def positions_after_each_ply(plies):
    layer = {FOUR.start}
    for _ in range(plies):
        yield len(layer)
        layer = {FOUR.play(state, move) for state in layer for move in FOUR.legal_moves(state)}
    yield len(layer)


def test_the_numbers_of_positions_are_tromps():
    assert tuple(positions_after_each_ply(7)) == POSITIONS[:8]


@pytest.mark.full
def test_the_numbers_of_positions_are_tromps_further_down():
    assert tuple(positions_after_each_ply(9)) == POSITIONS


# ------------------------------------------------------------------------------------------------ both


@pytest.mark.parametrize(("game", "number"), [(THREE, 8), (FOUR, 2)])
def test_symmetries_carry_stones_moves_and_outcomes(game, number):
    assert game.symmetries.shape == (number, game.moves) and len(np.unique(game.symmetries, axis=0)) == number
    assert game.symmetries[0].tolist() == list(range(game.moves))
    for seed in range(5):
        states, moves, _ = play_game(game, random_player(game, seed), random_player(game, seed + 50))
        for k, to in enumerate(game.symmetries):
            images = [game.transform(state, k) for state in states]
            assert images == [game.after(to[moves[:ply]]) for ply in range(len(states))]
            assert [game.outcome(image) for image in images] == [game.outcome(state) for state in states]
            assert len({game.canonical(state) for state in (images[-1], states[-1])}) == 1


def test_symmetries_are_turns_and_mirror_images_of_the_picture():
    state = THREE.after([0, 5, 1])
    board = THREE.planes(state)
    expected = [np.rot90(b, k, axes=(1, 2)) for b in (board, board[:, :, ::-1]) for k in range(4)]
    assert {e.tobytes() for e in expected} == {THREE.planes(THREE.transform(state, k)).tobytes() for k in range(8)}
    state = FOUR.after([0, 5, 5, 1])
    assert np.array_equal(FOUR.planes(FOUR.transform(state, 1)), FOUR.planes(state)[:, :, ::-1])


def test_drawings():
    assert THREE.draw(THREE.after([4, 0, 2])) == "O . X\n. X .\n. . ."
    assert FOUR.draw(FOUR.after([3, 3, 0, 3])).splitlines()[2:] == [
        ". . . . . . .", ". . . O . . .", ". . . O . . .", "X . . X . . .", "0 1 2 3 4 5 6"]


@pytest.mark.parametrize("game", [THREE, FOUR])
def test_planes_are_seen_by_the_mover_in_the_default_type(game):
    states = [game.start, game.after([1]), game.after([1, 2])]
    planes = game.planes(states)
    assert planes.shape == (3, 2, game.rows, game.columns) and planes.dtype == np.float32
    assert planes.sum(axis=(2, 3)).tolist() == [[0, 0], [0, 1], [1, 1]]
    assert np.array_equal(planes[1], game.planes(states[1])) and planes[1, 1, -1 if game is FOUR else 0, 1] == 1
    set_default_dtype(np.float64)
    try:
        assert game.planes(game.start).dtype == np.float64
    finally:
        set_default_dtype(np.float32)


X_WON = {THREE: [0, 3, 1, 4, 2], FOUR: [0, 1, 0, 1, 0, 1, 0]}
DRAW = [0, 1, 2, 4, 3, 5, 7, 6, 8]


@pytest.mark.parametrize(("game", "moves", "move", "message"), [
    (THREE, [4], 4, r"legal move, got 4; cell 4 is occupied: choose one of \[0, 1, 2, 3, 5, 6, 7, 8\]"),
    (THREE, [4], 9, "the cells are 0 to 8, there is no cell 9: choose one of"),
    (THREE, [], -1, "the cells are 0 to 8, there is no cell -1"),
    (THREE, X_WON[THREE], 8, "the game is over, X has won: begin again at game.start"),
    (THREE, [8, *X_WON[THREE]], 7, "the game is over, O has won"),
    (THREE, DRAW, 0, "the game is over, a draw"),
    (FOUR, [2] * 6, 2, r"legal move, got 2; column 2 is full: choose one of \[0, 1, 3, 4, 5, 6\]"),
    (FOUR, [], 7, "the columns are 0 to 6, there is no column 7: choose one of"),
    (FOUR, [], -1, "the columns are 0 to 6, there is no column -1"),
    (FOUR, X_WON[FOUR], 5, "the game is over, X has won"),
    (FOUR, [6, *X_WON[FOUR]], 5, "the game is over, O has won"),
])
def test_illegal_moves_are_refused_with_what_is_left(game, moves, move, message):
    state = game.after(moves)
    assert move not in game.legal_moves(state)
    with pytest.raises(ValueError, match=message):
        game.play(state, move)


@pytest.mark.parametrize("game", [THREE, FOUR])
def test_a_full_board_without_a_line_is_a_draw_and_moves_may_be_numpys(game):
    seed = next(s for s in range(3000) if play_game(game, *[random_player(game, s)] * 2).result == 0)
    states, moves, result = play_game(game, *[random_player(game, seed)] * 2)
    assert result == 0 and game.outcome(states[-1]) == 0 and game.legal_moves(states[-1]) == []
    assert len(moves) == game.rows * game.columns == len(states) - 1
    assert game.after(np.array(moves)) == states[-1] and all(type(part) is int for part in game.after(np.array(moves)))


@pytest.mark.parametrize("game", [THREE, FOUR])
def test_a_match_gives_both_players_the_first_move_equally_often(game):
    def eager(state):
        beginnings.append(state == game.start)
        return game.legal_moves(state)[0]

    beginnings = []
    score = match(game, eager, random_player(game, 3), games=40)
    assert sum(score) == 40 and sum(beginnings) == 20
    results = [play_game(game, eager, random_player(game, seed)).result for seed in range(30)]
    assert set(results) <= {-1, 0, 1} and results.count(1) > 5
    with pytest.raises(ValueError, match="even number of games, so that both begin equally often, got 3"):
        match(game, eager, eager, games=3)


def test_a_perfect_player_never_loses_and_the_score_says_who_won():
    values = solved()

    def perfect(state):
        return min(THREE.legal_moves(state), key=lambda move: values[THREE.play(state, move)])

    won, drawn, lost = match(THREE, perfect, random_player(THREE, 0), games=100)
    assert lost == 0 and won > 80
    assert match(THREE, random_player(THREE, 0), perfect, games=100).won == 0
    assert match(THREE, perfect, perfect, games=2) == (0, 2, 0)


@pytest.mark.parametrize("game", [THREE, FOUR])
def test_the_random_player_is_repeatable_and_uses_every_move(game):
    games = [play_game(game, *[random_player(game, seed)] * 2).moves for seed in (1, 1, 2)]
    assert games[0] == games[1] != games[2]
    player = random_player(game, 0)
    counts = Counter(player(game.start) for _ in range(200 * game.moves))
    assert len(counts) == game.moves and 140 < min(counts.values()) <= max(counts.values()) < 260
