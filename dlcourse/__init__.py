"""Deep learning from scratch in NumPy, with PyTorch's names: `import dlcourse as torch`, and a model reads the same.

Letters of shapes, everywhere: N batch, T time, D features, H hidden, O outputs, C channels, K classes, A heads, h and w
height and width. Different from PyTorch, and meant: CPU and NumPy only; gradients of first order only; `.grad` and the
values of `state_dict()` are NumPy arrays; losses take targets as arrays or Tensors; `rng=` stands beside `manual_seed`.
"""

import numpy as np

from . import functional, init, nn, ops, optim
from .methods import flatten, stack
from .fused_ops import softmax
from .ops import abs, exp, log, maximum, relu, sigmoid, sqrt, tanh
from .tensor import Tensor, default_generator, get_default_dtype, manual_seed, no_grad, set_default_dtype

__version__ = "0.1.0"
__all__ = ["Tensor", "abs", "arange", "cat", "default_generator", "exp", "flatten", "float32", "float64", "from_numpy",
           "functional", "get_default_dtype", "init", "int64", "log", "manual_seed", "maximum", "nn", "no_grad", "ones",
           "optim", "rand", "randn", "relu", "set_default_dtype", "sigmoid", "softmax", "sqrt", "stack", "tanh",
           "tensor", "tril", "where", "zeros"]

float32, float64, int64 = np.float32, np.float64, np.int64


def tensor(data, dtype=None, requires_grad=False):
    """A Tensor with its own copy of the data.   Chapter: 1.   Twin: torch.tensor."""
    copied = Tensor(data, dtype=dtype)
    return Tensor(copied.data.copy(), requires_grad)


def from_numpy(array):
    """A Tensor that shares its memory with the array.   Chapter: 1.   Twin: torch.from_numpy."""
    return Tensor(array)


def zeros(*shape, dtype=None, requires_grad=False):
    """A Tensor of zeros.   Chapter: 1.   Twin: torch.zeros."""
    return Tensor(np.zeros(_sizes(shape), dtype or get_default_dtype()), requires_grad)


def ones(*shape, dtype=None, requires_grad=False):
    """A Tensor of ones.   Chapter: 1.   Twin: torch.ones."""
    return Tensor(np.ones(_sizes(shape), dtype or get_default_dtype()), requires_grad)


def arange(start, end=None, step=1, dtype=None):
    """start, start + step, ... below end.   Chapter: 1.   Twin: torch.arange."""
    start, end = (0, start) if end is None else (start, end)
    whole = all(isinstance(n, int | np.integer) for n in (start, end, step))
    return Tensor(np.arange(start, end, step, dtype=dtype or (np.int64 if whole else get_default_dtype())))


def randn(*shape, rng=None, requires_grad=False):
    """Standard normal numbers.   Chapter: 1.   Twin: torch.randn."""
    numbers = (rng or default_generator()).standard_normal(_sizes(shape))
    return Tensor(np.asarray(numbers, get_default_dtype()), requires_grad)


def rand(*shape, rng=None, requires_grad=False):
    """Uniform numbers from 0 to 1.   Chapter: 1.   Twin: torch.rand."""
    return Tensor(np.asarray((rng or default_generator()).random(_sizes(shape)), get_default_dtype()), requires_grad)


def tril(a, diagonal=0):
    """The lower triangle, zeros above `diagonal`.

    Shapes:  (..., n, m)  ->  the same.   Chapter: 7.   Twin: torch.tril.
    """
    return where(np.tri(*a.shape[-2:], k=diagonal, dtype=bool), a, 0)


def cat(tensors, dim=0):
    """Join along an axis that exists.   Chapter: 1.   Twin: torch.cat."""
    return ops.cat(*tensors, dim=dim)


def where(condition, a, b):
    """`a` where the condition holds, else `b`.   Chapter: 1.   Twin: torch.where."""
    condition = condition.data if isinstance(condition, Tensor) else np.asarray(condition)
    return ops.where(a, b, condition=condition.astype(bool, copy=False))


def _sizes(shape):
    """zeros(2, 3) and zeros((2, 3)) mean the same."""
    return shape[0] if len(shape) == 1 and not isinstance(shape[0], int | np.integer) else shape
