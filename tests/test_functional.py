"""Why this file exists: whoever knows torch.nn.functional must be able to call ours without a thought.

Each function that both have is called with the same arguments by position; value and gradients are compared. Then come
the shortcuts that PyTorch does not take, what is random, and the errors.
"""

import inspect
import math

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, leaf, ours  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st

import dlcourse
from dlcourse import Tensor, no_grad
from dlcourse import functional as F
from dlcourse.testing import check_gradients

RNG = np.random.default_rng(7)
torch_F = torch.nn.functional


class Constant:
    """An argument that is not differentiated: targets, running moments, masks."""

    def __init__(self, array):
        self.array = np.asarray(array)


def normal(*shape):
    return RNG.standard_normal(shape)


def away(*shape):
    x = normal(*shape)
    return x + 0.1 * np.sign(x)


def chances(*shape):
    return RNG.uniform(0.1, 0.9, shape)


LABELS, BITS, MASK = Constant([0, 3, 1]), Constant(np.eye(3, 4)), Constant([[True, False, True], [False, True, True]])
TABLE, INDEX = normal(5, 3), Constant([[0, 4, 4], [1, 0, 2]])
ZERO_ROW = np.concatenate([normal(2, 4), np.zeros((1, 4))])
SIGNS = Constant([1.0, -1.0, 1.0])
MOMENTS = Constant(normal(4)), Constant(chances(4))

