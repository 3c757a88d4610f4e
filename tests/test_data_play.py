"""Why this file exists: rows that were played one after another resemble each other, so what is divided has to be
proved divided, and every number on the three cards counted.
"""

from collections import Counter

import numpy as np
import pytest

from dlcourse import set_default_dtype
from dlcourse.data import DataError, describe, load, play
from dlcourse.environments import (
    CartPole,
    ConnectFour,
    TicTacToe,
    accelerations,
    hand_rule,
    minimax,
    play_game,
    random_player,
)
from dlcourse.environments import cartpole as physics

NAMES = ("cartpole", "tic_tac_toe", "connect_four")
DISJOINT = ("fit", "validation", "test")


def canonical_positions(game, rows):
    return {game.canonical(tuple(state)) for state in rows.state.tolist()}


def shared(groups):
    """What occurs in more than one of some sets."""
    counts = Counter(member for group in groups for member in group)
    return {member for member, times in counts.items() if times > 1}


@pytest.fixture(scope="module")
def sets():
    return {name: load(name) for name in NAMES} | {"rule": load("cartpole", policy="rule", episodes=60)}


# ------------------------------------------------------------------------------------------------ all three


@pytest.mark.parametrize("name", NAMES)
def test_no_part_is_small(sets, name):
    rows = sets[name]
    parts = [getattr(rows, part) for part in DISJOINT]
    assert sum(map(len, parts)) == len(rows) and min(map(len, parts)) > 0.15 * len(rows)


@pytest.mark.parametrize(("name", "options"), [
    ("cartpole", {"episodes": 20}), ("cartpole", {"episodes": 8, "policy": "rule"}), ("tic_tac_toe", {}),
    ("connect_four", {"games": 20})])
def test_the_seed_decides_everything(name, options):
    first, again, other = (load(name, seed=seed, **options) for seed in (3, 3, 4))
    assert all(np.array_equal(first.fields[field], again.fields[field]) for field in first.fields)
    assert len(first) != len(other) or not np.array_equal(first.x, other.x)
    assert np.array_equal(load(name, **options).x, load(name, seed=0, **options).x)


@pytest.mark.parametrize("name", NAMES)
def test_the_default_dtype_changes_the_type_alone(name):
    options = {"cartpole": {"episodes": 10}, "connect_four": {"games": 10}}.get(name, {})
    options |= {"policy": "rule"} if name == "cartpole" else {}
    single = load(name, **options)
    set_default_dtype(np.float64)
    try:
        double = load(name, **options)
    finally:
        set_default_dtype(np.float32)
    for field, values in double.fields.items():
        assert values.dtype == (np.float64 if single.fields[field].dtype == np.float32 else single.fields[field].dtype)
        assert np.array_equal(values.astype(single.fields[field].dtype), single.fields[field])


@pytest.mark.parametrize(("name", "options", "message"), [
    ("cartpole", {"policy": "best"}, "cartpole expected policy to be one of 'random', 'rule', got 'best'"),
    ("cartpole", {"policy": ["rule"]}, "cartpole expected policy to be one of 'random', 'rule', got .'rule'."),
    ("cartpole", {"episodes": 4}, "cartpole expected episodes to be a whole number, at least 5, got 4"),
    ("cartpole", {"episodes": 7.5}, "at least 5, got 7.5"),
    ("connect_four", {"games": 0}, "connect_four expected games to be a whole number, at least 5, got 0"),
    ("connect_four", {"games": "many"}, "at least 5, got 'many'"),
    ("tic_tac_toe", {"n": 5}, r"takes seed=; not n"),
])
def test_what_cannot_be_asked_for(name, options, message):
    with pytest.raises(DataError, match=message):
        load(name, **options)


@pytest.mark.parametrize("name", ["cartpole", "connect_four"])
def test_the_fewest_rows_still_have_every_part(name):
    group = "episode" if name == "cartpole" else "game"
    rows = load(name, **{f"{group}s": 5})
    assert [len(np.unique(rows[rows.parts[part]].fields[group])) for part in DISJOINT] == [3, 1, 1]


# ------------------------------------------------------------------------------------------------ CartPole


