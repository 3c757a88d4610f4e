"""The board games: the script against dlcourse, the numbers that are stored, and the figure's values in Python."""

import gzip
import json
import os
import subprocess

import numpy as np
import pytest
import traitlets
from clone import ROOT
from site_tools import course_math

from dlcourse.apps.boards import against_every_line
from dlcourse.apps.tree_search import Advice, network_player, puct, search_player
from dlcourse.environments import minimax, play_game, random_player
from dlcourse.figures import board_game as module
from dlcourse.figures.board_game import GAMES, SEED, BoardGame
from dlcourse.studies import connect_four_self_play, tic_tac_toe_self_play

pytestmark = pytest.mark.usefixtures("float64")


def cells_of(rules, state):
    """A position as the page has it: a figure for each cell, 0 empty, 1 a stone of X, 2 of O."""
    marks = rules.draw(state).splitlines()[: rules.rows]
    return "".join(marks).replace(" ", "").translate(str.maketrans(".XO", "012"))


def game_case(name, seed):
    """A game played at random: its moves, and what Python says of each position."""
    rules, player = GAMES[name], random_player(GAMES[name], seed)
    states, moves, _ = play_game(rules, player, player)
    steps = [{"cells": cells_of(rules, state), "legal": rules.legal_moves(state), "outcome": rules.outcome(state),
              "planes": "".join(map(str, rules.planes(state).astype(int).ravel().tolist()))} for state in states]
    return {"name": name, "moves": moves, "steps": steps}


def position_case(name, moves, simulations):
    """What Python's network and search make of a position."""
    figure = BoardGame(game=name, moves=moves, simulations=simulations)
    policy, value = figure.assessed()
    case = {"name": name, "cells": cells_of(GAMES[name], figure.position()), "policy": policy.tolist(), "value": value,
            "simulations": simulations}
    if simulations:
        visits, mean = figure.searched()
        case |= {"visits": visits.astype(int).tolist(), "mean": mean}
    return case


