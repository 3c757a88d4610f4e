"""Why this file exists: few compositions occur in every network, and a rule of their own makes them much faster.

Beside each stands its slow form: what it means, composed of simpler operations. A test compares the two, in value and
in every gradient, so that the shortcut is nothing but a shortcut.
"""

import math

import numpy as np

from .arrays import column_sums, row_sums
from .tensor import Tensor, op, slow_form

# ---------------------------------------------------------------------------------------------- linear


@op
def linear(x, weight, bias=None):
    """x W^T + b for rows x.   dx = g W, dW = g^T x, db = the sum of g over the rows.

    Shapes:  x (..., D), weight (O, D), bias (O,)  ->  (..., O)
    """
    flat = x.ndim == 2
    rows = x if flat else x.reshape(-1, x.shape[-1])  # (N, D)
    y = rows.dot(weight.T)  # (N, O); for matrices .dot is @, and half a microsecond sooner
    if bias is not None:
        y += bias

    def vjp(g):
        g = g if flat else g.reshape(-1, len(weight))  # (N, O)
        return lambda: g.dot(weight).reshape(x.shape), lambda: g.T.dot(rows), lambda: column_sums(g)

    return y if flat else y.reshape(*x.shape[:-1], len(weight)), vjp


@slow_form("linear")
def linear_by_steps(x, weight, bias=None):
    """The same as `linear`, as a product and a sum.   Shapes:  as linear.   Chapter: 1."""
    y = x @ weight.T
    return y if bias is None else y + bias


@op
def embedding(weight, *, index):
    """Rows of a table. The gradient of a row is the sum of what arrived at its places.

    Sorted by row, the gradients of one row are neighbors and are added at once: ten times as fast as np.add.at.

    Shapes:  weight (V, D), index (...) of integers  ->  (..., D)
    """
    def vjp(g):
        V, D = weight.shape
        g = g.reshape(-1, D)
        d = np.zeros_like(weight)
        order = np.argsort(index, axis=None, kind="stable")
        rows = index.reshape(-1)[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        if D <= 128:
            d[rows[starts]] = np.add.reduceat(g[order], starts, axis=0)
        else:  # reduceat is slow on long rows
            for start, stop in zip(starts, [*starts[1:], len(rows)], strict=True):
                d[rows[start]] = column_sums(g[order[start:stop]])
        return (d,)

    return weight[index], vjp


@slow_form("embedding")
def embedding_by_one_hot(weight, *, index):
    """A row is picked by a product with a one-hot vector.   Shapes:  as embedding.   Chapter: 4."""
    return Tensor(np.eye(len(weight), dtype=weight.dtype)[index]) @ weight


# ---------------------------------------------------------------------------------------------- softmax


@op
def softmax(x, *, dim=-1):
    """e^x / sum(e^x), shifted by the maximum so that nothing overflows.   dx = (g - sum(g y)) y."""
    y = np.exp(x - x.max(axis=dim, keepdims=True))
    y /= y.sum(axis=dim, keepdims=True)
    return y, lambda g: ((g - (g * y).sum(axis=dim, keepdims=True)) * y,)


@slow_form("softmax")
def softmax_by_steps(x, *, dim=-1):
    """The definition of softmax; it overflows for large x.   Shapes:  as softmax.   Chapter: 1."""
    e = x.exp()
    return e / e.sum(dim, keepdim=True)


@op
def log_softmax(x, *, dim=-1):
    """x - log(sum(e^x)), shifted by the maximum so that nothing overflows.   dx = g - softmax(x) sum(g)."""
    y = x - x.max(axis=dim, keepdims=True)
    y -= np.log(np.exp(y).sum(axis=dim, keepdims=True))
    return y, lambda g: (g - np.exp(y) * g.sum(axis=dim, keepdims=True),)


@slow_form("log_softmax")
def log_softmax_by_steps(x, *, dim=-1):
    """The definition of log-softmax; it overflows for large x.   Shapes:  as log_softmax.   Chapter: 1."""
    return x - x.exp().sum(dim, keepdim=True).log()


# ---------------------------------------------------------------------------------------------- attention


@op
def attention(q, k, v, *, mask=None):
    """softmax(q k^T / sqrt(D) + mask) v: each query's mean of the values, weighted by how well the keys fit.

    Only the weights are kept for the way back.   With p the weights and y the result,
    dv = p^T g,  ds = (g v^T - sum(g y)) p / sqrt(D),  dq = ds k,  dk = ds^T q.

    Shapes:  q (..., T, D), k (..., S, D), v (..., S, O), mask (T, S) or more axes, added  ->  (..., T, O)
    Source:  Vaswani et al. 2017, eq. 1.   Chapter: 7.   Twin: torch.nn.functional.scaled_dot_product_attention.
    """
    scale = 1 / math.sqrt(q.shape[-1])  # not np.sqrt: a NumPy float64 would make float32 float64
    scores = q @ np.multiply(k.swapaxes(-1, -2), scale, order="C")  # (..., T, S); BLAS is quicker on a copied transpose
    if mask is not None:
        scores += mask
    p, total = _exponentials(scores)
    p *= (1 / total)[..., None]
    y = p @ v  # (..., T, O)

    def vjp(g):
        ds = g @ np.ascontiguousarray(v.swapaxes(-1, -2))  # (..., T, S)
        ds -= np.einsum("...td,...td->...t", g, y)[..., None]
        ds *= p
        ds *= scale
        return lambda: ds @ k, lambda: ds.swapaxes(-1, -2) @ q, lambda: p.swapaxes(-1, -2) @ g

    return y, vjp


def _exponentials(scores):
    """e^(scores - shift), in their place, and the sums of the rows.

    The shift by the maximum of the row takes a third of the time of attention, and is not needed as long as nothing
    overflows and no row vanishes.
    """
    if scores.size and scores.max() < 60:  # false for NaN, too
        p = np.exp(scores)
        total = row_sums(p)
        if total.min() > 1e-20:
            return p, total
    scores -= scores.max(axis=-1, keepdims=True)
    p = np.exp(scores, out=scores)
    return p, row_sums(p)


@slow_form("attention")
def attention_by_steps(q, k, v, *, mask=None):
    """The equation as it is written.   Shapes:  as attention.   Chapter: 7."""
    scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
    return softmax(scores if mask is None else scores + mask) @ v
