"""Why this file exists: an optimizer that is slightly wrong still trains, so only numbers can tell."""

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64  # noqa: F401
from optim_tools import OPTIMIZERS, STEPS, both, each_optimizer, gradient, parameters, start, take_steps

from dlcourse import Tensor, nn, optim


def test_every_optimizer_has_cases():
    classes = {name for name, value in vars(optim).items()
               if isinstance(value, type) and issubclass(value, optim.Optimizer) and value is not optim.Optimizer}
    assert set(OPTIMIZERS) == set(optim.SLOW_STEPS) == classes


@each_optimizer
def test_the_update_in_place_is_the_formula(name, options):
    """On bare arrays; and the formula is PyTorch's, too."""
    (our, their), = [(nn.Parameter(a), torch.nn.Parameter(torch.tensor(a))) for a in start()[:1]]
    optimizer, twin = both(name, options, [(our, their)])
    group = optimizer.param_groups[0]
    w, state = start()[0], {key: np.full((3, 2), float(value)) for key, value in optimizer.memory(group).items()}
    for step in range(STEPS):
        g = gradient(step, 0, w.shape)
        w, state = optim.SLOW_STEPS[name](w, g, state, step + 1, group)
        our.grad, their.grad = g, torch.tensor(g)
        optimizer.step()
        twin.step()
        agree(our.data, w, 1e-12)
        agree(w, their, 1e-12)
        assert optimizer.state[our].keys() - {"step"} == state.keys()
        for key, value in state.items():
            agree(optimizer.state[our][key], value, 1e-12)
        assert np.array_equal(our.grad, gradient(step, 0, w.shape)), "an update changed the gradient"


@each_optimizer
def test_twenty_steps(name, options):
    pairs = parameters()
    take_steps(pairs, both(name, options, pairs), range(STEPS))
    assert all(np.abs(our.data - a).max() > 1e-4 for (our, _), a in zip(pairs, start(), strict=True))


@each_optimizer
def test_parameters_without_a_gradient_wait(name, options):
    pairs = parameters()
    take_steps(pairs, both(name, options, pairs), range(STEPS), skip=1)


@each_optimizer
def test_gradients_that_pile_up(name, options):
    """Nothing is forgotten between steps: what the optimizer remembers must not change along with `.grad`."""
    pairs = parameters()
    take_steps(pairs, both(name, options, pairs), range(STEPS), forget=False)


def test_groups_and_a_rate_that_changes():
    pairs = parameters()
    optimizers = []
    for side, library in enumerate((optim, torch.optim)):
        first, *rest = (pair[side] for pair in pairs)
        groups = [{"params": [first], "lr": 0.01, "momentum": 0.5}, {"params": iter(rest)}]
        optimizers.append(library.SGD(groups, lr=0.1, momentum=0.9))
    take_steps(pairs, optimizers, range(10))
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] *= 0.5
    take_steps(pairs, optimizers, range(10, STEPS))


@each_optimizer
def test_going_on_from_a_checkpoint_changes_nothing(name, options):
    straight = parameters()
    whole = both(name, options, straight)
    take_steps(straight, whole, range(STEPS))
    pairs = parameters()
    first = both(name, options, pairs)
    take_steps(pairs, first, range(STEPS // 2))
    resumed = both(name, {"lr": 9.0}, pairs)  # the checkpoint brings the other options
    for old, new in zip(first, resumed, strict=True):
        new.load_state_dict(old.state_dict())
    take_steps(pairs, resumed, range(STEPS // 2, STEPS))
    for (our, _), (expected, _) in zip(pairs, straight, strict=True):
        assert np.array_equal(our.data, expected.data)


def test_a_checkpoint_is_a_copy():
    pairs = parameters()
    optimizer = both("SGD", {"lr": 0.1, "momentum": 0.9}, pairs)[0]
    take_steps(pairs, [optimizer, torch.optim.SGD([p for _, p in pairs], lr=0.1, momentum=0.9)], range(1))
    saved = optimizer.state_dict()
    before = saved["state"][0]["momentum_buffer"].copy()
    other = both("SGD", {"lr": 0.1, "momentum": 0.9}, pairs)[0]
    other.load_state_dict(saved)
    for p, _ in pairs:
        p.grad = np.ones(p.shape)
    optimizer.step()
    other.step()
    assert np.array_equal(saved["state"][0]["momentum_buffer"], before)


def test_parameters_change_in_place_and_keep_their_type():
    p = nn.Parameter(np.ones(2, np.float32))
    array = p.data
    p.grad = np.ones(2, np.float32)
    optim.SGD([p], lr=np.float64(0.5), momentum=0.9).step()
    assert p.data is array and array.dtype == np.float32 and array.tolist() == [0.5, 0.5]


def test_zero_grad():
    model = nn.Linear(2, 1)
    model(np.ones((1, 2))).sum().backward()
    optim.SGD(model.parameters()).zero_grad()
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: optim.SGD([]), ValueError, r"got none: model.parameters\(\)\?"),
    (lambda: optim.SGD(nn.ReLU().parameters()), ValueError, "expected parameters, got none"),
    (lambda: optim.SGD(nn.Sequential(nn.Linear(1, 1))), TypeError, r"got Linear: model.parameters\(\)"),
    (lambda: optim.SGD(nn.Parameter([1.0, 2.0])), TypeError, "got the result of an operation"),
    (lambda: optim.SGD([{"params": [np.ones(2)]}]), TypeError, "got ndarray"),
    (lambda: optim.SGD(nn.Linear(1, 1).parameters(), lr=-1), ValueError, r"at least 0, got \[-1\]"),
    (lambda: optim.SGD([{"params": nn.Linear(1, 1).parameters(), "lr": -2}]), ValueError, r"at least 0, got \[-2\]"),
    (lambda: optim.SGD([nn.Parameter([1.0])], nesterov=True), ValueError, "positive momentum .* got 0.0 and 0.0"),
    (lambda: optim.SGD([nn.Parameter([1.0])], momentum=0.9, dampening=0.1, nesterov=True), ValueError, "0.9 and 0.1"),
    (lambda: optim.SGD([nn.Parameter([1.0])]).load_state_dict(optim.SGD(nn.Linear(1, 1).parameters()).state_dict()),
     ValueError, "2 parameters in 1 groups, this optimizer 1 in 1"),
    (lambda: optim.Optimizer([nn.Parameter([1.0])], lr=1).update(None, None, None, None), TypeError, "has no update"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_frozen_parameter_is_accepted_and_left_alone():
    frozen, p = nn.Parameter([1.0], requires_grad=False), nn.Parameter([1.0])
    (frozen * p).sum().backward()
    optim.SGD([frozen, p, Tensor([0.0])], lr=0.5).step()
    assert (frozen.item(), p.item()) == (1.0, 0.5)
