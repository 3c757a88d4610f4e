"""Why this file exists: `a + b`, `x.reshape(2, -1)` and `x.max(1)` are to read as in PyTorch.

Little is computed here. The functions translate PyTorch's arguments into the options of an operation, or compose a few
operations; the table at the end says what stands behind each operator and each method.
"""

import functools
import itertools
import math
import operator
from collections import namedtuple

import numpy as np

from . import fused_ops, ops
from .creation import device, on_cpu, sizes_of
from .tensor import Tensor, as_array, is_grad_enabled

Pair = namedtuple("Pair", ["values", "indices"])  # what max(dim), min(dim), sort and topk return


def _plain(t):
    """Tensors become arrays; NumPy's numbers become Python's, which do not turn float32 into float64."""
    return t.data if isinstance(t, Tensor) else t.item() if isinstance(t, np.generic) else t


def _untracked(function):
    """A NumPy function without a gradient, as comparisons are: its value is a Tensor that remembers nothing."""
    return lambda a, *others, **options: Tensor(np.asarray(function(a.data, *map(_plain, others), **options)))


def _fixed(function):
    """A NumPy function for tables that are computed once, as positional encodings are: it has no rule."""

    def compute(a):
        if a.requires_grad:
            raise TypeError(f"{function.__name__} has no rule for its gradient here: use x.detach()?")
        return Tensor(function((a * 1.0).data))  # * 1.0: of whole numbers, too

    return compute


# ---------------------------------------------------------------------------------------------- type


def _cast(a, dtype):
    """`a` as another type. Whole numbers and booleans have no gradient to pass on."""
    dtype = np.dtype(dtype)
    if a.dtype == dtype:
        return a
    return ops.astype(a, dtype=dtype) if dtype.kind == a.dtype.kind == "f" else Tensor(a.data.astype(dtype))


def to(a, *targets, device=None, dtype=None, non_blocking=False):
    """As another type, x.to(torch.float64), or the type of another Tensor. The only place to go to is "cpu".

    Raises:  ValueError for another device.   Chapter: 1.   Twin: torch.Tensor.to.
    """
    for target in (*targets, device, dtype):
        if isinstance(target, str):
            on_cpu(target)
        elif target is not None:
            a = _cast(a, target.dtype if isinstance(target, Tensor) else target)
    return a


# ---------------------------------------------------------------------------------------------- shape and parts


def transpose(a, dim0, dim1):
    """Exchange two axes.   Twin: torch.transpose."""
    dims = list(range(a.ndim))
    dims[dim0], dims[dim1] = dims[dim1], dims[dim0]
    return ops.permute(a, dims=tuple(dims))


def flatten(a, start_dim=0, end_dim=-1):
    """Join the axes from `start_dim` to `end_dim` into one.   Twin: torch.flatten."""
    axes = a.ndim or 1  # a number counts as one row
    start, end = start_dim % axes, end_dim % axes
    joined = math.prod(a.shape[start : end + 1])
    return ops.reshape(a, shape=(*a.shape[:start], joined, *a.shape[end + 1 :]))


def unsqueeze(a, dim):
    """Insert an axis of length 1.   Twin: torch.unsqueeze."""
    return ops.reshape(a, shape=np.expand_dims(a.data, dim).shape)


def squeeze(a, dim=None):
    """Drop the axes of length 1, or only those of `dim` (one or several) that have length 1.   Twin: torch.squeeze."""
    dims = range(a.ndim) if dim is None else dim if isinstance(dim, tuple) else (dim,)
    return ops.reshape(a, shape=a.data.squeeze(axis=tuple(d for d in dims if a.shape[d] == 1)).shape)


def expand(a, *sizes):
    """Repeat along axes of length 1, without copying; -1 keeps a length.   Twin: torch.Tensor.expand."""
    sizes = sizes_of(sizes)
    kept = (-1,) * (len(sizes) - a.ndim) + a.shape
    return ops.expand(a, shape=tuple(m if n == -1 else n for n, m in zip(sizes, kept, strict=True)))


def repeat(a, *sizes):
    """`a` put together from copies of itself: so many along each axis.   Twin: torch.Tensor.repeat."""
    times = sizes_of(sizes)
    shape = (1,) * (len(times) - a.ndim) + a.shape
    a = ops.reshape(a, shape=[m for n in shape for m in (1, n)])  # (1, h, 1, w)
    a = ops.expand(a, shape=[m for pair in zip(times, shape, strict=True) for m in pair])  # (k, h, l, w)
    return ops.reshape(a, shape=[k * n for k, n in zip(times, shape, strict=True)])  # (k h, l w)


def _along(a, dim, part):
    """a[..., part, ...] with the part at axis `dim`."""
    return ops.getitem(a, index=(slice(None),) * (dim % a.ndim) + (part,))


