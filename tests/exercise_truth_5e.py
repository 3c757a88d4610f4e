"""Judges the answers to the exercises of lab 5e without the worked solutions: by playing, by counting, by PyTorch."""

import numpy as np
import torch

from dlcourse import Tensor
from dlcourse.apps.policy_gradient import discounted_returns
from dlcourse.apps.q_learning import q_network, targets


def truth_5e_1(answer):
    """The package's returns of each episode alone."""
    rng = np.random.default_rng(0)
    rewards, over = rng.normal(size=20), np.isin(np.arange(20), (3, 4, 11)).astype(int)
    expected = [discounted_returns(part, 0.8) for part in np.split(rewards, np.flatnonzero(over) + 1)]
    np.testing.assert_allclose(answer(rewards, over, 0.8), np.concatenate(expected), atol=1e-12)


def truth_5e_2(answer):
    """The frequencies of a hundred thousand actions that were drawn in two steps, as the words say it."""
    rng = np.random.default_rng(1)
    q, epsilon, draws = np.array([[1.0, 3, 2], [0, -1, -2]]), 0.4, 100_000
    lucky = rng.random(draws) < epsilon
    for row, p in zip(q, np.asarray(answer(q, epsilon)), strict=True):
        taken = np.where(lucky, rng.integers(3, size=draws), row.argmax())
        np.testing.assert_allclose(p, np.bincount(taken, minlength=3) / draws, atol=0.01)


def truth_5e_4(answer):
    """The package's targets, which know two networks and nothing of limits."""
    rng = np.random.default_rng(2)
    online, slow = (q_network(8, rng=np.random.default_rng(seed)) for seed in (0, 1))
    after, rewards = rng.normal(size=(30, 4)), rng.normal(size=30)
    terminated, truncated = rng.random(30) < 0.3, rng.random(30) < 0.3
    said = [network(Tensor(after)).data.astype(float) for network in (online, slow)]
    expected = targets(online, slow, rewards, after, terminated, 0.95, double=True)
    found = answer(rewards, *said, terminated.astype(int), truncated.astype(int), 0.95)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def truth_5e_5(answer):
    """PyTorch's gradient of the mean of A log pi."""
    rng = np.random.default_rng(3)
    theta = torch.tensor(rng.normal(size=(4, 3)), requires_grad=True)
    states, actions, advantages = rng.integers(4, size=15), rng.integers(3, size=15), rng.normal(size=15)
    logs = torch.log_softmax(theta, dim=1)[states, actions]
    (torch.tensor(advantages) * logs).mean().backward()
    found = answer(theta.detach().numpy(), states, actions, advantages)
    np.testing.assert_allclose(found, theta.grad.numpy(), atol=1e-12)


TRUTH = {"5e.1": truth_5e_1, "5e.2": truth_5e_2, "5e.4": truth_5e_4, "5e.5": truth_5e_5}
