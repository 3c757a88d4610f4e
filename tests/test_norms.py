"""Why this file exists: normalizations keep state, take shortcuts through memory and meet awkward batches.

Here are the running moments over many batches, the pieces in which a batch is worked on, what each norm does not notice
by its purpose, the first weights that have a structure, and the errors. That each equals its twin is tested with all
the other operations and layers.
"""

import math

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, float64, leaf, ours  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dlcourse import Tensor, init, machine, no_grad, norm_ops
from dlcourse import functional as F
from dlcourse.activations import ReLU
from dlcourse.modules import Parameter
from dlcourse.norm_ops import batch_norm, batch_norm_by_steps, group_norm, layer_norm
from dlcourse.norms import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm

RNG = np.random.default_rng(13)


def normal(*shape):
    return RNG.standard_normal(shape)


# ------------------------------------------------------------------------------------------- running moments


@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
@pytest.mark.parametrize(("norm", "shape"), [(BatchNorm1d, (3,)), (BatchNorm1d, (3, 4)), (BatchNorm2d, (3, 2, 5))])
def test_running_moments_over_batches_of_different_sizes(norm, shape, momentum, float64):  # noqa: F811
    model = norm(3, momentum=momentum)
    twin = getattr(torch.nn, norm.__name__)(3, momentum=momentum).double()
    held = [(buffer, buffer.data) for buffer in (model.running_mean, model.running_var, model.num_batches_tracked)]
    for N in (5, 2, 8, 3):
        x = 4 + 2 * normal(N, *shape)
        agree(model(Tensor(x)), twin(torch.tensor(x)))
    now = [model.running_mean, model.running_var, model.num_batches_tracked]
    assert all(a is b and a.data is data for a, (b, data) in zip(now, held, strict=True)), "changed in place, as there"
    for buffer in ("running_mean", "running_var", "num_batches_tracked"):
        agree(getattr(model, buffer).data, getattr(twin, buffer))
    assert model.num_batches_tracked.item() == 4
    before = model.state_dict()
    model.eval(), twin.eval()
    x = normal(1, *shape)
    agree(model(Tensor(x)), twin(torch.tensor(x)))
    assert all(np.array_equal(array, before[key]) for key, array in model.state_dict().items()), "evaluation learns"


def test_momentum_none_averages_the_batches(float64):  # noqa: F811
    model, batches = BatchNorm1d(2, momentum=None), [normal(4, 2) for _ in range(3)]
    for x in batches:
        model(x)
    agree(model.running_mean.data, np.mean([x.mean(axis=0) for x in batches], axis=0))
    agree(model.running_var.data, np.mean([x.var(axis=0, ddof=1) for x in batches], axis=0))


def test_running_moments_may_be_arrays_and_one_of_them_may_be_missing():
    x, mean = normal(4, 3), np.zeros(3)
    F.batch_norm(Tensor(x), mean, None, training=True, momentum=1.0)
    agree(mean, x.mean(axis=0))


def test_moments_of_whole_numbers_are_not_whole():
    """In evaluation, too, running moments must not be cut off to the type of the input."""
    model, x = BatchNorm1d(2), np.array([[1, -4], [2, 6], [6, 0]])
    for training in (True, False):
        model.train(training)
        agree(model(Tensor(x)).detach(), model(Tensor(x.astype(np.float32))).detach() if not training else
              (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5), 1e-6)
    agree(model.running_mean.data, 0.1 * x.mean(axis=0), 1e-6)


@pytest.mark.parametrize("function", [
    F.normalize, lambda x: F.layer_norm(x, (4,)), lambda x: F.group_norm(x, 2), F.softmax, F.log_softmax, F.relu, F.elu,
    lambda x: x.clamp(-1, 1), lambda x: F.batch_norm(x, None, None, training=True), lambda x: x.max(1).values, F.gelu,
    lambda x: F.max_pool1d(x[None], 2), lambda x: F.cross_entropy(x, np.array([0, 1, 3]), reduction="none"),
    lambda x: F.scaled_dot_product_attention(x, x, x), F.leaky_relu, F.softplus, F.silu])
@pytest.mark.filterwarnings("ignore:invalid value encountered in logaddexp:RuntimeWarning")
def test_nan_is_not_hidden(function):
    x = normal(3, 4)
    x[1, 2] = np.nan
    assert np.isnan(function(Tensor(x)).data).any()
    assert np.isnan(F.normalize(Tensor(x)).data[1]).all()  # the length of the row is not known