@pytest.mark.parametrize("name", ["cartpole", "rule"])
def test_transitions_are_steps_of_the_environment(sets, name):
    rows = sets[name][:3000]
    env = CartPole(len(rows))
    env.state = rows.x
    after, rewards, terminated, _ = env.step(rows.action)
    np.testing.assert_allclose(after, rows.next_x, rtol=0, atol=1e-6)
    sure = np.abs(np.abs(after[:, 2]) - physics.ANGLE) > 1e-5
    assert np.array_equal(terminated[sure], rows.terminated[sure]) and sure.mean() > 0.99
    assert np.array_equal(rewards, rows.reward)
    x_acc, _ = accelerations(rows.x.astype(float), np.where(rows.action == 1, 10.0, -10.0))
    np.testing.assert_allclose((rows.next_x - rows.x)[:, 1] / 0.02, x_acc, rtol=0, atol=1e-3)


@pytest.mark.parametrize("name", ["cartpole", "rule"])
def test_episodes_are_whole_and_in_one_part(sets, name):
    rows = sets[name]
    assert not shared(set(getattr(rows, part).episode.tolist()) for part in DISJOINT)
    last = np.append(np.diff(rows.episode) != 0, True)
    assert np.array_equal(last, rows.terminated | rows.truncated) and not (rows.terminated & rows.truncated).any()
    assert np.array_equal(rows.next_x[:-1][~last[:-1]], rows.x[1:][~last[:-1]]), "the next row goes on where this ends"
    assert np.abs(rows.x[np.append(True, last[:-1])]).max() <= 0.05, "and after an end begins another episode"
    assert np.array_equal(np.unique(rows.episode), np.arange(rows.episode.max() + 1))
    lengths = np.bincount(rows.episode)
    assert (lengths[rows.episode[rows.truncated]] == 500).all() and lengths.max() <= 500


def test_who_pushed(sets):
    chance, rule = sets["cartpole"], sets["rule"]
    assert 0.48 < chance.action.mean() < 0.52 and abs(np.corrcoef(chance.x[:, 2], chance.action)[0, 1]) < 0.1
    unclear = np.abs(rule.x[:, 2] + rule.x[:, 3]) < 1e-6
    assert np.array_equal(rule.action[~unclear], hand_rule(rule.x)[~unclear]) and unclear.mean() < 1e-3


def test_the_rule_sees_float64_whatever_the_default_dtype(monkeypatch):
    seen = []
    monkeypatch.setitem(play.POLICIES, "rule", lambda seed: lambda x: seen.append(x.dtype) or hand_rule(x))
    load("cartpole", episodes=5, policy="rule")
    assert set(seen) == {np.dtype(np.float64)}


def test_the_numbers_on_the_card_of_cartpole(sets):
    chance, rule = sets["cartpole"], load("cartpole", policy="rule")
    assert len(chance) == pytest.approx(11_000, rel=0.1) and len(rule) == pytest.approx(240_000, rel=0.05)
    assert np.bincount(chance.episode).mean() == pytest.approx(22, abs=1) and (chance.reward == 1).all()
    assert np.abs(rule.x[:, 2]).max() < 0.06, "the rule never shows a falling pole"
    lost = rule.next_x[rule.terminated]
    assert abs(len(lost) - 44) <= 3 and (np.abs(lost[:, 0]) > physics.TRACK).all()


def test_how_far_the_last_bit_carries_under_the_rule():
    """The card: over 0.001 in half of 1,000 episodes, and 2 of them ended at another step."""
    pair = CartPole(1000), CartPole(1000)
    starts = pair[0].state
    pair[1].state = np.nextafter(starts, 1)
    apart, going = np.zeros(1000), np.ones((2, 1000), bool)
    for _ in range(499):
        for env, still in zip(pair, going, strict=True):
            still &= ~env.step(hand_rule(env.state))[2]
        apart = np.maximum(apart, np.abs(pair[0].state - pair[1].state).max(axis=1))
    assert 0.3 < (apart > 1e-3).mean() < 0.8 and (pair[0].steps != pair[1].steps).mean() < 0.01


# ------------------------------------------------------------------------------------------------ tic-tac-toe


def test_every_unfinished_position_is_there_once_with_its_worth(sets):
    game, rows = TicTacToe(), sets["tic_tac_toe"]
    values = minimax(game)
    states = [tuple(state) for state in rows.state.tolist()]
    assert sorted(states) == sorted(state for state in values if game.outcome(state) is None) and len(states) == 4520
    assert rows.y.tolist() == [values[state] for state in states]
    assert np.array_equal(rows.x, game.planes(states))
    for state, policy in zip(states, rows.policy, strict=True):
        worth = {move: -values[game.play(state, move)] for move in game.legal_moves(state)}
        best = [move for move, value in worth.items() if value == max(worth.values())]
        assert np.flatnonzero(policy).tolist() == best
    assert set(rows.policy.ravel().tolist()) == {0, 1}


