"""Why this file exists: a network is a composition of few functions, and these are the ones whose derivative we write.

Each rule stands beside its value: `g` is the gradient of the loss with respect to the value, and the rule returns the
gradient with respect to each input. Sorted by difficulty: one input, activations, two inputs, reductions, shape,
selection, products. Operations that could be composed of these, but have a rule of their own because the shortcut pays,
stand in the files named `..._ops.py`, each beside its slow form.
"""

import functools
import math

import numpy as np

from .arrays import Part
from .tensor import op

# ---------------------------------------------------------------------------------------------- one input


@op
def neg(a):
    """-a.   d(-a) = -da."""
    return -a, lambda g: (-g,)


@op
def power(a, *, exponent):
    """a^n for a number n.   d(a^n) = n a^(n-1) da."""
    if exponent == 0:  # n a^(n-1) would be 0 * inf at a = 0
        return np.ones_like(a), lambda g: (np.zeros_like(g),)
    return a**exponent, lambda g: (g * (exponent * a ** (exponent - 1)),)


@op
def exp(a):
    """e^a.   d(e^a) = e^a da."""
    y = np.exp(a)
    return y, lambda g: (g * y,)


@op
def log(a):
    """The natural logarithm.   d(log a) = da / a."""
    return np.log(a), lambda g: (g / a,)


@op
def sqrt(a):
    """The square root.   d(sqrt a) = da / (2 sqrt a)."""
    y = np.sqrt(a)
    return y, lambda g: (g / (2 * y),)


@op
def erf(a):
    """2 / sqrt(pi) times the integral of e^(-t^2) from 0 to a. The derivative is the integrand."""
    from scipy.special import erf as values  # not above: importing it takes longer than importing NumPy

    return values(a), lambda g: (g * (2 / math.sqrt(math.pi) * np.exp(-a * a)),)


@op
def abs(a):
    """|a|.   d|a| = sign(a) da; at 0 the derivative is taken to be 0, as in PyTorch."""
    return np.abs(a), lambda g: (g * np.sign(a),)


@op
def clip(a, *, low=None, high=None):
    """`a`, but not below `low` and not above `high`. Outside, and only there, the derivative is 0, as in PyTorch."""

    low, high = (n.item() if isinstance(n, np.generic) else n for n in (low, high))  # else float32 becomes float64

    def vjp(g):
        inside = (True if low is None else a >= low) & (True if high is None else a <= high)
        return (g * inside,)

    return np.clip(a, low, high), vjp


@op
def astype(a, *, dtype):
    """The same numbers in another floating-point type."""
    return a.astype(dtype), lambda g: (g.astype(a.dtype),)


# ---------------------------------------------------------------------------------------------- activations


@op
def tanh(a):
    """The hyperbolic tangent.   d tanh(a) = (1 - tanh(a)^2) da."""
    y = np.tanh(a)
    return y, lambda g: (g * (1 - y * y),)


@op
def sigmoid(a):
    """s(a) = 1 / (1 + e^-a).   ds = s (1 - s) da.

    Computed as (1 + tanh(a / 2)) / 2: the same to the last digits of 1, and it never overflows. What is smaller than
    those digits becomes 0, and its logarithm -inf, so losses take a and not s(a).
    """
    y = 0.5 * np.tanh(0.5 * a) + 0.5
    return y, lambda g: (g * (y * (1 - y)),)


@op
def relu(a):
    """max(a, 0).   d relu(a) = da where a > 0, else 0; at 0 the derivative is taken to be 0, as in PyTorch."""
    return np.maximum(a, 0), lambda g: (g * (a > 0),)


# ---------------------------------------------------------------------------------------------- two inputs


@op
def add(a, b):
    """a + b.   d(a + b) = da + db."""
    return a + b, lambda g: (g, g)


@op
def sub(a, b):
    """a - b.   d(a - b) = da - db."""
    return a - b, lambda g: (g, lambda: -g)


@op
def mul(a, b):
    """Elementwise product.   d(ab) = b da + a db."""
    return a * b, lambda g: (lambda: g * b, lambda: g * a)


