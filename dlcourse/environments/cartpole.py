"""Why this file exists: a task that is learned by acting, small enough that thousands of tries take a second.

A pole stands on a cart, and every 0.02 seconds the cart is pushed to the left or to the right. Many copies of it live
in one array and are stepped together, because NumPy steps 256 of them in little more time than one.
"""

import math

import numpy as np

from ..tensor import get_default_dtype

GRAVITY = 9.8  # m/s^2
CART_MASS, POLE_MASS = 1.0, 0.1  # kg
TOTAL_MASS = CART_MASS + POLE_MASS
HALF_LENGTH = 0.5  # m, from the joint to the middle of the pole
FORCE = 10.0  # N, to the left (action 0) or to the right (action 1)
TIME_STEP = 0.02  # s
TRACK = 2.4  # m to each side of the middle; further out the episode is lost
ANGLE = 12 * 2 * math.pi / 360  # rad to each side; a pole that leans further counts as fallen
START = 0.05  # each of the four numbers begins between -START and START


def accelerations(state, force):
    """How fast the velocities of cart and pole change, without friction.

    push     = (F + m l theta'^2 sin theta) / M
    theta''  = (g sin theta - push cos theta) / (l (4/3 - m cos^2 theta / M))          rad/s^2
    x''      = push - m l theta'' cos theta / M                                        m/s^2

    m is the mass of the pole, M that of cart and pole, l half the pole's length, theta = 0 upright and positive to the
    right. The paper adds friction of the track and of the joint. Florian corrected its friction terms and the sign that
    it prints before g; what is left without friction, as here and in gymnasium, is correct.

    Shapes:  state (N, 4), force (N,)  ->  (N,) of the cart, (N,) of the pole
    Source:  Barto, Sutton and Anderson 1983, appendix; Florian 2007, eqs. 23-24.   Chapter: 5e.
    """
    _, _, theta, theta_dot = state.T
    sin, cos = np.sin(theta), np.cos(theta)
    push = (force + POLE_MASS * HALF_LENGTH * np.square(theta_dot) * sin) / TOTAL_MASS
    theta_acc = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - POLE_MASS * np.square(cos) / TOTAL_MASS))
    return push - POLE_MASS * HALF_LENGTH * theta_acc * cos / TOTAL_MASS, theta_acc


