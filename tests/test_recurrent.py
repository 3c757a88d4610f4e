"""Why this file exists: a recurrent layer is many steps, layers and directions, and each may be taken wrongly.

Sizes are drawn at random and compared with PyTorch, whole sequences with single steps, and fused operations with their
slow forms. `test_layers.py` and `test_gradients.py` try a fixed list besides.
"""

import functools

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64, ours  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcourse
from dlcourse import Tensor, rnn, rnn_ops
from dlcourse.modules import Embedding
from dlcourse.tensor import SLOW_FORMS

KINDS = [rnn.RNN, rnn.LSTM, rnn.GRU]
CELLS = {rnn.RNN: rnn.RNNCell, rnn.LSTM: rnn.LSTMCell, rnn.GRU: rnn.GRUCell}
each_kind = pytest.mark.parametrize("kind", KINDS)
small = st.integers(1, 4)
RNG = np.random.default_rng(3)


def normal(*shape):
    return RNG.standard_normal(shape)


def flat(value):
    """The Tensors of nested tuples, in order."""
    return [t for v in value for t in flat(v)] if isinstance(value, tuple) else [value]


def state_for(kind, shape, make):
    """A first state, the same for the same shape: one array, or two for the LSTM."""
    rng = np.random.default_rng(5)
    arrays = [rng.standard_normal(shape) for _ in range(kind.states)]
    tensors = tuple(make(a, requires_grad=True) for a in arrays)
    return tensors if kind.states == 2 else tensors[0]


def run(layer, x, state):
    """All outputs, and the gradients of a weighted sum of them with respect to input, state and parameters."""
    values = flat(layer(x, state))
    total = sum((v * v).sum() * (k + 1) for k, v in enumerate(values))
    total.backward()
    return values + [t.grad for t in (x, *flat(state))] + [p.grad for _, p in layer.named_parameters()]


@settings(max_examples=15, deadline=None)
@given(kind=st.sampled_from(KINDS), N=small, T=small, D=small, H=small, layers=st.integers(1, 3), both=st.booleans(),
       bias=st.booleans())
def test_any_sizes_with_a_first_state(kind, N, T, D, H, layers, both, bias):
    options = {"num_layers": layers, "bidirectional": both, "bias": bias, "batch_first": True}
    layer = kind(D, H, **options).double()
    twin = getattr(torch.nn, kind.__name__)(D, H, **options).double()
    twin.load_state_dict({name: torch.from_numpy(a) for name, a in layer.state_dict().items()})
    x, shape = normal(N, T, D), (layers * (1 + both), N, H)
    got = run(layer, Tensor(x, requires_grad=True), state_for(kind, shape, Tensor))
    expected = run(twin, torch.tensor(x, requires_grad=True), state_for(kind, shape, torch.tensor))
    for a, b in zip(got, expected, strict=True):
        agree(a, b)


@settings(max_examples=20, deadline=None)
@given(name=st.sampled_from(["rnn tanh", "rnn relu", "lstm", "gru"]), N=st.integers(0, 4), T=small, H=small)
def test_fused_operations_equal_their_slow_forms(name, N, T, H):
    name, _, nonlinearity = name.partition(" ")
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[name]
    arrays = {"rnn": [normal(N, H)], "lstm": [normal(N, H), normal(N, H)], "gru": [normal(H), normal(N, H)]}[name]
    arrays = [normal(N, T, gates * H), normal(gates * H, H), *arrays]
    options = {"nonlinearity": nonlinearity} if nonlinearity else {}
    weights = normal(N, T + (name == "lstm"), H)
    fast, slow = (ours(functools.partial(function, **options), arrays, weights)
                  for function in (getattr(rnn_ops, name), SLOW_FORMS[name]))
    for a, b in zip([fast[0], *fast[1]], [slow[0], *slow[1]], strict=True):
        agree(a, b, 1e-12)


@each_kind
def test_a_cell_step_by_step_is_the_layer(kind, float64):  # noqa: F811
    layer, cell = kind(3, 4, batch_first=True), CELLS[kind](3, 4)
    cell.load_state_dict({name.removesuffix("_l0"): a for name, a in layer.state_dict().items()})
    x, state = normal(2, 5, 3), None
    outputs, last = layer(x)
    for t in range(5):
        state = cell(x[:, t], state)
        agree(flat(state)[0], outputs[:, t].detach(), 1e-14)
    for a, b in zip(flat(state), flat(last), strict=True):
        agree(a, b[0].detach(), 1e-14)


@each_kind
def test_one_direction_does_not_see_the_future_and_two_do(kind, float64):  # noqa: F811
    for both in (False, True):
        layer, x = kind(2, 3, batch_first=True, bidirectional=both), Tensor(normal(1, 6, 2), requires_grad=True)
        layer(x)[0][:, 2].sum().backward()
        assert np.all(x.grad[:, :3] != 0) and np.all(x.grad[:, 3:] != 0) == both
        assert both or not x.grad[:, 3:].any()


@each_kind
def test_memory_layout_does_not_matter(kind, float64):  # noqa: F811
    layer, x = kind(3, 4, 2, batch_first=True, bidirectional=True), normal(5, 2, 3)
    state = state_for(kind, (4, 2, 4), Tensor)
    expected = run(layer, Tensor(x.swapaxes(0, 1).copy(), requires_grad=True), state)
    layer.zero_grad()
    got = run(layer, Tensor(x.swapaxes(0, 1), requires_grad=True), state_for(kind, (4, 2, 4), Tensor))
    for a, b in zip(got, expected, strict=True):
        agree(a, b, 1e-13)