@op
def div(a, b):
    """Elementwise quotient.   d(a/b) = da / b - (a/b) db / b."""
    y = a / b
    return y, lambda g: (lambda: g / b, lambda: -g * y / b)


def _shares(g, a_wins, b_wins):
    """The gradients of two that compete. Ties share equally, as in PyTorch."""
    tie = 0.5 * ~(a_wins | b_wins)
    return lambda: g * (a_wins + tie).astype(g.dtype), lambda: g * (b_wins + tie).astype(g.dtype)


@op
def pow(a, b):
    """a^b, both of them variable.   d(a^b) = b a^(b-1) da + a^b log(a) db; where b or a is 0, the term with it is 0."""
    y = a**b

    def vjp(g):
        def db():
            return np.where((a == 0) & (b >= 0), 0, g * y * np.log(np.where(a == 0, 1, a)))
        return lambda: g * np.where(b == 0, 0, b * a ** np.where(b == 0, 1, b - 1)), db

    return y, vjp


@op
def maximum(a, b):
    """The larger of two, elementwise. The larger receives the gradient."""
    return np.maximum(a, b), lambda g: _shares(g, a > b, b > a)


@op
def minimum(a, b):
    """The smaller of two, elementwise. The smaller receives the gradient."""
    return np.minimum(a, b), lambda g: _shares(g, a < b, b < a)


@op
def where(a, b, *, condition):
    """`a` where the condition holds, else `b`. Each receives the gradient of the places it was chosen for."""
    return np.where(condition, a, b), lambda g: (lambda: g * condition, lambda: g * ~condition)


# ---------------------------------------------------------------------------------------------- reductions


def _restore(g, dim, keepdim):
    """Give a reduced gradient its axes of length 1 back, so that it broadcasts over the input."""
    return g if dim is None or keepdim else np.expand_dims(g, dim)


@op
def sum(a, *, dim=None, keepdim=False):
    """The sum over `dim` (an axis, several, or all). Every summand receives the same gradient."""
    return a.sum(axis=dim, keepdims=keepdim), lambda g: (np.broadcast_to(_restore(g, dim, keepdim), a.shape),)


@op
def mean(a, *, dim=None, keepdim=False):
    """The mean over `dim`. Each of the n summands receives 1/n of the gradient."""
    y = a.mean(axis=dim, keepdims=keepdim)

    def vjp(g):
        return (np.broadcast_to(_restore(g, dim, keepdim) * (y.size / max(a.size, 1)), a.shape),)

    return y, vjp


@op
def amax(a, *, dim=None, keepdim=False):
    """The largest element over `dim`. Ties share the gradient equally, as torch.amax."""
    y = a.max(axis=dim, keepdims=True)

    def vjp(g):
        ties = a == y
        return (ties * (_restore(g, dim, keepdim) / ties.sum(axis=dim, keepdims=True, dtype=a.dtype)),)

    return (y if keepdim else y.squeeze(dim)), vjp


@op
def cumsum(a, *, dim):
    """The sum of all up to here, along `dim`. The gradient is the sum of all from here on."""
    return a.cumsum(axis=dim, dtype=a.dtype), lambda g: (np.flip(np.flip(g, dim).cumsum(axis=dim, dtype=g.dtype), dim),)


# ---------------------------------------------------------------------------------------------- shape


@op
def reshape(a, *, shape):
    """The same numbers in the same order, in another shape. The gradient is reshaped back."""
    return a.reshape(shape), lambda g: (g.reshape(a.shape),)


@op
def permute(a, *, dims):
    """The axes in another order. The gradient's axes are put back."""
    return a.transpose(dims), lambda g: (g.transpose(np.argsort([d % a.ndim for d in dims])),)


@op
def cat(*arrays, dim=0):
    """Join along an axis that exists. The gradient is cut at the same places."""
    cuts = np.cumsum([a.shape[dim] for a in arrays])[:-1]
    return np.concatenate(arrays, axis=dim), lambda g: np.split(g, cuts, axis=dim)


@op
def expand(a, *, shape):
    """`a` repeated along axes of length 1 and along new ones in front. The gradients of the copies add up."""
    return np.broadcast_to(a, shape), lambda g: (g,)  # backward sums over stretched axes


