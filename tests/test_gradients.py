"""Why this file exists: every rule in the registry is a claim about a derivative, and none is believed unchecked.

Each operation is compared with finite differences and with PyTorch, for several shapes, in float64 and float32. Then
the checker is checked: the same cases with a rule that is wrong by 0.05 % must all fail.
"""

import functools

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state, ours, planted, read_only, torchs  # noqa: F401
from op_cases import normal, positive
from op_tables import CASES, CORNERS

from dlcourse import Tensor
from dlcourse.arrays import Part
from dlcourse.tensor import OPS, SLOW_FORMS
from dlcourse.testing import assert_close, check_gradients, numerical_gradient

each_case = pytest.mark.parametrize(("name", "options", "torch_function", "arrays"), [
    pytest.param(name, *case, id=f"{name}-{i}") for name, cases in CASES.items() for i, case in enumerate(cases)])


def applied(name, options):
    return functools.partial(OPS[name], **options)


def incoming(torch_function, arrays):
    """A gradient for the output."""
    shape = tuple(torch_function(*[torch.tensor(a) for a in arrays]).shape)
    return np.random.default_rng(2).standard_normal(shape)


def test_every_operation_has_cases():
    assert set(CASES) == set(OPS)


@each_case
def test_finite_differences(name, options, torch_function, arrays):
    assert check_gradients(applied(name, options), *arrays, tolerance=1e-7) <= 1e-7


@each_case
def test_pytorch(name, options, torch_function, arrays):
    """Read-only inputs and a read-only gradient: a rule that writes into what it was given raises an error."""
    weights = read_only(incoming(torch_function, arrays))
    value, gradients = ours(applied(name, options), [read_only(a) for a in arrays], weights)
    expected, expected_gradients = torchs(torch_function, arrays, weights)
    agree(value, expected)
    for got, wanted in zip(gradients, expected_gradients, strict=True):
        agree(got, wanted)


@each_case
def test_each_input_alone(name, options, torch_function, arrays):
    weights = incoming(torch_function, arrays)
    _, together = ours(applied(name, options), arrays, weights)
    for position in range(len(arrays)):
        _, alone = ours(applied(name, options), arrays, weights, needed={position})
        assert [i for i, g in enumerate(alone) if g is not None] == [position]
        agree(alone[position], together[position], 0)


@each_case
def test_a_second_backward_finds_what_the_first_found(name, options, torch_function, arrays):
    """A rule must not use up what it keeps: the gradients double, and the value stays."""
    weights = incoming(torch_function, arrays)
    value, once = ours(applied(name, options), arrays, weights)
    tensors = [Tensor(a, requires_grad=True) for a in arrays]
    output = applied(name, options)(*tensors)
    output.backward(weights, retain_graph=True)
    output.backward(weights)
    agree(output.data, value, 0)
    for t, g in zip(tensors, once, strict=True):
        agree(t.grad, 2 * g, 1e-13)


@each_case
def test_float32_stays_float32(name, options, torch_function, arrays):
    weights = incoming(torch_function, arrays)
    value, gradients = ours(applied(name, options), arrays, weights)
    narrow = {k: v.astype(np.float32) if getattr(v, "dtype", None) == np.float64 else v for k, v in options.items()}
    value32, gradients32 = ours(applied(name, narrow), [a.astype(np.float32) for a in arrays], weights)
    assert value32.dtype == options.get("dtype", np.float32)
    assert [g.dtype for g in gradients32] == [np.float32] * len(arrays)
    for got, wanted in zip([value32, *gradients32], [value, *gradients], strict=True):
        agree(got, wanted, 1e-4)


def every_second(array):
    """The same numbers, scattered over a larger array."""
    if array.ndim == 0:
        return array
    wide = np.full((*array.shape[:-1], 2 * array.shape[-1]), np.nan)
    wide[..., ::2] = array
    return wide[..., ::2]


def by_columns(array):
    return np.array(array, order="F")


def backwards(array):
    return np.array(array[::-1])[::-1] if array.ndim else array


@pytest.mark.parametrize("layout", [every_second, by_columns, backwards],
                         ids=["every second", "by columns", "backwards"])
@each_case
def test_memory_layout_does_not_matter(name, options, torch_function, arrays, layout):
    weights = incoming(torch_function, arrays)
    value, gradients = ours(applied(name, options), arrays, weights)
    same, same_gradients = ours(applied(name, options), [layout(a) for a in arrays], layout(weights))
    for got, wanted in zip([same, *same_gradients], [value, *gradients], strict=True):
        agree(got, wanted, 1e-13)


@pytest.mark.parametrize(("name", "options", "torch_function", "arrays"), [
    pytest.param(name, *case, id=f"{name}-{i}") for name, cases in CASES.items() if name in SLOW_FORMS
    for i, case in enumerate(cases)])
