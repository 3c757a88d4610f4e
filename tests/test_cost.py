"""Why this file exists: what is said about the cost of a network must be what a run costs."""

import tracemalloc

import numpy as np
import pytest
from engine_tools import engine_state, float64  # noqa: F401

from dlcourse import Tensor, einsum, manual_seed, nn, no_grad, optim
from dlcourse import functional as F
from dlcourse.cost import count
from dlcourse.tensor import OPS, default_generator


class Counted:
    """A number that counts its multiplications."""

    multiplications = 0

    def __init__(self, value):
        self.value = value

    def __mul__(self, other):
        Counted.multiplications += 1
        return Counted(self.value * other.value)

    def __add__(self, other):
        return Counted(self.value + getattr(other, "value", other))

    __radd__ = __add__


def counted(*shape):
    """An array of numbers that count."""
    array = np.empty(shape, object)
    for place in np.ndindex(shape):
        array[place] = Counted(1.0 + sum(place))
    return array


def multiplications(function):
    """How many multiplications of `Counted` numbers a call performs, and what it returns."""
    before = Counted.multiplications
    result = function()
    return Counted.multiplications - before, result


def mlp():
    return nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(),
                         nn.Linear(128, 10))


def images():
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, groups=2),
                         nn.GELU(), nn.Dropout(0.3), nn.Flatten(), nn.Linear(2304, 10))


MODELS = {
    "mlp": (mlp, (1000, 64)),
    "images": (images, (50, 1, 28, 28)),
    "lstm": (lambda: nn.LSTM(10, 20, batch_first=True), (50, 30, 10)),
    "gru": (lambda: nn.GRU(10, 20, batch_first=True), (50, 30, 10)),
    "transformer": (lambda: nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), (50, 30, 32)),
}


def example(name):
    make, shape = MODELS[name]
    manual_seed(0)
    return make(), np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("name", MODELS)
def test_the_bytes_kept_are_those_that_a_run_leaves_in_memory(name):
    model, x = example(name)
    expected, x = count(model, x).activations, Tensor(x)
    model(x)  # what is made once, such as scipy's functions, is made now
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        output = model(x)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert output is not None
    assert expected <= after - before <= 1.02 * expected + 20_000, "the arrays, and a few thousand bytes of Python"


@pytest.mark.parametrize("name", MODELS)
def test_parameters_are_those_of_the_model(name):
    model, x = example(name)
    assert count(model, x).parameters == sum(p.numel() for p in model.parameters())


def test_the_products_of_a_linear_layer_are_those_of_its_rule_on_numbers_that_count():
    x, weight, g = counted(5, 7), counted(3, 7), counted(5, 3)
    forward, (_, vjp) = multiplications(lambda: OPS["linear"].rule(x, weight))
    backward, _ = multiplications(lambda: [entry() for entry in vjp(g)[:2]])
    cost = count(nn.Sequential(nn.Linear(4, 7), nn.Linear(7, 3)), np.zeros((5, 4), np.float32))
    assert (cost.layers[1].forward, cost.layers[1].backward) == (forward, backward) == (105, 210)
    assert cost.layers[0].backward == cost.layers[0].forward, "nobody needs the gradient of the data"
    assert cost.flops == 2 * cost.forward == 2 * (5 * 4 * 7 + 105)


@pytest.mark.parametrize(("model", "shape", "forward"), [
    (lambda: nn.Conv2d(2, 6, 3), (4, 2, 8, 9), 4 * 6 * 6 * 7 * 2 * 9),
    (lambda: nn.Conv2d(4, 6, 3, groups=2, stride=2), (1, 4, 9, 9), 6 * 4 * 4 * 2 * 9),
    (lambda: nn.ConvTranspose2d(2, 3, 2, stride=2), (1, 2, 5, 5), 2 * 25 * 3 * 4),
    (lambda: nn.RNN(3, 5, batch_first=True), (2, 7, 3), 2 * 7 * (3 * 5 + 5 * 5)),
    (lambda: nn.LSTM(3, 5, batch_first=True), (2, 7, 3), 4 * 2 * 7 * (3 * 5 + 5 * 5)),
    (lambda: nn.GRU(3, 5, batch_first=True), (2, 7, 3), 3 * 2 * 7 * (3 * 5 + 5 * 5)),
    (lambda: nn.MultiheadAttention(8, 2, batch_first=True), (3, 6, 8), 3 * 6 * 8 * 8 * 4 + 2 * 3 * 2 * 6 * 6 * 4),
])
def test_products_follow_the_formulas(model, shape, forward):
    x = np.zeros(shape, np.float32)
    cost = count(model(), *([x] * 3 if "Attention" in repr(model()) else [x]))
    assert cost.forward == forward and forward <= cost.backward <= 2 * forward


