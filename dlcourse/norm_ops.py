"""Why this file exists: to normalize is to walk over the data a few times, and the walks cost more than the arithmetic.

So there are few of them: what is done to a piece of the data is done while the piece is in the processor's cache, and
sums are left to BLAS. Beside each operation stands its slow form, which says the same in a few steps.
"""

import functools
import math

import numpy as np

from .arrays import column_sums, row_sums
from .machine import over_batch
from .tensor import op, slow_form

BLOCK = 1 << 18  # numbers that are worked on at once: 1 MB of float32, about what a core's own cache holds
ROW = 1 << 13  # NumPy multiplies rows by one vector fastest if they are at least this long (the size of its buffer)


@functools.lru_cache
def _rows_joined(N, D):
    """How many of N rows of D numbers to join, so that they share out evenly and are long enough for NumPy."""
    least = -(-ROW // max(D, 1))
    return next((n for n in range(least, 4 * least) if N % n == 0), math.gcd(N, 64))


# ---------------------------------------------------------------------------------------------- over the batch


@op
def batch_norm(x, weight, bias, *, eps=1e-5, training=True, moments=None):
    """Normalize each channel, then scale and shift it: y = (x - mean) / sqrt(var + eps) * weight + bias.

    In training, mean and (biased) variance are those of the batch; the array `moments`, if given, receives them. Else
    `moments` says what to use, and its numbers are constants.

    With u = (x - mean) / sqrt(var + eps):   db = sum(g),   dw = sum(g u),
    dx = w / sqrt(var + eps) (g - mean(g) - u mean(g u)),   without the two means if `moments` were constants.

    Shapes:  x (N, C, ...), weight (C,), bias (C,), moments (2, C)  ->  as x
    Source:  Ioffe and Szegedy 2015, alg. 1.   Chapter: 2.   Twin: torch.nn.functional.batch_norm.
    """
    C, M = x.shape[1], x.size // max(x.shape[1], 1)
    order = (0, *range(2, x.ndim), 1)  # channels last, as convolutions leave them
    joined = _rows_joined(M, C)

    def rows(a):
        return np.ascontiguousarray(a.transpose(order)).reshape(M // joined, joined * C)

    def unrows(a):
        return a.reshape([x.shape[i] for i in order]).transpose(np.argsort(order))  # (N, C, ...)

    def total(vectors):  # in float64: these sums are few, and differences of large ones are to come
        return sum(vectors, np.zeros(joined * C)).reshape(joined, C).sum(axis=0)  # (C,)

    def wide(v):
        return np.tile(v.astype(x.dtype), joined)  # (C,) -> (joined C,)

    r = rows(x)
    step = max(1, BLOCK // max(r.shape[1], 1))
    blocks = [slice(start, start + step) for start in range(0, len(r), step)]

    def for_blocks(function):
        shares = over_batch(lambda share: [function(b) for b in blocks[share]], len(blocks), 32 * x.size)
        return [result for share in shares for result in share]

    if training:
        mean, var = _moments(r, for_blocks, total, joined, max(M, 1))
        if moments is not None:
            moments[:] = mean, var
    else:
        mean, var = moments
    inverse = 1 / np.sqrt(var + eps)
    scale = inverse * weight
    wide_scale, wide_shift = wide(scale), wide(bias - mean * scale)
    y = np.empty_like(r)

    def normalize(b):
        np.multiply(r[b], wide_scale, out=y[b])
        y[b] += wide_shift

    for_blocks(normalize)

    def vjp(g):
        g = rows(g)
        sums = for_blocks(lambda b: (column_sums(g[b]), np.einsum("nd,nd->d", g[b], r[b])))
        db = total(of_g for of_g, _ in sums)
        dw = inverse * (total(of_gx for _, of_gx in sums) - mean * db)  # (C,)

        def dx():
            along = inverse * dw / max(M, 1)
            slope, offset = wide(-scale * along), wide(scale * (mean * along - db / max(M, 1)))
            d = np.empty_like(r)

            def back(b):
                np.multiply(g[b], wide_scale, out=d[b])
                if training:
                    through_moments = r[b] * slope
                    through_moments += offset
                    d[b] += through_moments

            for_blocks(back)
            return unrows(d)

        return dx, dw.astype(x.dtype), db.astype(x.dtype)

    return unrows(y), vjp


def _moments(r, for_blocks, total, joined, M):
    """Mean and variance of each channel with one walk: those of each block, then of the blocks together.

    Source:  Chan et al. 1983.
    """
    def of_block(b):
        average = column_sums(r[b]) / len(r[b])
        centered = r[b] - average
        return len(r[b]), average, np.einsum("nd,nd->d", centered, centered)

    found = for_blocks(of_block)
    mean = total(n * average for n, average, _ in found) / M
    wide_mean = np.tile(mean, joined)
    return mean, total(squares + n * (average - wide_mean) ** 2 for n, average, squares in found) / M


@slow_form("batch_norm")
def batch_norm_by_steps(x, weight, bias, *, eps=1e-5, training=True, moments=None):
    """The algorithm as it is written.   Shapes:  as batch_norm; `moments` is read only.   Chapter: 2."""
    dims, per_channel = (0, *range(2, x.ndim)), (x.shape[1], *[1] * (x.ndim - 2))
    if training:
        mean = x.mean(dims, keepdim=True)
        var = ((x - mean) ** 2).mean(dims, keepdim=True)
    else:
        mean, var = (constant.reshape(per_channel) for constant in moments)
    unit = (x - mean) / (var + eps) ** 0.5
    return unit * weight.reshape(per_channel) + bias.reshape(per_channel)


# ---------------------------------------------------------------------------------------------- within an example


def _standardize(rows, eps):
    """Rows of mean 0 and variance 1, and the numbers by which each was multiplied.   rows (N, D) -> (N, D), (N, 1)."""
    D = max(rows.shape[1], 1)
    unit = rows - (row_sums(rows) / D)[:, None]
    scale = 1 / np.sqrt(row_sums(unit * unit) / D + eps)[:, None]
    unit *= scale
    return unit, scale


def _before_standardizing(d, unit, scale):
    """The gradient of `unit` turned into that of the rows: scale (d - mean(d) - unit mean(d unit)). It uses `d` up."""
    D = max(d.shape[1], 1)
    along = (row_sums(d * unit) / D)[:, None]
    average = (row_sums(d) / D)[:, None]
    through_moments = unit * along
    through_moments += average
    d -= through_moments
    d *= scale
    return d


@op
def layer_norm(x, weight, bias, *, eps=1e-5):
    """Normalize each row to mean 0 and variance 1, then scale and shift its elements.

    y = u weight + bias with u = (x - mean) / sqrt(var + eps), the biased variance.   db = sum(g),   dw = sum(g u),
    dx = (d - mean(d) - u mean(d u)) / sqrt(var + eps),   with d = g weight and means over the row.

    Shapes:  x (..., *D), weight (*D), bias (*D), one axis or several  ->  as x
    Source:  Ba et al. 2016, eqs. 3-4.   Chapter: 2.   Twin: torch.nn.functional.layer_norm.
    """
    rows, weights = x.reshape(-1, weight.size), weight.reshape(-1)  # (N, D), (D,)
    unit, scale = _standardize(rows, eps)
    y = unit * weights
    y += bias.reshape(-1)

    def vjp(g):
        g = g.reshape(rows.shape)
        return (lambda: _before_standardizing(g * weights, unit, scale).reshape(x.shape),
                lambda: column_sums(g * unit).reshape(weight.shape), lambda: column_sums(g).reshape(bias.shape))

    return y.reshape(x.shape), vjp


@slow_form("layer_norm")
def layer_norm_by_steps(x, weight, bias, *, eps=1e-5):
    """The equations as they are written.   Shapes:  as layer_norm.   Chapter: 2."""
    dims = tuple(range(x.ndim - weight.ndim, x.ndim))
    centered = x - x.mean(dims, keepdim=True)
    var = (centered * centered).mean(dims, keepdim=True)
    return centered / (var + eps).sqrt() * weight + bias


@op
def group_norm(x, weight, bias, *, num_groups, eps=1e-5):
    """Normalize each group of channels of each example together, then scale and shift each channel.

    The rule is that of `layer_norm`, for rows that hold the C / num_groups channels of a group with all their pixels.

    Shapes:  x (N, C, ...), weight (C,), bias (C,)  ->  as x
    Source:  Wu and He 2018, eqs. 1-2, 6-7.   Chapter: 6.   Twin: torch.nn.functional.group_norm.
    """
    N, C = x.shape[:2]
    pixels = math.prod(x.shape[2:])
    grouped, by_channel = (N * num_groups, C // num_groups * pixels), (N, C, pixels)
    unit, scale = _standardize(x.reshape(grouped), eps)
    y = unit.reshape(by_channel) * weight[:, None]
    y += bias[:, None]

    def vjp(g):
        g = g.reshape(by_channel)

        def dx():
            return _before_standardizing((g * weight[:, None]).reshape(grouped), unit, scale).reshape(x.shape)

        return dx, lambda: np.einsum("ncp,ncp->c", g, unit.reshape(by_channel)), lambda: g.sum(axis=(0, 2))

    return y.reshape(x.shape), vjp


@slow_form("group_norm")
def group_norm_by_steps(x, weight, bias, *, num_groups, eps=1e-5):
    """A group of channels is a row to normalize.   Shapes:  as group_norm.   Chapter: 6."""
    N, C = x.shape[:2]
    rows = x.reshape(N, num_groups, C // num_groups * math.prod(x.shape[2:]))  # (N, G, C / G h w)
    centered = rows - rows.mean(2, keepdim=True)
    var = (centered * centered).mean(2, keepdim=True)
    unit = (centered / (var + eps).sqrt()).reshape(x.shape)
    per_channel = C, *[1] * (x.ndim - 2)
    return unit * weight.reshape(per_channel) + bias.reshape(per_channel)