@op
def pad(a, *, widths, value=0.0):
    """`value` around `a`: widths is a pair (before, after) for each axis. The gradient is cut out again."""
    inside = tuple(slice(before, before + n) for n, (before, _) in zip(a.shape, widths, strict=True))
    return np.pad(a, widths, constant_values=value), lambda g: (g[inside],)


# ---------------------------------------------------------------------------------------------- selection


@op
def getitem(a, *, index):
    """a[index]. The gradient goes back to where it came from; an element picked twice receives both."""
    parts = index if isinstance(index, tuple) else (index,)
    if all(i is None or i is Ellipsis or isinstance(i, int | slice) for i in parts):  # nothing is picked twice
        return a[index], lambda g: (Part(index, g),)

    def vjp(g):
        d = np.zeros_like(a)
        np.add.at(d, index, g)
        return (d,)

    return a[index], vjp


@op
def gather(a, *, dim, index):
    """One element of each row along `dim`, or several: out[i, j] = a[i, index[i, j]] for dim 1.

    Shapes:  a (..., n, ...), index of as many axes, no longer than a outside `dim`  ->  as index.   Twin: torch.gather.
    """
    axes = list(np.indices(index.shape, sparse=True))
    axes[dim] = index
    return getitem.rule(a, index=tuple(axes))


# ---------------------------------------------------------------------------------------------- products


@op
def matmul(a, b):
    """A B, over the last two axes.   dA = g B^T, dB = A^T g.

    Shapes:  (..., n, k) @ (..., k, m)  ->  (..., n, m); a vector (k,) is a row on the left, a column on the right
    """
    if a.ndim == 0 or b.ndim == 0:
        raise ValueError("expected vectors or matrices: use * for numbers")
    rows = a[None] if a.ndim == 1 else a  # (..., n, k)
    columns = b[:, None] if b.ndim == 1 else b  # (..., k, m)
    if rows.shape[-1] != columns.shape[-2]:
        fits = rows.shape[-1] == columns.shape[-1]
        raise ValueError("expected (..., n, k) @ (..., k, m)" + (": transpose the second, b.T?" if fits else ""))

    def vjp(g):
        if b.ndim == 1:
            g = g[..., None]
        if a.ndim == 1:
            g = g[..., None, :]

        def da():
            d = g @ columns.swapaxes(-1, -2)
            return d if a.ndim > 1 else d.squeeze(-2)  # a vector was one row

        def db():
            d = rows.swapaxes(-1, -2) @ g
            return d if b.ndim > 1 else d.squeeze(-1)  # a vector was one column

        return da, db

    return a @ b, vjp


@op
def einsum(*arrays, equation):
    """Products summed over the letters that the result does not have: "ij,jk->ik" is the matrix product.

    The gradient of an array is the same kind of sum, of `g` and the other arrays.
    """
    inputs, _, output = equation.replace(" ", "").partition("->")
    letters = inputs.split(",")
    if not output and "->" not in equation:  # as in PyTorch: the letters that occur once, in alphabetical order
        output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
    if "." in equation or any(len(set(some)) < len(some) for some in letters):
        raise ValueError(f'expected letters that occur once in each array, as in "bij,bjk->bik", got "{equation}"')
    sizes = {c: n for some, a in zip(letters, arrays, strict=True) for c, n in zip(some, a.shape, strict=True)}

    def vjp(g):
        def gradient(k):
            others = [(some, a) for i, (some, a) in enumerate(zip(letters, arrays, strict=True)) if i != k]
            names, operands = zip((output, g), *others, strict=True)
            found = "".join(c for c in letters[k] if any(c in some for some in names))
            d = np.einsum(",".join(names) + "->" + found, *operands, optimize=True)
            missing = tuple(i for i, c in enumerate(letters[k]) if c not in found)  # summed over by itself
            return np.broadcast_to(np.expand_dims(d, missing), [sizes[c] for c in letters[k]])

        return [functools.partial(gradient, k) for k in range(len(arrays))]

    return np.einsum(f"{inputs}->{output}", *arrays, optimize=True), vjp
