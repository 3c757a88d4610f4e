"""Why this file exists: who knows what each action is worth need not be told which one to take.

Q-learning first in a table, where it is safe, then with a network, where it is not: a network that chases its own
guesses. What was invented to hold it, a memory, a second network, a second opinion, can be switched off one by one.
"""

import copy

import numpy as np

from dlcourse import Tensor, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.environments import CartPole
from dlcourse.environments.cartpole import ANGLE, TRACK

LOSSES = {"huber": F.huber_loss, "squared": F.mse_loss}


def q_table(mdp, steps, rng, epsilon=0.2, rate=lambda visits: 1 / visits**0.7, limit=200):
    """Q-learning on a finite process, of which it sees only single steps.

    q(s, a) <- q(s, a) + alpha (r + gamma max_a' q(s', a') - q(s, a)),   without the maximum where the episode ended

    With probability `epsilon` the action is random, else the best one so far. `rate` says how alpha falls with the
    number of times that s and a were met.

    Shapes:  ->  (states, actions)
    Source:  Watkins and Dayan 1992.   Chapter: 5e.
    """
    states, actions = mdp.rewards.shape
    starts = mdp.start.cumsum()
    q, met = np.zeros((states, actions)), np.zeros((states, actions))
    leave = mdp.transitions.cumsum(axis=2)
    state, age = int((starts <= rng.random()).sum()), 0
    for _ in range(steps):
        action = int(rng.integers(actions)) if rng.random() < epsilon else int(q[state].argmax())
        after = int((leave[state, action] <= rng.random()).sum())  # `states` stands for the end
        target = mdp.rewards[state, action] + (mdp.gamma * q[after].max() if after < states else 0)
        met[state, action] += 1
        q[state, action] += rate(met[state, action]) * (target - q[state, action])
        state, age = after, age + 1
        if state == states or age == limit:
            state, age = int((starts <= rng.random()).sum()), 0
    return q


def max_of_means(samples):
    """The estimate that Q-learning makes of the best mean: the largest sample mean. It is too high on average.

    Shapes:  samples (..., actions, n)  ->  (...)   Chapter: 5e.
    """
    return samples.mean(axis=-1).max(axis=-1)


def double_estimate(samples):
    """One half of the samples says which action is best, the other half what it is worth. It is never too high on
    average, and often too low.

    Shapes:  samples (..., actions, n)  ->  (...)
    Source:  Hasselt 2010.   Chapter: 5e.
    """
    half = samples.shape[-1] // 2
    best = samples[..., :half].mean(axis=-1).argmax(axis=-1)
    return np.take_along_axis(samples[..., half:].mean(axis=-1), best[..., None], axis=-1)[..., 0]


class Scaled(nn.Module):
    """Divides the four numbers of a cart by about the largest that they reach, so that none is drowned by another.

    Shapes:  (N, 4)  ->  the same   Chapter: 5e.
    """

    def forward(self, observations):
        return observations / Tensor(np.array([TRACK, 2.0, ANGLE, 2.0]))


def q_network(hidden=64, actions=2, *, rng=None):
    """Four numbers of a cart in, the worth of each action out; two hidden layers of ReLU.

    Shapes:  (N, 4)  ->  (N, actions)   Chapter: 5e.
    """
    return nn.Sequential(Scaled(), nn.Linear(4, hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, hidden, rng=rng),
                         nn.ReLU(), nn.Linear(hidden, actions, rng=rng))


class Replay:
    """The last `capacity` steps, from which batches are drawn at random: neighbors in time are too much alike.

    `add` takes a few steps at once, `draw` gives observations, actions, rewards, observations after, and `terminated`.

    Source:  Lin 1992; Mnih et al. 2015.   Chapter: 5e.
    """

    def __init__(self, capacity=50_000):
        self.capacity, self.count = capacity, 0
        self.columns = None

    def __len__(self):
        return min(self.count, self.capacity)

    def add(self, *step):
        """Remember rows of each column, over the oldest ones when it is full."""
        step = [np.asarray(column) for column in step]
        if self.columns is None:
            self.columns = [np.empty((self.capacity, *column.shape[1:]), column.dtype) for column in step]
        places = (self.count + np.arange(len(step[0]))) % self.capacity
        for column, rows in zip(self.columns, step, strict=True):
            column[places] = rows
        self.count += len(step[0])

    def draw(self, size, rng):
        """Rows at random, the same one perhaps twice.   Raises: ValueError while it is empty."""
        if not self.count:
            raise ValueError("Replay.draw expected at least one step in memory, got none: add(...) first")
        rows = rng.integers(len(self), size=size)
        return [column[rows] for column in self.columns]


