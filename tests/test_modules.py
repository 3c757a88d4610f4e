"""Why this file exists: a model is a tree of modules with names, and the names and first weights are PyTorch's.

What each layer computes is compared in `test_layers.py`.
"""

import math

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64  # noqa: F401

import dlcourse
from dlcourse import Tensor, init, nn
from dlcourse.nn import functional as F

# ------------------------------------------------------------------------------------------- the tree of modules


class Branches(nn.Module):
    """Parameters at two levels, a shared one, an unset one, and attributes that are none."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter([1.0, 2.0])
        self.first = nn.Linear(2, 2)
        self.second = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.second[0].weight = self.first.weight
        self.nothing, self.width, self.constant = None, 2, Tensor([1.0, 1.0])

    def forward(self, x):
        return self.second(self.first(x * self.scale))


def test_parameters_are_found_and_shared_ones_listed_once():
    model = Branches()
    names = [name for name, _ in model.named_parameters()]
    assert names == ["scale", "first.weight", "first.bias", "second.0.bias"]
    assert [name for name, _ in model.named_parameters(remove_duplicate=False)] == [
        "scale", "first.weight", "first.bias", "second.0.weight", "second.0.bias"] == list(model.state_dict())
    assert [name for name, _ in model.named_parameters("model")][:2] == ["model.scale", "model.first.weight"]
    assert list(map(id, model.parameters())) == list(map(id, [model.scale, model.first.weight, model.first.bias,
                                                              model.second[0].bias]))
    assert list(model.children()) == [model.first, model.second]
    assert list(model.modules()) == [model, model.first, model.second, *model.second.children()]


def test_state_dict_is_a_copy_and_load_copies_in_place():
    model, other = Branches(), Branches()
    state = model.state_dict()
    state["scale"][...] = 7
    assert model.scale.data.tolist() == [1, 2]
    arrays = {name: p.data for name, p in other.named_parameters()}
    other.load_state_dict(state)
    assert all(p.data is arrays[name] and np.array_equal(p.data, state[name]) for name, p in other.named_parameters())
    state["scale"][...] = 8
    assert other.scale.data.tolist() == [7, 7]


@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda s: s.pop("first.bias"), KeyError, r"missing \['first.bias'\], unexpected \[\]"),
    (lambda s: s.update(extra=np.ones(1)), KeyError, r"missing \[\], unexpected \['extra'\]"),
    (lambda s: s.update({"second.0.bias": np.ones(3)}), ValueError, r"second.0.bias expected shape \(2,\), got \(3,\)"),
    (lambda s: s.update({"second.0.bias": np.array(["a", "b"])}), ValueError, "convert string"),
])
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    model = Branches()
    before = model.state_dict()
    state = {name: array + 1 for name, array in before.items()}
    change(state)
    with pytest.raises(error, match=message):
        model.load_state_dict(state)
    assert all(np.array_equal(array, before[name]) for name, array in model.state_dict().items())


def test_train_and_eval_reach_every_module():
    model = Branches()
    assert all(m.training for m in model.modules())
    assert model.eval() is model and not any(m.training for m in model.modules())
    assert model.train() is model and all(m.training for m in model.modules())
    model.train(False)
    assert not any(m.training for m in model.modules())


def test_freezing_and_forgetting_gradients():
    model = Branches()
    model.first.requires_grad_(False)
    model(np.ones((1, 2))).sum().backward()
    assert model.first.weight.grad is None and model.scale.grad is not None and model.second[0].bias.grad is not None
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_sequential_is_a_list():
    layers = [nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)]
    model = nn.Sequential(*layers)
    assert len(model) == 3 and list(model) == layers and model[-1] is layers[2]
    assert list(model[:2]) == layers[:2] and isinstance(model[:2], nn.Sequential)
    twelve = nn.Sequential(*[nn.Linear(1, 1) for _ in range(12)])
    assert [name for name, _ in twelve.named_children()] == [str(i) for i in range(12)]


def test_parameter_owns_floats_of_the_default_type():
    array = np.ones(2)
    assert not np.shares_memory(nn.Parameter(array).data, array)
    assert nn.Parameter(array).dtype == np.float64, "arrays keep theirs"
    assert nn.Parameter([1.0]).dtype == nn.Parameter([1]).dtype == nn.Parameter(np.array([1])).dtype == np.float32
    assert nn.Parameter([1.0]).requires_grad and not nn.Parameter([1.0], requires_grad=False).requires_grad


# ------------------------------------------------------------------------------------------- first weights

SHAPES = [(30, 50), (20, 10, 3, 3)]
FILLS = [("constant_", (0.3,), {}), ("zeros_", (), {}), ("ones_", (), {}), ("uniform_", (), {}),
         ("uniform_", (-2.0, 3.0), {}), ("normal_", (), {}), ("normal_", (2.0, 0.1), {}),
         ("xavier_uniform_", (), {}), ("xavier_uniform_", (5 / 3,), {}), ("xavier_normal_", (), {}),
         ("xavier_normal_", (2.0,), {}), ("kaiming_uniform_", (), {}),
         ("kaiming_uniform_", (math.sqrt(5),), {}), ("kaiming_uniform_", (0, "fan_out", "relu"), {}),
         ("kaiming_normal_", (), {}), ("kaiming_normal_", (), {"mode": "fan_out", "nonlinearity": "relu"}),
         ("kaiming_normal_", (0.2,), {"nonlinearity": "leaky_relu"})]


ELSEWHERE = {"eye_", "orthogonal_", "trunc_normal_"}  # not drawn number by number: test_norms.py


def test_every_initializer_has_a_case():
    public = {name for name in vars(init) if name.endswith("_") and not name.startswith("_")}
    assert {name for name, *_ in FILLS} | ELSEWHERE == public


class Recorder:
    """Stands for a generator and writes down which distribution was asked for."""

    def uniform(self, low, high, shape):
        self.asked = ("uniform", low, high)
        return np.zeros(shape)

    def normal(self, mean, std, shape):
        self.asked = ("normal", mean, std)
        return np.zeros(shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "arguments", "named"), FILLS)
def test_initializers_ask_for_pytorchs_distribution(name, arguments, named, shape, monkeypatch):
    """Exactly: the bounds, or the mean and standard deviation, that PyTorch passes to its own generator."""
    recorder, ours = Recorder(), nn.Parameter(np.full(shape, 9.0, np.float32))
    if name in ("constant_", "zeros_", "ones_"):
        theirs = getattr(torch.nn.init, name)(torch.empty(shape), *arguments)
        agree(getattr(init, name)(ours, *arguments), theirs, 1e-7)
        return
    asked = []
    monkeypatch.setattr(torch.Tensor, "uniform_", lambda self, a, b, **_: asked.append(("uniform", a, b)) or self)
    monkeypatch.setattr(torch.Tensor, "normal_", lambda self, m, s, **_: asked.append(("normal", m, s)) or self)
    getattr(torch.nn.init, name)(torch.empty(shape), *arguments, **named)
    getattr(init, name)(ours, *arguments, **named, rng=recorder)
    assert recorder.asked[0] == asked[0][0]
    agree(np.array(recorder.asked[1:]), np.array(asked[0][1:]), 1e-15)


@pytest.mark.parametrize("name", ["uniform_", "normal_", "xavier_uniform_", "xavier_normal_", "kaiming_uniform_",
                                  "kaiming_normal_"])
def test_random_initializers_fill_in_place_and_repeatably(name):
    parameter = nn.Parameter(np.zeros((4, 3), np.float32))
    data, fill = parameter.data, getattr(init, name)
    assert fill(parameter) is parameter and parameter.data is data and data.dtype == np.float32 and data.std() > 0
    first = data.copy()
    assert not np.array_equal(fill(parameter).data, first)
    dlcourse.manual_seed(0)
    assert np.array_equal(fill(parameter).data, first)
    own = [fill(nn.Parameter(np.zeros((4, 3))), rng=np.random.default_rng(9)).data for _ in range(2)]
    assert np.array_equal(*own)


@pytest.mark.parametrize("arguments", [("linear",), ("sigmoid",), ("tanh",), ("relu",), ("leaky_relu",),
                                       ("leaky_relu", 0.2), ("leaky_relu", 0)])
def test_gains(arguments):
    expected = torch.nn.init.calculate_gain(*arguments)
    assert init.calculate_gain(*arguments) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("shape", [*SHAPES, (1, 1), (4, 3, 5)])
def test_fans(shape):
    assert init.fans(np.zeros(shape)) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


def test_linear_starts_where_pytorchs_does():
    dtypes = {}
    for m, make in ((nn, np.asarray), (torch.nn, torch.Tensor.numpy)):
        layer = m.Linear(100, 300)
        for name, p in layer.named_parameters():
            values = make(p.detach())
            dtypes[name] = values.dtype
            assert 0.098 < values.max() <= 0.1 and -0.1 <= values.min() < -0.098
            assert abs(values.std() - 0.1 / math.sqrt(3)) < 0.003
    assert set(dtypes.values()) == {np.dtype(np.float32)}
    same = [nn.Linear(4, 3, rng=np.random.default_rng(2)).state_dict() for _ in range(2)]
    assert all(np.array_equal(same[0][name], same[1][name]) for name in ("weight", "bias"))
    dlcourse.set_default_dtype(np.float64)
    assert nn.Linear(4, 3).weight.dtype == nn.Linear(4, 3).bias.dtype == np.float64


def test_nn_functional_is_functional():
    assert F is dlcourse.functional


class Counting(nn.Module):
    """One buffer that is saved, one that is not, one that is not there."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter([1.0])
        self.register_buffer("seen", Tensor([2.0]))
        self.register_buffer("scratch", Tensor([3.0]), persistent=False)
        self.register_buffer("nothing", None)


def test_buffers_are_saved_if_they_persist_and_always_change_type():
    model = nn.Sequential(Counting(), Counting())
    assert list(model.state_dict()) == ["0.weight", "0.seen", "1.weight", "1.seen"]
    assert [name for name, _ in model.named_buffers()] == ["0.seen", "0.scratch", "1.seen", "1.scratch"]
    assert len(list(model.parameters())) == 2 and not hasattr(nn.Linear(1, 1), "seen")
    model.double()
    assert {t.dtype for t in [*model.parameters(), *model.buffers()]} == {np.dtype(np.float64)}
    array = model[0].seen.data
    model.load_state_dict({name: value + 1 for name, value in model.state_dict().items()})
    assert model[0].seen.data is array and array.tolist() == [3] and model[0].scratch.item() == 3


def test_loading_what_fits():
    model = Counting()
    missing, unexpected = model.load_state_dict({"seen": np.array([7.0]), "other": np.ones(2)}, strict=False)
    assert (missing, unexpected, model.seen.item()) == (["weight"], ["other"], 7)
