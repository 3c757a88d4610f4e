"""Why this file exists: what is learned from play can first be tried on rows that stand still.

Three environments give tables: transitions of CartPole, tic-tac-toe solved, and Connect Four as chance plays it. What
is written down after one another belongs together, so the parts are divided by episode, by symmetry and by game.
"""

import numpy as np

from ..environments import CartPole, ConnectFour, TicTacToe, hand_rule, minimax, play_game, random_player, random_policy
from .base import OURS, PARTS, Card, Dataset, dataset, floats, parts_of
from .checks import one_of, whole

STATE_FIELD = ("(M, 2)", "the position as `dlcourse.environments` has it: stones of the mover, stones of the other")
POLICIES = {"random": random_policy, "rule": lambda seed: hand_rule}


def _shares(count):
    """How many of so many episodes, games or classes go to fit, validation and test: 60, 20 and 20 percent.

    Of fewer than 5, a part would get none.
    """
    fifth = count // 5
    return count - 2 * fifth, fifth, fifth


CARTPOLE_CARD = Card(
    name="cartpole",
    title="Transitions of CartPole",
    kind="simulated",
    summary="What a cart with a pole did in the next 0.02 seconds, pushed at random or by a simple rule.",
    origin="simulated by dlcourse.environments.CartPole: the equations of Barto, Sutton and Anderson 1983 without "
    "friction, as in gymnasium's CartPole-v1",
    license=OURS,
    size="500 episodes: about 11,000 transitions (random) or 240,000 (rule), 0.6 or 13 MB",
    fields={
        "x": ("(M, 4)", "position in m, velocity in m/s, angle in rad (0 upright), angular velocity in rad/s"),
        "action": ("(M,)", "the push of 10 N, 0 to the left, 1 to the right"),
        "next_x": ("(M, 4)", "the state 0.02 s later, in the same units"),
        "reward": ("(M,)", "always 1: each step that the pole stood"),
        "terminated": ("(M,)", "true where the pole fell or the cart left the track: no future"),
        "truncated": ("(M,)", "true at the 500th step: the episode ended, its future did not"),
        "episode": ("(M,)", "the number of the episode; its rows stand together, in order of time"),
    },
    parts=PARTS,
    options={
        "episodes": "how many, at least 5 (default 500)",
        "seed": "the seed of starts and pushes (default 0)",
        "policy": "'random' (default), either side with equal chance, or 'rule', the side to which the pole falls",
    },
    good_for=("a model of the dynamics: (x, action) to next_x", "imitating the rule: x to action",
              "value functions and fitted Q-learning without a simulator", "terminated against truncated"),
    flaws=(
        "Random pushes lose the pole after about 22 steps, so their states are near the start and short of skill. The "
        "rule keeps the angle below 0.06 rad: its rows never show a falling pole, and what it loses (44 of the 500 "
        "episodes of seed 0) it loses by leaving the track.",
        "No noise and no friction: one function of the state and the push explains every row exactly.",
        "Every reward is 1: only `terminated` says what is bad.",
        "Sine and cosine may differ in the last bit on another processor, and balancing makes such a difference grow. "
        "Random episodes are too short to show it. When the last bit of the start was changed, the rule's states came "
        "to differ by over 0.001 in half of the episodes, and 2 in 1,000 ended at another step.",
    ),
    chapters=("5e",),
)


@dataset(CARTPOLE_CARD)
def cartpole(episodes=500, seed=0, policy="random"):
    """Transitions of CartPole, from whole episodes; no episode is in two parts.

    Returns: Dataset with x (M, 4), action (M,), next_x (M, 4), reward, terminated, truncated, episode (M,).
    Raises:  DataError for another policy, and for fewer than 5 episodes.   Chapter: 5e.
    """
    whole("cartpole", "episodes", episodes, 5)
    one_of("cartpole", "policy", policy, POLICIES)
    env, choose = CartPole(episodes, seed), POLICIES[policy]([seed, 1])
    rows, going = [], np.ones(episodes, bool)
    while going.any():
        before = env.state  # in float64, so that the default dtype does not change what the rule does
        actions = choose(before)
        _, rewards, terminated, truncated = env.step(actions)
        columns = (before, actions, env.state, rewards, terminated, truncated, np.arange(episodes))
        rows.append([column[going] for column in columns])
        going = ~(terminated | truncated)
    x, action, next_x, reward, terminated, truncated, episode = map(np.concatenate, zip(*rows, strict=True))
    order = np.argsort(episode, kind="stable")  # time by time becomes episode by episode
    fields = {"x": floats(x), "action": action, "next_x": floats(next_x), "reward": floats(reward),
              "terminated": terminated, "truncated": truncated, "episode": episode}
    lengths = np.bincount(episode)
    sizes = [int(part.sum()) for part in np.split(lengths, np.cumsum(_shares(episodes))[:2])]
    return Dataset(CARTPOLE_CARD, {name: values[order] for name, values in fields.items()}, parts_of(*sizes))


