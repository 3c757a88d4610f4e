"""Why this file exists: in a world of sixteen places everything that reinforcement learning estimates can be computed.

Values solve a system of linear equations, the best policy is a fixed point, the gradient of the return is a formula.
Whatever learns by trying is tested here against what is true.
"""

from dataclasses import dataclass

import numpy as np

SIDES = {"up": (-1, 0), "right": (0, 1), "down": (1, 0), "left": (0, -1)}  # the actions of `grid_world`, in this order


@dataclass(frozen=True)
class MDP:
    """A finite Markov decision process: what happens next depends on the state and the action, and on nothing before.

    transitions[s, a, s'] is the probability to go from s to s' under action a. What is missing to 1 is the probability
    that the episode ends there, terminated. rewards[s, a] is earned by the action, start[s] is where episodes begin.

    Shapes:  transitions (states, actions, states), rewards (states, actions), start (states,); gamma from 0 to 1
    Raises:  ValueError for shapes that do not fit, probabilities that are none, or gamma outside 0 to 1.
    Source:  Puterman 1994; Sutton and Barto 2018, ch. 3.   Chapter: 5e.
    """

    transitions: np.ndarray
    rewards: np.ndarray
    start: np.ndarray
    gamma: float

    def __post_init__(self):
        shape = np.shape(self.rewards)
        if np.shape(self.transitions) != (*shape, shape[0]) or np.shape(self.start) != shape[:1]:
            raise ValueError(f"MDP expected transitions (S, A, S), rewards (S, A) and start (S,), got "
                             f"{np.shape(self.transitions)}, {shape} and {np.shape(self.start)}")
        if self.transitions.min() < 0 or self.transitions.sum(axis=2).max() > 1 + 1e-12:
            raise ValueError("MDP expected probabilities of at least 0 that sum to at most 1 for each state and action")
        if not 0 <= self.gamma <= 1:
            raise ValueError(f"MDP expected gamma from 0 to 1, got {self.gamma}")


def grid_world(text, slip=0.2, cost=0.04, gamma=0.95):
    """A walk on a map: S start, G goal, P pit, # wall, any other sign free. Actions: up, right, down, left.

    A step costs `cost`. With probability `slip` the foot slides to one of the two sides instead, half the time to each.
    Who walks into a wall or off the map stays. In G and P every action ends the episode, and earns +1 and -1.

    Returns: an `MDP`, and the places of its states on the map, (states, 2), row by row.
    Source:  Russell and Norvig 2010, sec. 17.1.   Chapter: 5e.
    """
    rows = text.split()
    places = [(i, j) for i, row in enumerate(rows) for j, sign in enumerate(row) if sign != "#"]
    number, sides = {place: state for state, place in enumerate(places)}, list(SIDES.values())
    transitions = np.zeros((len(places), 4, len(places)))
    rewards = np.full((len(places), 4), -cost)
    for state, (i, j) in enumerate(places):
        if rows[i][j] in "GP":
            rewards[state] = 1 if rows[i][j] == "G" else -1
            continue
        for action in range(4):
            for turn, probability in ((0, 1 - slip), (-1, slip / 2), (1, slip / 2)):
                down, right = sides[(action + turn) % 4]
                transitions[state, action, number.get((i + down, j + right), state)] += probability
    start = np.array([rows[i][j] == "S" for i, j in places], float)
    return MDP(transitions, rewards, start / start.sum(), gamma), np.array(places)


def under(mdp, policy):
    """The chain of states that a policy makes of the process, and what each state earns on average.

    P_ss' = sum_a pi(a | s) p(s' | s, a),   r_s = sum_a pi(a | s) r(s, a)

    Shapes:  policy (states, actions)  ->  (states, states), (states,)   Chapter: 5e.
    """
    return np.einsum("sa,sat->st", policy, mdp.transitions), (policy * mdp.rewards).sum(axis=1)


def policy_values(mdp, policy):
    """What is earned from each state on, discounted, by the linear system (I - gamma P) v = r.

    Shapes:  policy (states, actions)  ->  (states,)
    Source:  Bellman 1957; Sutton and Barto 2018, eq. 4.4.   Chapter: 5e.
    """
    chain, earned = under(mdp, policy)
    return np.linalg.solve(np.eye(len(earned)) - mdp.gamma * chain, earned)


