"""Why this file exists: clipping acts on the one step in a thousand that nobody looks at, so it is looked at here."""

import math

import numpy as np
import pytest
import torch
from engine_tools import agree, engine_state  # noqa: F401
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import Tensor, gradients, nn
from dlcourse.gradients import clip_grad_norm_, clip_grad_value_, parameters_to_vector, vector_to_parameters

SHAPES = [(3, 2), (2,), (), (5,)]  # the last one has no gradient


def both(scale=1.0):
    rng = np.random.default_rng(0)
    ours = [nn.Parameter(rng.standard_normal(shape)) for shape in SHAPES]
    theirs = [torch.nn.Parameter(torch.tensor(p.data)) for p in ours]
    for our, their in zip(ours[:-1], theirs[:-1], strict=True):
        our.grad = np.array(scale * rng.standard_normal(our.shape))
        their.grad = torch.tensor(our.grad)
    return ours, theirs


def same_gradients(ours, theirs):
    for our, their in zip(ours[:-1], theirs[:-1], strict=True):
        agree(our.grad, their.grad, 1e-12)
    assert ours[-1].grad is None


def test_every_function_is_tested():
    here = {name for name, value in vars(gradients).items() if getattr(value, "__module__", "") == gradients.__name__}
    assert {name for name in here if not name.startswith("_")} == {
        "clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters"}


@pytest.mark.parametrize("norm_type", [2, 2.0, 1, 3.5, math.inf, "inf"])
@pytest.mark.parametrize("max_norm", [0.0, 0.1, 1.0, 100.0])
@pytest.mark.parametrize("sign", [1, -1])  # once the largest of all is negative
def test_clip_grad_norm(norm_type, max_norm, sign):
    ours, theirs = both(sign)
    arrays = [p.grad for p in ours]
    before = clip_grad_norm_(iter(ours), max_norm, norm_type)
    agree(before, torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type), 1e-12)
    same_gradients(ours, theirs)
    assert isinstance(before, float) and all(p.grad is a for p, a in zip(ours, arrays, strict=True))


def test_one_parameter_alone_and_none_at_all():
    ours, theirs = both()
    agree(clip_grad_norm_(ours[0], 0.5), torch.nn.utils.clip_grad_norm_(theirs[0], 0.5), 1e-12)
    clip_grad_value_(ours[0], 0.1)
    torch.nn.utils.clip_grad_value_(theirs[0], 0.1)
    same_gradients(ours, theirs)
    for norm_type in (2, 1, math.inf):
        empty = nn.Parameter(np.zeros((0, 3)))
        empty.grad = np.zeros((0, 3))
        assert [clip_grad_norm_(p, 1.0, norm_type) for p in ([], ours[-1], empty)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("norm_type", [1, 2, math.inf])
def test_a_norm_that_is_not_finite(bad, norm_type):
    ours, theirs = both()
    ours[1].grad[0] = bad
    theirs[1].grad[0] = bad
    with pytest.raises(RuntimeError, match=f"expected gradients with a finite norm, got {bad}"):
        clip_grad_norm_(ours, 1.0, norm_type, error_if_nonfinite=True)
    expected = torch.nn.utils.clip_grad_norm_(theirs, 1.0, norm_type).item()
    with np.errstate(invalid="ignore"):  # inf * 0
        assert repr(clip_grad_norm_(ours, 1.0, norm_type)) == repr(expected)
    for our, their in zip(ours[:-1], theirs[:-1], strict=True):
        assert np.array_equal(our.grad, their.grad.numpy(), equal_nan=True)


@settings(max_examples=40, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_after_clipping_the_norm_is_at_most_what_was_asked_for(max_norm, scale):
    ours, _ = both(scale)
    directions = [p.grad / scale for p in ours[:-1]]
    before = clip_grad_norm_(ours, max_norm)
    after = math.sqrt(sum((p.grad**2).sum() for p in ours[:-1]))
    assert after <= max_norm * (1 + 1e-12) and after <= before * (1 + 1e-12)
    for p, d in zip(ours[:-1], directions, strict=True):
        agree(p.grad, d * after / np.sqrt(sum((e**2).sum() for e in directions)), 1e-9)


def test_float32_stays_float32():
    p = nn.Parameter(np.ones(4, np.float32))
    p.grad = np.full(4, 3, np.float32)
    assert clip_grad_norm_([p], np.float64(1.0)) == 6.0 and p.grad.dtype == np.float32


def test_clip_grad_value():
    ours, theirs = both()
    clip_grad_value_(iter(ours), 0.3)
    torch.nn.utils.clip_grad_value_(theirs, 0.3)
    same_gradients(ours, theirs)


def test_parameters_to_vector_and_back():
    ours, theirs = both()
    vector = parameters_to_vector(iter(ours))
    agree(vector, torch.nn.utils.parameters_to_vector(theirs), 0.0)
    arrays = [p.data for p in ours]
    for new in (Tensor(vector.data * 2 + 1), vector.data - 3):
        vector_to_parameters(new, iter(ours))
        torch.nn.utils.vector_to_parameters(torch.tensor(np.asarray(new)), theirs)
        for our, their, array in zip(ours, theirs, arrays, strict=True):
            agree(our.data, their, 0.0)
            assert our.data is array


def test_the_vector_can_be_differentiated():
    ours, theirs = both()
    weights = np.arange(14.0)
    for p in (*ours, *theirs):
        p.grad = None
    (parameters_to_vector(ours) * weights).sum().backward()
    (torch.nn.utils.parameters_to_vector(theirs) * torch.tensor(weights)).sum().backward()
    for our, their in zip(ours, theirs, strict=True):
        agree(our.grad, their.grad, 1e-12)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: clip_grad_norm_([], 1.0, 0), ValueError, "a positive number or inf, got 0.0"),
    (lambda: vector_to_parameters(np.ones(13), both()[0]), ValueError, r"a vector of 14 numbers, got shape \(13,\)"),
    (lambda: vector_to_parameters(np.ones((14, 1)), both()[0]), ValueError, r"got shape \(14, 1\)"),
])
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