# function -> calls as (arguments, options); floating-point arrays are differentiated
CALLS = {
    "linear": [((normal(2, 4), normal(3, 4)), {}), ((normal(2, 5, 4), normal(3, 4), normal(3)), {})],
    "embedding": [((INDEX, TABLE), {}), ((INDEX, TABLE, 4), {}), ((INDEX, TABLE), {"padding_idx": -1})],
    "dropout": [((normal(3, 4), 0.0), {}), ((normal(3, 4), 1.0), {}), ((normal(3, 4), 0.7, False), {})],
    "dropout1d": [((normal(2, 3, 4), 1.0), {}), ((normal(2, 3, 4),), {"training": False})],
    "dropout2d": [((normal(2, 3, 4, 2), 1.0), {}), ((normal(2, 3, 4, 2),), {"training": False})],
    "softmax": [((normal(3, 4), 1), {}), ((normal(3, 4, 2),), {"dim": 0})],
    "log_softmax": [((normal(3, 4), 1), {}), ((normal(3, 4, 2),), {"dim": 0})],
    "relu": [((away(3, 4),), {})], "tanh": [((normal(3, 4),), {})], "sigmoid": [((normal(3, 4),), {})],
    "silu": [((normal(3, 4),), {})],
    "leaky_relu": [((away(3, 4),), {}), ((away(3, 4), 0.3), {})],
    "elu": [((away(3, 4),), {}), ((away(3, 4), 0.3), {})],
    "gelu": [((normal(3, 4),), {}), ((normal(3, 4),), {"approximate": "tanh"})],
    "softplus": [((normal(3, 4),), {}), ((3 * normal(3, 4), 2.0, 3.0), {}), ((40 * normal(3, 4),), {})],
    "batch_norm": [((normal(5, 4), None, None, normal(4), normal(4), True), {}),
                   ((normal(3, 4, 2), *MOMENTS, normal(4), normal(4)), {}), ((normal(3, 4, 2), *MOMENTS), {}),
                   ((normal(3, 4, 2, 2), None, None, normal(4), None, True, 0.1, 0.5), {})],
    "layer_norm": [((normal(3, 4), (4,)), {}), ((normal(2, 3, 4), (3, 4), normal(3, 4), normal(3, 4), 0.5), {}),
                   ((normal(3, 4), [4], normal(4)), {})],
    "group_norm": [((normal(3, 4), 2), {}), ((normal(3, 4, 5), 2, normal(4), normal(4), 0.5), {})],
    "normalize": [((normal(3, 4),), {}), ((ZERO_ROW,), {"dim": 1}), ((normal(3, 4), 1.0, 0), {}),
                  ((ZERO_ROW, 3.0), {}), ((normal(3, 4), math.inf), {}), ((1e-3 * normal(3, 4),), {"eps": 0.1}),
                  ((ZERO_ROW, 1.0, 1), {})],
    "scaled_dot_product_attention": [
        ((normal(2, 3), normal(4, 3), normal(4, 5)), {}), ((normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 1)), {}),
        ((normal(1, 2, 3, 4),) * 3, {"is_causal": True}), ((normal(2, 4), normal(3, 4), normal(3, 4), MASK), {}),
        ((normal(4, 4), normal(3, 4), normal(3, 4)), {"is_causal": True}),
        ((normal(5, 2, 4), normal(5, 3, 4), normal(5, 3, 2), Constant(normal(5, 1, 3))), {}),
        ((normal(2, 4), normal(3, 4), normal(3, 2), normal(2, 3)), {})],
    "conv1d": [((normal(2, 3, 6), normal(4, 3, 2), normal(4), 2, 1), {})],
    "conv2d": [((normal(2, 3, 5, 4), normal(4, 3, 2, 2), normal(4), 2, 1), {})],
    "conv_transpose1d": [((normal(2, 3, 4), normal(3, 2, 3), normal(2), 2, 1), {})],
    "conv_transpose2d": [((normal(2, 3, 4, 2), normal(3, 2, 3, 3), normal(2), 2, 1), {})],
    "max_pool1d": [((normal(2, 3, 6), 2), {})], "max_pool2d": [((normal(2, 3, 6, 4), 2), {})],
    "avg_pool1d": [((normal(2, 3, 6), 2), {})], "avg_pool2d": [((normal(2, 3, 6, 4), 2), {})],
    "adaptive_avg_pool1d": [((normal(2, 3, 6), 4), {})], "adaptive_avg_pool2d": [((normal(2, 3, 6, 4), (4, 3)), {})],
    "adaptive_max_pool2d": [((normal(2, 3, 6, 4), (4, 3)), {})],
    "pad": [((normal(2, 3), (1, 2)), {}), ((normal(2, 3), (1, 0, 0, 2), "constant", 2.0), {})],
    "unfold": [((normal(2, 3, 5, 4), 2), {})],
    "cross_entropy": [((normal(3, 4), LABELS), {})],
    "nll_loss": [((normal(3, 4), LABELS), {})],
    "binary_cross_entropy": [((chances(3, 4), BITS), {})],
    "binary_cross_entropy_with_logits": [((normal(3, 4), BITS), {})],
    "mse_loss": [((normal(3, 4), normal(3, 4)), {})], "l1_loss": [((normal(3, 4), normal(3, 4)), {})],
    "huber_loss": [((normal(3, 4), Constant(normal(3, 4)), "mean", 0.3), {})],
    "smooth_l1_loss": [((normal(3, 4), Constant(normal(3, 4))), {})],
    "kl_div": [((normal(3, 4), Constant(chances(3, 4))), {"reduction": "batchmean"})],
    "cosine_similarity": [((normal(3, 4), normal(3, 4)), {})],
    "pairwise_distance": [((normal(3, 4), normal(3, 4)), {})],
    "cosine_embedding_loss": [((normal(3, 4), normal(3, 4), SIGNS), {})],
    "triplet_margin_loss": [((normal(3, 4), normal(3, 4), normal(3, 4)), {})],
    # PyTorch's gradient of ctc_loss is right only behind a log_softmax; test_losses.py compares it there.
    "ctc_loss": [((Constant(np.log(RNG.dirichlet(np.ones(4), (6, 3)))), Constant([[1, 2], [3, 3], [2, 1]]),
                   Constant([6, 6, 5]), Constant([2, 2, 1])), {})],
    "one_hot": [((LABELS, 5), {})],
}  # fmt: skip
OF_OUR_OWN = {"info_nce", "nt_xent", "causal_mask"}  # what PyTorch has no function for


def public():
    """What functional.py defines or passes on from the files of floors 1 and 2."""
    families = {f"dlcourse.{name}" for name in ("functional", "losses", "convolution", "activation_ops", "ops")}
    functions = {name: inspect.unwrap(value) for name, value in vars(F).items() if not name.startswith("_")}
    return {name for name, value in functions.items() if inspect.isfunction(value) and value.__module__ in families}


def test_every_function_that_pytorch_has_too_is_compared():
    assert {name for name in public() if hasattr(torch_F, name)} == set(CALLS)
    assert {name for name in public() if not hasattr(torch_F, name)} == OF_OUR_OWN


def test_nothing_that_losses_and_convolution_offer_is_left_out():
    from dlcourse import convolution, losses
    offered = {name for module in (convolution, losses) for name, value in vars(module).items()
               if inspect.isfunction(value) and value.__module__ == module.__name__ and hasattr(torch_F, name)}
    assert offered <= public()


