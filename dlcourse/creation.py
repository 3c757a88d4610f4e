"""Why this file exists: a computation starts with a tensor from somewhere: from numbers, by a rule, or by chance.

Functions of several tensors, none of which is the first, stand at the end. What is random takes `rng=`, a NumPy
generator; without it the generator that `manual_seed` starts is used.
"""

import numpy as np

from . import ops
from .tensor import Tensor, as_array, default_generator, get_default_dtype

__all__ = ["arange", "as_tensor", "bernoulli", "cat", "device", "einsum", "empty", "eye", "from_numpy", "full",
           "full_like", "linspace", "multinomial", "ones", "ones_like", "rand", "rand_like", "randint", "randn",
           "randn_like", "randperm", "stack", "tensor", "where", "zeros", "zeros_like"]


def sizes_of(sizes):
    """x.reshape(2, 3) and x.reshape((2, 3)) mean the same.   Chapter: 1."""
    return tuple(sizes[0]) if len(sizes) == 1 and hasattr(sizes[0], "__len__") else sizes


def on_cpu(place):
    """Accept "cpu", and nothing else, as the place of a Tensor.   Raises:  ValueError.   Chapter: 1."""
    if str(place or "cpu") not in ("cpu", "cpu:0"):
        raise ValueError(f'dlcourse computes on the CPU with NumPy: expected device "cpu", got "{place}"')


class device(str):  # noqa: N801  (the name in torch)
    """Where a Tensor lives: device("cpu"), and nowhere else.   Chapter: 1.   Twin: torch.device."""

    type = "cpu"

    def __new__(cls, place="cpu"):
        on_cpu(place)
        return super().__new__(cls, "cpu")


def as_floats(x):
    """x itself if it holds floats, else its numbers as floats: among whole numbers, 1 / 2 is 0.   Chapter: 1."""
    return x if x.dtype.kind == "f" else Tensor(as_array(x), dtype=get_default_dtype())


def _made(make, size, dtype, device, requires_grad):
    """`make(shape, dtype)` as a Tensor."""
    on_cpu(device)
    return Tensor(make(sizes_of(size), dtype or get_default_dtype()), requires_grad)


def tensor(data, dtype=None, device=None, requires_grad=False):
    """A Tensor with its own copy of the data.   Chapter: 1.   Twin: torch.tensor."""
    on_cpu(device)
    return Tensor(Tensor(data, dtype=dtype).data.copy(), requires_grad)


def as_tensor(data, dtype=None, device=None):
    """A Tensor that shares its memory with the array, if that has the type.   Chapter: 1.   Twin: torch.as_tensor."""
    on_cpu(device)
    data = data if isinstance(data, Tensor) else Tensor(data)
    return data if dtype is None else data.to(dtype)


def from_numpy(array):
    """A Tensor that shares its memory with the array.   Chapter: 1.   Twin: torch.from_numpy."""
    return Tensor(array)


# ---------------------------------------------------------------------------------------------- by a rule


def zeros(*size, dtype=None, device=None, requires_grad=False):
    """A Tensor of zeros.   Chapter: 1.   Twin: torch.zeros."""
    return _made(np.zeros, size, dtype, device, requires_grad)


def ones(*size, dtype=None, device=None, requires_grad=False):
    """A Tensor of ones.   Chapter: 1.   Twin: torch.ones."""
    return _made(np.ones, size, dtype, device, requires_grad)


def empty(*size, dtype=None, device=None, requires_grad=False):
    """A Tensor of whatever was in memory, to be filled.   Chapter: 2.   Twin: torch.empty."""
    return _made(np.empty, size, dtype, device, requires_grad)


def full(size, fill_value, dtype=None, device=None, requires_grad=False):
    """A Tensor of one number, of the number's type.   Chapter: 1.   Twin: torch.full."""
    number = Tensor(fill_value, dtype=dtype).data
    return _made(lambda shape, dtype: np.full(shape, number), (size,), None, device, requires_grad)


def eye(n, m=None, dtype=None, device=None, requires_grad=False):
    """1 on the diagonal, else 0.   Shapes:  ->  (n, m), or (n, n) without m.   Chapter: 1.   Twin: torch.eye."""
    return _made(lambda _, dtype: np.eye(n, m, dtype=dtype), (), dtype, device, requires_grad)


def arange(start, end=None, step=1, dtype=None, device=None):
    """start, start + step, ... below end.   Chapter: 1.   Twin: torch.arange."""
    on_cpu(device)
    start, end = (0, start) if end is None else (start, end)
    whole = all(isinstance(n, int | np.integer) for n in (start, end, step))
    return Tensor(np.arange(start, end, step, dtype=dtype or (np.int64 if whole else get_default_dtype())))