def test_an_empty_batch_changes_nothing():
    model = BatchNorm1d(3)
    x = leaf(np.zeros((0, 3)), dtype=np.float32)
    model(x).sum().backward()
    assert x.grad.shape == (0, 3) and not model.weight.grad.any()
    assert model.running_mean.data.tolist() == [0, 0, 0] and model.running_var.data.tolist() == [1, 1, 1]


# ------------------------------------------------------------------------------------------- pieces and memory


@pytest.fixture
def small_pieces(monkeypatch):
    """Pieces so small that even a test's batch is cut."""
    monkeypatch.setattr(norm_ops, "BLOCK", 24)
    monkeypatch.setattr(norm_ops, "ROW", 6)
    norm_ops._rows_joined.cache_clear()
    yield
    norm_ops._rows_joined.cache_clear()


@pytest.mark.parametrize("shape", [(7, 3), (12, 4), (1, 30), (5, 2, 3), (13, 1, 1), (4, 3, 2, 5), (6, 5, 1, 7)])
def test_a_batch_in_pieces_is_the_batch(shape, small_pieces):
    arrays = [2 + normal(*shape), normal(shape[1]), normal(shape[1])]
    if shape[0] == 1:
        arrays[0] = np.concatenate([arrays[0], normal(*shape)])
    weights = normal(*arrays[0].shape)
    value, gradients = ours(batch_norm, arrays, weights)
    expected, expected_gradients = ours(batch_norm_by_steps, arrays, weights)
    for got, wanted in zip([value, *gradients], [expected, *expected_gradients], strict=True):
        agree(got, wanted, 1e-11)


def test_pieces_share_out_evenly():
    """Joined rows leave no rest and reach the length that NumPy likes, where the batch allows it."""
    for M in (1, 7, 64, 797, 2048, 12544, 32768):
        for C in (1, 3, 16, 64, 512, 10000):
            joined = norm_ops._rows_joined(M, C)
            assert M % joined == 0
    assert norm_ops._rows_joined(32768, 64) * 64 == norm_ops._rows_joined(2048, 512) * 512 == norm_ops.ROW


def test_threads_change_nothing(small_pieces, monkeypatch):
    monkeypatch.setattr(machine, "WORTH_IT", 1)
    x, w, b, g = normal(8, 3, 4, 4).astype(np.float32), *normal(2, 3).astype(np.float32), normal(8, 3, 4, 4)
    results = []
    try:
        for threads in (1, 2):
            machine.set_num_threads(threads)
            value, gradients = ours(batch_norm, [x, w, b], g.astype(np.float32))
            results.append([value, *gradients])
    finally:
        machine.set_num_threads(1)
    assert all(map(np.array_equal, *results))


@pytest.mark.parametrize("training", [True, False])
def test_channels_that_lie_last_in_memory_stay_there(training):
    """A convolution leaves them so, and the next one wants them so: no copy in between."""
    x = leaf(normal(4, 5, 6, 3).transpose(0, 3, 1, 2))
    y = batch_norm(x, np.ones(3), np.zeros(3), training=training, moments=np.ones((2, 3)))
    y.sum().backward()
    assert y.shape == (4, 3, 5, 6) and y.data.transpose(0, 2, 3, 1).flags.c_contiguous


def test_moments_receive_those_of_the_batch():
    x, moments = normal(6, 3, 2), np.zeros((2, 3))
    batch_norm(Tensor(x), np.ones(3), np.zeros(3), moments=moments)
    agree(moments, np.array([x.mean(axis=(0, 2)), x.var(axis=(0, 2))]), 1e-13)


@pytest.mark.parametrize(("name", "function", "shape"), [
    ("batch_norm", lambda f, x, w, b: f.batch_norm(x, None, None, w, b, True), (32, 8, 8, 8)),
    ("layer_norm", lambda f, x, w, b: f.layer_norm(x, (8,), w, b), (32, 16, 8)),
    ("group_norm", lambda f, x, w, b: f.group_norm(x, 2, w, b), (32, 8, 8))])
def test_a_large_mean_costs_float32_no_more_digits_than_in_pytorch(name, function, shape):
    """Mean 100, deviation 1: two digits are lost in any case; the errors are compared with those of PyTorch."""
    arrays = [100 + normal(*shape), 1 + normal(8) / 10, normal(8)]
    arrays, weights = [a.astype(np.float32) for a in arrays], (0.5 + normal(*shape)).astype(np.float32)

    def theirs(dtype):
        leaves = [torch.tensor(a, dtype=dtype, requires_grad=True) for a in arrays]
        value = function(torch.nn.functional, *leaves)
        value.backward(torch.tensor(weights, dtype=dtype))
        return [value.detach().numpy(), *(t.grad.numpy() for t in leaves)]

    value, gradients = ours(lambda *a: function(F, *a), arrays, weights)
    for got, their, exact in zip([value, *gradients], theirs(torch.float32), theirs(torch.float64), strict=True):
        error, their_error = (np.sqrt(np.mean((a - exact) ** 2)) for a in (got, their))
        assert error <= 2 * their_error + 1e-6 * np.abs(exact).max()


