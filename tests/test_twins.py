"""Why this file exists: the comparison with PyTorch must fail when it should, or its success means nothing."""

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64  # noqa: F401

from dlcourse import nn, optim
from dlcourse import set_default_dtype as choose
from dlcourse.twins import assert_twins, load_weights

pytestmark = pytest.mark.usefixtures("float64")
RNG = np.random.default_rng(0)
X, LABELS = RNG.standard_normal((8, 4)), RNG.integers(0, 3, 8)


def small(m, activation="Tanh", hidden=4):
    return m.Sequential(m.Linear(4, hidden), getattr(m, activation)(), m.Linear(hidden, 3))


def compare(ours, theirs, their_loss=None, **options):
    our_optimizer = optim.SGD(ours.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    their_optimizer = torch.optim.SGD(theirs.parameters(), **{"lr": 0.1, "momentum": 0.9, "nesterov": True, **options})
    return assert_twins(ours, theirs, X, LABELS, nn.CrossEntropyLoss(), their_loss or torch.nn.CrossEntropyLoss(),
                        our_optimizer, their_optimizer)


def test_equal_models_pass():
    ours, theirs = small(nn), small(torch.nn)
    before = ours.state_dict()
    found = compare(ours, theirs)
    assert set(found) == {"output", "loss", "gradients", "step"} and max(found.values()) <= 1e-10
    assert theirs[0].weight.dtype == torch.float64
    for name, p in ours.named_parameters():
        agree(p.data, theirs.state_dict()[name])
        assert not np.array_equal(p.data, before[name]), "the step was made"


def test_without_optimizers_the_weights_stay():
    ours, theirs = small(nn), small(torch.nn)
    before = ours.state_dict()
    found = assert_twins(ours, theirs, X, LABELS, nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss())
    assert set(found) == {"output", "loss", "gradients"}
    assert all(np.array_equal(p.data, before[name]) and p.grad is not None for name, p in ours.named_parameters())


def test_earlier_gradients_do_not_disturb():
    ours, theirs = small(nn), small(torch.nn)
    for _ in range(2):
        assert_twins(ours, theirs, X, LABELS, nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss())


def shared_and_frozen(m):
    """One weight under two names; the first layer's bias gets no gradient."""
    model = m.Sequential(m.Linear(4, 4), m.Tanh(), m.Linear(4, 4), m.Linear(4, 3))
    model[2].weight = model[0].weight
    model[0].bias.requires_grad_(False)
    return model


def test_shared_and_frozen_parameters_pass():
    compare(shared_and_frozen(nn), shared_and_frozen(torch.nn))


class Transposed(torch.nn.Module):
    """Uses its first weight the wrong way round, which only a square one permits."""

    def __init__(self):
        super().__init__()
        for i, layer in enumerate(small(torch.nn)):
            self.add_module(str(i), layer)

    def forward(self, x):
        first, activation, last = self.children()
        return last(activation(x @ first.weight + first.bias))


class OtherName(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = small(torch.nn)

    def forward(self, x):
        return self.body(x)


def spoiled_gradient(loss):
    """The same loss, whose gradient is 0.01 % too large."""
    def wrong(output, target):
        output = output.clone()
        output.register_hook(lambda g: g * 1.0001)
        return loss(output, target)
    return wrong


CROSS_ENTROPY = torch.nn.CrossEntropyLoss()


@pytest.mark.parametrize(("theirs", "options", "error", "message"), [
    (Transposed, {}, AssertionError, "output: at "),
    (lambda: small(torch.nn, "Sigmoid"), {}, AssertionError, "output: at "),
    (OtherName, {}, RuntimeError, "Missing key.*body.0.weight.*\n.*Unexpected key.*0.weight"),
    (lambda: torch.nn.Sequential(*small(torch.nn), torch.nn.Linear(3, 3)), {}, RuntimeError, "Missing key.*3.weight"),
    (lambda: small(torch.nn, hidden=5), {}, RuntimeError, "size mismatch for 0.weight"),
    (lambda: small(torch.nn), {"their_loss": torch.nn.CrossEntropyLoss(reduction="sum")}, AssertionError, "loss: at "),
    (lambda: small(torch.nn), {"their_loss": spoiled_gradient(CROSS_ENTROPY)}, AssertionError,
     "gradient of 0.weight: at "),
    (lambda: small(torch.nn), {"nesterov": False}, AssertionError, "after the step of 0.weight: at "),
    (lambda: small(torch.nn), {"lr": 0.1001}, AssertionError, "after the step of 0.weight: at "),
    (lambda: small(torch.nn).requires_grad_(False).append(torch.nn.Identity()).append(Leak()), {}, AssertionError,
     "gradient of 0.weight"),
])
def test_a_difference_is_found_and_named(theirs, options, error, message):
    with pytest.raises(error, match=message):
        compare(small(nn), theirs(), **options)


class Leak(torch.nn.Module):
    """Lets backward run although every parameter is frozen."""

    def forward(self, x):
        return x.detach().requires_grad_()


def test_float32_is_refused():
    choose(np.float32)
    with pytest.raises(TypeError, match=r"set_default_dtype\(float64\) before"):
        compare(small(nn), small(torch.nn))


def test_load_weights_is_strict():
    ours, theirs = small(nn), small(torch.nn).double()
    load_weights(theirs, ours)
    assert all(np.array_equal(p.detach().numpy(), ours.state_dict()[name]) for name, p in theirs.named_parameters())
    with pytest.raises(RuntimeError, match="Missing key"):
        load_weights(OtherName(), ours)