def evaluate_policy(mdp, policy, sweeps):
    """The same by repetition: v <- r + gamma P v, from 0. The error shrinks by gamma or more with every sweep.

    Shapes:  ->  (sweeps + 1, states), the values after each sweep
    Source:  Sutton and Barto 2018, sec. 4.1.   Chapter: 5e.
    """
    chain, earned = under(mdp, policy)
    values = [np.zeros(len(earned))]
    for _ in range(sweeps):
        values.append(earned + mdp.gamma * chain @ values[-1])
    return np.array(values)


def action_values(mdp, values):
    """q(s, a) = r(s, a) + gamma sum_s' p(s' | s, a) v(s').   Shapes:  (states,)  ->  (states, actions).

    Chapter: 5e.
    """
    return mdp.rewards + mdp.gamma * mdp.transitions @ values


def greedy_policy(q):
    """All probability on the first of the best actions.   Shapes:  (states, actions)  ->  the same.   Chapter: 5e."""
    return np.eye(q.shape[1])[q.argmax(axis=1)]


def value_iteration(mdp, tolerance=1e-10):
    """The best values there are: v <- max_a q(s, a), from 0, until no value moves by more than `tolerance`.

    Shapes:  ->  (sweeps + 1, states), the values after each sweep
    Raises:  ValueError for gamma 1, where nothing says that this comes to an end.
    Source:  Bellman 1957; Sutton and Barto 2018, sec. 4.4.   Chapter: 5e.
    """
    if mdp.gamma == 1:
        raise ValueError("value_iteration expected gamma below 1, got 1: the sweeps may never settle")
    values = [np.zeros(len(mdp.rewards))]
    while len(values) < 2 or np.abs(values[-1] - values[-2]).max() > tolerance:
        values.append(action_values(mdp, values[-1]).max(axis=1))
    return np.array(values)


def expected_return(mdp, policy):
    """J = sum_s start(s) v(s): what an episode earns on average, discounted.   Chapter: 5e."""
    return float(mdp.start @ policy_values(mdp, policy))


def softmax_policy(theta):
    """pi(a | s) = e^theta_sa / sum_a' e^theta_sa': a policy with one number for each state and action.

    Shapes:  theta (states, actions)  ->  the same   Chapter: 5e.
    """
    powers = np.exp(theta - theta.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def visits(mdp, policy):
    """How often each state is met, discounted: d(s) = sum_t gamma^t p(s_t = s), by (I - gamma P^T) d = start.

    Shapes:  policy (states, actions)  ->  (states,)   Chapter: 5e.
    """
    chain, _ = under(mdp, policy)
    return np.linalg.solve(np.eye(len(chain)) - mdp.gamma * chain.T, mdp.start)


def exact_policy_gradient(mdp, theta):
    """The gradient of the expected return by the numbers of a softmax policy, by the policy gradient theorem.

    dJ / dtheta_sa = d(s) pi(a | s) (q(s, a) - v(s))

    Shapes:  theta (states, actions)  ->  the same
    Source:  Sutton et al. 2000, theorem 1.   Chapter: 5e.
    """
    policy = softmax_policy(theta)
    values = policy_values(mdp, policy)
    return visits(mdp, policy)[:, None] * policy * (action_values(mdp, values) - values[:, None])


def draw(p, rng):
    """One action for each row of probabilities: the first at which the running sum exceeds a uniform random number.

    Shapes:  p (N, actions)  ->  (N,) of whole numbers   Chapter: 5e.
    """
    below = p.cumsum(axis=1)[:, :-1] <= rng.random((len(p), 1))
    return below.sum(axis=1)


def sample(mdp, policy, episodes, rng, limit=200):
    """Episodes as they happen: states, actions and rewards of each step, and whether it still belonged to the episode.

    Shapes:  policy (states, actions)  ->  four arrays (T, episodes), T at most `limit`   Chapter: 5e.
    """
    leave = np.concatenate([mdp.transitions, 1 - mdp.transitions.sum(axis=2, keepdims=True)], axis=2)
    going, rows = np.ones(episodes, bool), []
    states = draw(np.tile(mdp.start, (episodes, 1)), rng)
    while going.any() and len(rows) < limit:
        actions = draw(policy[states], rng)
        rows.append((states, actions, mdp.rewards[states, actions] * going, going))
        after = draw(leave[states, actions], rng)
        going = going & (after < len(mdp.start))
        states = np.where(going, after, states)
    return tuple(np.array(column) for column in zip(*rows, strict=True))