def position_cases():
    """Positions after 0 to 30 random moves; every second is searched as well."""
    cases, rng = [], np.random.default_rng(0)
    for name, most in (("tic-tac-toe", 7), ("Connect Four", 31)):
        for k in range(16):
            moves = game_case(name, seed=100 + k)["moves"]
            moves = moves[: min(k * most // 16, len(moves) - 1)]
            cases.append(position_case(name, moves, int(rng.integers(1, 60)) if k % 2 else 0))
    return cases


def score_cases():
    """Which move the formula of the search chooses, at random counts."""
    rng, cases = np.random.default_rng(1), []
    for _ in range(50):
        policy, visits = rng.dirichlet(np.ones(7)), rng.integers(0, 6, 7)
        sums, legal = rng.uniform(-1, 1, 7) * visits, np.sort(rng.permutation(7)[:5])
        scores = puct(visits[None], sums[None], policy[None])[0]
        cases.append({"policy": policy.tolist(), "visits": visits.tolist(), "sums": sums.tolist(),
                      "legal": legal.tolist(), "best": int(legal[scores[legal].argmax()])})
    return cases


def test_the_script_computes_what_the_package_does(tmp_path):
    path, rules = tmp_path / "numbers.json", GAMES["tic-tac-toe"]
    wanted = {
        "games": [game_case(name, seed) for name, count in (("tic-tac-toe", 200), ("Connect Four", 100))
                  for seed in range(count)],
        "positions": position_cases(), "score": score_cases(),
        "minimaxed": {cells_of(rules, state): value for state, value in minimax(rules).items()},
        "begun": {name: value for name, value in BoardGame().state().items() if name != "tries"},
        "file": str(ROOT / "dlcourse" / "figures" / BoardGame.numbers),
    }  # fmt: skip
    assert len(wanted["minimaxed"]) == 5478
    path.write_text(json.dumps({"board_game": wanted}))
    test = ROOT / "tests" / "figures" / "board_game.test.mjs"
    command = [str(course_math.node_program()), "--test", "--test-reporter=tap", str(test)]
    done = subprocess.run(command, env=os.environ | {"FIGURE_NUMBERS": str(path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# fail 0" in done.stdout and "\n# pass 0" not in done.stdout


# ------------------------------------------------------------------------------------------------ the numbers


def test_the_file_holds_the_studied_networks(tmp_path, monkeypatch):
    written = BoardGame.stored_numbers()
    assert len(gzip.compress(written)) < 130 * 1024
    monkeypatch.setattr(module, "HERE", tmp_path)
    networks = {"tic-tac-toe": tic_tac_toe_self_play.networks()[SEED], "Connect Four": connect_four_self_play.network()}
    module.write_numbers(networks)
    assert (tmp_path / BoardGame.numbers).read_bytes() == written
    own, stored = BoardGame().model().state_dict(), networks["tic-tac-toe"].state_dict()
    assert all(np.array_equal(own[name], stored[name]) for name in stored)  # half precision, as in the study


def random_positions(count):
    """Positions of Connect Four in which somebody can move, one from each of many random games."""
    rng, rules = np.random.default_rng(2), GAMES["Connect Four"]
    games = [play_game(rules, random_player(rules, seed), random_player(rules, 10_000 + seed)) for seed in range(count)]
    return np.array([game.states[rng.integers(len(game.states) - 1)] for game in games])


def test_eight_bits_for_connect_four_s_widest_matrix_change_little():
    rules, states = GAMES["Connect Four"], random_positions(400)
    stored, rounded = (Advice(rules, network)(states) for network in
                       (connect_four_self_play.network(), BoardGame(game="Connect Four").model()))
    assert 0 < np.abs(stored[0] - rounded[0]).max() < 0.05 and np.abs(stored[1] - rounded[1]).max() < 0.05
    assert (stored[0].argmax(axis=1) == rounded[0].argmax(axis=1)).mean() > 0.97


# ------------------------------------------------------------------------------------------------ what to try


def test_no_line_of_tic_tac_toe_is_lost_with_or_without_a_search():
    rules, network = GAMES["tic-tac-toe"], BoardGame().model()
    assert against_every_line(rules, network_player(rules, network)).lost == 0
    assert against_every_line(rules, search_player(rules, Advice(rules, network), 25)).lost == 0


@pytest.mark.parametrize("corner", [0, 2, 6, 8])
def test_after_a_corner_only_the_middle_draws_and_the_policy_knows_it(corner):
    figure = BoardGame(moves=[corner])
    assert [move for move, worth in figure.worths().items() if worth == 0] == [4] and len(figure.worths()) == 8
    assert figure.choice() == 4 and figure.assessed()[0][4] > 0.5


def test_in_some_positions_its_first_choice_loses_for_no_reason_and_simulations_help():
    rules, network = GAMES["tic-tac-toe"], BoardGame().model()
    worth, players = minimax(rules), [network_player(rules, network), search_player(rules, Advice(rules, network), 100)]
    states = [state for state in worth if rules.outcome(state) is None and worth[state] >= 0]
    blunders = [sum(worth[rules.play(state, move)] == 1 for state, move in
                    zip(states, player(np.array(states)).tolist(), strict=True)) for player in players]
    example = {"moves": [0, 1, 6, 3, 7]}
    found = [BoardGame(**example, simulations=simulations) for simulations in (0, 100)]
    assert [figure.worths()[figure.choice()] for figure in found] == [-1, max(found[0].worths().values())]
    assert found[0].worths()[found[1].choice()] > -1
    assert 5 <= blunders[0] < len(states) / 20 and blunders[1] < blunders[0] / 2, blunders


def threats(count):
    """Positions of Connect Four in which a line of four must be stopped in one column: [(state, column)].

    One from each of many random games; the mover cannot win at once, and there is no second threat.
    """
    rules, found, seed = GAMES["Connect Four"], [], 0
    while len(found) < count:
        states = play_game(rules, random_player(rules, seed), random_player(rules, 10_000 + seed)).states[:-1]
        seed += 1
        for mover, other in states:
            wins, losses = ([move for move in rules.legal_moves((mover, other)) if
                             rules.has_line(rules.play(side, move)[1])] for side in ((mover, other), (other, mover)))
            if len(losses) == 1 and not wins:
                found.append(((mover, other), losses[0]))
                break
    return found


def test_simulations_see_threats_that_the_network_alone_overlooks():
    rules, cases = GAMES["Connect Four"], threats(100)
    states, wanted = np.array([state for state, _ in cases]), np.array([move for _, move in cases])
    advice = Advice(rules, BoardGame(game="Connect Four").model())
    alone = (network_player(rules, advice.network)(states) == wanted).mean()
    ahead = (search_player(rules, advice, 100)(states) == wanted).mean()
    assert alone < 0.9 and ahead > alone + 0.1


# ------------------------------------------------------------------------------------------------ its values


def test_a_game_that_comes_with_moves_keeps_them_and_another_game_clears_the_board():
    figure = BoardGame(game="Connect Four", moves=[3, 3, 3])
    assert figure.moves == [3, 3, 3]
    figure.game = "tic-tac-toe"
    assert figure.moves == []
    figure.set_state({"game": "Connect Four", "moves": [0, 0]})  # what a page sends
    assert (figure.game, figure.moves) == ("Connect Four", [0, 0])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"moves": [4, 4]}, "cell 4 is occupied"),
        ({"moves": [9]}, "the cells are 0 to 8"),
        ({"moves": [0, 3, 1, 4, 2, 5]}, "X has won"),
        ({"game": "Connect Four", "moves": [0] * 7}, "column 0 is full"),
        ({"game": "chess"}, "chess"),
        ({"you": "nobody"}, "nobody"),
        ({"simulations": 101}, "101"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        BoardGame(**values)


def test_what_cannot_be_asked_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="set figure.simulations"):
        BoardGame().searched()
    with pytest.raises(ValueError, match="set figure.game"):
        BoardGame(game="Connect Four").worths()
    with pytest.raises(ValueError, match="set figure.moves"):
        BoardGame(moves=[0, 3, 1, 4, 2]).choice()


def test_it_plays_the_likeliest_move_or_the_one_that_was_tried_most():
    figure = BoardGame(game="Connect Four", moves=[3, 3])
    policy, value = figure.assessed()
    assert policy.sum() == pytest.approx(1) and figure.choice() == policy.argmax() and -1 < value < 1
    figure.simulations = 30
    visits, mean = figure.searched()
    assert visits.sum() == 30 and figure.choice() == visits.argmax() and -1 <= mean <= 1


def test_a_win_is_found_by_looking_ahead():
    assert BoardGame(game="Connect Four", moves=[3, 0, 3, 0, 3, 0], simulations=100).choice() == 3
    assert BoardGame(moves=[4, 1]).worths()[0] == 1
