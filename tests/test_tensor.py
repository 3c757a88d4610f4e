"""Why this file exists: a Tensor should behave like the array and the torch.Tensor that a reader already knows.

Broadcasting, operators with anything on the other side, types of numbers, and how a Tensor looks from outside. Its
methods, one by one, are compared with PyTorch's in test_contract.py.
"""

import operator

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, leaf, ours, torchs  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import dlcourse
from dlcourse import Tensor
from dlcourse.tensor import OPS, unbroadcast

# ------------------------------------------------------------------------------------------- broadcasting


@given(mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_side=3, max_dims=4), st.sampled_from(["add", "mul"]))
def test_broadcasting_follows_pytorch(shapes, name):
    rng = np.random.default_rng(0)
    arrays = [np.asarray(rng.standard_normal(shape)) for shape in shapes.input_shapes]
    weights = np.asarray(rng.standard_normal(shapes.result_shape))
    value, gradients = ours(OPS[name], arrays, weights)
    expected, expected_gradients = torchs(getattr(torch, name), arrays, weights)
    for got, wanted in zip([value, *gradients], [expected, *expected_gradients], strict=True):
        agree(got, wanted, 1e-12)


@given(mutually_broadcastable_shapes(num_shapes=1, base_shape=(2, 3, 2), min_dims=0, max_dims=3, max_side=3))
def test_unbroadcast_undoes_broadcasting(shapes):
    (shape,) = shapes.input_shapes
    g = np.ones(np.broadcast_shapes(shape, (2, 3, 2)))
    summed = unbroadcast(g, shape)
    assert summed.shape == shape
    assert (summed == g.size / max(1, summed.size)).all()


# ------------------------------------------------------------------------------------------- operators

OTHERS = {"int": 3, "float": 0.5, "NumPy number": np.float64(0.5), "array": np.array([[1.0, 2.0], [3.0, 4.0]]),
          "row": np.array([3.0, 0.5])}
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
both_sides = pytest.mark.parametrize("swap", [False, True], ids=["tensor first", "tensor second"])
each_other = pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)


def on_side(operation, other, swap):
    return (lambda a: operation(other, a)) if swap else (lambda a: operation(a, other))


def compare_operator(operation, other, swap):
    """Value like NumPy's; gradient like PyTorch's, which gets `other` as a tensor."""
    x = np.array([[1.0, 2.0], [0.5, 4.0]])
    function = on_side(operation, other, swap)
    expected = function(x)
    weights = np.random.default_rng(0).standard_normal(expected.shape)
    value, (gradient,) = ours(function, [x], weights)
    _, (wanted,) = torchs(on_side(operation, torch.tensor(other, dtype=torch.float64), swap), [x], weights)
    agree(value, expected, 0)
    agree(gradient, wanted, 1e-14)


@both_sides
@each_other
@pytest.mark.parametrize("operation", ARITHMETIC, ids=lambda o: o.__name__)
def test_arithmetic_from_both_sides(operation, other, swap):
    compare_operator(operation, other, swap)


@both_sides
@pytest.mark.parametrize("other", ["array", "row"])
def test_matrix_product_from_both_sides(other, swap):
    compare_operator(operator.matmul, OTHERS[other], swap)


@both_sides
@each_other
@pytest.mark.parametrize("operation", COMPARISONS, ids=lambda o: o.__name__)
def test_comparisons_from_both_sides(operation, other, swap):
    x = leaf([[1.0, 2.0], [0.5, 4.0]])
    function = on_side(operation, other, swap)
    got = function(x)
    assert isinstance(got, Tensor) and got.dtype == bool and not got.requires_grad
    assert np.array_equal(got.data, function(x.data))


def test_reflected_gradients():
    x = leaf(2.0)
    for function, slope in [(lambda a: 3 - a, -1), (lambda a: 3 / a, -0.75), (lambda a: 3 * a, 3), (lambda a: 3 + a, 1),
                            (lambda a: np.float64(3) / a, -0.75), (lambda a: sum([a, a]), 2), (lambda a: -abs(a), -1)]:
        x.grad = None
        function(x).backward()
        assert x.grad == slope
    row, matrix = leaf(1.0, 2.0), np.array([[1.0, 2.0], [3.0, 4.0]])
    (matrix @ row).sum().backward()
    agree(row.grad, [4.0, 6.0], 0)


