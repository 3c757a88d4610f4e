"""Why this file exists: a policy can be improved by its own tries, with no more than what they earned.

REINFORCE plays a batch of episodes, credits every action with what came after it, and makes the better ones likelier.
What is subtracted before crediting, the baseline, changes no mean and decides how noisy the estimate is.
"""

from typing import NamedTuple

import numpy as np

from dlcourse import Tensor, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.environments import CartPole

from .markov import draw

BASELINES = ("none", "mean", "value")


def network(outputs, hidden=32, *, rng=None):
    """Four numbers of a cart in, `outputs` numbers out, one hidden layer of tanh between.

    With two outputs they are the logits of the two pushes, with one it is the value of the state.

    Shapes:  observations (N, 4)  ->  (N, outputs)   Chapter: 5e.
    """
    return nn.Sequential(nn.Linear(4, hidden, rng=rng), nn.Tanh(), nn.Linear(hidden, outputs, rng=rng))


def probabilities(policy, observations):
    """pi(a | s) = softmax(policy(s))_a, without a record for gradients.   Shapes:  (N, 4)  ->  (N, actions).

    Chapter: 5e.
    """
    with no_grad():
        return F.softmax(policy(Tensor(observations)), dim=-1).data


def greedy(policy):
    """The policy that always takes the action with the largest output, as `episode_returns` wants it.   Chapter: 5e."""
    def act(observations):
        with no_grad():
            return policy(Tensor(observations)).data.argmax(axis=1)

    return act


class Rollout(NamedTuple):
    """One episode of every copy, by steps; where `alive` is False the copy had already finished, and earned 0.

    `last` is what was observed at the end, `cut` says of which episodes the limit and not a fall was the end.

    Shapes:  observations (T, N, 4), actions, rewards and alive (T, N), last (N, 4), cut (N,)
    """

    observations: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    alive: np.ndarray
    last: np.ndarray
    cut: np.ndarray


def play(env, policy, rng):
    """Play a new episode in every copy, each action drawn from the policy's probabilities.

    Returns: a `Rollout`.   Chapter: 5e.
    """
    observations = env.reset()
    rows, alive, cut = [], np.ones(env.copies, bool), np.zeros(env.copies, bool)
    while alive.any():
        actions = draw(probabilities(policy, observations), rng)
        after, rewards, terminated, truncated = env.step(actions)
        rows.append((observations, actions, rewards, alive))
        cut, alive, observations = truncated & ~terminated, ~(terminated | truncated), after
    return Rollout(*map(np.array, zip(*rows, strict=True)), last=observations, cut=cut)


def discounted_returns(rewards, gamma, last=0.0):
    """What came after each step, the near more than the far.

    G_t = r_t + gamma G_(t+1),   G_T = last

    `last` is the worth of the state at the end: 0 where the episode is over, a value where it was only cut.

    Shapes:  rewards (T, ...), last (...)  ->  (T, ...)
    Source:  Sutton and Barto 2018, eq. 3.9.   Chapter: 5e.
    """
    returns, after = np.empty(np.shape(rewards)), last
    for t in reversed(range(len(rewards))):
        after = rewards[t] + gamma * after
        returns[t] = after
    return returns


def others_mean(returns, alive):
    """For each step of each episode the mean return, at that step, of the other episodes that still go on; 0 alone.

    An episode that is left out of its own baseline cannot bend it: the estimate stays unbiased.

    Shapes:  returns and alive (T, N)  ->  (T, N)
    Source:  Kool et al. 2019, leave-one-out.   Chapter: 5e.
    """
    others = alive.sum(axis=1, keepdims=True) - alive
    total = (returns * alive).sum(axis=1, keepdims=True) - returns * alive
    return np.where(others > 0, total / np.maximum(others, 1), 0.0)


def policy_loss(policy, observations, actions, advantages):
    """A number whose gradient is the estimate of the policy gradient, with a minus, since optimizers go down.

    L = -1/M sum_i A_i log pi(a_i | s_i);   the advantages A_i are constants

    Shapes:  observations (M, 4), actions and advantages (M,)  ->  ()
    Source:  Williams 1992.   Chapter: 5e.
    """
    logs = F.log_softmax(policy(Tensor(observations)), dim=-1)
    return -(logs[np.arange(len(actions)), actions] * Tensor(advantages)).mean()


class Reinforce:
    """REINFORCE for CartPole: each call of `iterate` plays a batch of episodes and takes one step of Adam.

    baseline "none"    A = G, the return itself
             "mean"    A = G - mean return of the other episodes at the same step
             "value"   A = G - V(s), where V is a second network that is fitted to the returns; there an episode that
                       the limit has cut goes on with V of its last state

    `steps` and `played` count steps and episodes so far. The factor gamma^t of the exact gradient is left out, as
    almost everybody does: early and late steps are equally important to us.

    Raises:  ValueError for another baseline.
    Source:  Williams 1992; with a value as baseline: Sutton and Barto 2018, sec. 13.4.   Chapter: 5e.
    """

    def __init__(self, policy, baseline="mean", episodes=16, gamma=0.99, lr=0.01, limit=500, seed=0):
        if baseline not in BASELINES:
            raise ValueError(f"Reinforce expected a baseline of {', '.join(BASELINES)}, got {baseline!r}")
        self.policy, self.baseline, self.gamma = policy, baseline, gamma
        self.rng = np.random.default_rng([seed, 1])
        self.env = CartPole(episodes, seed, limit)
        self.optimizer = optim.Adam(policy.parameters(), lr=lr)
        self.value = network(1, rng=np.random.default_rng([seed, 2]))
        self.value_optimizer = optim.Adam(self.value.parameters(), lr=lr)
        self.steps = self.played = 0

    def iterate(self):
        """Play, credit, improve.   Returns: what the episodes earned, (N,)."""
        rollout = play(self.env, self.policy, self.rng)
        self.steps, self.played = self.steps + int(rollout.alive.sum()), self.played + self.env.copies
        going = rollout.alive
        loss = policy_loss(self.policy, rollout.observations[going], rollout.actions[going],
                           self.advantages(rollout)[going])
        _descend(self.optimizer, loss)
        return rollout.rewards.sum(axis=0)

    def advantages(self, rollout):
        """What each action is credited with; with the baseline "value" its network learns from the batch afterwards."""
        if self.baseline == "value":
            returns = discounted_returns(rollout.rewards, self.gamma, self.values(rollout.last) * rollout.cut)
            result = returns - self.values(rollout.observations)  # before the fit: V must not know these returns
            self._fit_value(rollout.observations[rollout.alive], returns[rollout.alive])
            return result
        returns = discounted_returns(rollout.rewards, self.gamma)
        return returns - others_mean(returns, rollout.alive) if self.baseline == "mean" else returns

    def values(self, observations):
        """V(s).   Shapes:  (..., 4)  ->  (...).   The network's output of 1 stands for 1 / (1 - gamma), the largest."""
        with no_grad():
            return self.value(Tensor(observations)).data[..., 0] / (1 - self.gamma)

    def _fit_value(self, observations, returns, updates=20):
        target = Tensor((1 - self.gamma) * returns)
        for _ in range(updates):
            _descend(self.value_optimizer, F.mse_loss(self.value(Tensor(observations))[:, 0], target))


def _descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
