"""Why this file exists: the networks of lab 5f are stored, so what the table says of them is tried again."""

import numpy as np
import pytest

from dlcourse.apps.boards import against_every_line, match_many, random_mover
from dlcourse.apps.self_play import Settings
from dlcourse.apps.tree_search import network_player
from dlcourse.environments import minimax
from dlcourse.studies import tic_tac_toe_self_play as study
from dlcourse.studies.chapter_1 import in_float64
from dlcourse.studies.table import read


def rounds(row):
    return [int(count) for count in row["lost_by_round"].split()]


def test_the_table_is_whole():
    table = [(row["recipe"], int(row["seed"])) for row in read(study.NAME)]
    assert table == [(recipe, seed) for recipe in study.RECIPES for seed in study.SEEDS]
    for row in read(study.NAME):
        assert len(rounds(row)) == Settings().rounds and float(row["seconds"]) > 0
        assert sum(int(row[f"random_{end}"]) for end in ("won", "drawn", "lost")) == 400


@in_float64()
def test_the_stored_networks_are_what_the_table_says():
    assert study.WEIGHTS.stat().st_size < 300_000
    for row, network in zip(study.rows(), study.networks(), strict=True):
        player = network_player(study.GAME, network)
        found = against_every_line(study.GAME, player)
        assert [str(count) for count in found] == [row["lines_won"], row["lines_drawn"], row["lines_lost"]]
        assert study.good_moves(player) == pytest.approx(float(row["good_moves"]), abs=1e-4)
        won = match_many(study.GAME, player, random_mover(study.GAME, 100 + int(row["seed"])), 400).won
        assert won == int(row["random_won"])
        for array in network.state_dict().values():
            assert np.array_equal(array, array.astype(np.float16))


@in_float64()
def test_no_decision_of_the_proof_hangs_on_rounding():
    """Best and second best move differ by more than another processor could change."""
    for network in study.networks():
        states = np.array([s for s in minimax(study.GAME) if len(study.GAME.legal_moves(s)) > 1])
        shares = np.sort(study.Advice(study.GAME, network)(states)[0], axis=1)
        assert (shares[:, -1] - shares[:, -2]).min() > 1e-9


@in_float64()
def test_a_short_part_made_again_agrees():
    """Three rounds; another processor rounds differently, and games part after a while."""
    _, lost, seconds = study.trained("self-play", 0, rounds=3)
    first = rounds(study.rows()[0])
    assert len(lost) == 3 and 0 < seconds < 60
    assert lost[0] == pytest.approx(first[0], abs=250) and max(lost[1:]) < 150 and max(first[1:3]) < 150


def test_a_value_of_nothing_is_nothing():
    from dlcourse.apps.policy_value import tic_tac_toe_network

    advice = study.Worthless(study.GAME, tic_tac_toe_network(rng=np.random.default_rng(0)))
    priors, values = advice(np.array([study.GAME.start]))
    assert priors.sum() == pytest.approx(1, abs=1e-6) and not values.any()


def test_good_moves_are_counted_by_minimax():
    states, good, worth = study.positions()
    assert len(states) == 4520 and good.any(axis=1).all() and set(worth) == {-1, 0, 1}
    start = int(np.flatnonzero((states == 0).all(axis=1))[0])
    assert good[start].all()  # every first move keeps the draw


# ------------------------------------------------------------------------------------------------ what is claimed


def test_the_recipe_ends_without_a_lost_line_with_every_seed():
    for row in study.rows():
        assert row["lines_lost"] == row["search_lines_lost"] == row["random_lost"] == "0"
        assert rounds(row)[0] > 100 and not any(rounds(row)[-5:])
        assert float(row["good_moves"]) > 0.95