def test_equality_is_elementwise_and_tensors_are_still_keys():
    a, b = Tensor([1.0, 2.0]), Tensor([1.0, 3.0])
    assert (a == b).data.tolist() == [True, False] and (a != b).data.tolist() == [False, True]
    names = {a: "a", b: "b"}
    assert names[a] == "a" and names[b] == "b" and Tensor([1.0, 2.0]) not in names
    with pytest.raises(ValueError, match=r"\(2,\)"):
        bool(a == b)


# ------------------------------------------------------------------------------------------- types of numbers


@pytest.mark.parametrize("other", [0.5, np.float64(0.5), np.array([1.0, 2.0]), np.array([1, 2]), 3, True, np.int64(3),
                                   [1.0, 2.0], np.array([True, False])], ids=repr)
def test_float32_stays_float32(other):
    x = leaf(1.0, 2.0, dtype=np.float32)
    for function in (operator.add, operator.sub, operator.mul):
        for y in (function(x, other),) if isinstance(other, list) else (function(x, other), function(other, x)):
            assert y.dtype == np.float32
    (x * other).sum().backward()
    assert x.grad.dtype == np.float32


@pytest.mark.parametrize("exponent", [2, 2.0, np.float64(2), np.int64(2), 0.5, -1, 0])
def test_powers_stay_float32(exponent):
    x = leaf(1.0, 2.0, dtype=np.float32)
    y = x**exponent
    y.sum().backward()
    assert y.dtype == x.grad.dtype == np.float32


def test_whole_numbers():
    whole = Tensor([1, 2])
    assert whole.dtype == np.int64
    assert (whole * 2).dtype == (whole + whole).dtype == np.int64
    assert (whole * 0.5).dtype == (0.5 + whole).dtype == np.float32
    assert (whole * leaf(1.0, 2.0, dtype=np.float32)).dtype == np.float32
    dlcourse.set_default_dtype(np.float64)
    assert (whole * 0.5).dtype == np.float64


def test_mixed_types_promote_and_pass_gradients_back_in_each_ones_own():
    narrow, wide = leaf(1.0, 2.0, dtype=np.float32), leaf(3.0, 4.0)
    y = narrow * wide
    assert y.dtype == np.float64
    y.sum().backward()
    assert (narrow.grad.dtype, wide.grad.dtype) == (np.float32, np.float64)
    agree(narrow.grad, [3.0, 4.0], 0)
    agree(wide.grad, [1.0, 2.0], 0)


def test_default_type():
    assert Tensor(1.5).dtype == Tensor([1.5]).dtype == dlcourse.zeros(2).dtype == np.float32
    assert Tensor(np.array([1.5])).dtype == Tensor(np.float64(1.5)).dtype == np.float64, "arrays keep theirs"
    assert Tensor([1.5], dtype=np.float64).dtype == np.float64
    dlcourse.set_default_dtype(dlcourse.float64)
    assert dlcourse.get_default_dtype() == np.float64
    assert Tensor(1.5).dtype == dlcourse.ones(2).dtype == dlcourse.randn(2).dtype == np.float64


# ------------------------------------------------------------------------------------------- chance


def test_random_numbers_have_the_promised_distribution():
    normal, uniform = dlcourse.randn(200, 100).data, dlcourse.rand(200, 100).data
    assert abs(normal.mean()) < 0.03 and abs(normal.std() - 1) < 0.03
    assert 0 <= uniform.min() < 0.001 and 0.999 < uniform.max() < 1 and abs(uniform.mean() - 0.5) < 0.01
    whole = dlcourse.randint(-2, 3, (9000,)).data
    assert np.abs(np.bincount(whole + 2) / 9000 - 0.2).max() < 0.02
    p = np.array([0.1, 0.5, 0.9])
    agree(dlcourse.bernoulli(Tensor(np.tile(p, (9000, 1)))).data.mean(axis=0), p, 0.02)


