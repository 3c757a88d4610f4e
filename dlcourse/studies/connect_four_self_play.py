"""How strong does a Connect Four player become that teaches itself for at most 20 minutes on one core?

    python -m dlcourse.studies connect_four_self_play

One network (96,456 numbers) plays against itself and learns from it. The settings were fixed before the run, after
three rounds to see how long one takes; nothing was tuned. Its weights are stored in half precision, and all matches are
played with what is stored: the network alone and with 32 and 100 walks of PUCT, against random moves, against UCT with
32, 100 and 300 random games a move, and against alpha-beta that looks 2, 4 and 6 moves deep. The player begins in half
of the games. The strongest one also meets alpha-beta 8 moves deep and UCT with 1,000 random games. UCT keeps its
constant of 1.4: the sweep, matches against 0.7, 1 and 2, finds none that is better.
"""

import time

import numpy as np

from dlcourse.apps.boards import match_many, random_mover
from dlcourse.apps.policy_value import connect_four_network
from dlcourse.apps.self_play import Settings, train
from dlcourse.apps.tree_search import Advice, Rollouts, alpha_beta_player, network_player, search_player
from dlcourse.checkpoint import load_state, save_state
from dlcourse.environments import ConnectFour
from dlcourse.evaluate import wilson_interval

from .table import FOLDER, read, write

NAME, GAME = "connect_four_self_play", ConnectFour()
SETTINGS = Settings(rounds=56, games=256, walks=48, warm=10, noise=(0.25, 1.0), window=60_000, updates=100,
                    batch_size=256, rate=2e-3, decay=1e-4)
WEIGHTS = FOLDER / f"{NAME}.safetensors"
COMMAND = f"python -m dlcourse.studies {NAME}"
CONSTANTS, WALKS = (0.7, 1.0, 2.0), (0, 32, 100)


def trained(settings=SETTINGS, seed=0, after_round=None):
    """A network after self-play in float32, with the seconds of processor time that it took."""
    rng, started = np.random.default_rng(seed), time.process_time()
    network = connect_four_network(rng=rng)
    train(GAME, network, settings, rng=rng, after_round=after_round and (lambda *args: after_round(network, *args)))
    return network, time.process_time() - started


def network():
    """The stored network in the default dtype."""
    model = connect_four_network(rng=np.random.default_rng(0))
    load_state(WEIGHTS, model)
    return model


def player(model, walks):
    """The network alone, or with so many walks of a search."""
    return search_player(GAME, Advice(GAME, model), walks) if walks else network_player(GAME, model)


def opponents(seed):
    """By name, with the number of games: who is met."""
    uct = {f"UCT {walks}": (search_player(GAME, Rollouts(GAME, seed + walks), walks), games)
           for walks, games in ((32, 100), (100, 100), (300, 40))}
    deep = {f"alpha-beta {depth}": (alpha_beta_player(GAME, depth, seed), games)
            for depth, games in ((2, 100), (4, 100), (6, 40))}
    return {"random": (random_mover(GAME, seed), 200)} | uct | deep


def row_of(name, one, opponent, other, games):
    """One row: won, drawn and lost, and between which shares of wins the truth lies (Wilson, 95 %)."""
    started = time.process_time()
    score = match_many(GAME, one, other, games)
    low, high = wilson_interval(score.won, games)
    return {"player": name, "opponent": opponent, "games": games, **score._asdict(),
            "share": round(score.won / games, 3), "low": round(low, 3), "high": round(high, 3),
            "seconds": round(time.process_time() - started, 1)}


def uct_row(c):
    """A constant of UCT, with 100 random games a move, against the one that stands in textbooks."""
    players = (search_player(GAME, Rollouts(GAME, seed, c=constant), 100) for seed, constant in ((1, c), (2, 1.4)))
    return row_of(f"UCT 100, c = {c}", next(players), "UCT 100, c = 1.4", next(players), 100)


def remake():
    """Train, store in half precision, and play all matches with what is stored."""
    started, losses = time.perf_counter(), []
    model, seconds = trained(after_round=lambda _, number, loss: losses.append(loss))
    store(model, losses, seconds)
    rows = [uct_row(c) for c in CONSTANTS]
    for walks in WALKS:
        rows += rows_of(walks)
    rows += deep_rows()
    write(NAME, rows, COMMAND, started)


def store(model, losses, seconds):
    """The weights, and the table of the training."""
    save_state(WEIGHTS, model.to(np.float16))
    write(f"{NAME}_rounds", [{"round": number, "loss": round(loss, 4), "seconds": round(seconds)}
                             for number, loss in enumerate(losses, 1)], COMMAND)


def rows_of(walks):
    """The matches of the stored network, alone (0) or with so many walks, a row each."""
    model = network()
    return [row_of(name_of(walks), player(model, walks), opponent, other, games)
            for opponent, (other, games) in opponents(1000 * walks).items()]


def deep_rows(games=40):
    """The strongest player against deeper searches, which take too long to meet all of them."""
    one, deep = player(network(), WALKS[-1]), {"alpha-beta 8": alpha_beta_player(GAME, 8, 0),
                                               "UCT 1000": search_player(GAME, Rollouts(GAME, 1000), 1000)}
    return [row_of(name_of(WALKS[-1]), one, opponent, other, games) for opponent, other in deep.items()]


def name_of(walks):
    """What a player is called in the table."""
    return f"network + {walks} walks" if walks else "network alone"


def rows(player_name):
    """The rows of a player, by opponent."""
    return {row["opponent"]: row for row in read(NAME) if row["player"] == player_name}
