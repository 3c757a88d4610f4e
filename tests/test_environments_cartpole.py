"""Why this file exists: a learner can only be as right as the world it acts in, so CartPole is gymnasium's, to the bit.

Its equations are checked a second time against Lagrange's, and every sentence on ends of episodes is tried.
"""

import warnings

import gymnasium
import numpy as np
import pytest

from dlcourse import set_default_dtype
from dlcourse.environments import CartPole, accelerations, episode_returns, hand_rule, random_policy
from dlcourse.environments import cartpole as physics


def gymnasiums(**options):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # of what it imports, not of what we do
        return gymnasium.make("CartPole-v1", **options)


def both_at(start, theirs, **options):
    """Our cart and gymnasium's in the same state."""
    theirs.reset(seed=0)
    theirs.unwrapped.state = np.array(start)
    ours = CartPole(**options)
    ours.state = [start]
    return ours


# ------------------------------------------------------------------------------------------------ against gymnasium


def test_random_episodes_are_gymnasiums_step_by_step():
    theirs, rng, steps, ends = gymnasiums(), np.random.default_rng(0), 0, {"terminated": 0, "truncated": 0}
    for start in rng.uniform(-0.05, 0.05, (60, 4)):
        ours, over = both_at(start, theirs), False
        while not over:
            action = int(rng.integers(2))
            expected, their_reward, their_end, their_limit, _ = theirs.step(action)
            observations, rewards, terminated, truncated = ours.step([action])
            np.testing.assert_allclose(ours.state[0], theirs.unwrapped.state, rtol=0, atol=1e-11)
            np.testing.assert_allclose(observations[0], expected, rtol=0, atol=1e-6)
            assert (rewards[0], terminated[0], truncated[0]) == (their_reward, their_end, their_limit)
            over, steps = their_end or their_limit, steps + 1
        ends["terminated"] += their_end
    assert steps > 1000 and ends == {"terminated": 60, "truncated": 0}


def test_the_hand_rule_runs_into_the_limit_where_gymnasiums_does():
    """A pole is unstable: an error of the last bit grows a thousandfold every two seconds. So single steps are compared
    from gymnasium's own state, and of whole episodes, which each cart steers by itself, where and how they end."""
    theirs, rng, reached = gymnasiums(), np.random.default_rng(1), []
    probe = CartPole()
    for start in rng.uniform(-0.05, 0.05, (4, 4)):
        ours, steps, over = both_at(start, theirs), 0, False
        while not over:
            probe.state = [theirs.unwrapped.state]
            action = hand_rule(probe.state)
            expected, their_reward, *their_flags, _ = theirs.step(int(action[0]))
            probe.step(action)
            np.testing.assert_allclose(probe.state[0], theirs.unwrapped.state, rtol=0, atol=1e-14)
            _, rewards, *flags = ours.step(hand_rule(ours.state))
            assert [flag[0] for flag in flags] == their_flags and rewards[0] == their_reward == 1
            over, steps = any(their_flags), steps + 1
        reached.append((steps, *their_flags))
    assert reached.count((500, False, True)) >= 3, reached


@pytest.mark.parametrize("start", [[2.39, 1, 0, 0], [-2.39, -1, 0, 0], [0, 0, 0.2, 0.6], [0, 0, -0.2, -0.6]])
def test_an_episode_that_is_lost_at_its_last_step_is_both_terminated_and_truncated(start):
    theirs = gymnasiums(max_episode_steps=1)
    ours = both_at(start, theirs, limit=1)
    _, _, terminated, truncated, _ = theirs.step(0)
    assert terminated and truncated
    _, rewards, terminated, truncated = ours.step([0])
    assert rewards == 1 and terminated and truncated


# ------------------------------------------------------------------------------------------------ against mechanics


def lagrange(state, force, x_acc, theta_acc):
    """What is left over in the two equations of motion of a cart that carries a uniform rod of length 2 l.

    L = M x'^2 / 2 + m l cos(theta) x' theta' + (4/3) m l^2 theta'^2 / 2 - m g l cos(theta)
    """
    _, _, theta, theta_dot = state.T
    m, length = physics.POLE_MASS, physics.HALF_LENGTH
    along = physics.TOTAL_MASS * x_acc + m * length * (theta_acc * np.cos(theta) - theta_dot**2 * np.sin(theta)) - force
    around = 4 / 3 * length * theta_acc + x_acc * np.cos(theta) - physics.GRAVITY * np.sin(theta)
    return np.abs([along, around]).max()