def called(function, arguments, options, make, constant):
    leaves = [make(a) if isinstance(a, np.ndarray) else constant(a.array) if isinstance(a, Constant) else a
              for a in arguments]
    return function(*leaves, **options), [t for t, a in zip(leaves, arguments, strict=True)
                                          if isinstance(a, np.ndarray)]


@pytest.mark.parametrize(("name", "arguments", "options"), [
    pytest.param(name, *call, id=f"{name}-{i}") for name, calls in CALLS.items() for i, call in enumerate(calls)])
def test_parity(name, arguments, options):
    value, leaves = called(getattr(F, name), arguments, options, leaf, Tensor)
    expected, expected_leaves = called(getattr(torch_F, name), arguments, options,
                                       lambda a: torch.tensor(a, requires_grad=True), torch.tensor)
    agree(value, expected)
    if not leaves:
        return
    weights = np.random.default_rng(3).standard_normal(value.shape)
    value.backward(weights)
    expected.backward(torch.tensor(weights))
    for got, wanted in zip(leaves, expected_leaves, strict=True):
        agree(got.grad, wanted.grad)


@pytest.mark.parametrize("name", [name for name in CALLS if name not in ("one_hot", "ctc_loss")])
def test_float32_stays_float32(name):
    for arguments, options in CALLS[name]:
        arguments = [np.float64(a) if isinstance(a, float) else a for a in arguments]  # from np.linspace, say
        value, leaves = called(getattr(F, name), arguments, options, lambda a: leaf(a, dtype=np.float32),
                               lambda a: a.astype(np.float32) if a.dtype.kind == "f" else a)
        value.backward(np.ones(value.shape, np.float32))
        assert {t.dtype for t in [value, *(t.grad for t in leaves)]} == {np.dtype(np.float32)}


def test_whole_numbers_are_taken_as_floats():
    whole, dropout = np.array([[3, -1], [-2, 5]]), lambda x: F.dropout(x, 0.2, rng=np.random.default_rng(0))
    for f in (F.leaky_relu, F.gelu, F.log_softmax, dropout):  # 0.01 is not 0, and 1 / (1 - 0.2) not 1
        agree(f(Tensor(whole)), f(Tensor(whole.astype(np.float32))), 0)


# ------------------------------------------------------------------------------------------- tables


@given(V=st.integers(1, 4), N=st.integers(1, 9), T=st.integers(1, 3), bias=st.booleans())
def test_a_layer_on_looked_up_rows_is_folded_into_the_table(V, N, T, bias):
    """E[i] W^T = (E W^T)[i]: the same value and gradients, by another way where the table is the smaller of the two."""
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in [(V, 3), (2, 3), (2,)][: 2 + bias]]
    index = rng.integers(0, V, (N, T))

    def folded(table, *parameters):
        y = F.linear(F.embedding(index, table), *parameters)
        assert y.op == ("embedding" if V < index.size else "linear")
        return y

    def unfolded(table, *parameters):
        return F.linear(table[index], *parameters)

    weights = rng.standard_normal((N, T, 2))
    (value, gradients), (expected, expected_gradients) = (ours(f, arrays, weights) for f in (folded, unfolded))
    for got, wanted in zip([value, *gradients], [expected, *expected_gradients], strict=True):
        agree(got, wanted, 1e-13)


def test_padding_is_not_folded_since_its_row_must_not_learn():
    table, weight, index = normal(3, 4), normal(2, 4), np.array([0, 1, 1, 2, 1])
    tables, layers = [leaf(table), torch.tensor(table, requires_grad=True)], [leaf(weight), torch.tensor(weight)]
    layers[1].requires_grad_()
    F.linear(F.embedding(index, tables[0], 1), layers[0]).sum().backward()
    torch_F.linear(torch_F.embedding(torch.tensor(index), tables[1], 1), layers[1]).sum().backward()
    agree(tables[0].grad, tables[1].grad)
    agree(layers[0].grad, layers[1].grad)
    assert not tables[0].grad[1].any()


def test_nothing_is_folded_where_nothing_is_recorded():
    with no_grad():
        assert F.linear(F.embedding([0, 0, 0], leaf(TABLE[:1])), leaf(normal(2, 3))).shape == (3, 2)


# ------------------------------------------------------------------------------------------- dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_drops_a_fraction_and_keeps_the_mean(p):
    """Four standard deviations of 200,000 draws."""
    x = leaf(np.ones((400, 500)))
    y = F.dropout(x, p).data
    assert set(np.unique(y)) == {0, 1 / (1 - p)}
    assert abs((y == 0).mean() - p) < 4 * math.sqrt(p * (1 - p) / y.size)
    assert abs(y.mean() - 1) < 4 * math.sqrt(p / (1 - p) / y.size)