def split(a, split_size, dim=0):
    """Cut into pieces of `split_size`, the last perhaps smaller, or of the sizes in a list.   Twin: torch.split.

    Raises:  ValueError if the sizes do not add up to the length of the axis.
    """
    n = a.shape[dim]
    ends = [*range(split_size, n, split_size), n] if isinstance(split_size, int) else np.cumsum(split_size).tolist()
    if ends[-1] != n:
        raise ValueError(f"split expected sizes that add up to {n}, the length of axis {dim}, got {split_size}")
    return tuple(_along(a, dim, slice(*part)) for part in itertools.pairwise([0, *ends]))


def chunk(a, chunks, dim=0):
    """Cut into at most `chunks` pieces of equal length, the last perhaps smaller.   Twin: torch.chunk."""
    return split(a, math.ceil(a.shape[dim] / chunks) or 1, dim)


def unbind(a, dim=0):
    """The slices along an axis, which is gone then.   Raises:  TypeError for a number.   Twin: torch.unbind."""
    if a.ndim == 0:
        raise TypeError("a Tensor of shape () has no axis to iterate over: x.item()?")
    return tuple(_along(a, dim, i) for i in range(a.shape[dim]))


# ---------------------------------------------------------------------------------------------- numbers


def _reduction(operation):
    """The options of a reduction may be given by position, as in PyTorch."""
    return lambda a, dim=None, keepdim=False: operation(a, dim=dim, keepdim=keepdim)


def _position(function):
    return lambda a, dim=None, keepdim=False: _untracked(function)(a, axis=dim, keepdims=keepdim)


def _amin(a, dim=None, keepdim=False):
    if a.dtype.kind != "f":  # the negative of an unsigned number is none
        return _position(np.min)(a, dim, keepdim)
    return ops.neg(ops.amax(ops.neg(a), dim=dim, keepdim=keepdim))


def _extreme(everywhere, position, of_two):
    """max or min: over everything; along `dim`, as a pair (values, indices); or elementwise with another Tensor.

    Of equal elements along `dim` the first is chosen and alone receives the gradient; over everything they share it.
    """

    def extreme(a, dim=None, keepdim=False):
        if dim is None or isinstance(dim, Tensor):
            return everywhere(a) if dim is None else of_two(a, dim)
        index = Tensor(position(a.data, axis=dim, keepdims=True))
        pair = Pair(ops.gather(a, dim=dim, index=index.data), index)
        return pair if keepdim else Pair(*(squeeze(part, dim) for part in pair))

    return extreme


def var(a, dim=None, unbiased=True, keepdim=False, *, correction=None):
    """The sum of (a - mean)^2 over n - 1, which makes it unbiased, or over n - `correction`.   Twin: torch.var."""
    if isinstance(dim, bool):  # x.var(False)
        dim, unbiased = None, dim
    squares = (a - ops.mean(a, dim=dim, keepdim=True)) ** 2
    total = ops.sum(squares, dim=dim, keepdim=keepdim)
    freedom = a.data.size / (total.data.size or 1) - (int(unbiased) if correction is None else correction)
    return total / (freedom if freedom > 0 else math.nan)


def _root(a):
    """The square root, with derivative 0 instead of infinity at 0: PyTorch's choice for `std` and `norm`."""
    zero = a.data == 0
    if not zero.any():
        return ops.sqrt(a)
    return ops.where(0.0, ops.sqrt(ops.where(1.0, a, condition=zero)), condition=zero)


def norm(a, p=2, dim=None, keepdim=False):
    """The Euclidean length, sqrt(sum(a^2)).   Raises:  ValueError for another p.   Twin: torch.norm."""
    if p not in (2, "fro"):
        raise ValueError(f"norm expected p=2, got {p!r}: x.abs().pow(p).sum().pow(1 / p)?")
    return _root(ops.sum(ops.mul(a, a), dim=dim, keepdim=keepdim))


def logsumexp(a, dim, keepdim=False):
    """log(sum(e^a)), shifted by the maximum so that nothing overflows.   Twin: torch.logsumexp."""
    highest = a.data.max(axis=dim, keepdims=True)
    shift = Tensor(np.where(np.isfinite(highest), highest, 0).astype(a.dtype))
    y = ops.log(ops.sum(ops.exp(a - shift), dim=dim, keepdim=True)) + shift
    return y if keepdim else squeeze(y, dim)


def sort(a, dim=-1, descending=False, stable=True):
    """A pair (values, indices), sorted along `dim`; equal ones keep their order.   Twin: torch.sort."""
    index = np.argsort(np.flip(a.data, dim) if descending else a.data, axis=dim, kind="stable")
    if descending:  # of the array read backwards, so that equal ones keep their order
        index = a.shape[dim] - 1 - np.flip(index, dim)
    return Pair(ops.gather(a, dim=dim, index=index), Tensor(index))


