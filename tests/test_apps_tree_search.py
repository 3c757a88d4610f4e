"""Why this file exists: searches are judged by hand, by minimax, and by games whose end is known."""

import math

import numpy as np
import pytest

from dlcourse.apps import boards, tree_search
from dlcourse.apps.boards import Boards
from dlcourse.apps.policy_value import assess, connect_four_network, network_for, tic_tac_toe_network
from dlcourse.apps.tree_search import Advice, Rollouts, alpha_beta, puct, search, ucb
from dlcourse.environments import ConnectFour, TicTacToe, match, minimax, play_game, random_player

SMALL, LARGE = TicTacToe(), ConnectFour()


def random_positions(game, games=60, seed=0):
    """All positions of some random games, the last ones too."""
    players = random_player(game, seed), random_player(game, seed + 1)
    return [state for _ in range(games) for state in play_game(game, *players).states]


# ------------------------------------------------------------------------------------------------ many boards


@pytest.mark.parametrize("game", [SMALL, LARGE])
def test_many_boards_follow_the_rules_of_one(game):
    states, many, rng = random_positions(game), Boards(game), np.random.default_rng(0)
    array = np.array(states)
    legal, outcomes = many.legal(array), many.outcomes(array)
    for row, state in enumerate(states):
        assert np.flatnonzero(legal[row]).tolist() == game.legal_moves(state)
        outcome = game.outcome(state)
        assert np.isnan(outcomes[row]) if outcome is None else outcomes[row] == outcome
    on = np.isnan(outcomes)
    moves = boards.random_moves(legal[on], rng)
    expected = [game.play(tuple(state), move) for state, move in zip(array[on].tolist(), moves.tolist(), strict=True)]
    assert np.array_equal(many.play(array[on], moves), expected)
    ks = rng.integers(len(game.symmetries), size=len(array))
    turned = [game.transform(state, k) for state, k in zip(states, ks.tolist(), strict=True)]
    assert np.array_equal(many.transform(array, ks), turned)


@pytest.mark.parametrize("game", [SMALL, LARGE])
def test_an_illegal_move_is_refused_with_its_position(game):
    state = game.after([0] * 6) if game is LARGE else game.after([0])
    with pytest.raises(ValueError, match="expected legal moves, got 0 in row 1"):
        Boards(game).play(np.array([game.start, state]), np.array([0, 0]))


def test_a_match_of_many_agrees_with_a_match_of_one():
    def first(state):
        return SMALL.legal_moves(state)[0]

    def last(state):
        return SMALL.legal_moves(state)[-1]

    def many(one):
        return lambda states: np.array([one(tuple(state)) for state in states.tolist()])

    assert boards.match_many(SMALL, many(first), many(last), 2) == match(SMALL, first, last, 2)
    with pytest.raises(ValueError, match="even number"):
        boards.match_many(SMALL, many(first), many(last), 3)


def test_random_against_random_wins_about_as_often_as_is_known():
    results = boards.play_many(SMALL, boards.random_mover(SMALL, 0), boards.random_mover(SMALL, 1), 20_000)
    shares = [(results == result).mean() for result in (1, 0, -1)]
    assert shares == pytest.approx([0.585, 0.127, 0.288], abs=0.012)  # by counting: 737/1260, 8/63, 121/420


def lines_by_recursion(game, one):
    """The same count as `against_every_line`, one game after the other."""
    counts = {1: 0, 0: 0, -1: 0}

    def go(state, mine):
        outcome = game.outcome(state)
        if outcome is not None:
            counts[outcome if mine else -outcome] += 1
            return
        for move in [one(state)] if mine else game.legal_moves(state):
            go(game.play(state, move), not mine)

    go(game.start, True)
    go(game.start, False)
    return counts[1], counts[0], counts[-1]


def test_every_line_is_every_line():
    worth = minimax(SMALL)

    def perfect(state):
        return max(SMALL.legal_moves(state), key=lambda move: -worth[SMALL.play(state, move)])

    for one in (perfect, lambda state: SMALL.legal_moves(state)[0]):
        found = boards.against_every_line(
            SMALL, lambda states, one=one: np.array([one(tuple(state)) for state in states.tolist()]))
        assert found == lines_by_recursion(SMALL, one)
        assert (found.lost == 0) == (one is perfect)


# ------------------------------------------------------------------------------------------------ the scores


