"""Why this file exists: what self-play learns from has to be what happened, and what it has learned can be proved."""

import numpy as np
import pytest
import torch

from dlcourse import optim
from dlcourse.apps import self_play
from dlcourse.apps.boards import Boards, against_every_line, random_mover
from dlcourse.apps.policy_value import assess, connect_four_network, masked, network_for, tic_tac_toe_network
from dlcourse.apps.self_play import Positions, Settings, drawn, learn, loss_of, play_itself, tempered, train, turned
from dlcourse.apps.tree_search import Advice, network_player, search_player
from dlcourse.environments import ConnectFour, TicTacToe
from dlcourse.studies import tic_tac_toe_self_play as study
from dlcourse.studies.chapter_1 import in_float64

SMALL, LARGE = TicTacToe(), ConnectFour()
QUICK = Settings(rounds=2, games=12, walks=10, updates=4, batch_size=32)


def some_games(game, settings=QUICK, seed=0, **options):
    rng = np.random.default_rng(seed)
    return play_itself(game, Advice(game, network_for(game, rng=rng)), settings, rng=rng, **options)


# ------------------------------------------------------------------------------------------------ the proof


@in_float64()
@pytest.mark.parametrize("seed", study.SEEDS)
def test_the_stored_network_loses_no_line_whatever_the_opponent_tries(seed):
    player = network_player(SMALL, study.networks()[seed])
    found = against_every_line(SMALL, player)
    assert found.lost == 0 and found.won > 300 and found.drawn > 50


@in_float64()
def test_the_proof_would_notice_a_single_bad_move():
    good = network_player(SMALL, study.networks()[0])
    asked = np.array(SMALL.after([4]))  # X took the center; whoever answers on an edge can be beaten

    def spoiled(states):
        return np.where((states == asked).all(axis=1), 1, good(states))

    assert against_every_line(SMALL, spoiled).lost > 0


@in_float64()
def test_with_a_search_it_loses_no_line_either():
    assert against_every_line(SMALL, search_player(SMALL, Advice(SMALL, study.networks()[0]), 25)).lost == 0


# ------------------------------------------------------------------------------------------------ the network


@pytest.mark.parametrize("game, parameters", [(SMALL, 6_026), (LARGE, 96_456)])
def test_the_network_is_pytorchs(game, parameters):
    network = network_for(game, rng=np.random.default_rng(0)).double()
    assert sum(p.numel() for p in network.parameters()) == parameters
    layers = torch.nn
    if game is SMALL:
        body = layers.Sequential(layers.Flatten(), layers.Linear(18, 64), layers.ReLU(), layers.Linear(64, 64),
                                 layers.ReLU())
    else:
        body = layers.Sequential(layers.Conv2d(2, 32, 3, padding=1), layers.ReLU(),
                                 layers.Conv2d(32, 32, 3, padding=1), layers.ReLU(), layers.Flatten(),
                                 layers.Linear(1344, 64), layers.ReLU())
    twin = layers.ModuleDict({"body": body, "policy": layers.Linear(64, game.moves), "value": layers.Linear(64, 1)})
    twin.double().load_state_dict({name: torch.tensor(array) for name, array in network.state_dict().items()})
    states = some_games(game).states[-20:]
    planes, legal = game.planes(states).astype(float), Boards(game).legal(states)
    features = twin["body"](torch.tensor(planes))
    logits = twin["policy"](features).masked_fill(~torch.tensor(legal), -torch.inf)
    found = assess(network, planes, legal)
    assert found[0] == pytest.approx(logits.softmax(1).detach().numpy(), abs=1e-12)
    assert found[1] == pytest.approx(twin["value"](features).tanh()[:, 0].detach().numpy(), abs=1e-12)
    assert not found[0][~legal].any()


def test_the_loss_is_pytorchs_and_no_illegal_move_gets_a_gradient():
    network, batch = tic_tac_toe_network(rng=np.random.default_rng(0)).double(), some_games(SMALL)
    legal = Boards(SMALL).legal(batch.states)
    logits, values = network(SMALL.planes(batch.states).astype(float))
    theirs = torch.tensor(logits.data, requires_grad=True)
    log_p = theirs.masked_fill(~torch.tensor(legal), -1e9).log_softmax(1)
    policy = -(torch.tensor(batch.policies) * log_p).sum(1).mean()
    expected = policy + 0.5 * ((torch.tensor(batch.results) - torch.tensor(values.data)) ** 2).mean()
    assert loss_of(network, SMALL, batch, 0.5).item() == pytest.approx(expected.item(), rel=1e-5)
    policy.backward()
    assert not theirs.grad.numpy()[~legal].any()
    assert (masked(logits, legal).data[~legal] < -1e8).all()


# ------------------------------------------------------------------------------------------------ games