@pytest.mark.parametrize("vocabulary", [4, 100], ids=["folded", "looked up"])
@each_kind
def test_an_embedding_before_it_gets_pytorchs_gradient(kind, vocabulary, float64):  # noqa: F811
    """With fewer entries than letters, W_ih multiplies the table and not the letters."""
    table, layer = Embedding(vocabulary, 3), kind(3, 4, batch_first=True)
    index = np.random.default_rng(0).integers(0, vocabulary, (2, 6))
    layer(table(index))[0].sum().backward()
    twin = getattr(torch.nn, kind.__name__)(3, 4, batch_first=True).double()
    twin.load_state_dict({name: torch.from_numpy(a) for name, a in layer.state_dict().items()})
    weight = torch.tensor(table.weight.data, requires_grad=True)
    twin(torch.nn.functional.embedding(torch.from_numpy(index), weight))[0].sum().backward()
    agree(table.weight.grad, weight.grad)
    agree(layer.weight_ih_l0.grad, twin.weight_ih_l0.grad)


@each_kind
def test_dropout_acts_between_layers_and_only_in_training(kind, float64):  # noqa: F811
    x = normal(2, 4, 3)
    plain = kind(3, 4, 2, batch_first=True)
    layer = kind(3, 4, 2, batch_first=True, dropout=0.5, rng=np.random.default_rng(7))
    layer.load_state_dict(plain.state_dict())
    assert not np.allclose(layer(x)[0].data, plain(x)[0].data)
    agree(layer.eval()(x)[0].detach(), plain(x)[0].detach(), 0)
    all_dropped = kind(3, 4, 2, batch_first=True, dropout=1.0)
    all_dropped.load_state_dict(plain.state_dict())
    only_second = kind(4, 4, batch_first=True)
    only_second.load_state_dict({name.replace("_l1", "_l0"): a for name, a in plain.state_dict().items()
                                 if name.endswith("_l1")})
    agree(all_dropped(x)[0].detach(), only_second(np.zeros((2, 4, 4)))[0].detach(), 0)


@pytest.mark.parametrize("build", [lambda m: m.LSTM(5, 16, 2, batch_first=True, bidirectional=True),
                                   lambda m: m.GRUCell(5, 16), lambda m: m.RNN(50, 16, batch_first=True)])
def test_first_weights_are_uniform_within_one_over_the_root_of_h(build):
    for p in build(rnn).parameters():
        assert p.dtype == np.float32 and np.abs(p.data).max() <= 0.25
        assert p.data.size < 200 or (p.data.max() > 0.24 and p.data.min() < -0.24)
    dlcourse.manual_seed(1)
    first = build(rnn).state_dict()
    dlcourse.manual_seed(1)
    assert all(np.array_equal(a, first[name]) for name, a in build(rnn).state_dict().items())


def test_arrays_do_not_change_the_type_of_the_network():
    x, h = np.ones((2, 3, 4)), np.zeros((1, 2, 5))
    for layer, inputs in ((rnn.RNN(4, 5, batch_first=True), (x, h)), (rnn.LSTM(4, 5, batch_first=True), (x, (h, h))),
                          (rnn.GRU(4, 5, batch_first=True), (Tensor(x.astype(np.float32)), h))):
        assert layer(*inputs)[0].dtype == np.float32
    assert rnn.GRUCell(4, 5)(x[:, 0], h[0]).dtype == np.float32


X = np.zeros((2, 3, 4))


@pytest.mark.parametrize(("act", "message"), [
    (lambda: rnn.LSTM(4, 5), r"LSTM expected batch_first=True: sequences are \(N, T, D\) here"),
    (lambda: rnn.RNN(4, 5, nonlinearity="sigmoid", batch_first=True), 'expected nonlinearity "tanh" or "relu"'),
    (lambda: rnn.GRU(4, 0, batch_first=True), "hidden_size and num_layers of at least 1, got 0 and 1"),
    (lambda: rnn.GRU(4, 5, 2, batch_first=True, dropout=2)(X), "from 0 to 1, got 2"),
    (lambda: rnn.LSTM(4, 5, batch_first=True)(X[0]), r"\(N, T, 4\) .* got \(3, 4\): for one sequence, x\[None\]"),
    (lambda: rnn.LSTM(4, 5, batch_first=True)(X[:, :0]), r"with T of at least 1, got \(2, 0, 4\)$"),
    (lambda: rnn.RNN(3, 5, batch_first=True)(X), r"RNN expected \(N, T, 3\) .* got \(2, 3, 4\)$"),
    (lambda: rnn.RNN(4, 5, batch_first=True)(X, X), r"an array of shape \(1, 2, 5\), got \[\(2, 3, 4\)\]"),
    (lambda: rnn.LSTM(4, 5, batch_first=True)(X, np.zeros((1, 2, 5))), r"\(h, c\), each of shape \(1, 2, 5\), got"),
    (lambda: rnn.GRUCell(4, 5)(X), r"GRUCell expected \(N, 4\), got \(2, 3, 4\): a cell takes one step, x\[:, t\]"),
    (lambda: rnn.GRUCell(4, 5)(X[0, 0]), r"got \(4,\): x\[None\]"),
    (lambda: rnn.LSTMCell(4, 5)(X[0], X[0]), r"\(h, c\), each of shape \(3, 5\), got \[\(3, 4\)\]"),
])
def test_errors_say_what_to_do(act, message):
    with pytest.raises(ValueError, match=message):
        act()


def test_dropout_without_a_between_warns_as_pytorch_does():
    for library in (rnn, torch.nn):
        with pytest.warns(UserWarning, match="num_layers"):
            library.LSTM(3, 4, batch_first=True, dropout=0.5)