def topk(a, k, dim=-1, largest=True, sorted=True):
    """The k largest along `dim` in falling order, or the smallest: a pair (values, indices).   Twin: torch.topk.

    Of equal elements the first come first; PyTorch leaves that open.   Raises:  ValueError if there are fewer than k.
    """
    if k > a.shape[dim]:
        raise ValueError(f"topk expected k up to {a.shape[dim]}, got {k}: min(k, x.size({dim}))?")
    return Pair(*(_along(part, dim, slice(k)) for part in sort(a, dim, descending=largest)))


def power(a, exponent):
    """a^n for a number n, or for a Tensor of exponents, elementwise.   Twin: torch.pow."""
    n = _plain(exponent)
    return ops.power(a, exponent=n) if isinstance(n, int | float) else ops.pow(a, exponent)


def clamp(a, min=None, max=None):
    """`a`, but not below `min` and not above `max`: numbers, or Tensors.   Twin: torch.clamp."""
    if not (isinstance(min, Tensor) or isinstance(max, Tensor)):
        return ops.clip(a, low=_plain(min), high=_plain(max))
    a = a if min is None else ops.maximum(a, min)
    return a if max is None else ops.minimum(a, max)


# ---------------------------------------------------------------------------------------------- in place


def _is_recorded(*tensors):
    return is_grad_enabled() and True in [getattr(t, "requires_grad", False) for t in tensors]


def _in_place(operation, sign=""):
    """x.mul_(y), and x *= y if there is a `sign`: overwrites x, but never what backward() may need.

    While gradients are recorded, x *= y means x = x * y, which gives the same numbers; x.mul_(y) is an error.
    """

    def change(a, *others, **options):
        value = operation(a, *others, **options)
        if not _is_recorded(a, *others):
            np.copyto(a.data, value.data, casting="same_kind")
            return a
        if sign and not (a.requires_grad and a.is_leaf):
            return value
        raise RuntimeError("a leaf that requires a gradient, or what backward() may need, is not changed in place: "
                           f"write x = x {sign or '...'} y, or do it under no_grad()")

    return change


def _index(index):
    """Tensors may stand in an index, alone or in a tuple."""
    return tuple(map(_plain, index)) if isinstance(index, tuple) else _plain(index)


def _set_item(a, index, value):
    if _is_recorded(a, value):
        raise RuntimeError("x[...] = y would overwrite what backward() may need: put the result together with "
                           "torch.where or torch.stack, or write under no_grad()")
    a.data[_index(index)] = _plain(value)


# ---------------------------------------------------------------------------------------------- the table