class CartPole:
    """N copies of a cart with a pole that is to be kept upright: gymnasium's CartPole-v1, in its words.

    `reset` begins new episodes, `step` pushes every cart. An observation is the cart's position x in m (0 in the
    middle), its velocity in m/s, the pole's angle in rad (0 upright) and its angular velocity in rad/s. Action 0 pushes
    to the left, 1 to the right. Each step is worth 1, the last one too. An episode ends

        terminated   when |x| > 2.4 m or |angle| > 12 degrees: nothing more can be earned
        truncated    after `limit` steps: the cart could have gone on, so its future is still worth something

    and then what a learner bootstraps from is always what `step` returned, which is never from the next episode:

        after, rewards, terminated, truncated = env.step(actions)
        target = rewards + gamma * value(after) * ~terminated

    Without `auto_reset` a finished copy stays where it is, with its flags, and earns 0 until the next `reset`. With it,
    a finished copy has begun anew when `step` returns: what to act on next is `env.observations`, which differs from
    what `step` returned only for those copies. No step is lost, and none leads from one episode into another.

    `state` is the same numbers in float64; setting it begins new episodes there. `steps` counts each copy's steps.
    Every copy draws its starts from a generator of its own, so that they depend on the seed and on nothing else.

    Shapes:  observations and state (N, 4); actions, rewards, terminated, truncated, steps (N,)
    Raises:  ValueError for copies or a limit below 1, for other actions than 0 and 1, for states of another shape or
             not finite, and for a step when every copy has finished.
    Source:  Barto, Sutton and Anderson 1983; for truncation Pardo et al. 2018.   Chapter: 5e.
    Twin:    gymnasium.make_vec("CartPole-v1").
    """

    def __init__(self, copies=1, seed=0, limit=500, auto_reset=False):
        if copies < 1 or limit < 1:
            raise ValueError(f"CartPole expected copies and limit of at least 1, got {copies} and {limit}")
        self.copies, self.limit, self.auto_reset = copies, limit, auto_reset
        self._state, self.steps, self._generators = np.empty((copies, 4)), np.zeros(copies, np.int64), None
        self.reset(seed)

    def reset(self, seed=None):
        """Begin a new episode in every copy; with a seed, the same episodes as the first ones of CartPole(seed=seed).

        Shapes:  ->  observations (N, 4)   Chapter: 5e.
        """
        if seed is not None or self._generators is None:
            children = np.random.SeedSequence(seed).spawn(self.copies)
            self._generators = [np.random.default_rng(child) for child in children]
        self._finished = np.ones(self.copies, bool)
        self._begin_finished()
        return self.observations

    def step(self, actions):
        """Push every cart for 0.02 seconds: one step of Euler's method.

        Shapes:  actions (N,)  ->  observations (N, 4), rewards (N,), terminated (N,), truncated (N,)
        Raises:  ValueError for other actions than 0 and 1, and when every copy has finished.   Chapter: 5e.
        """
        actions = np.asarray(actions)
        if actions.shape != (self.copies,) or not ((actions == 0) | (actions == 1)).all():
            raise ValueError(f"step expected {self.copies} actions, each 0 (left) or 1 (right), got {actions.tolist()}")
        going = ~self._finished
        if not going.any():
            raise ValueError("step expected a copy that has not finished: call reset() first, or set auto_reset=True")
        x_acc, theta_acc = accelerations(self._state, np.where(actions == 1, FORCE, -FORCE))
        x, x_dot, theta, theta_dot = self._state.T  # parts of the state, to be changed in place
        seconds = TIME_STEP * going  # for a finished copy time stands still
        x += seconds * x_dot  # places before velocities: Euler's method goes by the old ones
        theta += seconds * theta_dot
        x_dot += seconds * x_acc
        theta_dot += seconds * theta_acc
        self.steps += going
        terminated = (np.abs(x) > TRACK) | (np.abs(theta) > ANGLE)
        truncated = self.steps >= self.limit
        self._finished = terminated | truncated
        observations = self.observations
        if self.auto_reset:
            self._begin_finished()
        return observations, going.astype(observations.dtype), terminated, truncated

    @property
    def observations(self):
        """What to act on next, in the default dtype."""
        return self._state.astype(get_default_dtype())

    @property
    def state(self):
        """The four numbers of each copy in float64; setting them begins new episodes there."""
        return self._state.copy()

    @state.setter
    def state(self, state):
        state = np.array(state, np.float64)
        if state.shape != self._state.shape or not np.isfinite(state).all():
            raise ValueError(f"state expected finite numbers of shape {self._state.shape}, got {state.tolist()}")
        self._state, self._finished = state, np.zeros(self.copies, bool)
        self.steps[:] = 0

    def _begin_finished(self):
        for copy in np.flatnonzero(self._finished):
            self._state[copy] = self._generators[copy].uniform(-START, START, 4)
        self.steps[self._finished] = 0
        self._finished = np.zeros(self.copies, bool)


def hand_rule(observations):
    """Push to the side to which the pole leans and falls: 1 where angle + angular velocity > 0.

    It learns nothing and is hard to beat; whatever is learned has to be compared with it.

    Shapes:  observations (N, 4)  ->  actions (N,)   Chapter: 5e.
    """
    return (observations[:, 2] + observations[:, 3] > 0).astype(np.int64)


def random_policy(seed=0):
    """A policy that pushes to a random side: what everything else has to beat.

    Returns: a function from observations (N, 4) to actions (N,).   Chapter: 5e.
    """
    rng = np.random.default_rng(seed)
    return lambda observations: rng.integers(0, 2, len(observations))


def episode_returns(policy, copies=100, seed=0, limit=500):
    """What the policy earns in one episode of every copy: the number of steps that the pole stood.

    Shapes:  policy: observations (N, 4) -> actions (N,)   ->  (N,)   Chapter: 5e.
    """
    env = CartPole(copies, seed, limit)
    observations, earned, finished = env.observations, np.zeros(copies), np.zeros(copies, bool)
    while not finished.all():
        observations, rewards, terminated, truncated = env.step(policy(observations))
        earned += rewards
        finished = terminated | truncated
    return earned
