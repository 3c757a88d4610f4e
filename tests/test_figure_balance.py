"""Balance: its script against dlcourse.environments, its stored network against the study's, its values in Python."""

import base64
from pathlib import Path

import numpy as np
import pytest
import traitlets
from test_figure_gates import begun, run_script

from dlcourse import nn
from dlcourse.checkpoint import load_state
from dlcourse.environments import CartPole, accelerations, hand_rule
from dlcourse.environments import cartpole as physics
from dlcourse.figures import balance
from dlcourse.figures.balance import MOST, Balance, policy_network

pytestmark = pytest.mark.usefixtures("float64")

STUDY = Path(balance.__file__).parents[1] / "studies" / "cartpole_policy.safetensors"
MIXED = [0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1]
# A pole is unstable: an error in the last bit grows a thousandfold in two seconds, which are 100 steps. So episodes are
# compared state by state as long as 12 digits can hold, and by the step at which they end; and every single step is
# compared from the package's own state.
EXACT = 80
EPISODES = [
    ({"driver": "rule", "steps": 500}, "rule"), ({"driver": "rule", "steps": 500, "seed": 7}, "rule"),
    ({"driver": "rule", "steps": 300, "seed": 2, "kicks": [[20, 0.5], [60, -0.75], [60, 0.25]]}, "rule"),
    ({"driver": "random", "steps": 500, "seed": 4}, "random"), ({"driver": "random", "steps": 9, "seed": 5}, "random"),
    ({"driver": "you", "steps": 12, "actions": MIXED, "kicks": [[0, 0.1]]}, "you"),
    ({"driver": "you", "steps": 40, "actions": MIXED, "side": "left"}, "you"),
    ({"driver": "network", "steps": 80, "seed": 11}, "network"),
    ({"driver": "you", "rival": "network", "steps": 60, "seed": 3, "kicks": [[5, -0.4]]}, "network"),
    ({"driver": "rule", "steps": 200, "kicks": [[30, 3]]}, "rule"),
]  # fmt: skip


def single_steps():
    """Steps of whole episodes: the hand rule's, random ones, and far from where an episode would have ended."""
    rng, env, found = np.random.default_rng(0), CartPole(), []
    far = [[row, int(rng.integers(2))] for row in rng.normal(size=(60, 4)) * [2, 2, 2, 3]]
    rows = [[row, int(hand_rule(row[None])[0])] for row in Balance(steps=MOST).episode("rule")[:-1]]
    rows += [[row, int(rng.integers(2))] for row in Balance(steps=MOST, seed=8).episode("rule")[:-1]]
    for state, action in rows + far:
        env.state = [state]
        env.step([action])
        changes = accelerations(state[None], np.array([physics.FORCE if action else -physics.FORCE]))
        found.append({"state": state.tolist(), "action": action, "after": env.state[0].tolist(),
                      "changes": [float(change[0]) for change in changes]})  # fmt: skip
    return found


def answers():
    states = np.concatenate([Balance(steps=60, seed=seed).episode("network") for seed in range(5)])
    rows = Balance().probabilities(states)
    return [{"state": state.tolist(), "probabilities": row.tolist()} for state, row in zip(states, rows, strict=True)]


def test_the_script_computes_what_the_package_does(tmp_path):
    episodes = [{"values": values, "who": who, "states": Balance(**values).episode(who).tolist(), "exact": EXACT}
                for values, who in EPISODES]  # fmt: skip
    starts = [{"seed": seed, "start": Balance(seed=seed).start().tolist()} for seed in (0, 1, 57, 999)]
    wanted = {"begun": begun(Balance()), "data": base64.b64encode(Balance.stored_numbers()).decode(),
              "episodes": episodes, "limits": [physics.TRACK, physics.ANGLE, MOST], "network": answers(),
              "starts": starts, "steps": single_steps()}  # fmt: skip
    run_script("balance", wanted, tmp_path)


# ------------------------------------------------------------------------------------------------ the stored network


def study_network():
    network = policy_network()
    load_state(STUDY, network)
    return network


def test_the_stored_network_is_the_studys_to_the_bit(tmp_path, monkeypatch):
    stored, trained = Balance().network().state_dict(), study_network().state_dict()
    for key, value in trained.items():
        assert np.array_equal(np.asarray(value, np.float32), np.asarray(stored[key], np.float32)), key
    monkeypatch.setattr(balance, "HERE", tmp_path)
    balance.write_numbers(study_network())
    assert (tmp_path / Balance.numbers).read_bytes() == Balance.stored_numbers()
    assert len(Balance.stored_numbers()) == 4 * 226


def test_its_model_is_one_of_the_course():
    layers = list(Balance().network().children())
    assert [type(layer) for layer in layers] == [nn.Linear, nn.Tanh, nn.Linear]
    states = np.random.default_rng(0).normal(size=(9, 4))
    chosen, likely = Balance().policy("network")(states), Balance().probabilities(states)
    assert np.array_equal(chosen, likely.argmax(axis=1)) and np.allclose(likely.sum(axis=1), 1)


