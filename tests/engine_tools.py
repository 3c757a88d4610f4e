"""Why this file exists: the tests of the engine ask one question again and again: does PyTorch get the same number?

The comparison is written here apart from `dlcourse.testing`, so that a mistake in the package's checker cannot hide
one in the package.
"""

import contextlib

import numpy as np
import pytest
import torch

import dlcourse
from dlcourse.tensor import OPS, Tensor, op


@pytest.fixture(autouse=True)
def engine_state():
    """Each test starts from seed 0 and one PyTorch thread, and leaves no setting behind."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    dlcourse.manual_seed(0)
    dtype, ops = dlcourse.get_default_dtype(), dict(OPS)
    yield
    dlcourse.set_default_dtype(dtype)
    assert OPS == ops, "a test left a planted operation in the registry"


@pytest.fixture
def float64():
    """New parameters and Python floats in float64; `engine_state` puts it back."""
    dlcourse.set_default_dtype(np.float64)


@contextlib.contextmanager
def planted(rule):
    """`rule` as an operation, taken out of the registry again at the end."""
    assert rule.__name__ not in OPS
    try:
        yield op(rule)
    finally:
        del OPS[rule.__name__]


def leaf(*numbers, dtype=np.float64):
    """leaf(1.0, 2.0) is a vector, leaf([[1.0, 2.0]]) a matrix, leaf(3.0) a number; each requires a gradient."""
    return Tensor(np.array(numbers[0] if len(numbers) == 1 else numbers, dtype), requires_grad=True)


def agree(got, expected, tolerance=1e-10):
    """Same shape, and each element equal relative to max(1, |expected|)."""
    got, expected = (np.asarray(a.detach() if hasattr(a, "detach") else a) for a in (got, expected))
    assert got.shape == expected.shape
    wrong = ~(np.abs(got - expected) <= tolerance * np.maximum(1, np.abs(expected)))  # NaN is wrong, too
    assert not wrong.any(), f"got {got[wrong][:3]}, expected {expected[wrong][:3]}"


def ours(function, arrays, weights, needed=None):
    """Value of `function(*arrays)` and the gradients of its product with `weights`; None where not `needed`."""
    tensors = [Tensor(a, requires_grad=needed is None or i in needed) for i, a in enumerate(arrays)]
    value = function(*tensors)
    value.backward(weights)
    return value.data, [t.grad for t in tensors]


def torchs(function, arrays, weights):
    """The same, from PyTorch."""
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    value = function(*tensors)
    value.backward(torch.tensor(weights, dtype=value.dtype))
    return value.detach().numpy(), [t.grad.numpy() for t in tensors]


def read_only(array):
    """A copy that raises an error when a rule writes into it."""
    copied = np.array(array)
    copied.setflags(write=False)
    return copied


def assert_message_helps(mistake, error, words):
    """The call raises this error; its message has these words, is short, and does not drag another one along."""
    with pytest.raises(error) as caught:
        mistake()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message
    assert caught.value.__cause__ is None and len(message) < 300