def targets(online, target, rewards, after, terminated, gamma, double=False):
    """What the network should have said: the reward, and the discounted worth of what comes after.

    y = r + gamma max_a' q_target(s', a')                      plain
    y = r + gamma q_target(s', argmax_a' q_online(s', a'))     double
    y = r                                                      where the episode terminated; not where it was truncated

    Shapes:  rewards and terminated (N,), after (N, 4)  ->  (N,)
    Source:  Mnih et al. 2015; Hasselt et al. 2016.   Chapter: 5e.
    """
    with no_grad():
        worth = target(Tensor(after)).data  # (N, actions)
        best = (online(Tensor(after)).data if double else worth).argmax(axis=1)
    return rewards + gamma * worth[np.arange(len(worth)), best] * ~terminated


class DQN:
    """A deep Q-network for CartPole. `advance` plays some steps and learns after each of them.

    replay   False: learn from the steps that were just made, and forget them
    target   "none": the network itself says what its own answers should have been; "hard": a copy that is renewed every
             `renew` updates; "soft": a copy that moves a share `tau` of the way with every update
    double   the online network chooses the action, the copy says what it is worth
    loss     "huber": an error above 1 pulls no harder than one of 1, so that one batch cannot throw the weights far;
             "squared": large errors pull harder

    Eight carts play side by side. The share of random actions falls from 1 to `least` over the first `explore` steps.
    `steps` and `played` count steps and finished episodes so far.

    Raises:  ValueError for another kind of target or loss.
    Source:  Mnih et al. 2015; double: Hasselt et al. 2016; soft: Lillicrap et al. 2016.   Chapter: 5e.
    """

    def __init__(self, replay=True, target="hard", double=False, loss="huber", lr=1e-3, gamma=0.99, batch=64,
                 renew=250, tau=0.01, explore=8_000, least=0.05, hidden=64, limit=500, copies=8, seed=0):
        if target not in ("none", "hard", "soft"):
            raise ValueError(f"DQN expected a target of none, hard, soft, got {target!r}")
        if loss not in LOSSES:
            raise ValueError(f"DQN expected a loss of {', '.join(LOSSES)}, got {loss!r}")
        self.target_kind, self.double, self.loss, self.gamma, self.batch = target, double, LOSSES[loss], gamma, batch
        self.renew, self.tau, self.explore, self.least = renew, tau, explore, least
        self.rng = np.random.default_rng([seed, 1])
        self.online = q_network(hidden, rng=np.random.default_rng(seed))
        self.target = self.online if target == "none" else copy.deepcopy(self.online)
        self.optimizer = optim.Adam(self.online.parameters(), lr=lr)
        self.memory = Replay() if replay else None
        self.env = CartPole(copies, seed, limit, auto_reset=True)
        self.steps = self.played = self.updates = 0

    @property
    def epsilon(self):
        """The share of random actions, for now."""
        return max(self.least, 1 - (1 - self.least) * self.steps / self.explore)

    def advance(self, steps):
        """Play and learn until so many more steps are made."""
        end = self.steps + steps
        while self.steps < end:
            step = self._play()
            if self.memory is None:
                self._learn(step)
                continue
            self.memory.add(*step)
            if len(self.memory) >= 1_000:
                for _ in range(2):
                    self._learn(self.memory.draw(self.batch, self.rng))

    def _play(self):
        observations, copies = self.env.observations, self.env.copies
        with no_grad():
            best = self.online(Tensor(observations)).data.argmax(axis=1)
        lucky = self.rng.random(copies) < self.epsilon
        actions = np.where(lucky, self.rng.integers(0, 2, copies), best)
        after, rewards, terminated, truncated = self.env.step(actions)
        self.steps, self.played = self.steps + copies, self.played + int((terminated | truncated).sum())
        return observations, actions, rewards, after, terminated  # an end by the limit is no end: it is bootstrapped

    def _learn(self, step):
        observations, actions, rewards, after, terminated = step
        y = targets(self.online, self.target, rewards, after, terminated, self.gamma, self.double)
        said = self.online(Tensor(observations))[np.arange(len(actions)), actions]
        self.optimizer.zero_grad()
        self.loss(said, Tensor(y)).backward()
        nn.utils.clip_grad_norm_(self.online.parameters(), 10.0)
        self.optimizer.step()
        self.updates += 1
        if self.target_kind == "soft":
            follow(self.target, self.online, self.tau)
        elif self.target_kind == "hard" and self.updates % self.renew == 0:
            follow(self.target, self.online, 1.0)


def follow(target, online, tau):
    """Move every weight of one network a share tau of the way to that of the other: w' <- w' + tau (w - w').

    Source:  Lillicrap et al. 2016.   Chapter: 5e.
    """
    for slow, fast in zip(target.parameters(), online.parameters(), strict=True):
        slow.data += tau * (fast.data - slow.data)