def test_the_equations_are_those_of_a_rod_on_a_cart():
    rng = np.random.default_rng(0)
    state, force = rng.normal(size=(1000, 4)) * [1, 1, 2, 3], rng.choice([-10.0, 10.0], 1000)
    x_acc, theta_acc = accelerations(state, force)
    assert lagrange(state, force, x_acc, theta_acc) < 1e-12
    assert lagrange(state, force, x_acc * 1.0005, theta_acc) > 1e-3 < lagrange(state, force, x_acc, theta_acc * 1.0005)


# ------------------------------------------------------------------------------------------------ ends of episodes


def finishing(auto_reset):
    """Three copies, of which the second falls in the first step, and the third leaves the track in it."""
    env = CartPole(3, seed=5, auto_reset=auto_reset)
    env.state = [[0, 0, 0.01, 0], [0, 0, 0.2, 0.6], [2.39, 1, 0, 0]]
    return env


def test_a_finished_copy_stays_where_it_is_and_earns_nothing():
    env = finishing(auto_reset=False)
    first, rewards, terminated, truncated = env.step([1, 1, 1])
    assert rewards.tolist() == [1, 1, 1] and terminated.tolist() == [False, True, True] and not truncated.any()
    second, rewards, terminated, _ = env.step([1, 0, 0])
    assert rewards.tolist() == [1, 0, 0] and terminated.tolist() == [False, True, True]
    assert np.array_equal(first[1:], second[1:]) and not np.array_equal(first[0], second[0])
    assert env.steps.tolist() == [2, 1, 1]
    while not terminated.all():
        *_, terminated, _ = env.step([1, 1, 1])
    with pytest.raises(ValueError, match="expected a copy that has not finished: call reset"):
        env.step([0, 0, 0])
    assert np.abs(env.reset()).max() <= 0.05 and env.steps.tolist() == [0, 0, 0]
    assert env.step([0, 0, 0])[1].tolist() == [1, 1, 1]


def test_automatic_reset_returns_the_last_observation_and_shows_the_new_one():
    by_hand, env = finishing(auto_reset=False), finishing(auto_reset=True)
    expected, observed = by_hand.step([1, 1, 1]), env.step([1, 1, 1])
    assert all(np.array_equal(a, b) for a, b in zip(expected, observed, strict=True)), "nothing else is returned"
    assert np.array_equal(env.observations[0], observed[0][0]) and env.steps.tolist() == [1, 0, 0]
    assert np.abs(env.observations[1:]).max() <= 0.05 < np.abs(observed[0][1:]).max(axis=1).min()
    assert env.step([1, 1, 1])[1].tolist() == [1, 1, 1], "the next step is a step of the new episode"


def test_no_step_leads_from_one_episode_into_another():
    env, policy = CartPole(8, seed=1, limit=30, auto_reset=True), random_policy(1)
    ends = np.zeros(2, int)
    for _ in range(200):
        before = env.state
        actions = policy(before)
        after, rewards, terminated, truncated = env.step(actions)
        probe = CartPole(8)
        probe.state = before
        np.testing.assert_array_equal(probe.step(actions)[0], after)
        over = terminated | truncated
        assert np.array_equal(env.observations[~over], after[~over]) and (rewards == 1).all()
        assert (env.steps[over] == 0).all() and (np.abs(env.state[over]) <= 0.05).all()
        ends += terminated.sum(), truncated.sum()
    assert ends.min() > 5


def test_truncation_comes_at_the_limit():
    env = CartPole(limit=7)
    flags = [env.step(hand_rule(env.observations))[3][0] for _ in range(7)]
    assert flags == [False] * 6 + [True]


# ------------------------------------------------------------------------------------------------ seeds, types, errors


