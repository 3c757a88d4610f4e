"""Why this file exists: an estimate of a gradient is noise with a mean, so its mean is compared with the truth.

The truth is the exact gradient of a small world; the noise is measured, and a baseline has to lower it and keep the
mean. PyTorch judges the loss.
"""

import numpy as np
import pytest
import torch

from dlcourse import Tensor
from dlcourse.apps import markov
from dlcourse.apps import policy_gradient as pg
from dlcourse.environments import CartPole, episode_returns

pytestmark = pytest.mark.usefixtures("float64")


def policy(seed=0):
    return pg.network(2, rng=np.random.default_rng(seed))


def test_returns_by_hand():
    assert pg.discounted_returns(np.array([1.0, 0, 2]), 0.5) == pytest.approx([1.5, 1, 2])
    assert pg.discounted_returns(np.array([1.0, 1]), 0.5, last=4.0) == pytest.approx([2.5, 3])
    two = pg.discounted_returns(np.array([[1.0, 1], [1, 0], [1, 0]]), 0.9)
    assert two == pytest.approx(np.array([[2.71, 1], [1.9, 0], [1, 0]]))


def test_the_mean_of_the_others_by_hand():
    returns = np.array([[1.0, 2, 6], [4, 0, 8], [5, 0, 0]])
    alive = np.array([[True] * 3, [True, False, True], [True, False, False]])
    assert pg.others_mean(returns, alive)[alive].tolist() == [4, 3.5, 1.5, 8, 4, 0]


# ------------------------------------------------------------------------------------------------ against the truth


def estimates(baseline, episodes=4_000, limit=60):
    """One estimate of the gradient for each episode of a small world, and the exact one.   (episodes, S, A), (S, A)."""
    mdp = markov.grid_world(".G S.", slip=0.2, gamma=0.9)[0]
    theta = np.random.default_rng(3).normal(size=mdp.rewards.shape)
    p = markov.softmax_policy(theta)
    states, actions, rewards, alive = markov.sample(mdp, p, episodes, np.random.default_rng(4), limit)
    returns = pg.discounted_returns(rewards, mdp.gamma)
    if baseline == "value":
        returns = returns - markov.policy_values(mdp, p)[states]
    elif baseline == "mean":
        returns = returns - pg.others_mean(returns, alive)
    elif baseline == "action":  # no baseline: it depends on what was done
        returns = returns - markov.action_values(mdp, markov.policy_values(mdp, p))[states, actions]
    weights = returns * alive * mdp.gamma ** np.arange(len(rewards))[:, None]
    found = np.zeros((episodes, *theta.shape))
    numbers = np.broadcast_to(np.arange(episodes), states.shape)
    np.add.at(found, (numbers, states, actions), weights)
    for a in range(theta.shape[1]):
        np.add.at(found, (numbers, states, a), -weights * p[states, a])
    return found, markov.exact_policy_gradient(mdp, theta)


@pytest.mark.parametrize("baseline", ["none", "mean", "value"])
def test_the_estimate_is_right_on_average(baseline):
    found, exact = estimates(baseline)
    error = found.std(axis=0) / np.sqrt(len(found))
    seen = error > 0
    assert seen.sum() >= 12 and (np.abs(found.mean(axis=0) - exact) <= 4 * error)[seen].all()
    assert (np.abs(exact) > 5 * error).sum() >= 4, "a gradient of 0 would not pass"


def test_a_baseline_lowers_the_variance_and_what_looks_at_the_action_is_none():
    variance = {name: estimates(name)[0].var(axis=0).sum() for name in ("none", "mean", "value")}
    assert variance["value"] < 0.7 * variance["none"] and variance["mean"] < 0.95 * variance["none"]
    found, exact = estimates("action")
    assert (np.abs(found.mean(axis=0) - exact) > 8 * found.std(axis=0) / np.sqrt(len(found))).any()


