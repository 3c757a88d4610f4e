"""Does a network that plays itself at tic-tac-toe come to play perfectly, and what of the recipe does it need?

    python -m dlcourse.studies tic_tac_toe_self_play

Three seeds each: the recipe; without noise at the root; without any exploration (no noise, no drawn moves); with a
value of 0 for every position that goes on; and against random moves instead of itself. After every round the network
alone, without search, meets an opponent who tries every move, and the lines that it loses are counted. The settings
were fixed after one run of each seed. The weights of the recipe's three seeds are stored in half precision, and what
the table says of the end is said of the weights so rounded.
"""

import time
from functools import cache

import numpy as np

from dlcourse import nn
from dlcourse.apps.boards import against_every_line, match_many, random_mover
from dlcourse.apps.policy_value import tic_tac_toe_network
from dlcourse.apps.self_play import Settings, train
from dlcourse.apps.tree_search import Advice, Rollouts, network_player, search_player
from dlcourse.checkpoint import load_state, save_state
from dlcourse.environments import TicTacToe, minimax

from .chapter_1 import in_float64
from .table import FOLDER, read, write

NAME, GAME, SEEDS = "tic_tac_toe_self_play", TicTacToe(), range(3)
WEIGHTS = FOLDER / f"{NAME}.safetensors"
WALKS = 25  # of the search that is judged beside the network alone


class Worthless(Advice):
    """The network's policy, and nothing said of who is ahead."""

    def __call__(self, states):
        priors, values = super().__call__(states)
        return priors, np.zeros_like(values)


RECIPES = {
    "self-play": (Settings(), {}),
    "no noise": (Settings(noise=None), {}),
    "no exploration": (Settings(noise=None, warm=0), {}),
    "no value": (Settings(), {"advice": Worthless}),
    "against random": (Settings(), {"opponent": "random"}),
}


def trained(recipe, seed, rounds=None):
    """The network after training in float64, the lines lost after each round, and the seconds of processor time."""
    settings, options = RECIPES[recipe]
    if rounds:
        settings = settings._replace(rounds=rounds)
    if "opponent" in options:
        options = {"opponent": random_mover(GAME, seed)}
    rng, lost, judging = np.random.default_rng(seed), [], 0.0
    network = tic_tac_toe_network(rng=rng)

    def judge(number, loss):
        nonlocal judging
        before = time.process_time()
        lost.append(against_every_line(GAME, network_player(GAME, network)).lost)
        judging += time.process_time() - before

    started = time.process_time()
    train(GAME, network, settings, rng=rng, after_round=judge, **options)
    return network, lost, time.process_time() - started - judging


def halved(network):
    """The network with its weights rounded to half precision, as they are stored."""
    network.load_state_dict({name: array.astype(np.float16) for name, array in network.state_dict().items()})
    return network


@cache
def positions():
    """All positions in which somebody can move, which moves keep what they are worth, and the worth itself.

    Returns: states (4520, 2), whether a move is as good as any (4520, 9), values (4520,).
    """
    worth = minimax(GAME)
    states = [state for state in worth if GAME.outcome(state) is None]
    good = np.zeros((len(states), 9), bool)
    for row, state in enumerate(states):
        for move in GAME.legal_moves(state):
            good[row, move] = -worth[GAME.play(state, move)] == worth[state]
    return np.array(states), good, np.array([worth[state] for state in states])


def good_moves(player):
    """The share of all positions in which a player takes a move that keeps what the position is worth."""
    states, good, _ = positions()
    return float(good[np.arange(len(states)), player(states)].mean())


def score(prefix, found):
    """A Score as three columns."""
    return {f"{prefix}_{name}": count for name, count in found._asdict().items()}


def row_of(recipe, seed, network, lost, seconds):
    """One row: what the network is worth alone and with a search, in lines, in positions, and in matches."""
    alone = network_player(GAME, network)
    guided = search_player(GAME, Advice(GAME, network), WALKS)
    return ({"recipe": recipe, "seed": seed, "lost_by_round": " ".join(map(str, lost))}
            | score("lines", against_every_line(GAME, alone))
            | {"good_moves": round(good_moves(alone), 4)}
            | score("search_lines", against_every_line(GAME, guided))
            | score("random", match_many(GAME, alone, random_mover(GAME, 100 + seed), 400))
            | score("uct_25", match_many(GAME, alone, search_player(GAME, Rollouts(GAME, 200 + seed), 25), 200))
            | score("uct_200", match_many(GAME, alone, search_player(GAME, Rollouts(GAME, 300 + seed), 200), 100))
            | {"seconds": round(seconds, 1)})


class Stored(nn.Module):
    """The networks of the three seeds under one roof, so that one file holds them."""

    def __init__(self):
        for seed in SEEDS:
            setattr(self, f"seed{seed}", tic_tac_toe_network(rng=np.random.default_rng(seed)))


def networks():
    """The stored networks of the recipe, one for each seed, in the default dtype."""
    stored = Stored()
    load_state(WEIGHTS, stored)
    return list(stored.children())


def rows(recipe="self-play"):
    """The rows of a recipe, a seed each."""
    return [row for row in read(NAME) if row["recipe"] == recipe]


@in_float64()
def remake():
    """Train all, store the recipe's networks, and judge each."""
    started, table, stored = time.perf_counter(), [], Stored()
    for recipe in RECIPES:
        for seed in SEEDS:
            network, *rest = trained(recipe, seed)
            table.append(row_of(recipe, seed, halved(network), *rest))
            if recipe == "self-play":
                getattr(stored, f"seed{seed}").load_state_dict(network.state_dict())
        if recipe == "self-play":
            save_state(WEIGHTS, stored.to(np.float16))
    write(NAME, table, f"python -m dlcourse.studies {NAME}", started)