def test_dropout_passes_the_gradient_where_it_passed_the_value():
    x = leaf(normal(50, 40))
    y = F.dropout(x, 0.3)
    y.backward(np.ones(y.shape))
    agree(x.grad, np.where(y.data == 0, 0, 1 / 0.7), 1e-15)


@pytest.mark.parametrize(("function", "shape"), [(F.dropout1d, (40, 50, 3)), (F.dropout2d, (40, 50, 3, 2))])
def test_whole_channels_are_dropped(function, shape):
    y = function(Tensor(np.ones(shape)), 0.5).data.reshape(2000, -1)
    assert (y == y[:, :1]).all()
    assert abs((y[:, 0] == 0).mean() - 0.5) < 4 * 0.5 / math.sqrt(2000)


def test_dropout_can_be_repeated_and_differs_from_call_to_call():
    x = np.ones((20, 20))
    first, second = F.dropout(Tensor(x)).data, F.dropout(Tensor(x)).data
    assert not np.array_equal(first, second)
    dlcourse.manual_seed(0)
    assert np.array_equal(F.dropout(Tensor(x)).data, first)
    own = [F.dropout(Tensor(x.astype(dtype)), rng=np.random.default_rng(5)).data for dtype in (np.float32, np.float64)]
    assert np.array_equal(*own), "the same numbers are dropped in both types"
    assert own[0].dtype == np.float32


# ------------------------------------------------------------------------------------------- attention


def test_a_query_that_may_look_nowhere_gets_zero_as_in_pytorch():
    mask = np.array([[True, False, True], [False, False, False]])
    arrays = [normal(2, 4), normal(3, 4), normal(3, 2)]
    for attn_mask in (mask, np.where(mask, 0.0, -np.inf)):
        leaves, twins = [leaf(a) for a in arrays], [torch.tensor(a, requires_grad=True) for a in arrays]
        y = F.scaled_dot_product_attention(*leaves, attn_mask)
        expected = torch_F.scaled_dot_product_attention(*twins, torch.tensor(attn_mask))
        agree(y, expected)
        assert not y.data[1].any()
        (y * y).sum().backward(), (expected * expected).sum().backward()
        for t, twin in zip(leaves, twins, strict=True):
            agree(t.grad, twin.grad)


def test_dropped_attention_is_right_in_the_mean():
    """Half of the weights are dropped; over 4,000 draws the mean is the undropped value, to four standard errors."""
    q, k, v = normal(2, 4), normal(3, 4), normal(3, 2)
    full = F.scaled_dot_product_attention(Tensor(q), Tensor(k), Tensor(v)).data
    many = [Tensor(np.broadcast_to(a, (4000, *a.shape))) for a in (q, k, v)]
    dropped = F.scaled_dot_product_attention(*many, dropout_p=0.5, rng=np.random.default_rng(1)).data
    assert (np.abs(dropped.mean(axis=0) - full) < 4 * dropped.std(axis=0) / math.sqrt(4000)).all()
    assert dropped.std(axis=0).min() > 0.1
    again = F.scaled_dot_product_attention(*many, dropout_p=0.5, rng=np.random.default_rng(1)).data
    assert np.array_equal(dropped, again)
    assert not F.scaled_dot_product_attention(*many, dropout_p=1.0).data.any()


@given(T=st.integers(1, 4), S=st.integers(1, 4))
def test_the_future_does_not_matter_to_causal_attention(T, S):
    rng = np.random.default_rng(T + 10 * S)
    q, k, v = (rng.standard_normal((n, 3)) for n in (T, S, S))
    y = F.scaled_dot_product_attention(Tensor(q), Tensor(k), Tensor(v), is_causal=True).data
    for t in range(T):
        past = F.scaled_dot_product_attention(Tensor(q[t : t + 1]), Tensor(k[: t + 1]), Tensor(v[: t + 1])).data
        agree(y[t : t + 1], past, 1e-13)


# ------------------------------------------------------------------------------------------- properties


@pytest.mark.parametrize("p", [1.0, 2.0, 2.5, math.inf])
def test_normalized_rows_have_length_1(p):
    x = normal(5, 4)
    agree(np.linalg.norm(F.normalize(Tensor(x), p).data, p, axis=1), np.ones(5), 1e-13)
    assert check_gradients(lambda t: F.normalize(t, p), x) < 1e-7