def test_the_scores_by_hand():
    visits, totals, priors = np.array([[3.0, 1, 0]]), np.array([[1.5, -1, 0]]), np.array([[0.5, 0.3, 0.2]])
    together = math.sqrt(1 + 4)
    expected = [0.5 + 2 * 0.5 * together / 4, -1 + 2 * 0.3 * together / 2, 2 * 0.2 * together]
    assert puct(visits, totals, priors, c=2)[0] == pytest.approx(expected)
    found = ucb(visits, totals, priors, c=2)[0]
    assert found[:2] == pytest.approx([0.5 + 2 * math.sqrt(math.log(4) / 3), -1 + 2 * math.sqrt(math.log(4))])
    assert found[2] > found[:2].max() + 100
    nothing = np.zeros((1, 3))
    assert ucb(nothing, nothing, priors)[0].argmax() == puct(nothing, nothing, priors)[0].argmax() == 0


# ------------------------------------------------------------------------------------------------ the tree


@pytest.mark.parametrize("game", [SMALL, LARGE])
@pytest.mark.parametrize("kind", ["rollouts", "advice"])
def test_visits_sum_in_every_node_and_totals_are_possible(game, kind):
    evaluate = Rollouts(game) if kind == "rollouts" else Advice(game, network_for(game, rng=np.random.default_rng(0)))
    roots = [state for state in random_positions(game, 4) if game.outcome(state) is None]
    forest = search(game, roots, evaluate, 60)
    assert (forest.visits[:, 0].sum(axis=1) == 60).all()
    assert (np.abs(forest.totals) <= forest.visits).all() and not forest.visits[~forest.legal].any()
    for tree, size in enumerate(forest.size):
        for node in range(size):
            for move in np.flatnonzero(forest.children[tree, node]):
                child, state = forest.children[tree, node, move], tuple(forest.states[tree, node].tolist())
                assert tuple(forest.states[tree, child].tolist()) == game.play(state, int(move))
                if np.isnan(forest.ends[tree, child]):  # one visit made it, the others went on
                    assert forest.visits[tree, child].sum() == forest.visits[tree, node, move] - 1


def test_a_tree_does_not_depend_on_those_beside_it():
    network = tic_tac_toe_network(rng=np.random.default_rng(1)).double()
    roots = [SMALL.start, SMALL.after([4]), SMALL.after([0, 4])]
    together = search(SMALL, roots, Advice(SMALL, network), 40).visits[:, 0]
    alone = [search(SMALL, [root], Advice(SMALL, network), 40).visits[0, 0] for root in roots]
    assert np.array_equal(together, alone)


def walks_by_recursion(game, root, advice, walks, c=1.5):
    """PUCT once more, with dictionaries and one game: another judge of `Forest`."""
    tree = {}

    def said(state):
        priors, values = advice(np.array([state]))
        return priors[0], values[0]

    def walk(history):
        state = history[-1]
        outcome = game.outcome(state)
        if outcome is not None:
            return outcome
        key = tuple(history)
        if key not in tree:
            priors, value = said(state)
            tree[key] = {"priors": priors, "n": {}, "w": {}}
            return value
        node = tree[key]
        together = math.sqrt(1 + sum(node["n"].values()))

        def score(move):
            n = node["n"].get(move, 0)
            return (node["w"].get(move, 0) / n if n else 0) + c * node["priors"][move] * together / (1 + n)

        move = max(game.legal_moves(state), key=score)
        value = -walk([*history, game.play(state, move)])
        node["n"][move] = node["n"].get(move, 0) + 1
        node["w"][move] = node["w"].get(move, 0) + value
        return value

    for _ in range(walks + 1):  # the first only enters the root
        walk([root])
    return [tree[(root,)]["n"].get(move, 0) for move in range(game.moves)]


@pytest.mark.parametrize("game", [SMALL, LARGE])
def test_the_forest_walks_as_a_recursion_does(game):
    network = network_for(game, rng=np.random.default_rng(2)).double()
    for moves in ([], [2], [3, 3, 2]) if game is LARGE else ([], [4], [0, 4, 8]):
        root = game.after(moves)
        found = search(game, [root], Advice(game, network), 50).visits[0, 0]
        assert found.tolist() == walks_by_recursion(game, root, Advice(game, network), 50)


