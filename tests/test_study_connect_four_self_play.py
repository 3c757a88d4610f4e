"""Why this file exists: the Connect Four player of lab 5f took many minutes to train, so a part is tried again."""

import numpy as np
import pytest

from dlcourse.apps.boards import match_many, random_mover
from dlcourse.environments import ConnectFour
from dlcourse.evaluate import wilson_interval
from dlcourse.studies import connect_four_self_play as study
from dlcourse.studies.table import read

PLAYERS = ("network alone", "network + 32 walks", "network + 100 walks")
DEEP = ["alpha-beta 8", "UCT 1000"]


def test_the_tables_are_whole():
    for player in PLAYERS:
        assert list(study.rows(player)) == list(study.opponents(0)) + DEEP * (player == PLAYERS[-1])
    for row in read(study.NAME):
        games = int(row["games"])
        assert games >= 40 and sum(int(row[end]) for end in ("won", "drawn", "lost")) == games
        low, high = wilson_interval(int(row["won"]), games)
        assert float(row["low"]) == pytest.approx(low, abs=1e-3)
        assert float(row["high"]) == pytest.approx(high, abs=1e-3)
    rounds = read(f"{study.NAME}_rounds")
    assert len(rounds) == study.SETTINGS.rounds and int(rounds[0]["seconds"]) <= 20 * 60


def test_the_weights_are_small_and_give_a_network_in_the_default_dtype():
    assert study.WEIGHTS.stat().st_size < 300_000
    assert study.network().policy.weight.shape == (7, 64)


def test_a_row_made_again_agrees():
    row = study.rows("network alone")["random"]
    again = match_many(ConnectFour(), study.player(study.network(), 0), random_mover(ConnectFour(), 0), 200)
    assert again.won == pytest.approx(int(row["won"]), abs=6)


def test_a_short_training_lowers_the_loss_from_where_the_study_began():
    losses = []
    short = study.SETTINGS._replace(rounds=1, games=12, walks=8, updates=12, batch_size=64)
    _, seconds = study.trained(short, after_round=lambda network, number, loss: losses.append(loss))
    first = float(read(f"{study.NAME}_rounds")[0]["loss"])
    assert losses[0] == pytest.approx(first, abs=0.5) and 0 < seconds < 60


def test_half_precision_is_enough():
    """The weights are halves, so what is played with is what is stored."""
    for array in study.network().state_dict().values():
        assert np.array_equal(array, array.astype(np.float16))


# ------------------------------------------------------------------------------------------------ what is claimed


def test_more_walks_are_no_worse_and_random_moves_lose():
    for opponent in ("random", "UCT 32", "UCT 100", "UCT 300"):
        shares = [float(study.rows(player)[opponent]["share"]) for player in PLAYERS]
        assert shares[2] >= shares[0] - 0.05
    assert float(study.rows(PLAYERS[2])["random"]["low"]) > 0.9


def test_the_constant_of_uct_is_not_to_its_disadvantage():
    """The baseline gets a sweep, too: no other constant wins clearly more than half of its games against UCT's own."""
    sweep = {row["player"]: float(row["share"]) for row in read(study.NAME) if row["player"].startswith("UCT 100, c")}
    assert len(sweep) == len(study.CONSTANTS) and max(sweep.values()) < 0.57