def linspace(start, end, steps, dtype=None, device=None):
    """`steps` numbers from start to end, equally far apart.   Chapter: 1.   Twin: torch.linspace."""
    on_cpu(device)
    return Tensor(np.linspace(start, end, steps, dtype=dtype or get_default_dtype()))


# ---------------------------------------------------------------------------------------------- by chance


def rand(*size, rng=None, dtype=None, device=None, requires_grad=False):
    """Uniform numbers from 0 to 1.   Chapter: 1.   Twin: torch.rand."""
    numbers = (rng or default_generator()).random(sizes_of(size))
    return _made(lambda shape, dtype: numbers.astype(dtype, copy=False), size, dtype, device, requires_grad)


def randn(*size, rng=None, dtype=None, device=None, requires_grad=False):
    """Standard normal numbers.   Chapter: 1.   Twin: torch.randn."""
    numbers = np.asarray((rng or default_generator()).standard_normal(sizes_of(size)))
    return _made(lambda shape, dtype: numbers.astype(dtype, copy=False), size, dtype, device, requires_grad)


def randint(low, high=None, size=None, *, rng=None, dtype=np.int64, device=None):
    """Whole numbers from low to high - 1, or from 0 in randint(high, size).   Chapter: 1.   Twin: torch.randint."""
    on_cpu(device)
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    return Tensor(np.asarray((rng or default_generator()).integers(low, high, tuple(size), dtype=dtype)))


def randperm(n, *, rng=None, device=None):
    """The numbers from 0 to n - 1 in a random order.   Shapes:  ->  (n,).   Chapter: 1.   Twin: torch.randperm."""
    on_cpu(device)
    return Tensor((rng or default_generator()).permutation(n))


def bernoulli(p, *, rng=None):
    """1 with probability p, else 0, for each element of `p`.   Chapter: 3.   Twin: torch.bernoulli."""
    return Tensor(np.asarray((rng or default_generator()).random(p.shape) < p.data, p.dtype))


def multinomial(input, num_samples, replacement=False, *, rng=None):
    """Positions drawn with probabilities proportional to the weights in each row.

    A race: position k arrives after a waiting time of Exponential(1) / weight k, and the first ones are the sample.

    Shapes:  input (K,) or (N, K), not negative  ->  (num_samples,) or (N, num_samples) of integers
    Raises:  ValueError for a negative weight, or for fewer positive ones than are to be drawn.
    Source:  Efraimidis and Spirakis 2006.   Chapter: 7.   Twin: torch.multinomial.
    """
    weights = np.asarray(as_array(input), np.float64)
    needed = 1 if replacement else num_samples
    if not (np.isfinite(weights) & (weights >= 0)).all() or (weights > 0).sum(axis=-1).min() < needed:
        raise ValueError(f"multinomial expected finite weights of at least 0, {needed} or more of them positive "
                         "in each row" + (": replacement=True?" if needed > 1 else ""))
    races = np.repeat(weights[..., None, :], num_samples if replacement else 1, axis=-2)  # (N, races, K)
    times = (rng or default_generator()).exponential(size=races.shape)
    times = np.divide(times, races, where=races > 0, out=np.full_like(times, np.inf))
    return Tensor(times.argmin(axis=-1) if replacement else times[..., 0, :].argsort(axis=-1)[..., :num_samples])


def _like(make):
    """The same in the shape and type of another Tensor."""

    def like(a, *args, dtype=None, **options):
        return make(a.shape, *args, dtype=dtype or a.dtype, **options)

    name = f"{make.__name__}_like"
    like.__name__, like.__doc__ = name, f"`{make.__name__}` in the shape and type of `a`.   Twin: torch.{name}."
    return like


zeros_like, ones_like, full_like = _like(zeros), _like(ones), _like(full)
rand_like, randn_like = _like(rand), _like(randn)

# ---------------------------------------------------------------------------------------------- from other tensors


def cat(tensors, dim=0):
    """Join along an axis that exists.   Chapter: 1.   Twin: torch.cat."""
    return ops.cat(*tensors, dim=dim)


def stack(tensors, dim=0):
    """Join along a new axis.   Chapter: 1.   Twin: torch.stack."""
    return ops.cat(*(t.unsqueeze(dim) for t in tensors), dim=dim)


def where(condition, a, b):
    """`a` where the condition holds, else `b`.   Chapter: 1.   Twin: torch.where."""
    return ops.where(a, b, condition=as_array(condition).astype(bool, copy=False))


def einsum(equation, *operands):
    """Products, summed over the letters that the result does not have.   Chapter: 7.   Twin: torch.einsum."""
    return ops.einsum(*(operands[0] if isinstance(operands[0], list | tuple) else operands), equation=equation)
