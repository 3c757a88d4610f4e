"""Why this file exists: a kernel of 3 x 3 needs only 4 of every 9 products, and most kernels are 3 x 3.

Two neighboring outputs of a kernel of three share their work:

    y0 = x0 k0 + x1 k1 + x2 k2 = m0 + m1 + m2    m0 = (x0 - x2) k0    m1 = (x1 + x2) (k0 + k1 + k2) / 2
    y1 = x1 k0 + x2 k1 + x3 k2 = m1 - m2 - m3    m3 = (x1 - x3) k2    m2 = (x2 - x1) (k0 - k1 + k2) / 2

4 products instead of 6; along both axes, 16 for a tile of 2 x 2 outputs instead of 36. With many channels each of the
16 is a product of matrices, tiles by channels, and the sums around it cost little (Winograd 1980; Lavin and Gray 2016).
Only infinite inputs come out otherwise: as NaN, since inf - inf is no number.
"""

import math

import numpy as np

from .machine import over_batch

WORTH_IT = 32  # channels from which on this is faster than multiplying patches; at 64 it is 1.5 times as fast
TILES = 1 << 13  # numbers in one of the 16 matrices: all of them are 512 KB of float32, half a second-level cache
MIX = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])  # of a kernel's three rows, or columns


def _differences(x0, x1, x2, x3, out):
    """What the four products take from the input."""
    np.subtract(x0, x2, out=out[0])
    np.add(x1, x2, out=out[1])
    np.subtract(x2, x1, out=out[2])
    np.subtract(x1, x3, out=out[3])


def _sums(m, out0, out1):
    """What two outputs take from the four products."""
    np.add(m[1], m[2], out=out0)
    out0 += m[0]
    np.subtract(m[1], m[2], out=out1)
    out1 -= m[3]


def _sums_back(g0, g1, out):
    """The gradients of the four products, from those of two outputs."""
    out[0] = g0
    np.add(g0, g1, out=out[1])
    np.subtract(g0, g1, out=out[2])
    np.negative(g1, out=out[3])


def _fill(halves, x, padding):
    """Copy images x (n, h, w, C) into an array (row pair, row of it, half, column of it, n, C) that is zero elsewhere.

    The first half holds the even columns, the second the odd ones; so all that follows works on long runs of numbers.
    """
    (ph, pw), (n, h, _, _) = padding, x.shape
    rows = halves.reshape(-1, *halves.shape[2:])  # (H, half, column, images, C)
    for odd in (0, 1):
        first = (odd - pw) % 2
        columns = x[:, :, first::2]
        start = (first + pw) // 2
        rows[ph : ph + h, odd, start : start + columns.shape[2], :n] = columns.transpose(1, 2, 0, 3)
    return halves[..., :n, :]


def _room(store, *shape):
    """The front of an array that is used again and again, in this shape."""
    return store[: math.prod(shape)].reshape(shape)


def _blocks(N, tall, wide, channels):
    """Cut N images of tall x wide tiles into blocks: how many images, and how many rows of tiles, are worked on."""
    numbers = wide * channels
    rows = max(1, min(tall, TILES // numbers))
    return max(1, min(N, TILES // (numbers * tall))) if rows == tall else 1, rows


def _tiles(x, padding, tall, wide, channels):
    """Yield (images, rows of tiles, V) with V (4, 4, rows, wide, images, C) from those of x (N, H, W, C)."""
    N, C = len(x), x.shape[3]
    images, rows = _blocks(N, tall, wide, channels)
    store = np.zeros((tall + 1, 2, 2, wide + 1, images, C), x.dtype)
    along = np.empty(8 * rows * (wide + 1) * images * C, x.dtype)
    both = np.empty(16 * rows * wide * images * C, x.dtype)
    for n in range(0, N, images):
        halves = _fill(store, x[n : n + images], padding)
        count = halves.shape[4]
        for r in range(0, tall, rows):
            upper, lower = halves[r : r + rows], halves[r + 1 : r + rows + 1]
            upper = upper[: len(lower)]
            lines = _room(along, 4, len(lower), 2, wide + 1, count, C)
            _differences(upper[:, 0], upper[:, 1], lower[:, 0], lower[:, 1], lines)
            even, odd = lines[:, :, 0], lines[:, :, 1]
            V = _room(both, 4, 4, len(lower), wide, count, C)
            _differences(even[:, :, :-1], odd[:, :, :-1], even[:, :, 1:], odd[:, :, 1:], V.swapaxes(0, 1))
            yield slice(n, n + count), slice(r, r + len(lower)), V


def correlate_by_tiles(x, kernel, bias, padding):
    """Slide kernel (3, 3, C, O) over x (N, H, W, C)  ->  (N, h, w, O).   Chapter: 6."""
    (N, H, W, C), out = x.shape, kernel.shape[3]
    h, w = H + 2 * padding[0] - 2, W + 2 * padding[1] - 2
    tall, wide = -(-h // 2), -(-w // 2)
    y = np.empty((N, h, w, out), x.dtype)
    mix = MIX.astype(x.dtype)
    mixed = (mix @ (mix @ kernel.reshape(3, 3, C * out)).reshape(3, 4 * C * out)).reshape(16, C, out)

    def share(part):
        part_of_y = y[part]
        for images, rows, V in _tiles(x[part], padding, tall, wide, max(C, out)):
            M = (V.reshape(16, -1, C) @ mixed).reshape(*V.shape[:5], out)
            if bias is not None:
                M[1, 1] += bias  # m1 is in y0 and in y1, along both axes
            lines = np.empty((2, *M.shape[1:]), x.dtype)
            _sums(M, *lines)
            pairs = np.empty((2, *lines.shape[2:]), x.dtype)
            for a, line in enumerate(lines):
                _sums(line, *pairs)
                for b, pair in enumerate(pairs):
                    target = part_of_y[images, 2 * rows.start + a : 2 * rows.stop : 2, b::2]
                    target[...] = pair.transpose(2, 0, 1, 3)[:, : target.shape[1], : target.shape[2]]

    over_batch(share, N, y.size * 9 * C)
    return y


def correlate_with_gradient_by_tiles(x, g, padding):
    """The gradient of that kernel: x (N, H, W, C) and g (N, h, w, O)  ->  (3, 3, C, O).   Chapter: 6."""
    (N, h, w, out), C = g.shape, x.shape[3]
    tall, wide = -(-h // 2), -(-w // 2)

    def share(part):
        total = np.zeros((16, C, out), x.dtype)
        part_of_g, store, filled = g[part], None, None
        for images, rows, V in _tiles(x[part], padding, tall, wide, max(C, out)):
            if store is None:
                store = np.zeros((tall, 2, 2, wide, V.shape[4], out), x.dtype)
            if filled != images:
                halves, filled = _fill(store, part_of_g[images], (0, 0)), images
            block = halves[rows]
            lines = np.empty((4, *block[:, 0].shape), x.dtype)
            _sums_back(block[:, 0], block[:, 1], lines)
            M = np.empty((*V.shape[:5], out), x.dtype)
            _sums_back(lines[:, :, 0], lines[:, :, 1], M.swapaxes(0, 1))
            total += V.reshape(16, -1, C).swapaxes(1, 2) @ M.reshape(16, -1, out)
        return total

    mix = MIX.T.astype(x.dtype)
    total = sum(over_batch(share, N, g.size * 9 * C)).reshape(4, 4 * C * out)
    return (mix @ (mix @ total).reshape(3, 4, C * out)).reshape(3, 3, C, out)
