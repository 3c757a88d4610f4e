"""Why this file exists: a network is a composition of few functions, and these are the ones whose derivative we write.

Each rule stands beside its value: `g` is the gradient of the loss with respect to the value, and the rule returns the
gradient with respect to each input. Sorted by difficulty: one input, two inputs, reductions, shape, selection,
products, and at the end the fused ones: compositions with a rule of their own because the shortcut pays.
`functional.py` holds the composed form of each, and a test compares the two.
"""

import numpy as np

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
def abs(a):
    """|a|.   d|a| = sign(a) da; at 0 the derivative is taken to be 0, as in PyTorch."""
    return np.abs(a), lambda g: (g * np.sign(a),)


@op
def tanh(a):
    """The hyperbolic tangent.   d tanh(a) = (1 - tanh(a)^2) da."""
    y = np.tanh(a)
    return y, lambda g: (g * (1 - y * y),)


@op
def sigmoid(a):
    """s(a) = 1 / (1 + e^-a).   ds = s (1 - s) da.

    Computed as (1 + tanh(a / 2)) / 2: the same up to rounding, and it never overflows.
    """
    y = 0.5 * np.tanh(0.5 * a) + 0.5
    return y, lambda g: (g * (y * (1 - y)),)


@op
def relu(a):
    """max(a, 0).   d relu(a) = da where a > 0, else 0; at 0 the derivative is taken to be 0, as in PyTorch."""
    return np.maximum(a, 0), lambda g: (g * (a > 0),)


@op
def astype(a, *, dtype):
    """The same numbers in another floating-point type."""
    return a.astype(dtype), lambda g: (g.astype(a.dtype),)


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


@op
def maximum(a, b):
    """The larger of two, elementwise. Ties share the gradient equally, as in PyTorch."""

    def vjp(g):
        def share(wins):
            return g * (wins + 0.5 * (a == b)).astype(g.dtype)
        return lambda: share(a > b), lambda: share(b > a)

    return np.maximum(a, b), vjp


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


# ---------------------------------------------------------------------------------------------- selection


@op
def getitem(a, *, index):
    """a[index]. The gradient goes back to where it came from; an element picked twice receives both."""

    def vjp(g):
        d = np.zeros_like(a)
        np.add.at(d, index, g)
        return (d,)

    return a[index], vjp


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


# ---------------------------------------------------------------------------------------------- fused


@op
def linear(x, weight, bias=None):
    """x W^T + b for rows x.   dx = g W, dW = g^T x, db = the sum of g over the rows.

    Shapes:  x (..., D), weight (O, D), bias (O,)  ->  (..., O)
    """
    rows = x.reshape(-1, x.shape[-1])  # (N, D)
    y = rows @ weight.T  # (N, O)
    if bias is not None:
        y += bias

    def vjp(g):
        g = g.reshape(-1, len(weight))  # (N, O)
        return lambda: (g @ weight).reshape(x.shape), lambda: g.T @ rows, lambda: g.sum(axis=0)

    return y.reshape(*x.shape[:-1], len(weight)), vjp


@op
def softmax(x, *, dim=-1):
    """e^x / sum(e^x), shifted by the maximum so that nothing overflows.   dx = (g - sum(g y)) y."""
    y = np.exp(x - x.max(axis=dim, keepdims=True))
    y /= y.sum(axis=dim, keepdims=True)
    return y, lambda g: ((g - (g * y).sum(axis=dim, keepdims=True)) * y,)


@op
def log_softmax(x, *, dim=-1):
    """x - log(sum(e^x)), shifted by the maximum so that nothing overflows.   dx = g - softmax(x) sum(g)."""
    y = x - x.max(axis=dim, keepdims=True)
    y -= np.log(np.exp(y).sum(axis=dim, keepdims=True))
    return y, lambda g: (g - np.exp(y) * g.sum(axis=dim, keepdims=True),)


@op
def cross_entropy(logits, *, target):
    """The mean of -log softmax(logits)[target].   dlogits = (softmax - one-hot) / N.

    Shapes:  logits (N, K), target (N,) of integers  ->  ()
    """
    N = len(logits)
    rows = np.arange(N)
    log_p = log_softmax.rule(logits)[0]  # (N, K)

    def vjp(g):
        d = np.exp(log_p)
        d[rows, target] -= 1
        return (d * (g / N),)

    return -log_p[rows, target].mean(), vjp


@op
def binary_cross_entropy_with_logits(x, *, target):
    """The mean of -y log s(x) - (1 - y) log(1 - s(x)) = log(1 + e^x) - x y.   dx = (s(x) - y) / n, s the sigmoid."""
    loss = (np.logaddexp(0, x) - x * target).mean()
    return loss, lambda g: ((sigmoid.rule(x)[0] - target) * (g / x.size),)
