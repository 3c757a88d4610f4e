"""Why this file exists: the instruments of chapter 7 are checked against PyTorch, backward, SciPy and slow forms."""

import numpy as np
import pytest
import torch
from scipy.signal import lfilter

from dlcourse import Tensor, nn, recurrence, rnn_ops
from dlcourse.studies.chapter_1 import in_float64

TOLERANCE = {"rtol": 1e-10, "atol": 1e-12}


def rng():
    return np.random.default_rng(0)


# ---------------------------------------------------------------------------------------------- Jacobians


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_product_of_jacobians_is_what_backward_finds(nonlinearity):
    """dh_T / dh_0 row by row: a batch of H equal sequences, each with the gradient of another unit."""
    H, T = 5, 7
    z, weight, first = rng().normal(size=(T, H)), rng().normal(size=(H, H)), rng().normal(size=H)
    leaf = Tensor(np.tile(first, (H, 1)), requires_grad=True)
    states = rnn_ops.rnn(Tensor(np.tile(z, (H, 1, 1))), Tensor(weight), leaf, nonlinearity=nonlinearity)
    (states[:, -1] * np.eye(H)).sum().backward()
    jacobians = recurrence.recurrent_jacobians(states.data[0], weight, nonlinearity)
    product = np.eye(H)
    for jacobian in jacobians:
        product = jacobian @ product
    np.testing.assert_allclose(product, leaf.grad, **TOLERANCE)
    norms = recurrence.product_norms(jacobians)
    assert norms.shape == (T,)
    assert norms[0] == pytest.approx(np.linalg.norm(jacobians[-1], 2), rel=1e-12)
    assert norms[-1] == pytest.approx(np.linalg.norm(leaf.grad, 2), rel=1e-10)


def test_a_linear_recurrence_has_powers_of_its_matrix():
    weight = recurrence.with_radius(rng().normal(size=(6, 6)), 0.9)
    assert recurrence.spectral_radius(weight) == pytest.approx(0.9, rel=1e-12)
    jacobians = recurrence.recurrent_jacobians(np.ones((4, 6)), weight, "identity")
    expected = [np.linalg.norm(np.linalg.matrix_power(weight, k), 2) for k in range(1, 5)]
    np.testing.assert_allclose(recurrence.product_norms(jacobians), expected, **TOLERANCE)


def test_errors_of_the_jacobians_say_what_to_do():
    with pytest.raises(ValueError, match="nonlinearity of .*'tanh'.*got 'sin'"):
        recurrence.recurrent_jacobians(np.ones((3, 2)), np.eye(2), "sin")
    with pytest.raises(ValueError, match=r"states \(T, H\).*got \(2, 3, 2\).*one sequence after the other"):
        recurrence.recurrent_jacobians(np.ones((2, 3, 2)), np.eye(2))
    with pytest.raises(ValueError, match="states"):
        recurrence.recurrent_jacobians(np.ones((3, 4)), np.eye(2))


# ---------------------------------------------------------------------------------------------- first weights


@in_float64()
def test_the_identity_passes_a_state_on():
    rnn = recurrence.identity_(nn.RNN(3, 4, nonlinearity="relu", batch_first=True, rng=rng()))
    first = np.abs(rng().normal(size=(1, 2, 4)))
    states, _ = rnn(np.zeros((2, 6, 3)), first)
    np.testing.assert_array_equal(states.data, np.tile(first[0][:, None], (1, 6, 1)))


@in_float64()
def test_the_forget_gates_of_pytorch_begin_with_this_bias_too():
    """Read zeros from zero states: the cell keeps sigmoid(bias) of itself."""
    lstm = recurrence.forget_bias_(nn.LSTM(3, 4, batch_first=True, rng=rng()), 2.0)
    lstm.bias_ih_l0.data[8:12] = lstm.bias_hh_l0.data[8:12] = 0  # no proposal
    twin = torch.nn.LSTM(3, 4, batch_first=True, dtype=torch.float64)
    twin.load_state_dict({name: torch.from_numpy(value) for name, value in lstm.state_dict().items()})
    cell, nothing = np.ones((1, 1, 4)), torch.zeros(1, 1, 4, dtype=torch.float64)
    _, (_, kept) = lstm(np.zeros((1, 1, 3)), (0 * cell, cell))
    np.testing.assert_allclose(kept.data, 1 / (1 + np.exp(-2.0)), **TOLERANCE)
    with torch.no_grad():
        _, (_, theirs) = twin(nothing[:, :, :3], (nothing, nothing + 1))
    np.testing.assert_allclose(kept.data, theirs.numpy(), **TOLERANCE)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: recurrence.identity_(nn.RNN(2, 3, batch_first=True)), 'nonlinearity="relu" and bias=True'),
        (lambda: recurrence.identity_(nn.GRU(2, 3, batch_first=True)), "nn.RNN of one layer"),
        (lambda: recurrence.forget_bias_(nn.LSTM(2, 3, 2, batch_first=True), 1.0), "nn.LSTM of one layer"),
        (lambda: recurrence.forget_bias_(nn.LSTM(2, 3, bias=False, batch_first=True), 1.0), "bias=True"),
        (lambda: recurrence.FixedGatesLSTM(2, 3, fixed={"g": 1}), "gates i, f, o, each at 0 or 1, got {'g': 1}"),
        (lambda: recurrence.FixedGatesLSTM(2, 3, fixed={"f": 0.5}), "at 0 or 1"),
        (lambda: recurrence.DiagonalRecurrence(3, 0.9, 1.0), "0 < fastest < slowest < 1, got 0.9 and 1.0"),
        (lambda: recurrence.DiagonalRecurrence(3)(np.ones((2, 5, 4))), r"expected \(N, T, 3\), got \(2, 5, 4\)"),
    ],
)
def test_errors_say_what_was_expected(made, message):
    with pytest.raises(ValueError, match=message):
        made()


