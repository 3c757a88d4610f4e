"""Why this file exists: a fused operation is a shortcut, and a shortcut must arrive where the long way does.

Each has a form composed of simpler operations, which the chapters teach; values and gradients of the two are compared.
"""

import inspect

import numpy as np
import pytest
from engine_tools import agree, engine_state, ours  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from op_tables import CASES
from scipy import special

from dlcourse import Tensor
from dlcourse import functional as F
from dlcourse.activation_ops import normal_below
from dlcourse.tensor import OPS, SLOW_FORMS

numbers = arrays(np.float64, array_shapes(min_dims=1, max_dims=3, max_side=5), elements=st.floats(-20, 20))
logits = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-20, 20))


def compare(name, inputs, **options):
    """Value and gradients of the fused operation and of its slow form."""
    fast, slow = (lambda *a: OPS[name](*a, **options)), (lambda *a: SLOW_FORMS[name](*a, **options))
    weights = np.random.default_rng(0).standard_normal(fast(*map(Tensor, inputs)).shape)
    value, gradients = ours(fast, inputs, weights)
    expected, expected_gradients = ours(slow, inputs, weights)
    for got, wanted in zip([value, *gradients], [expected, *expected_gradients], strict=True):
        agree(got, wanted, 1e-12)


def test_every_operation_outside_ops_has_a_slow_form():
    """Primitives stand in `ops.py`; whatever stands elsewhere is a shortcut."""
    shortcuts = {name for name, function in OPS.items() if inspect.unwrap(function).__module__ != "dlcourse.ops"}
    assert set(SLOW_FORMS) == shortcuts
    for name, slow in SLOW_FORMS.items():
        assert slow.__module__ == inspect.unwrap(OPS[name]).__module__, "the slow form stands beside it"


@pytest.mark.parametrize("name", sorted(SLOW_FORMS))
def test_the_slow_form_is_composed_of_primitives(name):
    """Otherwise the comparison would compare a thing with itself. Softmax may stand in a slow form of attention."""
    options, _, inputs = CASES[name][0]
    used, waiting = set(), [SLOW_FORMS[name](*[Tensor(a, requires_grad=True) for a in inputs], **options)]
    while waiting:
        node = waiting.pop()
        used.add(node.op)
        waiting.extend(node.parents)
    simple = {name for name, function in OPS.items() if inspect.unwrap(function).__module__ == "dlcourse.ops"}
    assert name not in used and used > {""}
    assert used - {"", "softmax", "log_softmax"} <= simple


@given(st.integers(1, 4), st.integers(1, 4), st.lists(st.integers(1, 3), max_size=2), st.booleans())
def test_linear(inputs, outputs, batch, bias):
    rng = np.random.default_rng(0)
    shapes = [(*batch, inputs), (outputs, inputs)] + [(outputs,)] * bias
    compare("linear", [rng.standard_normal(shape) for shape in shapes])


@given(numbers, st.data())
def test_softmax(x, data):
    compare("softmax", [x], dim=data.draw(st.integers(-x.ndim, x.ndim - 1)))


@given(numbers, st.data())
def test_log_softmax(x, data):
    compare("log_softmax", [x], dim=data.draw(st.integers(-x.ndim, x.ndim - 1)))


@given(logits, st.data())
def test_cross_entropy(x, data):
    target = data.draw(arrays(np.int64, len(x), elements=st.integers(0, x.shape[1] - 1)))
    compare("cross_entropy", [x], target=target)


@given(arrays(np.float64, 5, elements=st.floats(-8, 8)), arrays(np.float64, 5, elements=st.floats(0, 1)))
def test_binary_cross_entropy_with_logits(x, target):
    """Within +-8: farther out, the slow form's 1 - s loses the digits that the fused form keeps."""
    compare("binary_cross_entropy_with_logits", [x], target=target)


# ------------------------------------------------------------------------------------------- why the shortcut pays


@given(numbers, st.floats(-500, 500))
def test_softmax_does_not_change_when_a_number_is_added_to_all(x, shift):
    agree(F.softmax(Tensor(x + shift)), F.softmax(Tensor(x)), 1e-11)
    agree(F.log_softmax(Tensor(x + shift)), F.log_softmax(Tensor(x)), 1e-11)


@given(numbers)
def test_softmax_sums_to_one(x):
    y = F.softmax(Tensor(x)).data
    agree(y.sum(axis=-1), np.ones(x.shape[:-1]), 1e-14)
    assert (y > 0).all()


def test_the_polynomial_of_gelu_is_as_good_as_float32():
    a = np.linspace(-9, 9, 100_001)
    below, e = normal_below(a.astype(np.float32))
    assert np.abs(below - special.ndtr(a)).max() < 4e-7
    assert np.abs(e - np.exp(-a * a / 2)).max() < 4e-7


@pytest.mark.parametrize("size", [1.0, 30.0, 100.0, 3000.0])
def test_attention_does_not_overflow_and_no_row_vanishes(size):
    """Scores up to 60 are not shifted; larger ones, and rows that are far below, are. All agree in float32."""
    rng = np.random.default_rng(0)
    q, k, v = (rng.standard_normal((2, 4, 4)) for _ in range(3))
    mask = size * rng.standard_normal((4, 4)) - np.array([[0.0], [size], [0.0], [5 * size]])
    mask[0, 0] = 2 * size
    exact = SLOW_FORMS["attention"](Tensor(q), Tensor(k), Tensor(v), mask=mask)
    got = OPS["attention"](*(Tensor(a.astype(np.float32)) for a in (q, k, v)), mask=mask.astype(np.float32))
    agree(got, exact, 1e-3 if size > 1000 else 1e-5)  # a score of 3,000 has a last digit of 0.0002
    assert np.isfinite(got.data).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows(dtype):
    """Warnings are errors here: an overflow would raise, also in a gradient."""
    extreme = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1000.0]], dtype)
    for function, expected in [
        (F.softmax, [[1, 0, 0], [1 / 3] * 3]),
        (F.log_softmax, [[0, -2000, -1000], [-np.log(3)] * 3]),
        (lambda x: F.cross_entropy(x, np.array([1, 0])), (2000 + np.log(3)) / 2),
        (lambda x: F.binary_cross_entropy_with_logits(x, np.array([[0, 1, 0], [1, 1, 0]])), (4000 + np.log(2)) / 6),
        (F.sigmoid, [[1, 0, 0.5], [0, 0, 0]]),
        (F.tanh, [[1, -1, 0], [-1, -1, -1]]),
    ]:
        value, (gradient,) = ours(function, [extreme], np.ones(np.shape(expected)))
        agree(value, np.array(expected), 1e-6)
        assert np.isfinite(gradient).all()


def test_the_slow_form_does_overflow():
    with pytest.warns(RuntimeWarning):
        assert np.isnan(SLOW_FORMS["softmax"](Tensor(np.array([1000.0, 0.0]))).data[0])
