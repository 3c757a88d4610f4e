"""Why this file exists: a Tensor should behave like the array and the torch.Tensor that a reader already knows.

Broadcasting, operators with anything on the other side, types of numbers, and every method and function under its
PyTorch name.
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
from dlcourse.methods import METHODS
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


def test_seed():
    first = dlcourse.randn(3).data
    second = dlcourse.randn(3).data
    dlcourse.manual_seed(0)
    assert np.array_equal(dlcourse.randn(3).data, first) and not np.array_equal(first, second)
    own = np.random.default_rng(7)
    assert np.array_equal(dlcourse.rand(3, rng=own).data, np.random.default_rng(7).random(3).astype(np.float32))
    assert np.array_equal(dlcourse.randn(3).data, second), "`rng=` leaves the shared generator alone"


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


def test_numbers_and_lengths():
    x = leaf([[1.0, 2.0], [3.0, 4.0]])
    assert (x.shape, x.size(), x.size(0), x.ndim, x.dim(), x.numel(), len(x)) == ((2, 2), (2, 2), 2, 2, 2, 4, 2)
    assert x.sum().item() == 10.0 == float(x.sum()) and isinstance(x.sum().item(), float)
    assert [row.data.tolist() for row in x] == [[1.0, 2.0], [3.0, 4.0]]
    assert bool(Tensor([True])) and not Tensor(0.0)


# ------------------------------------------------------------------------------------------- PyTorch's names

X = np.random.default_rng(3).uniform(0.5, 2.0, (2, 3, 4))
FLAT = np.random.default_rng(4).uniform(0.5, 2.0, (2, 1, 4))

# name of the method -> calls, each as (input, arguments, named arguments)
METHOD_CALLS = {
    **{name: [(X, (), {})] for name in ["__neg__", "__abs__", "exp", "log", "sqrt", "abs", "tanh", "sigmoid", "relu",
                                             "float", "double", "long"]},
    **{name: [(X, (0.5,), {})] for name in ["__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__",
                                                 "__truediv__", "__rtruediv__", "__eq__", "__ne__", "__lt__", "__le__",
                                                 "__gt__", "__ge__"]},
    "__matmul__": [(X, (np.ones((4, 5)),), {})], "__rmatmul__": [(X, (np.ones((5, 3)),), {})],
    "__pow__": [(X, (2,), {}), (X, (0.5,), {})], "pow": [(X, (3,), {})],
    "__getitem__": [(X, (1,), {}), (X, ((slice(None), 0),), {}), (X, (np.array([1, 1, 0]),), {})],
    "sum": [(X, (), {}), (X, (1,), {}), (X, ((0, 2),), {"keepdim": True}), (X, (-1, True), {})],
    "mean": [(X, (), {}), (X, (1,), {}), (X, (), {"dim": (0, 2), "keepdim": True})],
    "amax": [(X, (1,), {}), (X, ((0, 2), True), {})],
    "softmax": [(X, (1,), {}), (X, (), {"dim": -1})],
    "log_softmax": [(X, (1,), {}), (X, (), {"dim": -1})],
    "reshape": [(X, (6, -1), {}), (X, ((4, 6),), {})], "view": [(X, (6, -1), {}), (X, ((4, 6),), {})],
    "permute": [(X, (2, 0, 1), {}), (X, ((-1, 0, 1),), {})],
    "transpose": [(X, (0, 2), {}), (X, (-1, -2), {})],
    "flatten": [(X, (), {}), (X, (1,), {}), (X, (), {"end_dim": 1}), (np.array(1.0), (), {}),
                (np.ones((0, 8, 8)), (1,), {})],
    "squeeze": [(FLAT, (), {}), (FLAT, (1,), {}), (FLAT, (0,), {})], "unsqueeze": [(X, (0,), {}), (X, (-1,), {})],
    "argmax": [(X, (), {}), (X, (1,), {}), (X, (), {"dim": -1})],
}


def each_call(table):
    calls = [pytest.param(name, call, id=f"{name}-{i}")
             for name, calls in table.items() for i, call in enumerate(calls)]
    return pytest.mark.parametrize(("name", "call"), calls)


def to_torch(argument):
    return torch.tensor(argument) if isinstance(argument, np.ndarray) else argument


def compare_calls(our_result, their_result):
    assert our_result.shape == tuple(their_result.shape)
    assert str(our_result.dtype) == str(their_result.dtype).removeprefix("torch.")
    tolerance = 1e-6 if our_result.dtype == np.float32 else 1e-14
    agree(our_result.detach().data * 1.0, their_result.detach().numpy() * 1.0, tolerance)  # * 1.0 for booleans


def test_every_method_has_calls():
    assert set(METHOD_CALLS) == set(METHODS)


@each_call(METHOD_CALLS)
def test_methods_are_pytorchs(name, call):
    array, arguments, named = call
    our_input, their_input = Tensor(array, requires_grad=True), torch.tensor(array, requires_grad=True)
    our_result = getattr(our_input, name)(*arguments, **named)
    their_result = getattr(their_input, name)(*map(to_torch, arguments), **named)
    compare_calls(our_result, their_result)
    assert our_result.requires_grad == their_result.requires_grad
    if our_result.requires_grad:
        our_result.sum().backward()
        their_result.sum().backward()
        agree(our_input.grad, their_input.grad, 1e-6 if name == "float" else 1e-13)


def test_transposed_property():
    for shape in [(2, 3), (3,), ()]:
        assert Tensor(np.ones(shape)).T.shape == shape[::-1]


ROWS = [[1.0, -2.0], [3.0, 4.0]]

# name in dlcourse and in torch -> the same call in both; `m` is the library
FUNCTION_CALLS = {
    "tensor": [lambda m: m.tensor(ROWS), lambda m: m.tensor([1, 2]), lambda m: m.tensor(3.0, dtype=m.float64)],
    "from_numpy": [lambda m: m.from_numpy(np.ones((2, 3)))],
    "zeros": [lambda m: m.zeros(2, 3), lambda m: m.zeros((2, 3)), lambda m: m.zeros(3, dtype=m.int64)],
    "ones": [lambda m: m.ones(2, 3), lambda m: m.ones((4,)), lambda m: m.ones(3, dtype=m.float64)],
    "arange": [lambda m: m.arange(4), lambda m: m.arange(2, 8, 3), lambda m: m.arange(0, 1, 0.25),
               lambda m: m.arange(3, dtype=m.float64)],
    "tril": [lambda m: m.tril(m.tensor(ROWS)), lambda m: m.tril(m.ones(3, 3, dtype=m.int64), diagonal=1),
             lambda m: m.tril(m.tensor([[float("-inf")] * 3] * 3), -1).exp()],
    "cat": [lambda m: m.cat([m.tensor(ROWS), m.zeros(1, 2)]),
            lambda m: m.cat((m.tensor(ROWS), m.ones(2, 1)), dim=1)],
    "stack": [lambda m: m.stack([m.tensor(ROWS), m.zeros(2, 2)]), lambda m: m.stack([m.ones(2), m.zeros(2)], dim=-1)],
    "where": [lambda m: m.where(m.tensor(ROWS) > 0, m.tensor(ROWS), m.zeros(2, 2))],
    "maximum": [lambda m: m.maximum(m.tensor(ROWS), m.zeros(2))],
    "flatten": [lambda m: m.flatten(m.ones(2, 3, 4), 1)],
    "softmax": [lambda m: m.softmax(m.tensor(ROWS), dim=0)],
    **{name: [lambda m, name=name: getattr(m, name)(m.tensor([0.5, 2.0]))]
       for name in ["abs", "exp", "log", "relu", "sigmoid", "sqrt", "tanh"]},
}
# not functions of numbers, or random: tested elsewhere in this folder
OTHER_NAMES = {"Tensor", "default_generator", "float32", "float64", "functional", "get_default_dtype", "init", "int64",
               "manual_seed", "nn", "no_grad", "optim", "rand", "randn", "set_default_dtype"}


def test_every_public_name_has_calls():
    assert set(FUNCTION_CALLS) | OTHER_NAMES == set(dlcourse.__all__)
    assert all(hasattr(dlcourse, name) for name in dlcourse.__all__)


@each_call(FUNCTION_CALLS)
def test_functions_are_pytorchs(name, call):
    compare_calls(call(dlcourse), call(torch))


def test_tensor_copies_and_from_numpy_shares():
    array = np.ones(2)
    assert not np.shares_memory(dlcourse.tensor(array).data, array)
    assert np.shares_memory(dlcourse.from_numpy(array).data, array)
    assert all(make(2, requires_grad=True).requires_grad
               for make in (dlcourse.zeros, dlcourse.ones, dlcourse.rand, dlcourse.randn))
    assert dlcourse.tensor([1.0], requires_grad=True).requires_grad


def test_random_numbers_have_the_promised_distribution():
    normal, uniform = dlcourse.randn(200, 100).data, dlcourse.rand(200, 100).data
    assert abs(normal.mean()) < 0.03 and abs(normal.std() - 1) < 0.03
    assert 0 <= uniform.min() < 0.001 and 0.999 < uniform.max() < 1 and abs(uniform.mean() - 0.5) < 0.01


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("compute", [lambda t: t / 2, lambda t: t / t, lambda t: t.exp(), lambda t: t * 0.5])
def test_integers_become_floats_of_the_default_dtype(compute, dtype):
    dlcourse.set_default_dtype(dtype)
    assert compute(Tensor([1, 2])).dtype == dtype
    assert (Tensor([1, 2]) * Tensor([3, 4])).dtype == np.int64