@pytest.mark.parametrize("game", [SMALL, LARGE])
def test_what_is_learned_from_is_what_happened(game):
    seen, many = some_games(game), Boards(game)
    assert seen.policies.sum(axis=1) == pytest.approx(1)
    assert not seen.policies[~many.legal(seen.states)].any()
    assert (seen.states[: QUICK.games] == 0).all() and np.isin(seen.results, [-1, 0, 1]).all()
    mover_began = np.array([game.first_moves(state) for state in map(tuple, seen.states.tolist())])
    for_first = np.where(mover_began, seen.results, -seen.results)
    assert np.array_equal(np.unique(for_first[: QUICK.games]), np.unique(for_first))  # all games, all their moves


def test_a_position_before_a_win_is_worth_a_win():
    """One game at a time, so that the last position is known."""
    for seed in range(8):
        seen = some_games(SMALL, QUICK._replace(games=1), seed)
        final = [SMALL.play(tuple(seen.states[-1].tolist()), move) for move in np.flatnonzero(seen.policies[-1])]
        ends = {SMALL.outcome(state) for state in final}
        assert -seen.results[-1] in ends
        assert np.array_equal(seen.results, seen.results[-1] * (-1.0) ** np.arange(len(seen.results))[::-1])


def test_against_an_opponent_it_learns_from_its_own_moves_alone():
    seen = some_games(SMALL, opponent=random_mover(SMALL, 0))
    stones = [(mover | other).bit_count() for mover, other in seen.states.tolist()]
    assert stones.count(0) == stones.count(1) == QUICK.games // 2  # it begins every second game


def test_without_exploration_all_games_are_one():
    seen = some_games(SMALL, QUICK._replace(noise=None, warm=0))
    assert len(np.unique(seen.states, axis=0)) * QUICK.games == len(seen.states)


def test_temperature_and_draws():
    visits = np.array([[8.0, 4, 0, 4]])
    assert tempered(visits)[0] == pytest.approx([0.5, 0.25, 0, 0.25])
    assert tempered(visits, 0.5)[0] == pytest.approx([64 / 96, 16 / 96, 0, 16 / 96])
    assert tempered(visits, 0)[0].tolist() == [1, 0, 0, 0]
    assert tempered(1000 * visits, 0.01)[0] == pytest.approx([1, 0, 0, 0])
    moves = drawn(np.repeat([[0.2, 0, 0.5, 0.3]], 40_000, axis=0), np.random.default_rng(0))
    assert np.bincount(moves, minlength=4) / 40_000 == pytest.approx([0.2, 0, 0.5, 0.3], abs=0.01)


@pytest.mark.parametrize("game", [SMALL, LARGE])
def test_turned_positions_keep_their_policies(game):
    """A policy that marks the first legal move marks, in the turned position, where that move has gone."""
    batch = some_games(game)
    one_move = np.eye(game.moves)[[game.legal_moves(tuple(state))[0] for state in batch.states.tolist()]]
    found = turned(game, Positions(batch.states, one_move, batch.results), np.random.default_rng(0))
    before = np.array([game.play(tuple(state), int(policy.argmax()))
                       for state, policy in zip(batch.states.tolist(), one_move, strict=True)])
    after = np.array([game.play(tuple(state), int(policy.argmax()))
                      for state, policy in zip(found.states.tolist(), found.policies, strict=True)])
    for one, other in zip(map(tuple, before.tolist()), map(tuple, after.tolist()), strict=True):
        assert game.canonical(one) == game.canonical(other)
    assert not np.array_equal(found.states, batch.states)


# ------------------------------------------------------------------------------------------------ learning


@pytest.mark.parametrize("build", [tic_tac_toe_network, connect_four_network])
def test_learning_lowers_the_loss(build):
    game = SMALL if build is tic_tac_toe_network else LARGE
    network, batch = build(rng=np.random.default_rng(0)), some_games(game)
    before = loss_of(network, game, batch).item()
    learn(network, game, batch, optim.Adam(network.parameters(), lr=3e-3), QUICK._replace(updates=25),
          rng=np.random.default_rng(0))
    assert loss_of(network, game, batch).item() < before - 0.05


@in_float64()
def test_training_is_the_same_twice_and_tells_each_round():
    def run():
        rng, heard = np.random.default_rng(0), []
        network = tic_tac_toe_network(rng=rng)
        losses = train(SMALL, network, QUICK, rng=rng, after_round=lambda *said: heard.append(said))
        return network.state_dict(), losses, heard

    (first, losses, heard), (second, _, _) = run(), run()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert [number for number, _ in heard] == [1, 2] and [loss for _, loss in heard] == losses.tolist()


def test_the_window_keeps_the_latest(monkeypatch):
    lengths = []
    monkeypatch.setattr(self_play, "learn", lambda network, game, kept, *_, **__: lengths.append(len(kept.states)) or 0)
    rng = np.random.default_rng(0)
    train(SMALL, tic_tac_toe_network(rng=rng), QUICK._replace(rounds=4, window=150), rng=rng)
    assert lengths[0] < 150 and lengths[-1] == 150
