"""Why this file exists: a test of learning rates may not leave a trace in what is trained afterwards."""

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, data, nn, optim
from dlcourse import functional as F
from dlcourse.train import Batches, fit, range_test


def quadratic(rate_limit=1.0):
    """A model whose loss is w^2 / rate_limit: gradient descent converges below that rate and diverges above it."""

    class Model(nn.Module):
        def __init__(self):
            self.weight = nn.Parameter(np.array([1.0]))

        def forward(self, x):
            return self.weight

    return Model(), lambda w, y: (w * w).sum() / rate_limit, Batches(np.zeros(4), np.zeros(4), batch_size=2)


def test_the_loss_turns_where_theory_says(float64):  # noqa: F811
    model, loss_fn, batches = quadratic(rate_limit=0.5)  # L = 2 w^2, curvature 4: the limit is 2 / 4
    rates, losses = range_test(model, batches, loss_fn, optim.SGD(model.parameters(), lr=0.1), low=1e-3, high=10)
    turn = rates[losses.argmin()]
    assert 0.25 < turn < 0.75
    assert losses[-1] > 4 * losses.min() and len(rates) == len(losses) < 100
    assert np.allclose(np.diff(np.log(rates)), np.log(10 / 1e-3) / 99)


def test_training_afterwards_is_as_if_nothing_had_happened(float64):  # noqa: F811
    digits = data.load("digits").fit[:200]

    def trained(tested, make):
        model = nn.Sequential(nn.Linear(64, 16, rng=np.random.default_rng(0)), nn.BatchNorm1d(16), nn.ReLU(),
                              nn.Linear(16, 10, rng=np.random.default_rng(1)))
        optimizer, x, y = make(model.parameters()), Tensor(digits.x), Tensor(digits.y)
        fit(model, Batches(x, y, seed=0), F.cross_entropy, optimizer, epochs=1, progress=False)
        if tested:
            model.eval()
            range_test(model, Batches(x, y, seed=1), F.cross_entropy, optimizer)
            assert not model.training and all(p.grad is None for p in model.parameters())
        fit(model, Batches(x, y, seed=2), F.cross_entropy, optimizer, epochs=1, progress=False)
        return model.state_dict()

    for make in (lambda p: optim.SGD(p, lr=0.1, momentum=0.9), lambda p: optim.Adam(p, lr=0.01)):
        first, second = trained(True, make), trained(False, make)
        assert all(np.array_equal(first[name], second[name]) for name in first)


def test_modes_and_rates_of_groups_are_put_back_also_after_an_error(float64):  # noqa: F811
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    model[1].eval()  # a frozen norm in a model that trains
    groups = [{"params": model[0].parameters(), "lr": 0.1}, {"params": model[3].parameters(), "lr": 0.02}]
    optimizer, before = optim.Adam(groups), model.state_dict()
    batches = Batches(Tensor(np.ones((6, 3))), Tensor(np.zeros(6, int)), batch_size=3)

    def interrupted(logits, y, calls=[]):  # noqa: B006  (it counts its calls)
        calls.append(1)
        if len(calls) > 5:
            raise KeyboardInterrupt
        return F.cross_entropy(logits, y)

    with pytest.raises(KeyboardInterrupt):
        range_test(model, batches, interrupted, optimizer)
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.02]
    assert [module.training for module in model.modules()] == [True, True, False, True, True]
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())


@pytest.mark.parametrize("batches", [[], iter([(Tensor(np.zeros(1)), Tensor(np.zeros(1)))])])
def test_without_batches_it_ends(batches, float64):  # noqa: F811
    model, loss_fn, _ = quadratic()
    with pytest.raises(ValueError, match="range_test expected batches in every pass, got none"):
        range_test(model, batches, loss_fn, optim.SGD(model.parameters()))


def test_a_fresh_optimizer_is_fresh_afterwards(float64):  # noqa: F811
    model, loss_fn, batches = quadratic()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    range_test(model, batches, loss_fn, optimizer)
    assert model.weight.data[0] == 1.0 and optimizer.param_groups[0]["lr"] == 0.1
    (model.weight * 1.0).sum().backward()
    optimizer.step()
    assert model.weight.data[0] == pytest.approx(0.9), "no momentum is left over"


def test_it_goes_through_the_batches_again_and_stops_at_nan(float64):  # noqa: F811
    model, _, batches = quadratic()
    rates, losses = range_test(model, batches, lambda w, y: (w * 0.001).sum(), optim.SGD(model.parameters()), steps=9)
    assert len(rates) == len(losses) == 9 > len(batches)
    rates, losses = range_test(model, batches, lambda w, y: (w * np.nan).sum(), optim.SGD(model.parameters()))
    assert len(losses) == 1 and np.isnan(losses[0])


@pytest.mark.parametrize("wrong", [{"low": 0}, {"low": 2, "high": 1}, {"steps": 1}])
def test_what_makes_no_sense_is_refused(wrong):
    model, loss_fn, batches = quadratic()
    with pytest.raises(ValueError, match="range_test expected 0 < low < high"):
        range_test(model, batches, loss_fn, optim.SGD(model.parameters()), **wrong)