# ------------------------------------------------------------------------------------------- what they are for


@given(N=st.integers(1, 6), D=st.integers(2, 9), scale=st.floats(0.1, 100), shift=st.floats(-100, 100))
def test_layer_norm_does_not_notice_the_scale_of_a_row(N, D, scale, shift):
    x = np.random.default_rng(N + 10 * D).standard_normal((N, D))
    y = layer_norm(Tensor(x), np.ones(D), np.zeros(D), eps=0.0).data
    agree(y.mean(axis=1), np.zeros(N), 1e-12)
    agree(y.var(axis=1), np.ones(N), 1e-12)
    agree(layer_norm(Tensor(scale * x + shift), np.ones(D), np.zeros(D), eps=0.0).data, y, 1e-9)


@given(N=st.integers(2, 6), C=st.integers(1, 5), T=st.integers(1, 4))
def test_batch_norm_does_not_notice_the_scale_of_a_channel(N, C, T):
    rng = np.random.default_rng(N + 10 * C + 100 * T)
    x, scale, shift = rng.standard_normal((N, C, T)), rng.uniform(0.5, 2, (C, 1)), rng.standard_normal((C, 1))
    y = batch_norm(Tensor(x), np.ones(C), np.zeros(C), eps=0.0).data
    agree(y.mean(axis=(0, 2)), np.zeros(C), 1e-12)
    agree(y.var(axis=(0, 2)), np.ones(C), 1e-12)
    agree(batch_norm(Tensor(scale * x + shift), np.ones(C), np.zeros(C), eps=0.0).data, y, 1e-9)


@given(N=st.integers(1, 3), G=st.integers(1, 3), size=st.integers(1, 3), T=st.integers(2, 4))
def test_group_norm_lies_between_layer_norm_and_instance_norm(N, G, size, T):
    """One group normalizes the whole example; as many groups as channels, each channel of each example by itself."""
    x = np.random.default_rng(0).standard_normal((N, G * size, T))
    one, zero = np.ones(G * size), np.zeros(G * size)
    whole = layer_norm(Tensor(x), np.ones(x.shape[1:]), np.zeros(x.shape[1:])).data
    agree(group_norm(Tensor(x), one, zero, num_groups=1).data, whole, 1e-13)
    single = layer_norm(Tensor(x), np.ones(T), np.zeros(T)).data
    agree(group_norm(Tensor(x), one, zero, num_groups=G * size).data, single, 1e-13)