def test_activations_know_each_other():
    """silu(x) = x sigmoid(x); softplus' slope is the sigmoid; elu and leaky relu are the relu above 0."""
    x = leaf(away(40))
    agree(F.silu(x), x.data * F.sigmoid(x).data, 1e-15)
    F.softplus(x, beta=2.0).sum().backward()
    agree(x.grad, F.sigmoid(2 * x).data, 1e-13)
    above = Tensor(np.abs(x.data))
    for function in (F.relu, F.elu, F.leaky_relu):
        agree(function(above), above.data, 0)
    agree(F.gelu(x, "tanh"), F.gelu(x).data, 1e-3)  # an approximation, but a good one


# ------------------------------------------------------------------------------------------- errors

x23, x245 = Tensor(np.ones((2, 3))), Tensor(np.ones((2, 4, 5)))
MISTAKES = {
    "linear of images": (lambda: F.linear(x245, np.ones((3, 20))), ValueError,
                         r"linear expected \(..., 20\), got \(2, 4, 5\): flatten the images first, x.flatten\(1\)\?"),
    "linear of other rows": (lambda: F.linear(x23, np.ones((3, 4))), ValueError, r"expected \(..., 4\), got \(2, 3\)$"),
    "embedding of floats": (lambda: F.embedding([0.0], x23), TypeError, "expected integers, got float64: x.long()"),
    "embedding too far": (lambda: F.embedding([0, 2], x23), IndexError, "from 0 to 1, got 0 to 2: is the vocabulary"),
    "embedding from the end": (lambda: F.embedding([-1], x23), IndexError, "from 0 to 1, got -1 to -1"),
    "padding outside": (lambda: F.embedding([0], x23, 2), IndexError, "padding_idx from -2 to 1, got 2"),
    "a chance of 2": (lambda: F.dropout(x23, 2), ValueError, "p from 0 to 1, got 2"),
    "a chance of nan": (lambda: F.dropout(x23, math.nan), ValueError, "p from 0 to 1, got nan"),
    "images in one dimension": (lambda: F.dropout2d(x245), ValueError, r"dropout2d expected \(N, C, h, w\), got"),
    "series in two": (lambda: F.dropout1d(x23), ValueError, r"dropout1d expected \(N, C, T\), got \(2, 3\)"),
    "unknown gelu": (lambda: F.gelu(x23, "erf"), ValueError, "\"none\" or \"tanh\", got 'erf'"),
    "batch norm of a vector": (lambda: F.batch_norm(x23[0], None, None, training=True), ValueError,
                               r"batch_norm expected \(N, C, ...\), got \(3,\)"),
    "one value": (lambda: F.batch_norm(x23[:1], None, None, training=True), ValueError,
                  r"more than one value per channel in training, got \(1, 3\): a larger batch, or model.eval\(\)\?"),
    "no moments": (lambda: F.batch_norm(x23, None, None), ValueError, "in evaluation, got None: training=True"),
    "other moments": (lambda: F.batch_norm(x23, np.zeros(2), np.ones(2)), ValueError,
                      r"running moments of the 3 channels of \(2, 3\), got \[\(2,\), \(2,\)\]"),
    "other weights": (lambda: F.batch_norm(x23, None, None, np.ones(2), training=True), ValueError,
                      r"batch_norm of \(2, 3\) expected weight and bias \(3,\), got \(2,\)"),
    "other last axis": (lambda: F.layer_norm(x23, (2, 4)), ValueError, r"expected \(..., 2, 4\), got \(2, 3\)"),
    "no axis": (lambda: F.layer_norm(x23, ()), ValueError, "layer_norm expected"),
    "uneven groups": (lambda: F.group_norm(x23, 2), ValueError, r"C a multiple of 2, got \(2, 3\)"),
    "groups of one": (lambda: F.group_norm(x23[:1], 3), ValueError,
                      r"more than one value per group, got \(1, 3\) in 3 groups"),
    "keys of another length": (lambda: F.scaled_dot_product_attention(x23, x23, x245), ValueError,
                               r"expected query \(..., T, D\).*got \(2, 3\), \(2, 3\) and \(2, 4, 5\)"),
    "two masks": (lambda: F.scaled_dot_product_attention(x23, x23, x23, np.ones((2, 2), bool), is_causal=True),
                  ValueError, "attn_mask or is_causal=True, got both"),
}  # fmt: skip


@pytest.mark.parametrize(("mistake", "error", "message"), MISTAKES.values(), ids=MISTAKES)
def test_errors_say_what_was_expected(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake()
