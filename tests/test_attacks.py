"""Why this file exists: an attack that is too weak makes a network look strong, so attacks are held against the truth.

For a linear network the worst picture is known, and so is its loss.
"""

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, nn, optim
from dlcourse import functional as F
from dlcourse.attacks import Attacked, fgsm, loss_gradient, pgd, random_signs
from dlcourse.evaluate import accuracy, predict
from dlcourse.train import Batches, fit
from dlcourse.vision import VGG

RNG = np.random.default_rng(0)
X, Y = RNG.uniform(size=(40, 1, 8, 8)), np.arange(40) % 10


@pytest.fixture
def linear(float64):  # noqa: F811
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 2, rng=np.random.default_rng(1)))


def loss_of(model, x, y):
    return F.cross_entropy(model(Tensor(x)), y, reduction="none").data


def test_the_gradient_is_softmax_minus_the_label(linear):
    """For logits W x + b it is (p - e_y) W, by chapter 1, and each picture has its own."""
    p = F.softmax(linear(Tensor(X)), dim=1).data
    expected = (p - np.eye(2)[Y % 2]) @ linear[1].weight.data
    assert np.allclose(loss_gradient(linear, X, Y % 2), expected.reshape(X.shape), rtol=0, atol=1e-12)


@pytest.mark.parametrize("attack", [fgsm, pgd, lambda *args: pgd(*args, rng=np.random.default_rng(5))])
@pytest.mark.parametrize("epsilon", [0.02, 0.3, 1.0])
def test_on_two_classes_and_a_linear_network_attacks_find_the_worst_picture(linear, attack, epsilon):
    y = Y % 2
    w = linear[1].weight.data
    away = np.sign(w[1 - y] - w[y]).reshape(X.shape)  # the other class's weights less those of the right one
    expected = np.clip(X + epsilon * away, 0, 1)
    assert np.allclose(attack(linear, X, y, epsilon), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("attack", [fgsm, pgd, lambda *args: pgd(*args, rng=np.random.default_rng(5)),
                                    lambda model, x, y, epsilon: random_signs(x, epsilon, np.random.default_rng(5))])
def test_attacks_stay_in_the_box_and_leave_everything_as_it_was(float64, attack):  # noqa: F811
    model, before = VGG(rng=np.random.default_rng(0)), X.copy()
    state = {name: array.copy() for name, array in model.state_dict().items()}
    found = attack(model, X, Y, 0.1)
    assert np.abs(found - X).max() <= 0.1 + 1e-12 and found.min() >= 0 and found.max() <= 1
    assert np.abs(found - X).max() > 0.09
    assert np.array_equal(X, before) and model.training
    assert all(np.array_equal(state[name], array) for name, array in model.state_dict().items())
    assert all(p.requires_grad and p.grad is None for p in model.parameters())


def test_many_steps_raise_the_loss_higher_than_one(float64):  # noqa: F811
    model = VGG(rng=np.random.default_rng(0))
    fit(model, Batches(X, Y, seed=0), F.cross_entropy, optim.Adam(model.parameters(), lr=0.01), epochs=10,
        progress=False)
    model.eval()
    plain, noise, one, many = (loss_of(model, x, Y).mean() for x in (
        X, random_signs(X, 0.05, np.random.default_rng(0)), fgsm(model, X, Y, 0.05), pgd(model, X, Y, 0.05)))
    assert noise < plain + 0.5 * (one - plain) and one < many


def test_the_step_is_used_and_pgd_may_come_back(linear):
    """One step of half the size goes half the way; with a step beyond the box it ends on the edge."""
    y = Y % 2
    inside = np.clip(X, 0.2, 0.8)
    assert np.allclose(np.abs(pgd(linear, inside, y, 0.1, steps=1, step=0.05) - inside), 0.05)
    assert np.allclose(np.abs(pgd(linear, inside, y, 0.1, steps=2, step=9.0) - inside), 0.1)


def test_attacked_batches_meet_the_weights_of_the_moment(float64):  # noqa: F811
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10, rng=np.random.default_rng(0)))
    batches = Attacked(Batches(X, Y, batch_size=20, shuffle=False), model, 0.1, steps=3, seed=7)
    assert len(batches) == 2
    drawn, rng = iter(batches), np.random.default_rng(7)
    first, labels = next(drawn)
    assert np.array_equal(first, pgd(model, X[:20], Y[:20], 0.1, 3, rng=rng)) and np.array_equal(labels, Y[:20])
    model[1].weight.data *= -1
    assert np.array_equal(next(drawn)[0], pgd(model, X[20:], Y[20:], 0.1, 3, rng=rng))


def test_training_against_attacks_helps_against_attacks(float64):  # noqa: F811
    """Two classes, told apart by one strong pixel and by 63 weak ones that an attack can turn around."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=400)
    grain = np.r_[0.05, np.full(63, 0.2)] * rng.normal(size=(400, 64))
    x = np.clip(0.5 + (2 * y - 1)[:, None] * np.r_[0.3, np.full(63, 0.03)] + grain, 0, 1)
    read, on_weak = [], []
    for epsilon in (0, 0.1):
        model = nn.Sequential(nn.Linear(64, 2, rng=np.random.default_rng(0)))
        batches = Batches(x, y, seed=0)
        fit(model, Attacked(batches, model, epsilon) if epsilon else batches, F.cross_entropy,
            optim.Adam(model.parameters(), lr=0.01), epochs=20, progress=False)
        read.append([accuracy(predict(model, seen), y) for seen in (x, pgd(model, x, y, 0.1))])
        on_weak.append(np.abs(np.diff(model[0].weight.data, axis=0)[0, 1:]).mean())
    assert min(read[0][0], read[1][0]) > 0.98 and read[0][1] < 0.5 and read[1][1] > 0.9
    assert on_weak[1] < 0.2 * on_weak[0]
