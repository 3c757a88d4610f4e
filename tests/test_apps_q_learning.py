"""Why this file exists: a network that learns from its own guesses hides mistakes well, so each part is tried alone."""

import numpy as np
import pytest
import torch

from dlcourse import Tensor
from dlcourse.apps import markov
from dlcourse.apps import q_learning as ql

pytestmark = pytest.mark.usefixtures("float64")


def net(seed):
    return ql.q_network(8, rng=np.random.default_rng(seed))


def test_the_table_learns_the_true_values_where_it_goes():
    mdp = markov.grid_world(".G S.", slip=0.2, gamma=0.9)[0]
    true = markov.action_values(mdp, markov.value_iteration(mdp)[-1])
    q = ql.q_table(mdp, 40_000, np.random.default_rng(0), epsilon=0.5)
    assert np.abs(q - true).max() < 0.04 and np.ptp(true) > 0.3
    first, second = (ql.q_table(mdp, 500, np.random.default_rng(1)) for _ in range(2))
    assert np.array_equal(first, second)


def test_the_maximum_of_means_is_too_high_and_the_double_estimate_is_not():
    samples = np.random.default_rng(1).normal(size=(4_000, 5, 10))  # five actions, all worth 0
    error = 4 / np.sqrt(4_000)
    assert ql.max_of_means(samples).mean() > 0.3 and abs(ql.double_estimate(samples).mean()) < error * 0.45
    apart = samples + np.array([0, 0, 0, 0, 0.4])[:, None]
    assert ql.max_of_means(apart).mean() > 0.4 + 0.05 and ql.double_estimate(apart).mean() < 0.4 - 0.05
    by_hand = np.array([[[1.0, 3.0], [2.0, 0.0]]])
    assert ql.max_of_means(by_hand).tolist() == [2] and ql.double_estimate(by_hand).tolist() == [0]


def test_the_memory_keeps_the_last_steps_in_whole_rows():
    memory = ql.Replay(capacity=5)
    with pytest.raises(ValueError, match="at least one step in memory, got none"):
        memory.draw(1, np.random.default_rng(0))
    for start in (0, 3, 6):
        numbers = np.arange(start, start + 3)
        memory.add(numbers[:, None] * np.ones(4), numbers, numbers > 4)
    x, numbers, late = memory.draw(200, np.random.default_rng(0))
    assert set(numbers.tolist()) == {4, 5, 6, 7, 8} and len(memory) == 5
    assert np.array_equal(x[:, 2], numbers) and np.array_equal(late, numbers > 4) and late.dtype == bool


@pytest.mark.parametrize("double", [False, True])
def test_targets_are_pytorchs(double):
    rng = np.random.default_rng(2)
    online, target, after = net(0), net(1), rng.normal(size=(50, 4))
    rewards, over = rng.normal(size=50), rng.random(50) < 0.3
    q, slow = (torch.tensor(model(Tensor(after)).data) for model in (online, target))
    worth = slow.gather(1, q.argmax(1, keepdim=True))[:, 0] if double else slow.max(1).values
    expected = torch.tensor(rewards) + 0.9 * worth * ~torch.tensor(over)
    found = ql.targets(online, target, rewards, after, over, 0.9, double)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-12)
    assert np.array_equal(found[over], rewards[over]), "nothing comes after the end"
    other = ql.targets(online, target, rewards, after, over, 0.9, not double)
    assert (q.argmax(1) != slow.argmax(1)).any() and not np.allclose(found, other)


def test_an_end_by_the_limit_is_bootstrapped_and_a_fall_is_not():
    learner = ql.DQN(limit=12, seed=3)
    learner.advance(400)
    *_, rewards, _, terminated = [column[: len(learner.memory)] for column in learner.memory.columns]
    assert (rewards == 1).all() and learner.played > terminated.sum() > 0, "some episodes ended by the limit"


def test_a_target_network_follows():
    slow, fast = net(0), net(1)
    before = [p.data.copy() for p in slow.parameters()]
    ql.follow(slow, fast, 0.25)
    for old, new, goal in zip(before, slow.parameters(), fast.parameters(), strict=True):
        np.testing.assert_allclose(new.data, 0.75 * old + 0.25 * goal.data)
    ql.follow(slow, fast, 1.0)
    assert all(np.allclose(a.data, b.data) for a, b in zip(slow.parameters(), fast.parameters(), strict=True))
    fast[1].weight.data[:] = 0
    assert slow[1].weight.data.any(), "a copy, not the same array"


@pytest.mark.parametrize(("target", "replay"), [("none", True), ("hard", True), ("soft", True), ("none", False)])
def test_every_kind_learns_from_the_right_network(target, replay):
    learner = ql.DQN(target=target, replay=replay, renew=10, seed=4)
    start = [p.data.copy() for p in learner.online.parameters()]
    learner.advance(1_200)
    moved = [np.abs(p.data - old).max() for p, old in zip(learner.online.parameters(), start, strict=True)]
    assert min(moved) > 0 and learner.updates == (1_200 // 8 if not replay else 2 * ((1_200 - 1_000) // 8 + 1))
    gap = max(np.abs(a.data - b.data).max()
              for a, b in zip(learner.online.parameters(), learner.target.parameters(), strict=True))
    assert (learner.target is learner.online) == (target == "none") and (gap > 0) == (target != "none")
    assert learner.steps == 1_200 and 0.05 < learner.epsilon < 1


def test_the_loss_decides_how_hard_a_large_error_pulls():
    def moved(loss, error):
        learner = ql.DQN(loss=loss, gamma=0.0, seed=5)
        x = np.zeros((1, 4))
        said = learner.online(Tensor(x)).data[0, 0]
        learner._learn([x, np.array([0]), np.array([said + error]), x, np.array([False])])
        return np.abs(learner.online[5].bias.grad).max()

    assert moved("huber", 0.5) == pytest.approx(0.5) and moved("huber", 3.0) == pytest.approx(1)
    assert moved("squared", 0.5) == pytest.approx(1) and moved("squared", 3.0) > 3


def test_another_target_or_loss_is_refused():
    with pytest.raises(ValueError, match="a target of none, hard, soft, got 'medium'"):
        ql.DQN(target="medium")
    with pytest.raises(ValueError, match="a loss of huber, squared, got 'hinge'"):
        ql.DQN(loss="hinge")