def test_the_slow_form_is_equal(name, options, torch_function, arrays):
    weights = incoming(torch_function, arrays)
    fast = ours(applied(name, options), arrays, weights)
    slow = ours(functools.partial(SLOW_FORMS[name], **options), arrays, weights)
    for got, wanted in zip([fast[0], *fast[1]], [slow[0], *slow[1]], strict=True):
        agree(got, wanted)


@pytest.mark.parametrize(("name", "options", "torch_function", "arrays"), CORNERS)
def test_corners_follow_pytorch(name, options, torch_function, arrays):
    arrays = [np.array(a) for a in arrays]
    weights = incoming(torch_function, arrays)
    value, gradients = ours(applied(name, options), arrays, weights)
    expected, expected_gradients = torchs(torch_function, arrays, weights)
    for got, wanted in zip([value, *gradients], [expected, *expected_gradients], strict=True):
        agree(got, wanted, 0)


def test_astype_passes_the_gradient_back_in_the_type_of_its_input():
    value, (gradient,) = ours(applied("astype", {"dtype": np.float32}), [normal(3)], np.ones(3, np.float32))
    assert (value.dtype, gradient.dtype) == (np.float32, np.float64)


# ------------------------------------------------------------------------------------------- the checkers are checked


def spoiled(name, position, factor):
    """The rule of an operation with the gradient of one input multiplied by `factor`."""
    def rule(*arrays, **options):
        value, vjp = OPS[name].rule(*arrays, **options)

        def wrong(g):
            entries = [entry() if callable(entry) else entry for entry in vjp(g)]
            entries = [e.whole(a) if isinstance(e, Part) else e for e, a in zip(entries, arrays, strict=False)]
            entries[position] = entries[position] * factor
            return entries

        return value, wrong

    rule.__name__ = f"spoiled_{name}"
    return rule


@each_case
def test_a_rule_wrong_by_half_a_thousandth_is_caught(name, options, torch_function, arrays):
    _, gradients = ours(applied(name, options), arrays, incoming(torch_function, arrays))
    for position, gradient in enumerate(gradients):
        if not gradient.any():  # nothing to be wrong about
            continue
        with planted(spoiled(name, position, 1.0005)) as wrong:
            with pytest.raises(AssertionError, match=f"gradient of input {position}"):
                check_gradients(functools.partial(wrong, **options), *arrays)


def test_one_wrong_element_among_a_thousand_is_caught():
    factor = np.ones(1000)
    factor[123] = 1.0005
    with planted(spoiled("tanh", 0, factor)) as wrong, pytest.raises(AssertionError, match="backward gives"):
        check_gradients(wrong, normal(1000))


def test_the_element_by_element_check_catches_the_same():
    x = normal(3, 4)
    expected = numerical_gradient(lambda: np.tanh(x).sum(), x)
    agree(expected, 1 - np.tanh(x) ** 2, 1e-9)
    with planted(spoiled("tanh", 0, 1.0005)) as wrong:
        _, (gradient,) = ours(wrong, [x], np.ones_like(x))
    with pytest.raises(AssertionError, match="what I checked"):
        assert_close(gradient, expected, 1e-7, "what I checked")


def test_numerical_gradient_leaves_its_input_as_it_was():
    x = normal(3)
    before = x.copy()
    numerical_gradient(lambda: (x**2).sum(), x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1, 0], ids=["NaN", "infinite", "sign", "forgotten"])
def test_other_wrong_rules_are_caught(wrong):
    with planted(spoiled("mul", 1, wrong)) as rule, np.errstate(invalid="ignore"):
        with pytest.raises(AssertionError, match="gradient of input 1"):
            check_gradients(rule, normal(3), normal(3))


def test_a_function_that_is_not_a_number_is_caught():
    with np.errstate(invalid="ignore"), pytest.raises(AssertionError, match="nan"):
        check_gradients(Tensor.log, -positive(3))


def test_checking_in_float32_is_refused():
    with pytest.raises(TypeError, match="expected float64"):
        check_gradients(Tensor.exp, np.ones(3, np.float32))
    with pytest.raises(TypeError, match="expected float64"):
        numerical_gradient(lambda: 0.0, np.ones(3, np.float32))


def test_assert_close_sees_what_it_should():
    assert assert_close([1.0, 2.0], [1.0, 2.0]) == 0
    assert assert_close(np.zeros(0), np.zeros(0)) == 0
    assert assert_close(Tensor([1.0], requires_grad=True), torch.ones(1, requires_grad=True)) == 0
    wrong = [([1.0, 2.001], [1.0, 2.0], r"at \(1,\) expected 2, got 2.001"), ([np.nan], [1.0], "got nan"),
             ([1.0], [np.nan], "expected nan"), ([1.0], [[1.0]], r"expected shape \(1, 1\), got \(1,\)")]
    for got, expected, message in wrong:
        with pytest.raises(AssertionError, match=message):
            assert_close(got, expected)