# ---------------------------------------------------------------------------------------------- fixed gates


@in_float64()
@pytest.mark.parametrize("fixed", [{}, {"i": 1}, {"f": 0}, {"f": 1, "o": 1}, {"i": 0}])
def test_fixed_gates_follow_the_equations(fixed):
    """Against the equations of the cell in plain NumPy, with the gate replaced by its number; and it learns nothing."""
    H = 4
    lstm = recurrence.FixedGatesLSTM(3, H, fixed=fixed, rng=rng())
    x = rng().normal(size=(2, 5, 3))
    outputs, (_, last) = lstm(x)
    weights = [getattr(lstm, f"{name}_l0").data for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    h = c = np.zeros((2, H))
    for t in range(5):
        z = x[:, t] @ weights[0].T + h @ weights[1].T + weights[2] + weights[3]
        gate = dict(zip("ifgo", np.split(z, 4, axis=1), strict=True))
        i, f, o = (np.full((2, H), float(fixed[k])) if k in fixed else 1 / (1 + np.exp(-gate[k])) for k in "ifo")
        c = f * c + i * np.tanh(gate["g"])
        h = o * np.tanh(c)
        np.testing.assert_allclose(outputs.data[:, t], h, **TOLERANCE)
    np.testing.assert_allclose(last.data[0], c, **TOLERANCE)
    outputs.sum().backward()
    for k, name in enumerate("ifgo"):
        learns = np.abs(lstm.weight_hh_l0.grad[k * H : (k + 1) * H]).max()
        # with i at 0 the cell stays empty, so nothing can be learned by anybody
        assert (learns == 0) == (name in fixed or fixed.get("i") == 0), name


# ---------------------------------------------------------------------------------------------- linear and diagonal


@pytest.mark.parametrize("T", [1, 2, 7, 64, 100])
def test_three_ways_of_a_linear_recurrence_agree_with_scipy(T):
    decay, u = np.array([0.0, 0.5, 0.99, -0.7, 1.0]), rng().normal(size=(2, T, 5))
    expected = np.stack([lfilter([1.0], [1.0, -a], u[:, :, k], axis=1) for k, a in enumerate(decay)], axis=2)
    for way in (recurrence.linear_by_steps, recurrence.linear_by_convolution):
        np.testing.assert_allclose(way(decay, u), expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(recurrence.linear_scan(decay, u).data, expected, rtol=1e-10, atol=1e-10)


@in_float64()
def test_the_gradients_of_the_scan_are_those_of_pytorch_stepping():
    values = {"decay": rng().uniform(0.5, 1, 3), "u": rng().normal(size=(2, 9, 3)), "g": rng().normal(size=(2, 9, 3))}
    ours = {name: Tensor(values[name], requires_grad=True) for name in ("decay", "u")}
    (recurrence.linear_scan(ours["decay"], ours["u"]) * values["g"]).sum().backward()
    theirs = {name: torch.tensor(values[name], requires_grad=True) for name in ("decay", "u")}
    h, states = torch.zeros(2, 3, dtype=torch.float64), []
    for t in range(9):
        h = theirs["decay"] * h + theirs["u"][:, t]
        states.append(h)
    (torch.stack(states, 1) * torch.from_numpy(values["g"])).sum().backward()
    for name in ours:
        np.testing.assert_allclose(ours[name].grad, theirs[name].grad.numpy(), **TOLERANCE)


@in_float64()
def test_a_diagonal_recurrence_keeps_the_size_of_what_it_reads():
    layer = recurrence.DiagonalRecurrence(50, rng=rng())
    decay = layer.decay().data
    assert 0.9 < decay.min() < 0.93 and 0.99 < decay.max() < 0.999
    u = rng().normal(size=(4, 4000, 50))
    assert layer(Tensor(u)).data[:, 2000:].std() == pytest.approx(1, abs=0.1)
    layer.log_rate.data[...] = 5  # however it is trained, it stays a decay
    assert (layer.decay().data >= 0).all() and (layer.decay().data < 1e-20).all()


@in_float64()
def test_the_last_state_answers():
    reader = nn.GRU(2, 3, batch_first=True, rng=rng())
    model = recurrence.LastState(reader, 3, rng=rng())
    x = rng().normal(size=(4, 6, 2))
    expected = reader(x)[0].data[:, -1] @ model.out.weight.data[0] + model.out.bias.data
    np.testing.assert_allclose(model(x).data, expected, **TOLERANCE)
    plain = recurrence.LastState(nn.Sequential(nn.Linear(2, 3, rng=rng())), 3, rng=rng())
    assert plain(Tensor(x)).shape == (4,)
