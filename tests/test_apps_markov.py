"""Why this file exists: what is learned by trying is judged by these formulas, so they are judged by something else.

By long simulation, by finite differences, by all policies of a small world, and by a chain that a pencil can solve.
"""

import itertools

import numpy as np
import pytest

from dlcourse.apps import markov

MAP = "...G .#.P S..."


def world(**options):
    return markov.grid_world(MAP, **options)[0]


def random_policy(mdp, seed=0):
    return markov.softmax_policy(np.random.default_rng(seed).normal(size=mdp.rewards.shape))


def corridor(gamma=0.9):
    """Two rooms and one action: 1 is earned in the first, then 2 in the second, and then it is over."""
    return markov.MDP(np.array([[[0.0, 1.0]], [[0.0, 0.0]]]), np.array([[1.0], [2.0]]), np.array([1.0, 0.0]), gamma)


def test_a_corridor_by_hand():
    mdp = corridor()
    assert markov.policy_values(mdp, np.ones((2, 1))) == pytest.approx([1 + 0.9 * 2, 2])
    assert markov.expected_return(mdp, np.ones((2, 1))) == pytest.approx(2.8)
    assert markov.value_iteration(mdp)[-1] == pytest.approx([2.8, 2])
    assert markov.visits(mdp, np.ones((2, 1))) == pytest.approx([1, 0.9])


def test_the_map_is_read_as_it_is_drawn():
    mdp, places = markov.grid_world(MAP, slip=0.2, cost=0.04)
    assert len(places) == 11 and places[0].tolist() == [0, 0] and [1, 1] not in places.tolist()
    start, goal, pit = ([list(place) for place in places.tolist()].index(cell) for cell in ([2, 0], [0, 3], [1, 3]))
    assert mdp.start[start] == 1 and (mdp.rewards[goal] == 1).all() and (mdp.rewards[pit] == -1).all()
    assert not mdp.transitions[[goal, pit]].any(), "the episode ends there"
    others = np.delete(mdp.transitions, [goal, pit], axis=0)
    assert others.sum(axis=2) == pytest.approx(1) and (np.delete(mdp.rewards, [goal, pit], axis=0) == -0.04).all()
    up = mdp.transitions[start, 0]
    above, right = ([list(place) for place in places.tolist()].index(cell) for cell in ([1, 0], [2, 1]))
    assert up[above] == pytest.approx(0.8) and up[right] == pytest.approx(0.1) and up[start] == pytest.approx(0.1)


def test_the_values_of_a_policy_are_what_it_earns():
    mdp = world()
    policy = random_policy(mdp)
    states, actions, rewards, alive = markov.sample(mdp, policy, 3_000, np.random.default_rng(1))
    assert (rewards[~alive] == 0).all() and (alive[:-1] | ~alive[1:]).all() and (mdp.start[states[0]] > 0).all()
    assert states.shape == actions.shape and actions.max() == 3
    earned = (rewards * mdp.gamma ** np.arange(len(rewards))[:, None]).sum(axis=0)
    error = earned.std() / np.sqrt(len(earned))
    assert abs(earned.mean() - markov.expected_return(mdp, policy)) < 4 * error
    met = np.array([((states == s) & alive).T @ mdp.gamma ** np.arange(len(states)) for s in range(11)]).mean(axis=1)
    assert met == pytest.approx(markov.visits(mdp, policy), abs=0.12)


def test_sweeps_come_to_the_solution_of_the_system_at_the_speed_of_gamma():
    mdp = world()
    policy = random_policy(mdp)
    values, sweeps = markov.policy_values(mdp, policy), markov.evaluate_policy(mdp, policy, 150)
    errors = np.abs(sweeps - values).max(axis=1)
    assert (errors[1:] <= mdp.gamma * errors[:-1] + 1e-15).all() and errors[-1] < 1e-3 * errors[0]
    chain, earned = markov.under(mdp, policy)
    assert earned + mdp.gamma * chain @ values == pytest.approx(values)


def test_value_iteration_finds_the_best_of_all_policies():
    """A world of four free cells, small enough to try all 4^4 policies that always do the same in the same place."""
    mdp, places = markov.grid_world(".G S.", slip=0.3)
    policies = [np.eye(4)[list(actions)] for actions in itertools.product(range(4), repeat=4)]
    best = np.max([markov.policy_values(mdp, policy) for policy in policies], axis=0)
    found = markov.value_iteration(mdp)[-1]
    assert len(places) == 4 and found == pytest.approx(best, abs=1e-8)
    policy = markov.greedy_policy(markov.action_values(mdp, found))
    assert markov.policy_values(mdp, policy) == pytest.approx(best, abs=1e-8)


def test_the_policy_gradient_is_that_of_finite_differences():
    mdp, h = world(), 1e-5
    theta = np.random.default_rng(2).normal(size=mdp.rewards.shape)

    def earned(move):
        return markov.expected_return(mdp, markov.softmax_policy(theta + move))

    numeric = np.zeros_like(theta)
    for place in np.ndindex(theta.shape):
        move = np.zeros_like(theta)
        move[place] = h
        numeric[place] = (earned(move) - earned(-move)) / (2 * h)
    gradient = markov.exact_policy_gradient(mdp, theta)
    assert gradient == pytest.approx(numeric, abs=1e-8) and np.abs(gradient).max() > 0.01
    assert not np.allclose(1.01 * gradient, numeric, atol=1e-5), "a gradient wrong by 1 % would be seen"
    assert gradient.sum(axis=1) == pytest.approx(0), "a constant added to the logits of a state changes nothing"


def test_what_cannot_be_a_process_is_refused():
    mdp = world()
    with pytest.raises(ValueError, match="expected transitions"):
        markov.MDP(mdp.transitions, mdp.rewards[:, :3], mdp.start, 0.9)
    with pytest.raises(ValueError, match="sum to at most 1"):
        markov.MDP(1.1 * mdp.transitions, mdp.rewards, mdp.start, 0.9)
    with pytest.raises(ValueError, match="expected gamma from 0 to 1, got 1.2"):
        markov.MDP(mdp.transitions, mdp.rewards, mdp.start, 1.2)
    with pytest.raises(ValueError, match="gamma below 1"):
        markov.value_iteration(world(gamma=1.0))