@pytest.mark.parametrize("kind", ["rollouts", "advice"])
def test_a_search_finds_forced_wins_and_stops_threats(kind):
    evaluate = Rollouts(LARGE, 3) if kind == "rollouts" else Advice(
        LARGE, connect_four_network(rng=np.random.default_rng(0)))
    wins = LARGE.after([3, 0, 3, 0, 3, 0])  # a fourth stone in column 3
    stops = LARGE.after([3, 0, 3, 0, 3])  # the other player has to take it
    twice = LARGE.after([3, 3, 4, 4])  # three in a row with both ends open: columns 2 or 5
    assert tree_search.search_player(LARGE, evaluate, 300)(np.array([wins, stops])).tolist() == [3, 3]
    assert tree_search.search_player(LARGE, evaluate, 300)(np.array([twice]))[0] in (2, 5)


def test_a_long_search_knows_what_tic_tac_toe_is_worth():
    worth = minimax(SMALL)
    states = [state for state in worth if SMALL.outcome(state) is None][::300]
    moves = search(SMALL, states, Rollouts(SMALL, 0), 600).visits[:, 0].argmax(axis=1)
    for state, move in zip(states, moves.tolist(), strict=True):
        assert -worth[SMALL.play(state, move)] == worth[state]


def test_a_finished_game_cannot_be_searched():
    over = SMALL.after([0, 3, 1, 4, 2])
    with pytest.raises(ValueError, match="whose game is over"):
        search(SMALL, [SMALL.start, over], Rollouts(SMALL), 5)


def test_noise_reaches_legal_moves_alone_and_keeps_a_distribution():
    roots = [LARGE.start, LARGE.after([0] * 6)]
    advice = Advice(LARGE, connect_four_network(rng=np.random.default_rng(0)).double())
    plain = search(LARGE, roots, advice, 0).priors[:, 0]
    noisy = search(LARGE, roots, advice, 0, (0.25, 1.0), np.random.default_rng(0)).priors[:, 0]
    assert noisy.sum(axis=1) == pytest.approx(1) and noisy[1, 0] == 0
    assert (noisy >= 0.75 * plain - 1e-12).all() and np.abs(noisy - plain).max() > 0.01
    many = search(SMALL, [SMALL.start] * 4000, Advice(SMALL, tic_tac_toe_network()), 0, (1.0, 0.5),
                  np.random.default_rng(0)).priors[:, 0]
    assert many.mean(axis=0) == pytest.approx(1 / 9, abs=0.01)  # Dirichlet(0.5, ...): mean 1/9, variance (8/81) / 5.5
    assert many.var(axis=0) == pytest.approx(8 / 81 / 5.5, rel=0.1)


# ------------------------------------------------------------------------------------------------ what is said


def test_rollouts_are_worth_what_random_games_are():
    states = np.array([SMALL.start] * 20_000)
    assert Rollouts(SMALL, 0)(states)[1].mean() == pytest.approx(0.585 - 0.288, abs=0.02)


def test_advice_is_kept_and_equal_to_the_network():
    network = tic_tac_toe_network(rng=np.random.default_rng(0)).double()
    advice, states = Advice(SMALL, network), np.array([SMALL.start, SMALL.after([4]), SMALL.start])
    found = advice(states)
    expected = assess(network, SMALL.planes(states).astype(float), Boards(SMALL).legal(states))
    assert all(np.allclose(one, other, atol=1e-12) for one, other in zip(found, expected, strict=True))
    assert len(advice.known) == 2 and found[0][1, 4] == 0
    network.value.bias.data += 1  # what was said is kept
    assert np.array_equal(advice(states)[1], found[1])


# ------------------------------------------------------------------------------------------------ alpha-beta


def test_alpha_beta_is_minimax_and_cuts():
    worth = minimax(SMALL)
    for state in list(worth)[::40]:
        assert np.sign(alpha_beta(SMALL, state, 9)) == worth[state]

    def plain(state, depth):
        outcome = LARGE.outcome(state)
        if outcome is not None or depth == 0:
            return (outcome or 0) * (1 + depth)
        return max(-plain(LARGE.play(state, move), depth - 1) for move in LARGE.legal_moves(state))

    for state in random_positions(LARGE, 3)[::6]:
        assert alpha_beta(LARGE, state, 4) == plain(state, 4)


def test_alpha_beta_prefers_the_sooner_win_and_sees_no_further_than_its_depth():
    wins = LARGE.after([3, 0, 3, 0, 3, 0])
    assert tree_search.alpha_beta_player(LARGE, 3)(np.array([wins])).tolist() == [3]
    twice = LARGE.after([3, 3, 4, 4])
    assert alpha_beta(LARGE, twice, 2) == 0 and alpha_beta(LARGE, twice, 3) > 0