def test_only_batch_norm_looks_at_the_rest_of_the_batch():
    x, other = normal(4, 6), normal(4, 6)
    other[0] = x[0]
    for model, looks in [(BatchNorm1d(6), True), (LayerNorm(6), False), (GroupNorm(2, 6), False)]:
        with no_grad():
            assert np.array_equal(model(Tensor(x)).data[0], model(Tensor(other)).data[0]) != looks


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(("mistake", "message"), [
    (lambda: BatchNorm1d(3)(np.ones((2, 4))), r"BatchNorm1d expected \(N, 3\) or \(N, 3, T\), got \(2, 4\)"),
    (lambda: BatchNorm1d(3)(np.ones((2, 3, 1, 1))), r"BatchNorm1d expected .*got \(2, 3, 1, 1\)"),
    (lambda: BatchNorm2d(3)(np.ones((2, 3))), r"BatchNorm2d expected \(N, 3, h, w\), got \(2, 3\)"),
    (lambda: BatchNorm1d(3)(np.ones((1, 3))), "more than one value per channel in training"),
    (lambda: LayerNorm((2, 3))(np.ones((4, 3))), r"layer_norm expected \(..., 2, 3\), got \(4, 3\)"),
    (lambda: GroupNorm(2, 5), "multiple of num_groups, got 5 channels in 2 groups"),
    (lambda: GroupNorm(2, 4)(np.ones((2, 6))), r"GroupNorm expected \(N, 4, ...\), got \(2, 6\)"),
    (lambda: init.eye_(Parameter(np.ones(3))), r"eye_ expected a matrix, got \(3,\)"),
    (lambda: init.orthogonal_(Parameter(np.ones(3))), r"orthogonal_ expected a weight of two or more axes, got \(3,\)"),
    (lambda: init.trunc_normal_(Parameter(np.ones(3)), a=2.0, b=-2.0), "a < b .* got 2.0 and -2.0"),
])
def test_errors_say_what_was_expected(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()


def test_a_single_example_is_no_mistake_in_evaluation():
    x = np.ones((1, 3), np.float32)
    agree(BatchNorm1d(3).eval()(x), torch.nn.BatchNorm1d(3).eval()(torch.tensor(x)), 1e-7)
    with pytest.raises(ValueError, match="more than one value"):
        BatchNorm1d(3, track_running_stats=False).eval()(x)


def test_inplace_is_accepted_and_changes_nothing():
    x = np.array([-1.0, 2.0])
    ReLU(inplace=True)(Tensor(x))
    assert x.tolist() == [-1, 2]


# ------------------------------------------------------------------------------------------- structured first weights


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (6, 2), (4, 2, 3, 3), (40, 2, 3), (1, 1), (0, 3)])
@pytest.mark.parametrize("gain", [1.0, math.sqrt(2)])
def test_orthogonal_is_pytorchs_for_the_same_normal_numbers(shape, gain, monkeypatch):
    drawn = RNG.standard_normal((shape[0], math.prod(shape[1:])))

    class Known:
        def normal(self, mean, std, shape):
            assert (mean, std) == (0, 1)
            return drawn

    monkeypatch.setattr(torch.Tensor, "normal_", lambda self, *_, **__: self.copy_(torch.tensor(drawn)))
    expected = torch.nn.init.orthogonal_(torch.zeros(shape, dtype=torch.float64), gain)
    ours = Parameter(np.zeros(shape))
    assert init.orthogonal_(ours, gain, rng=Known()) is ours
    agree(ours.data, expected)


def test_orthogonal_matrices_are_all_equally_likely():
    """The first element is as often negative as positive, and the mean is 0; 400 draws, four standard errors."""
    rng = np.random.default_rng(2)
    drawn = np.array([init.orthogonal_(Parameter(np.zeros((3, 3))), rng=rng).data for _ in range(400)])
    agree(drawn @ drawn.transpose(0, 2, 1), np.broadcast_to(np.eye(3), drawn.shape), 1e-13)
    assert (np.abs(drawn.mean(axis=0)) < 4 / math.sqrt(3 * 400)).all()


@pytest.mark.parametrize("arguments", [(), (0.0, 0.02), (1.0, 2.0, 0.5, 4.0), (0.0, 1.0, 1.0, 1.5)])
def test_truncated_normals_have_their_distribution(arguments):
    """Kolmogorov's test against SciPy's distribution; without the truncation, or with clipping instead, it fails."""
    mean, std, a, b = [*arguments, *(0.0, 1.0, -2.0, 2.0)[len(arguments):]]
    parameter = Parameter(np.zeros((50, 80), np.float32))
    assert init.trunc_normal_(parameter, *arguments) is parameter and parameter.dtype == np.float32
    values = parameter.data.ravel()
    assert a <= values.min() and values.max() <= b
    expected = stats.truncnorm((a - mean) / std, (b - mean) / std, mean, std)
    assert stats.kstest(values, expected.cdf).pvalue > 0.01
    again = init.trunc_normal_(Parameter(np.zeros((50, 80), np.float32)), *arguments).data
    assert not np.array_equal(again, parameter.data)


def test_a_truncated_normal_ends_where_it_says_even_if_the_draw_is_0():
    class Lowest:
        def uniform(self, low, high, shape):
            return np.full(shape, low)

    assert init.trunc_normal_(Parameter(np.zeros(2)), a=-50.0, b=0.0, rng=Lowest()).data.tolist() == [-50, -50]


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (0, 3)])
def test_eye(shape):
    agree(init.eye_(Parameter(np.full(shape, 7.0))).data, torch.nn.init.eye_(torch.empty(shape, dtype=torch.float64)))


@pytest.mark.parametrize("name", [*init.GAINS, "leaky_relu"])
def test_every_gain_is_pytorchs(name):
    assert init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name), rel=1e-15)


def test_an_unknown_gain_names_the_known_ones():
    with pytest.raises(ValueError, match="expected one of .*'selu', 'conv1d'.*'leaky_relu'.*got 'gelu'"):
        init.calculate_gain("gelu")
    with pytest.raises(ValueError, match="Unsupported nonlinearity gelu"):
        torch.nn.init.calculate_gain("gelu")