def test_the_loss_is_pytorchs():
    model, rng = policy(), np.random.default_rng(5)
    x, actions, advantages = rng.normal(size=(7, 4)), rng.integers(0, 2, 7), rng.normal(size=7)
    pg.policy_loss(model, x, actions, advantages).backward()
    twin = torch.nn.Sequential(torch.nn.Linear(4, 32), torch.nn.Tanh(), torch.nn.Linear(32, 2)).double()
    twin.load_state_dict({name: torch.tensor(value) for name, value in model.state_dict().items()})
    logs = torch.distributions.Categorical(logits=twin(torch.tensor(x))).log_prob(torch.tensor(actions))
    (-(logs * torch.tensor(advantages)).mean()).backward()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), atol=1e-12)


# ------------------------------------------------------------------------------------------------ playing


def test_actions_are_drawn_with_their_probabilities():
    p = np.tile([0.2, 0.5, 0.3], (30_000, 1))
    shares = np.bincount(markov.draw(p, np.random.default_rng(6))) / 30_000
    assert shares == pytest.approx([0.2, 0.5, 0.3], abs=0.015)
    assert markov.draw(np.array([[1.0, 0], [0, 1]]), np.random.default_rng(0)).tolist() == [0, 1]
    assert pg.probabilities(policy(), np.zeros((3, 4))).sum(axis=1) == pytest.approx(1)


def test_a_rollout_is_the_episodes_that_were_played():
    env = CartPole(6, seed=7, limit=25)
    rollout = pg.play(env, policy(), np.random.default_rng(7))
    lengths = rollout.alive.sum(axis=0)
    assert rollout.rewards.sum(axis=0).tolist() == lengths.tolist() and rollout.alive[0].all()
    assert np.array_equal(rollout.cut, (lengths == 25) & (np.abs(rollout.last[:, 2]) < 0.2)) and rollout.cut.any()
    assert not rollout.cut.all() and rollout.observations.shape == (25, 6, 4)
    probe = CartPole(6)
    probe.state = rollout.observations[0]
    assert probe.step(rollout.actions[0])[0] == pytest.approx(rollout.observations[1])


def test_only_an_episode_that_the_limit_cut_goes_on_with_a_value():
    learner = pg.Reinforce(policy(), "value", episodes=5, limit=30)
    learner.values = lambda observations: np.full(observations.shape[:-1], 10.0)
    learner._fit_value = lambda observations, returns: seen.append(returns)
    seen, rollout = [], pg.play(learner.env, learner.policy, np.random.default_rng(1))
    advantages = learner.advantages(rollout)
    ends = rollout.alive.sum(axis=0) - 1
    assert rollout.cut.any() and not rollout.cut.all() and len(seen[0]) == rollout.alive.sum()
    expected = np.where(rollout.cut, 1 + 0.99 * 10, 1) - 10
    assert advantages[ends, np.arange(5)] == pytest.approx(expected)


@pytest.mark.parametrize("baseline", pg.BASELINES)
def test_a_few_iterations_are_repeatable_and_learn(baseline):
    def run():
        model = policy(8)
        learner = pg.Reinforce(model, baseline, lr=0.04, seed=8, limit=200)
        earned = [learner.iterate().mean() for _ in range(10)]
        assert learner.played == 160 and learner.steps == pytest.approx(16 * sum(earned))
        return earned, model(Tensor(np.ones((1, 4)))).data

    (first, end), (second, other) = run(), run()
    assert first == second and np.array_equal(end, other)
    assert np.mean(first[-2:]) > 1.5 * np.mean(first[:2])


def test_the_greedy_policy_takes_the_larger_logit():
    model = policy(9)
    x = np.random.default_rng(9).normal(size=(20, 4))
    assert np.array_equal(pg.greedy(model)(x), model(Tensor(x)).data.argmax(axis=1))
    assert episode_returns(pg.greedy(model), 3).shape == (3,)


def test_another_baseline_is_refused():
    with pytest.raises(ValueError, match="a baseline of none, mean, value, got 'median'"):
        pg.Reinforce(policy(), "median")