_COMPARISONS = dict(eq=np.equal, ne=np.not_equal, lt=np.less, le=np.less_equal, gt=np.greater, ge=np.greater_equal)
METHODS = {
    # operators; Python calls the ones with an r when only the right operand is a Tensor
    "__neg__": ops.neg, "__abs__": ops.abs,
    "__add__": ops.add, "__radd__": lambda a, b: ops.add(b, a), "__iadd__": _in_place(ops.add, "+"),
    "__sub__": ops.sub, "__rsub__": lambda a, b: ops.sub(b, a), "__isub__": _in_place(ops.sub, "-"),
    "__mul__": ops.mul, "__rmul__": lambda a, b: ops.mul(b, a), "__imul__": _in_place(ops.mul, "*"),
    "__truediv__": ops.div, "__rtruediv__": lambda a, b: ops.div(b, a), "__itruediv__": _in_place(ops.div, "/"),
    "__matmul__": ops.matmul, "__rmatmul__": lambda a, b: ops.matmul(b, a),
    "__pow__": power, "__rpow__": lambda a, b: ops.pow(b, a),
    "__floordiv__": _untracked(np.floor_divide), "__mod__": lambda a, b: a - a // b * b,
    "__invert__": _untracked(np.invert),
    "__and__": _untracked(np.bitwise_and), "__or__": _untracked(np.bitwise_or), "__xor__": _untracked(np.bitwise_xor),
    **{name: _untracked(ufunc) for short, ufunc in _COMPARISONS.items() for name in (short, f"__{short}__")},
    "__getitem__": lambda a, index: ops.getitem(a, index=_index(index)), "__setitem__": _set_item,
    "__iter__": lambda a: iter(unbind(a)), "__int__": lambda a: int(a.item()),
    "__index__": lambda a: operator.index(a.item()),  # so that a Tensor can index a list
    "__format__": lambda a, spec: format(a.item() if spec else repr(a), spec),  # f"{loss:.3f}"
    # functions of each element
    "abs": ops.abs, "exp": ops.exp, "log": ops.log, "sqrt": ops.sqrt, "erf": ops.erf, "tanh": ops.tanh,
    "sigmoid": ops.sigmoid, "relu": ops.relu, "neg": ops.neg, "pow": power,
    "sin": _fixed(np.sin), "cos": _fixed(np.cos), "square": lambda a: a**2, "rsqrt": lambda a: a**-0.5, "clamp": clamp,
    "add": ops.add, "sub": ops.sub, "mul": ops.mul, "div": ops.div,
    "masked_fill": lambda a, mask, value: ops.where(a, value, condition=np.logical_not(as_array(mask))),
    "round": _untracked(np.round), "sign": _untracked(np.sign), "floor": _untracked(np.floor),
    "isnan": _untracked(np.isnan), "isinf": _untracked(np.isinf), "isfinite": _untracked(np.isfinite),
    "allclose": lambda a, b, rtol=1e-05, atol=1e-08: np.allclose(a.data, as_array(b), rtol, atol),
    "equal": lambda a, b: np.array_equal(a.data, as_array(b)),
    # products, reductions, order
    "matmul": ops.matmul, "mm": ops.matmul, "bmm": ops.matmul, "mv": ops.matmul, "dot": ops.matmul,
    "outer": lambda a, b: unsqueeze(a, 1) * b,
    "softmax": lambda a, dim: fused_ops.softmax(a, dim=dim),
    "log_softmax": lambda a, dim: fused_ops.log_softmax(a, dim=dim), "logsumexp": logsumexp,
    "sum": _reduction(ops.sum), "mean": _reduction(ops.mean), "amax": _reduction(ops.amax), "amin": _amin,
    "max": _extreme(ops.amax, np.argmax, ops.maximum), "min": _extreme(_amin, np.argmin, ops.minimum),
    "argmax": _position(np.argmax), "argmin": _position(np.argmin), "any": _position(np.any), "all": _position(np.all),
    "var": var, "std": lambda a, *args, **options: _root(var(a, *args, **options)), "norm": norm,
    "cumsum": lambda a, dim: ops.cumsum(_cast(a, np.int64) if a.dtype == bool else a, dim=dim),
    "sort": sort, "argsort": lambda a, dim=-1, descending=False: sort(a, dim, descending).indices, "topk": topk,
    # shape, parts, type
    "reshape": lambda a, *shape: ops.reshape(a, shape=sizes_of(shape)),
    "view": lambda a, *shape: ops.reshape(a, shape=sizes_of(shape)),
    "view_as": lambda a, other: ops.reshape(a, shape=other.shape),
    "permute": lambda a, *dims: ops.permute(a, dims=sizes_of(dims)), "transpose": transpose,
    "t": lambda a: transpose(a, -1, -2) if a.ndim > 1 else a,
    "flatten": flatten, "squeeze": squeeze, "unsqueeze": unsqueeze, "contiguous": lambda a: a, "repeat": repeat,
    "expand": expand, "expand_as": lambda a, other: expand(a, other.shape), "split": split, "chunk": chunk,
    "unbind": unbind, "gather": lambda a, dim, index: ops.gather(a, dim=dim, index=as_array(index)),
    "tril": lambda a, diagonal=0: ops.where(a, 0, condition=np.tri(*a.shape[-2:], k=diagonal, dtype=bool)),
    "triu": lambda a, diagonal=0: ops.where(0, a, condition=np.tri(*a.shape[-2:], k=diagonal - 1, dtype=bool)),
    "flip": lambda a, *dims: functools.reduce(lambda b, d: _along(b, d, slice(None, None, -1)), sizes_of(dims), a),
    "clone": lambda a: ops.astype(a, dtype=a.dtype), "tolist": lambda a: a.data.tolist(), "to": to, "type_as": to,
    "cpu": to, "float": lambda a: _cast(a, np.float32), "double": lambda a: _cast(a, np.float64),
    "long": lambda a: _cast(a, np.int64), "int": lambda a: _cast(a, np.int32), "bool": lambda a: _cast(a, bool),
    # in place
    "add_": _in_place(lambda a, b, alpha=1: a + alpha * b), "sub_": _in_place(lambda a, b, alpha=1: a - alpha * b),
    "mul_": _in_place(ops.mul), "div_": _in_place(ops.div), "zero_": _in_place(lambda a: Tensor(np.zeros((), a.dtype))),
    "fill_": _in_place(lambda a, value: Tensor(np.asarray(_plain(value)))), "copy_": _in_place(lambda a, b: Tensor(b)),
}  # fmt: skip

for _name, _method in METHODS.items():
    setattr(Tensor, _name, _method)
Tensor.__hash__ = object.__hash__  # == compares elements, as in PyTorch; a Tensor as a key means this very object
Tensor.T = Tensor.mT = property(METHODS["t"])
Tensor.device = property(lambda a: device())
