"""Why this file exists: `a + b`, `x.reshape(2, -1)` and `x.T` are to read as in PyTorch.

Nothing is computed here. The table at the end says which operation stands behind each operator and each method; the
functions above it are those that are made of others.
"""

import math

import numpy as np

from . import fused_ops, ops
from .tensor import Tensor


def transpose(a, dim0, dim1):
    """Exchange two axes.   Twin: torch.transpose."""
    dims = list(range(a.ndim))
    dims[dim0], dims[dim1] = dims[dim1], dims[dim0]
    return ops.permute(a, dims=tuple(dims))


def flatten(a, start_dim=0, end_dim=-1):
    """Join the axes from `start_dim` to `end_dim` into one.   Twin: torch.flatten."""
    axes = max(a.ndim, 1)  # a number counts as one row
    start, end = start_dim % axes, end_dim % axes
    joined = math.prod(a.shape[start : end + 1])
    return ops.reshape(a, shape=(*a.shape[:start], joined, *a.shape[end + 1 :]))


def unsqueeze(a, dim):
    """Insert an axis of length 1.   Twin: torch.unsqueeze."""
    return ops.reshape(a, shape=np.expand_dims(a.data, dim).shape)


def squeeze(a, dim=None):
    """Drop the axes of length 1, or only `dim` if it has length 1.   Twin: torch.squeeze."""
    if dim is not None and a.shape[dim] != 1:
        return a
    return ops.reshape(a, shape=a.data.squeeze(axis=dim).shape)


def stack(tensors, dim=0):
    """Join along a new axis.   Twin: torch.stack."""
    return ops.cat(*(unsqueeze(t, dim) for t in tensors), dim=dim)


def argmax(a, dim=None):
    """The position of the largest element, without a gradient.   Twin: torch.argmax."""
    return Tensor(np.asarray(a.data.argmax(axis=dim)))


def _sizes(shape):
    """x.reshape(2, 3) and x.reshape((2, 3)) mean the same."""
    return tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int | np.integer) else shape


def _array(t):
    return t.data if isinstance(t, Tensor) else t


def _index(index):
    """Tensors may stand in an index, alone or in a tuple."""
    return tuple(_array(i) for i in index) if isinstance(index, tuple) else _array(index)


def _compare(ufunc):
    """A comparison has no gradient: its value is a Tensor of booleans."""
    return lambda a, b: Tensor(np.asarray(ufunc(a.data, _array(b))))


def _reduce(operation):
    """The options of a reduction may be given by position, as in PyTorch."""
    return lambda a, dim=None, keepdim=False: operation(a, dim=dim, keepdim=keepdim)


def _reshape(a, *shape):
    return ops.reshape(a, shape=_sizes(shape))


def _power(a, n):
    return ops.power(a, exponent=n.item() if isinstance(n, np.generic) else n)


def _to(dtype):
    return lambda a: a if a.dtype == dtype else ops.astype(a, dtype=dtype)


METHODS = {
    # operators; Python calls the ones with an r when only the right operand is a Tensor
    "__neg__": ops.neg,
    "__add__": ops.add, "__radd__": lambda a, b: ops.add(b, a),
    "__sub__": ops.sub, "__rsub__": lambda a, b: ops.sub(b, a),
    "__mul__": ops.mul, "__rmul__": lambda a, b: ops.mul(b, a),
    "__truediv__": ops.div, "__rtruediv__": lambda a, b: ops.div(b, a),
    "__matmul__": ops.matmul, "__rmatmul__": lambda a, b: ops.matmul(b, a),
    "__pow__": _power, "__abs__": ops.abs,
    "__getitem__": lambda a, index: ops.getitem(a, index=_index(index)),
    "__eq__": _compare(np.equal), "__ne__": _compare(np.not_equal), "__lt__": _compare(np.less),
    "__le__": _compare(np.less_equal), "__gt__": _compare(np.greater), "__ge__": _compare(np.greater_equal),
    # functions of one input
    "exp": ops.exp, "log": ops.log, "sqrt": ops.sqrt, "abs": ops.abs, "tanh": ops.tanh, "sigmoid": ops.sigmoid,
    "relu": ops.relu, "pow": _power,
    "softmax": lambda a, dim: fused_ops.softmax(a, dim=dim), "log_softmax": lambda a, dim: fused_ops.log_softmax(a, dim=dim),
    "sum": _reduce(ops.sum), "mean": _reduce(ops.mean), "amax": _reduce(ops.amax), "argmax": argmax,
    # shape and type
    "reshape": _reshape, "view": _reshape, "permute": lambda a, *dims: ops.permute(a, dims=_sizes(dims)),
    "transpose": transpose, "flatten": flatten, "squeeze": squeeze, "unsqueeze": unsqueeze,
    "float": _to(np.float32), "double": _to(np.float64), "long": lambda a: Tensor(a.data.astype(np.int64)),
}  # fmt: skip

for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)
Tensor.__hash__ = object.__hash__  # == compares elements, as in PyTorch; a Tensor as a key means this very object
Tensor.T = property(lambda a: transpose(a, -1, -2) if a.ndim > 1 else a)