def test_every_copy_has_its_own_starts_whatever_the_others_do():
    few, many = CartPole(3, seed=4), CartPole(50, seed=4)
    assert np.array_equal(few.state, many.state[:3]) and len(np.unique(many.state)) == 200
    few.reset(), many.reset()
    assert np.array_equal(few.state, many.state[:3]), "also from the second episode on"
    assert not np.array_equal(CartPole(3, seed=5).state, CartPole(3, seed=4).state)
    assert not np.array_equal(CartPole(3, seed=None).state, CartPole(3, seed=None).state), "no seed: never twice"
    assert np.array_equal(many.reset(seed=4), CartPole(50, seed=4).observations)
    assert np.abs(CartPole(2000, seed=6).state).max() > 0.0499

    def second_starts(first_ends):
        env = CartPole(2, seed=4, auto_reset=True)
        env.state = [[0, 0, 0.2, 0.6], [0, 0, 0.2, 0.6] if first_ends else [0, 0, 0, 0]]
        env.step([1, 1])
        return env.state[0]

    assert np.array_equal(second_starts(True), second_starts(False))


def test_many_copies_do_what_each_does_alone():
    together, actions = CartPole(16, seed=2), np.random.default_rng(2).integers(0, 2, (100, 16))
    starts, finished, lengths = together.state, np.zeros(16, bool), np.zeros(16)
    for row in actions:
        if not finished.all():
            _, rewards, finished, _ = together.step(row)
            lengths += rewards
    for copy, start in enumerate(starts):
        alone = CartPole()
        alone.state = [start]
        for action in actions[: int(lengths[copy]), copy]:
            *_, over, _ = alone.step([action])
        assert over == finished[copy] and alone.steps[0] == lengths[copy]
        np.testing.assert_allclose(together.state[copy], alone.state[0], rtol=0, atol=1e-11)
    assert finished.any() and len(np.unique(lengths)) > 5


def test_observations_have_the_default_type_and_nobody_can_spoil_the_state():
    env = CartPole(2)
    observations, rewards, *_ = env.step([0, 1])
    assert observations.dtype == rewards.dtype == env.observations.dtype == np.float32
    set_default_dtype(np.float64)
    try:
        assert env.observations.dtype == env.step([0, 1])[1].dtype == np.float64
        state = env.state
        env.state[:], env.observations[:] = 9, 9
        assert np.array_equal(env.state, state) and np.array_equal(env.observations, state)
        given = np.zeros((2, 4))
        env.state = given
        env.step([0, 1])
        assert not given.any()
    finally:
        set_default_dtype(np.float32)


@pytest.mark.parametrize("actions", [[0], [0, 1, 0], [0, 2], [0, -1], [0.5, 1], [[0, 1]], 1])
def test_other_actions_are_refused(actions):
    with pytest.raises(ValueError, match=r"expected 2 actions, each 0 \(left\) or 1 \(right\), got"):
        CartPole(2).step(actions)


@pytest.mark.parametrize("state", [np.zeros(4), np.zeros((3, 4)), np.full((2, 4), np.nan)])
def test_other_states_are_refused(state):
    with pytest.raises(ValueError, match=r"state expected finite numbers of shape \(2, 4\), got"):
        CartPole(2).state = state


@pytest.mark.parametrize("options", [{"copies": 0}, {"limit": 0}])
def test_nothing_to_simulate_is_refused(options):
    with pytest.raises(ValueError, match="expected copies and limit of at least 1"):
        CartPole(**options)


# ------------------------------------------------------------------------------------------------ policies


@pytest.mark.parametrize("seed", range(3))
def test_the_hand_rule_is_far_better_than_chance(seed):
    """Over 10 seeds of 1,000 episodes the means were 485.4 (+- 1.4) and 22.4 (+- 0.4)."""
    rule, chance = episode_returns(hand_rule, seed=seed), episode_returns(random_policy(seed), seed=seed)
    assert rule.shape == (100,) and rule.max() == 500
    assert 465 < rule.mean() < 498 and 19 < chance.mean() < 27 and chance.min() >= 8


def test_what_an_episode_earned_is_its_length():
    assert episode_returns(hand_rule, copies=5, limit=10).tolist() == [10] * 5
    pushes = episode_returns(lambda observations: np.ones(len(observations), int), copies=50)
    assert 8 <= pushes.min() and pushes.max() <= 11, "always to one side: the pole falls at once"