@pytest.mark.parametrize("seed", range(3))
def test_no_class_of_symmetry_is_in_two_parts(seed):
    game, rows = TicTacToe(), load("tic_tac_toe", seed=seed)
    parts = [canonical_positions(game, getattr(rows, part)) for part in DISJOINT]
    assert not shared(parts) and [len(part) for part in parts] == [377, 125, 125]
    assert not shared(set(getattr(rows, part).symmetry.tolist()) for part in DISJOINT)
    pairs = {(symmetry, game.canonical(tuple(state)))
             for symmetry, state in zip(rows.symmetry.tolist(), rows.state.tolist(), strict=True)}
    assert len(pairs) == 627, "a number of a class is a class"


def test_a_division_by_rows_would_leak(sets):
    game, rows = TicTacToe(), sets["tic_tac_toe"]
    shuffled = rows[np.random.default_rng(0).permutation(len(rows))]
    assert len(shared([canonical_positions(game, shuffled[:3600]), canonical_positions(game, shuffled[3600:])])) > 300


def test_the_numbers_on_the_card_of_tic_tac_toe(sets):
    assert Counter(sets["tic_tac_toe"].y.tolist()) == {1: 2836, 0: 1052, -1: 632}
    assert "2,836 positions, draws 1,052 and loses 632, so 63 %" in " ".join(describe("tic_tac_toe").flaws)
    assert round(2836 / 4520, 2) == 0.63


# ------------------------------------------------------------------------------------------------ Connect Four


@pytest.mark.parametrize("seed", range(2))
def test_no_game_and_no_position_is_in_two_parts(seed):
    game, rows = ConnectFour(), load("connect_four", games=200, seed=seed)
    parts = [getattr(rows, part) for part in DISJOINT]
    assert not shared(set(part.game.tolist()) for part in parts)
    assert not shared(canonical_positions(game, part) for part in parts), "as it is or mirrored"
    test = parts[2]
    assert (test.ply == 0).sum() == 40 and len(np.unique(test.game)) == 40, "the test gives nothing up"


def test_positions_are_those_of_games_and_have_their_ending():
    game, rows = ConnectFour(), load("connect_four", games=200)
    assert np.array_equal(rows.x, game.planes(rows.state)) and set(rows.y.tolist()) <= {-1, 0, 1}
    assert np.array_equal(rows.x.sum(axis=(1, 2, 3)), rows.ply) and rows.ply.max() <= 41
    decided = 0
    for number in np.unique(rows.test.game):
        one = rows.test[rows.test.game == number]
        assert one.ply.tolist() == list(range(len(one)))
        states = [tuple(state) for state in one.state.tolist()]
        for state, after in zip(states, states[1:], strict=False):
            assert after in [game.play(state, move) for move in game.legal_moves(state)]
        ends = {game.outcome(game.play(states[-1], move)) for move in game.legal_moves(states[-1])}
        last = one.y[-1]
        assert (-1 if last == 1 else 0) in ends and last in (0, 1), "who moves last wins or fills the board"
        assert one.y.tolist() == [last * (-1) ** (len(one) - 1 - ply) for ply in range(len(one))]
        decided += last == 1
    assert decided >= 36


def test_the_numbers_on_the_card_of_connect_four(sets):
    rows = sets["connect_four"]
    assert len(rows) == pytest.approx(34_000, rel=0.02) and (rows.train.ply > 2).all()
    lengths = np.unique(rows.test.game, return_counts=True)[1]
    assert lengths.mean() == pytest.approx(21.4, abs=1) and len(lengths) == 400
    game, player = ConnectFour(), random_player(ConnectFour(), 0)
    games = [play_game(game, player, player) for _ in range(2000)]
    assert sum(record.result == 0 for record in games) == 4
    assert 1 - len(rows) / sum(len(record.moves) for record in games) == pytest.approx(0.2, abs=0.01)
    assert rows.test.y[rows.test.ply == 0].tolist() == [record.result for record in games[1600:]]
