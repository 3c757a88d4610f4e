"""Why this file exists: whoever looks inside a network must see what is there, and leave it as it was."""

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, data, nn
from dlcourse import functional as F
from dlcourse.probing import gradient_norms, linear_probe, outputs, watched


def small():
    rng = np.random.default_rng(0)
    inner = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.5))
    return nn.Sequential(nn.Linear(3, 4, rng=rng), inner, nn.Linear(4, 2, rng=rng))


def test_outputs_are_those_of_the_layers_in_order(float64):  # noqa: F811
    model, x = small().double(), np.random.default_rng(1).normal(size=(5, 3))
    model[1][1].eval()
    found = outputs(model, x)
    assert list(found) == ["0", "1.0", "1.1", "2"]
    model.eval()
    expected = Tensor(x)
    for name, layer in (("0", model[0]), ("1.0", model[1][0]), ("1.1", model[1][1]), ("2", model[2])):
        expected = layer(expected)
        assert np.array_equal(found[name], expected.data)


def test_looking_changes_nothing():
    model = small()
    model[1][1].eval()
    before = model.state_dict()
    outputs(model, np.zeros((5, 3), np.float32))
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())
    assert [m.training for m in model.modules()] == [True, True, True, True, False, True]
    assert not any("forward" in vars(module) for module in model.modules())


def test_the_watch_ends_when_the_model_fails():
    model = small()
    with pytest.raises(ValueError), watched(model, lambda *_: None, lambda *_: None):
        model(Tensor(np.zeros((5, 7))))
    assert not any("forward" in vars(module) for module in model.modules())


def test_gradient_norms_are_the_lengths():
    model = nn.Linear(2, 1)
    assert gradient_norms(model) == {}
    model.weight.grad, model.bias.grad = np.array([[3.0, 4.0]]), None
    assert gradient_norms(model) == {"weight": 5.0}


def test_a_probe_reads_what_is_there_and_nothing_else():
    digits = data.load("digits")
    read = linear_probe(digits.fit.x, digits.fit.y, digits.validation.x)
    assert (read == digits.validation.y).mean() > 0.9
    noise = np.random.default_rng(0).normal(size=(1000, 20))
    guessed = linear_probe(noise[:800], digits.fit.y, noise[800:])
    assert (guessed == digits.validation.y).mean() < 0.25


def test_a_probe_standardizes_and_takes_feature_maps():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2, 3, 3)) * np.array([1e-6, 1.0])[None, :, None, None]
    y = (x[:, 0].sum(axis=(1, 2)) > 0).astype(int)
    assert (linear_probe(x[:300], y[:300], x[300:]) == y[300:]).mean() > 0.9


def test_outputs_of_a_network_trained_and_not_are_told_apart(float64):  # noqa: F811
    model = small()
    x = np.random.default_rng(1).normal(size=(8, 3))
    first = outputs(model, x)["2"]
    F.cross_entropy(model(Tensor(x)), np.arange(8) % 2).backward()
    model[2].weight.data -= model[2].weight.grad
    assert not np.array_equal(first, outputs(model, x)["2"])
