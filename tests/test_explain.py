"""Why this file exists: an explanation is a claim about a network, so each is held against one that is understood."""

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, nn
from dlcourse.explain import (
    class_score,
    frozen,
    grad_cam,
    input_gradient,
    integrated_gradients,
    occlusion,
    randomized,
    saliency,
)
from dlcourse.testing import numerical_gradient
from dlcourse.vision import VGG, conv_block

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(3, 1, 8, 8))
TARGET = np.array([4, 0, 9])


@pytest.fixture
def network(float64):  # noqa: F811
    model, rng = VGG(rng=np.random.default_rng(1)), np.random.default_rng(2)
    for name, p in model.named_parameters():
        if name.endswith("bias"):  # without any, a ReLU network is straight on every ray from 0
            p.data += 0.1 * rng.normal(size=p.shape)
    return model


@pytest.fixture
def linear(float64):  # noqa: F811
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10, rng=np.random.default_rng(1)))


def test_the_gradient_is_that_of_finite_differences(network):
    x = X.copy()
    network.eval()
    got = input_gradient(network, x, lambda logits: class_score(logits, TARGET))
    expected = numerical_gradient(lambda: class_score(network(Tensor(x)), TARGET).item(), x)
    assert np.allclose(got, expected, rtol=0, atol=1e-8) and np.abs(expected).max() > 1e-3
    assert np.allclose(saliency(network, x, TARGET), np.abs(expected).max(axis=1), rtol=0, atol=1e-8)


def test_each_picture_gets_its_own_gradient(network):
    alone = [saliency(network, X[i : i + 1], TARGET[i]) for i in range(3)]
    assert np.allclose(saliency(network, X, TARGET), np.concatenate(alone), rtol=0, atol=1e-12)


@pytest.mark.parametrize("explain", [saliency, integrated_gradients, occlusion,
                                     lambda model, x, target: grad_cam(model, model.features[1], x, target)])
def test_looking_changes_nothing(network, explain):
    network.classifier[1].eval()
    before, modes = network.state_dict(), [m.training for m in network.modules()]
    before, x = {name: array.copy() for name, array in before.items()}, X.copy()
    first = explain(network, x, TARGET)
    assert np.array_equal(first, explain(network, x, TARGET)), "dropout or running statistics took part"
    assert np.array_equal(x, X)
    assert all(np.array_equal(before[name], array) for name, array in network.state_dict().items())
    assert [m.training for m in network.modules()] == modes
    assert all(p.requires_grad and p.grad is None for p in network.parameters())
    assert not any("forward" in vars(m) for m in network.modules())


def test_frozen_puts_back_what_was_even_after_an_error(network):
    first, *others = network.parameters()
    first.requires_grad = False
    with pytest.raises(ZeroDivisionError), frozen(network):
        assert not any(p.requires_grad for p in network.parameters()) and not network.training
        raise ZeroDivisionError
    assert not first.requires_grad and all(p.requires_grad for p in others) and network.training


def test_of_a_linear_network_all_is_known(linear):
    weight = linear[1].weight.data[TARGET].reshape(3, 1, 8, 8)
    assert np.allclose(saliency(linear, X, TARGET), np.abs(weight[:, 0]))
    assert np.allclose(integrated_gradients(linear, X, TARGET, steps=1), weight * X)
    assert np.allclose(occlusion(linear, X, TARGET, size=1), (weight * X)[:, 0])
    covered = (weight * X)[:, 0, 2:5, 3:6].sum(axis=(1, 2))
    assert np.allclose(occlusion(linear, X, TARGET, size=3)[:, 3, 4], covered)
    corner = (weight * (X - 0.5))[:, 0, :2, :2].sum(axis=(1, 2))
    found = occlusion(linear, X, TARGET, size=3, stride=2, fill=0.5)
    assert found.shape == (3, 4, 4) and np.allclose(found[:, 0, 0], corner)


def test_an_even_square_has_no_center(linear):
    with pytest.raises(ValueError, match="odd size"):
        occlusion(linear, X, TARGET, size=2)


@pytest.mark.parametrize("baseline", [0.0, 0.3, np.full((1, 1, 8, 8), 0.5)])
def test_integrated_gradients_are_complete(network, baseline):
    network.eval()

    def logits_of(x):
        return network(Tensor(x)).data[np.arange(3), TARGET]

    expected = logits_of(X) - logits_of(baseline + 0 * X)
    errors = [np.abs(integrated_gradients(network, X, TARGET, baseline, steps).sum(axis=(1, 2, 3)) - expected).max()
              for steps in (3, 200)]
    assert errors[1] < 0.02 * np.abs(expected).max() and errors[1] < errors[0]


def test_grad_cam_is_that_of_finite_differences(network):
    network.eval()
    x, target = X[:1], TARGET[:1]
    layer = network.features[3]  # a convolution follows: at a ReLU or a maximum differences would meet corners
    maps = network.features[:4](Tensor(x)).data

    def rest():
        h = Tensor(maps)
        for other in list(network.features)[4:]:
            h = other(h)
        return class_score(network.classifier(h), target).item()

    weights = numerical_gradient(rest, maps).mean(axis=(2, 3))
    expected = np.maximum(np.einsum("nc,nchw->nhw", weights, maps), 0)
    assert np.allclose(grad_cam(network, layer, x, target), expected, rtol=0, atol=1e-8) and expected.max() > 1e-4


def test_before_a_mean_and_a_linear_layer_grad_cam_is_the_class_map(float64):  # noqa: F811
    """Zhou et al. 2016: then the weights of the class are the weights of the maps, up to the number of places."""
    rng = np.random.default_rng(2)
    head = nn.Linear(5, 10, rng=rng)
    model = nn.Sequential(conv_block(1, 5, rng=rng), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)
    model.eval()
    maps = model[0](Tensor(X)).data
    expected = np.maximum(np.einsum("nc,nchw->nhw", head.weight.data[TARGET], maps), 0) / 64
    assert np.allclose(grad_cam(model, model[0], X, TARGET), expected)


def test_grad_cam_wants_a_layer_with_maps_that_is_called_once(network):
    with pytest.raises(ValueError, match=r"called once.*\[\(3, 10\)\]"):
        grad_cam(network, network.classifier[2], X, TARGET)
    with pytest.raises(ValueError, match="called once"):
        grad_cam(network, nn.ReLU(), X, TARGET)
    same = conv_block(1, 1, rng=np.random.default_rng(0))
    twice = nn.Sequential(same, same, nn.Flatten(), nn.Linear(64, 10))
    with pytest.raises(ValueError, match="called once"):
        grad_cam(twice, same, X, TARGET)


def test_randomized_deals_the_same_numbers_out_anew(network):
    other = randomized(network, ("classifier",), np.random.default_rng(0))
    for name, p in network.named_parameters():
        q = dict(other.named_parameters())[name]
        assert np.array_equal(np.sort(p.data, axis=None), np.sort(q.data, axis=None)) and p is not q
        assert np.array_equal(p.data, q.data) != name.startswith("classifier")
    assert type(next(other.parameters())) is type(next(network.parameters()))
    with pytest.raises(ValueError, match="beginnings"):
        randomized(network, ("head",), np.random.default_rng(0))
