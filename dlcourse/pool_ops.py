"""Why this file exists: a network that shall say what is in a picture must forget where, and pooling is how it forgets.

The largest (or the sum) of a window is that along its rows, then along its columns; and each of the two is a few calls
over strided views of the whole batch, 16 times as fast as a reduction over short axes.
"""

import functools
import itertools

import numpy as np

from . import ops
from .conv_ops import channels_first, channels_last, taps
from .machine import over_batch
from .tensor import op, slow_form


def pooled_length(size, kernel, stride, padding, dilation=1, ceil_mode=False):
    """How many windows fit; with `ceil_mode` also one that begins inside and ends outside.   Chapter: 6."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil_mode:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count


def _windows(size, kernel, stride, padding, dilation=1, ceil_mode=False):
    """Where each element of every window stands along an axis, and how far the windows reach on both sides of it."""
    count = pooled_length(size, kernel, stride, padding, dilation, ceil_mode)
    picks = [taps(u * dilation, stride, count) for u in range(kernel)]
    return picks, (padding, max(padding, picks[-1].stop - padding - size))


def _widened(x, rows, columns, value):
    """x (N, C, h, w) with `value` around it, `rows` = (above, below), `columns` = (left, right)."""
    if not any(rows + columns):
        return x
    N, C, h, w = x.shape
    wide = np.full_like(x, value, shape=(N, C, h + sum(rows), w + sum(columns)))
    wide[:, :, rows[0] : rows[0] + h, columns[0] : columns[0] + w] = x
    return wide


# ---------------------------------------------------------------------------------------------- maxima


def _along_both(ufunc, x, rows, columns):
    """`ufunc` over the places of every window: along its rows, where memory runs on for longest, then its columns."""
    for dim, picks in ((2, rows), (3, columns)):
        views = [x[(slice(None),) * dim + (pick,)] for pick in picks]
        x = functools.reduce(ufunc, views)
    return x


def _to_first(g, x, y, places, disjoint):
    """Give g to the first place of each window, row by row, where x equals y, the maximum."""
    d = (np.empty_like if disjoint and len(places) * y.size == x.size else np.zeros_like)(x)
    ordered = np.empty_like(y)  # g in the memory order of y: elementwise functions are slow on a mixture
    ordered[...] = g

    def share(part):
        part_of_x, part_of_y, part_of_d, g = x[part], y[part], d[part], ordered[part]
        for place in places[:-1]:
            place = (..., *place)
            first = g * (part_of_x[place] == part_of_y)
            _give(part_of_d, place, first, disjoint)
            g = g - first
        _give(part_of_d, (..., *places[-1]), g, disjoint)

    over_batch(share, len(x), 8 * x.size)
    return d


def _give(d, place, g, disjoint):
    if disjoint:
        d[place] = g
    elif isinstance(place[1], slice):
        d[place] += g
    else:  # a pixel may stand in `place` twice
        np.add.at(d, place, g)


@op
def max_pool2d(x, *, kernel_size, stride, padding=(0, 0), dilation=(1, 1), ceil_mode=False):
    """The largest element of each window; the first of equals takes the gradient, as in PyTorch.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w),  h = (H + 2 p - d (kh - 1) - 1) // s + 1, and w likewise
    Source:  Ranzato et al. 2007.   Chapter: 6.   Twin: torch.nn.functional.max_pool2d.
    """
    (H, W), geometry = x.shape[2:], tuple(zip(kernel_size, stride, padding, dilation, strict=True))
    rows, around = _windows(H, *geometry[0], ceil_mode)
    columns, beside = _windows(W, *geometry[1], ceil_mode)
    disjoint = all(s > d * (k - 1) for k, s, _, d in geometry)  # no pixel in two windows
    least = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    y = _along_both(np.maximum, _widened(x, around, beside, least), rows, columns)

    def vjp(g):
        wide = _widened(x, around, beside, np.nan)  # equal to no maximum: -inf is the maximum where all are -inf
        d = _to_first(g, wide, y, list(itertools.product(rows, columns)), disjoint)
        return (d[:, :, around[0] : around[0] + H, beside[0] : beside[0] + W],)

    return y, vjp


def bins(size, count):
    """Cut `size` places into `count` bins: their first places and their ends. They overlap unless count divides size.

    Chapter: 6.   Source: He et al. 2014 (spatial pyramid pooling).
    """
    i = np.arange(count)
    return i * size // count, -(-(i + 1) * size // count)


@op
def adaptive_max_pool2d(x, *, output_size):
    """The largest element of each of h x w bins, whatever the size of the image.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w) with (h, w) = output_size
    Chapter: 6.   Twin: torch.nn.functional.adaptive_max_pool2d.
    """
    picks = []
    for size, count in zip(x.shape[2:], output_size, strict=True):
        start, end = bins(size, count)
        picks.append([np.minimum(start + u, end - 1) for u in range(max(end - start))])  # a short bin repeats its end
    rows, columns = picks
    y = _along_both(np.maximum, x, rows, columns)
    places = [(row[:, None], column) for row in rows for column in columns]
    return y, lambda g: (_to_first(g, x, y, places, False),)


# ---------------------------------------------------------------------------------------------- means


def _to_all(g, like, size, dim, picks):
    """Give g to all picks along an axis of this size: the gradient of their sum."""
    d = np.zeros_like(like, shape=g.shape[:dim] + (size,) + g.shape[dim + 1 :])
    for pick in picks:
        d[(slice(None),) * dim + (pick,)] += g
    return d


def _counts(size, count, kernel, stride, padding, include_pad):
    """How many places of an axis each window averages over; padding counts or not, what lies beyond it never does."""
    start = np.arange(count) * stride - padding
    if include_pad:
        return np.minimum(start + kernel, size + padding) - start
    return np.minimum(start + kernel, size) - np.maximum(start, 0)


@op
def avg_pool2d(x, *, kernel_size, stride, padding=(0, 0), ceil_mode=False, count_include_pad=True):
    """The mean of each window, zeros of the padding included or not.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w),  h = (H + 2 p - kh) // s + 1, and w likewise
    Source:  LeCun et al. 1998, sec. II.A.   Chapter: 6.   Twin: torch.nn.functional.avg_pool2d.
    """
    (H, W), geometry = x.shape[2:], tuple(zip(kernel_size, stride, padding, strict=True))
    rows, around = _windows(H, *geometry[0], 1, ceil_mode)
    columns, beside = _windows(W, *geometry[1], 1, ceil_mode)
    y = _along_both(np.add, _widened(x, around, beside, 0), rows, columns)
    heights = _counts(H, y.shape[2], *geometry[0], count_include_pad)
    widths = _counts(W, y.shape[3], *geometry[1], count_include_pad)
    share = (1 / np.outer(heights, widths)).astype(x.dtype)

    def vjp(g):
        wide = _to_all(g * share, x, H + sum(around), 2, rows)
        d = _to_all(wide, x, W + sum(beside), 3, columns)
        return (d[:, :, around[0] : around[0] + H, beside[0] : beside[0] + W],)

    return y * share, vjp


def _bin_means(size, count, dtype):
    """The matrix (count, size) that averages over bins."""
    (start, end), place = bins(size, count), np.arange(size)
    inside = (place >= start[:, None]) & (place < end[:, None])
    return (inside / (end - start)[:, None]).astype(dtype)


@op
def adaptive_avg_pool2d(x, *, output_size):
    """The mean of each of h x w bins, whatever the size of the image: a product with one matrix from either side.

    What is outside a bin is multiplied by 0, so that NaN or infinity anywhere makes NaN of all bins of its channel.

    Shapes:  x (N, C, H, W)  ->  (N, C, h, w) with (h, w) = output_size
    Source:  Lin et al. 2014 (for 1 x 1, global average pooling).   Chapter: 6.
    Twin: torch.nn.functional.adaptive_avg_pool2d.
    """
    (N, C, H, W), (h, w) = x.shape, output_size
    rows, columns = _bin_means(H, h, x.dtype), _bin_means(W, w, x.dtype)
    y = columns @ (rows @ channels_last(x).reshape(N, H, W * C)).reshape(N, h, W, C)  # (N, h, w, C)

    def vjp(g):
        d = rows.T @ (columns.T @ channels_last(g)).reshape(N, h, W * C)  # (N, H, W C)
        return (channels_first(d.reshape(N, H, W, C)),)

    return channels_first(y), vjp


# ---------------------------------------------------------------------------------------------- the definitions


def _by_windows(x, rows, columns, function):
    """`function` of every window of x (N, C, H, W), cut out by lists of rows and of columns."""
    N, C = x.shape[:2]
    values = [function(x[:, :, r][:, :, :, c].flatten(2)).reshape(N, C, 1) for r in rows for c in columns]
    return ops.cat(*values, dim=2).reshape(N, C, len(rows), len(columns))


def _first_largest(window):
    """The largest along the last axis, picked by its place: the first of equals."""
    return window[(*np.indices(window.shape[:2]), window.data.argmax(2))]


def _places(size, kernel, stride, padding, dilation, ceil_mode):
    """The places of each window along an axis, as far as they are inside."""
    count = pooled_length(size, kernel, stride, padding, dilation, ceil_mode)
    starts = [i * stride - padding for i in range(count)]
    return [np.array([r for r in range(start, start + kernel * dilation, dilation) if 0 <= r < size], int)
            for start in starts]


@slow_form("max_pool2d")
def max_pool2d_by_windows(x, *, kernel_size, stride, padding=(0, 0), dilation=(1, 1), ceil_mode=False):
    """Window by window; padding is outside, so it is never the largest.   Shapes:  as max_pool2d."""
    rows, columns = (_places(*axis, ceil_mode) for axis in zip(
        x.shape[2:], kernel_size, stride, padding, dilation, strict=True))
    return _by_windows(x, rows, columns, _first_largest)


@slow_form("avg_pool2d")
def avg_pool2d_by_windows(x, *, kernel_size, stride, padding=(0, 0), ceil_mode=False, count_include_pad=True):
    """Window by window: the sum of what is inside, over how much is counted.   Shapes:  as avg_pool2d."""
    axes = list(zip(x.shape[2:], kernel_size, stride, padding, strict=True))
    rows, columns = (_places(*axis, 1, ceil_mode) for axis in axes)
    heights, widths = (_counts(axis[0], len(places), *axis[1:], count_include_pad)
                       for axis, places in zip(axes, (rows, columns), strict=True))
    return _by_windows(x, rows, columns, lambda window: window.sum(2)) / np.outer(heights, widths).astype(x.dtype)


def _ranges(size, count):
    return [slice(start, end) for start, end in zip(*bins(size, count), strict=True)]


@slow_form("adaptive_max_pool2d")
def adaptive_max_pool2d_by_bins(x, *, output_size):
    """Bin by bin.   Shapes:  as adaptive_max_pool2d."""
    return _by_windows(x, *map(_ranges, x.shape[2:], output_size), _first_largest)


@slow_form("adaptive_avg_pool2d")
def adaptive_avg_pool2d_by_bins(x, *, output_size):
    """Bin by bin.   Shapes:  as adaptive_avg_pool2d."""
    return _by_windows(x, *map(_ranges, x.shape[2:], output_size), lambda window: window.mean(2))