TIC_TAC_TOE_CARD = Card(
    name="tic_tac_toe",
    title="Tic-tac-toe, solved",
    kind="generated",
    summary="Every position of tic-tac-toe in which somebody has to move, what it is worth, and all best moves.",
    origin="visited and solved by dlcourse.environments.minimax",
    license=OURS,
    size="4,520 positions in 627 classes of symmetry, 0.6 MB",
    fields={
        "x": ("(M, 2, 3, 3)", "1 where the mover has a stone, then 1 where the other has one; drawn row by row"),
        "y": ("(M,)", "what the position is worth to the mover if both play best: -1 lost, 0 a draw, 1 won"),
        "policy": ("(M, 9)", "1 for each move that keeps this worth, 0 for the others; cells row by row"),
        "state": STATE_FIELD,
        "symmetry": ("(M,)", "the number of the class of positions that are rotations or mirror images of each other"),
    },
    parts=PARTS,
    options={"seed": "the seed that deals the classes to the parts (default 0)"},
    good_for=("value and policy networks whose every answer can be judged", "what augmentation by symmetry is worth"),
    flaws=(
        "The 958 finished positions are left out: nobody moves there.",
        "The values are uneven: the mover wins 2,836 positions, draws 1,052 and loses 632, so 63 % is what always "
        "answering 1 gets.",
        "Each position counts once, though in play the early ones come up in every game. A best move is any that keeps "
        "the worth, also one that wins later than it could.",
        "Only symmetry is kept out: a position of test may be one move away from one of train.",
    ),
    chapters=("5f",),
)


@dataset(TIC_TAC_TOE_CARD)
def tic_tac_toe(seed=0):
    """Every unfinished position of tic-tac-toe; no position of a part is a rotation or mirror image of another part's.

    Returns: Dataset with x (M, 2, 3, 3), y (M,), policy (M, 9), state (M, 2), symmetry (M,).   Chapter: 5f.
    """
    game = TicTacToe()
    values = minimax(game)
    classes = {}
    for state in values:
        if game.outcome(state) is None:
            classes.setdefault(game.canonical(state), []).append(state)
    members = [classes[canonical] for canonical in sorted(classes)]
    dealt = np.split(np.random.default_rng(seed).permutation(len(members)), np.cumsum(_shares(len(members)))[:2])
    symmetry = [k for part in dealt for k in part for _ in members[k]]
    states = [state for part in dealt for k in part for state in members[k]]
    policy = np.zeros((len(states), game.moves))
    for row, state in enumerate(states):
        policy[row, [m for m in game.legal_moves(state) if -values[game.play(state, m)] == values[state]]] = 1
    fields = {"x": game.planes(states), "y": floats([values[state] for state in states]), "policy": floats(policy),
              "state": np.array(states), "symmetry": np.array(symmetry)}
    return Dataset(TIC_TAC_TOE_CARD, fields, parts_of(*(sum(len(members[k]) for k in part) for part in dealt)))


CONNECT_FOUR_CARD = Card(
    name="connect_four",
    title="Connect Four, played at random",
    kind="simulated",
    summary="Positions from games of two players who choose among the legal columns at random, and how the game ended.",
    origin="simulated by dlcourse.environments.ConnectFour",
    license=OURS,
    size="2,000 games: about 34,000 positions, 13 MB",
    fields={
        "x": ("(M, 2, 6, 7)", "1 where the mover has a stone, then 1 where the other has one; the top row first"),
        "y": ("(M,)", "how the game ended for the mover: -1 lost, 0 drawn, 1 won"),
        "state": STATE_FIELD,
        "game": ("(M,)", "the number of the game; its rows stand together, in order of time"),
        "ply": ("(M,)", "how many stones are on the board, 0 to 41"),
    },
    parts=PARTS,
    options={"games": "how many, at least 5 (default 2,000)", "seed": "the seed of the moves (default 0)"},
    good_for=("value networks on a noisy target", "what a position is worth between beginners, on average",
              "how much rows of one game share"),
    flaws=(
        "y is how one game happened to go on, not what best play would give, and early positions hardly foretell it.",
        "All rows of a game share its ending: 2,000 games are 2,000 independent answers, however many rows they have.",
        "Openings repeat. What occurs in test, as it is or mirrored, is left out of validation and fit, and what is in "
        "validation out of fit. So the first three plies are in test alone, and a fifth of all rows is left out.",
        "A random game ends after 21 stones on average and hardly ever in a draw (4 of the 2,000 games of seed 0).",
    ),
    chapters=("5f",),
)


@dataset(CONNECT_FOUR_CARD)
def connect_four(games=2000, seed=0):
    """Positions before each move of random games; no position of a part is one of another part's, or its mirror image.

    Returns: Dataset with x (M, 2, 6, 7), y (M,), state (M, 2), game (M,), ply (M,).
    Raises:  DataError for fewer than 5 games.   Chapter: 5f.
    """
    whole("connect_four", "games", games, 5)
    game = ConnectFour()
    player = random_player(game, seed)
    parts, seen = [], set()
    played = [(number, play_game(game, player, player)) for number in range(games)]
    fit, validation, _ = _shares(games)
    for part in (played[fit + validation:], played[fit:fit + validation], played[:fit]):  # the test gives nothing up
        rows = [(canonical, state, record.result * (-1) ** ply, number, ply)
                for number, record in part for ply, state in enumerate(record.states[:-1])
                if (canonical := game.canonical(state)) not in seen]
        seen.update(row[0] for row in rows)
        parts.insert(0, rows)
    _, states, results, numbers, plies = zip(*sum(parts, []), strict=True)
    fields = {"x": game.planes(states), "y": floats(results), "state": np.array(states), "game": np.array(numbers),
              "ply": np.array(plies)}
    return Dataset(CONNECT_FOUR_CARD, fields, parts_of(*map(len, parts)))
