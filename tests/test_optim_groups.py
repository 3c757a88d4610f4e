"""Why this file exists: groups of parameters come late, checkpoints come from elsewhere, and memory is kept or not."""

import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64  # noqa: F401
from optim_tools import STEPS, compare, each_optimizer, gradient, take_steps

from dlcourse import nn, optim


def test_a_group_that_is_added_later():
    def add(step, side, params, optimizer):
        if step == 5:
            new = np.arange(3.0)
            extra[side] = torch.nn.Parameter(torch.tensor(new)) if side else nn.Parameter(new)
            optimizer.add_param_group({"params": extra[side], "lr": 0.01})
        if step >= 5:
            g = gradient(step, 7, (3,))
            extra[side].grad = torch.tensor(g) if side else g

    extra = {}
    _, optimizers = compare(add)
    agree(extra[0].data, extra[1], 1e-12)
    assert [group["lr"] for group in optimizers[0].param_groups] == [0.1, 0.01]


@each_optimizer
def test_a_checkpoint_has_the_shape_of_torchs_and_torchs_can_be_loaded(name, options):
    pairs, (ours, theirs) = compare(lambda step, side, params, _: step % 2 and setattr(params[1], "grad", None), name,
                                    {"lr": 0.1, **options}, range(10))
    our_state, their_state = ours.state_dict(), theirs.state_dict()
    assert [group["params"] for group in our_state["param_groups"]] == [[0, 1, 2]]
    assert our_state["param_groups"][0].items() <= their_state["param_groups"][0].items()
    for i, state in their_state["state"].items():
        for key, value in state.items():
            if value is not None:
                agree(np.asarray(our_state["state"][i][key], float), np.asarray(value, float), 1e-12)
    loaded = getattr(optim, name)([our for our, _ in pairs], lr=9.0)
    loaded.load_state_dict(their_state)
    take_steps(pairs, [loaded, theirs], range(10, STEPS), skip=1)


def test_a_parameter_without_a_step_has_no_state():
    w, b = nn.Parameter([1.0]), nn.Parameter([2.0])
    optimizer = optim.Adam([w, b])
    w.grad = np.ones(1, np.float32)
    optimizer.step()
    assert list(optimizer.state) == [w] and list(optimizer.state_dict()["state"]) == [0]
    optimizer.load_state_dict(optim.Adam([w, b]).state_dict())
    assert optimizer.state == {}
    optimizer.step()
    assert optimizer.state[w]["exp_avg"] == np.float32(0.1), "what was remembered before is forgotten"


def test_a_momentum_that_is_switched_on_later():
    def switch(step, side, params, optimizer):
        optimizer.param_groups[0]["momentum"] = 0.9 if step >= 5 else 0.0

    compare(switch, "SGD")


def test_a_closure():
    p = nn.Parameter([1.0])
    optimizer = optim.SGD([p], lr=0.5)

    def loss():
        optimizer.zero_grad()
        value = (p * p).sum()
        value.backward()
        return value

    assert optimizer.step(loss).item() == 1.0 and p.item() == 0.0


def test_zero_grad_with_zeros():
    p = nn.Parameter([1.0])
    optimizer = optim.SGD([p, nn.Parameter([1.0])])
    p.grad = mine = np.ones(1, np.float32)
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is mine and mine.tolist() == [0.0]


@pytest.mark.parametrize(("wanted", "kept"), [("1", True), ("0", False)])
def test_the_first_optimizer_says_how_freed_memory_is_kept(wanted, kept):
    code = ("import dlcourse.machine as m; from dlcourse import nn, optim; print(m._memory_kept); "
            "optim.SGD([nn.Parameter([1.0])]); print(m._memory_kept)")
    out = subprocess.run([sys.executable, "-c", code], env={**os.environ, "DLCOURSE_KEEP_MEMORY": wanted},
                         capture_output=True, text=True, check=True).stdout.split()
    assert out == ["False", str(kept and sys.platform == "linux")]


def stepped(*arrays, name="SGD", **options):
    params = [nn.Parameter(a) for a in arrays]
    for p in params:
        p.grad = np.ones(p.shape)
    optimizer = getattr(optim, name)(params, lr=0.1, **options)
    optimizer.step()
    return optimizer


def rebound(data=None, grad=None):
    p = nn.Parameter(np.ones((2, 3)))
    optimizer = optim.SGD([p])
    p.data = p.data if data is None else data
    p.grad = np.ones((2, 3)) if grad is None else grad
    optimizer.step()


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: rebound(data=np.ones(6)), ValueError, r"was \(2, 3\) float64 .* is \(6,\) float64 now: make a new"),
    (lambda: rebound(data=np.ones((2, 3), np.float32)), ValueError, r"is \(2, 3\) float32 now"),
    (lambda: rebound(grad=np.ones(6)), ValueError, r"shape \(2, 3\) expected a gradient of that shape, got \(6,\)"),
    (lambda: optim.SGD([nn.Parameter(np.ones(2, np.float16))]), TypeError, "float32 or float64, got float16"),
    (lambda: optim.SGD([p := nn.Parameter([1.0]), p]), ValueError, "one that is listed twice"),
    (lambda: optim.SGD([{"params": [p := nn.Parameter([1.0])]}, {"params": p}]), ValueError, "is listed twice"),
    (lambda: optim.SGD([nn.Parameter([1.0])], momentum=-0.1), ValueError, r"momentum .* at least 0, got \[-0.1\]"),
    (lambda: optim.Adam([nn.Parameter([1.0])], betas=(0.9, 1.0)), ValueError, r"from 0 to below 1, got \(0.9, 1.0\)"),
    (lambda: stepped(np.ones(2), name="Adam").load_state_dict(stepped(np.ones(2), momentum=0.9).state_dict()),
     ValueError, "no exp_avg, exp_avg_sq found: was it one of Adam"),
    (lambda: stepped(np.ones(2), name="Adam").load_state_dict(stepped(np.ones(3), name="Adam").state_dict()),
     ValueError, r"checkpoint: exp_avg expected shape \(2,\), got \(3,\)"),
])
def test_more_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_checkpoint_that_does_not_fit_changes_nothing():
    optimizer = stepped(np.ones(2), np.ones(2), name="Adam")
    before = optimizer.state_dict()
    with pytest.raises(ValueError, match="exp_avg expected shape"):
        optimizer.load_state_dict(stepped(np.zeros(2), np.zeros(3), name="Adam", betas=(0.5, 0.5)).state_dict())
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    for i, state in before["state"].items():
        assert all(np.array_equal(after["state"][i][key], value) for key, value in state.items())