class Residual(nn.Module):
    def __init__(self):
        self.inner = nn.Linear(4, 4)

    def forward(self, x):
        return x + self.inner(x) @ self.inner.weight + F.relu(x)


def test_a_layer_that_holds_layers_is_charged_for_what_it_does_itself():
    outer, inner = count(Residual(), np.zeros((3, 4), np.float32)).layers
    assert (outer.name, inner.name) == ("", "inner") and outer.forward == inner.forward == 48
    assert outer.parameters == 0 and inner.parameters == 20
    assert inner.activations == 3 * 4 * 4 and outer.activations >= 4 * 3 * 4 * 4


class Summed(nn.Module):
    def __init__(self):
        self.weight = nn.Parameter(np.ones((4, 5)))

    def forward(self, x):
        return einsum("nd,dk->nk", Tensor(x), self.weight), x


def test_einsum_is_counted_by_its_letters_and_a_tuple_of_outputs_is_followed():
    cost = count(Summed(), np.zeros((3, 4)))
    assert (cost.forward, cost.backward) == (60, 60)


def test_a_frozen_layer_keeps_nothing_and_costs_nothing_on_the_way_back():
    model, x = example("mlp")
    model[:3].requires_grad_(False)
    cost = count(model, x)
    rows = {layer.name: layer for layer in cost.layers}
    assert "2" not in rows, "the activation has no parameters, multiplies nothing, and keeps nothing now"
    assert rows["0"].forward > rows["0"].backward == rows["0"].activations == rows["1"].activations == 0
    third = rows["3"]
    assert third.backward == third.forward, "its input needs no gradient"
    assert third.activations >= 2 * 1000 * 128 * 4, "its frozen input is kept for the gradient of its weights"


def test_a_shared_layer_has_its_parameters_once_and_its_products_twice():
    layer = nn.Linear(4, 4)
    cost = count(nn.Sequential(layer, nn.ReLU(), layer), np.zeros((3, 4), np.float32))
    assert cost.parameters == 20 and cost.forward == 2 * 48


class Heads(nn.Module):
    def __init__(self, hidden):
        self.first, self.second, self.spare = nn.Linear(4, 5), nn.Linear(4, 6), nn.Linear(7, 8)
        self.hidden = hidden

    def forward(self, x):
        if self.hidden:
            with no_grad():
                return self.first(x)
        return {"first": self.first(x), "rest": [self.second(x), (self.second(x), None)]}


def test_a_dictionary_of_outputs_is_followed_and_a_layer_that_is_not_called_has_its_parameters():
    cost = count(Heads(hidden=False), np.zeros((3, 4), np.float32))
    assert cost.forward == 3 * 4 * 5 + 2 * 3 * 4 * 6
    assert cost.parameters == 25 + 30 + 64 and cost.layers[-1].name == "spare" and cost.layers[-1].forward == 0


def test_a_model_without_a_record_is_refused():
    with pytest.raises(TypeError, match="returns a recorded Tensor, got Tensor: does it run under no_grad"):
        count(Heads(hidden=True), np.zeros((3, 4), np.float32))


def test_counting_changes_nothing():
    model, x = example("images")
    model.append(nn.BatchNorm1d(10))
    before, mode = model.state_dict(), model.training
    optim.SGD(model.parameters(), lr=0.1)  # it has moved the parameters into one array
    expected = manual_seed(3).random()
    manual_seed(3)
    count(model, x)
    assert default_generator().random() == expected
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())
    assert model.training is mode and all(p.grad is None and p.requires_grad for p in model.parameters())
    assert not any("forward" in vars(module) for module in model.modules())


def test_the_table_names_every_layer_and_the_sum():
    model, x = example("mlp")
    first, *rows, last = str(count(model, x)).splitlines()
    assert first.split()[:2] == ["layer", "output"] and len({len(row) for row in [first, *rows, last]}) == 1
    assert [row.split()[1] for row in rows] == ["Linear", "BatchNorm1d", "ReLU", "Linear", "ReLU", "Linear"]
    assert last.split()[:3] == ["all", "26,378", "25,856,000"]