# ------------------------------------------------------------------------------------------------ its values


def test_an_episode_is_the_environments():
    figure = Balance(steps=37, seed=5)
    env = CartPole()
    env.state = [figure.start()]
    for _ in range(37):
        env.step(hand_rule(env.observations))
    assert np.array_equal(figure.episode("rule")[-1], env.state[0]) and len(figure.episode("rule")) == 38


def test_starts_are_as_those_of_the_environment_are():
    starts = np.array([Balance(seed=seed).start() for seed in range(300)])
    assert starts.shape == (300, 4) and 0.0495 < np.abs(starts).max() <= physics.START
    assert np.abs(starts.mean(axis=0)).max() < 0.007


def test_what_a_reader_did_is_replayed_and_then_the_side_goes_on():
    short, long = Balance(actions=[0, 1, 0], steps=3), Balance(actions=[0, 1, 0], steps=6, side="left")
    assert np.array_equal(long.episode("you")[:4], short.episode("you"))
    assert np.array_equal(long.episode("you"), Balance(actions=[0, 1, 0, 0, 0, 0], steps=6).episode("you"))


def test_a_knock_turns_the_pole_and_not_one_that_has_fallen():
    calm, knocked = Balance(steps=20).episode("rule"), Balance(steps=20, kicks=[[20, 0.5]]).episode("rule")
    assert np.allclose(knocked[-1] - calm[-1], [0, 0, 0, 0.5]) and np.array_equal(knocked[:-1], calm[:-1])
    fallen = Balance(steps=40, side="right").episode("you")
    late = Balance(steps=40, side="right", kicks=[[len(fallen) - 1, 1.0], [39, 1.0]])
    assert np.array_equal(late.episode("you"), fallen)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"driver": "nobody"}, "driver"), ({"rival": "random"}, "rival"), ({"steps": 501}, "steps"),
        ({"actions": [2]}, "actions"), ({"actions": [0] * 501}, "actions"), ({"kick": 4}, "kick"),
        ({"speed": 0.3}, "speed"), ({"side": "up"}, "side"), ({"kicks": [1]}, "kicks expected lists"),
        ({"kicks": [[501, 0.5]]}, "kicks expected lists"), ({"kicks": [[5, 9]]}, r"got \[\[5, 9\]\]"),
        ({"kicks": [[5, float("nan")]]}, "kicks expected lists"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Balance(**values)


# ------------------------------------------------------------------------------------------------ what to try

SEEDS = range(12)


def lengths(who, steps=MOST, **values):
    return np.array([len(Balance(seed=seed, steps=steps, **values).episode(who)) - 1 for seed in SEEDS])


def after(kick, who):
    """How many steps each stands after a knock at step 30, at most 170."""
    return lengths(who, 200, kicks=[[30, kick]]) - 30


def test_the_first_thing_to_try_is_true():
    """To one side and nothing else, the pole has fallen after about ten steps, whatever the start."""
    for side in ("left", "right"):
        fallen = lengths("you", side=side)
        assert 8 <= fallen.min() and fallen.max() <= 11


def test_the_second_thing_to_try_is_true():
    """Random pushes last about 22 steps; from the same starts the network stands at least 200, mostly all 500."""
    chance, learned = lengths("random"), lengths("network")
    assert 15 < chance.mean() < 32 and chance.max() < 120
    assert learned.min() >= 200 and np.median(learned) == MOST


def test_the_third_thing_to_try_is_true():
    """From start 11 the rule's cart runs off the track with its pole upright; the rule looks at the angles alone."""
    rule, network = (Balance(seed=11, steps=MOST).episode(who) for who in ("rule", "network"))
    assert 200 < len(rule) - 1 < MOST and abs(rule[-1, 0]) > physics.TRACK
    assert np.abs(rule[:, 2]).max() < physics.ANGLE / 2
    assert len(network) - 1 == MOST and np.abs(network[:, 0]).max() < 1.2
    states = np.random.default_rng(0).normal(size=(100, 4))
    assert np.array_equal(hand_rule(states), hand_rule(states * [0, 0, 1, 1]))


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_fourth_thing_to_try_is_true(sign):
    """After 0.5 both go on, after 1.5 the rule stands longer, and after 3 both have fallen within a few steps."""
    assert min(after(0.5 * sign, who).min() for who in ("rule", "network")) > 100
    assert np.median(after(1.5 * sign, "rule")) > np.median(after(1.5 * sign, "network")) + 10
    assert (after(1.5 * sign, "rule") > after(1.5 * sign, "network")).mean() > 0.9
    assert max(after(3.0 * sign, who).max() for who in ("rule", "network")) < 12


def test_nobody_can_stop_a_pole_that_turns_at_3_rad_a_second():
    """Pushed from the first step on to the side to which it falls, it is beyond 12 degrees and still turns outward."""
    env, over = CartPole(), False
    env.state = [[0, 0, 0, 3.0]]
    while not over:
        *_, (over,), _ = env.step([1])
    assert env.state[0, 2] > physics.ANGLE and env.state[0, 3] > 1
    assert len(Balance().tries) == 4