@pytest.mark.parametrize("replacement", [True, False])
def test_multinomial_draws_in_proportion(replacement):
    """Two draws from weights 1 : 2 : 0 : 5, each pair as often as the weights say (they need not sum to 1)."""
    weights, n = np.array([1.0, 2.0, 0.0, 5.0]), 20000
    pairs = dlcourse.multinomial(Tensor(np.tile(weights, (n, 1))), 2, replacement).data
    seen = np.zeros((4, 4))
    np.add.at(seen, tuple(pairs.T), 1 / n)
    p = weights / weights.sum()
    expected = np.outer(p, p)
    if not replacement:
        expected = np.outer(p, p) / (1 - p[:, None])
        np.fill_diagonal(expected, 0)
    assert np.abs(seen - expected).max() < 0.015
    assert (seen[2] == 0).all() and (seen[:, 2] == 0).all()


RANDOM = [lambda rng: dlcourse.rand(4, rng=rng), lambda rng: dlcourse.randn(4, rng=rng),
          lambda rng: dlcourse.rand_like(dlcourse.ones(4), rng=rng),
          lambda rng: dlcourse.randn_like(dlcourse.ones(4), rng=rng),
          lambda rng: dlcourse.randint(1000, (4,), rng=rng), lambda rng: dlcourse.randperm(20, rng=rng),
          lambda rng: dlcourse.bernoulli(0.5 * dlcourse.ones(40), rng=rng),
          lambda rng: dlcourse.multinomial(dlcourse.ones(40), 8, rng=rng)]


@pytest.mark.parametrize("draw", RANDOM)
def test_chance_is_repeatable(draw):
    first, second = draw(None).data, draw(None).data
    assert not np.array_equal(first, second)
    dlcourse.manual_seed(0)
    assert np.array_equal(draw(None).data, first)
    own = [draw(np.random.default_rng(7)).data for _ in range(2)]
    assert np.array_equal(*own)
    assert np.array_equal(draw(None).data, second), "`rng=` leaves the shared generator alone"


# ------------------------------------------------------------------------------------------- seen from outside


def test_a_tensor_becomes_an_array_only_when_no_gradient_is_lost():
    x = leaf(1.0, 2.0)
    for convert in (Tensor.numpy, np.asarray, lambda t: (t * 2).numpy()):
        with pytest.raises(RuntimeError, match=r"\.detach\(\)\.numpy\(\)"):
            convert(x)
    plain = x.detach()
    assert plain.numpy() is x.data and np.shares_memory(np.asarray(plain), x.data)
    assert np.asarray(plain, np.float32).dtype == np.float32
    assert not np.shares_memory(np.array(plain), x.data), "np.array copies"


def test_repr_is_stable():
    x = leaf([[1.0, 2.0]], dtype=np.float32)
    assert repr(x) == "Tensor([[1., 2.]], dtype=float32, requires_grad=True)"
    assert repr(x.sum()) == "Tensor(3., dtype=float32, op=sum)"
    assert repr(Tensor([1, 2])) == "Tensor([1, 2], dtype=int64)"


@pytest.mark.parametrize("shape", [(2, 3), (3,), ()])
def test_transposed_property(shape):
    assert Tensor(np.ones(shape)).T.shape == Tensor(np.ones(shape)).mT.shape == shape[::-1]


def test_numbers_and_lengths():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert (x.shape, x.size(), x.size(0), x.ndim, x.dim(), x.numel(), len(x)) == ((2, 2), (2, 2), 2, 2, 2, 4, 2)
    assert x.sum().item() == 10.0 == float(x.sum()) and isinstance(x.sum().item(), float)
    assert [row.data.tolist() for row in x] == [[1.0, 2.0], [3.0, 4.0]]
    assert bool(Tensor([True])) and not Tensor(0.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("compute", [lambda t: t / 2, lambda t: t / t, lambda t: t.exp(), lambda t: t * 0.5])
def test_integers_become_floats_of_the_default_dtype(compute, dtype):
    dlcourse.set_default_dtype(dtype)
    assert compute(Tensor([1, 2])).dtype == dtype
    assert (Tensor([1, 2]) * Tensor([3, 4])).dtype == np.int64
